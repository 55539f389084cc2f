//! `POST /v1/counts`: visits and orders without identifier, so that every rate has a denominator.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::access::Scope;
use crate::http::body::{self, SERVER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, take_turn, time};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{CountsRequest, Stored};
use crate::ingest::{self, Counted};

const COUNT_MAX: u32 = 1_000_000;

/// Count something, whatever anybody answered.
#[utoipa::path(post, path = "/v1/counts", tag = "collecting", request_body = CountsRequest,
    responses((status = 202, body = Stored)))]
pub async fn counts(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let it: CountsRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    if it.count == 0 || COUNT_MAX < it.count {
        return Err(Problem::invalid("count", format!("must be 1 to {COUNT_MAX}")));
    }
    let writing = ingest::Request {
        event: event_id(&it.event)?,
        body: &call.body,
        claimed_at: None,
        at: guest.may_set_time(time("at", it.at.as_deref())?)?,
    };
    let imported = guest.key.scope == Scope::Import;
    let counted = Counted { metric: &it.metric, count: it.count, imported };
    let duplicate = take_turn(&guest.room, &writing, |turn| {
        Ok(turn.count(guest.caller(), &writing, &counted)?)
    })
    .await?;
    Ok(json(StatusCode::ACCEPTED, &Stored { duplicate }))
}
