//! Fifty kills: what was acknowledged is there once, and nothing is there that nobody sent (I2).
//!
//! A killed process leaves what it wrote with the kernel, so this says nothing of power cuts: that
//! every answer waits for a sync is for the tests of the ledger, on a disk that forgets.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use handshake::ledger::verify;
use handshake_core::projection::State;
use handshake_core::vocabulary::{EventId, Position};
use serde_json::{Value, json};

use crate::server::{Connection, Server, event};
use crate::shop::fresh;

const ROUNDS: usize = 50;
const CLIENTS: usize = 8;
const CUSTOMERS: usize = 16;

/// A write, and the events it should leave in the ledger.
struct Write {
    path: &'static str,
    body: String,
    events: Vec<EventId>,
}

/// What one client did until the server went away under it.
#[derive(Default)]
struct Sent {
    answered: Vec<Write>,
    /// Sent, with no answer or only a part of one.
    unanswered: Vec<Write>,
    /// Answers that were no 2xx.
    refused: Vec<String>,
}

/// The `nth` write of a test, of every kind in turn. Those of events without a person leave
/// nothing under their id, so everybody here is somebody known, or becomes it.
fn write(nth: usize) -> Write {
    static NEW: AtomicUsize = AtomicUsize::new(0);
    let new = || format!("new-{}", NEW.fetch_add(1, Ordering::Relaxed));
    let customer = (nth / 7 % CUSTOMERS).to_string();
    let id = event();
    let purpose = "help-others-choose";
    let used = |id: &str| {
        json!({"event": id, "person": {"customer": customer}, "act": "use", "purpose": purpose,
            "data": ["behaviour.viewed"]})
    };
    let many = [event(), event(), event()];
    let (path, body, ids): (_, Value, &[String]) = match nth % 7 {
        0 => ("/v1/decide", used(&id), &[]),
        1 => {
            let answer = ["granted", "withdrawn", "refused"][nth / 7 % 3];
            let body = json!({"event": id, "customer": customer, "purpose": purpose,
                "answer": answer, "gesture": "phone"});
            ("/v1/answers", body, &[])
        }
        2 => {
            let body = json!({"event": id, "customer": new(), "age": "adult"});
            ("/v1/identities", body, &[])
        }
        3 => {
            let order = json!({"event": id, "type": "order", "customer": new(), "order": "17",
                "items": [{"item": "bell"}], "value": {"amount": "12.50", "currency": "EUR"}});
            ("/v1/events", json!({"events": [order]}), &[])
        }
        4 => {
            let view = |id| {
                json!({"event": id, "type": "view", "customer": customer,
                    "items": [{"item": "saddle"}]})
            };
            ("/v1/events", json!({"events": many.each_ref().map(view)}), &many)
        }
        5 => ("/v1/decide/batch", json!({"uses": many.each_ref().map(|it| used(it))}), &many),
        _ => ("/v1/counts", json!({"event": id, "metric": "visits", "count": 2}), &[]),
    };
    let ids = if ids.is_empty() { std::slice::from_ref(&id) } else { ids };
    let events = ids.iter().map(|it| it.parse().unwrap()).collect();
    Write { path, body: body.to_string(), events }
}

fn knock_until_gone(mut connection: Connection, from: usize) -> Sent {
    let mut sent = Sent::default();
    for nth in from.. {
        let it = write(nth);
        match connection.post(it.path, &it.body) {
            None => {
                sent.unanswered.push(it);
                return sent;
            }
            Some(answer) if (200..300).contains(&answer.status) => sent.answered.push(it),
            Some(answer) => sent.refused.push(format!("{} {}", answer.status, answer.text)),
        }
    }
    sent
}

/// How often each event is in the ledger, and the state folded from it.
fn stored(server: &Server) -> (HashMap<EventId, u32>, String) {
    let site = server.open();
    let mut stored = HashMap::new();
    site.reader()
        .read_all(Position(0), &mut |it| {
            if !it.event.is_none() {
                *stored.entry(it.event).or_default() += 1;
            }
        })
        .unwrap();
    let (dump, _) = site.look(State::dump).unwrap();
    (stored, dump)
}

