//! How many people looked at each item lately: a ranking that one person can be taken out of.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::items::{Items, place};

#[derive(Debug, Default)]
pub(super) struct Popular {
    /// Distinct people by item.
    people: Vec<u32>,
    /// Most people first; of equals, the first by name.
    ranked: BTreeSet<(Reverse<u32>, Arc<str>)>,
}

impl Popular {
    /// One more person.
    pub(super) fn up(&mut self, items: &Items, item: u32) {
        self.change(items, item, |it| it.saturating_add(1));
    }

    /// One person less.
    pub(super) fn down(&mut self, items: &Items, item: u32) {
        self.change(items, item, |it| it.saturating_sub(1));
    }

    fn change(&mut self, items: &Items, item: u32, change: impl Fn(u32) -> u32) {
        let Some(name) = items.shared_name(item) else { return };
        if self.people.len() <= place(item) {
            self.people.resize(place(item) + 1, 0);
        }
        let Some(people) = self.people.get_mut(place(item)) else { return };
        let mut key = (Reverse(*people), name);
        self.ranked.remove(&key);
        *people = change(*people);
        key.0 = Reverse(*people);
        if 0 < *people {
            self.ranked.insert(key);
        }
    }

    /// Items and how many people, most first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        self.ranked.iter().map(|(people, name)| (name, people.0))
    }
}
