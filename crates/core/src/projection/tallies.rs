//! Tallies: every use by what became of it, under which purpose, for which reason, by whom, when.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::calendar::Day;
use super::open_uses::OpenUses;
use crate::event::{Considered, UseCarriedOut, UseDecided};
use crate::vocabulary::{Act, Advice, Carried, Code, Mode, Position, Slot, Tally, Verdict};

/// What uses are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TallyKey {
    pub day: Day,
    /// Number of the policy that decided.
    pub policy: u32,
    pub purpose: Code,
    pub caller: Code,
    pub act: Act,
    pub tally: Tally,
    /// First reason as `clause << 8 | code`, or 0 where none fails.
    pub reason: u32,
    pub mode: Mode,
    /// Nobody reported what was done: an import took it that the advice was followed.
    pub assumed: bool,
}

/// A decision whose outcome may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenUse {
    pub key: TallyKey,
    pub verdict: Verdict,
    pub advice: Advice,
    pub slot: Option<Slot>,
    pub carried: Option<Carried>,
}

/// Counts of uses, and the decisions still open.
#[derive(Debug, Default)]
pub struct Tallies {
    counts: HashMap<TallyKey, u64>,
    open: OpenUses,
}

/// How long an outcome can still be reported.
const OPEN_DAYS: i32 = 35;

impl Tallies {
    pub fn iter(&self) -> impl Iterator<Item = (&TallyKey, u64)> {
        self.counts.iter().map(|(key, count)| (key, *count))
    }

    /// A decision that an outcome may be reported for.
    pub fn open(&self, decision: Position) -> Option<&OpenUse> {
        self.open.get(decision)
    }

    pub(super) fn decided(
        &mut self,
        (position, slot, caller): (Position, Option<Slot>, Code),
        day: Day,
        it: &UseDecided,
    ) {
        self.open.let_go(|it| it.key.day.0 + OPEN_DAYS < day.0);
        let (Some(act), Some(verdict), Some(advice), Some(mode)) = (
            Act::from_number(it.act),
            Verdict::from_number(it.verdict),
            Advice::from_number(it.advice),
            Mode::from_number(it.mode),
        ) else {
            return;
        };
        let key = TallyKey {
            day,
            policy: it.policy,
            purpose: Code(it.purpose),
            caller,
            act,
            tally: Tally::Unreported,
            reason: it.reasons.first().copied().unwrap_or(0),
            mode,
            assumed: false,
        };
        self.add(key);
        self.open.push(position, OpenUse { key, verdict, advice, slot, carried: None });
    }

    /// Moves a decision from where it was counted to where its outcome puts it.
    pub(super) fn carried_out(&mut self, it: &UseCarriedOut) -> Option<OpenUse> {
        let carried = Carried::from_number(it.carried)?;
        let open = self.open.get_mut(Position(it.decision))?;
        let before = open.key;
        open.key.tally = Tally::of(open.verdict, open.advice, Some(carried));
        open.key.assumed = it.assumed;
        open.carried = Some(carried);
        let now = *open;
        self.subtract(before);
        self.add(now.key);
        Some(now)
    }

    /// Counts one purpose that collected data was considered for: collecting is carried out, or
    /// not, in the same breath.
    pub(super) fn considered(&mut self, day: Day, policy: u32, caller: Code, it: &Considered) {
        let (Some(verdict), Some(advice), Some(mode)) = (
            Verdict::from_number(it.verdict),
            Advice::from_number(it.advice),
            Mode::from_number(it.mode),
        ) else {
            return;
        };
        let carried = match advice {
            Advice::Proceed => Carried::Done,
            Advice::Withhold => Carried::Withheld,
        };
        self.add(TallyKey {
            day,
            policy,
            purpose: Code(it.purpose),
            caller,
            act: Act::Collect,
            tally: Tally::of(verdict, advice, Some(carried)),
            reason: it.reason,
            mode,
            assumed: false,
        });
    }

    fn add(&mut self, key: TallyKey) {
        *self.counts.entry(key).or_default() += 1;
    }

    fn subtract(&mut self, key: TallyKey) {
        if let Some(count) = self.counts.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(&key);
            }
        }
    }

    pub(super) fn dump(&self, out: &mut String) {
        let mut counts: Vec<_> = self.counts.iter().collect();
        counts.sort_unstable();
        for (key, count) in counts {
            let _infallible = writeln!(out, "tally {key:?} {count}");
        }
        for (position, open) in self.open.iter() {
            let _infallible = writeln!(out, "open {} {open:?}", position.0);
        }
    }
}
