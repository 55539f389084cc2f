//! Incidents: promises broken, by who broke which rule in which campaign, with everyone affected.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::calendar::{Day, Quarter};
use super::tallies::{OpenUse, TallyKey};
use crate::event::UseDecided;
use crate::vocabulary::{Act, Code, Millis, Mode, Position, Slot, Tally, Verdict};

/// What breaches are grouped by. The day is that of the decision, so that breaches and tallies
/// agree about every quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IncidentKey {
    pub quarter: Quarter,
    pub purpose: Code,
    /// The reason printed first, as `clause << 8 | code`.
    pub reason: u32,
    pub caller: Code,
    /// 0 where the caller named none.
    pub campaign: Code,
    /// Number of the policy that decided.
    pub policy: u32,
}

/// Breaches of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Told to proceed, by a rule that is watched.
    pub lapses: u64,
    /// Told to withhold.
    pub violations: u64,
    /// Of both, those about nobody known.
    pub nameless: u64,
    /// When the first and the last were reported.
    pub first: Millis,
    pub last: Millis,
    /// The decision of the last, as an example of the rule at work.
    pub example: Position,
    people: BTreeMap<Slot, u32>,
}

#[derive(Debug, Default)]
pub struct Incidents {
    all: BTreeMap<IncidentKey, Incident>,
    /// Day and campaign of decisions that may yet turn out to be breaches. A tree, since it never
    /// holds everybody up to grow.
    campaigns: BTreeMap<Position, (Day, Code)>,
}

/// As long as `Tallies` waits for an outcome.
const OPEN_DAYS: i32 = 35;

impl Incident {
    pub fn times(&self) -> u64 {
        self.lapses + self.violations
    }

    /// Everyone affected, each once, in order of slot.
    pub fn people(&self) -> impl ExactSizeIterator<Item = Slot> {
        self.people.keys().copied()
    }
}

/// Whether a use that ended up there broke a promise. What is only rehearsed is promised to
/// nobody.
pub fn is_breach(key: &TallyKey) -> bool {
    let counts = matches!(key.act, Act::Use | Act::Share) && key.mode != Mode::Rehearse;
    counts && matches!(key.tally, Tally::Lapse | Tally::Violation)
}

impl Incidents {
    pub fn iter(&self) -> impl Iterator<Item = (&IncidentKey, &Incident)> {
        self.all.iter()
    }

    /// Remembers the campaign of a use that the policy does not allow.
    pub(super) fn decided(&mut self, position: Position, day: Day, it: &UseDecided) {
        while let Some(oldest) = self.campaigns.first_entry()
            && oldest.get().0.0 + OPEN_DAYS < day.0
        {
            oldest.remove();
        }
        if it.campaign != 0 && it.verdict != Verdict::Allowed.number() {
            self.campaigns.insert(position, (day, Code(it.campaign)));
        }
    }

    /// Takes in a report on a decision: where it was tallied before, and where it is now.
    pub(super) fn carried_out(
        &mut self,
        (at, decision): (Millis, Position),
        before: TallyKey,
        now: &OpenUse,
    ) {
        let campaign = self.campaigns.get(&decision).map_or(Code::NONE, |it| it.1);
        if is_breach(&before) {
            self.subtract(&before, campaign, now.slot);
        }
        if is_breach(&now.key) {
            self.add((at, decision), &now.key, campaign, now.slot);
        }
    }

    fn add(
        &mut self,
        (at, example): (Millis, Position),
        key: &TallyKey,
        campaign: Code,
        slot: Option<Slot>,
    ) {
        let it = self.all.entry(incident_key(key, campaign)).or_insert_with(|| Incident {
            lapses: 0,
            violations: 0,
            nameless: 0,
            first: at,
            last: at,
            example,
            people: BTreeMap::new(),
        });
        *it.count(key.tally) += 1;
        (it.last, it.example) = (at, example);
        match slot {
            Some(slot) => *it.people.entry(slot).or_default() += 1,
            None => it.nameless += 1,
        }
    }

    /// Takes a breach back that was reported otherwise later.
    fn subtract(&mut self, key: &TallyKey, campaign: Code, slot: Option<Slot>) {
        let key_of = incident_key(key, campaign);
        let Some(it) = self.all.get_mut(&key_of) else { return };
        let count = it.count(key.tally);
        *count = count.saturating_sub(1);
        match slot {
            Some(slot) => {
                let times = it.people.get(&slot).copied().unwrap_or(0);
                if times <= 1 {
                    it.people.remove(&slot);
                } else {
                    it.people.insert(slot, times - 1);
                }
            }
            None => it.nameless = it.nameless.saturating_sub(1),
        }
        if it.times() == 0 {
            self.all.remove(&key_of);
        }
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (key, it) in &self.all {
            let _infallible = writeln!(out, "incident {key:?} {it:?}");
        }
        let _infallible = writeln!(out, "campaigns {:?}", self.campaigns);
    }
}

impl Incident {
    fn count(&mut self, tally: Tally) -> &mut u64 {
        if tally == Tally::Violation { &mut self.violations } else { &mut self.lapses }
    }
}

