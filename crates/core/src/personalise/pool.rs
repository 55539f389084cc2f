//! The pool: sessions of people who help others, found by item from the newest on.
//!
//! Three ways in: `item → sessions` ascending, `session → items`, `person → sessions`. Sessions
//! are numbered by their last activity, so the newest that hold any of a few items are found by
//! merging a few lists from their ends.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::items::{Items, number, place};
use super::order::Order;
use super::popular::Popular;
use crate::vocabulary::{Millis, Slot};

/// What one person did in one go.
#[derive(Debug)]
pub(super) struct Session {
    number: u32,
    pub(super) slot: Slot,
    started: Millis,
    last: Millis,
    /// Kinds of data it holds, as bits.
    kinds: u8,
    /// In the order they were last touched, each once.
    pub(super) items: Vec<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Pool {
    sessions: Vec<Option<Session>>,
    vacant: Vec<u32>,
    order: Order,
    /// Places of a person's sessions, oldest first.
    people: BTreeMap<Slot, Vec<u32>>,
    /// Numbers of the sessions that hold an item, ascending.
    postings: Vec<Vec<u32>>,
    popular: Popular,
    /// First number that counts as lately.
    lately_from: u32,
}

/// A session ends when nothing happens for so long, or when it has so many items.
pub(super) const GAP_MS: i64 = 30 * 60 * 1000;
pub(super) const SESSION_ITEMS_MAX: usize = 1_024;
/// What counts as lately.
pub(super) const LATELY_DAYS: i64 = 30;

impl Pool {
    /// Adds what a person did. Returns whether a session began by it.
    pub(super) fn visit<'a>(
        &mut self,
        items: &mut Items,
        (slot, at, kind): (Slot, Millis, u8),
        names: impl Iterator<Item = &'a str>,
    ) -> bool {
        if !self.order.has_room() {
            self.renumber();
        }
        let going_on = self.going_on(slot, at);
        let at_place = going_on.unwrap_or_else(|| self.begin(slot, at));
        self.unlist(at_place);
        let new = self.order.push(at_place);
        let mut added = Vec::new();
        if let Some(Some(session)) = self.sessions.get_mut(place(at_place)) {
            session.number = new;
            session.last = at;
            session.kinds |= kind;
            for name in names {
                let item = items.hold(name);
                match session.items.iter().position(|it| *it == item) {
                    Some(again) => {
                        session.items.remove(again);
                        items.release(item);
                    }
                    None => added.push(item),
                }
                session.items.push(item);
            }
        }
        for item in added {
            if !self.has_lately(slot, item, Some(at_place)) {
                self.popular.up(items, item);
            }
        }
        self.list(at_place);
        going_on.is_none()
    }

    /// The person's newest session, if it still goes on.
    fn going_on(&self, slot: Slot, at: Millis) -> Option<u32> {
        let newest = *self.people.get(&slot)?.last()?;
        let session = self.session(newest)?;
        let fits = session.items.len() < SESSION_ITEMS_MAX;
        (fits && at.0.saturating_sub(session.last.0) <= GAP_MS).then_some(newest)
    }

    fn begin(&mut self, slot: Slot, at: Millis) -> u32 {
        let session =
            Session { number: 0, slot, started: at, last: at, kinds: 0, items: Vec::new() };
        let at_place = match self.vacant.pop() {
            Some(vacant) => vacant,
            None => {
                self.sessions.push(None);
                number(self.sessions.len() - 1)
            }
        };
        if let Some(entry) = self.sessions.get_mut(place(at_place)) {
            *entry = Some(session);
        }
        self.people.entry(slot).or_default().push(at_place);
        at_place
    }

    pub(super) fn session(&self, at_place: u32) -> Option<&Session> {
        self.sessions.get(place(at_place))?.as_ref()
    }

    /// Puts a session into the lists of its items; its number is the highest.
    fn list(&mut self, at_place: u32) {
        let Some(Some(session)) = self.sessions.get(place(at_place)) else { return };
        for &item in &session.items {
            if self.postings.len() <= place(item) {
                self.postings.resize_with(place(item) + 1, Vec::new);
            }
            if let Some(list) = self.postings.get_mut(place(item)) {
                list.push(session.number);
            }
        }
    }

    /// Takes a session out of the lists of its items, and its number out of the order.
    fn unlist(&mut self, at_place: u32) {
        let Some(Some(session)) = self.sessions.get(place(at_place)) else { return };
        if session.items.is_empty() {
            return;
        }
        for &item in &session.items {
            let Some(list) = self.postings.get_mut(place(item)) else { continue };
            if let Ok(at) = list.binary_search(&session.number) {
                list.remove(at);
            }
            if list.is_empty() {
                *list = Vec::new();
            }
        }
        self.order.clear(session.number);
    }

    /// Whether the person touched an item lately, in any session but one.
    fn has_lately(&self, slot: Slot, item: u32, but: Option<u32>) -> bool {
        let places = self.people.get(&slot).map_or(&[][..], Vec::as_slice);
        let others = places.iter().filter(|it| Some(**it) != but);
        let lately = others
            .filter_map(|it| self.session(*it))
            .filter(|it| !it.items.is_empty() && self.lately_from <= it.number);
        lately.into_iter().any(|it| it.items.contains(&item))
    }