fn ids(writes: &[Write]) -> HashSet<EventId> {
    writes.iter().flat_map(|it| it.events.iter().copied()).collect()
}

#[test]
fn fifty_kills_lose_nothing_acknowledged_and_invent_nothing() {
    let begun = Instant::now();
    let mut server = Server::of_ridgeline();
    let mut before = Vec::new();
    for n in 0..CUSTOMERS {
        let id = event();
        let body = json!({"event": id, "customer": n.to_string(), "age": "adult"});
        server.post("/v1/identities", &body).ok();
        before.push(id.parse::<EventId>().unwrap());
    }
    let (mut answered, mut unanswered): (Vec<Write>, Vec<Write>) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let connection = server.keep_alive();
                let from = (round * CLIENTS + client) * 1009;
                std::thread::spawn(move || knock_until_gone(connection, from))
            })
            .collect();
        // The moment of the kill: 20 to 200 ms from now.
        let [draw, ..] = fresh().unwrap();
        std::thread::sleep(Duration::from_micros(20_000 + u64::from(draw) * 180_000 / 255));
        server.kill();
        for client in clients {
            let sent = client.join().unwrap();
            assert_eq!(sent.refused, Vec::<String>::new(), "round {round}");
            answered.extend(sent.answered);
            unanswered.extend(sent.unanswered);
        }
        verify(&server.ledger()).unwrap_or_else(|it| panic!("round {round}: {it}"));
        // Now the server, now the library is the first to open what was left.
        if round % 10 == 9 {
            check(&server, round, &before, &answered, &unanswered);
        }
        server.restart();
    }

    // Whoever got no answer sends again, and so does somebody who did: each is stored once.
    let again: Vec<&Write> = unanswered.iter().chain(answered.iter().rev().take(200)).collect();
    let mut connection = server.keep_alive();
    for it in &again {
        let answer = connection.post(it.path, &it.body).unwrap();
        assert!((200..300).contains(&answer.status), "{} {}", answer.status, answer.text);
    }
    let resent = again.len();
    server.end();
    let (stored, first) = stored(&server);
    let mut sent = ids(&answered);
    sent.extend(ids(&unanswered));
    sent.extend(&before);
    let missing = sent.iter().filter(|it| stored.get(it) != Some(&1)).count();
    assert_eq!((missing, stored.len()), (0, sent.len()));
    let (_, second) = self::stored(&server);
    assert!(first == second, "the state rebuilt twice differs");
    let verified = verify(&server.ledger()).unwrap();
    eprintln!(
        "{ROUNDS} kills: {} writes acknowledged, {} cut off, {resent} sent again, {} events under \
         {} ids, {:?}",
        answered.len(),
        unanswered.len(),
        verified.events,
        sent.len(),
        begun.elapsed()
    );
}

#[track_caller]
fn check(
    server: &Server,
    round: usize,
    before: &[EventId],
    answered: &[Write],
    unanswered: &[Write],
) {
    let (stored, _) = stored(server);
    let mut must = ids(answered);
    must.extend(before);
    let lost: Vec<_> = must.iter().filter(|it| !stored.contains_key(it)).collect();
    assert_eq!(lost, Vec::<&EventId>::new(), "acknowledged and lost by round {round}");
    let twice: Vec<_> = stored.iter().filter(|it| *it.1 != 1).collect();
    assert_eq!(twice, Vec::<(&EventId, &u32)>::new(), "stored more than once by round {round}");
    let may = ids(unanswered);
    let invented: Vec<_> =
        stored.keys().filter(|it| !must.contains(it) && !may.contains(it)).collect();
    assert_eq!(invented, Vec::<&EventId>::new(), "never sent, by round {round}");
}
