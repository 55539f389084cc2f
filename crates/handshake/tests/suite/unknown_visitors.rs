//! Before a yes, an order or a sign-in nobody is known: not on the device, not in the ledger, not
//! in any byte on disk (I9).

use std::fs;
use std::path::Path;

use handshake_core::event::{Fact, Recorded};
use handshake_core::vocabulary::{EventId, Position};
use serde_json::{Value, json};

use crate::server::{Answer, Server, event};

const QUERY: &str = "zebra-striped-tandem";
const ITEM: &str = "item-canary-8841";
const ADDRESS: &str = "203.0.113.77";
const AGENT: &str = "CanaryBrowser/77.1";
const PURPOSE: &str = "help-others-choose";

/// Everything a visitor's browser sends along.
const DEVICE: [(&str, &str); 2] = [("x-forwarded-for", ADDRESS), ("user-agent", AGENT)];

fn cookie_of(answer: &Answer, name: &str) -> Option<String> {
    let pairs = answer.headers("set-cookie").filter_map(|it| it.split(';').next());
    pairs.filter_map(|it| it.split_once('=')).find(|it| it.0 == name).map(|it| it.1.to_owned())
}

/// The bytes of every file below a directory.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

/// Where a byte string stands in any file.
fn traces(files: &[(String, Vec<u8>)], of: &[u8]) -> Vec<String> {
    let first = *of.first().unwrap();
    let holds = |bytes: &[u8]| {
        let starts = bytes.iter().enumerate().filter(|it| *it.1 == first);
        starts.into_iter().any(|(at, _)| bytes[at..].starts_with(of))
    };
    files.iter().filter(|it| holds(&it.1)).map(|it| it.0.clone()).collect()
}

#[track_caller]
fn no_traces(files: &[(String, Vec<u8>)], what: &str, of: &[u8]) {
    assert_eq!(traces(files, of), Vec::<String>::new(), "{what} is on disk");
}

/// An id as the ledger would hold it, in either order.
fn bytes_of(event: &str) -> [[u8; 16]; 2] {
    let id: EventId = event.parse().unwrap();
    [id.0.to_be_bytes(), id.0.to_le_bytes()]
}

fn ledger(server: &Server) -> Vec<Recorded> {
    let mut all = Vec::new();
    let site = server.open();
    site.reader().read_all(Position(0), &mut |it| all.push(it.clone())).unwrap();
    all
}

/// A visitor comes, is asked, looks around and searches; a use is decided about nobody.
struct Visit {
    token: String,
    ask: Value,
    /// Ids of happenings that leave nothing of their sender.
    events: Vec<String>,
}

fn visit(server: &Server) -> Visit {
    let come = server.beacon("/v1/visit", &json!({}), &DEVICE);
    assert_eq!(come.headers("set-cookie").count(), 0, "a visit sets no cookie");
    let token = come.ok()["token"].as_str().unwrap().to_owned();
    let ask = json!({"token": token, "purpose": PURPOSE, "language": "en"});
    let ask = server.beacon("/v1/ask", &ask, &DEVICE).ok();
    let shown = json!({"token": ask["token"], "event": event()});
    let shown = server.beacon("/v1/shown", &shown, &DEVICE);
    assert_eq!((shown.status, cookie_of(&shown, "hs_person")), (202, None));

    let events = [event(), event(), event()];
    let happened = json!({"token": token, "events": [
        {"event": events[0], "type": "view", "items": [{"item": ITEM}], "channel": "web"},
        {"event": events[1], "type": "search", "query": QUERY},
        {"event": events[2], "type": "cart", "items": [{"item": ITEM}], "query": QUERY},
    ]});
    let happened = server.beacon("/v1/events", &happened, &DEVICE);
    assert_eq!((happened.status, happened.headers("set-cookie").count()), (202, 0));
    for it in happened.ok()["events"].as_array().unwrap() {
        assert_eq!(it["collected"], false, "{it}");
    }
    let use_id = event();
    let wanted = json!({"event": use_id, "person": null, "act": "use", "purpose": PURPOSE,
        "data": ["behaviour.viewed"]});
    let decision = server.post("/v1/decide", &wanted).ok();
    assert_eq!(decision["verdict"], "not_allowed");
    let counted = json!({"event": event(), "metric": "visits", "count": 1});
    assert_eq!(server.beacon("/v1/counts", &counted, &DEVICE).status, 202);
    let events = events.into_iter().chain([use_id]).collect();
    Visit { token, ask, events }
}

