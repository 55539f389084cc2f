//! The index: pool and own histories, and the question both are kept for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::items::Items;
use super::kind::Kind;
use super::neighbours::{ASKED, Question, Scratch, find};
use super::own::Own;
use super::pool::{LATELY_DAYS, Pool, SESSION_ITEMS_MAX};
use crate::vocabulary::{Millis, Slot};

/// Sessions by item and by person. It knows nothing of permission: what is in it may be there.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) items: Items,
    pub(super) pool: Pool,
    pub(super) own: Own,
    scratch: Scratch,
}

/// Something worth showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    pub item: String,
    pub because: Because,
    /// How many people's sessions speak for it, or lately held it.
    pub people: u32,
}

/// What speaks for an item most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The item looked at now.
    ThisPage(String),
    Viewed(String),
    Bought(String),
    /// Nothing of this person: many people looked at it lately.
    Popular,
}

/// For whom, and where.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Whose own history may be used.
    pub person: Option<Slot>,
    /// What is looked at now.
    pub item: Option<&'a str>,
    pub limit: usize,
}

impl Index {
    /// Lets what somebody did help others. Returns whether a session began by it.
    pub fn share(&mut self, (slot, at, kind): (Slot, Millis, Kind), items: &[&str]) -> bool {
        let mut begun = false;
        for some in items.chunks(SESSION_ITEMS_MAX) {
            let names = some.iter().copied();
            begun |= self.pool.visit(&mut self.items, (slot, at, kind.bit()), names);
        }
        begun
    }

    /// Keeps what somebody did for themselves. Returns whether a visit began by it.
    pub fn keep(&mut self, (slot, at, kind): (Slot, Millis, Kind), items: &[&str]) -> bool {
        let mut begun = false;
        for some in items.chunks(SESSION_ITEMS_MAX) {
            let names = some.iter().copied();
            begun |= self.own.visit(&mut self.items, (slot, at, kind.bit()), names);
        }
        begun
    }

    /// Takes a person's sessions out of the pool, but for those that stay: by kinds of data, and
    /// when they began.
    pub(super) fn unshare(&mut self, slot: Slot, stays: impl FnMut(u8, Millis) -> bool) {
        self.pool.forget(&mut self.items, slot, stays);
    }

    /// Forgets a person's own visits, but for those that stay.
    pub(super) fn unkeep(&mut self, slot: Slot, stays: impl FnMut(u8, Millis) -> bool) {
        self.own.forget(&mut self.items, slot, stays);
    }

    /// Until when something done then counts as lately.
    pub(super) fn lately_until(at: Millis) -> Millis {
        at.plus_days(LATELY_DAYS)
    }

    /// Lets go of what is no longer lately. Returns when the next session stops being so.
    pub(super) fn pass(&mut self, now: Millis) -> Option<Millis> {
        self.pool.pass(&self.items, now)
    }

    /// Whether anything of a person's is held.
    pub(super) fn has(&self, slot: Slot) -> bool {
        self.pool.has(slot) || self.own.has(slot)
    }

    /// Everybody of whom anything is held.
    pub(super) fn everybody(&self) -> BTreeSet<Slot> {
        self.pool.people().chain(self.own.people()).collect()
    }

    /// Takes somebody out of the index altogether.
    pub fn forget(&mut self, slot: Slot) {
        self.unshare(slot, |_, _| false);
        self.unkeep(slot, |_, _| false);
    }

    /// How many sessions the pool holds.
    pub fn sessions(&self) -> usize {
        self.pool.count()
    }

    /// What most likely comes after some items, newest first, as a session goes: any item but the
    /// newest, whether it may be shown or not.
    pub fn after(&mut self, newest_first: &[&str], limit: usize) -> Vec<String> {
        let items: Vec<u32> =
            newest_first.iter().take(ASKED).filter_map(|it| self.items.number(it)).collect();
        let asked = Question { items: &items, but: None, limit };
        let found = find((&self.pool, &self.items), &mut self.scratch, &asked, &mut |it| {
            items.first() != Some(&it)
        });
        found.into_iter().map(|it| self.items.name(it.item).to_owned()).collect()
    }

    /// What is worth showing, best first. Never what is asked about, never what the person bought,
    /// and nothing that may not be shown; filled up with what is popular.
    pub fn suggest(&mut self, wish: &Wish<'_>, may: impl Fn(&str) -> bool) -> Vec<Suggested> {
        let Index { items, pool, own, scratch } = self;
        let page = wish.item.and_then(|it| items.number(it));
        let mut asked: Vec<(u32, Source)> = page.map(|it| (it, Source::Page)).into_iter().collect();
        let history = || wish.person.into_iter().flat_map(|it| own.newest(it));
        for (item, bought) in history() {
            if ASKED <= asked.len() {
                break;
            }
            if asked.iter().all(|it| it.0 != item) {
                asked.push((item, if bought { Source::Bought } else { Source::Viewed }));
            }
        }
        let mut bought: Vec<u32> = history().filter(|it| it.1).map(|it| it.0).collect();
        bought.sort_unstable();
        let numbers: Vec<u32> = asked.iter().map(|it| it.0).collect();
        let fits = |items: &Items, item: u32| {
            !numbers.contains(&item)
                && bought.binary_search(&item).is_err()
                && may(items.name(item))
        };
        let question = Question { items: &numbers, but: wish.person, limit: wish.limit };
        let found = find((pool, items), scratch, &question, &mut |it| fits(items, it));
        let because = |at: usize| match asked.get(at) {
            Some((item, Source::Page)) => Because::ThisPage(items.name(*item).to_owned()),
            Some((item, Source::Viewed)) => Because::Viewed(items.name(*item).to_owned()),
            Some((item, Source::Bought)) => Because::Bought(items.name(*item).to_owned()),
            None => Because::Popular,
        };
        let mut suggested: Vec<Suggested> = found
            .iter()
            .map(|it| Suggested {
                item: items.name(it.item).to_owned(),
                because: because(it.because),
                people: it.people,
            })
            .collect();
        for (name, people) in pool.popular().iter() {
            if wish.limit <= suggested.len() {
                break;
            }
            let new = suggested.iter().all(|it| *it.item != **name) && wish.item != Some(&**name);
            if new && items.number(name).is_some_and(|it| fits(items, it)) {
                let item = String::from(&**name);
                suggested.push(Suggested { item, because: Because::Popular, people });
            }
        }
        suggested
    }

