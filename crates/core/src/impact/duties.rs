//! Duties that became late: who waits, since when, and how many were done in time.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::policy::Moment;
use crate::projection::{Calendar, DutyKind, OpenDuty, Quarter, State};
use crate::vocabulary::{Millis, ReasonCode, Slot};

/// One duty of one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRow {
    /// Its number, the same for as long as the ledger lasts.
    pub kind: u32,
    pub purpose: String,
    /// As the policy names it, such as `stop`.
    pub duty: String,
    pub of: Moment,
    /// Open and not late, now.
    pub open: u64,
    /// Open and late now, whenever it was due: who still waits, in order of slot.
    pub waiting: Vec<Slot>,
    /// When what the oldest of them counts from happened.
    pub oldest: Option<Millis>,
    /// Due in the period and done in time.
    pub in_time: u64,
    /// Due in the period and done late, or late and not done: each a breach of the promise.
    pub late: u64,
    /// Everyone concerned by those, each once, in order of slot.
    pub people: Vec<Slot>,
    /// The longest delay of those done late.
    pub worst_ms: i64,
}

/// All duties that ever opened, those that concern most people first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DutyReport {
    pub rows: Vec<DutyRow>,
}

impl DutyRow {
    /// Why it counts as a breach, where it does.
    pub fn code(&self) -> Option<ReasonCode> {
        (self.late != 0 || !self.waiting.is_empty()).then_some(ReasonCode::DutyLate)
    }
}

impl DutyReport {
    /// Breaches in the period.
    pub fn late(&self) -> u64 {
        self.rows.iter().map(|it| it.late).sum()
    }

    /// People concerned by them, each once, in order of slot.
    pub fn people(&self) -> Vec<Slot> {
        once(self.rows.iter().flat_map(|it| &it.people).copied().collect())
    }

    /// People who wait now, each once, in order of slot.
    pub fn waiting(&self) -> Vec<Slot> {
        once(self.rows.iter().flat_map(|it| &it.waiting).copied().collect())
    }
}

fn once(mut slots: Vec<Slot>) -> Vec<Slot> {
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// Duties as they stand at `now`. Breaches are counted in the quarter in which they were due.
pub fn duties(state: &State, quarter: Option<Quarter>, now: Millis) -> DutyReport {
    let zone = state.policies.newest().map_or(TimeZone::UTC, |it| it.compiled.zone.clone());
    let mut calendar = Calendar::new(zone);
    let within = |it: Quarter| quarter.is_none_or(|wanted| wanted == it);
    let mut rows: BTreeMap<u32, DutyRow> =
        state.duties.kinds().map(|(kind, it)| (kind, DutyRow::empty(state, (kind, it)))).collect();
    for it in state.duties.open(None) {
        let Some(row) = rows.get_mut(&it.place.2) else { continue };
        row.open(&it, now, within(calendar.day(it.due).quarter()));
    }
    for (_, kind, it) in state.duties.late().filter(|it| within(it.0)) {
        let Some(row) = rows.get_mut(&kind) else { continue };
        row.late += it.times;
        row.worst_ms = row.worst_ms.max(it.worst_ms);
        row.people.extend(it.people());
    }
    for (_, kind, count) in state.duties.in_time().filter(|it| within(it.0)) {
        let Some(row) = rows.get_mut(&kind) else { continue };
        row.in_time += count;
    }
    let mut rows: Vec<DutyRow> = rows.into_values().collect();
    for row in &mut rows {
        row.people = once(std::mem::take(&mut row.people));
        row.waiting = once(std::mem::take(&mut row.waiting));
    }
    rows.sort_by_key(|it| std::cmp::Reverse((it.waiting.len(), it.people.len(), it.late)));
    DutyReport { rows }
}

impl DutyRow {
    fn empty(state: &State, (kind, it): (u32, &DutyKind)) -> DutyRow {
        DutyRow {
            kind,
            purpose: state.names.name(it.purpose).to_owned(),
            duty: it.what.to_string(),
            of: it.of,
            open: 0,
            waiting: Vec::new(),
            oldest: None,
            in_time: 0,
            late: 0,
            people: Vec::new(),
            worst_ms: 0,
        }
    }

    fn open(&mut self, it: &OpenDuty<'_>, now: Millis, due_in_period: bool) {
        if now <= it.due {
            self.open += 1;
            return;
        }
        self.waiting.push(it.slot);
        self.oldest = Some(self.oldest.map_or(it.since, |oldest| oldest.min(it.since)));
        if due_in_period {
            self.late += 1;
            self.people.push(it.slot);
        }
    }
}
