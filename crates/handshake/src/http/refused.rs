//! Refusals of the ingest room, told as problems.

use handshake_core::policy::{self, Severity};

use super::problem::{Mistake, Problem, Slug};
use crate::ingest::Refusal;
use crate::ledger::LedgerError;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let said = refusal.to_string();
        match refusal {
            Refusal::NoPolicy => Problem::new(Slug::NoPolicy, said),
            Refusal::NotServed(_) => Problem::new(Slug::NotServed, said),
            Refusal::Invalid { field, .. } => Problem::new(Slug::InvalidValue, said).at(field),
            Refusal::UnknownName { field, .. } => Problem::new(Slug::UnknownName, said).at(field),
            Refusal::UnknownPerson { field } => Problem::new(Slug::NotFound, said).at(field),
            Refusal::UnknownDecision => Problem::new(Slug::NotFound, said).at("decision"),
            Refusal::EventReused(_) => Problem::new(Slug::EventReused, said).at("event"),
            Refusal::EventTooOld(_) => Problem::new(Slug::EventTooOld, said).at("event"),
            Refusal::InFlight => Problem::new(Slug::Busy, said),
            Refusal::PolicyMistakes(mistakes) => {
                let mut problem = Problem::new(Slug::PolicyMistakes, said);
                problem.mistakes = mistakes.iter().map(mistake).collect();
                problem
            }
            Refusal::WaiverUnsigned(..) => Problem::new(Slug::WaiverUnsigned, said),
            Refusal::NoDuty => Problem::new(Slug::NotFound, said).at("duty"),
            Refusal::PolicyMoved(_) | Refusal::PolicyUnnamed(_) => {
                Problem::new(Slug::PolicyConflict, said)
            }
            Refusal::ImportTooLate(_) => Problem::new(Slug::InvalidValue, said).at("at"),
            Refusal::Stopped(LedgerError::Busy) => Problem::new(Slug::Busy, said),
            // What is said names files; that is for the log.
            Refusal::Stopped(error) => stopped(&error),
            Refusal::Broken => Problem::new(Slug::Stopped, said),
        }
    }
}

pub(super) fn stopped(error: &LedgerError) -> Problem {
    tracing::error!(%error, "the ledger stopped");
    Problem::new(Slug::Stopped, "the event is not stored; the operator's log says why")
}

pub(super) fn mistake(it: &policy::Problem) -> Mistake {
    let help = Some(it.help.clone()).filter(|it| !it.is_empty());
    let said = it.said.clone();
    Mistake { slug: it.slug, line: it.line, column: it.column, said, help, see: it.see() }
}

/// What keeps a policy from being published, and what is only remarked.
pub(super) fn sorted(problems: &[policy::Problem]) -> (Vec<Mistake>, Vec<Mistake>) {
    let of = |severity: Severity| {
        problems.iter().filter(|it| it.severity == severity).map(mistake).collect()
    };
    (of(Severity::Mistake), of(Severity::Warning))
}