fn incident_key(key: &TallyKey, campaign: Code) -> IncidentKey {
    IncidentKey {
        quarter: key.day.quarter(),
        purpose: key.purpose,
        reason: key.reason,
        caller: key.caller,
        campaign,
        policy: key.policy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Advice, Carried};
    use proptest::prelude::*;

    fn open(slot: Option<u32>, advice: Advice, carried: Option<Carried>, mode: Mode) -> OpenUse {
        let key = TallyKey {
            day: Day(20_000),
            policy: 1,
            purpose: Code(1),
            caller: Code(2),
            act: Act::Use,
            tally: Tally::of(Verdict::NotAllowed, advice, carried),
            reason: 9 << 8 | 20,
            mode,
            assumed: false,
        };
        OpenUse { key, verdict: Verdict::NotAllowed, advice, slot: slot.map(Slot), carried }
    }

    /// One report on a decision, after whatever was reported on it before.
    fn report(
        it: &mut Incidents,
        decision: u64,
        of: (Option<u32>, Advice, Mode),
        told: (Option<Carried>, Carried),
    ) {
        let before = open(of.0, of.1, told.0, of.2).key;
        let now = open(of.0, of.1, Some(told.1), of.2);
        let at = Millis(i64::try_from(decision).unwrap());
        it.carried_out((at, Position(decision)), before, &now);
    }

    #[test]
    fn people_are_counted_once_and_taken_back_exactly() {
        let mut it = Incidents::default();
        let (ana, nobody) = (Some(7), None);
        report(&mut it, 1, (ana, Advice::Proceed, Mode::Observe), (None, Carried::Done));
        report(&mut it, 2, (ana, Advice::Proceed, Mode::Observe), (None, Carried::Done));
        report(&mut it, 3, (nobody, Advice::Withhold, Mode::Enforce), (None, Carried::Done));
        report(&mut it, 4, (Some(8), Advice::Proceed, Mode::Rehearse), (None, Carried::Done));
        report(&mut it, 5, (Some(9), Advice::Withhold, Mode::Enforce), (None, Carried::Withheld));
        let incident = it.iter().next().unwrap().1.clone();
        assert_eq!((incident.lapses, incident.violations, incident.nameless), (2, 1, 1));
        assert_eq!(incident.people().collect::<Vec<_>>(), [Slot(7)]);
        assert_eq!((incident.first, incident.last), (Millis(1), Millis(3)));
        assert_eq!(it.iter().count(), 1, "what is rehearsed or left alone broke no promise");

        let changed = (Some(Carried::Done), Carried::Withheld);
        report(&mut it, 2, (ana, Advice::Proceed, Mode::Observe), changed);
        assert_eq!(it.iter().next().unwrap().1.people().len(), 1, "another of hers stands");
        report(&mut it, 1, (ana, Advice::Proceed, Mode::Observe), changed);
        assert_eq!(it.iter().next().unwrap().1.people().len(), 0);
        report(&mut it, 3, (nobody, Advice::Withhold, Mode::Enforce), changed);
        assert_eq!(it.iter().count(), 0);
    }

    #[test]
    fn campaigns_are_remembered_as_long_as_outcomes_may_come() {
        let mut it = Incidents::default();
        let wanted = |campaign, verdict: Verdict| UseDecided {
            campaign,
            verdict: verdict.number(),
            ..UseDecided::default()
        };
        it.decided(Position(1), Day(20_000), &wanted(5, Verdict::NotAllowed));
        it.decided(Position(2), Day(20_000), &wanted(0, Verdict::NotAllowed));
        it.decided(Position(3), Day(20_000), &wanted(5, Verdict::Allowed));
        assert_eq!(it.campaigns.len(), 1, "only what may become a breach of a campaign");
        report(&mut it, 1, (Some(7), Advice::Withhold, Mode::Enforce), (None, Carried::Done));
        assert_eq!(it.iter().next().unwrap().0.campaign, Code(5));
        it.decided(Position(9), Day(20_035), &wanted(6, Verdict::NotAllowed));
        assert_eq!(it.campaigns.len(), 2);
        it.decided(Position(10), Day(20_036), &wanted(6, Verdict::NotAllowed));
        assert_eq!(it.campaigns.len(), 2, "the first was let go");
    }

    proptest! {
        /// However reports come and change, the incidents are those of the last ones.
        #[test]
        fn only_the_last_report_on_a_decision_counts(
            reports in prop::collection::vec((0..12u64, any::<bool>()), 0..60),
        ) {
            let of = |decision: u64| {
                let slot = (!decision.is_multiple_of(4)).then(|| u32::try_from(decision % 3).unwrap());
                (slot, Advice::Proceed, Mode::Observe)
            };
            let mut it = Incidents::default();
            let mut last: BTreeMap<u64, Carried> = BTreeMap::new();
            for (decision, done) in reports {
                let carried = if done { Carried::Done } else { Carried::Withheld };
                report(&mut it, decision, of(decision), (last.get(&decision).copied(), carried));
                last.insert(decision, carried);
            }
            let broken = || last.iter().filter(|it| *it.1 == Carried::Done).map(|it| of(*it.0).0);
            let people: std::collections::BTreeSet<u32> = broken().flatten().collect();
            let times = it.iter().map(|it| it.1.times()).sum::<u64>();
            prop_assert_eq!(times, broken().count() as u64);
            let found: Vec<u32> = it.iter().flat_map(|it| it.1.people()).map(|it| it.0).collect();
            prop_assert_eq!(found, people.into_iter().collect::<Vec<_>>());
        }
    }
}
