//! A turn: one request's hold on the sequencer.
//!
//! Facts are folded as they are pushed, so that each later step of the turn sees the earlier,
//! and appended as one atomic batch at the end. Because a batch becomes durable only after all
//! before it, nothing decided on undurable state can be acknowledged before that state is.

use std::sync::MutexGuard;

use handshake_core::event::{Fact, NameDeclared, Recorded};
use handshake_core::permission::Entry as PermissionEntry;
use handshake_core::personalise::{self, Recommender};
use handshake_core::projection::{Published, State};
use handshake_core::vocabulary::{Code, EventId, Family, Millis, Name, Position, Slot};
use ring::hmac;

use super::identity::check_number;
use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::site::{Inner, Site};
use crate::ledger::{Entry, Ticket};

/// One request at work.
#[derive(Debug)]
pub struct Turn<'a> {
    pub(super) site: &'a Site,
    inner: MutexGuard<'a, Inner>,
    /// The server's time of everything in this turn; never earlier than what is in the ledger.
    pub at: Millis,
    first: Position,
    batch: Vec<(Recorded, Option<Millis>)>,
}

/// What a request is stored under.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub event: EventId,
    pub caller: Code,
    pub claimed_at: Option<Millis>,
    pub digest: u64,
}

const EVENT_WINDOW_DAYS: i64 = 7;
/// What happens in every shop, and is counted there.
const COMMON: [&str; 8] = ["view", "search", "cart", "order", "click", "visits", "views", "orders"];
const EVENT_AHEAD_MS: i64 = 5 * 60 * 1000;

