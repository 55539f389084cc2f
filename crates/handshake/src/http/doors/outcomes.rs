//! `POST /v1/outcomes`: what was done with a decision, and what came of it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::vocabulary::Carried;

use crate::clock;
use crate::http::body::{self, SERVER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, take_turn, time, value};
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{OutcomeReply, OutcomeRequest, words};
use crate::ingest::{self, Outcome, Refusal};

/// Report on a decision. A page may report on decisions about its own person.
#[utoipa::path(post, path = "/v1/outcomes", tag = "using", request_body = OutcomeRequest,
    responses((status = 202, body = OutcomeReply)))]
pub async fn outcomes(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let it: OutcomeRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let device = match guest.is_browser() {
        true => call.person(&guest, it.token.as_deref(), clock::now())?,
        false => None,
    };
    let decision = guest.room.site.read_decision_id(&it.decision);
    let decision = decision.ok_or(Refusal::UnknownDecision)?;
    let carried = it.carried_out.as_deref();
    let carried = carried.map(|it| words::read("carried_out", it, Carried::parse, Carried::WORDS));
    let writing = ingest::Request {
        event: event_id(&it.event)?,
        body: &call.body,
        claimed_at: None,
        at: guest.may_set_time(time("at", it.at.as_deref())?)?,
    };
    let mut outcome = Outcome {
        decision,
        carried: carried.transpose()?,
        because: it.because.as_deref().unwrap_or_default(),
        metric: it.metric.as_deref(),
        value: value(it.value.as_ref()),
        assumed: false,
        only_of: None,
    };
    let reported = take_turn(&guest.room, &writing, |turn| {
        if guest.is_browser() {
            let slot = device.and_then(|it| turn.state().people.by_id(it));
            let nobody = || {
                Problem::new(Slug::Forbidden, "a page reports on its own person's decisions only")
            };
            outcome.only_of = Some(slot.ok_or_else(nobody)?);
        }
        Ok(turn.report(guest.caller(), &writing, &outcome)?)
    })
    .await?;
    let reply = OutcomeReply { tally: reported.tally.as_str(), duplicate: reported.duplicate };
    Ok(json(StatusCode::ACCEPTED, &reply))
}
