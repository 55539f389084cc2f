//! A use begun after a withdrawal's acknowledgement is not allowed, whoever asks (I3).

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use handshake_core::event::Fact;
use handshake_core::vocabulary::{Answer, Family, Position, Verdict};
use serde_json::{Value, json};

use crate::server::{Connection, Server, event};

const TRIALS: u64 = 2000;
const RACERS: usize = 2;
const CUSTOMER: &str = "4711";
const PURPOSE: &str = "help-others-choose";

fn answer(connection: &mut Connection, answer: &str) {
    let body = json!({"event": event(), "customer": CUSTOMER, "purpose": PURPOSE,
        "answer": answer, "gesture": "phone"});
    connection.post("/v1/answers", &body.to_string()).unwrap().ok();
}

fn decide(connection: &mut Connection) -> Value {
    let body = json!({"event": event(), "person": {"customer": CUSTOMER}, "act": "use",
        "purpose": PURPOSE, "data": ["behaviour.viewed"]});
    connection.post("/v1/decide", &body.to_string()).unwrap().ok()
}

/// Decides all the time. `phase` is odd while a withdrawal stands acknowledged and no grant is
/// on its way; a decision that begins and ends in one odd phase must not be allowed.
fn race(mut connection: Connection, phase: &AtomicU64) -> (u64, Vec<String>, Vec<Value>) {
    let (mut within, mut allowed, mut wrong) = (0, Vec::new(), Vec::new());
    loop {
        let before = phase.load(Ordering::SeqCst);
        if before == u64::MAX {
            return (within, allowed, wrong);
        }
        let reply = decide(&mut connection);
        let is_allowed = reply["verdict"] == "allowed";
        if before % 2 == 1 && phase.load(Ordering::SeqCst) == before {
            within += 1;
            if is_allowed {
                wrong.push(reply.clone());
            }
        }
        if is_allowed {
            allowed.push(reply["decision"].as_str().unwrap().to_owned());
        }
    }
}

#[test]
fn no_use_is_allowed_after_a_withdrawal_was_acknowledged() {
    let begun = Instant::now();
    let mut server = Server::of_ridgeline();
    let known = json!({"event": event(), "customer": CUSTOMER, "age": "adult"});
    server.post("/v1/identities", &known).ok();
    let phase = Arc::new(AtomicU64::new(0));
    let racers: Vec<_> = (0..RACERS)
        .map(|_| {
            let (connection, phase) = (server.keep_alive(), Arc::clone(&phase));
            thread::spawn(move || race(connection, &phase))
        })
        .collect();

    // One thread answers, the other decides as soon as it hears of the acknowledgement.
    let (withdrawn, hears) = sync_channel::<()>(0);
    let (decided, goes_on) = sync_channel::<()>(0);
    let mut other = server.keep_alive();
    let decider = thread::spawn(move || {
        let mut wrong = Vec::new();
        while hears.recv_timeout(Duration::from_secs(30)).is_ok() {
            let reply = decide(&mut other);
            if reply["verdict"] == "allowed" || reply["reasons"][0]["code"] != "withdrawn" {
                wrong.push(reply);
            }
            decided.send(()).unwrap();
        }
        wrong
    });
    let mut connection = server.keep_alive();
    let (mut allowed_between, mut trials) = (0u64, 0);
    while trials < TRIALS {
        trials += 1;
        answer(&mut connection, "granted");
        allowed_between += u64::from(decide(&mut connection)["verdict"] == "allowed");
        answer(&mut connection, "withdrawn");
        phase.fetch_add(1, Ordering::SeqCst);
        withdrawn.send(()).unwrap();
        goes_on.recv_timeout(Duration::from_secs(30)).unwrap();
        phase.fetch_add(1, Ordering::SeqCst);
        assert!(begun.elapsed() < Duration::from_secs(120), "{trials} trials only");
    }
    drop(withdrawn);
    assert_eq!(decider.join().unwrap(), Vec::<Value>::new());
    assert_eq!(allowed_between, trials, "a grant was not seen by the next use");
    phase.store(u64::MAX, Ordering::SeqCst);
    let (mut within, mut allowed) = (0, Vec::new());
    for racer in racers {
        let (some, ids, wrong) = racer.join().unwrap();
        assert_eq!(wrong, Vec::<Value>::new());
        within += some;
        allowed.extend(ids);
    }

    server.end();
    let (stored, uses) = replayed(&server, trials);
    let site = server.open();
    let positions: Vec<Position> =
        allowed.iter().map(|it| site.read_decision_id(it).unwrap()).collect();
    let unlike = positions.iter().filter(|it| !stored.contains(it)).count();
    assert_eq!(unlike, 0, "allowed at the door, and not in the ledger");
    assert!(0 < within, "no racing decision fell between a withdrawal and the next grant");
    eprintln!(
        "{trials} withdrawals: {uses} uses decided, {} of racers allowed, {within} of theirs begun \
         and answered while withdrawn, {:?}",
        allowed.len(),
        begun.elapsed()
    );
}

/// Replays the ledger knowing nothing but the order of answers and uses. Returns the positions
/// of allowed uses, and how many uses there were.
fn replayed(server: &Server, trials: u64) -> (HashSet<Position>, u64) {
    let site = server.open();
    let (purpose, _) = site.look(|state| state.names.code(Family::Purpose, PURPOSE)).unwrap();
    let purpose = purpose.unwrap().0;
    let (mut stands, mut withdrawals, mut uses) = (false, 0, 0);
    let (mut allowed, mut wrong) = (HashSet::new(), Vec::new());
    site.reader()
        .read_all(Position(0), &mut |it| {
            if let Fact::AnswerGiven(clear, _) = &it.fact
                && clear.purpose == purpose
            {
                stands = clear.answer == Answer::Granted.number();
                withdrawals += u64::from(clear.answer == Answer::Withdrawn.number());
            }
            if let Fact::UseDecided(clear, _) = &it.fact
                && clear.purpose == purpose
            {
                uses += 1;
                let is_allowed = clear.verdict == Verdict::Allowed.number();
                if is_allowed != stands {
                    wrong.push(it.position);
                }
                if is_allowed {
                    allowed.insert(it.position);
                }
            }
        })
        .unwrap();
    assert_eq!(wrong, Vec::<Position>::new(), "allowed where nothing was granted, or refused");
    assert_eq!(withdrawals, trials);
    (allowed, uses)
}
