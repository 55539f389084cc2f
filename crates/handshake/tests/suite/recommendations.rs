//! What is recommended, and to whom: only from what people allowed, and said so.

use serde_json::{Value, json};

use crate::server::{ORIGIN, Server, event, ridgeline};

const OWN: &str = "show-recommendations";
const POOL: &str = "help-others-choose";

fn answer(server: &Server, customer: &str, purpose: &str, answer: &str) {
    let it = json!({"event": event(), "customer": customer, "purpose": purpose,
        "answer": answer, "gesture": "phone"});
    server.post("/v1/answers", &it).ok();
}

fn happens(server: &Server, customer: &str, what: &str, items: &[&str]) {
    let items: Vec<Value> = items.iter().map(|it| json!({"item": it})).collect();
    let event = json!({"event": event(), "type": what, "customer": customer, "items": items});
    server.post("/v1/events", &json!({"events": [event]})).ok();
}

fn stock(server: &Server, items: &[(&str, bool)]) {
    let item = |&(it, withdrawn): &(&str, bool)| {
        json!({"item": it, "name": it.to_uppercase(), "category": "Bikes > Parts",
            "price": {"amount": "9.50", "currency": "EUR"}, "withdrawn": withdrawn})
    };
    let items: Vec<Value> = items.iter().map(item).collect();
    server.post("/v1/catalog", &json!({"event": event(), "items": items})).ok();
}

/// Six who let others gain from what they look at, one who never was asked.
fn shop(server: &Server) {
    stock(server, &["helmet", "gloves", "pump", "lock", "bell"].map(|it| (it, false)));
    for customer in ["0", "1", "2", "3", "4", "5", "stranger"] {
        let known = json!({"event": event(), "customer": customer, "age": "adult"});
        server.post("/v1/identities", &known).ok();
    }
    for customer in ["0", "1", "2", "3", "4", "5"] {
        answer(server, customer, POOL, "granted");
        happens(server, customer, "view", &["helmet"]);
        happens(server, customer, "view", &["gloves", "pump"]);
        happens(server, customer, "view", &["unheard-of"]);
    }
    happens(server, "0", "view", &["bell"]);
    for _ in 0..9 {
        happens(server, "stranger", "view", &["helmet", "lock"]);
    }
}

fn items(reply: &Value) -> Vec<&str> {
    reply["items"].as_array().unwrap().iter().map(|it| it["item"].as_str().unwrap()).collect()
}

fn page(server: &Server, body: &Value, cookie: &str) -> Value {
    server.beacon("/v1/recommendations", body, &[("cookie", cookie)]).ok()
}

/// A visitor's browser that granted a purpose on a page: the person's token.
fn granted(server: &Server, purpose: &str, cookie: &str) -> String {
    let fields = [("cookie", cookie)];
    let visit = server.beacon("/v1/visit", &json!({}), &fields).ok();
    let ask = json!({"token": visit["token"], "purpose": purpose, "language": "en"});
    let ask = server.beacon("/v1/ask", &ask, &fields).ok();
    let grant = json!({"token": ask["token"], "answer": "granted", "gesture": "click",
        "event": event()});
    let granted = server.beacon("/v1/answers", &grant, &fields).ok();
    granted["token"].as_str().unwrap().to_owned()
}

