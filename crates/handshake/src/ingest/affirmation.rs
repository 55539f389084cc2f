//! Affirming: a person's word that what they agreed to stands against a signal.

use handshake_core::event::{AffirmationGiven, ConflictShown, Fact};
use handshake_core::vocabulary::{Family, PersonId, Standing};

use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::turn::Turn;

/// How far it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The person was shown that a signal speaks against what they agreed to.
    Shown,
    /// The person said, after that, that their answer stands.
    Affirmed,
}

/// Who affirms what.
#[derive(Debug, Clone, Copy)]
pub struct Affirming<'a> {
    pub who: Who<'a>,
    pub purpose: &'a str,
    pub step: Step,
}

/// Where it is recorded.
#[derive(Debug, Clone, Copy)]
pub struct Affirmed {
    pub person: PersonId,
    pub duplicate: bool,
}

impl Step {
    pub const WORDS: &'static [&'static str] = &["shown", "affirmed"];

    pub fn as_str(self) -> &'static str {
        match self {
            Step::Shown => "shown",
            Step::Affirmed => "affirmed",
        }
    }

    pub fn parse(text: &str) -> Option<Step> {
        [Step::Shown, Step::Affirmed].into_iter().find(|it| it.as_str() == text)
    }
}

impl Turn<'_> {
    /// Records a step. Only who agreed has anything to affirm, and only a conflict that was shown
    /// can be affirmed against.
    pub fn affirm(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Affirming<'_>,
    ) -> Result<Affirmed, Refusal> {
        let field = if matches!(it.who, Who::Customer(_)) { "customer" } else { "person" };
        let unknown = || Refusal::UnknownPerson { field };
        let slot = self.find(it.who)?.ok_or_else(unknown)?;
        let person = self.state().people.person(slot).ok_or_else(unknown)?;
        let id = person.id;
        let code = self.state().names.code(Family::Purpose, it.purpose);
        let answered = code.map(|it| (it, person.permissions.answered(it).0));
        let Some((purpose, Standing::Granted)) = answered else {
            let said = "is nothing that this person agreed to, so there is nothing to affirm";
            return Err(Refusal::invalid("purpose", said));
        };
        let saw = person.saw_conflict(purpose);
        if self.seen(caller, request)?.is_some() {
            return Ok(Affirmed { person: id, duplicate: true });
        }
        if it.step == Step::Affirmed && !saw {
            let said = "can be `affirmed` only after the conflict was shown; send `shown` then";
            return Err(Refusal::invalid("step", said));
        }
        let stamp = self.stamp(caller, request);
        let (purpose, request) = (purpose.0, stamp.digest);
        let fact = match it.step {
            Step::Shown => Fact::ConflictShown(ConflictShown { purpose, request }),
            Step::Affirmed => Fact::AffirmationGiven(AffirmationGiven { purpose, request }),
        };
        self.push(&stamp, Some(slot), fact);
        Ok(Affirmed { person: id, duplicate: false })
    }
}
