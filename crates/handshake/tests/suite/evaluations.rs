//! The OpenID Authorization API 1.0: the same verdicts as `/v1/decide`, in its own words.

use serde_json::{Value, json};

use crate::server::{Answer, Server, event};

const ONE: &str = "/access/v1/evaluation";
const MANY: &str = "/access/v1/evaluations";

/// A shop in which 4711 agreed to gifts being suggested, and 4712 did not.
fn shop() -> Server {
    let server = Server::start();
    for customer in ["4711", "4712"] {
        let known = json!({"event": event(), "customer": customer, "age": "adult"});
        server.post("/v1/identities", &known).ok();
    }
    let granted = json!({"event": event(), "customer": "4711", "purpose": "suggest-gifts",
        "answer": "granted", "gesture": "phone"});
    server.post("/v1/answers", &granted).ok();
    server
}

fn customer(number: &str) -> Value {
    json!({"type": "customer", "id": number})
}

fn purpose(name: &str, properties: &Value) -> Value {
    json!({"type": "purpose", "id": name, "properties": properties})
}

fn gifts() -> Value {
    purpose("suggest-gifts", &json!({"data": ["behaviour.viewed"]}))
}

fn use_of(subject: &Value) -> Value {
    json!({"subject": subject, "action": {"name": "use"}, "resource": gifts()})
}

/// What one door and the other say, but for what differs with every decision.
fn told(mut reply: Value) -> Value {
    let fields = reply.as_object_mut().unwrap();
    for own in ["decision", "reason_admin", "ignored"] {
        fields.remove(own);
    }
    reply
}

#[test]
fn both_doors_give_the_same_verdict() {
    let server = shop();
    let person = server.get("/v1/permissions?customer=4711").ok()["person"].clone();
    let data = json!(["behaviour.viewed"]);
    let whole = json!({"data": ["contact.email", {"name": "purchase.items"}],
        "recipient": "mailer", "channel": "email"});
    let device = json!({"signals": {"gpc": "1", "dnt": "1"}, "jurisdiction": "UK",
        "tags": ["bought-sympathy-gift"], "caller": "mailer.v3", "campaign": "spring"});
    let (mut permitted, mut denied) = (0, 0);
    for (subject, who) in [
        (customer("4711"), json!({"customer": "4711"})),
        (customer("4712"), json!({"customer": "4712"})),
        (json!({"type": "person", "id": person}), person),
        (json!({"type": "visitor", "id": "whoever"}), Value::Null),
    ] {
        for act in ["collect", "use", "share"] {
            for name in ["suggest-gifts", "take-orders", "never-heard-of"] {
                for properties in [json!({"data": data}), whole.clone()] {
                    for context in [Value::Null, device.clone()] {
                        let mut wanted = json!({"person": who, "act": act, "purpose": name});
                        for more in [&properties, &context] {
                            let more = more.as_object().cloned().unwrap_or_default();
                            wanted.as_object_mut().unwrap().extend(more);
                        }
                        let evaluation = json!({"subject": subject, "action": {"name": act},
                            "resource": purpose(name, &properties), "context": context});
                        let ours = server.post("/v1/decide", &wanted).ok();
                        let theirs = server.post(ONE, &evaluation).ok();
                        let allowed = ours["verdict"] == "allowed";
                        assert_eq!(theirs["decision"], json!(allowed), "{evaluation}");
                        assert_eq!(told(theirs["context"].clone()), told(ours), "{evaluation}");
                        let why = &theirs["context"]["reason_admin"]["en"];
                        assert_eq!(why.is_null(), allowed, "{theirs}");
                        if allowed { permitted += 1 } else { denied += 1 }
                    }
                }
            }
        }
    }
    assert!(5 < permitted && 5 < denied, "{permitted} permitted, {denied} denied");
}

#[test]
fn an_evaluation_is_recorded_once_and_survives_a_kill() {
    let mut server = shop();
    server.settle();
    let mut evaluation = use_of(&customer("4711"));
    evaluation["context"] = json!({"event": event()});
    let first = server.post(ONE, &evaluation).ok();
    assert_eq!((&first["decision"], &first["context"]["duplicate"]), (&json!(true), &json!(false)));
    server.kill_and_restart();
    let again = server.post(ONE, &evaluation).ok();
    assert_eq!(again["context"]["decision"], first["context"]["decision"]);
    assert_eq!(again["context"]["duplicate"], true);
    // In a list it is still the same evaluation.
    let listed = server.post(MANY, &json!({"evaluations": [evaluation]})).ok();
    assert_eq!(listed["evaluations"][0]["context"]["decision"], first["context"]["decision"]);
    let mut other = evaluation.clone();
    other["resource"]["properties"]["channel"] = json!("email");
    let reused = server.post(ONE, &other).problem();
    assert_eq!(reused, (409, "event-reused".into(), "context.event".into()));

    let outcome = json!({"event": event(), "decision": first["context"]["decision"],
        "carried_out": "done"});
    assert_eq!(server.post("/v1/outcomes", &outcome).ok()["tally"], "kept");
    let before = server.durable();
    server.post(ONE, &use_of(&customer("4712"))).ok();
    assert_eq!(server.durable(), before + 1, "one more decision stands in the ledger");
}

