//! Every line of `vectors/`, and what holds for any input.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use handshake_signals::dnt::{self, Preference, Reading, Scope, Status, Tk, TrackingStatus};
use handshake_signals::gpc;
use serde_json::Value;

#[test]
fn every_vector_is_met() {
    let vectors = include_str!("../vectors/signals.jsonl");
    let mut met = 0;
    for line in vectors.lines() {
        let it: Value = serde_json::from_str(line).unwrap();
        let (kind, id) = (it["kind"].as_str().unwrap(), it["id"].as_str().unwrap());
        let (input, expect) = (&it["input"], &it["expect"]);
        match kind {
            "dnt_header" => check_dnt(id, input, expect),
            "tk_parse" => check_tk(id, input, expect),
            "tsr_body" => check_status(id, input, expect),
            "gpc_header" => {
                let fields = texts(&input["sec_gpc"]);
                assert_eq!(gpc::is_on(bytes(&fields)), expect["gpc"].as_bool().unwrap(), "{id}");
            }
            "gpc_wellknown" => {
                let body = gpc::gpc_json(true, expect["last_update"].as_str().unwrap());
                let written: Value = serde_json::from_str(&body.to_string()).unwrap();
                let theirs: Value = serde_json::from_str(input["body"].as_str().unwrap()).unwrap();
                assert_eq!(written, theirs, "{id}");
            }
            other => panic!("{id}: nobody tests `{other}`"),
        }
        met += 1;
    }
    assert_eq!(met, 36);
}

fn check_dnt(id: &str, input: &Value, expect: &Value) {
    let fields = texts(&input["dnt"]);
    let said = dnt::read(bytes(&fields));
    assert_eq!(Some(said.invalid), expect["invalid"].as_bool(), "{id}");
    if expect.get("pref").is_some_and(Value::is_null) {
        assert_eq!(said.preference, None, "{id}");
    }
}

fn check_tk(id: &str, input: &Value, expect: &Value) {
    let field = input["tk"].as_str().unwrap();
    if expect["reject"] == true {
        assert!(Tk::parse(field).is_err(), "{id}");
        return;
    }
    let tk = Tk::parse(field).unwrap();
    assert_eq!(tk.status().as_char().to_string(), expect["tsv"], "{id}");
    assert_eq!(tk.id(), expect["status_id"].as_str(), "{id}");
    assert_eq!(tk.to_string(), field, "{id}");
    if let Some(resource) = expect["resource"].as_str() {
        assert_eq!(format!("{}{}", dnt::WELL_KNOWN, tk.id().unwrap()), resource, "{id}");
    }
    if let Some(other) = expect["treat_as"].as_str() {
        assert_eq!(tk.status().treated_as().as_char().to_string(), other, "{id}");
    }
}

fn check_status(id: &str, input: &Value, expect: &Value) {
    let body = &input["body"];
    let scope = if input["scope"] == "site-wide" { Scope::Site } else { Scope::Request };
    let tracking = body["tracking"].as_str().and_then(|it| Status::from_char(it.chars().next()?));
    let valid = tracking.is_some_and(|tracking| {
        let (policy, config) = (body["policy"].as_str(), body["config"].as_str());
        TrackingStatus { policy, config, ..TrackingStatus::of(tracking) }.check(scope).is_ok()
    });
    assert_eq!(Some(valid), expect["valid"].as_bool(), "{id}");
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn bytes(texts: &[String]) -> impl Iterator<Item = &[u8]> {
    texts.iter().map(String::as_bytes)
}

#[test]
fn a_preference_is_read_for_the_person() {
    const NOT_TRACKED: Option<Preference> = Some(Preference::NotTracked);
    let check = |fields: &[&str], preference, invalid| {
        let said = dnt::read(fields.iter().map(|it| it.as_bytes()));
        assert_eq!(said, Reading { preference, invalid }, "{fields:?}");
    };
    check(&[], None, false);
    check(&["1"], NOT_TRACKED, false);
    check(&["0"], Some(Preference::Allowed), false);
    check(&["1xy!"], NOT_TRACKED, false);
    check(&["0", "0"], None, true);
    check(&["0", "0", "1"], NOT_TRACKED, true);
    check(&["0,1"], NOT_TRACKED, true);
    check(&["0, 1"], NOT_TRACKED, true);
    check(&["0 "], None, true);
    check(&["0\\"], None, true);
}

#[test]
fn a_status_is_written_as_json() {
    let status = TrackingStatus {
        policy: Some("/privacy?a=\"b\""),
        config: Some("/my-deal"),
        controller: &["/", "https://shop.example/"],
        ..TrackingStatus::of(Status::Consent)
    };
    let written: Value = serde_json::from_str(&status.to_string()).unwrap();
    let expected = serde_json::json!({
        "tracking": "C",
        "controller": ["/", "https://shop.example/"],
        "policy": "/privacy?a=\"b\"",
        "config": "/my-deal",
    });
    assert_eq!(written, expected);
    assert_eq!(TrackingStatus::of(Status::NotTracking).to_string(), r#"{"tracking":"N"}"#);
}

#[test]
fn every_status_of_ascii_is_read_back_and_no_other_is_one() {
    let statuses: String =
        (0..=127_u8).map(char::from).filter(|it| Status::from_char(*it).is_some()).collect();
    assert_eq!(
        statuses,
        "!#$%*+,-./0123456789:;?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    );
    assert!(statuses.chars().all(|it| Status::from_char(it).unwrap().as_char() == it));
    assert_eq!(Status::from_char('é'), None);
}

/// All fields of up to two bytes: none panics, none that is broken allows, every `Tk` read is
/// written back as it was.
#[test]
fn no_input_panics_and_broken_fields_never_allow() {
    let mut fields: Vec<Vec<u8>> = vec![Vec::new()];
    fields.extend((0..=255).map(|a| vec![a]));
    fields.extend((0..=255).flat_map(|a| (0..=255).map(move |b| vec![a, b])));
    for field in fields {
        let said = dnt::read([field.as_slice()]);
        assert!(!said.invalid || said.preference != Some(Preference::Allowed), "{field:?}");
        assert_eq!(gpc::is_on([field.as_slice()]), field == b"1");
        let Ok(text) = std::str::from_utf8(&field) else { continue };
        if let Ok(tk) = Tk::parse(text) {
            assert_eq!(tk.to_string(), text);
        }
    }
}
