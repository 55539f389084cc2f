//! `POST /v1/ask`: which question to show now, if any.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use handshake_core::policy::{Anchor, Keep};
use handshake_core::projection::Calendar;
use handshake_core::vocabulary::{Answer, Millis, base32};
use jiff::tz::TimeZone;

use super::permissions::known;
use crate::access;
use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX};
use crate::http::call::{Call, json, take_turn};
use crate::http::cookie::AskCount;
use crate::http::knock;
use crate::http::problem::Problem;
use crate::http::state::{App, Room};
use crate::http::token::{AskToken, VisitToken};
use crate::http::wire::{AskReply, AskRequest, OfferReply};
use crate::ingest::{self, AskWanted, Asked, Visitor};

/// Which question to show now. 204: none.
#[utoipa::path(post, path = "/v1/ask", tag = "asking", request_body = AskRequest,
    responses((status = 200, body = AskReply), (status = 204, description = "nothing to ask")))]
pub async fn ask(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: AskRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let now = clock::now();
    let visit = guest.room.signer.read_visit(&it.token, now).map_err(knock::token)?;
    let device = call.person(&guest, it.person.as_deref(), now)?;
    let cookies = call.cookies();
    let refused: Vec<(String, Millis)> =
        cookies.refused.iter().map(|(purpose, until)| ((*purpose).to_owned(), *until)).collect();
    let quarter = Calendar::new(TimeZone::UTC).day(now).quarter();
    let (asked_this_visit, asked_this_quarter) = AskCount::now(cookies.asked, quarter, now);
    let id = access::fresh().map_err(Problem::internal)?;
    let asked = take_turn(&guest.room, &ingest::Request::internal(None), |turn| {
        let wanted = AskWanted {
            visitor: Visitor {
                person: known(turn, device),
                refused: &refused,
                asked_this_visit,
                asked_this_quarter,
            },
            purpose: it.purpose.as_deref(),
            interest: it.interest.as_deref(),
            language: it.language.as_deref(),
            signals: call.signals(),
        };
        Ok(turn.next_ask(id, &wanted)?)
    })
    .await?;
    match asked {
        Some(asked) => Ok(json(StatusCode::OK, &reply(&guest.room, asked, (&visit, now)))),
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

fn reply(room: &Room, asked: Asked, (visit, now): (&VisitToken, Millis)) -> AskReply {
    let expires = now.plus_hours(AskToken::HOURS);
    let token = AskToken { shown: asked.shown, expires, visit: Some(visit.nonce) };
    let statement = asked.statement;
    AskReply {
        ask: base32(&token.shown.ask),
        purpose: asked.purpose,
        statement: statement.id.to_string(),
        question: question(&statement.language).to_owned(),
        says: statement.says,
        language: statement.language,
        offer: asked.offer.map(|(name, label)| OfferReply { name, label }),
        choices: [Answer::Granted, Answer::Refused, Answer::Deferred].map(Answer::as_str).into(),
        who: asked.who,
        controller: asked.controller,
        how_long: statement.keep.as_ref().map(how_long),
        expires_at: expires.to_string(),
        program: asked.program,
        wording: asked.wording,
        arm: token.shown.arm,
        allocation: token.shown.allocation.clone(),
        token: room.signer.ask(&token),
    }
}

/// Put after what is agreed to. Languages we do not speak get English.
fn question(language: &str) -> &'static str {
    match language.split('-').next().unwrap_or_default() {
        "de" => "Ist das für Sie in Ordnung?",
        "es" => "¿Le parece bien?",
        "fr" => "Êtes-vous d’accord ?",
        "it" => "Va bene per lei?",
        "nl" => "Vindt u dat goed?",
        _ => "Is that all right with you?",
    }
}

fn how_long(keep: &Keep) -> String {
    let from = match keep.after {
        Anchor::Collection => "it was collected",
        Anchor::Order => "the order",
        Anchor::LastVisit => "your last visit",
        Anchor::LastOrder => "your last order",
        Anchor::LastDecision => "it was last used",
    };
    format!("{} after {from}", keep.period)
}
