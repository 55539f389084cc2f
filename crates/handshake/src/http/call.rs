//! One request at a door: read, let in, carried out, answered.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use bytes::Bytes;
use handshake_core::vocabulary::{EventId, Millis, PersonId, Position, Signal, Signals};
use handshake_signals::{dnt, gpc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::body;
use super::cookie::Cookies;
use super::knock::{self, Guest, Page};
use super::problem::{Problem, Slug};
use super::refused::stopped;
use super::state::{App, Room};
use super::token::TokenError;
use super::wire;
use crate::access;
use crate::clock;
use crate::ingest::{self, Turn};
use crate::ledger::Ticket;

/// A request with its body.
#[derive(Debug)]
pub(super) struct Call {
    parts: Parts,
    pub body: Bytes,
}

impl Call {
    /// Reads a request. Whoever shows no secret key may send no more than a page needs to.
    pub(super) async fn read(request: Request, max: usize) -> Result<Call, Problem> {
        let (parts, body) = request.into_parts();
        let max = match parts.headers.contains_key(header::AUTHORIZATION) {
            true => max,
            false => max.min(body::BROWSER_BYTES_MAX),
        };
        let body = body::read(&parts.headers, body, max).await?;
        Ok(Call { parts, body })
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// Lets in a page or a server.
    pub(super) fn browser(&self, app: &App, key: Option<&str>) -> Result<Guest, Problem> {
        let nowhere = Page::default();
        let page = self.parts.extensions.get::<Page>().unwrap_or(&nowhere);
        knock::browser(app, self.headers(), key, page)
    }

    pub(super) fn server(&self, app: &App) -> Result<Guest, Problem> {
        knock::server(app, self.headers())
    }

    pub(super) fn cookies(&self) -> Cookies<'_> {
        Cookies::read(self.headers())
    }

    /// What the browser says of its user's wishes.
    pub(super) fn signals(&self) -> Signals {
        let fields = |name: &str| {
            let fields: Vec<&[u8]> =
                self.headers().get_all(name).iter().map(HeaderValue::as_bytes).collect();
            fields
        };
        signals(fields("sec-gpc"), fields("dnt"))
    }

    /// Whose browser it is. A page shows a visit's token, or a person's, and the cookie may add who.
    pub(super) fn visitor(
        &self,
        guest: &Guest,
        token: Option<&str>,
        now: Millis,
    ) -> Result<Option<PersonId>, Problem> {
        let Some(token) = token else { return self.person(guest, None, now) };
        let signer = &guest.room.signer;
        match signer.read_visit(token, now) {
            Ok(_) => self.person(guest, None, now),
            Err(no_visit) => match signer.read_person(token, now) {
                Ok(token) => Ok(Some(token.person)),
                Err(TokenError::Invalid) => Err(knock::token(no_visit)),
                Err(late) => Err(knock::token(late)),
            },
        }
    }

    /// The person this browser proves to be: by the token in the body, or else by the cookie.
    /// A bad cookie counts as none, since nobody chose to send it.
    pub(super) fn person(
        &self,
        guest: &Guest,
        token: Option<&str>,
        now: Millis,
    ) -> Result<Option<PersonId>, Problem> {
        let signer = &guest.room.signer;
        match token {
            Some(text) => {
                let token = signer.read_person(text, now).map_err(knock::token)?;
                Ok(Some(token.person))
            }
            None => {
                let cookie = self.cookies().person.map(|it| signer.read_person(it, now));
                Ok(cookie.and_then(Result::ok).map(|it| it.person))
            }
        }
    }
}

/// Signals from the values of `Sec-GPC` and `DNT`.
pub(super) fn signals<'a>(
    gpc_fields: impl IntoIterator<Item = &'a [u8]>,
    dnt_fields: impl IntoIterator<Item = &'a [u8]>,
) -> Signals {
    let mut signals = Signals::NONE;
    if gpc::is_on(gpc_fields) {
        signals = signals.with(Signal::Gpc);
    }
    if dnt::read(dnt_fields).preference == Some(dnt::Preference::NotTracked) {
        signals = signals.with(Signal::Dnt);
    }
    signals
}

/// What an answer rests on, and what must be on disk before it is given.
#[derive(Debug)]
#[must_use = "nothing may be answered before it is on disk"]
pub(super) struct Pending {
    ticket: Option<Ticket>,
    events: u64,
}