    /// The whole index as text, in one order whatever way it came about.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        self.pool.dump(&self.items, &mut out);
        self.own.dump(&self.items, &mut out);
        let _infallible = writeln!(out, "items {}", self.items.count());
        out
    }
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Page,
    Viewed,
    Bought,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Numbers that look random and are the same every time.
    struct Drawn(u64);

    impl Drawn {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) % end
        }
    }

    type Session = (Slot, Vec<String>);

    /// Sessions in order of their last activity, some of which go on while others begin.
    fn sessions(count: usize) -> (Index, Vec<Session>) {
        played(Index::default(), count)
    }

    fn played(mut index: Index, count: usize) -> (Index, Vec<Session>) {
        let mut drawn = Drawn(7);
        let mut sessions: Vec<Session> = Vec::new();
        let mut at = 0;
        while sessions.len() < count {
            at += 60_000;
            let slot = Slot(u32::try_from(drawn.below(60)).unwrap());
            // Low numbers are drawn more often, as in shops.
            let item = (drawn.below(60) * drawn.below(60) / 60).to_string();
            let begun = index.share((slot, Millis(at), Kind::Viewed), &[&item]);
            let newest = sessions.iter().rposition(|it| it.0 == slot).filter(|_| !begun);
            let mut session = newest.map_or((slot, Vec::new()), |it| sessions.remove(it));
            session.1.retain(|it| *it != item);
            session.1.push(item);
            sessions.push(session);
        }
        (index, sessions)
    }

    fn power(base: f64, exponent: usize) -> f64 {
        (0..exponent).fold(1.0, |it, _| it * base)
    }

    /// The same by the book: every session looked at, in floating point.
    fn by_the_book(sessions: &[Session], asked: &[String], but: Slot) -> BTreeMap<String, f64> {
        let weight = |it: &Session| -> f64 {
            let shared = (0..).zip(asked).filter(|(_, item)| it.1.contains(item));
            shared.map(|(age, _)| power(0.6, age)).sum()
        };
        let sharing = sessions.iter().rev().filter(|it| it.0 != but && 0.0 < weight(it));
        let mut near: Vec<(f64, &Session)> = sharing.take(500).map(|it| (weight(it), it)).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut scores: BTreeMap<String, f64> = BTreeMap::new();
        for (weight, (_, items)) in near.into_iter().take(100) {
            let newest = asked.iter().find(|it| items.contains(it)).unwrap();
            let anchor = items.iter().position(|it| it == newest).unwrap();
            for (at, item) in items.iter().enumerate() {
                let distance = at.abs_diff(anchor) as f64;
                if 15.0 < distance {
                    continue;
                }
                *scores.entry(item.clone()).or_default() += weight * (-distance / 2.0).exp();
            }
        }
        for (item, score) in &mut scores {
            let holding = sessions.iter().filter(|it| it.1.contains(item)).count() as f64;
            *score *= (1.0 + sessions.len() as f64 / holding).log2();
        }
        scores
    }

    #[test]
    fn merged_lists_find_what_looking_at_everything_finds() {
        let (mut index, sessions) = sessions(3_000);
        let mut drawn = Drawn(3);
        for _ in 0..200 {
            let mut asked: Vec<String> = Vec::new();
            while asked.len() < 4 {
                let item = drawn.below(50).to_string();
                if !asked.contains(&item) {
                    asked.push(item);
                }
            }
            let but = Slot(u32::try_from(drawn.below(60)).unwrap());
            let expected = by_the_book(&sessions, &asked, but);
            let numbers: Vec<u32> = asked.iter().filter_map(|it| index.items.number(it)).collect();
            assert_eq!(numbers.len(), 4);
            let question = Question { items: &numbers, but: Some(but), limit: 20 };
            let pair = (&index.pool, &index.items);
            let found = find(pair, &mut index.scratch, &question, &mut |_| true);
            // Whole numbers and a straight line for the logarithm: within two in a hundred.
            let scores: Vec<f64> =
                found.iter().map(|it| expected[index.items.name(it.item)]).collect();
            let mut best: Vec<f64> = expected.values().copied().collect();
            best.sort_by(|a, b| b.total_cmp(a));
            assert_eq!(found.len(), best.len().min(20));
            for (score, best) in scores.iter().zip(&best) {
                assert!((score / best - 1.0).abs() < 0.04, "{score} instead of {best}");
            }
        }
    }

    #[test]
    fn when_the_numbers_are_used_up_they_begin_again() {
        let (index, _) = sessions(4_000);
        let pool = Pool::starting_at(u32::MAX - 1_000);
        let (renumbered, _) = played(Index { pool, ..Index::default() }, 4_000);
        assert_eq!(index.dump(), renumbered.dump());
        assert!(index.dump().contains("sessions 4000"));
    }
}
