//! Duties with a time limit: which are open, for whom and until when, and which were done late.
//!
//! A duty opens when what it counts from happens to a person, under the policy in force then. While
//! it is open the same happening opens nothing more: the first one sets when it is due. So a person
//! costs at most one entry for each duty, and nothing where no policy has any. Whether an open one
//! is late depends on when one asks, so it is found on reading and never stored.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Bound;

use jiff::tz::TimeZone;

use super::calendar::Quarter;
use crate::policy::{CompiledDuty, Moment};
use crate::vocabulary::{Code, Millis, Name, Slot};

/// A duty of a purpose, whichever version of the policy said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyKind {
    pub purpose: Code,
    pub what: Name,
    pub of: Moment,
}

/// What is still to be done for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenDuty<'a> {
    pub kind: &'a DutyKind,
    pub slot: Slot,
    /// When what it counts from happened.
    pub since: Millis,
    pub due: Millis,
    /// Where it stands in the list, to carry on after it.
    pub place: DutyPlace,
}

/// A place in the list of open duties, by when they are due.
pub type DutyPlace = (Millis, Slot, u32);

/// Duties that were done after they were due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneLate {
    pub times: u64,
    /// The longest delay.
    pub worst_ms: i64,
    people: BTreeMap<Slot, u32>,
}

#[derive(Debug, Default)]
pub struct Duties {
    /// In the order in which they first opened; never taken away, as policies are not.
    kinds: Vec<DutyKind>,
    open: BTreeMap<(Slot, u32), (Millis, Millis)>,
    by_due: BTreeSet<DutyPlace>,
    /// By the quarter in which they were due.
    late: BTreeMap<(Quarter, u32), DoneLate>,
    /// Done in time, by the quarter in which they were due.
    in_time: BTreeMap<(Quarter, u32), u64>,
}

impl DoneLate {
    /// Everyone concerned, each once, in order of slot.
    pub fn people(&self) -> impl ExactSizeIterator<Item = Slot> {
        self.people.keys().copied()
    }
}

impl Duties {
    /// All duties that ever opened.
    pub fn kinds(&self) -> impl Iterator<Item = (u32, &DutyKind)> {
        (0u32..).zip(&self.kinds)
    }