impl Pending {
    pub(super) async fn durable(self, room: &Room) -> Result<(), Problem> {
        match self.ticket {
            Some(ticket) => ticket.durable().await.map_err(|it| stopped(&it)),
            // Nothing new. What we saw may still be on its way to disk.
            None => wait_until_durable(room, self.events).await,
        }
    }
}

/// Takes a turn at the site without waiting. Of several, waiting for the last is enough: the
/// ledger is written in order.
pub(super) fn begin_turn<T>(
    room: &Room,
    request: &ingest::Request<'_>,
    work: impl FnOnce(&mut Turn<'_>) -> Result<T, Problem>,
) -> Result<(T, Pending), Problem> {
    let mut turn = room.site.turn(clock::now(), request)?;
    let done = work(&mut turn)?;
    let events = turn.state().events;
    Ok((done, Pending { ticket: turn.commit()?, events }))
}

/// Takes a turn at the site, and answers only when all it rests on is on disk.
pub(super) async fn take_turn<T>(
    room: &Room,
    request: &ingest::Request<'_>,
    work: impl FnOnce(&mut Turn<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let (done, pending) = begin_turn(room, request, work)?;
    pending.durable(room).await?;
    Ok(done)
}

pub(super) async fn wait_until_durable(room: &Room, events: u64) -> Result<(), Problem> {
    let reader = room.site.reader();
    match events.checked_sub(1) {
        Some(last) if reader.durable().0 <= last => {
            reader.wait_for(Position(last)).await.map_err(|it| stopped(&it))
        }
        _ => Ok(()),
    }
}

/// The event id of a write.
pub(super) fn event_id(text: &str) -> Result<EventId, Problem> {
    text.parse().map_err(|error| Problem::invalid("event", error))
}

pub(super) fn time(field: &str, text: Option<&str>) -> Result<Option<Millis>, Problem> {
    text.map(Millis::parse).transpose().map_err(|error| Problem::invalid(field, error))
}

/// Whom a server means.
pub(super) fn who<'a>(
    person: Option<&str>,
    customer: Option<&'a str>,
) -> Result<ingest::Who<'a>, Problem> {
    match (person, customer) {
        (None, None) => Ok(ingest::Who::Nobody),
        (Some(person), None) => {
            let id = person.parse().map_err(|error| Problem::invalid("person", error))?;
            Ok(ingest::Who::Person(id))
        }
        (None, Some(customer)) => Ok(ingest::Who::Customer(customer)),
        (Some(_), Some(_)) => {
            Err(Problem::invalid("customer", "give `person` or `customer`, not both"))
        }
    }
}

/// A random id for a person who may become known.
pub(super) fn new_person() -> Result<PersonId, Problem> {
    access::fresh().map(PersonId).map_err(Problem::internal)
}

/// An id for an event that somebody else will send, as in a form.
pub(super) fn fresh_event(now: Millis) -> Result<String, Problem> {
    let tail: [u8; 10] = access::fresh().map_err(Problem::internal)?;
    let millis = u64::try_from(now.0).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().to_string())
}

pub(super) fn value(value: Option<&wire::Value>) -> Option<ingest::Value<'_>> {
    value.map(|it| ingest::Value { amount: &it.amount, currency: &it.currency })
}

/// What is in the query, read strictly.
pub(super) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    body::form(uri.query().unwrap_or_default().as_bytes())
}

pub(super) fn json<T: Serialize>(status: StatusCode, value: &T) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(text) => written(status, text),
        Err(error) => axum::response::IntoResponse::into_response(Problem::internal(error)),
    }
}

/// JSON that is written already.
pub(super) fn written(status: StatusCode, text: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

pub(super) fn set_cookie(response: &mut Response<Body>, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Looks at a site without writing, and waits until what was seen is on disk.
pub(super) async fn look<T>(
    room: &Arc<Room>,
    look: impl FnOnce(&handshake_core::projection::State) -> T,
) -> Result<T, Problem> {
    let (seen, events) = room.site.look(look)?;
    wait_until_durable(room, events).await?;
    Ok(seen)
}

/// A page names nobody; it proves who it is by a token.
pub(super) fn no_names(fields: &[(&str, &Option<String>)]) -> Result<(), Problem> {
    match fields.iter().find(|(_, value)| value.is_some()) {
        None => Ok(()),
        Some((field, _)) => Err(Problem::new(
            Slug::Forbidden,
            format!("only a server may give `{field}`; a page sends a token"),
        )
        .at(*field)),
    }
}
