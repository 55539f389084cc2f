//! `POST /v1/affirmations`: what a person agreed to stands against a signal.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::body::{self, SERVER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, take_turn, who};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{AffirmationsReply, AffirmationsRequest, words};
use crate::ingest::{self, Affirming, Step, Who};

/// A conflict between a signal and an answer was shown, or the answer affirmed.
#[utoipa::path(post, path = "/v1/affirmations", tag = "using", security(("secret_key" = [])),
    request_body = AffirmationsRequest,
    responses((status = 200, body = AffirmationsReply)))]
pub async fn affirmations(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: AffirmationsRequest = body::server(call.headers(), &call.body)?;
    let event = event_id(&it.event)?;
    let writing = ingest::Request { event, body: &call.body, claimed_at: None, at: None };
    let who = match who(it.person.as_deref(), it.customer.as_deref())? {
        Who::Nobody => {
            return Err(Problem::missing("person", "say who affirms, `person` or `customer`"));
        }
        known @ (Who::Person(_) | Who::Customer(_)) => known,
    };
    let step = words::read("step", &it.step, Step::parse, Step::WORDS)?;
    let affirming = Affirming { who, purpose: &it.purpose, step };
    let done = take_turn(&guest.room, &writing, |turn| {
        Ok(turn.affirm(guest.caller(), &writing, &affirming)?)
    })
    .await?;
    let reply = AffirmationsReply {
        person: done.person.to_string(),
        purpose: it.purpose,
        step: step.as_str(),
        duplicate: done.duplicate,
    };
    Ok(json(StatusCode::OK, &reply))
}
