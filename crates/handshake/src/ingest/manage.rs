//! The catalogue, and counts without identifier.

use handshake_core::event::{
    AccessChanged, CatalogueChanged, Fact, FileImported, ItemMessage, VisitsCounted,
};
use handshake_core::vocabulary::{Code, EventId, Family, Millis};

use super::collect::{Value, check_value};
use super::refusal::Refusal;
use super::request::{Caller, Request};
use super::site::Site;
use super::turn::{Stamp, Turn};
use crate::access::KeyInfo;

/// One thing the shop sells, as sent.
#[derive(Debug, Clone, Copy)]
pub struct CatalogueItem<'a> {
    pub item: &'a str,
    pub name: &'a str,
    pub category: &'a str,
    pub price: Option<Value<'a>>,
    pub withdrawn: bool,
}

/// Visits or orders counted in the hour they happened, without identifier.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    pub metric: &'a str,
    pub count: u32,
    pub imported: bool,
}

/// Items in one event; more are split over several of the same batch.
const ITEMS_MAX: usize = 500;
const TEXT_MAX: usize = 512;

impl Turn<'_> {
    /// Changes the catalogue. Returns how many items it holds now.
    pub fn catalogue(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        items: &[CatalogueItem<'_>],
    ) -> Result<usize, Refusal> {
        items.iter().try_for_each(check_item)?;
        if self.seen(caller, request)?.is_none() {
            let mut stamp = self.stamp(caller, request);
            for some in items.chunks(ITEMS_MAX) {
                let items = some.iter().map(item_message).collect();
                let fact = CatalogueChanged { items, request: stamp.digest };
                self.push(&stamp, None, Fact::CatalogueChanged(fact));
                stamp = Stamp { event: EventId::NONE, ..stamp };
            }
        }
        Ok(self.state().catalogue.count())
    }

    /// Counts. Returns whether the same request was counted before.
    pub fn count(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Counted<'_>,
    ) -> Result<bool, Refusal> {
        if self.seen(caller, request)?.is_some() {
            return Ok(true);
        }
        let metric = self.coined(caller, "metric", (Family::Metric, it.metric))?;
        let stamp = self.stamp(caller, request);
        let fact = VisitsCounted {
            metric: metric.0,
            count: it.count,
            hour: self.at.hour().0,
            imported: it.imported,
            request: stamp.digest,
        };
        self.push(&stamp, None, Fact::VisitsCounted(fact));
        Ok(false)
    }

    /// Records which keys were made or taken back since the ledger last heard of them: commands
    /// change them in a store of their own, also while no server runs. When it happened is what
    /// that store says.
    fn access<'k>(&mut self, keys: impl IntoIterator<Item = &'k KeyInfo>) {
        for key in keys.into_iter().filter(|it| it.site == self.site.id) {
            let revoked = key.revoked.is_some();
            if self.state().access.revoked(key.number) == Some(revoked) {
                continue;
            }
            let caller = self.code(Family::Caller, key.caller.as_str()).0;
            let scope = key.scope.as_str().to_owned();
            let fact = AccessChanged { caller, revoked, scope, key: key.number };
            let stamp = Stamp { claimed_at: key.revoked.or(Some(key.created)), ..nobody() };
            self.push(&stamp, None, Fact::AccessChanged(fact));
        }
    }

    /// Records how far a file is imported, in the batch of what it brought.
    pub fn imported(&mut self, progress: FileImported) {
        self.push(&nobody(), None, Fact::FileImported(progress));
    }
}

impl Site {
    /// Brings the ledger up to date with the keys there are. An empty ledger waits for its first
    /// event, and the ledger's time is not moved: a history may still be imported.
    pub fn note_access<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k KeyInfo>,
    ) -> Result<(), Refusal> {
        let mut turn = self.turn(Millis(0), &Request::internal(None))?;
        if turn.state().events != 0 {
            turn.access(keys);
        }
        turn.commit().map(drop)
    }
}

fn nobody() -> Stamp {
    Stamp { event: EventId::NONE, caller: Code::NONE, claimed_at: None, digest: 0 }
}

fn item_message(it: &CatalogueItem<'_>) -> ItemMessage {
    ItemMessage {
        id: it.item.to_owned(),
        name: it.name.to_owned(),
        category: it.category.to_owned(),
        amount: it.price.map_or(String::new(), |it| it.amount.to_owned()),
        currency: it.price.map_or(String::new(), |it| it.currency.to_owned()),
        withdrawn: it.withdrawn,
    }
}

fn check_item(it: &CatalogueItem<'_>) -> Result<(), Refusal> {
    if it.item.is_empty() {
        return Err(Refusal::invalid("item", "is empty; give the shop's own number"));
    }
    for (field, text) in [("item", it.item), ("name", it.name), ("category", it.category)] {
        if TEXT_MAX < text.len() {
            return Err(Refusal::invalid(field, format!("has more than {TEXT_MAX} bytes")));
        }
    }
    it.price.map_or(Ok(()), check_value)
}
