//! The catalogue: what the shop sells, as its engineers last told us.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_decimal::Decimal;

use crate::event::ItemMessage;
use crate::vocabulary::{Currency, Money};

/// One thing the shop sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub category: String,
    pub price: Option<(Decimal, Currency)>,
}

/// Items by the merchant's own number.
#[derive(Debug, Default)]
pub struct Catalogue {
    items: BTreeMap<String, Item>,
}

impl Catalogue {
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.get(id)
    }

    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Items in order of number, after the one given.
    pub fn after<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a String, &'a Item)> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.items.range::<str, _>((Excluded(id), Unbounded))
    }

    pub(super) fn change(&mut self, it: &ItemMessage) {
        if it.withdrawn {
            self.items.remove(&it.id);
            return;
        }
        let price = Money::amount(&it.amount).ok().zip(it.currency.parse().ok());
        let item = Item { name: it.name.clone(), category: it.category.clone(), price };
        self.items.insert(it.id.clone(), item);
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (id, it) in &self.items {
            let _infallible = writeln!(out, "item {id} {it:?}");
        }
    }
}
