//! Money: what uses were worth by the policy's own figures, and what they cost.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::policy::{Policy, WorthSource};
use crate::projection::{State, TallyKey};
use crate::vocabulary::{Act, Code, Currency, Mode, Tally};

/// How a figure is known. A sum is no better known than its weakest part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// From the ledger: counted, not estimated.
    Booked,
    /// The policy names a source for it, which nobody here has checked.
    Stated(String),
    /// A guess, with its owner and date.
    Guess { by: String, on: String },
}

/// An estimate: a count times a worth that the policy states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    pub amount: Decimal,
    pub currency: Currency,
    pub evidence: Evidence,
}

/// A cost that the ledger's own counts prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    pub amount: Decimal,
    pub currency: Currency,
}

/// One purpose: what its lapses earned, what was forgone, and what its uses cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpactRow {
    pub purpose: String,
    /// What a worth is counted by: `impression`, `message`…
    pub per: String,
    /// Done against a promise that is watched.
    pub lapses: u64,
    /// Done against a rule that is only rehearsed: promised to nobody.
    pub rehearsed: u64,
    pub violations: u64,
    pub forgone: u64,
    pub done: u64,
    /// What lapses and violations earned. Nothing where the policy states no worth.
    pub lapses_earned: Option<Estimate>,
    pub forgone_worth: Option<Estimate>,
    /// What would be forgone if the rehearsed rules were enforced.
    pub rehearsed_worth: Option<Estimate>,
    /// Nothing where the policy states no unit cost.
    pub cost: Option<Booked>,
}

/// Sums of one purpose under one policy: worth and cost are those of the policy that decided.
#[derive(Debug, Default)]
struct Sums {
    lapses: u64,
    rehearsed: u64,
    violations: u64,
    forgone: u64,
    done: u64,
}

/// The impact table, a row for each purpose that anything was wanted for.
pub(super) fn impact<'a>(
    state: &State,
    tallies: impl Iterator<Item = (&'a TallyKey, u64)>,
) -> Vec<ImpactRow> {
    let mut sums: BTreeMap<(Code, u32), Sums> = BTreeMap::new();
    for (key, count) in tallies.filter(|(key, _)| matches!(key.act, Act::Use | Act::Share)) {
        let it = sums.entry((key.purpose, key.policy)).or_default();
        match key.tally {
            Tally::Kept => it.done += count,
            Tally::Lapse if key.mode == Mode::Rehearse => {
                (it.done, it.rehearsed) = (it.done + count, it.rehearsed + count);
            }
            Tally::Lapse => (it.done, it.lapses) = (it.done + count, it.lapses + count),
            Tally::Violation => (it.done, it.violations) = (it.done + count, it.violations + count),
            Tally::Forgone => it.forgone += count,
            Tally::OverCautious | Tally::Unreported => (),
        }
    }
    let mut rows: BTreeMap<Code, ImpactRow> = BTreeMap::new();
    for ((purpose, number), sum) in sums {
        let name = state.names.name(purpose).to_owned();
        let row = rows.entry(purpose).or_insert_with(|| ImpactRow::empty(name));
        let policy = state.policies.number(number).map(|it| it.policy.as_ref());
        row.add(&sum, policy);
    }
    rows.into_values().collect()
}

impl ImpactRow {
    fn empty(purpose: String) -> ImpactRow {
        ImpactRow {
            purpose,
            per: String::new(),
            lapses: 0,
            rehearsed: 0,
            violations: 0,
            forgone: 0,
            done: 0,
            lapses_earned: None,
            forgone_worth: None,
            rehearsed_worth: None,
            cost: None,
        }
    }

    fn add(&mut self, sum: &Sums, policy: Option<&Policy>) {
        self.lapses += sum.lapses;
        self.rehearsed += sum.rehearsed;
        self.violations += sum.violations;
        self.forgone += sum.forgone;
        self.done += sum.done;
        let named = policy.and_then(|policy| {
            let (name, purpose) =
                policy.purposes.iter().find(|it| it.0.as_str() == self.purpose)?;
            Some((policy, name, purpose))
        });
        let Some((policy, name, purpose)) = named else { return };
        if let Some(worth) = policy.worth.get(name) {
            self.per.clone_from(&worth.per);
            let evidence = match &worth.source {
                WorthSource::Guess { by, on } => Evidence::Guess { by: by.clone(), on: on.clone() },
                WorthSource::Named(source) => Evidence::Stated(source.clone()),
            };
            let earned = sum.lapses + sum.violations;
            for (count, place) in [
                (earned, &mut self.lapses_earned),
                (sum.forgone, &mut self.forgone_worth),
                (sum.rehearsed, &mut self.rehearsed_worth),
            ] {
                let amount = times(worth.amount.value, count);
                let place = place.get_or_insert_with(|| Estimate {
                    amount: Decimal::ZERO,
                    currency: worth.amount.currency,
                    evidence: evidence.clone(),
                });
                place.amount = place.amount.saturating_add(amount);
                place.evidence = place.evidence.clone().max(evidence.clone());
            }
        }
        if let Some(cost) = &purpose.unit_cost {
            let amount = times(cost.amount.value, sum.done);
            let currency = cost.amount.currency;
            let place = self.cost.get_or_insert(Booked { amount: Decimal::ZERO, currency });
            place.amount = place.amount.saturating_add(amount);
        }
    }
}

fn times(unit: Decimal, count: u64) -> Decimal {
    unit.saturating_mul(Decimal::from(count))
}

/// What asking cost, by the policy's own `ledger-costs`.
pub(super) fn asking_cost(policy: Option<&Policy>, shown: u64) -> Option<Booked> {
    let costs = &policy?.ledger_costs;
    let ask = costs.iter().find(|(name, _)| name.as_str() == "ask").map(|(_, cost)| cost.amount)?;
    Some(Booked { amount: times(ask.value, shown), currency: ask.currency })
}
