//! `POST /v1/events`: what happens in the shop, kept only for purposes that may have it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::vocabulary::{Millis, PersonId, Signals};

use super::permissions::known;
use crate::access::Scope;
use crate::clock;
use crate::http::body::{self, Media, SERVER_BYTES_MAX};
use crate::http::call::{
    Call, Pending, begin_turn, event_id, json, new_person, no_names, set_cookie, time, value, who,
};
use crate::http::cookie;
use crate::http::knock::Guest;
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::token::PersonToken;
use crate::http::wire::{Event, EventReply, EventsReply, EventsRequest, ReasonOfPurpose};
use crate::ingest::{self, Behaviour, Collected, Line, Who};

pub(super) const ENTRIES_MAX: usize = 1_000;

/// Tell what happened. Answered when it is safely on disk.
#[utoipa::path(post, path = "/v1/events", tag = "collecting",
    request_body = EventsRequest<'static>, responses((status = 202, body = EventsReply)))]
pub async fn events(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    if !matches!(body::media(call.headers()), Media::Json | Media::Text) {
        return Err(Problem::new(
            Slug::UnsupportedMediaType,
            "this door reads JSON as `application/json` or `text/plain`",
        ));
    }
    let it: EventsRequest<'_> = body::json(&call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    if ENTRIES_MAX < it.events.len() {
        let said = format!("at most {ENTRIES_MAX} events in one request");
        return Err(Problem::new(Slug::TooMany, said).at("events"));
    }
    let now = clock::now();
    let device = device(&call, &guest, it.token.as_deref(), now)?;
    let signals = if guest.is_browser() { call.signals() } else { Signals::NONE };
    let mut replies = Vec::with_capacity(it.events.len());
    let (mut became, mut last) = (None, None);
    for (n, raw) in it.events.iter().enumerate() {
        let within = |problem: Problem| problem.within(&format!("events[{n}]"));
        let event: Event = body::json(raw.get().as_bytes()).map_err(within)?;
        let sent = (&event, raw.get().as_bytes());
        // Each in a turn of its own, since an import's have times of their own.
        let (collected, pending) =
            collect(&guest, sent, (became.or(device), signals)).map_err(within)?;
        if collected.new {
            became = collected.person;
        }
        replies.push(reply(event.event, &collected));
        last = Some(pending);
    }
    if let Some(last) = last {
        last.durable(&guest.room).await?;
    }
    let token = became.filter(|_| guest.is_browser()).map(|person| {
        let expires = now.plus_days(PersonToken::DAYS);
        guest.room.signer.person(&PersonToken { person, expires })
    });
    let cookie = token.as_deref().and_then(|it| cookie::set_person(it, app.secure_cookies));
    let mut response = json(StatusCode::ACCEPTED, &EventsReply { events: replies, token });
    set_cookie(&mut response, cookie);
    Ok(response)
}

/// Whose browser it is. What a page tells of comes with a token.
fn device(
    call: &Call,
    guest: &Guest,
    token: Option<&str>,
    now: Millis,
) -> Result<Option<PersonId>, Problem> {
    if !guest.is_browser() {
        return Ok(None);
    }
    let token = token.ok_or_else(|| Problem::missing("token", "ask for one at `/v1/visit`"))?;
    call.visitor(guest, Some(token), now)
}

fn collect(
    guest: &Guest,
    (event, raw): (&Event, &[u8]),
    (device, signals): (Option<PersonId>, Signals),
) -> Result<(Collected, Pending), Problem> {
    if guest.is_browser() {
        no_names(&[("person", &event.person), ("customer", &event.customer)])?;
    }
    let writing = ingest::Request {
        event: event_id(&event.event)?,
        body: raw,
        claimed_at: time("claimed_at", event.claimed_at.as_deref())?,
        at: guest.may_set_time(time("at", event.at.as_deref())?)?,
    };
    let sender = who(event.person.as_deref(), event.customer.as_deref())?;
    let lines: Vec<Line<'_>> = event.items.iter().map(|it| Line { item: &it.item }).collect();
    let new_person = new_person()?;
    begin_turn(&guest.room, &writing, |turn| {
        let who = match known(turn, device) {
            Some(person) => Who::Person(person),
            None => sender,
        };
        let behaviour = Behaviour {
            who,
            what: &event.kind,
            lines: &lines,
            query: event.query.as_deref().unwrap_or_default(),
            order: event.order.as_deref().unwrap_or_default(),
            value: value(event.value.as_ref()),
            channel: event.channel.as_deref(),
            signals,
            imported: guest.key.scope == Scope::Import,
            new_person,
        };
        Ok(turn.collect(guest.caller(), &writing, &behaviour)?)
    })
}

fn reply(event: String, it: &Collected) -> EventReply {
    let reason = |(purpose, code): &(String, handshake_core::vocabulary::ReasonCode)| {
        ReasonOfPurpose { purpose: purpose.clone(), code: code.as_str() }
    };
    EventReply {
        event,
        collected: it.collected,
        purposes: it.purposes.clone(),
        reasons: it.reasons.iter().map(reason).collect(),
        duplicate: it.duplicate,
    }
}
