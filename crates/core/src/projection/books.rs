//! The books: orders and visits seen, and what outcomes were worth.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::calendar::Day;
use crate::vocabulary::{Code, Currency, Money, Tally};

/// Orders of a day. Lines without a price are counted, and add nothing to the amounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderDay {
    pub orders: u64,
    pub lines: u64,
    pub amounts: BTreeMap<Currency, Decimal>,
    pub imported: u64,
}

/// Values observed for decisions of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes {
    pub count: u64,
    pub amounts: BTreeMap<Currency, Decimal>,
}

/// What an outcome is booked under: day of the outcome, purpose, tally of its decision, metric.
pub(super) type OutcomeKey = (Day, Code, Tally, Code);

#[derive(Debug, Default)]
pub struct Books {
    pub orders: BTreeMap<Day, OrderDay>,
    /// Counted without identifier: day, metric.
    pub counts: BTreeMap<(Day, Code), u64>,
    pub outcomes: BTreeMap<OutcomeKey, Outcomes>,
}

fn add(amounts: &mut BTreeMap<Currency, Decimal>, amount: &str, currency: &str) {
    if let (Ok(amount), Ok(currency)) = (Money::amount(amount), currency.parse()) {
        let sum = amounts.entry(currency).or_default();
        *sum = sum.saturating_add(amount);
    }
}

impl Books {
    pub(super) fn order(
        &mut self,
        day: Day,
        (lines, imported): (usize, bool),
        amount: &str,
        currency: &str,
    ) {
        let it = self.orders.entry(day).or_default();
        it.orders += 1;
        it.lines += u64::try_from(lines).unwrap_or(u64::MAX);
        it.imported += u64::from(imported);
        add(&mut it.amounts, amount, currency);
    }

    pub(super) fn count(&mut self, day: Day, metric: Code, count: u32) {
        *self.counts.entry((day, metric)).or_default() += u64::from(count);
    }

    pub(super) fn outcome(&mut self, key: OutcomeKey, amount: &str, currency: &str) {
        let it = self.outcomes.entry(key).or_default();
        it.count += 1;
        add(&mut it.amounts, amount, currency);
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (day, it) in &self.orders {
            let _infallible = writeln!(out, "orders {day} {it:?}");
        }
        for (key, count) in &self.counts {
            let _infallible = writeln!(out, "count {key:?} {count}");
        }
        for (key, it) in &self.outcomes {
            let _infallible = writeln!(out, "outcome {key:?} {it:?}");
        }
    }
}
