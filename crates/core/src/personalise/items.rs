//! Items by number, so that what is walked most holds numbers and no texts.
//!
//! An item is known as long as something remembers it: what is forgotten leaves no name behind.

use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug, Default)]
pub(super) struct Items {
    numbers: HashMap<Arc<str>, u32>,
    /// Name by number, and how often it is remembered.
    names: Vec<(Arc<str>, u32)>,
    /// Numbers that stand for nothing.
    free: Vec<u32>,
}

/// A number as a place in a list.
pub(super) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A place in a list as a number.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Items {
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, number: u32) -> &str {
        self.names.get(place(number)).map_or("", |it| &*it.0)
    }

    pub(super) fn shared_name(&self, number: u32) -> Option<Arc<str>> {
        self.names.get(place(number)).map(|it| Arc::clone(&it.0))
    }

    /// How many items are remembered.
    pub(super) fn count(&self) -> usize {
        self.numbers.len()
    }

    /// Remembers an item once more.
    pub(super) fn hold(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            if let Some(entry) = self.names.get_mut(place(number)) {
                entry.1 += 1;
            }
            return number;
        }
        let shared: Arc<str> = Arc::from(name);
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(entry) = self.names.get_mut(place(number)) {
                    *entry = (Arc::clone(&shared), 1);
                }
                number
            }
            None => {
                self.names.push((Arc::clone(&shared), 1));
                number(self.names.len() - 1)
            }
        };
        self.numbers.insert(shared, number);
        number
    }

    /// Remembers an item once less.
    pub(super) fn release(&mut self, number: u32) {
        let Some(entry) = self.names.get_mut(place(number)) else { return };
        entry.1 = entry.1.saturating_sub(1);
        if entry.1 == 0 {
            self.numbers.remove(&entry.0);
            entry.0 = Arc::from("");
            self.free.push(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_remembers_is_gone() {
        let mut items = Items::default();
        let (mug, cup) = (items.hold("mug"), items.hold("cup"));
        assert_eq!(items.hold("mug"), mug);
        items.release(mug);
        assert_eq!((items.number("mug"), items.name(mug)), (Some(mug), "mug"));
        items.release(mug);
        assert_eq!((items.number("mug"), items.name(mug)), (None, ""));
        assert_eq!(items.hold("jug"), mug, "a free number is used again");
        assert_eq!(items.number("cup"), Some(cup));
    }
}
