//! `POST /v1/ask`: which question to show now, if any.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use handshake_core::projection::Calendar;
use handshake_core::vocabulary::{Answer, Millis, base32};
use jiff::tz::TimeZone;

use super::permissions::known;
use crate::access;
use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX};
use crate::http::call::{Call, fresh_event, json, take_turn};
use crate::http::cookie::AskCount;
use crate::http::knock;
use crate::http::pages::{Card, Words, ask_card, question, words};
use crate::http::problem::Problem;
use crate::http::state::{App, Room};
use crate::http::token::{AskToken, VisitToken};
use crate::http::wire::{AskLabels, AskReply, AskRequest, OfferReply};
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
        Some(asked) => {
            let key = it.key.as_deref().map(|key| Ok::<_, Problem>((key, fresh_event(now)?)));
            let form = key.transpose()?;
            Ok(json(StatusCode::OK, &reply(&guest.room, asked, (&visit, now), form.as_ref())))
        }
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

fn reply(
    room: &Room,
    asked: Asked,
    (visit, now): (&VisitToken, Millis),
    form: Option<&(&str, String)>,
) -> AskReply {
    let expires = now.plus_hours(AskToken::HOURS);
    let token = AskToken { shown: asked.shown, expires, visit: Some(visit.nonce) };
    let signed = room.signer.ask(&token);
    let ask = base32(&token.shown.ask);
    let statement = asked.statement;
    let words = words(&statement.language);
    let card = form.map(|(key, event)| Card {
        ask: &ask,
        purpose: &asked.purpose,
        says: &statement.says,
        language: &statement.language,
        terms: &asked.terms,
        key,
        token: &signed,
        event,
    });
    let html = card.map(|it| ask_card(&it).into_string());
    AskReply {
        purpose: asked.purpose,
        statement: statement.id.to_string(),
        question: question(words, &statement.language, &statement.says),
        says: statement.says,
        language: statement.language,
        offer: asked.offer.map(|(name, label)| OfferReply { name, label }),
        choices: [Answer::Granted, Answer::Refused, Answer::Deferred].map(Answer::as_str).into(),
        what: asked.terms.what,
        added: asked.terms.added,
        who: asked.who,
        controller: asked.controller,
        how_long: statement.keep.as_ref().map(|it| words.keep(it)),
        labels: labels(words),
        html,
        expires_at: expires.to_string(),
        program: asked.program,
        wording: asked.wording,
        arm: token.shown.arm,
        allocation: token.shown.allocation,
        token: signed,
        ask,
    }
}

fn labels(it: &'static Words) -> AskLabels {
    AskLabels {
        granted: it.yes,
        refused: it.no,
        deferred: it.later,
        what: it.what,
        who: it.who,
        how_long: it.how_long,
        you_get: it.you_get,
        why: it.why,
        because: it.because,
        your_deal: it.your_deal,
    }
}