#[test]
fn nobody_known_is_shown_what_goes_with_the_page_and_what_is_popular() {
    let server = Server::of_ridgeline();
    shop(&server);
    let reply = page(&server, &json!({"item": "helmet"}), "");
    assert_eq!((&reply["basis"], &reply["purpose"]), (&json!("page"), &json!(OWN)), "{reply}");
    assert_eq!(
        (&reply["verdict"], &reply["advice"], reply.get("decision")),
        (&json!("not_allowed"), &json!("withhold"), None)
    );
    // What nobody may use and what is in no catalogue is not shown.
    assert_eq!(items(&reply), ["gloves", "pump", "bell"]);
    let first = &reply["items"][0];
    assert_eq!(
        first["because"],
        json!({"kind": "this-page", "item": "helmet", "name": "HELMET", "people": 6,
            "says": "Others who looked at HELMET looked at this too"})
    );
    assert_eq!(
        (&first["category"], &first["price"]),
        (&json!("Bikes > Parts"), &json!({"amount": "9.50", "currency": "EUR"}))
    );
    assert_eq!(
        reply["items"][2]["because"],
        json!({"kind": "this-page", "item": "helmet", "name": "HELMET",
            "says": "Because you are looking at HELMET"}),
        "one person is told of"
    );

    let popular = page(&server, &json!({"limit": 2}), "");
    assert_eq!((&popular["basis"], items(&popular)), (&json!("popular"), vec!["gloves", "helmet"]));
    assert_eq!(popular["items"][0]["because"]["kind"], "popular");
    let unheard = page(&server, &json!({"item": "nobody-sells-this", "limit": 2}), "");
    assert_eq!(unheard, popular, "an item nobody shared anything about changes nothing");

    stock(&server, &[("gloves", true)]);
    assert_eq!(items(&page(&server, &json!({"item": "helmet"}), "")), ["pump", "bell"]);
}

#[test]
fn a_person_is_recommended_by_their_history_until_they_take_it_back() {
    let mut server = Server::of_ridgeline();
    shop(&server);
    let token = granted(&server, OWN, "");
    let cookie = format!("hs_person={token}");
    let view = json!({"token": token, "events": [
        {"event": event(), "type": "view", "items": [{"item": "helmet"}], "channel": "web"},
    ]});
    let empty = page(&server, &json!({"token": token}), "");
    assert_eq!((&empty["basis"], &empty["verdict"]), (&json!("popular"), &json!("allowed")));
    server.beacon("/v1/events", &view, &[]).ok();

    let reply = page(&server, &json!({"token": token}), "");
    assert_eq!(
        (&reply["basis"], &reply["verdict"], &reply["advice"]),
        (&json!("person"), &json!("allowed"), &json!("proceed")),
        "{reply}"
    );
    assert_eq!(items(&reply), ["gloves", "pump", "bell"]);
    let because = &reply["items"][0]["because"];
    assert_eq!(
        (&because["kind"], &because["says"]),
        (&json!("viewed"), &json!("Because you looked at HELMET"))
    );
    assert_eq!(page(&server, &json!({}), &cookie)["basis"], "person", "by the cookie");
    let clicked = json!({"event": event(), "decision": reply["decision"], "metric": "click"});
    assert_eq!(server.post("/v1/outcomes", &clicked).ok()["tally"], "kept");

    // Killed and started again it says the same.
    server.kill_and_restart();
    let again = page(&server, &json!({"token": token}), "");
    assert_eq!((&again["items"], &again["basis"]), (&reply["items"], &json!("person")));

    let withdraw = json!({"token": token, "purpose": OWN, "answer": "withdrawn",
        "gesture": "click", "event": event()});
    server.beacon("/v1/answers", &withdraw, &[]).ok();
    let reply = page(&server, &json!({"token": token}), "");
    assert_eq!(
        (&reply["basis"], &reply["verdict"], &reply["advice"]),
        (&json!("popular"), &json!("not_allowed"), &json!("withhold"))
    );
    assert!(reply["decision"].is_string(), "the use of somebody known is recorded");
    assert!(!reply.to_string().contains("Because you"), "{reply}");

    // What is gone stays gone.
    let person = person_of(&server, &cookie);
    let again = json!({"event": event(), "person": person, "purpose": OWN, "answer": "granted",
        "gesture": "phone"});
    server.post("/v1/answers", &again).ok();
    let reply = server.get(&format!("/v1/recommendations?person={person}")).ok();
    assert_eq!((&reply["basis"], &reply["verdict"]), (&json!("popular"), &json!("allowed")));
}

fn person_of(server: &Server, cookie: &str) -> String {
    let own = server.beacon("/v1/permissions", &json!({}), &[("cookie", cookie)]).ok();
    own["person"].as_str().unwrap().to_owned()
}

