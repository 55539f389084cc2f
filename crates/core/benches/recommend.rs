//! How well, and how fast, the index says what comes next in a session.
//!
//! Reads packed files of `SessionId ItemId Time` rows: one to learn from and one to test with, or
//! one whose last 14 days are the test; without any, those of the `data` folder. Each session to
//! learn from is one person's who helps others. For every prefix of every test session the 20 best
//! items are found, and the next item of the session is looked for among them; it may be one that
//! was looked at before, but not the newest. HR@20 says how often it was there, MRR@20 how high
//! (1/rank, 0 if it was not).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may panic and speaks to its terminal"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use handshake_core::personalise::{Index, Kind};
use handshake_core::vocabulary::{Millis, Slot};

const BEST: usize = 20;
const TEST_DAYS: i64 = 14;

/// Items of one session in order of time, and when each was looked at.
type Session = Vec<(i64, String)>;

fn main() {
    let paths: Vec<PathBuf> =
        std::env::args().skip(1).filter(|it| !it.starts_with("--")).map(PathBuf::from).collect();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    match paths.as_slice() {
        [train, test] => measure("given", &read(train), &read(test)),
        [both] => {
            let (train, test) = split(read(both));
            measure("given", &train, &test);
        }
        _ => {
            let serenade = |part: &str| read(&data.join("serenade").join(part));
            measure("serenade", &serenade("train.tsv.gz"), &serenade("test.tsv.gz"));
            let (train, test) = split(read(&data.join("online-retail/orders.tsv.gz")));
            measure("online-retail", &train, &test);
        }
    }
}

/// Sessions that end in the last 14 days are the test.
fn split(sessions: Vec<Session>) -> (Vec<Session>, Vec<Session>) {
    let end = |it: &Session| it.last().map(|it| it.0);
    let newest = sessions.iter().filter_map(end).max().unwrap();
    sessions.into_iter().partition(|it| end(it).unwrap() < newest - TEST_DAYS * 24 * 3600)
}

fn measure(name: &str, sessions: &[Session], tests: &[Session]) {
    println!("\n{name}");
    let begun = Instant::now();
    let mut index = build(sessions, None);
    let built = begun.elapsed();
    let rows: usize = sessions.iter().map(Vec::len).sum();
    println!("{rows} rows in {} sessions, built in {built:.2?}", index.sessions());
    quality(&mut index, tests);
    forgetting(sessions);
}

/// HR@20 and MRR@20 over every prefix of every test session, and how many questions a second.
fn quality(index: &mut Index, tests: &[Session]) {
    let mut prefixes: Vec<(Vec<&str>, &str)> = Vec::new();
    for session in tests {
        for next in 1..session.len() {
            let newest_first = session[..next].iter().rev().map(|it| it.1.as_str());
            let mut seen: Vec<&str> = Vec::new();
            newest_first.for_each(|it| {
                if !seen.contains(&it) {
                    seen.push(it)
                }
            });
            prefixes.push((seen, session[next].1.as_str()));
        }
    }
    let (mut hits, mut ranks) = (0u32, 0.0);
    for (seen, next) in &prefixes {
        let found = index.after(seen, BEST);
        if let Some(at) = found.iter().position(|it| it == next) {
            hits += 1;
            ranks += 1.0 / (at as f64 + 1.0);
        }
    }
    let count = prefixes.len() as f64;
    let (hr, mrr) = (f64::from(hits) / count, ranks / count);
    println!("{} questions: HR@20 {hr:.3}, MRR@20 {mrr:.3}", prefixes.len());
    let mut times: Vec<Duration> = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        for (seen, _) in &prefixes {
            let one = Instant::now();
            std::hint::black_box(index.after(seen, BEST));
            times.push(one.elapsed());
        }
    }
    times.sort_unstable();
    let per_second = times.len() as f64 / begun.elapsed().as_secs_f64();
    let at = |percent: usize| times[times.len() * percent / 100];
    println!("{per_second:.0} questions a second; p50 {:.1?}, p99 {:.1?}", at(50), at(99));
}

/// Forgets each of many people, who have 20 sessions each.
fn forgetting(sessions: &[Session]) {
    const SESSIONS_EACH: usize = 20;
    let mut index = build(sessions, Some(SESSIONS_EACH));
    let people = sessions.len().div_ceil(SESSIONS_EACH);
    let mut times: Vec<Duration> = Vec::new();
    for person in (0..people).step_by(people.div_ceil(500)) {
        let slot = Slot(u32::try_from(person).unwrap());
        let one = Instant::now();
        index.forget(slot);
        times.push(one.elapsed());
    }
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100];
    println!(
        "forgetting a person of {SESSIONS_EACH} sessions: p50 {:.1?}, p99 {:.1?}, longest {:.1?}",
        at(50),
        at(99),
        times[times.len() - 1]
    );
}

/// The index of sessions in order of their end, each of another person, or so many of each.
fn build(sessions: &[Session], each: Option<usize>) -> Index {
    let mut index = Index::default();
    for (number, session) in sessions.iter().enumerate() {
        let slot = Slot(u32::try_from(number / each.unwrap_or(1)).unwrap());
        // A person's sessions lie days apart, whatever the file says, so that none goes on.
        let start = i64::try_from(number).unwrap() * 3_600_000;
        for (_, item) in session {
            index.share((slot, Millis(start), Kind::Viewed), &[item]);
        }
    }
    index
}

fn read(path: &Path) -> Vec<Session> {
    let mut text = String::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut sessions: BTreeMap<&str, Session> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let mut fields = row.split('\t');
        let (session, item) = (fields.next().unwrap(), fields.next().unwrap());
        let time: i64 = fields.next().unwrap().parse().unwrap();
        sessions.entry(session).or_default().push((time, item.to_owned()));
    }
    let mut sessions: Vec<Session> = sessions.into_values().collect();
    for session in &mut sessions {
        session.sort_by_key(|it| it.0);
    }
    sessions.sort_by_key(|it| it.last().map(|it| it.0));
    sessions
}
