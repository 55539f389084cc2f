//! Waivers: a rule with a law is watched only after somebody signed that, and no longer than that.

use handshake::clock;
use handshake_core::vocabulary::Millis;
use serde_json::{Value, json};

use crate::console::sign_in;
use crate::server::{Answer, Server, event, ridgeline};

/// The model policy, in which the signal and the promise that the law demands are under a waiver.
fn waived(effective: Millis, until: Millis) -> String {
    let waiver = format!("waiver=w-7 until=\"{until}\"");
    ridgeline()
        .replace("version=7 replaces=6", "version=8 replaces=7")
        .replace("2026-01-01T00:00:00Z", &effective.to_string())
        .replace("law=\"11 CCR 7025\"", &format!("mode=observe {waiver} law=\"11 CCR 7025\""))
        .replace(
            "when signal=gpc; mode enforce; law",
            &format!("when signal=gpc; mode observe {waiver}; law"),
        )
}

fn publish(server: &Server, source: &str) -> Answer {
    let hash = server.get("/v1/policies/7").header("etag").unwrap().to_owned();
    let authorization = format!("Bearer {}", server.secret);
    let fields = [
        ("authorization", &*authorization),
        ("content-type", "application/kdl"),
        ("if-match", &*hash),
    ];
    server.send("POST", "/v1/policies", &fields, source.as_bytes())
}

/// A use under GPC of somebody who agreed to it.
fn decided(server: &Server) -> Value {
    let granted = json!({
        "event": event(), "customer": "4711", "purpose": "retarget", "answer": "granted", "gesture": "phone",
    });
    server.post("/v1/answers", &granted).ok();
    let wanted = json!({
        "event": event(), "person": {"customer": "4711"}, "act": "share", "purpose": "retarget",
        "data": ["behaviour.viewed"], "recipient": "velo-exchange", "channel": "ads",
        "signals": {"gpc": "1"},
    });
    server.post("/v1/decide", &wanted).ok()
}

/// The address that a refused policy points to.
fn place_to_sign(refused: &Answer) -> String {
    let body = refused.json();
    assert_eq!(refused.problem().1, "waiver-unsigned", "{body}");
    let detail = body["detail"].as_str().unwrap();
    let (_, after) = detail.split_once("signs it at ").unwrap();
    after.split(',').next().unwrap().to_owned()
}

#[test]
fn a_policy_under_a_waiver_is_published_once_it_is_signed() {
    let mut server = Server::of_ridgeline();
    let add = |server: &Server, name: &str, role: &str| {
        let said = server.command(&["users", "add", name, "--role", role]);
        said.split_whitespace().last().unwrap().to_owned()
    };
    let (imke, mark) = (add(&server, "imke", "privacy"), add(&server, "mark", "marketer"));
    server.kill_and_restart();
    let now = clock::now();
    let source = waived(now, now.plus_days(60));
    let before = decided(&server);
    assert_eq!(
        (&before["verdict"], &before["advice"]),
        (&json!("not_allowed"), &json!("withhold"))
    );
    let waivers = |it: &Value| {
        let all = it["reasons"].as_array().unwrap().iter().map(|it| it["waiver"].clone());
        all.collect::<Vec<_>>()
    };
    assert!(waivers(&before).iter().all(Value::is_null), "{before}");

    let desk = sign_in(&server, "imke", &imke);
    let form = |page: &str| {
        let value = |name: &str| {
            let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
            after.split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&")
        };
        let names = ["waiver", "rule", "law", "until"];
        let mut fields: Vec<(&str, String)> = names.into_iter().map(|it| (it, value(it))).collect();
        fields.push(("because", "the exchange cannot read it before January".to_owned()));
        serde_urlencoded::to_string(fields).unwrap()
    };
    for rule in ["never \"Nothing is sold under a GPC signal\"", "signal gpc"] {
        let page = desk.page(&place_to_sign(&publish(&server, &source)));
        assert!(page.contains(&rule.replace('"', "&quot;")), "{page}");
        let filled = form(&page);
        let mark = sign_in(&server, "mark", &mark);
        assert_eq!(mark.post("/console/shop/waivers", &filled).status, 403);
        assert!(!mark.page("/console/shop/waivers").contains("Sign as"));
        let empty = filled.replace("because=the", "because=&x=the");
        let empty = desk.post("/console/shop/waivers", &empty);
        assert!(empty.text.contains("“because” is empty"), "{}", empty.text);
        let signed = desk.post("/console/shop/waivers", &filled);
        assert_eq!(signed.status, 303, "{}", signed.text);
    }
    // Another end is another signature.
    place_to_sign(&publish(&server, &waived(now, now.plus_days(61))));
    assert_eq!(publish(&server, &source).status, 201);
    let list = server.get("/v1/waivers").ok();
    let first = &list["waivers"][0];
    assert_eq!(list["waivers"].as_array().map(Vec::len), Some(2), "{list}");
    assert_eq!((&first["signed_by"], &first["over"]), (&json!("imke"), &json!(false)));
    let page = desk.page("/console/shop/waivers");
    assert!(page.contains("2 rules that a law demands are only watched, by signature."), "{page}");

    let under = decided(&server);
    assert_eq!((&under["verdict"], &under["advice"]), (&json!("not_allowed"), &json!("proceed")));
    assert!(waivers(&under).iter().all(|it| it == "w-7"), "{under}");
    let outcome = json!({
        "event": event(), "decision": under["decision"], "carried_out": "done", "because": "waiver",
    });
    assert_eq!(server.post("/v1/outcomes", &outcome).ok()["tally"], "lapse");
    let promises = desk.page("/console/shop/promises?quarter=all");
    assert!(
        promises.contains("under <a href=\"/console/shop/waivers\">waiver w-7</a>"),
        "{promises}"
    );
    let gpc: Value = server.get("/.well-known/gpc.json").json();
    assert_eq!(gpc["gpc"], false, "what is only watched is not honoured");
}

