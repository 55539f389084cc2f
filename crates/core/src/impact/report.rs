//! The report: one site over one period, as values that any door can print.

use std::collections::BTreeMap;
use std::ops::Range;

use rust_decimal::Decimal;

use super::duties::{DutyReport, duties};
use super::money::{Booked, ImpactRow, asking_cost, impact};
use crate::permission::standing;
use crate::projection::{Day, Import, Quarter, State, TallyKey};
use crate::vocabulary::{
    Act, Clause, Code, Currency, Millis, Mode, ReasonCode, Slot, Standing, Tally, hex,
};

/// Uses by what became of them, in the order of [`Tally::ALL`].
pub type TallyCounts = [u64; 6];

/// Everything the first report tells of a site.
#[derive(Debug, Clone)]
pub struct Report {
    pub quarter: Option<Quarter>,
    pub as_of: Option<Day>,
    pub policy: Option<(u32, String)>,
    pub controller: String,
    pub events: u64,
    pub people: u64,
    pub books: BooksRow,
    /// Uses and shares, all purposes together.
    pub uses: TallyCounts,
    /// Of the lapses among them, those against rules that are only rehearsed.
    pub rehearsed: u64,
    pub purposes: Vec<PurposeRow>,
    pub reasons: Vec<ReasonRow>,
    pub callers: Vec<CallerRow>,
    pub months: Vec<MonthRow>,
    pub asks: Vec<AskRow>,
    pub standings: Vec<StandingRow>,
    pub impact: Vec<ImpactRow>,
    pub asking_cost: Option<Booked>,
    /// Answers in this period that a model drew.
    pub simulated_answers: u64,
    /// Uses in this period whose carrying out an import took for granted.
    pub assumed_uses: u64,
    pub imports: Vec<Import>,
    pub duties: DutyReport,
}

/// Orders booked in the shop and seen here.
#[derive(Debug, Clone, Default)]
pub struct BooksRow {
    pub orders: u64,
    pub lines: u64,
    pub imported_orders: u64,
    pub amounts: BTreeMap<Currency, Decimal>,
    /// Counted without identifier, by metric.
    pub counts: BTreeMap<String, u64>,
}

#[derive(Debug, Clone)]
pub struct PurposeRow {
    pub purpose: String,
    pub act: Act,
    pub tallies: TallyCounts,
}

#[derive(Debug, Clone)]
pub struct ReasonRow {
    pub purpose: String,
    pub clause: Clause,
    pub code: ReasonCode,
    pub tallies: TallyCounts,
}

#[derive(Debug, Clone)]
pub struct CallerRow {
    pub caller: String,
    pub tallies: TallyCounts,
}

/// A calendar month, as `2026-11`.
#[derive(Debug, Clone)]
pub struct MonthRow {
    pub month: String,
    pub tallies: TallyCounts,
}

#[derive(Debug, Clone)]
pub struct AskRow {
    pub purpose: String,
    pub simulated: bool,
    pub shown: u64,
    pub granted: u64,
    pub refused: u64,
    pub deferred: u64,
    pub withdrawn: u64,
}

/// How many people stand where on a purpose, now.
#[derive(Debug, Clone)]
pub struct StandingRow {
    pub purpose: String,
    pub standings: BTreeMap<Standing, u64>,
}

/// Reports on a quarter, or on everything. `now` decides which permissions have run out.
pub fn report(state: &State, quarter: Option<Quarter>, now: Millis) -> Report {
    let standings = standings(state, now, 0..state.people.slots());
    Report { standings, ..figures(state, quarter, now) }
}

/// The same without where people stand, which alone takes longer the more people there are.
pub fn figures(state: &State, quarter: Option<Quarter>, now: Millis) -> Report {
    let within = |day: Day| quarter.is_none_or(|it| day.quarter() == it);
    let tallies = || state.tallies.iter().filter(|(key, _)| within(key.day));
    let policy = state.policies.in_force(now).or(state.policies.newest());
    let asks = asks(state, within);
    let shown = asks.iter().map(|it| it.shown).sum();
    let count = |it: &AskRow| it.granted + it.refused + it.deferred + it.withdrawn;
    Report {
        quarter,
        as_of: state.tallies.iter().map(|(key, _)| key.day).max(),
        policy: policy.map(|it| (it.policy.version, hex(&it.hash()))),
        controller: policy.map_or(String::new(), |it| it.policy.controller.name.clone()),
        events: state.events,
        people: u64::try_from(state.people.count()).unwrap_or(u64::MAX),
        books: books(state, within),
        uses: total(tallies().filter(|(key, _)| is_use(key))),
        rehearsed: tallies().filter(|(key, _)| is_rehearsed(key)).map(|(_, count)| count).sum(),
        purposes: by_purpose(state, tallies()),
        reasons: by_reason(state, tallies()),
        callers: by_caller(state, tallies()),
        months: by_month(tallies()),
        standings: Vec::new(),
        impact: impact(state, tallies()),
        asking_cost: asking_cost(policy.map(|it| it.policy.as_ref()), shown),
        simulated_answers: asks.iter().filter(|it| it.simulated).map(count).sum(),
        assumed_uses: tallies().filter(|(key, _)| key.assumed).map(|(_, count)| count).sum(),
        imports: state.imports.iter().copied().collect(),
        duties: duties(state, quarter, now),
        asks,
    }
}

fn is_use(key: &TallyKey) -> bool {
    matches!(key.act, Act::Use | Act::Share)
}