fn answer(server: &Server, ask: &Value, answer: &str) -> Answer {
    let body =
        json!({"token": ask["token"], "answer": answer, "gesture": "click", "event": event()});
    server.beacon("/v1/answers", &body, &DEVICE)
}

#[test]
fn who_says_no_leaves_no_trace_and_who_says_yes_leaves_only_ciphertext() {
    let mut server = Server::of_ridgeline();
    let came = visit(&server);
    let refused = answer(&server, &came.ask, "refused");
    assert_eq!(cookie_of(&refused, "hs_person"), None);
    let no = cookie_of(&refused, "hs_no").unwrap();
    let until = no.strip_prefix("help-others-choose:").unwrap();
    assert!(until.len() == 10 && until.bytes().all(|it| it.is_ascii_digit()), "{no}");
    let reply = refused.ok();
    assert_eq!((&reply["person"], &reply["token"]), (&Value::Null, &Value::Null));
    assert!(!refused.text.contains("p_"), "{}", refused.text);

    server.end();
    let recorded = ledger(&server);
    let kinds = |of: fn(&Fact) -> bool| recorded.iter().filter(|it| of(&it.fact)).count();
    for it in &recorded {
        assert_eq!(it.slot, None, "{it:?}");
        assert!(!matches!(it.fact, Fact::IdentityLinked(..) | Fact::UseDecided(..)), "{it:?}");
        let said = format!("{it:?}");
        for canary in [QUERY, ITEM, ADDRESS, AGENT, &came.token, "p_"] {
            assert!(!said.contains(canary), "{canary} in {said}");
        }
    }
    assert_eq!(kinds(|it| matches!(it, Fact::UseCounted(..))), 1);
    assert_eq!(kinds(|it| matches!(it, Fact::DataCollected(_, None))), 3);
    assert_eq!(kinds(|it| matches!(it, Fact::AnswerGiven(_, None))), 1);
    let disk = files(&server.data());
    assert!(3 < disk.len(), "{:?}", disk.iter().map(|it| &it.0).collect::<Vec<_>>());
    for canary in [QUERY, ITEM, ADDRESS, AGENT, &came.token] {
        no_traces(&disk, canary, canary.as_bytes());
    }
    for id in &came.events {
        bytes_of(id).iter().for_each(|it| no_traces(&disk, id, it));
    }
    // The search works: what must be on disk is found there.
    assert!(!traces(&disk, b"help-others-choose").is_empty());

    server.restart();
    let came = visit(&server);
    let granted = answer(&server, &came.ask, "granted");
    let token = cookie_of(&granted, "hs_person").unwrap();
    let person = granted.ok()["person"].as_str().unwrap().to_owned();
    assert!(person.starts_with("p_"), "{person}");
    let cookie = format!("hs_person={token}");
    let fields = [&DEVICE[..], &[("cookie", &cookie)]].concat();
    let happened = json!({"token": came.token, "events": [
        {"event": event(), "type": "view", "items": [{"item": ITEM}], "query": QUERY},
        {"event": event(), "type": "search", "query": QUERY},
    ]});
    let happened = server.beacon("/v1/events", &happened, &fields).ok();
    assert_eq!(happened["events"][0]["purposes"], json!([PURPOSE]), "{happened}");
    assert_eq!(happened["events"][1]["collected"], false, "no purpose uses searches");

    server.end();
    let recorded = ledger(&server);
    let linked = recorded.iter().filter(|it| matches!(it.fact, Fact::IdentityLinked(..)));
    assert_eq!(linked.count(), 1);
    // With the key it is there, once: what was viewed under the permission, and no search.
    let personal = recorded.iter().filter_map(|it| {
        let Fact::DataCollected(_, Some(personal)) = &it.fact else { return None };
        Some((it.slot.is_some(), personal.query.clone()))
    });
    let kept: Vec<(bool, String)> = personal.collect();
    assert_eq!(kept, [(true, QUERY.to_owned()), (true, String::new())]);
    let disk = files(&server.data());
    for canary in [QUERY, ITEM, ADDRESS, AGENT, &came.token, &token, &person] {
        no_traces(&disk, canary, canary.as_bytes());
    }
    let id: handshake_core::vocabulary::PersonId = person.parse().unwrap();
    no_traces(&disk, "the person's id", &id.0);
}
