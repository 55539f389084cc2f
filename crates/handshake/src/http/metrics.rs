//! Counters for the operator, in Prometheus' text format. Nothing personal is counted.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::http::StatusCode;
use handshake_core::vocabulary::{Millis, Verdict};

use super::openapi::document;
use super::state::Room;

/// Requests by door and kind of answer.
#[derive(Debug)]
pub struct Metrics {
    // The doors are known when we start, so counting takes no lock.
    doors: BTreeMap<String, [AtomicU64; CLASSES.len()]>,
    elsewhere: [AtomicU64; CLASSES.len()],
    decide: [AtomicU64; CLASSES.len()],
}

/// Decisions of one site since the start, by verdict.
#[derive(Debug, Default)]
pub struct Decisions {
    allowed: AtomicU64,
    not_allowed: AtomicU64,
    undeclared: AtomicU64,
}

const OF_SITES: &str = "\
# HELP handshake_decisions_total Decisions since the start, by verdict.
# TYPE handshake_decisions_total counter
# HELP handshake_ledger_durable_events Events that are safely on disk.
# TYPE handshake_ledger_durable_events gauge
# HELP handshake_ledger_commits_total Syncs since the start.
# TYPE handshake_ledger_commits_total counter
# HELP handshake_ledger_stopped 1 where the ledger takes no more events.
# TYPE handshake_ledger_stopped gauge
# HELP handshake_duties_open Duties with a time limit that are still to be done, late ones included.
# TYPE handshake_duties_open gauge
# HELP handshake_duties_late Duties that are not done and past their time.
# TYPE handshake_duties_late gauge
";
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "503"];
const DECIDE: &str = "/v1/decide";

impl Metrics {
    pub(super) fn new() -> Metrics {
        let doors = document().paths.paths.into_keys();
        let doors = doors.filter(|it| it != DECIDE).map(|it| (it, Default::default())).collect();
        Metrics { doors, elsewhere: Default::default(), decide: Default::default() }
    }

    /// Counts an answer of the door whose pattern is `path`.
    pub fn answered(&self, path: Option<&str>, status: StatusCode) {
        let door = path.and_then(|it| self.doors.get(it)).unwrap_or(&self.elsewhere);
        add(door, status);
    }

    /// The same for the one door that is asked thousands of times a second.
    pub(super) fn decided(&self, status: StatusCode) {
        add(&self.decide, status);
    }

    pub(super) fn text<'a>(
        &self,
        rooms: impl Iterator<Item = &'a Arc<Room>>,
        now: Millis,
    ) -> String {
        let mut text = String::from(
            "# HELP handshake_requests_total Requests answered, by door and kind of status.\n\
             # TYPE handshake_requests_total counter\n",
        );
        let doors = self.doors.iter().map(|(door, counts)| (door.as_str(), counts));
        for (door, counts) in doors.chain([(DECIDE, &self.decide), ("elsewhere", &self.elsewhere)])
        {
            for (class, count) in CLASSES.iter().zip(counts) {
                let count = count.load(Relaxed);
                if 0 < count {
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        text,
                        "handshake_requests_total{{door=\"{door}\",status=\"{class}\"}} {count}"
                    );
                }
            }
        }
        text.push_str(OF_SITES);
        for room in rooms {
            of_site(&mut text, room, now);
        }
        text
    }
}

impl Decisions {
    pub(super) fn count(&self, verdict: Verdict) {
        let count = match verdict {
            Verdict::Allowed => &self.allowed,
            Verdict::NotAllowed => &self.not_allowed,
            Verdict::Undeclared => &self.undeclared,
        };
        count.fetch_add(1, Relaxed);
    }
}

fn of_site(text: &mut String, room: &Room, now: Millis) {
    let site = &room.info.name;
    for (verdict, count) in [
        (Verdict::Allowed, &room.decisions.allowed),
        (Verdict::NotAllowed, &room.decisions.not_allowed),
        (Verdict::Undeclared, &room.decisions.undeclared),
    ] {
        let (verdict, count) = (verdict.as_str(), count.load(Relaxed));
        let _ = writeln!(
            text,
            "handshake_decisions_total{{site=\"{site}\",verdict=\"{verdict}\"}} {count}"
        );
    }
    let reader = room.site.reader();
    let (durable, commits) = (reader.durable().0, reader.commits());
    let stopped = u8::from(reader.stopped().is_some());
    let _ = writeln!(text, "handshake_ledger_durable_events{{site=\"{site}\"}} {durable}");
    let _ = writeln!(text, "handshake_ledger_commits_total{{site=\"{site}\"}} {commits}");
    let _ = writeln!(text, "handshake_ledger_stopped{{site=\"{site}\"}} {stopped}");
    // A site that met a fault has no state to count in; the line above tells of a stopped one.
    if let Ok(((open, late), _)) = room.site.look(|state| state.duties.counts(now)) {
        let _ = writeln!(text, "handshake_duties_open{{site=\"{site}\"}} {open}");
        let _ = writeln!(text, "handshake_duties_late{{site=\"{site}\"}} {late}");
    }
}

fn add(counts: &[AtomicU64; CLASSES.len()], status: StatusCode) {
    let at = match status {
        StatusCode::SERVICE_UNAVAILABLE => CLASSES.len() - 1,
        other => usize::from(other.as_u16() / 100).saturating_sub(1),
    };
    if let Some(count) = counts.get(at) {
        count.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_door() {
        let metrics = Metrics::new();
        metrics.decided(StatusCode::OK);
        metrics.answered(Some("/healthz"), StatusCode::OK);
        metrics.answered(Some("/healthz"), StatusCode::SERVICE_UNAVAILABLE);
        metrics.answered(None, StatusCode::NOT_FOUND);
        insta::assert_snapshot!(metrics.text([].into_iter(), Millis(0)).lines().take(6).collect::<Vec<_>>().join("\n"), @r#"
        # HELP handshake_requests_total Requests answered, by door and kind of status.
        # TYPE handshake_requests_total counter
        handshake_requests_total{door="/healthz",status="2xx"} 1
        handshake_requests_total{door="/healthz",status="503"} 1
        handshake_requests_total{door="/v1/decide",status="2xx"} 1
        handshake_requests_total{door="elsewhere",status="4xx"} 1
        "#);
    }
}
