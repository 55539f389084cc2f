//! The decision: signals, permission and policy compared for one use.
//!
//! A [`Situation`] holds everything a verdict rests on; [`decide`] is a pure function of it and
//! the policy, so that any verdict can be made again from the ledger (I5).

mod clauses;
mod decide;
mod digest;
mod explain;
mod situation;
mod sticky;
mod waived;
mod weigh;

pub use decide::{Datum, Decision, ENGINE, decide};
pub use digest::digest;
pub use explain::{CureText, ReasonText, cures, explain};
pub use situation::{Age, DatumWanted, Heard, Recent, Says, Situation, Term};
pub use waived::waiver;

pub use clauses::{Finding, Reason};