    /// Forgets every session of a person that does not stay, as if it had never been.
    pub(super) fn forget(
        &mut self,
        items: &mut Items,
        slot: Slot,
        mut stays: impl FnMut(u8, Millis) -> bool,
    ) {
        let places = self.people.get(&slot).cloned().unwrap_or_default();
        for at_place in places {
            let stays = self.session(at_place).is_some_and(|it| stays(it.kinds, it.started));
            if !stays {
                self.remove(items, slot, at_place);
            }
        }
    }

    fn remove(&mut self, items: &mut Items, slot: Slot, at_place: u32) {
        self.unlist(at_place);
        if let Some(places) = self.people.get_mut(&slot) {
            places.retain(|it| *it != at_place);
            if places.is_empty() {
                self.people.remove(&slot);
            }
        }
        let Some(session) = self.sessions.get_mut(place(at_place)).and_then(Option::take) else {
            return;
        };
        self.vacant.push(at_place);
        for item in session.items {
            if self.lately_from <= session.number && !self.has_lately(slot, item, None) {
                self.popular.down(items, item);
            }
            items.release(item);
        }
    }

    /// Lets go of what is no longer lately. Returns when the next session stops being so.
    pub(super) fn pass(&mut self, items: &Items, now: Millis) -> Option<Millis> {
        loop {
            self.lately_from = self.order.first_from(self.lately_from)?;
            let at_place = self.order.get(self.lately_from)?;
            let session = self.session(at_place)?;
            let until = session.last.plus_days(LATELY_DAYS);
            if now < until {
                return Some(until);
            }
            let (slot, held) = (session.slot, session.items.clone());
            self.lately_from += 1;
            for item in held {
                if !self.has_lately(slot, item, None) {
                    self.popular.down(items, item);
                }
            }
        }
    }

    /// Gives numbers from 0 on again, when the last one was given.
    fn renumber(&mut self) {
        let mut live: Vec<(u32, u32)> = (0u32..)
            .zip(&self.sessions)
            .filter_map(|(at_place, it)| Some((it.as_ref()?.number, at_place)))
            .collect();
        live.sort_unstable();
        let lately_from = live.partition_point(|it| it.0 < self.lately_from);
        self.order = Order::default();
        self.postings.iter_mut().for_each(Vec::clear);
        for (_, at_place) in live {
            let new = self.order.push(at_place);
            if let Some(Some(session)) = self.sessions.get_mut(place(at_place)) {
                session.number = new;
            }
            self.list(at_place);
        }
        self.lately_from = number(lately_from);
    }

    /// Numbers of the sessions that hold an item, ascending.
    pub(super) fn posting(&self, item: u32) -> &[u32] {
        self.postings.get(place(item)).map_or(&[], Vec::as_slice)
    }

    /// Where the session of a number is kept.
    pub(super) fn place_of(&self, number: u32) -> Option<u32> {
        self.order.get(number)
    }

    /// Numbers of a person's sessions, ascending.
    pub(super) fn numbers_of(&self, slot: Slot, out: &mut Vec<u32>) {
        out.clear();
        let places = self.people.get(&slot).map_or(&[][..], Vec::as_slice);
        out.extend(places.iter().filter_map(|it| self.session(*it)).map(|it| it.number));
    }

    pub(super) fn people(&self) -> impl Iterator<Item = Slot> {
        self.people.keys().copied()
    }

    pub(super) fn has(&self, slot: Slot) -> bool {
        self.people.contains_key(&slot)
    }

    pub(super) fn popular(&self) -> &Popular {
        &self.popular
    }

    /// How many sessions are held.
    pub(super) fn count(&self) -> usize {
        self.sessions.len() - self.vacant.len()
    }

    #[cfg(test)]
    pub(super) fn starting_at(next: u32) -> Pool {
        Pool { order: Order::starting_at(next), ..Pool::default() }
    }

    pub(super) fn dump(&self, items: &Items, out: &mut String) {
        let mut from = 0;
        let mut rank = 0;
        let lately = self.order.first_from(self.lately_from);
        while let Some(number) = self.order.first_from(from) {
            if let Some(it) = self.order.get(number).and_then(|it| self.session(it)) {
                let named: Vec<&str> = it.items.iter().map(|it| items.name(*it)).collect();
                let is_lately = lately.is_some_and(|it| it <= number);
                let _infallible = writeln!(
                    out,
                    "pooled {rank} {} {} {} {} {is_lately} {named:?}",
                    it.slot.0, it.started, it.last, it.kinds
                );
                // The lists say the same.
                let listed = it.items.iter().all(|it| self.posting(*it).contains(&number));
                let _infallible = writeln!(out, "listed {listed}");
            }
            rank += 1;
            from = number + 1;
        }
        for (name, people) in self.popular.iter() {
            let _infallible = writeln!(out, "popular {name} {people}");
        }
        let listings: usize = self.postings.iter().map(Vec::len).sum();
        let _infallible = writeln!(out, "listings {listings} sessions {}", self.count());
    }
}
