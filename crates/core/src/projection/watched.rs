//! Watched promises: how often each rule that is promised and only observed was missed, and of
//! how many uses.
//!
//! Tallies count a use under its first reason alone; a promise that the public reads about is
//! counted by its own line, whatever else failed. Uses count by quarter, policy and purpose.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::calendar::{Day, Quarter};
use super::tallies::{OpenUse, TallyKey};
use crate::event::UseDecided;
use crate::policy::Line;
use crate::vocabulary::{Act, Code, Mode, Position, Tally, Verdict};

/// Uses of one purpose under one policy in one quarter.
pub type UsesKey = (Quarter, u32, Code);

/// What came of uses, as far as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsesSum {
    /// Reported done.
    pub done: u64,
    /// Of those done, the ones nobody reported: an import took it that the advice was followed.
    pub assumed: u64,
    /// Not reported, or not yet.
    pub open: u64,
}

/// What was missed by a use that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missed {
    /// Any rule that is observed, counted once a use.
    Any,
    /// The rule of this line; `Line(0)` is `anything-else`.
    Rule(Line),
    /// Recorded before lines were: some rule that is observed.
    Untold,
}

#[derive(Debug, Default)]
pub struct Watched {
    uses: BTreeMap<UsesKey, UsesSum>,
    missed: BTreeMap<(UsesKey, Missed), u64>,
    /// Day and lines of decisions by which some promise may turn out to be missed.
    pending: BTreeMap<Position, (Day, Box<[u32]>)>,
}

/// As long as `Tallies` waits for an outcome.
const OPEN_DAYS: i32 = 35;

impl Watched {
    pub fn uses(&self, key: UsesKey) -> UsesSum {
        self.uses.get(&key).copied().unwrap_or_default()
    }

    /// Whether anything was wanted under a policy in a quarter.
    pub fn any(&self, quarter: Quarter, policy: u32) -> bool {
        let of = |purpose| (quarter, policy, Code(purpose));
        self.uses.range(of(0)..=of(u32::MAX)).next().is_some()
    }

    /// How many uses that were done missed it.
    pub fn missed(&self, key: UsesKey, what: Missed) -> u64 {
        self.missed.get(&(key, what)).copied().unwrap_or(0)
    }

    /// Takes in a decision, which nobody has reported on yet.
    pub(super) fn decided(&mut self, position: Position, day: Day, it: &UseDecided) {
        while let Some(oldest) = self.pending.first_entry()
            && oldest.get().0.0 + OPEN_DAYS < day.0
        {
            oldest.remove();
        }
        if !Act::from_number(it.act).is_some_and(is_use) {
            return;
        }
        self.uses.entry((day.quarter(), it.policy, Code(it.purpose))).or_default().open += 1;
        let lines = match it.observed.is_empty() {
            false => it.observed.clone(),
            true if is_untold(it) => Vec::new(),
            true => return,
        };
        self.pending.insert(position, (day, lines.into_boxed_slice()));
    }

    /// Takes in a report: where the decision was tallied before, and where it is now.
    pub(super) fn carried_out(&mut self, decision: Position, before: &TallyKey, now: &OpenUse) {
        if !is_use(before.act) {
            return;
        }
        let key = (before.day.quarter(), before.policy, before.purpose);
        let sum = self.uses.entry(key).or_default();
        for (it, entered) in [(before, false), (&now.key, true)] {
            let change = |count: &mut u64, counts: bool| match (counts, entered) {
                (true, true) => *count += 1,
                (true, false) => *count = count.saturating_sub(1),
                (false, _) => (),
            };
            change(&mut sum.open, it.tally == Tally::Unreported);
            change(&mut sum.done, is_done(it.tally));
            change(&mut sum.assumed, is_done(it.tally) && it.assumed);
        }
        let Some((_, lines)) = self.pending.get(&decision) else { return };
        let told = lines.iter().map(|it| Missed::Rule(Line(*it)));
        let untold = lines.is_empty().then_some(Missed::Untold);
        let all = told.chain(untold).chain([Missed::Any]);
        match (is_done(before.tally), is_done(now.key.tally)) {
            (false, true) => all.for_each(|it| *self.missed.entry((key, it)).or_default() += 1),
            (true, false) => all.for_each(|it| match self.missed.get_mut(&(key, it)) {
                Some(count) if 1 < *count => *count -= 1,
                Some(_) | None => drop(self.missed.remove(&(key, it))),
            }),
            (true, true) | (false, false) => (),
        }
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (key, it) in &self.uses {
            let _infallible = writeln!(out, "uses {key:?} {it:?}");
        }
        for (key, count) in &self.missed {
            let _infallible = writeln!(out, "missed {key:?} {count}");
        }
        let _infallible = writeln!(out, "pending {:?}", self.pending);
    }
}