impl<'a> Turn<'a> {
    pub(super) fn new(site: &'a Site, inner: MutexGuard<'a, Inner>, at: Millis) -> Turn<'a> {
        let at = at.max(inner.writer.last_at());
        let first = inner.writer.next();
        Turn { site, inner, at, first, batch: Vec::new() }
    }

    pub fn state(&self) -> &State {
        &self.inner.state
    }

    pub(super) fn recommender(&mut self) -> (&State, &mut Recommender) {
        let inner = &mut *self.inner;
        (&inner.state, &mut inner.recommender)
    }

    pub(super) fn policy(&self) -> Result<&Published, Refusal> {
        self.state().policies.in_force(self.at).ok_or(Refusal::NoPolicy)
    }

    /// Folds a fact and keeps it for the batch. Returns where it will stand.
    pub(super) fn push(&mut self, stamp: &Stamp, slot: Option<Slot>, fact: Fact) -> Position {
        let position = Position(self.first.0 + u64::try_from(self.batch.len()).unwrap_or(0));
        let it = Recorded {
            position,
            at: self.at,
            event: stamp.event,
            caller: stamp.caller,
            slot,
            fact,
        };
        let inner = &mut *self.inner;
        personalise::fold(&mut inner.state, &mut inner.recommender, &it);
        self.batch.push((it, stamp.claimed_at));
        position
    }

    /// Hands the turn's facts to the ledger as one batch. `None` if there are none.
    pub fn commit(mut self) -> Result<Option<Ticket>, Refusal> {
        self.append()
    }

    fn append(&mut self) -> Result<Option<Ticket>, Refusal> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(None);
        }
        let entries: Vec<Entry<'_>> = batch
            .iter()
            .map(|(it, claimed_at)| Entry {
                event: it.event,
                caller: it.caller,
                claimed_at: *claimed_at,
                slot: it.slot,
                fact: &it.fact,
            })
            .collect();
        match self.inner.writer.append(self.at, &entries) {
            Ok(ticket) => Ok(Some(ticket)),
            Err(error) => {
                self.inner.broken = true;
                Err(Refusal::Stopped(error))
            }
        }
    }

    /// Gives a new person a key slot.
    pub(super) fn new_slot(&mut self) -> Result<Slot, Refusal> {
        Ok(self.inner.writer.new_slot()?)
    }

    /// The number of a declared name, declaring it first if it is new.
    pub(super) fn code(&mut self, family: Family, name: &str) -> Code {
        match self.state().names.code(family, name) {
            Some(code) => code,
            None => self.declare(family, name, Vec::new()),
        }
    }

    pub(super) fn declare(&mut self, family: Family, name: &str, document: Vec<u8>) -> Code {
        let code = self.state().names.next();
        let stamp = Stamp { event: EventId::NONE, caller: Code::NONE, claimed_at: None, digest: 0 };
        let name = name.to_owned();
        let family = family.number();
        self.push(
            &stamp,
            None,
            Fact::NameDeclared(NameDeclared { code: code.0, family, name, document }),
        );
        code
    }

    /// Checks a name that a sender may coin, such as a campaign, before it gets a number.
    pub(super) fn coined(
        &mut self,
        caller: Caller<'_>,
        field: &'static str,
        (family, name): (Family, &str),
    ) -> Result<Code, Refusal> {
        if let Some(code) = self.state().names.code(family, name) {
            return Ok(code);
        }
        Name::new(name).map_err(|error| Refusal::invalid(field, error.to_string()))?;
        if !caller.coins && !COMMON.contains(&name) {
            let said = "is a name this site has not used yet; send it once with a secret key";
            return Err(Refusal::invalid(field, said));
        }
        if PermissionEntry::STATEMENT_MAX <= self.state().names.next() {
            return Err(Refusal::invalid(
                field,
                "the dictionary of this site is full; reuse names",
            ));
        }
        Ok(self.declare(family, name, Vec::new()))
    }

    /// Finds out whether a request was seen before, and refuses an id that is stale or used for
    /// another body.
    pub(super) fn seen(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
    ) -> Result<Option<Position>, Refusal> {
        if request.event.is_none() {
            return Ok(None);
        }
        if let Some(code) = self.state().names.code(Family::Caller, caller.name)
            && let Some(before) = self.state().requests.find(code, request.event)
        {
            let digest = self.digest(request.body);
            let same = before.request == digest || before.request == 0;
            let reused = || Refusal::EventReused(request.event.to_string());
            return same.then_some(Some(before.position)).ok_or_else(reused);
        }
        let age = self.at.0 - request.event.millis().unwrap_or(0);
        if request.at.is_none()
            && !(-EVENT_AHEAD_MS..Millis(0).plus_days(EVENT_WINDOW_DAYS).0).contains(&age)
        {
            return Err(Refusal::EventTooOld(request.event.to_string()));
        }
        Ok(None)
    }

    /// What a new request is stored under.
    pub(super) fn stamp(&mut self, caller: Caller<'_>, request: &Request<'_>) -> Stamp {
        Stamp {
            event: request.event,
            caller: self.code(Family::Caller, caller.name),
            claimed_at: request.claimed_at,
            digest: if request.event.is_none() { 0 } else { self.digest(request.body) },
        }
    }

    /// Keyed, so that nobody can find out a body by trying; never 0, which means "none".
    fn digest(&self, body: &[u8]) -> u64 {
        let tag = hmac::sign(&self.site.secret.requests, body);
        let first = tag.as_ref().first_chunk().copied().unwrap_or_default();
        u64::from_le_bytes(first).max(1)
    }

    /// Who is meant, if known. A customer nobody linked yet is nobody; a person's id that does
    /// not exist is a mistake.
    pub(super) fn find(&self, who: Who<'_>) -> Result<Option<Slot>, Refusal> {
        match who {
            Who::Nobody => Ok(None),
            Who::Person(id) => {
                let unknown = Refusal::UnknownPerson { field: "person" };
                self.state().people.by_id(id).map(Some).ok_or(unknown)
            }
            Who::Customer(number) => {
                check_number(number)?;
                Ok(self.state().people.by_alias(&self.alias(number)))
            }
        }
    }

    /// The keyed hash a customer number is kept as.
    pub(super) fn alias(&self, number: &str) -> [u8; 16] {
        self.site.alias(number)
    }
}

/// What was folded is appended, whatever happened since: the state is never ahead of the ledger.
/// Nobody waits for it, so nothing is acknowledged by it.
impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() || self.append().is_err() {
            self.inner.broken = true;
        }
    }
}
