//! Promises: how many were kept, which incidents broke the others, and whom they affected.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::money::{Estimate, Evidence};
use super::report::TallyCounts;
use crate::policy::{Basis, Policy, WorthSource};
use crate::projection::{Day, Incident, IncidentKey, Quarter, State, TallyKey};
use crate::vocabulary::{Act, Clause, Code, Millis, Mode, Name, Position, ReasonCode, Slot, Tally};

/// Uses that some promise bears on, by whether it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Promises {
    /// Done as allowed, or left alone.
    pub kept: u64,
    pub broken: u64,
    /// Nobody reported what was done, so nobody knows.
    pub unreported: u64,
    /// Uses that no promise bears on: counted nowhere else.
    pub unpromised: u64,
}

/// Uses of one week, from Monday on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    pub monday: Day,
    pub tallies: TallyCounts,
    /// Of the lapses, those against rules that are only rehearsed.
    pub rehearsed: u64,
}

/// Breaches by one caller of one rule in one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    pub purpose: String,
    pub clause: Option<Clause>,
    pub code: Option<ReasonCode>,
    pub caller: String,
    /// Empty where the caller named none.
    pub campaign: String,
    pub lapses: u64,
    pub violations: u64,
    pub nameless: u64,
    /// Everyone affected, each once, in order of slot.
    pub people: Vec<Slot>,
    pub first: Millis,
    pub last: Millis,
    /// The last decision that was broken, and the number of its policy.
    pub example: (Position, u32),
    /// Times the policy's worth of a use: what was at stake, not what was earned.
    pub at_stake: Option<Estimate>,
    key: (Code, u32, Code, Code),
}

/// All incidents of a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentReport {
    /// Most people affected first.
    pub rows: Vec<IncidentRow>,
}

impl IncidentReport {
    /// People affected by any of them, each once.
    pub fn people(&self) -> u64 {
        let mut all: Vec<Slot> = self.rows.iter().flat_map(|it| &it.people).copied().collect();
        all.sort_unstable();
        all.dedup();
        u64::try_from(all.len()).unwrap_or(u64::MAX)
    }

    pub fn times(&self) -> u64 {
        self.rows.iter().map(IncidentRow::times).sum()
    }

    /// Of all times, those about nobody known.
    pub fn nameless(&self) -> u64 {
        self.rows.iter().map(|it| it.nameless).sum()
    }
}

impl IncidentRow {
    pub fn times(&self) -> u64 {
        self.lapses + self.violations
    }

    /// What the incident is called in addresses; the same for as long as the ledger lasts.
    pub fn name(&self) -> String {
        let (purpose, reason, caller, campaign) = self.key;
        format!("{}-{reason}-{}-{}", purpose.0, caller.0, campaign.0)
    }
}

fn is_use(key: &TallyKey) -> bool {
    matches!(key.act, Act::Use | Act::Share)
}

/// The quarters in which anything was decided, newest first.
pub fn quarters(state: &State) -> Vec<Quarter> {
    let all: BTreeSet<Quarter> = state.tallies.iter().map(|(key, _)| key.day.quarter()).collect();
    all.into_iter().rev().collect()
}

/// Counts the promises of a period.
pub fn promises(state: &State, quarter: Option<Quarter>) -> Promises {
    let within = |day: Day| quarter.is_none_or(|it| day.quarter() == it);
    let mut bearing: BTreeMap<(u32, Code), bool> = BTreeMap::new();
    let mut promises = Promises::default();
    let uses = state.tallies.iter().filter(|(key, _)| is_use(key) && within(key.day));
    for (key, count) in uses {
        let broke_a_promise = key.reason != 0 && key.mode != Mode::Rehearse;
        let bears = *bearing.entry((key.policy, key.purpose)).or_insert_with(|| {
            let policy = state.policies.number(key.policy).map(|it| it.policy.as_ref());
            let name = Name::new(state.names.name(key.purpose)).ok();
            policy.zip(name).is_some_and(|(policy, name)| bears_on(policy, &name))
        });
        let place = match key.tally {
            _ if !bears && !broke_a_promise => &mut promises.unpromised,
            Tally::Unreported => &mut promises.unreported,
            Tally::Lapse if key.mode == Mode::Rehearse => &mut promises.kept,
            Tally::Lapse | Tally::Violation => &mut promises.broken,
            Tally::Kept | Tally::Forgone | Tally::OverCautious => &mut promises.kept,
        };
        *place += count;
    }
    promises
}

/// Whether some promise bears on uses for a purpose: a person may say no to it, a signal or a
/// limit stops it, or a `never` names it.
fn bears_on(policy: &Policy, name: &Name) -> bool {
    let Some(purpose) = policy.purposes.get(name) else { return false };
    matches!(purpose.basis, Basis::Permission { .. })
        || purpose.stops_for_objection
        || !purpose.stops_for.is_empty()
        || !purpose.limits.is_empty()
        || policy.nevers.iter().any(|it| it.purposes.contains(name))
}

