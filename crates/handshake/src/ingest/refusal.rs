//! Why a request is refused: told to the sender, who can mend it. A refusal is never a verdict.

use handshake_core::policy::{Problem, Waived};
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
    #[error(
        "waiver `{}` of `{}` until {} is not signed; somebody with the role `privacy` or `admin` \
         signs it at {}, or on the machine with `handshake waivers sign FILE --waiver {} --by USER \
         --because TEXT`",
        .0.waiver, .0.rule, .0.until, signing_page(.0, .1), .0.waiver
    )]
    WaiverUnsigned(Box<Waived>, String),
    #[error("no such duty of this person is open: it is done already, or nothing called for it")]
    NoDuty,
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

/// The page of the console on which a waiver is signed, filled in.
pub fn signing_page(it: &Waived, site: &str) -> String {
    let until = it.until.to_string();
    let fields = [
        ("waiver", it.waiver.as_str()),
        ("rule", it.rule.as_str()),
        ("law", it.law.as_str()),
        ("until", until.as_str()),
    ];
    let filled = serde_urlencoded::to_string(fields).unwrap_or_default();
    format!("/console/{site}/waivers?{filled}")
}

impl Refusal {
    pub fn invalid(field: &'static str, said: impl Into<String>) -> Refusal {
        Refusal::Invalid { field, said: said.into() }
    }
}
