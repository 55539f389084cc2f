//! `POST /v1/identities`: a customer number belongs to a person.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::decision::Age;

use crate::access::Scope;
use crate::clock;
use crate::http::body::{self, SERVER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, new_person, set_cookie, take_turn, time};
use crate::http::cookie;
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::token::PersonToken;
use crate::http::wire::{IdentityReply, IdentityRequest, words};
use crate::ingest::{self, Link};

/// Link a customer number to a person, or make the customer known.
///
/// To a shop's server the answer brings the cookie that knows the person again: pass it on to the
/// browser that signed in.
#[utoipa::path(post, path = "/v1/identities", tag = "collecting", request_body = IdentityRequest,
    security(("secret_key" = [])), responses((status = 200, body = IdentityReply)))]
pub async fn identities(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: IdentityRequest = body::server(call.headers(), &call.body)?;
    let person = it.person.as_deref().map(str::parse).transpose();
    let link = Link {
        person: person.map_err(|error| Problem::invalid("person", error))?,
        customer: &it.customer,
        age: match &it.age {
            Some(age) => words::read("age", age, read_age, words::AGES)?,
            None => Age::Unknown,
        },
        new_person: new_person()?,
    };
    let writing = ingest::Request {
        event: event_id(&it.event)?,
        body: &call.body,
        claimed_at: None,
        at: guest.may_set_time(time("at", it.at.as_deref())?)?,
    };
    let identity =
        take_turn(&guest.room, &writing, |turn| Ok(turn.link(guest.caller(), &writing, &link)?))
            .await?;
    let reply = IdentityReply { person: identity.person.to_string(), linked: identity.linked };
    let mut response = json(StatusCode::OK, &reply);
    if guest.key.scope == Scope::Secret {
        let (person, expires) = (identity.person, clock::now().plus_days(PersonToken::DAYS));
        let token = guest.room.signer.person(&PersonToken { person, expires });
        set_cookie(&mut response, cookie::set_person(&token, app.secure_cookies));
    }
    Ok(response)
}

pub(super) fn read_age(text: &str) -> Option<Age> {
    match text {
        "adult" => Some(Age::Adult),
        "minor" => Some(Age::Minor),
        "minor-with-guardian" => Some(Age::Guarded),
        _ => None,
    }
}
