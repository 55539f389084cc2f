//! Why a request is refused: told to the sender, who can mend it. A refusal is never a verdict.

use handshake_core::policy::Problem;
use handshake_core::vocabulary::hex;

use crate::ledger::LedgerError;

/// Why a request was not carried out. Nothing of it is in the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("this site has no policy in force; publish one with `handshake policy publish`")]
    NoPolicy,
    #[error("`{field}`: {said}")]
    Invalid { field: &'static str, said: String },
    #[error("`{field}`: the policy declares no {family} `{name}`; declared are {declared}")]
    UnknownName { field: &'static str, family: &'static str, name: String, declared: String },
    #[error("`{field}`: nobody is known by this id")]
    UnknownPerson { field: &'static str },
    #[error("no decision of this site has this id, or it was made more than 35 days ago")]
    UnknownDecision,
    #[error("event `{0}` was sent before with another body; give a new event a new id")]
    EventReused(String),
    #[error("the first sending of this event is still being written; send it again in a moment")]
    InFlight,
    #[error("event `{0}` is more than seven days old, or from the future; give it an id made now")]
    EventTooOld(String),
    #[error("no purpose of the policy serves `{0}`, so it is off; add `serves {0}` to one")]
    NotServed(&'static str),
    #[error("the policy has {} mistakes", .0.len())]
    PolicyMistakes(Vec<Problem>),
    #[error("the newest policy is {}, not the one this change was made from", hex(.0))]
    PolicyMoved([u8; 32]),
    #[error("a policy exists; say which one this replaces with `If-Match: \"{}\"`", hex(.0))]
    PolicyUnnamed([u8; 32]),
    #[error("the site has events after {0}; import into a new site, or a file that begins later")]
    ImportTooLate(String),
    #[error(transparent)]
    Stopped(#[from] LedgerError),
    #[error("this site met a fault inside and stopped writing; restart handshake")]
    Broken,
}

impl Refusal {
    pub fn invalid(field: &'static str, said: impl Into<String>) -> Refusal {
        Refusal::Invalid { field, said: said.into() }
    }
}