fn is_use(act: Act) -> bool {
    matches!(act, Act::Use | Act::Share)
}

fn is_done(tally: Tally) -> bool {
    matches!(tally, Tally::Kept | Tally::Lapse | Tally::Violation)
}

/// Only rules that are observed failed, and the record does not say which.
fn is_untold(it: &UseDecided) -> bool {
    it.verdict != Verdict::Allowed.number() && it.mode == Mode::Observe.number()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Advice, Carried};
    use proptest::prelude::*;

    const DAY: Day = Day(20_000);

    fn decided(observed: &[u32], mode: Mode) -> UseDecided {
        let failed = !observed.is_empty() || mode == Mode::Observe;
        let verdict = if failed { Verdict::NotAllowed } else { Verdict::Allowed };
        UseDecided {
            policy: 1,
            act: Act::Use.number(),
            purpose: 7,
            verdict: verdict.number(),
            mode: mode.number(),
            observed: observed.to_vec(),
            ..UseDecided::default()
        }
    }

    fn open(carried: Option<Carried>) -> OpenUse {
        let (verdict, advice) = (Verdict::NotAllowed, Advice::Proceed);
        let key = TallyKey {
            day: DAY,
            policy: 1,
            purpose: Code(7),
            caller: Code(2),
            act: Act::Use,
            tally: Tally::of(verdict, advice, carried),
            reason: 0,
            mode: Mode::Observe,
            assumed: false,
        };
        OpenUse { key, verdict, advice, slot: None, carried }
    }

    fn report(it: &mut Watched, decision: u64, before: Option<Carried>, now: Carried) {
        it.carried_out(Position(decision), &open(before).key, &open(Some(now)));
    }

    #[test]
    fn each_rule_counts_for_itself_and_each_use_once() {
        let key = (DAY.quarter(), 1, Code(7));
        let mut it = Watched::default();
        it.decided(Position(1), DAY, &decided(&[92, 95], Mode::Observe));
        it.decided(Position(2), DAY, &decided(&[92], Mode::Enforce));
        it.decided(Position(3), DAY, &decided(&[], Mode::Enforce));
        it.decided(Position(4), DAY, &decided(&[], Mode::Observe));
        assert_eq!(it.uses(key), UsesSum { done: 0, assumed: 0, open: 4 });
        for decision in 1..=4 {
            report(&mut it, decision, None, Carried::Done);
        }
        assert_eq!(it.uses(key), UsesSum { done: 4, assumed: 0, open: 0 });
        let of = |it: &Watched, what| it.missed(key, what);
        assert_eq!((of(&it, Missed::Rule(Line(92))), of(&it, Missed::Rule(Line(95)))), (2, 1));
        assert_eq!((of(&it, Missed::Any), of(&it, Missed::Untold)), (3, 1));
        report(&mut it, 1, Some(Carried::Done), Carried::Withheld);
        assert_eq!((of(&it, Missed::Rule(Line(92))), of(&it, Missed::Rule(Line(95)))), (1, 0));
        assert_eq!(it.uses(key), UsesSum { done: 3, assumed: 0, open: 0 });
        it.decided(Position(9), Day(DAY.0 + 36), &decided(&[1], Mode::Observe));
        assert_eq!(it.pending.len(), 1, "what nobody can report on any more was let go");
    }

    proptest! {
        /// However reports come and change, only the last on each decision counts.
        #[test]
        fn only_the_last_report_counts(
            reports in prop::collection::vec((0..8u64, any::<bool>()), 0..40),
        ) {
            let mut it = Watched::default();
            for n in 0..8 {
                let lines: &[u32] = if n % 2 == 0 { &[5] } else { &[] };
                it.decided(Position(n), DAY, &decided(lines, Mode::Enforce));
            }
            let mut last: BTreeMap<u64, Carried> = BTreeMap::new();
            for (n, done) in reports {
                let now = if done { Carried::Done } else { Carried::Withheld };
                report(&mut it, n, last.get(&n).copied(), now);
                last.insert(n, now);
            }
            let done = |it: &(&u64, &Carried)| *it.1 == Carried::Done;
            let key = (DAY.quarter(), 1, Code(7));
            let all = last.iter().filter(done).count() as u64;
            let missed = last.iter().filter(done).filter(|it| it.0 % 2 == 0).count() as u64;
            let open = 8 - last.len() as u64;
            prop_assert_eq!(it.uses(key), UsesSum { done: all, assumed: 0, open });
            prop_assert_eq!(it.missed(key, Missed::Rule(Line(5))), missed);
            prop_assert_eq!(it.missed(key, Missed::Any), missed);
        }
    }
}
