//! `POST /v1/objections`: a no to what was never asked.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::clock;
use crate::http::body::{self, SERVER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, no_names, take_turn, who};
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{ObjectionsReply, ObjectionsRequest};
use crate::ingest::{self, Objecting, Who};

/// Object to a purpose, or take the objection back.
#[utoipa::path(post, path = "/v1/objections", tag = "asking", request_body = ObjectionsRequest,
    responses((status = 200, body = ObjectionsReply)))]
pub async fn objections(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let it: ObjectionsRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let event = event_id(&it.event)?;
    let writing = ingest::Request { event, body: &call.body, claimed_at: None, at: None };
    let who = if guest.is_browser() {
        no_names(&[("person", &it.person), ("customer", &it.customer)])?;
        let device = call.person(&guest, it.token.as_deref(), clock::now())?;
        Who::Person(device.ok_or_else(|| {
            Problem::new(Slug::NotFound, "this browser is nobody known: nothing is held of it")
        })?)
    } else {
        match who(it.person.as_deref(), it.customer.as_deref())? {
            Who::Nobody => {
                return Err(Problem::missing("person", "say who objects, `person` or `customer`"));
            }
            known @ (Who::Person(_) | Who::Customer(_)) => known,
        }
    };
    let objecting = Objecting { who, purpose: &it.purpose, lifted: it.lifted };
    let done = take_turn(&guest.room, &writing, |turn| {
        Ok(turn.object(guest.caller(), &writing, &objecting)?)
    })
    .await?;
    let reply = ObjectionsReply {
        person: done.person.to_string(),
        purpose: it.purpose,
        objected: !it.lifted,
        duplicate: done.duplicate,
    };
    Ok(json(StatusCode::OK, &reply))
}
