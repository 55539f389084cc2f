//! Objecting: a person's no to what was never asked, and taking it back.

use handshake_core::event::{Fact, ObjectionMade};
use handshake_core::policy::Compiled;
use handshake_core::vocabulary::{Code, PersonId};

use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::turn::Turn;

/// Who objects to what.
#[derive(Debug, Clone, Copy)]
pub struct Objecting<'a> {
    pub who: Who<'a>,
    pub purpose: &'a str,
    /// The objection is taken back.
    pub lifted: bool,
}

/// Where it is recorded.
#[derive(Debug, Clone, Copy)]
pub struct Objected {
    pub person: PersonId,
    pub duplicate: bool,
}

impl Turn<'_> {
    /// Records an objection. From then on no use for the purpose is allowed.
    pub fn object(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Objecting<'_>,
    ) -> Result<Objected, Refusal> {
        let field = if matches!(it.who, Who::Customer(_)) { "customer" } else { "person" };
        let unknown = || Refusal::UnknownPerson { field };
        let slot = self.find(it.who)?.ok_or_else(unknown)?;
        let person = self.state().people.person(slot).map(|it| it.id).ok_or_else(unknown)?;
        let purpose = stopping(&self.policy()?.compiled, it.purpose)?;
        if self.seen(caller, request)?.is_some() {
            return Ok(Objected { person, duplicate: true });
        }
        let stamp = self.stamp(caller, request);
        let lifted = it.lifted;
        let fact = ObjectionMade { purpose: purpose.0, lifted, request: stamp.digest };
        self.push(&stamp, Some(slot), Fact::ObjectionMade(fact));
        Ok(Objected { person, duplicate: false })
    }
}

/// A purpose by its name, if it stops for an objection. An objection to any other would be a
/// promise nobody keeps.
pub(super) fn stopping(policy: &Compiled, name: &str) -> Result<Code, Refusal> {
    let stopping = || policy.purposes.iter().filter(|it| it.objection.is_some());
    if let Some(found) = stopping().find(|it| it.name.as_str() == name) {
        return Ok(found.code);
    }
    let declared: Vec<&str> = stopping().map(|it| it.name.as_str()).collect();
    Err(Refusal::UnknownName {
        field: "purpose",
        family: "purpose that stops for an objection",
        name: name.chars().take(64).collect(),
        declared: declared.join(", "),
    })
}