/// Uses by week, from the first week in which anything was decided to the last, weeks without
/// any use included.
pub fn weeks(state: &State, quarter: Option<Quarter>) -> Vec<Week> {
    let within = |day: Day| quarter.is_none_or(|it| day.quarter() == it);
    let mut weeks: BTreeMap<i32, Week> = BTreeMap::new();
    for (key, count) in state.tallies.iter().filter(|(key, _)| is_use(key) && within(key.day)) {
        let monday = monday(key.day);
        let week = weeks.entry(monday.0).or_insert_with(|| Week::empty(monday));
        let places = Tally::ALL.iter().zip(week.tallies.iter_mut());
        places.filter(|(it, _)| **it == key.tally).for_each(|(_, place)| *place += count);
        if key.tally == Tally::Lapse && key.mode == Mode::Rehearse {
            week.rehearsed += count;
        }
    }
    let first = weeks.keys().next().copied();
    let last = weeks.keys().next_back().copied();
    let Some((first, last)) = first.zip(last) else { return Vec::new() };
    let week = |monday: i32| weeks.remove(&monday).unwrap_or_else(|| Week::empty(Day(monday)));
    (first..=last).step_by(7).map(week).collect()
}

impl Week {
    fn empty(monday: Day) -> Week {
        Week { monday, tallies: TallyCounts::default(), rehearsed: 0 }
    }
}

/// The Monday on or before a day; 1 January 1970 was a Thursday.
fn monday(day: Day) -> Day {
    Day(day.0 - (day.0 + 3).rem_euclid(7))
}

/// The incidents of a period.
pub fn incidents(state: &State, quarter: Option<Quarter>) -> IncidentReport {
    let mut rows: BTreeMap<(Code, u32, Code, Code), IncidentRow> = BTreeMap::new();
    let within = |key: &IncidentKey| quarter.is_none_or(|it| key.quarter == it);
    for (key, it) in state.incidents.iter().filter(|it| within(it.0)) {
        let group = (key.purpose, key.reason, key.caller, key.campaign);
        let row = rows.entry(group).or_insert_with(|| IncidentRow::empty(state, key, it));
        row.add(state, key, it);
    }
    let mut rows: Vec<IncidentRow> = rows.into_values().collect();
    rows.sort_by_key(|it| std::cmp::Reverse((it.people.len(), it.times())));
    IncidentReport { rows }
}

impl IncidentRow {
    fn empty(state: &State, key: &IncidentKey, it: &Incident) -> IncidentRow {
        let purpose = match key.purpose {
            Code::NONE => "(undeclared)",
            code => state.names.name(code),
        };
        IncidentRow {
            purpose: purpose.to_owned(),
            clause: Clause::from_number(key.reason >> 8),
            code: ReasonCode::from_number(key.reason & 0xff),
            caller: state.names.name(key.caller).to_owned(),
            campaign: state.names.name(key.campaign).to_owned(),
            lapses: 0,
            violations: 0,
            nameless: 0,
            people: Vec::new(),
            first: it.first,
            last: it.last,
            example: (it.example, key.policy),
            at_stake: None,
            key: (key.purpose, key.reason, key.caller, key.campaign),
        }
    }

    fn add(&mut self, state: &State, key: &IncidentKey, it: &Incident) {
        self.lapses += it.lapses;
        self.violations += it.violations;
        self.nameless += it.nameless;
        self.people.extend(it.people());
        // Most often there is one run, in order already.
        self.people.sort();
        self.people.dedup();
        self.first = self.first.min(it.first);
        if self.last <= it.last {
            (self.last, self.example) = (it.last, (it.example, key.policy));
        }
        let policy = state.policies.number(key.policy).map(|it| it.policy.as_ref());
        let worth = policy.and_then(|it| it.worth.iter().find(|it| it.0.as_str() == self.purpose));
        let Some((_, worth)) = worth else { return };
        let evidence = match &worth.source {
            WorthSource::Guess { by, on } => Evidence::Guess { by: by.clone(), on: on.clone() },
            WorthSource::Named(source) => Evidence::Stated(source.clone()),
        };
        let amount = worth.amount.value.saturating_mul(Decimal::from(it.times()));
        let currency = worth.amount.currency;
        let place = self.at_stake.get_or_insert_with(|| Estimate {
            amount: Decimal::ZERO,
            currency,
            evidence: evidence.clone(),
        });
        place.amount = place.amount.saturating_add(amount);
        place.evidence = place.evidence.clone().max(evidence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays() {
        // 24 November 2026 is a Tuesday.
        let days = [20_781, 20_780, 20_779, 20_786, 20_787, 0, -4].map(|it| monday(Day(it)));
        let days = days.map(|it| it.to_string());
        assert_eq!(
            days,
            [
                "2026-11-23",
                "2026-11-23",
                "2026-11-16",
                "2026-11-23",
                "2026-11-30",
                "1969-12-29",
                "1969-12-22"
            ]
        );
    }
}
