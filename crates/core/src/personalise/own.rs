//! A person's own history: what may choose for that person, and for nobody else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::items::Items;
use super::kind::Kind;
use super::pool::{GAP_MS, SESSION_ITEMS_MAX};
use crate::vocabulary::{Millis, Slot};

/// What the person did in one go.
#[derive(Debug)]
struct Visit {
    started: Millis,
    last: Millis,
    /// Kinds of data it holds, as bits.
    kinds: u8,
    /// In the order they were last touched, each once, with all that was done with it.
    touched: Vec<(u32, u8)>,
}

#[derive(Debug, Default)]
pub(super) struct Own {
    /// Visits of a person, oldest first.
    people: BTreeMap<Slot, Vec<Visit>>,
}

impl Own {
    pub(super) fn visit<'a>(
        &mut self,
        items: &mut Items,
        (slot, at, kind): (Slot, Millis, u8),
        names: impl Iterator<Item = &'a str>,
    ) -> bool {
        let visits = self.people.entry(slot).or_default();
        let goes_on = visits.last().is_some_and(|it| {
            it.touched.len() < SESSION_ITEMS_MAX && at.0.saturating_sub(it.last.0) <= GAP_MS
        });
        if !goes_on {
            visits.push(Visit { started: at, last: at, kinds: 0, touched: Vec::new() });
        }
        let Some(visit) = visits.last_mut() else { return false };
        visit.last = at;
        visit.kinds |= kind;
        for name in names {
            let item = items.hold(name);
            let mut kinds = kind;
            if let Some(again) = visit.touched.iter().position(|it| it.0 == item) {
                kinds |= visit.touched.remove(again).1;
                items.release(item);
            }
            visit.touched.push((item, kinds));
        }
        !goes_on
    }

    /// Forgets every visit of a person that does not stay.
    pub(super) fn forget(
        &mut self,
        items: &mut Items,
        slot: Slot,
        mut stays: impl FnMut(u8, Millis) -> bool,
    ) {
        let Some(visits) = self.people.get_mut(&slot) else { return };
        visits.retain(|visit| {
            let stays = stays(visit.kinds, visit.started);
            if !stays {
                visit.touched.iter().for_each(|it| items.release(it.0));
            }
            stays
        });
        if visits.is_empty() {
            self.people.remove(&slot);
        }
    }

    /// What the person touched, newest first, each time it was touched in another visit.
    pub(super) fn newest(&self, slot: Slot) -> impl Iterator<Item = (u32, bool)> {
        let visits = self.people.get(&slot).map_or(&[][..], Vec::as_slice);
        let touched = visits.iter().rev().flat_map(|it| it.touched.iter().rev());
        touched.map(|(item, kinds)| (*item, kinds & Kind::Bought.bit() != 0))
    }

    /// When the oldest that is held was collected.
    pub(super) fn since(&self, slot: Slot) -> Option<Millis> {
        self.people.get(&slot)?.first().map(|it| it.started)
    }

    pub(super) fn people(&self) -> impl Iterator<Item = Slot> {
        self.people.keys().copied()
    }

    pub(super) fn has(&self, slot: Slot) -> bool {
        self.people.contains_key(&slot)
    }

    pub(super) fn dump(&self, items: &Items, out: &mut String) {
        for (slot, visits) in &self.people {
            for it in visits {
                let touched: Vec<(&str, u8)> =
                    it.touched.iter().map(|(item, kinds)| (items.name(*item), *kinds)).collect();
                let (slot, kinds) = (slot.0, it.kinds);
                let _infallible =
                    writeln!(out, "own {slot} {} {} {kinds} {touched:?}", it.started, it.last);
            }
        }
    }
}
