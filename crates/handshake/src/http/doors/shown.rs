//! `POST /v1/shown`: an ask became visible. Only then does it count as asked.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::projection::Calendar;
use handshake_core::vocabulary::Signals;
use jiff::tz::TimeZone;

use crate::access::Scope;
use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, no_names, set_cookie, take_turn, time, who};
use crate::http::cookie::{self, AskCount};
use crate::http::knock::{self, Guest};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{ShownReply, ShownRequest};
use crate::ingest::{self, AskWanted, AskedRef, Visitor, Who};

/// An ask became visible.
#[utoipa::path(post, path = "/v1/shown", tag = "asking", request_body = ShownRequest,
    responses((status = 202, body = ShownReply)))]
pub async fn shown(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: ShownRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    guest.may_simulate(it.simulated)?;
    if guest.key.scope == Scope::Import && it.token.is_none() {
        let reply = elsewhere(&call, &guest, &it).await?;
        return Ok(json(StatusCode::ACCEPTED, &reply));
    }
    let at = guest.may_set_time(time("at", it.at.as_deref())?)?;
    let named = [("person", &it.person), ("customer", &it.customer), ("purpose", &it.purpose)];
    no_names(&named)?;
    no_names(&[("interest", &it.interest), ("language", &it.language)])?;
    let now = clock::now();
    let token = it.token.as_deref().ok_or_else(|| Problem::missing("token", "the ask's"))?;
    let ask = guest.room.signer.read_ask(token, now).map_err(knock::token)?;
    let event = event_id(&it.event)?;
    let writing = ingest::Request { event, body: &call.body, claimed_at: None, at };
    let duplicate = take_turn(&guest.room, &writing, |turn| {
        Ok(turn.shown(guest.caller(), &writing, &ask.shown)?)
    })
    .await?;
    let reply = ShownReply { duplicate, statement: None };
    let mut response = json(StatusCode::ACCEPTED, &reply);
    if guest.is_browser() && !duplicate {
        let quarter = Calendar::new(TimeZone::UTC).day(now).quarter();
        let asked = AskCount::one_more(call.cookies().asked, quarter, now);
        set_cookie(&mut response, cookie::set_asked(asked, app.secure_cookies));
    }
    Ok(response)
}

/// An ask that an import tells of: put elsewhere, or put to nobody.
async fn elsewhere(call: &Call, guest: &Guest, it: &ShownRequest) -> Result<ShownReply, Problem> {
    let event = event_id(&it.event)?;
    let at = guest.may_set_time(time("at", it.at.as_deref())?)?;
    let writing = ingest::Request { event, body: &call.body, claimed_at: None, at };
    let purpose = it.purpose.as_deref();
    let purpose = purpose.ok_or_else(|| Problem::missing("purpose", "say what was asked for"))?;
    let who = who(it.person.as_deref(), it.customer.as_deref())?;
    if who == Who::Nobody {
        return Err(Problem::missing("person", "say who was asked, as `person` or `customer`"));
    }
    take_turn(&guest.room, &writing, |turn| {
        let visitor = Visitor {
            person: Some(turn.permissions(who)?.person),
            refused: &[],
            asked_this_visit: 0,
            asked_this_quarter: 0,
        };
        let wanted = AskWanted {
            visitor,
            purpose: Some(purpose),
            interest: it.interest.as_deref(),
            language: it.language.as_deref(),
            signals: Signals::NONE,
        };
        // The event is sent once, so its id tells this ask from every other.
        let asked = turn.ask_put_elsewhere(event.0.to_be_bytes(), &wanted)?;
        let statement = Some(asked.statement.id.to_string());
        let shown = AskedRef { simulated: it.simulated, ..asked.shown };
        Ok(ShownReply { duplicate: turn.shown(guest.caller(), &writing, &shown)?, statement })
    })
    .await
}