    /// Open duties by when they are due, the earliest first, after a place in this list.
    pub fn open(&self, after: Option<DutyPlace>) -> impl Iterator<Item = OpenDuty<'_>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_due.range((from, Bound::Unbounded)).filter_map(|it| self.at(*it))
    }

    /// How many are open, and how many of them are late at `now`. Takes as long as there are late
    /// ones.
    pub fn counts(&self, now: Millis) -> (usize, usize) {
        let late = self.by_due.range(..(now, Slot(0), 0)).count();
        (self.by_due.len(), late)
    }

    /// Those open for one person.
    pub fn of(&self, slot: Slot) -> impl Iterator<Item = OpenDuty<'_>> {
        let range = self.open.range((slot, 0)..=(slot, u32::MAX));
        range.filter_map(|((slot, kind), (_, due))| self.at((*due, *slot, *kind)))
    }

    /// Whether any duty was late for a person, or is at `now`.
    pub fn was_late(&self, slot: Slot, now: Millis) -> bool {
        self.of(slot).any(|it| it.due < now)
            || self.late.values().any(|it| it.people.contains_key(&slot))
    }

    pub fn late(&self) -> impl Iterator<Item = (Quarter, u32, &DoneLate)> {
        self.late.iter().map(|((quarter, kind), it)| (*quarter, *kind, it))
    }

    pub fn in_time(&self) -> impl Iterator<Item = (Quarter, u32, u64)> {
        self.in_time.iter().map(|((quarter, kind), count)| (*quarter, *kind, *count))
    }

    fn at(&self, place: DutyPlace) -> Option<OpenDuty<'_>> {
        let (due, slot, kind) = place;
        let (since, _) = *self.open.get(&(slot, kind))?;
        let kind = self.kinds.get(usize::try_from(kind).ok()?)?;
        Some(OpenDuty { kind, slot, since, due, place })
    }

    /// What a duty counts from happened to a person.
    pub(super) fn happened(
        &mut self,
        slot: Slot,
        (purpose, duty): (Code, &CompiledDuty),
        (at, zone): (Millis, &TimeZone),
    ) {
        let same = |it: &DutyKind| (it.purpose, &it.what, it.of) == (purpose, &duty.what, duty.of);
        let place = self.kinds.iter().position(same).unwrap_or_else(|| {
            self.kinds.push(DutyKind { purpose, what: duty.what.clone(), of: duty.of });
            self.kinds.len() - 1
        });
        let Ok(kind) = u32::try_from(place) else { return };
        let due = duty.within.after(at, zone);
        if let std::collections::btree_map::Entry::Vacant(free) = self.open.entry((slot, kind)) {
            free.insert((at, due));
            self.by_due.insert((due, slot, kind));
        }
    }

    /// Closes what a person's duty of this name had open. `quarter` tells that of an instant.
    pub(super) fn done(
        &mut self,
        slot: Slot,
        (purpose, what): (Code, &str),
        at: Millis,
        mut quarter: impl FnMut(Millis) -> Quarter,
    ) {
        let same = |it: &DutyKind| it.purpose == purpose && it.what.as_str() == what;
        let kinds = (0u32..).zip(&self.kinds).filter(|it| same(it.1)).map(|it| it.0);
        for kind in kinds {
            let Some((_, due)) = self.open.remove(&(slot, kind)) else { continue };
            self.by_due.remove(&(due, slot, kind));
            let key = (quarter(due), kind);
            if at <= due {
                *self.in_time.entry(key).or_default() += 1;
                continue;
            }
            let late = self.late.entry(key).or_insert_with(|| DoneLate {
                times: 0,
                worst_ms: 0,
                people: BTreeMap::new(),
            });
            late.times += 1;
            late.worst_ms = late.worst_ms.max(at.0.saturating_sub(due.0));
            *late.people.entry(slot).or_default() += 1;
        }
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (place, kind) in self.kinds() {
            let _infallible = writeln!(out, "duty {place} {kind:?}");
        }
        for (key, it) in &self.open {
            let _infallible = writeln!(out, "open duty {key:?} {it:?}");
        }
        let _infallible = writeln!(out, "duties by due {:?}", self.by_due);
        for (key, it) in &self.late {
            let _infallible = writeln!(out, "late duty {key:?} {it:?}");
        }
        for (key, it) in &self.in_time {
            let _infallible = writeln!(out, "duty in time {key:?} {it}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Line;
    use crate::vocabulary::{Period, Unit};
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000;
    const QUARTER: Quarter = Quarter { year: 2026, number: 4 };

    fn duty(what: &str, of: Moment, hours: u32) -> CompiledDuty {
        let within = Period { count: hours, unit: Unit::Hours };
        CompiledDuty { what: Name::new(what).unwrap(), of, within, line: Line(1) }
    }

    fn happened(it: &mut Duties, slot: u32, duty: &CompiledDuty, hour: i64) {
        it.happened(Slot(slot), (Code(1), duty), (Millis(hour * HOUR), &TimeZone::UTC));
    }

    fn done(it: &mut Duties, slot: u32, what: &str, hour: i64) {
        it.done(Slot(slot), (Code(1), what), Millis(hour * HOUR), |_| QUARTER);
    }

    #[test]
    fn the_first_happening_sets_the_time_and_being_done_ends_it() {
        let mut it = Duties::default();
        let stop = duty("stop", Moment::Withdrawal, 48);
        happened(&mut it, 7, &stop, 0);
        happened(&mut it, 7, &stop, 40);
        happened(&mut it, 8, &stop, 10);
        let due =
            |it: &Duties| it.open(None).map(|it| (it.slot.0, it.due.0 / HOUR)).collect::<Vec<_>>();
        assert_eq!(due(&it), [(7, 48), (8, 58)]);
        assert_eq!(it.counts(Millis(48 * HOUR)), (2, 0), "at its due time it is not late yet");
        assert_eq!(it.counts(Millis(48 * HOUR + 1)), (2, 1));
        let after = it.open(None).next().unwrap().place;
        assert_eq!(it.open(Some(after)).count(), 1);

        done(&mut it, 7, "stop", 50);
        done(&mut it, 8, "stop", 58);
        done(&mut it, 8, "stop", 90);
        assert_eq!(it.counts(Millis(i64::MAX)), (0, 0));
        let late: Vec<_> = it.late().map(|(_, _, it)| (it.times, it.worst_ms / HOUR)).collect();
        assert_eq!(late, [(1, 2)]);
        assert_eq!(it.in_time().map(|it| it.2).sum::<u64>(), 1);
        happened(&mut it, 7, &stop, 100);
        assert_eq!(due(&it), [(7, 148)], "it opens anew");
    }

    #[test]
    fn duties_of_one_name_end_together_and_others_stay() {
        let mut it = Duties::default();
        happened(&mut it, 7, &duty("stop", Moment::Withdrawal, 48), 0);
        happened(&mut it, 7, &duty("stop", Moment::Objection, 24), 0);
        happened(&mut it, 7, &duty("tell", Moment::Withdrawal, 24), 0);
        assert_eq!(it.of(Slot(7)).count(), 3);
        done(&mut it, 7, "stop", 30);
        assert_eq!(it.of(Slot(7)).map(|it| it.kind.what.to_string()).collect::<Vec<_>>(), ["tell"]);
        assert_eq!(it.late().count(), 1);
        assert_eq!(it.in_time().count(), 1);
    }

    proptest! {
        /// Against a plain list: what is open is what happened and was not done since, and every
        /// opening ends once.
        #[test]
        fn open_is_what_happened_and_was_not_done(
            deeds in prop::collection::vec((0..4u32, 0..2usize, any::<bool>(), 0..30i64), 0..80),
        ) {
            let duties = [duty("stop", Moment::Withdrawal, 48), duty("tell", Moment::Grant, 5)];
            let mut it = Duties::default();
            let mut plain: BTreeMap<(u32, usize), i64> = BTreeMap::new();
            let (mut hour, mut ended) = (0, (0, 0));
            for (slot, at, is_done, later) in deeds {
                hour += later;
                let within = [48, 5][at];
                if is_done {
                    done(&mut it, slot, duties[at].what.as_str(), hour);
                    if let Some(since) = plain.remove(&(slot, at)) {
                        if hour <= since + within { ended.0 += 1 } else { ended.1 += 1 }
                    }
                } else {
                    happened(&mut it, slot, &duties[at], hour);
                    plain.entry((slot, at)).or_insert(hour);
                }
                let late = plain.iter().filter(|(key, since)| **since + [48, 5][key.1] < hour);
                prop_assert_eq!(it.counts(Millis(hour * HOUR)), (plain.len(), late.count()));
                prop_assert_eq!(it.by_due.len(), it.open.len());
            }
            prop_assert_eq!(it.in_time().map(|it| it.2).sum::<u64>(), ended.0);
            prop_assert_eq!(it.late().map(|it| it.2.times).sum::<u64>(), ended.1);
        }
    }
}
