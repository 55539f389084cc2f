//! Every door, the way shops use them.

use serde_json::{Value, json};

use crate::server::{ORIGIN, Server, event};

fn use_of(customer: &str) -> Value {
    json!({
        "event": event(), "person": {"customer": customer}, "act": "use",
        "purpose": "suggest-gifts", "data": ["purchase.items", "behaviour.viewed"],
    })
}

pub(crate) fn cookie_of(answer: &crate::server::Answer, name: &str) -> Option<String> {
    let pairs = answer.headers("set-cookie").filter_map(|it| it.split(';').next());
    pairs.filter_map(|it| it.split_once('=')).find(|it| it.0 == name).map(|it| it.1.to_owned())
}

/// A visit, then the ask for a purpose.
pub(crate) fn asked(server: &Server, purpose: &str, cookie: &str) -> (Value, Value) {
    let fields = [("cookie", cookie)];
    let visit = server.beacon("/v1/visit", &json!({}), &fields).ok();
    let ask = json!({"token": visit["token"], "purpose": purpose, "language": "en"});
    let ask = server.beacon("/v1/ask", &ask, &fields).ok();
    (visit, ask)
}

fn answer(ask: &Value, answer: &str) -> Value {
    json!({"token": ask["token"], "answer": answer, "gesture": "click", "event": event()})
}

#[test]
fn a_visitor_becomes_a_person_by_granting_and_takes_it_back() {
    let server = Server::start();
    let (visit, ask) = asked(&server, "suggest-gifts", "");
    assert_eq!(visit["known"], false);
    assert_eq!(ask["choices"], json!(["granted", "refused", "deferred"]));
    let shown = json!({"token": ask["token"], "event": event()});
    let shown = server.beacon("/v1/shown", &shown, &[]);
    assert_eq!(shown.ok()["duplicate"], false);
    assert!(cookie_of(&shown, "hs_asked").is_some());

    let grant = answer(&ask, "granted");
    let granted = server.beacon("/v1/answers", &grant, &[]);
    let token = cookie_of(&granted, "hs_person").unwrap();
    let granted = granted.ok();
    assert_eq!(granted["token"], json!(token));
    let person = granted["person"].as_str().unwrap();
    let of = |reply: &Value| {
        let all = reply["permissions"].as_array().unwrap();
        all.iter().find(|it| it["purpose"] == "suggest-gifts").unwrap().clone()
    };
    assert_eq!(of(&granted)["standing"], "granted");
    assert_eq!(of(&granted)["statement"], ask["statement"]);
    assert_eq!(of(&granted)["says"], ask["says"]);

    let again = server.beacon("/v1/answers", &grant, &[]).ok();
    assert_eq!((&again["duplicate"], &again["person"]), (&json!(true), &json!(person)));

    let cookie = format!("hs_person={token}");
    let back = server.beacon("/v1/visit", &json!({}), &[("cookie", &cookie)]).ok();
    assert_eq!((&back["known"], &of(&back)["standing"]), (&json!(true), &json!("granted")));

    let decided = |expected: &str| {
        let wanted = json!({
            "event": event(), "person": person, "act": "use", "purpose": "suggest-gifts",
            "data": ["behaviour.viewed"],
        });
        let decision = server.post("/v1/decide", &wanted).ok();
        assert_eq!(decision["verdict"], expected, "{decision}");
        decision
    };
    let decision = decided("allowed");
    assert_eq!(decision["permissions"][0]["statement"], ask["statement"]);

    let withdraw = json!({
        "token": token, "purpose": "suggest-gifts", "answer": "withdrawn", "gesture": "click",
        "event": event(),
    });
    let withdrawn = server.beacon("/v1/answers", &withdraw, &[]).ok();
    assert_eq!(of(&withdrawn)["standing"], "withdrawn");
    let decision = decided("not_allowed");
    assert_eq!(
        (&decision["advice"], &decision["reasons"][0]["code"]),
        (&json!("withhold"), &json!("withdrawn"))
    );
    // The used ask's token never grants again.
    let replayed = server.beacon("/v1/answers", &answer(&ask, "granted"), &[]).ok();
    assert_eq!(
        (&replayed["duplicate"], &of(&replayed)["standing"]),
        (&json!(true), &json!("withdrawn"))
    );
}

