//! Whatever is sent to a door, the answer says what was wrong with it and where; nothing of it
//! reaches the ledger, and the server goes on.

use std::collections::HashMap;
use std::sync::{Arc, Barrier};

use handshake::http::{PersonToken, Signer, VisitToken};
use handshake::ledger::verify;
use handshake_core::vocabulary::{Millis, PersonId};
use serde_json::{Value, json};

use crate::server::{Answer, ORIGIN, Server, event, event_at, ridgeline};

/// A door with a body that it takes.
struct Door {
    path: &'static str,
    /// For pages, with a publishable key in the body; else for servers, with a secret key.
    page: bool,
    body: Value,
    /// A field it cannot do without.
    needs: &'static str,
    /// Where the event id is, as pointer and as a problem tells it.
    event: Option<(&'static str, &'static str)>,
    /// Another value for some field, which makes it another body.
    other: (&'static str, Value),
    /// Where the reply says that it is a repeat.
    repeat: (&'static str, Value),
}

/// Counts what was tried, and gathers what went otherwise than it should.
#[derive(Default)]
struct Tried {
    count: usize,
    otherwise: Vec<String>,
}

/// Status, slug and field of the problem expected.
type Expected<'a> = (u16, &'a str, &'a str);

const PURPOSE: &str = "help-others-choose";
const UNKNOWN_PERSON: &str = "p_00000000000000000000000000";

impl Tried {
    fn check(&mut self, what: &str, answer: &Answer, expected: Expected<'_>) {
        self.count += 1;
        let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let kind = body["type"].as_str().unwrap_or_default();
        let slug = kind.strip_prefix("/errors#").unwrap_or_default();
        let field = body["field"].as_str().unwrap_or_default();
        let plain = answer.header("content-type") == Some("application/problem+json")
            && body["status"] == answer.status
            && !body["detail"].as_str().unwrap_or_default().is_empty();
        if !plain || (answer.status, slug, field) != expected {
            let status = answer.status;
            self.otherwise.push(format!("{what}: {status} {} for {expected:?}", answer.text));
        }
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        self.count += 1;
        if found != expected {
            self.otherwise.push(format!("{what}: {found:?} for {expected:?}"));
        }
    }
}

impl Door {
    fn with_event(&self, id: &str) -> Value {
        let mut body = self.body.clone();
        if let Some((pointer, _)) = self.event {
            *body.pointer_mut(pointer).unwrap() = json!(id);
        }
        body
    }

    fn knock(&self, server: &Server, body: &[u8]) -> Answer {
        self.knock_as(server, body, &[])
    }

    fn knock_as(&self, server: &Server, body: &[u8], more: &[(&str, &str)]) -> Answer {
        let authorization = format!("Bearer {}", server.secret);
        let own = match self.page {
            true => [("origin", ORIGIN), ("content-type", "text/plain")],
            false => [("authorization", &*authorization), ("content-type", "application/json")],
        };
        server.send("POST", self.path, &[&own[..], more].concat(), body)
    }
}

/// A token and an ask's token, and a decision: what some doors want to see.
struct Held {
    visit: String,
    asks: [String; 2],
    decision: String,
}

fn held(server: &Server) -> Held {
    let visit = server.beacon("/v1/visit", &json!({}), &[]).ok()["token"].clone();
    let ask = || {
        let body = json!({"token": visit, "purpose": PURPOSE});
        server.beacon("/v1/ask", &body, &[]).ok()["token"].as_str().unwrap().to_owned()
    };
    let asks = [ask(), ask()];
    let known = json!({"event": event(), "customer": "4711", "age": "adult"});
    server.post("/v1/identities", &known).ok();
    let decision = server.post("/v1/decide", &used("4711")).ok()["decision"].clone();
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    Held { visit: text(&visit), asks, decision: text(&decision) }
}

fn used(customer: &str) -> Value {
    json!({"event": event(), "person": {"customer": customer}, "act": "use",
        "purpose": PURPOSE, "data": ["behaviour.viewed"]})
}

#[rustfmt::skip]
fn doors(server: &Server, held: &Held) -> Vec<Door> {
    let (key, decision) = (&server.page, &held.decision);
    let root = Some(("/event", "event"));
    let no_event = (("", Value::Null), ("", Value::Null));
    let door = |path, body, needs, event, (other, repeat)| Door { path, page: false, body, needs, event, other, repeat };
    let page = |path, body, needs, event, (other, repeat)| Door { path, page: true, body, needs, event, other, repeat };
    let again = |pointer| (pointer, json!(true));
    vec![
        door("/v1/decide", used("4711"), "act", root, (("/channel", json!("app")), again("/duplicate"))),
        door("/v1/decide/batch", json!({"uses": [used("4711")]}), "uses", Some(("/uses/0/event", "uses[0].event")),
            (("/uses/0/channel", json!("app")), again("/decisions/0/duplicate"))),
        door("/v1/events", json!({"events": [{"event": event(), "type": "view", "customer": "4711", "items": [{"item": "bell"}]}]}),
            "events", Some(("/events/0/event", "events[0].event")), (("/events/0/type", json!("cart")), again("/events/0/duplicate"))),
        door("/v1/identities", json!({"event": event(), "customer": "4712", "age": "adult"}), "customer", root,
            (("/customer", json!("4713")), ("/linked", json!(false)))),
        door("/v1/answers", json!({"event": event(), "customer": "4711", "purpose": PURPOSE, "answer": "refused", "gesture": "phone"}),
            "answer", root, (("/answer", json!("granted")), again("/duplicate"))),
        door("/v1/counts", json!({"event": event(), "metric": "visits", "count": 1}), "metric", root,
            (("/count", json!(2)), again("/duplicate"))),
        door("/v1/outcomes", json!({"event": event(), "decision": decision, "carried_out": "withheld"}), "decision", root,
            (("/carried_out", json!("done")), again("/duplicate"))),
        door("/v1/catalog", json!({"event": event(), "items": [{"item": "bell", "name": "BELL"}]}), "items", root,
            (("/items/0/name", json!("GONG")), ("/items", json!(1)))),
        page("/v1/visit", json!({"key": key}), "", None, no_event.clone()),
        page("/v1/ask", json!({"key": key, "token": held.visit}), "token", None, no_event.clone()),
        page("/v1/shown", json!({"key": key, "token": held.asks[0], "event": event()}), "token", root,
            (("/token", json!(held.asks[1])), again("/duplicate"))),
        page("/v1/permissions", json!({"key": key}), "", None, no_event),
    ]
}

/// What every door says of what no door takes.
fn every_door(server: &Server, door: &Door, tried: &mut Tried) {
    let what = |it: &str| format!("{} {it}", door.path);
    let valid = door.with_event(&event());
    let text = valid.to_string();
    let malformed = [("malformed", "{]"), ("empty", ""), ("truncated", &text[..text.len() - 1])];
    for (name, body) in malformed {
        let answer = door.knock(server, body.as_bytes());
        tried.check(&what(name), &answer, (400, "malformed-json", ""));
    }
    let changed = |field: &str, value: Option<Value>| {
        let mut body = valid.clone();
        let fields = body.as_object_mut().unwrap();
        match value {
            Some(value) => fields.insert(field.to_owned(), value),
            None => fields.remove(field),
        };
        door.knock(server, body.to_string().as_bytes())
    };
    let unknown = changed("granted_at", Some(json!("now")));
    tried.check(&what("unknown field"), &unknown, (422, "unknown-field", "granted_at"));
    if !door.needs.is_empty() {
        let missing = changed(door.needs, None);
        tried.check(&what("missing field"), &missing, (422, "missing-field", door.needs));
        let wrong = changed(door.needs, Some(json!(7)));
        tried.check(&what("wrong type"), &wrong, (422, "invalid-value", door.needs));
    }
    let large = door.knock(server, &vec![b' '; 9 << 20]);
    tried.check(&what("large body"), &large, (413, "body-too-large", ""));
    let zipped = door.knock_as(server, b"\x1f\x8b", &[("content-encoding", "gzip")]);
    tried.check(&what("gzip"), &zipped, (415, "unsupported-media-type", ""));
    let method = server.send("DELETE", door.path, &[], b"");
    tried.check(&what("wrong method"), &method, (405, "method-not-allowed", ""));
    match door.page {
        true => page_keys(server, door, &valid, tried),
        false => server_keys(server, door, &valid, tried),
    }
    if door.event.is_some() {
        event_ids(server, door, tried);
    }
}

fn page_keys(server: &Server, door: &Door, valid: &Value, tried: &mut Tried) {
    let what = |it: &str| format!("{} {it}", door.path);
    let keyed = |key: Value, origin: &str| {
        let mut body = valid.clone();
        body["key"] = key;
        let fields = [("origin", origin), ("content-type", "text/plain")];
        server.send("POST", door.path, &fields, body.to_string().as_bytes())
    };
    let own = json!(server.page);
    tried.check(&what("no key"), &keyed(Value::Null, ORIGIN), (401, "unauthorised", "key"));
    tried.check(&what("no such key"), &keyed(json!("pk_x"), ORIGIN), (401, "unauthorised", "key"));
    let secret = keyed(json!(server.secret), ORIGIN);
    tried.check(&what("secret key in a page"), &secret, (403, "forbidden", "key"));
    let foreign = keyed(own.clone(), "https://shop.example.evil");
    tried.check(&what("foreign origin"), &foreign, (403, "foreign-origin", ""));
    tried.check(&what("no origin"), &keyed(own, "null"), (403, "foreign-origin", ""));
}

fn server_keys(server: &Server, door: &Door, valid: &Value, tried: &mut Tried) {
    let what = |it: &str| format!("{} {it}", door.path);
    let text = valid.to_string();
    let fields = [("content-type", "application/json")];
    // Doors for pages too say that the key may come in the body.
    let both = ["/v1/answers", "/v1/counts", "/v1/events", "/v1/outcomes"].contains(&door.path);
    let none = server.send("POST", door.path, &fields, text.as_bytes());
    tried.check(&what("no key"), &none, (401, "unauthorised", if both { "key" } else { "" }));
    let unknown = server.post_as("sk_shop_00000000000000000000000000", door.path, valid);
    tried.check(&what("no such key"), &unknown, (401, "unauthorised", ""));
    let page = server.post_as(&server.page, door.path, valid);
    tried.check(&what("publishable key"), &page, (403, "forbidden", ""));
    let kind = door.knock_as(server, text.as_bytes(), &[("content-type", "image/png")]);
    // Two content types: the first counts, so it is taken or refused, but never half.
    tried.same(&what("two content types"), &(kind.status < 500), &true);
}

fn event_ids(server: &Server, door: &Door, tried: &mut Tried) {
    let what = |it: &str| format!("{} {it}", door.path);
    let (_, field) = door.event.unwrap();
    let knock = |body: &Value| door.knock(server, body.to_string().as_bytes());
    for id in ["4711", "", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"] {
        let answer = knock(&door.with_event(id));
        tried.check(&what(&format!("event id `{id}`")), &answer, (422, "invalid-value", field));
    }
    let now = handshake::clock::now();
    for (name, at) in [("old", now.plus_days(-8)), ("future", now.plus_hours(1))] {
        let answer = knock(&door.with_event(&event_at(at.0, 1)));
        tried.check(&what(name), &answer, (422, "event-too-old", field));
    }
    let mut body = door.with_event(&event());
    let first = knock(&body);
    tried.same(&what("taken"), &(first.status / 100), &2);
    let again = knock(&body).json();
    let (pointer, expected) = &door.repeat;
    tried.same(&what("sent again"), &again.pointer(pointer).cloned(), &Some(expected.clone()));
    let (pointer, value) = &door.other;
    match body.pointer_mut(pointer) {
        Some(place) => *place = value.clone(),
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[name] = value.clone();
        }
    }
    tried.check(&what("another body"), &knock(&body), (409, "event-reused", field));
}

/// One value of one field, and what is said of it.
#[rustfmt::skip]
fn values() -> Vec<(&'static str, &'static str, Value, Expected<'static>)> {
    let long = "x".repeat(600);
    let invalid = |field| (422, "invalid-value", field);
    let unknown = |field| (404, "not-found", field);
    let money = |amount: &str, currency: &str| json!({"amount": amount, "currency": currency});
    vec![
        ("/v1/decide", "purpose", json!("Help Others!"), invalid("purpose")),
        ("/v1/decide", "purpose", json!(""), invalid("purpose")),
        ("/v1/decide", "purpose", json!("help-\u{456}thers"), invalid("purpose")),
        ("/v1/decide", "data", json!([]), invalid("data")),
        ("/v1/decide", "data", json!(["a\u{202e}b"]), invalid("data")),
        ("/v1/decide", "data", json!(vec!["behaviour.viewed"; 257]), invalid("data")),
        ("/v1/decide", "data", json!([{"name": "behaviour.viewed", "collected_at": "yesterday"}]), invalid("data[0].collected_at")),
        ("/v1/decide", "act", json!("eat"), invalid("act")),
        ("/v1/decide", "caller", json!("Bad Caller"), invalid("caller")),
        ("/v1/decide", "recipient", json!("nobody's"), invalid("recipient")),
        ("/v1/decide", "channel", json!("TELEGRAPH"), invalid("channel")),
        ("/v1/decide", "campaign", json!("spring sale"), invalid("campaign")),
        ("/v1/decide", "jurisdiction", json!("abcdefghijklmnopq"), invalid("jurisdiction")),
        ("/v1/decide", "tags", json!(["BAD"]), invalid("tags")),
        ("/v1/decide", "tags", json!(vec!["a"; 65]), invalid("tags")),
        ("/v1/decide", "person", json!("p_nonsense"), invalid("person")),
        ("/v1/decide", "person", json!({"customer": 7}), invalid("person.customer")),
        ("/v1/decide", "person", json!({"customer": ""}), invalid("customer")),
        ("/v1/decide", "person", json!({"email": "a@b"}), (422, "unknown-field", "person.email")),
        ("/v1/decide", "person", json!(UNKNOWN_PERSON), unknown("person")),
        ("/v1/decide", "at", json!("2020-01-01T00:00:00Z"), (403, "forbidden", "at")),
        ("/v1/identities", "age", json!("old"), invalid("age")),
        ("/v1/identities", "customer", json!(""), invalid("customer")),
        ("/v1/identities", "customer", json!(long), invalid("customer")),
        ("/v1/identities", "person", json!(UNKNOWN_PERSON), unknown("person")),
        ("/v1/answers", "answer", json!("maybe"), invalid("answer")),
        ("/v1/answers", "gesture", json!("Wink"), invalid("gesture")),
        ("/v1/answers", "purpose", json!("nobody-declared-this"), (422, "unknown-name", "purpose")),
        ("/v1/answers", "statement", json!("xyz"), invalid("statement")),
        ("/v1/answers", "person", json!(UNKNOWN_PERSON), invalid("customer")),
        ("/v1/answers", "token", json!("x.y"), invalid("token")),
        ("/v1/counts", "count", json!(0), invalid("count")),
        ("/v1/counts", "count", json!(-1), invalid("count")),
        ("/v1/counts", "count", json!(1_000_001), invalid("count")),
        ("/v1/counts", "metric", json!("Visits!"), invalid("metric")),
        ("/v1/outcomes", "decision", json!("d_zzz"), unknown("decision")),
        ("/v1/outcomes", "carried_out", json!("maybe"), invalid("carried_out")),
        ("/v1/outcomes", "carried_out", Value::Null, invalid("carried_out")),
        ("/v1/outcomes", "because", json!("because ".repeat(1000)), invalid("because")),
        ("/v1/outcomes", "metric", json!("Click!"), invalid("metric")),
        ("/v1/outcomes", "value", money("1.00", "EUR"), invalid("metric")),
        ("/v1/catalog", "items", json!([{"item": "", "name": "x"}]), invalid("item")),
        ("/v1/catalog", "items", json!([{"item": long, "name": "x"}]), invalid("item")),
        ("/v1/catalog", "items", json!([{"item": "a", "name": "x", "price": money("12,50", "EUR")}]), invalid("value")),
        ("/v1/catalog", "items", json!([{"item": "a", "name": "x", "price": money("12.50", "euro")}]), invalid("value")),
        ("/v1/ask", "token", json!("x.y"), (403, "token-invalid", "token")),
        ("/v1/ask", "purpose", json!("nobody-declared-this"), (422, "unknown-name", "purpose")),
        ("/v1/ask", "purpose", json!("take-orders"), (422, "unknown-name", "purpose")),
        ("/v1/ask", "interest", json!("Bad Name!"), invalid("interest")),
        ("/v1/ask", "person", json!("x.y"), (403, "token-invalid", "token")),
        ("/v1/shown", "token", json!("x.y"), (403, "token-invalid", "token")),
        ("/v1/visit", "token", json!("x.y"), (403, "token-invalid", "token")),
        ("/v1/permissions", "token", json!("x.y"), (403, "token-invalid", "token")),
        ("/v1/permissions", "token", Value::Null, unknown("")),
    ]
}

/// The same for fields of a happening.
#[rustfmt::skip]
fn happenings() -> Vec<(&'static str, Value, Expected<'static>)> {
    let invalid = |field| (422, "invalid-value", field);
    vec![
        ("type", json!("View!"), invalid("events[0].type")),
        ("type", Value::Null, invalid("events[0].type")),
        ("query", json!("x".repeat(300)), invalid("events[0].query")),
        ("items", json!([{"item": "x".repeat(300)}]), invalid("events[0].items")),
        ("items", json!([{"item": "x", "quantity": 2}]), (422, "unknown-field", "events[0].items[0].quantity")),
        ("value", json!({"amount": "1e9", "currency": "EUR"}), invalid("events[0].value")),
        ("channel", json!("Web!"), invalid("events[0].channel")),
        ("person", json!(UNKNOWN_PERSON), invalid("events[0].customer")),
        ("at", json!("2020-01-01T00:00:00Z"), (403, "forbidden", "events[0].at")),
        ("claimed_at", json!("yesterday"), invalid("events[0].claimed_at")),
        ("customer", json!(""), invalid("events[0].customer")),
    ]
}

fn fields(server: &Server, doors: &[Door], tried: &mut Tried) {
    let of = |path| doors.iter().find(|it| it.path == path).unwrap();
    for (path, field, value, expected) in values() {
        let mut body = of(path).with_event(&event());
        body[field] = value.clone();
        let answer = of(path).knock(server, body.to_string().as_bytes());
        let shown: String = value.to_string().chars().take(60).collect();
        tried.check(&format!("{path} {field} = {shown}"), &answer, expected);
        if expected.1 == "unknown-name" && body["purpose"] != "take-orders" {
            let detail = answer.json()["detail"].to_string();
            tried.same(&format!("{path} lists {detail}"), &detail.contains(PURPOSE), &true);
        }
    }
    let door = of("/v1/events");
    for (field, value, expected) in happenings() {
        let mut body = door.with_event(&event());
        body["events"][0][field] = value.clone();
        // An order by somebody new, so that whoever is refused must not have become known.
        if ["channel", "value"].contains(&field) {
            body["events"][0]["type"] = json!("order");
            body["events"][0]["customer"] = json!("refused-customer");
        }
        let answer = door.knock(server, body.to_string().as_bytes());
        tried.check(&format!("/v1/events {field}"), &answer, expected);
    }
    let known = server.get("/v1/permissions?customer=refused-customer");
    tried.check("a refused order makes nobody known", &known, (404, "not-found", "customer"));
}

/// A refused report is not half recorded: sent again without the mistake it is taken.
fn nothing_by_halves(server: &Server, tried: &mut Tried) {
    let decision = server.post("/v1/decide", &used("4711")).ok()["decision"].clone();
    let mut body = json!({"event": event(), "decision": decision, "carried_out": "done",
        "metric": "Click!"});
    let refused = server.post("/v1/outcomes", &body);
    tried.check("a report with a bad metric", &refused, (422, "invalid-value", "metric"));
    body["metric"] = json!("click");
    let taken = server.post("/v1/outcomes", &body);
    tried.same("the same report mended", &taken.status, &202);
    tried.same("is new", &taken.json()["duplicate"], &json!(false));

    let view = json!({"events": [{"event": event(), "type": "view", "customer": "4711"}]});
    let mut first = server.post("/v1/events", &view).ok();
    let again = server.post("/v1/events", &view).ok();
    first["events"][0]["duplicate"] = json!(true);
    tried.same("a repeat is told what the first was", &again, &first);
}

fn floods(server: &Server, doors: &[Door], tried: &mut Tried) {
    let deep = format!("{{\"data\":{}", "[".repeat(100_000));
    let wide: String = (0..100_000).map(|n| format!("\"{n}\":1,")).collect();
    let wide = format!("{{{wide}\"z\":1}}");
    for door in doors.iter().filter(|it| !it.page) {
        let answer = door.knock(server, deep.as_bytes());
        tried.same(&format!("{} deep", door.path), &[400, 422].contains(&answer.status), &true);
        let answer = door.knock(server, wide.as_bytes());
        tried.check(&format!("{} wide", door.path), &answer, (422, "unknown-field", "0"));
        let nested = door.body.to_string().replacen("[", &"[".repeat(100_000), 1);
        let status = door.knock(server, nested.as_bytes()).status;
        tried.same(&format!("{} nested", door.path), &(status < 500), &true);
    }
    let many = json!({"uses": vec![used("4711"); 1001]});
    let answer = server.post("/v1/decide/batch", &many);
    tried.check("1001 uses", &answer, (422, "too-many", "uses"));
    let view = json!({"event": event(), "type": "view", "customer": "4711"});
    let answer = server.post("/v1/events", &json!({"events": vec![view; 1001]}));
    tried.check("1001 events", &answer, (422, "too-many", "events"));
}

fn reading(server: &Server, tried: &mut Tried) {
    let unknown = format!("/v1/permissions?person={UNKNOWN_PERSON}");
    #[rustfmt::skip]
    let cases: &[(&str, Expected<'_>)] = &[
        (&unknown, (404, "not-found", "person")),
        ("/v1/permissions?customer=nobody", (404, "not-found", "customer")),
        ("/v1/permissions", (422, "missing-field", "person")),
        ("/v1/permissions?person=p_x", (422, "invalid-value", "person")),
        ("/v1/permissions?email=a", (422, "unknown-field", "email")),
        ("/v1/policies/8", (404, "not-found", "version")),
        ("/v1/catalog?limit=0", (422, "invalid-value", "limit")),
        ("/v1/catalog?limit=many", (422, "invalid-value", "")),
        ("/v1/nothing", (404, "not-found", "")),
        ("/", (404, "not-found", "")),
    ];
    for (path, expected) in cases {
        tried.check(path, &server.get(path), *expected);
    }
}

/// Tokens that are late, forged, or another site's; a decision of another site.
fn strangers(server: &Server, other: &Other, tried: &mut Tried) {
    let directory = server.directory();
    let own = directory.site_named("shop").unwrap();
    let signer = Signer::new(&own.secret, own.id);
    let foreign = directory.site_named("other").unwrap();
    let foreigner = Signer::new(&foreign.secret, foreign.id);
    let past = Millis(handshake::clock::now().0 - 1);
    let late = signer.visit(&VisitToken { nonce: [1; 16], expires: past });
    let person = PersonId([9; 16]);
    let late_person = signer.person(&PersonToken { person, expires: past });
    let in_time = handshake::clock::now().plus_hours(1);
    let erased = signer.person(&PersonToken { person, expires: in_time });
    let their = foreigner.visit(&VisitToken { nonce: [1; 16], expires: in_time });
    let ask = |token: &str| server.beacon("/v1/ask", &json!({"token": token}), &[]);
    tried.check("late visit", &ask(&late), (403, "token-expired", "token"));
    tried.check("another site's signature", &ask(&their), (403, "token-invalid", "token"));
    tried.check("another site's token", &ask(&other.visit), (403, "token-invalid", "token"));
    tried.check("a person's token to ask", &ask(&erased), (403, "token-invalid", "token"));
    let withdraw = |token: &str| {
        let body = json!({"token": token, "purpose": PURPOSE, "answer": "withdrawn",
            "gesture": "click", "event": event()});
        server.beacon("/v1/answers", &body, &[])
    };
    tried.check("late person", &withdraw(&late_person), (403, "token-expired", "token"));
    tried.check("a person who is gone", &withdraw(&erased), (404, "not-found", "person"));
    let outcome = json!({"event": event(), "decision": other.decision, "carried_out": "done"});
    let outcome = server.post("/v1/outcomes", &outcome);
    tried.check("another site's decision", &outcome, (404, "not-found", "decision"));
    let body = json!({"key": other.page});
    let fields = [("origin", ORIGIN), ("content-type", "text/plain")];
    let theirs = server.send("POST", "/v1/visit", &fields, body.to_string().as_bytes());
    tried.check("another site's key from our page", &theirs, (403, "foreign-origin", ""));
    let revoked = server.post_as(&other.revoked, "/v1/decide", &used("4711"));
    tried.check("a revoked key", &revoked, (401, "unauthorised", ""));
}

/// A second shop on the same server.
struct Other {
    page: String,
    visit: String,
    decision: String,
    /// A secret key of the first shop that was taken back.
    revoked: String,
}

const OTHER_ORIGIN: &str = "https://other.example";

fn add_other(server: &mut Server) -> Other {
    let last = |it: String| it.split_whitespace().last().unwrap().to_owned();
    let revoked = last(server.command(&["keys", "add", "secret"]));
    server.command(&["keys", "revoke", &revoked]);
    server.end();
    let policy = server.folder.path().join("policy.kdl");
    std::fs::write(&policy, ridgeline()).unwrap();
    server.command(&["site", "add", "other", "--origin", OTHER_ORIGIN]);
    server.command(&["policy", "publish", policy.to_str().unwrap(), "--site", "other"]);
    let page = last(server.command(&["keys", "add", "publishable", "--site", "other"]));
    let secret = last(server.command(&["keys", "add", "secret", "--site", "other"]));
    server.restart();
    let body = json!({"key": page}).to_string();
    let fields = [("origin", OTHER_ORIGIN), ("content-type", "text/plain")];
    let visit = server.send("POST", "/v1/visit", &fields, body.as_bytes()).ok()["token"].clone();
    let known = json!({"event": event(), "customer": "1"});
    server.post_as(&secret, "/v1/identities", &known).ok();
    let decision = server.post_as(&secret, "/v1/decide", &used("1")).ok()["decision"].clone();
    let text = |it: Value| it.as_str().unwrap().to_owned();
    Other { page, visit: text(visit), decision: text(decision), revoked }
}

fn publish(server: &Server, source: &str, if_match: Option<&str>) -> Answer {
    let authorization = format!("Bearer {}", server.secret);
    let mut fields = vec![("authorization", &*authorization), ("content-type", "application/kdl")];
    fields.extend(if_match.map(|it| ("if-match", it)));
    server.send("POST", "/v1/policies", &fields, source.as_bytes())
}

fn policies(server: &Arc<Server>, tried: &mut Tried) {
    let newest = server.get("/v1/policies/7");
    let hash = newest.header("etag").unwrap().to_owned();
    let source = ridgeline();
    let version = |n: u32| source.replace("version=7 replaces=6", &format!("version={n}"));
    let mistaken = version(8).replacen("  with us\n", "  with nobody\n", 1);
    let line = mistaken.lines().position(|it| it == "  with nobody").unwrap() + 1;
    let answer = publish(server, &mistaken, Some(&hash));
    tried.check("a mistake in a policy", &answer, (422, "policy-mistakes", ""));
    tried.same("its line", &answer.json()["problems"][0]["line"], &json!(line));
    let broken = publish(server, "policy {\n  \"", Some(&hash));
    tried.check("no policy at all", &broken, (422, "policy-mistakes", ""));
    tried.check("no If-Match", &publish(server, &version(8), None), (409, "policy-conflict", ""));
    let nonsense = publish(server, &version(8), Some("\"latest\""));
    tried.check("If-Match of nothing", &nonsense, (422, "invalid-value", "If-Match"));
    let same_number = version(7).replace("at-most 2", "at-most 3");
    let answer = publish(server, &same_number, Some(&hash));
    tried.check("a version that is taken", &answer, (422, "invalid-value", "version"));

    // Two publish at once, both from the newest: one is told of the other.
    let together = Arc::new(Barrier::new(2));
    let rivals: Vec<_> = [8, 9]
        .map(|number| {
            let (server, together) = (Arc::clone(server), Arc::clone(&together));
            let (source, hash) = (version(number), hash.clone());
            std::thread::spawn(move || {
                together.wait();
                publish(&server, &source, Some(&hash))
            })
        })
        .into_iter()
        .map(|it| it.join().unwrap())
        .collect();
    let mut statuses: Vec<u16> = rivals.iter().map(|it| it.status).collect();
    statuses.sort_unstable();
    tried.same("two publish at once", &statuses, &vec![201, 409]);
    let loser = rivals.iter().find(|it| it.status != 201).unwrap();
    tried.check("who came second", loser, (409, "policy-conflict", ""));
}

#[test]
fn every_mistake_is_named_and_the_server_goes_on() {
    let mut server = Server::of_ridgeline();
    let other = add_other(&mut server);
    let mut tried = Tried::default();
    let held = held(&server);
    let doors = doors(&server, &held);
    doors.iter().for_each(|door| every_door(&server, door, &mut tried));
    fields(&server, &doors, &mut tried);
    nothing_by_halves(&server, &mut tried);
    floods(&server, &doors, &mut tried);
    reading(&server, &mut tried);
    strangers(&server, &other, &mut tried);
    let undeclared = json!({"event": event(), "person": {"customer": "4711"}, "act": "use",
        "purpose": "nobody-declared-this", "data": ["behaviour.viewed"]});
    let undeclared = server.post("/v1/decide", &undeclared).ok();
    tried.same("an undeclared use", &undeclared["verdict"], &json!("undeclared"));
    let server = Arc::new(server);
    policies(&server, &mut tried);

    assert_eq!(server.post("/v1/decide", &used("4711")).status, 200);
    let metrics = server.get("/metrics").text;
    tried.same("no 5xx", &metrics.contains("status=\"5xx\""), &false);
    let mut server = Arc::into_inner(server).unwrap();
    server.end();
    verify(&server.ledger()).unwrap();
    let mut numbers = HashMap::new();
    let site = server.open();
    let each = &mut |it: &handshake_core::event::Recorded| {
        *numbers.entry(it.fact.kind().to_string()).or_insert(0u32) += 1;
    };
    site.reader().read_all(handshake_core::vocabulary::Position(0), each).unwrap();
    eprintln!("{} mistakes tried; the ledger holds {numbers:?}", tried.count);
    let otherwise = tried.otherwise.join("\n");
    assert!(tried.otherwise.is_empty(), "{} went otherwise:\n{otherwise}", tried.otherwise.len());
}
