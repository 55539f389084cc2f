//! What a page puts in a card's place once it is answered.

use handshake_core::projection::State;
use handshake_core::vocabulary::{Answer, Code, Millis};

use crate::http::call::fresh_event;
use crate::http::pages::{Said, said_card};
use crate::http::problem::Problem;
use crate::ingest::Terms;

/// The card for an answer to a statement. None where the ledger holds no such statement: a
/// cookie may have been changed by hand.
pub(super) fn html(
    state: &State,
    (answer, purpose, statement): (Answer, &str, Code),
    key: &str,
    now: Millis,
) -> Result<Option<String>, Problem> {
    let Some(policy) = state.policies.in_force(now) else { return Ok(None) };
    let stated = state.policies.statement(statement);
    let Some(stated) = stated.filter(|it| it.purpose.as_str() == purpose) else {
        return Ok(None);
    };
    let event = fresh_event(now)?;
    let terms = Terms::of(&policy.policy, stated);
    let said = Said {
        answer,
        purpose,
        says: &stated.says,
        language: &stated.language,
        terms: &terms,
        key,
        event: &event,
    };
    Ok(Some(said_card(&said).into_string()))
}
