//! Becoming known: a person's first event, and the merchant's own numbers for them.

use handshake_core::decision::Age;
use handshake_core::event::{Fact, IdentityLinked, IdentityPersonal};
use handshake_core::vocabulary::{PersonId, Slot};

use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::turn::{Stamp, Turn};

/// A link between a person and one of the merchant's own numbers.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Nobody where the customer is to become known now.
    pub person: Option<PersonId>,
    pub customer: &'a str,
    pub age: Age,
    pub new_person: PersonId,
}

/// Who it is now.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    pub person: PersonId,
    /// The number was not linked to this person before.
    pub linked: bool,
}

const NUMBER_MAX: usize = 128;

impl Turn<'_> {
    /// Links a customer number to a person, making the person known if need be. A number that
    /// is another person's is refused: unlinking is an act of its own.
    pub fn link(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Link<'_>,
    ) -> Result<Identity, Refusal> {
        check_number(it.customer)?;
        let holder = self.find(Who::Customer(it.customer))?;
        let named = it.person.map(Who::Person).map_or(Ok(None), |who| self.find(who))?;
        if self.seen(caller, request)?.is_some()
            && let Some(slot) = holder
        {
            return self.identity(slot, false);
        }
        let slot = match (named, holder) {
            (Some(named), Some(holder)) if named != holder => {
                let said = "is linked to another person; unlink it there first";
                return Err(Refusal::invalid("customer", said));
            }
            (_, Some(slot)) if it.age == Age::Unknown => return self.identity(slot, false),
            (None, None) => {
                let stamp = self.stamp(caller, request);
                let slot = self.make_known(&stamp, Who::Customer(it.customer), it.new_person)?;
                if it.age != Age::Unknown {
                    let nameless =
                        Stamp { event: handshake_core::vocabulary::EventId::NONE, ..stamp };
                    self.push_identity(
                        &nameless,
                        slot,
                        IdentityPersonal { age: it.age.number(), ..IdentityPersonal::default() },
                    );
                }
                return self.identity(slot, true);
            }
            (Some(slot), _) | (None, Some(slot)) => slot,
        };
        let stamp = self.stamp(caller, request);
        let alias = if holder.is_none() { self.alias(it.customer).to_vec() } else { Vec::new() };
        let personal = IdentityPersonal { person: Vec::new(), alias, age: it.age.number() };
        self.push_identity(&stamp, slot, personal);
        self.identity(slot, holder.is_none())
    }

    fn identity(&self, slot: Slot, linked: bool) -> Result<Identity, Refusal> {
        let person = self.state().people.person(slot).ok_or(Refusal::Broken)?;
        Ok(Identity { person: person.id, linked })
    }

    /// Makes a person known under a fresh random id and a key of their own.
    pub(super) fn make_known(
        &mut self,
        stamp: &Stamp,
        who: Who<'_>,
        id: PersonId,
    ) -> Result<Slot, Refusal> {
        let alias = match who {
            Who::Customer(number) => {
                check_number(number)?;
                self.alias(number).to_vec()
            }
            Who::Nobody | Who::Person(_) => Vec::new(),
        };
        if self.state().people.by_id(id).is_some() {
            return Err(Refusal::Broken);
        }
        let slot = self.new_slot()?;
        let personal = IdentityPersonal { person: id.0.to_vec(), alias, age: 0 };
        self.push_identity(stamp, slot, personal);
        Ok(slot)
    }

    fn push_identity(&mut self, stamp: &Stamp, slot: Slot, personal: IdentityPersonal) {
        let clear = IdentityLinked { request: stamp.digest };
        self.push(stamp, Some(slot), Fact::IdentityLinked(clear, Some(personal)));
    }
}

pub(super) fn check_number(number: &str) -> Result<(), Refusal> {
    if number.is_empty() || NUMBER_MAX < number.len() {
        return Err(Refusal::invalid("customer", format!("has 1 to {NUMBER_MAX} bytes")));
    }
    Ok(())
}