#[test]
fn a_refusal_stays_on_the_device_without_any_id() {
    let server = Server::start();
    let (_, ask) = asked(&server, "suggest-gifts", "");
    let refused = server.beacon("/v1/answers", &answer(&ask, "refused"), &[]);
    assert_eq!(cookie_of(&refused, "hs_person"), None);
    let no = cookie_of(&refused, "hs_no").unwrap();
    assert!(no.starts_with("suggest-gifts:"), "{no}");
    assert_eq!(refused.ok()["person"], Value::Null);

    let cookie = format!("hs_no={no}");
    let visit = server.beacon("/v1/visit", &json!({}), &[("cookie", &cookie)]).ok();
    let ask = json!({"token": visit["token"], "purpose": "suggest-gifts"});
    let none = server.beacon("/v1/ask", &ask, &[("cookie", &cookie)]);
    assert_eq!((none.status, none.text.as_str()), (204, ""));
}

#[test]
fn a_form_without_scripts_is_taken_back_to_its_page() {
    let server = Server::start();
    let (_, ask) = asked(&server, "suggest-gifts", "");
    let form = format!(
        "key={}&token={}&answer=granted&gesture=form&event={}",
        server.page,
        ask["token"].as_str().unwrap(),
        event()
    );
    let page = format!("{ORIGIN}/bikes?x=1");
    let fields = [
        ("origin", ORIGIN),
        ("referer", &*page),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let done = server.send("POST", "/v1/answers", &fields, form.as_bytes());
    assert_eq!((done.status, done.header("location")), (303, Some(&*page)));
    assert!(cookie_of(&done, "hs_person").is_some());
}

#[test]
fn a_use_is_decided_recorded_and_reported() {
    let mut server = Server::start();
    let customer = json!({"event": event(), "customer": "4711", "age": "adult"});
    assert_eq!(server.post("/v1/identities", &customer).ok()["linked"], true);
    let wanted = use_of("4711");
    let decision = server.post("/v1/decide", &wanted).ok();
    assert_eq!(
        (&decision["verdict"], &decision["advice"], &decision["mode"]),
        (&json!("not_allowed"), &json!("withhold"), &json!("enforce"))
    );
    assert_eq!(decision["reasons"][0]["code"], "no_permission");
    assert_eq!(decision["uncovered"], json!(["purchase.items", "behaviour.viewed"]));
    assert_eq!(decision["policy"]["version"], 1);

    // The same event is decided once; another body under it is a mistake.
    let again = server.post("/v1/decide", &wanted).ok();
    assert_eq!((&again["decision"], &again["duplicate"]), (&decision["decision"], &json!(true)));
    let mut other = wanted.clone();
    other["purpose"] = json!("follow-up-email");
    assert_eq!(
        server.post("/v1/decide", &other).problem(),
        (409, "event-reused".into(), "event".into())
    );

    server.kill_and_restart();
    let again = server.post("/v1/decide", &wanted).ok();
    assert_eq!(again["decision"], decision["decision"], "an acknowledged decision was lost");

    let outcome = json!({
        "event": event(), "decision": decision["decision"], "carried_out": "done",
        "because": "old mailer", "metric": "order", "value": {"amount": "12.50", "currency": "GBP"},
    });
    assert_eq!(server.post("/v1/outcomes", &outcome).ok()["tally"], "violation");
    let guessed = json!({"event": event(), "decision": "d_00000000000000000000000000", "carried_out": "done"});
    assert_eq!(
        server.post("/v1/outcomes", &guessed).problem(),
        (404, "not-found".into(), "decision".into())
    );

    let granted = json!({
        "event": event(), "customer": "4711", "purpose": "suggest-gifts", "answer": "granted",
        "gesture": "phone",
    });
    let granted = server.post("/v1/answers", &granted).ok();
    assert_eq!(granted["token"], Value::Null);
    let decision = server.post("/v1/decide", &use_of("4711")).ok();
    assert_eq!((&decision["verdict"], &decision["advice"]), (&json!("allowed"), &json!("proceed")));
    let stands = server.get("/v1/permissions?customer=4711").ok();
    assert_eq!(stands["person"], granted["person"]);
    assert!(stands["as_of"].as_u64().unwrap() > 3);
}

#[test]
fn many_uses_are_decided_at_once() {
    let server = Server::start();
    let uses: Vec<Value> = (0..50).map(|n| use_of(&n.to_string())).collect();
    let reply = server.post("/v1/decide/batch", &json!({"uses": uses})).ok();
    assert_eq!(reply["decisions"].as_array().unwrap().len(), 50);

    let lines = format!("{}\n{{\"act\":\"use\"}}\n\n{}\n", use_of("1"), use_of("2"));
    let authorization = format!("Bearer {}", server.secret);
    let fields = [("authorization", &*authorization), ("content-type", "application/x-ndjson")];
    let reply = server.send("POST", "/v1/decide/batch", &fields, lines.as_bytes());
    // It comes in chunks, whose sizes stand between the lines.
    let replies = reply.text.lines().filter(|it| it.starts_with('{'));
    let replies: Vec<Value> = replies.map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(replies.len(), 3);
    assert_eq!(replies[1]["type"], "/errors#missing-field");
    assert_eq!(
        (&replies[0]["verdict"], &replies[2]["verdict"]),
        (&json!("not_allowed"), &json!("not_allowed"))
    );

    let mut uses = uses;
    uses[7]["act"] = json!("eat");
    let problem = server.post("/v1/decide/batch", &json!({"uses": uses})).problem();
    assert_eq!(problem, (422, "invalid-value".into(), "uses[7].act".into()));
    let many = vec![use_of("1"); 1001];
    assert_eq!(server.post("/v1/decide/batch", &json!({"uses": many})).problem().1, "too-many");
}

#[test]
fn behaviour_is_kept_only_where_a_purpose_may_have_it() {
    let server = Server::start();
    let visit = server.beacon("/v1/visit", &json!({}), &[]).ok();
    let view = |event: &str| {
        json!({"token": visit["token"], "events": [
            {"event": event, "type": "view", "items": [{"item": "85123A"}], "channel": "web"},
        ]})
    };
    let first = event();
    let reply = server.beacon("/v1/events", &view(&first), &[]);
    assert_eq!(reply.status, 202);
    assert_eq!(reply.ok()["events"][0]["collected"], false, "a visitor is nobody");
    let again = server.beacon("/v1/events", &view(&first), &[]).ok();
    assert_eq!(again["events"][0]["event"], json!(first));

    let order = json!({"token": visit["token"], "events": [
        {"event": event(), "type": "order", "order": "536365", "items": [{"item": "85123A"}],
         "value": {"amount": "15.30", "currency": "GBP"}},
    ]});
    let ordered = server.beacon("/v1/events", &order, &[]);
    assert!(cookie_of(&ordered, "hs_person").is_some(), "an order makes a customer known");
    let ordered = ordered.ok();
    assert_eq!(ordered["events"][0]["collected"], true, "{ordered}");
    assert!(ordered["events"][0]["purposes"].as_array().unwrap().contains(&json!("take-orders")));

    let old = json!({"events": [
        {"event": event(), "type": "order", "customer": "17850", "at": "2010-12-01T08:26:00Z",
         "items": [{"item": "85123A"}], "value": {"amount": "15.30", "currency": "GBP"}},
    ]});
    assert_eq!(
        server.post("/v1/events", &old).problem(),
        (403, "forbidden".into(), "events[0].at".into())
    );
    assert_eq!(server.post_as(&server.import, "/v1/events", &old).status, 202);
    let count = json!({"event": event(), "metric": "visits", "count": 3});
    assert_eq!(server.beacon("/v1/counts", &count, &[]).ok()["duplicate"], false);
    assert_eq!(server.beacon("/v1/counts", &count, &[]).ok()["duplicate"], true);
}

#[test]
fn the_catalogue_is_read_page_by_page() {
    let server = Server::start();
    let item = |n: u32| json!({"item": format!("{n:03}"), "name": "MUG", "price": {"amount": "2.55", "currency": "GBP"}});
    let items: Vec<Value> = (0..5).map(item).collect();
    let stored = server.post("/v1/catalog", &json!({"event": event(), "items": items}));
    assert_eq!((stored.status, &stored.ok()["items"]), (202, &json!(5)));
    let page = server.get("/v1/catalog?limit=3").ok();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (3, &json!("002")));
    let page = server.get("/v1/catalog?limit=3&cursor=002").ok();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (2, &Value::Null));
    assert_eq!(page["items"][0]["price"]["amount"], "2.55");
    assert_eq!(server.get("/v1/catalog?limit=1001").problem().2, "limit");
    assert_eq!(
        server.get("/v1/catalog?page=2").problem(),
        (422, "unknown-field".into(), "page".into())
    );
}

