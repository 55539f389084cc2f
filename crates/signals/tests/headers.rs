//! Fields of requests and responses: what holds for any input.

use handshake_signals::dnt::{self, Preference, Reading, Status, Tk, TrackingStatus};
use handshake_signals::gpc;
use serde_json::Value;

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