#[test]
fn a_waiver_that_is_over_needs_no_signature_and_enforces() {
    let server = Server::of_ridgeline();
    let now = clock::now();
    let source = waived(now.plus_days(-40), now.plus_days(-1));
    let check = {
        let authorization = format!("Bearer {}", server.secret);
        let fields = [("authorization", &*authorization), ("content-type", "text/plain")];
        server.send("POST", "/v1/policies/check", &fields, source.as_bytes()).ok()
    };
    let remarks: Vec<&str> = check["remarks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["said"].as_str().unwrap())
        .collect();
    let over = "waiver `w-7` is over: `signal gpc` is enforced";
    assert!(remarks.contains(&over), "{remarks:?}");
    assert_eq!(publish(&server, &source).status, 201);
    let it = decided(&server);
    assert_eq!((&it["verdict"], &it["advice"]), (&json!("not_allowed"), &json!("withhold")));
    assert!(it["reasons"].as_array().unwrap().iter().all(|it| it.get("waiver").is_none()), "{it}");
    assert_eq!(server.get("/.well-known/gpc.json").json()["gpc"], true);
}

#[test]
fn a_waiver_is_signed_on_the_machine_by_who_may() {
    let mut server = Server::of_ridgeline();
    server.command(&["users", "add", "imke", "--role", "privacy"]);
    server.command(&["users", "add", "mark", "--role", "marketer"]);
    server.end();
    let now = clock::now();
    let file = server.folder.path().join("waived.kdl");
    std::fs::write(&file, waived(now, now.plus_days(60))).unwrap();
    let file = file.to_str().unwrap();
    let because = "the exchange cannot read it before January";
    let sign = |by: &str, waiver: &str| {
        server.try_command(&[
            "waivers",
            "sign",
            file,
            "--waiver",
            waiver,
            "--by",
            by,
            "--because",
            because,
        ])
    };
    let refused = server.try_command(&["policy", "publish", file]).unwrap_err();
    assert!(refused.contains("waiver `w-7` of `never"), "{refused}");
    assert!(sign("mark", "w-7").unwrap_err().contains("no user `mark` may sign"));
    assert!(sign("nobody", "w-7").unwrap_err().contains("no user `nobody` may sign"));
    assert!(sign("imke", "w-8").unwrap_err().contains("names no waiver `w-8`"));
    let said = sign("imke", "w-7").unwrap();
    assert!(said.contains("imke signed w-7: `signal gpc` is in `observe` until "), "{said}");
    assert_eq!(sign("imke", "w-7").unwrap(), said, "the same again is one");
    server.command(&["policy", "publish", file]);
    let list: Value =
        serde_json::from_str(&server.command(&["waivers", "list", "--json"])).unwrap();
    let rows = list.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{list}");
    assert_eq!((&rows[1]["rule"], &rows[1]["by"]), (&json!("signal gpc"), &json!("imke")));
}
