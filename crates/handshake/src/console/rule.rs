//! The rule that a recorded decision failed, with its line: the decision is made again from what
//! the ledger holds.

use handshake_core::decision::{Situation, decide, explain, waiver};
use handshake_core::event::{Fact, Recorded};
use handshake_core::projection::State;
use handshake_core::vocabulary::{Clause, Mode, Position, ReasonCode};

use super::visit::Visit;

/// The first promised rule that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) line: u32,
    /// As `purpose retarget` or `never "…"`.
    pub(super) text: String,
    pub(super) version: u32,
    pub(super) clause: Clause,
    pub(super) code: ReasonCode,
    /// The waiver under which it was not enforced.
    pub(super) waiver: Option<String>,
}

/// The rules that these decisions failed, in the same order. Nothing where the person was erased,
/// or the decision cannot be read.
pub(super) async fn rules(visit: &Visit, examples: Vec<(Position, u32)>) -> Vec<Option<Rule>> {
    let reader = visit.room.site.reader().clone();
    let read = tokio::task::spawn_blocking(move || {
        let one = |(position, policy): (Position, u32)| {
            let recorded = reader.read(position).ok().flatten()?;
            Some((situation(&recorded)?, policy))
        };
        examples.into_iter().map(one).collect::<Vec<_>>()
    });
    let situations = read.await.unwrap_or_default();
    let looked = visit.look(move |state| {
        situations.into_iter().map(|it| it.and_then(|it| rule(state, &it.0, it.1))).collect()
    });
    looked.await.unwrap_or_default()
}

/// What the decision rested on.
fn situation(recorded: &Recorded) -> Option<Situation> {
    let (message, at) = match &recorded.fact {
        Fact::UseDecided(_, message) => (message.as_ref(), recorded.at),
        Fact::UseCounted(counted) => (counted.situation.as_ref(), recorded.at),
        Fact::NameDeclared(_)
        | Fact::PolicyPublished(_)
        | Fact::AskShown(_)
        | Fact::AnswerGiven(..)
        | Fact::ObjectionMade(_)
        | Fact::SignalReceived(..)
        | Fact::DataCollected(..)
        | Fact::UseCarriedOut(..)
        | Fact::OutcomeObserved(..)
        | Fact::IdentityLinked(..)
        | Fact::CatalogueChanged(_)
        | Fact::VisitsCounted(_)
        | Fact::AccessChanged(_)
        | Fact::FileImported(_)
        | Fact::ConflictShown(_)
        | Fact::AffirmationGiven(_)
        | Fact::DutyDone(_)
        | Fact::WaiverSigned(_)
        | Fact::RequestMade(_)
        | Fact::Unknown(..) => return None,
    };
    Situation::from_message(message?, at)
}

fn rule(state: &State, situation: &Situation, policy: u32) -> Option<Rule> {
    let published = state.policies.number(policy)?;
    let compiled = &published.compiled;
    let decision = decide(compiled, &published.statements, situation);
    // What is only rehearsed may stand first among the reasons, and broke no promise.
    let reason = decision.reasons.iter().find(|it| it.mode != Mode::Rehearse)?;
    let text = explain(reason, compiled, &state.names, situation).rule;
    let (clause, code) = (reason.clause, reason.code);
    let waiver = waiver(reason, compiled, situation).map(|it| it.waiver.to_string());
    Some(Rule { line: reason.line.0, text, version: compiled.version, clause, code, waiver })
}