#[test]
fn what_stands_beside_evaluations_holds_for_each() {
    let server = shop();
    let asked = json!({
        "subject": customer("4711"), "action": {"name": "use"},
        "resource": {"type": "purpose"}, "context": {"caller": "crm"}, "unheard": 1,
        "evaluations": [
            {"resource": gifts()},
            {"subject": {"id": "4712"}, "resource": gifts()},
            {"resource": {"id": "suggest-gifts", "properties": {"data": ["behaviour.viewed"]}}},
            {"action": {"name": "share"}, "resource": gifts()},
            {"resource": purpose("take-orders", &json!({"data": ["contact.email"]}))},
            {"subject": {"type": "visitor"}, "resource": gifts(), "context": {"time": "now"}},
        ],
    });
    let reply = server.post(MANY, &asked).ok();
    let decisions: Vec<_> = decisions(&reply);
    assert_eq!(decisions, [true, false, true, true, true, false], "{reply}");
    let ignored = |n: usize| reply["evaluations"][n]["context"]["ignored"].clone();
    assert_eq!((ignored(5), ignored(0)), (json!(["context.time"]), Value::Null));
    for none in [json!([]), Value::Null] {
        let mut alone = use_of(&customer("4711"));
        alone["evaluations"] = none;
        assert_eq!(server.post(MANY, &alone).ok()["decision"], true);
    }
}

fn decisions(reply: &Value) -> Vec<bool> {
    let all = reply["evaluations"].as_array().unwrap();
    all.iter().map(|it| it["decision"].as_bool().unwrap()).collect()
}

#[test]
fn a_list_ends_where_its_semantic_says() {
    let server = shop();
    server.settle();
    let (yes, no) = (use_of(&customer("4711")), use_of(&customer("4712")));
    let wrong = json!({"subject": customer("4711")});
    let try_it = |semantic: &str, evaluations: &[&Value]| {
        let before = server.durable();
        let asked = json!({"options": {"evaluations_semantic": semantic, "other": 1},
            "evaluations": evaluations});
        let found = decisions(&server.post(MANY, &asked).ok());
        let after = server.durable();
        (found, after - before)
    };
    let all = [&yes, &no, &wrong, &yes];
    assert_eq!(try_it("execute_all", &all), (vec![true, false, false, true], 3));
    assert_eq!(try_it("deny_on_first_deny", &all), (vec![true, false], 2));
    assert_eq!(try_it("deny_on_first_deny", &[&wrong, &yes]), (vec![false], 0));
    assert_eq!(try_it("permit_on_first_permit", &all), (vec![true], 1));
    assert_eq!(
        try_it("permit_on_first_permit", &[&no, &wrong, &yes, &no]),
        (vec![false, false, true], 2)
    );
    assert_eq!(try_it("deny_on_first_deny", &[&yes, &yes]), (vec![true, true], 2));
    let asked = json!({"options": {"evaluations_semantic": "any"}, "evaluations": [yes]});
    let said = server.post(MANY, &asked).problem();
    assert_eq!(said, (400, "invalid-value".into(), "options.evaluations_semantic".into()));
}

