//! `POST /v1/visit`: a page view begins. Nothing is kept.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::permissions::{known, shown};
use super::said;
use crate::access;
use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX};
use crate::http::call::{Call, json, look, set_cookie, take_turn};
use crate::http::cookie;
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::token::VisitToken;
use crate::http::wire::{SaidReply, VisitReply, VisitRequest};
use crate::ingest::{self, Who};

/// Begin a page view: a token for asking and answering, and what is known of who came.
#[utoipa::path(post, path = "/v1/visit", tag = "asking", request_body = VisitRequest,
    responses((status = 200, body = VisitReply)))]
pub async fn visit(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: VisitRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let now = clock::now();
    let device = call.person(&guest, it.token.as_deref(), now)?;
    let had_cookie = call.cookies().person.is_some();
    let reading = ingest::Request::internal(None);
    let key = it.key.as_deref();
    let told = call.cookies().said.zip(key);
    let said = match told {
        None => None,
        Some((said, key)) => look(&guest.room, |state| said::html(state, said, key, now))
            .await??
            .map(|html| SaidReply { purpose: said.1.to_owned(), answer: said.0.as_str(), html }),
    };
    let found = match device {
        None => None,
        Some(device) => {
            take_turn(&guest.room, &reading, |turn| match known(turn, Some(device)) {
                None => Ok(None),
                Some(person) => Ok(Some(turn.permissions(Who::Person(person))?)),
            })
            .await?
        }
    };
    let nonce = access::fresh().map_err(Problem::internal)?;
    let expires = handshake_core::vocabulary::Millis(now.0 + VisitToken::MINUTES * 60_000);
    let reply = VisitReply {
        token: guest.room.signer.visit(&VisitToken { nonce, expires }),
        now: now.to_string(),
        expires_at: expires.to_string(),
        known: found.is_some(),
        permissions: found.iter().flat_map(|it| &it.permissions).map(shown).collect(),
        said,
    };
    let mut response = json(StatusCode::OK, &reply);
    if had_cookie && found.is_none() && it.token.is_none() {
        // Erased, expired or not ours: the browser need not carry it any longer.
        set_cookie(&mut response, cookie::clear_person(app.secure_cookies));
    }
    if told.is_some() {
        set_cookie(&mut response, cookie::clear_said(app.secure_cookies));
    }
    Ok(response)
}