#[test]
fn who_takes_back_helping_others_is_out_on_the_next_request() {
    let server = Server::of_ridgeline();
    shop(&server);
    let before = page(&server, &json!({"item": "helmet"}), "");
    answer(&server, "0", POOL, "withdrawn");
    let after = page(&server, &json!({"item": "helmet"}), "");
    assert_eq!((items(&before).len(), items(&after)), (3, vec!["gloves", "pump"]));
    assert_eq!(after["items"][0]["because"]["people"], 5);
    answer(&server, "1", POOL, "withdrawn");
    let after = page(&server, &json!({"item": "helmet"}), "");
    assert_eq!(after["items"][0]["because"].get("people"), None, "four are not told of");
    for customer in ["2", "3", "4", "5"] {
        answer(&server, customer, POOL, "withdrawn");
    }
    let after = page(&server, &json!({"item": "helmet"}), "");
    assert_eq!((&after["basis"], items(&after)), (&json!("popular"), vec![]));
}

#[test]
fn what_somebody_bought_is_not_shown_to_them() {
    let server = Server::start();
    stock(&server, &["mug", "jug", "cup"].map(|it| (it, false)));
    for customer in ["0", "1"] {
        let known = json!({"event": event(), "customer": customer, "age": "adult"});
        server.post("/v1/identities", &known).ok();
        answer(&server, customer, POOL, "granted");
        happens(&server, customer, "order", &["mug", "jug", "cup"]);
    }
    let get = |it: &str| server.get(&format!("/v1/recommendations?customer={it}")).ok();
    assert_eq!(items(&get("unknown")), ["cup", "jug", "mug"]);
    answer(&server, "2", "suggest-gifts", "granted");
    happens(&server, "2", "order", &["mug"]);
    let reply = get("2");
    assert_eq!((&reply["basis"], items(&reply)), (&json!("person"), vec!["jug", "cup"]));
    assert_eq!(reply["items"][0]["because"]["says"], "Because you bought MUG");
    assert_eq!(items(&get("1")), ["cup", "jug", "mug"], "we may not know what they bought");
}

#[test]
fn what_makes_no_sense_is_refused_and_what_no_purpose_covers_is_off() {
    let server = Server::of_ridgeline();
    let get = |query: &str| server.get(&format!("/v1/recommendations?{query}")).problem();
    assert_eq!(get("limit=0"), (422, "invalid-value".into(), "limit".into()));
    assert_eq!(get("limit=51"), (422, "invalid-value".into(), "limit".into()));
    assert_eq!(get("item="), (422, "invalid-value".into(), "item".into()));
    assert_eq!(get("itme=1"), (422, "unknown-field".into(), "itme".into()));
    assert_eq!(get("person=p_1").1, "invalid-value");
    assert_eq!(get("person=p_00000000000000000000000000").1, "not-found");
    assert_eq!(get("person=p_1&customer=1"), (422, "invalid-value".into(), "customer".into()));
    let post = |body: &Value| server.beacon("/v1/recommendations", body, &[]).problem();
    assert_eq!(post(&json!({"token": "x"})).1, "token-invalid");
    assert_eq!(post(&json!({"person": "p_1"})).1, "unknown-field");
    assert_eq!(post(&json!({"limit": "many"})).2, "limit");
    let body = json!({"key": server.page}).to_string();
    let foreign = [("origin", "https://evil.example"), ("content-type", "text/plain")];
    let answer = server.send("POST", "/v1/recommendations", &foreign, body.as_bytes());
    assert_eq!(answer.problem().1, "foreign-origin");
    let authorization = format!("Bearer {}", server.page);
    let fields = [("authorization", &*authorization), ("origin", ORIGIN)];
    let answer = server.send("GET", "/v1/recommendations", &fields, b"");
    assert_eq!(answer.problem().1, "forbidden");
    assert_eq!(server.send("GET", "/v1/recommendations", &[], b"").problem().1, "unauthorised");

    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    std::fs::write(&policy, ridgeline().replace(OWN, "show-things")).unwrap();
    let server = Server::under(&policy);
    assert_eq!(server.get("/v1/recommendations").problem().1, "not-served");
    std::fs::write(
        &policy,
        ridgeline()
            .replace(OWN, "show-things")
            .replace("in-return demo-days", "serves recommendations\n  in-return demo-days"),
    )
    .unwrap();
    let reply = Server::under(&policy).get("/v1/recommendations").ok();
    assert_eq!(reply["purpose"], "show-things");
}
