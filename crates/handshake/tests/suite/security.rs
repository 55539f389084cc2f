//! What must not be possible from outside.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use crate::server::{Answer, ORIGIN, Server, event, event_at, read_answer};

#[track_caller]
fn refused(answer: &Answer, status: u16, slug: &str) {
    let found = answer.problem();
    assert_eq!((found.0, found.1.as_str()), (status, slug), "{}", answer.text);
    for word in ["redb", "/tmp", "src/", "panicked", "SELECT"] {
        assert!(!answer.text.contains(word), "{} tells `{word}`", answer.text);
    }
    assert!(answer.json()["request_id"].as_str().unwrap().len() == 16);
}

#[test]
fn a_key_opens_only_its_doors() {
    let server = Server::start();
    let decide = json!({"act": "use", "purpose": "a", "data": ["b"]});
    refused(&server.send("POST", "/v1/decide", &[], b"{}"), 401, "unauthorised");
    refused(
        &server.post_as("sk_shop_00000000000000000000000000", "/v1/decide", &decide),
        401,
        "unauthorised",
    );
    for path in [
        "/v1/decide",
        "/v1/decide/batch",
        "/access/v1/evaluation",
        "/v1/identities",
        "/v1/catalog",
        "/v1/policies",
    ] {
        refused(&server.post_as(&server.page, path, &decide), 403, "forbidden");
    }
    let visit = json!({"key": server.secret});
    let fields = [("origin", ORIGIN), ("content-type", "text/plain")];
    let leaked = server.send("POST", "/v1/visit", &fields, visit.to_string().as_bytes());
    refused(&leaked, 403, "forbidden");
    server.command(&["keys", "revoke", "1"]);
    let revoked = (0..30).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        server.post("/v1/decide", &decide).status == 401
    });
    assert!(revoked, "a revoked key still opens after three seconds");
}