fn is_rehearsed(key: &TallyKey) -> bool {
    is_use(key) && key.mode == Mode::Rehearse && key.tally == Tally::Lapse
}

fn add(counts: &mut TallyCounts, tally: Tally, count: u64) {
    let places = Tally::ALL.iter().zip(counts.iter_mut());
    places.filter(|(it, _)| **it == tally).for_each(|(_, place)| *place += count);
}

fn total<'a>(tallies: impl Iterator<Item = (&'a TallyKey, u64)>) -> TallyCounts {
    let mut counts = TallyCounts::default();
    tallies.for_each(|(key, count)| add(&mut counts, key.tally, count));
    counts
}

/// Counts by a key, in order of the key.
fn by<'a, K: Ord>(
    tallies: impl Iterator<Item = (&'a TallyKey, u64)>,
    key: impl Fn(&TallyKey) -> K,
) -> Vec<(K, TallyCounts)> {
    let mut rows: BTreeMap<K, TallyCounts> = BTreeMap::new();
    for (it, count) in tallies {
        add(rows.entry(key(it)).or_default(), it.tally, count);
    }
    rows.into_iter().collect()
}

fn by_purpose<'a>(
    state: &State,
    tallies: impl Iterator<Item = (&'a TallyKey, u64)>,
) -> Vec<PurposeRow> {
    let name = |code: Code| match code {
        Code::NONE => "(undeclared)".to_owned(),
        code => state.names.name(code).to_owned(),
    };
    let rows = by(tallies, |key| (name(key.purpose), key.act));
    rows.into_iter().map(|((purpose, act), tallies)| PurposeRow { purpose, act, tallies }).collect()
}

fn by_reason<'a>(
    state: &State,
    tallies: impl Iterator<Item = (&'a TallyKey, u64)>,
) -> Vec<ReasonRow> {
    let failing = tallies.filter(|(key, _)| key.reason != 0);
    let rows = by(failing, |key| (key.reason, state.names.name(key.purpose).to_owned()));
    let mut rows: Vec<ReasonRow> = rows
        .into_iter()
        .filter_map(|((reason, purpose), tallies)| {
            let clause = Clause::from_number(reason >> 8)?;
            let code = ReasonCode::from_number(reason & 0xff)?;
            Some(ReasonRow { purpose, clause, code, tallies })
        })
        .collect();
    rows.sort_by_key(|it| std::cmp::Reverse(it.tallies.iter().sum::<u64>()));
    rows
}

fn by_caller<'a>(
    state: &State,
    tallies: impl Iterator<Item = (&'a TallyKey, u64)>,
) -> Vec<CallerRow> {
    let rows = by(tallies, |key| state.names.name(key.caller).to_owned());
    rows.into_iter().map(|(caller, tallies)| CallerRow { caller, tallies }).collect()
}

fn by_month<'a>(tallies: impl Iterator<Item = (&'a TallyKey, u64)>) -> Vec<MonthRow> {
    let month = |key: &TallyKey| {
        let date = key.day.date();
        format!("{:04}-{:02}", date.year(), date.month())
    };
    let rows = by(tallies.filter(|(key, _)| is_use(key)), month);
    rows.into_iter().map(|(month, tallies)| MonthRow { month, tallies }).collect()
}

fn books(state: &State, within: impl Fn(Day) -> bool) -> BooksRow {
    let mut row = BooksRow::default();
    for (_, it) in state.books.orders.iter().filter(|(day, _)| within(**day)) {
        row.orders += it.orders;
        row.lines += it.lines;
        row.imported_orders += it.imported;
        for (currency, amount) in &it.amounts {
            let sum = row.amounts.entry(*currency).or_default();
            *sum = sum.saturating_add(*amount);
        }
    }
    for ((_, metric), count) in state.books.counts.iter().filter(|((day, _), _)| within(*day)) {
        *row.counts.entry(state.names.name(*metric).to_owned()).or_default() += count;
    }
    row
}

fn asks(state: &State, within: impl Fn(Day) -> bool) -> Vec<AskRow> {
    let mut rows: BTreeMap<(String, bool), AskRow> = BTreeMap::new();
    for ((_, purpose, simulated), it) in state.asks.counts.iter().filter(|it| within(it.0.0)) {
        let purpose = state.names.name(*purpose).to_owned();
        let row = rows.entry((purpose.clone(), *simulated)).or_insert(AskRow {
            purpose,
            simulated: *simulated,
            shown: 0,
            granted: 0,
            refused: 0,
            deferred: 0,
            withdrawn: 0,
        });
        row.shown += it.shown;
        row.granted += it.granted;
        row.refused += it.refused;
        row.deferred += it.deferred;
        row.withdrawn += it.withdrawn;
    }
    rows.into_values().collect()
}

/// Where the people of these slots stand: part of everybody, for who cannot wait for all at once.
pub fn standings(state: &State, now: Millis, slots: Range<u32>) -> Vec<StandingRow> {
    let Some(policy) = state.policies.in_force(now) else { return Vec::new() };
    let asked = policy.compiled.purposes.iter().filter(|it| it.needs_permission());
    let row = |purpose: &crate::policy::CompiledPurpose| {
        let mut standings: BTreeMap<Standing, u64> = BTreeMap::new();
        for person in slots.clone().filter_map(|it| state.people.person(Slot(it))) {
            let statements = &policy.statements;
            let stood = standing(person.permissions, purpose, &policy.compiled, statements, now);
            *standings.entry(stood.standing).or_default() += 1;
        }
        StandingRow { purpose: purpose.name.to_string(), standings }
    };
    asked.map(row).collect()
}
