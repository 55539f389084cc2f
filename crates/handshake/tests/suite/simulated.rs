//! What a model drew: import keys alone may send it, and it is told apart for ever.

use serde_json::{Value, json};

use crate::server::{Server, event};

fn shown(customer: &str) -> Value {
    json!({"event": event(), "customer": customer, "purpose": "show-recommendations",
        "interest": "interest.mountain", "simulated": true})
}

fn answered(customer: &str, statement: &Value) -> Value {
    json!({"event": event(), "customer": customer, "purpose": "show-recommendations",
        "statement": statement, "answer": "granted", "gesture": "click", "simulated": true})
}

#[test]
fn an_import_tells_of_simulated_asks_and_answers() {
    let mut server = Server::of_ridgeline();
    let key = server.command(&["keys", "add", "import", "--caller", "replay"]);
    let key = key.lines().last().unwrap().to_owned();
    // The server hears of new keys within a second.
    server.kill_and_restart();
    let post = |path: &str, body: &Value| server.post_as(&key, path, body);
    let known = json!({"event": event(), "customer": "4711"});
    post("/v1/identities", &known).ok();

    let ask = shown("4711");
    let told = post("/v1/shown", &ask).ok();
    assert_eq!(told["duplicate"], false);
    let again = post("/v1/shown", &ask).ok();
    assert_eq!((&again["duplicate"], &again["statement"]), (&json!(true), &told["statement"]));
    let reply = post("/v1/answers", &answered("4711", &told["statement"])).ok();
    let permissions = reply["permissions"].as_array().unwrap();
    let given = permissions.iter().find(|it| it["purpose"] == "show-recommendations").unwrap();
    assert_eq!(given["statement"], told["statement"]);
    assert!(given["says"].as_str().unwrap().contains("your interest in mountain"), "{given}");

    let nobody = json!({"event": event(), "purpose": "show-recommendations", "simulated": true});
    assert_eq!(post("/v1/shown", &nobody).problem().0, 422);
    server.end();
    let report: Value = serde_json::from_str(&server.command(&["--json", "report"])).unwrap();
    let asks = report["asks"].as_array().unwrap();
    let of = |it: &&Value| it["purpose"] == "show-recommendations";
    let asks: Vec<_> = asks.iter().filter(of).collect();
    assert_eq!(asks.len(), 1, "{asks:?}");
    assert_eq!(
        (&asks[0]["simulated"], &asks[0]["shown"], &asks[0]["granted"]),
        (&json!(true), &json!(1), &json!(1))
    );
    assert_eq!(report["simulated_answers"], 1);
}

#[test]
fn signing_in_brings_the_cookie_to_a_shops_server_only() {
    let mut server = Server::of_ridgeline();
    let key = server.command(&["keys", "add", "import", "--caller", "replay"]);
    let key = key.lines().last().unwrap().to_owned();
    server.kill_and_restart();
    let body = || json!({"event": event(), "customer": "4711"});
    let shop = server.post("/v1/identities", &body());
    let cookie = shop.headers("set-cookie").find(|it| it.starts_with("hs_person="));
    let cookie = cookie.unwrap().split(';').next().unwrap().to_owned();
    let visit = server.beacon("/v1/visit", &json!({}), &[("cookie", &cookie)]).ok();
    assert_eq!(visit["known"], true);
    let import = server.post_as(&key, "/v1/identities", &body());
    assert_eq!(import.headers("set-cookie").count(), 0);
}

#[test]
fn nobody_else_may_send_them() {
    let server = Server::of_ridgeline();
    for (path, body) in
        [("/v1/shown", shown("4711")), ("/v1/answers", answered("4711", &Value::Null))]
    {
        let (status, slug, said) = server.post(path, &body).problem();
        assert_eq!((status, slug.as_str()), (403, "forbidden"), "{path}: {said}");
        let (status, _, said) = server.beacon(path, &body, &[]).problem();
        assert_eq!(status, 403, "{path}: {said}");
    }
    // Without `simulated`, a page still may not say who was asked.
    let mut body = shown("4711");
    body.as_object_mut().unwrap().remove("simulated");
    assert_eq!(server.beacon("/v1/shown", &body, &[]).problem().0, 403);
}