#[test]
fn what_is_wrong_is_told_in_the_standards_way() {
    let server = shop();
    let valid = use_of(&customer("4711"));
    let changed = |pointer: &str, value: Value| {
        let mut it = valid.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        it.pointer_mut(parent).unwrap()[name] = value;
        it
    };
    let data = "resource.properties.data";
    for (pointer, value, slug, field) in [
        ("/subject", Value::Null, "missing-field", "subject"),
        ("/subject/type", Value::Null, "missing-field", "subject.type"),
        ("/subject/id", Value::Null, "missing-field", "subject.id"),
        ("/action", Value::Null, "missing-field", "action"),
        ("/action/name", Value::Null, "missing-field", "action.name"),
        ("/resource", Value::Null, "missing-field", "resource"),
        ("/resource/type", Value::Null, "missing-field", "resource.type"),
        ("/resource/id", Value::Null, "missing-field", "resource.id"),
        ("/resource/properties", Value::Null, "missing-field", data),
        ("/resource/properties/data", Value::Null, "missing-field", data),
        ("/resource/properties/data", json!([]), "invalid-value", data),
        ("/resource/properties/data", json!("a"), "invalid-value", data),
        ("/resource/properties/data", json!([7]), "invalid-value", "resource.properties.data[0]"),
        ("/resource/properties/channel", json!(7), "invalid-value", "resource.properties.channel"),
        ("/subject", json!("alice"), "invalid-value", "subject"),
        ("/subject/type", json!("user"), "invalid-value", "subject.type"),
        ("/subject", json!({"type": "person", "id": "alice"}), "invalid-value", "subject.id"),
        ("/subject/id", json!(""), "invalid-value", "subject.id"),
        ("/action/name", json!(123), "invalid-value", "action.name"),
        ("/action/name", json!("can_read"), "invalid-value", "action.name"),
        ("/resource/type", json!("document"), "invalid-value", "resource.type"),
        ("/resource/id", json!("Not A Name"), "invalid-value", "resource.id"),
        ("/context", json!(7), "invalid-value", "context"),
        ("/context", json!({"event": "4711"}), "invalid-value", "context.event"),
        ("/context", json!({"signals": {"tfc": "x"}}), "unknown-field", "context.signals.tfc"),
    ] {
        let wrong = changed(pointer, value);
        let problem = server.post(ONE, &wrong).problem();
        assert_eq!(problem, (400, slug.into(), field.into()), "{wrong}");
        let listed = server.post(MANY, &json!({"evaluations": [wrong, valid]})).ok();
        assert_eq!(decisions(&listed), [false, true]);
        let error = &listed["evaluations"][0]["context"]["error"];
        let found = (&error["status"], &error["type"], &error["field"]);
        let kind = json!(format!("/errors#{slug}"));
        assert_eq!(found, (&json!(400), &kind, &json!(field)), "{wrong}");
        assert!(!error["message"].as_str().unwrap().contains("struct"), "{error}");
    }
    let unknown =
        changed("/subject", json!({"type": "person", "id": "p_0w3gw3gw3gw3gw3gw3gw3gw3gw"}));
    assert_eq!(server.post(ONE, &unknown).problem().0, 404);
    let listed = server.post(MANY, &json!({"evaluations": [7, {}, unknown]})).ok();
    assert_eq!(decisions(&listed), [false; 3]);
    assert_eq!(listed["evaluations"][2]["context"]["error"]["status"], 404);
    let many = server.post(MANY, &json!({"evaluations": vec![json!({}); 1001]})).problem();
    assert_eq!(many, (400, "too-many".into(), "evaluations".into()));
    let unheard = changed("/future", json!({"nested": true}));
    assert_eq!(server.post(ONE, &unheard).ok()["decision"], true);
}

#[test]
fn keys_bodies_and_request_ids_are_treated_as_the_standard_says() {
    let server = shop();
    let valid = use_of(&customer("4711")).to_string();
    let key = |it: &str| format!("Bearer {it}");
    let send = |path: &str, authorization: &str, media: &str, body: &str| -> Answer {
        let fields = [
            ("authorization", authorization),
            ("content-type", media),
            ("x-request-id", "bfe9eb29-ab87; \"any\" text"),
        ];
        let answer = server.send("POST", path, &fields, body.as_bytes());
        assert_eq!(answer.header("x-request-id"), Some("bfe9eb29-ab87; \"any\" text"));
        answer
    };
    let json = "application/json";
    for path in [ONE, MANY] {
        assert_eq!(send(path, &key(&server.secret), json, &valid).ok()["decision"], true);
        let unknown = send(path, &key("sk_shop_00000000000000000000000000"), json, &valid);
        assert_eq!(unknown.problem().0, 401);
        assert_eq!(send(path, &key(&server.page), json, &valid).problem().0, 403);
        let none = server.send("POST", path, &[("content-type", json)], valid.as_bytes());
        assert_eq!((none.problem().0, none.header("x-request-id")), (401, None));
        let text = send(path, &key(&server.secret), "text/plain", &valid).problem();
        assert_eq!((text.0, text.1.as_str()), (400, "unsupported-media-type"));
        for body in ["", "{]", "[1]", "7"] {
            assert_eq!(send(path, &key(&server.secret), json, body).problem().0, 400, "{body}");
        }
    }
}

#[test]
fn where_to_ask_is_told_to_anybody() {
    let server = Server::start();
    let request = "GET /.well-known/authzen-configuration HTTP/1.1\r\nconnection: close\r\n";
    let ask = |host: &str| {
        use std::io::Write;
        let mut stream = server.connect();
        stream.write_all(format!("{request}host: {host}\r\n\r\n").as_bytes()).unwrap();
        crate::server::read_answer(&mut stream)
    };
    let here = "http://handshake.shop.example:8080";
    let reply = ask("handshake.shop.example:8080");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(
        reply.ok(),
        json!({
            "policy_decision_point": here,
            "access_evaluation_endpoint": format!("{here}{ONE}"),
            "access_evaluations_endpoint": format!("{here}{MANY}"),
        })
    );
    assert_eq!(ask("a\"b/<c>").status, 422);
}
