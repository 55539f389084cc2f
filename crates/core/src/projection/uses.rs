//! What was done with what a person allowed: for each person and purpose how often, when last,
//! how many in each of the last weeks, and whether the deal was kept every time.
//!
//! The rest of the ledger is counted by day and caller (`tallies`); this is what the person
//! themselves is told. A person costs nothing here until something of theirs is used, and then
//! 44 bytes for each purpose. Kept with the person (`people`), so that no map of everybody grows.

use super::calendar::Day;
use super::tallies::OpenUse;
use crate::event::UseDecided;
use crate::vocabulary::{Act, Advice, Carried, Code, Millis, Verdict};

/// How many weeks are told apart.
pub const WEEKS: usize = 8;
const WEEK_DAYS: i32 = 7;

/// Uses of one person's data for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurposeUses {
    pub purpose: Code,
    /// Let through and not reported withheld, or done against the advice.
    pub count: u32,
    /// Done although the policy did not allow it.
    pub broken: u32,
    /// Seconds since 1970 of the newest use.
    last_s: u32,
    /// Day of the newest broken one, and its first reason as `clause << 8 | code`.
    broken_day: Day,
    broken_reason: u32,
    /// The newest week counted, and the uses in it and those before, oldest first.
    week: i16,
    weeks: [u16; WEEKS],
}

/// One person's, sorted by purpose.
#[derive(Debug, Clone, Default)]
pub(super) struct Uses(Box<[PurposeUses]>);

fn week_of(day: Day) -> i16 {
    i16::try_from(day.0.div_euclid(WEEK_DAYS)).unwrap_or(i16::MAX)
}

impl PurposeUses {
    fn none(purpose: Code) -> PurposeUses {
        PurposeUses {
            purpose,
            count: 0,
            broken: 0,
            last_s: 0,
            broken_day: Day(0),
            broken_reason: 0,
            week: 0,
            weeks: [0; WEEKS],
        }
    }

    /// When it was used last; none if all that was let through was withheld in the end.
    pub fn last(&self) -> Option<Millis> {
        (self.count != 0).then(|| Millis(i64::from(self.last_s) * 1000))
    }

    /// The newest time the deal was not kept, and the first reason.
    pub fn last_broken(&self) -> Option<(Day, u32)> {
        (self.broken != 0).then_some((self.broken_day, self.broken_reason))
    }

    /// Uses in each of the weeks that end with the one `today` is in, oldest first.
    pub fn weeks(&self, today: Day) -> [u32; WEEKS] {
        let mut it = *self;
        it.turn_to(week_of(today));
        it.weeks.map(u32::from)
    }

    /// Moves to a newer week.
    fn turn_to(&mut self, week: i16) {
        let newer = usize::try_from(week.saturating_sub(self.week)).unwrap_or(0);
        if newer == 0 {
            return;
        }
        self.weeks.rotate_left(newer.min(WEEKS));
        let empty = WEEKS - newer.min(WEEKS);
        self.weeks.iter_mut().skip(empty).for_each(|it| *it = 0);
        self.week = week;
    }

    fn in_week(&mut self, day: Day) -> Option<&mut u16> {
        let back = usize::try_from(self.week.saturating_sub(week_of(day))).ok()?;
        let at = (WEEKS - 1).checked_sub(back)?;
        self.weeks.get_mut(at)
    }

    fn add(&mut self, day: Day) {
        self.turn_to(week_of(day));
        self.count = self.count.saturating_add(1);
        if let Some(it) = self.in_week(day) {
            *it = it.saturating_add(1);
        }
    }

    fn subtract(&mut self, day: Day) {
        self.count = self.count.saturating_sub(1);
        if let Some(it) = self.in_week(day) {
            *it = it.saturating_sub(1);
        }
    }
}

/// Whether a decision counts as a use by itself. What is advised against counts only if it is
/// reported done.
pub(super) fn lets_through(it: &UseDecided) -> bool {
    counts(it.act) && it.advice == Advice::Proceed.number()
}

/// Whether a report changes what a person is told.
pub(super) fn changes(before: &OpenUse, now: &OpenUse) -> bool {
    let of = |it: &OpenUse| (is_used(it), is_broken(it));
    counts(now.key.act.number()) && of(before) != of(now)
}

impl Uses {
    pub(super) fn all(&self) -> &[PurposeUses] {
        &self.0
    }

    /// A use was let through.
    pub(super) fn decided(&mut self, purpose: Code, (at, day): (Millis, Day)) {
        let uses = self.entry(purpose);
        uses.last_s = uses.last_s.max(seconds(at));
        uses.add(day);
    }

    /// What became of a use was reported; perhaps anew, and otherwise than before.
    pub(super) fn carried_out(&mut self, at: Millis, before: &OpenUse, now: &OpenUse) {
        let uses = self.entry(now.key.purpose);
        match (is_used(before), is_used(now)) {
            (false, true) => {
                uses.last_s = uses.last_s.max(seconds(at));
                uses.add(now.key.day);
            }
            (true, false) => uses.subtract(now.key.day),
            (true, true) | (false, false) => (),
        }
        match (is_broken(before), is_broken(now)) {
            (false, true) => {
                uses.broken = uses.broken.saturating_add(1);
                if uses.broken_day <= now.key.day {
                    (uses.broken_day, uses.broken_reason) = (now.key.day, now.key.reason);
                }
            }
            (true, false) => uses.broken = uses.broken.saturating_sub(1),
            (true, true) | (false, false) => (),
        }
    }