#[test]
fn only_the_shops_pages_may_use_its_publishable_key() {
    let server = Server::start();
    let body = json!({"key": server.page}).to_string();
    let from = |origin: &str| {
        let fields = [("origin", origin), ("content-type", "text/plain")];
        server.send("POST", "/v1/visit", &fields, body.as_bytes())
    };
    let own = from(ORIGIN);
    assert_eq!((own.status, own.header("access-control-allow-origin")), (200, Some(ORIGIN)));
    assert_eq!(own.header("vary"), Some("Origin"));
    for foreign in
        ["https://shop.example.evil", "http://shop.example", "null", "https://evil.example"]
    {
        let answer = from(foreign);
        refused(&answer, 403, "foreign-origin");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let fields = [("sec-fetch-site", "cross-site"), ("content-type", "text/plain")];
    refused(&server.send("POST", "/v1/visit", &fields, body.as_bytes()), 403, "foreign-origin");
    let fields = [("sec-fetch-site", "same-origin"), ("content-type", "text/plain")];
    assert_eq!(server.send("POST", "/v1/visit", &fields, body.as_bytes()).status, 200);
    let preflight = |origin| server.send("OPTIONS", "/v1/visit", &[("origin", origin)], b"");
    assert_eq!(preflight(ORIGIN).status, 204);
    refused(&preflight("https://evil.example"), 403, "foreign-origin");
}

#[test]
fn tokens_are_for_one_thing_only() {
    let server = Server::start();
    let visit = server.beacon("/v1/visit", &json!({}), &[]).ok();
    let ask = server.beacon("/v1/ask", &json!({"token": visit["token"]}), &[]).ok();
    let answer = |token: &str| json!({"token": token, "purpose": "suggest-gifts", "answer": "granted", "gesture": "click", "event": event()});
    let of = |value: &serde_json::Value| value["token"].as_str().unwrap().to_owned();
    refused(&server.beacon("/v1/answers", &answer(&of(&visit)), &[]), 403, "token-invalid");
    refused(&server.beacon("/v1/answers", &answer("x.y"), &[]), 403, "token-invalid");
    refused(&server.beacon("/v1/ask", &json!({"token": ask["token"]}), &[]), 403, "token-invalid");
    let mut forged = of(&ask);
    forged.replace_range(20..21, if &forged[20..21] == "A" { "B" } else { "A" });
    refused(&server.beacon("/v1/answers", &answer(&forged), &[]), 403, "token-invalid");
    // A page names nobody, and a person's token cannot grant.
    let mut named = answer(&of(&ask));
    named["person"] = json!("p_00000000000000000000000000");
    refused(&server.beacon("/v1/answers", &named, &[]), 403, "forbidden");
    let granted = server.beacon("/v1/answers", &answer(&of(&ask)), &[]).ok();
    refused(&server.beacon("/v1/answers", &answer(&of(&granted)), &[]), 403, "forbidden");
    // A cookie that is not ours counts as none.
    let back = server.beacon("/v1/visit", &json!({}), &[("cookie", "hs_person=x.y")]);
    assert_eq!(back.ok()["known"], false);
    assert!(back.header("set-cookie").unwrap().starts_with("hs_person=; "));
}

#[test]
fn fields_that_are_ours_to_set_are_refused() {
    let server = Server::start();
    for field in ["site", "verdict", "position", "granted_at", "decision"] {
        let mut body = json!({"act": "use", "purpose": "a", "data": ["b"]});
        body[field] = json!("x");
        let answer = server.post("/v1/decide", &body);
        refused(&answer, 422, "unknown-field");
        assert_eq!(answer.problem().2, field);
    }
    let homoglyph = json!({"act": "use", "purpose": "suggest-g\u{456}fts", "data": ["b"]});
    refused(&server.post("/v1/decide", &homoglyph), 422, "invalid-value");
}

#[test]
fn bombs_are_refused_early() {
    let server = Server::start();
    let authorization = format!("Bearer {}", server.secret);
    let own = [("authorization", &*authorization), ("content-type", "application/json")];
    let large = vec![b' '; 10 << 20];
    refused(&server.send("POST", "/v1/decide", &own, &large), 413, "body-too-large");
    let deep = format!("{{\"data\":{}", "[".repeat(1_000_000));
    refused(&server.send("POST", "/v1/decide", &own, deep.as_bytes()), 422, "invalid-value");
    let deep = deep.replace("data", "uses");
    refused(&server.send("POST", "/v1/decide/batch", &own, deep.as_bytes()), 400, "malformed-json");
    let wide: String = (0..50_000).map(|n| format!("\"k{n}\":1,")).collect();
    let wide = format!("{{{wide}\"z\":1}}");
    refused(&server.send("POST", "/v1/decide", &own, wide.as_bytes()), 422, "unknown-field");
    let gzip = [&own[..], &[("content-encoding", "gzip")]].concat();
    refused(&server.send("POST", "/v1/decide", &gzip, b"x"), 415, "unsupported-media-type");
    let page = vec![b' '; 65 << 10];
    let fields = [("origin", ORIGIN), ("content-type", "text/plain")];
    refused(&server.send("POST", "/v1/visit", &fields, &page), 413, "body-too-large");
    let text = [("authorization", &*authorization), ("content-type", "text/html")];
    refused(&server.send("POST", "/v1/decide", &text, b"{}"), 415, "unsupported-media-type");
}

#[test]
fn event_ids_must_be_of_now() {
    let server = Server::start();
    let count = |event: String| {
        server.post("/v1/counts", &json!({"event": event, "metric": "visits", "count": 1}))
    };
    let now = handshake::clock::now();
    refused(&count(event_at(now.plus_days(-8).0, 1)), 422, "event-too-old");
    refused(&count(event_at(now.plus_hours(1).0, 1)), 422, "event-too-old");
    refused(&count("4711".to_owned()), 422, "invalid-value");
    assert_eq!(count(event_at(now.plus_days(-6).0, 1)).status, 202);
}

/// Names are kept for ever and in clear, so a page, which anybody can play, brings no new ones.
#[test]
fn a_page_brings_no_new_names() {
    let server = Server::start();
    let count = |metric: &str| json!({"event": event(), "metric": metric, "count": 1});
    let page = |metric: &str| server.beacon("/v1/counts", &count(metric), &[]);
    refused(&page("anna.smith"), 422, "invalid-value");
    assert_eq!(page("visits").status, 202);
    refused(&page("fittings"), 422, "invalid-value");
    assert_eq!(server.post("/v1/counts", &count("fittings")).status, 202);
    assert_eq!(page("fittings").status, 202);
}

#[test]
fn paths_lead_nowhere_else() {
    let server = Server::start();
    for path in [
        "/v1/policies/..%2f..%2fetc%2fpasswd",
        "/v1/policies/-1",
        "/v1/policies/99999999999999999999",
        "/schemas/..%2fx",
        "/v2/decide",
    ] {
        refused(&server.get(path), 404, "not-found");
    }
    let answer = server.send("DELETE", "/v1/decide", &[], b"");
    refused(&answer, 405, "method-not-allowed");
    assert_eq!(answer.header("allow"), Some("POST"));
    for header in ["x-content-type-options", "content-security-policy", "referrer-policy"] {
        assert!(answer.header(header).is_some(), "{header}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

/// Takes as long as the header timeout, 10 s.
#[test]
fn who_sends_a_header_slowly_is_hung_up_on_and_nobody_else_waits() {
    let server = Server::start();
    let mut slow: Vec<_> = (0..200).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"POST /v1/decide HTTP/1.1\r\nx: ").unwrap();
    }
    let begun = std::time::Instant::now();
    assert_eq!(server.get("/healthz").status, 200);
    assert!(begun.elapsed() < Duration::from_secs(1));
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let answer = read_answer(stream);
        assert!(matches!(answer.status, 0 | 408), "{}", answer.status);
    }
    assert!(begun.elapsed() < Duration::from_secs(14), "{:?}", begun.elapsed());
}