#[test]
fn of_two_who_publish_one_is_told() {
    let server = Server::start();
    let first = server.get("/v1/policies/1");
    let hash = first.header("etag").unwrap().to_owned();
    let authorization = format!("Bearer {}", server.secret);
    let publish = |source: &str, if_match: Option<&str>| {
        let mut fields =
            vec![("authorization", &*authorization), ("content-type", "application/kdl")];
        fields.extend(if_match.map(|it| ("if-match", it)));
        server.send("POST", "/v1/policies", &fields, source.as_bytes())
    };
    let second = first.text.replace("version=1", "version=2");
    assert_eq!(publish(&second, None).problem().1, "policy-conflict");
    let published = publish(&second, Some(&hash));
    assert_eq!((published.status, published.header("location")), (201, Some("/v1/policies/2")));
    let third = first.text.replace("version=1", "version=3");
    assert_eq!(
        publish(&third, Some(&hash)).problem(),
        (409, "policy-conflict".into(), String::new())
    );
    let mistaken = publish(&third.replace("with us", "with nobody"), Some(&hash));
    let mistakes = mistaken.json()["problems"].clone();
    assert_eq!(mistaken.problem().1, "policy-mistakes");
    assert!(mistakes[0]["line"].as_u64().unwrap() > 30, "{mistakes}");
    let list = server.get("/v1/policies").ok();
    assert_eq!(
        (&list["policies"][0]["version"], &list["policies"][0]["in_force"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(server.get("/v1/policies/7").problem().1, "not-found");
    let check = |source: &str| {
        let fields = [("authorization", &*authorization), ("content-type", "text/plain")];
        server.send("POST", "/v1/policies/check", &fields, source.as_bytes()).ok()
    };
    assert_eq!(check(&third)["problems"], json!([]));
    assert_eq!(check(&third)["version"], 3);
    assert!(!check("policy {")["problems"].as_array().unwrap().is_empty());
}

#[test]
fn the_server_says_how_it_is() {
    let server = Server::start();
    assert_eq!(server.get("/healthz").ok()["status"], "ok");
    let ready = server.get("/readyz").ok();
    assert_eq!((&ready["status"], &ready["sites"][0]["site"]), (&json!("ready"), &json!("shop")));
    server.post("/v1/decide", &use_of("1")).ok();
    let metrics = server.get("/metrics").text;
    assert!(metrics.contains("handshake_requests_total{door=\"/v1/decide\",status=\"2xx\"} 1"));
    assert!(
        metrics.contains("handshake_decisions_total{site=\"shop\",verdict=\"not_allowed\"} 1"),
        "{metrics}"
    );
    let gpc = server.send("GET", "/.well-known/gpc.json", &[], b"");
    assert_eq!(gpc.ok()["gpc"], true);
    assert_eq!(gpc.header("set-cookie"), None);
    assert_eq!(server.get("/openapi.json").ok()["openapi"], "3.1.0");
    let schema = server.get("/schemas/event.json").ok();
    assert!(schema["$defs"]["Event"]["properties"]["type"].is_object(), "{schema}");
    assert!(server.get("/errors").text.contains("## token-expired"));
}