    fn entry(&mut self, purpose: Code) -> &mut PurposeUses {
        let at = match self.0.binary_search_by_key(&purpose, |it| it.purpose) {
            Ok(at) => at,
            Err(at) => {
                let mut all = std::mem::take(&mut self.0).into_vec();
                all.reserve_exact(1);
                all.insert(at, PurposeUses::none(purpose));
                self.0 = all.into_boxed_slice();
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "found or inserted just now")]
        &mut self.0[at]
    }
}

fn seconds(at: Millis) -> u32 {
    u32::try_from(at.0.div_euclid(1000)).unwrap_or(0)
}

fn counts(act: u32) -> bool {
    [Act::Use.number(), Act::Share.number()].contains(&act)
}

fn is_used(it: &OpenUse) -> bool {
    match it.carried {
        Some(Carried::Done) => true,
        Some(Carried::Withheld) => false,
        None => it.advice == Advice::Proceed,
    }
}

/// Only what is known to have been done can have broken the deal.
fn is_broken(it: &OpenUse) -> bool {
    it.carried == Some(Carried::Done) && it.verdict != Verdict::Allowed
}

#[cfg(test)]
mod tests {
    use super::super::tallies::TallyKey;
    use super::*;
    use crate::vocabulary::{Mode, Slot, Tally};

    const SHOW: Code = Code(7);
    const ANNA: Slot = Slot(3);

    fn decided(act: Act, advice: Advice) -> UseDecided {
        UseDecided { act: act.number(), advice: advice.number(), ..UseDecided::default() }
    }

    fn open(day: i32, verdict: Verdict, advice: Advice, carried: Option<Carried>) -> OpenUse {
        let key = TallyKey {
            day: Day(day),
            policy: 1,
            purpose: SHOW,
            caller: Code(1),
            act: Act::Use,
            tally: Tally::of(verdict, advice, carried),
            reason: 5,
            mode: Mode::Enforce,
            assumed: false,
        };
        OpenUse { key, verdict, advice, slot: Some(ANNA), carried }
    }

    fn at(day: i32) -> (Millis, Day) {
        (Millis(i64::from(day) * 86_400_000), Day(day))
    }

    #[test]
    fn only_uses_count_and_only_what_is_let_through() {
        assert!(lets_through(&decided(Act::Use, Advice::Proceed)));
        assert!(lets_through(&decided(Act::Share, Advice::Proceed)));
        assert!(!lets_through(&decided(Act::Collect, Advice::Proceed)));
        assert!(!lets_through(&decided(Act::Use, Advice::Withhold)));
        assert_eq!(size_of::<PurposeUses>(), 44);
    }

    #[test]
    fn uses_are_told_by_week() {
        let mut uses = Uses::default();
        for day in [700, 701, 707, 728] {
            uses.decided(SHOW, at(day));
        }
        let [it] = uses.all() else { panic!() };
        assert_eq!((it.count, it.last()), (4, Some(Millis(728 * 86_400_000))));
        assert_eq!(it.weeks(Day(728)), [0, 0, 0, 2, 1, 0, 0, 1]);
        assert_eq!(it.weeks(Day(735)), [0, 0, 2, 1, 0, 0, 1, 0]);
        assert_eq!(it.weeks(Day(9_000)), [0; WEEKS]);
    }

    #[test]
    fn what_was_withheld_in_the_end_was_not_used() {
        let mut uses = Uses::default();
        uses.decided(SHOW, at(700));
        let before = open(700, Verdict::Allowed, Advice::Proceed, None);
        let withheld = OpenUse { carried: Some(Carried::Withheld), ..before };
        assert!(changes(&before, &withheld));
        uses.carried_out(at(701).0, &before, &withheld);
        assert_eq!((uses.all()[0].count, uses.all()[0].last()), (0, None));
        assert_eq!(uses.all()[0].weeks(Day(700)), [0; WEEKS]);
        let done = OpenUse { carried: Some(Carried::Done), ..before };
        assert!(!changes(&before, &done), "it was counted when it was let through");
        uses.carried_out(at(702).0, &withheld, &done);
        assert_eq!((uses.all()[0].count, uses.all()[0].broken), (1, 0));
    }

    #[test]
    fn only_what_was_done_without_leave_broke_the_deal() {
        let mut uses = Uses::default();
        let before = open(700, Verdict::NotAllowed, Advice::Withhold, None);
        let done = OpenUse { carried: Some(Carried::Done), ..before };
        uses.carried_out(at(701).0, &before, &done);
        let it = uses.all()[0];
        assert_eq!((it.count, it.broken, it.last_broken()), (1, 1, Some((Day(700), 5))));
        // Reported twice it is still one; taken back it never was.
        assert!(!changes(&done, &done));
        uses.carried_out(at(703).0, &done, &before);
        assert_eq!((uses.all()[0].count, uses.all()[0].last_broken()), (0, None));
    }
}
