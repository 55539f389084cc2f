//! `/v1/duties`: what must be done in time, told done and listed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::projection::{DutyPlace, OpenDuty};
use handshake_core::vocabulary::{Millis, ReasonCode, Slot};

use crate::clock;
use crate::http::body::{self, SERVER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, look, query, take_turn, time, who};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{
    DutiesPage, DutiesQuery, DutiesReply, DutiesRequest, DutyEnded, DutyEntry,
};
use crate::ingest::{self, DutyNews, DutyTime, DutyTold, Who};

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;

/// Say that a duty was done, or that a person asked for something.
#[utoipa::path(post, path = "/v1/duties", tag = "using", request_body = DutiesRequest,
    security(("secret_key" = [])), responses((status = 200, body = DutiesReply)))]
pub async fn tell(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: DutiesRequest = body::server(call.headers(), &call.body)?;
    let writing = ingest::Request {
        event: event_id(&it.event)?,
        body: &call.body,
        claimed_at: None,
        at: guest.may_set_time(time("at", it.at.as_deref())?)?,
    };
    let who = match who(it.person.as_deref(), it.customer.as_deref())? {
        Who::Nobody => {
            return Err(Problem::missing("person", "say for whom, `person` or `customer`"));
        }
        known @ (Who::Person(_) | Who::Customer(_)) => known,
    };
    let told = DutyTold { who, purpose: &it.purpose, what: news(&it)? };
    let heard =
        take_turn(&guest.room, &writing, |turn| Ok(turn.duty(guest.caller(), &writing, &told)?))
            .await?;
    let reply = DutiesReply {
        person: heard.person.to_string(),
        duties: heard.duties.iter().map(ended).collect(),
        duplicate: heard.duplicate,
        purpose: it.purpose,
    };
    Ok(json(StatusCode::OK, &reply))
}

fn news(it: &DutiesRequest) -> Result<DutyNews<'_>, Problem> {
    match (it.duty.as_deref(), it.happened.as_deref()) {
        (Some(duty), None) => Ok(DutyNews::Done(duty)),
        (None, Some("request")) => Ok(DutyNews::Requested),
        (None, Some(_)) => {
            let said = "must be `request`; all else is known from answers, objections and outcomes";
            Err(Problem::invalid("happened", said))
        }
        (None, None) => {
            Err(Problem::missing("duty", "say which was done, or `\"happened\": \"request\"`"))
        }
        (Some(_), Some(_)) => {
            Err(Problem::invalid("happened", "give `duty` or `happened`, not both"))
        }
    }
}

fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1000)
}

fn ended(it: &DutyTime) -> DutyEnded {
    DutyEnded {
        duty: it.what.clone(),
        of: it.of.as_str(),
        since: it.since.to_string(),
        due: it.due.to_string(),
        late_by_seconds: it.late_ms.map(seconds),
    }
}

/// What is still to be done, and for whom; those due first before others.
#[utoipa::path(get, path = "/v1/duties", tag = "using", params(DutiesQuery),
    security(("secret_key" = [])), responses((status = 200, body = DutiesPage)))]
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: DutiesQuery = query(call.uri())?;
    let limit = it.limit.unwrap_or(LIMIT);
    if limit == 0 || LIMIT_MAX < limit {
        return Err(Problem::invalid("limit", format!("must be 1 to {LIMIT_MAX}")));
    }
    let late_only = match it.state.as_deref() {
        None | Some("open") => false,
        Some("late") => true,
        Some(_) => return Err(Problem::invalid("state", "must be `open` or `late`")),
    };
    let after = it.cursor.as_deref().map(place).transpose()?;
    let now = clock::now();
    let mut found: Vec<(DutyPlace, DutyEntry)> = look(&guest.room, |state| {
        let open = state.duties.open(after).take_while(|it| !late_only || it.due < now);
        let entries = open.filter_map(|it| Some((it.place, entry(state, &it, now)?)));
        entries.take(limit.saturating_add(1)).collect()
    })
    .await?;
    let more = limit < found.len();
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|it| written(it.0));
    let duties = found.into_iter().map(|it| it.1).collect();
    Ok(json(StatusCode::OK, &DutiesPage { duties, next }))
}

fn entry(
    state: &handshake_core::projection::State,
    it: &OpenDuty<'_>,
    now: Millis,
) -> Option<DutyEntry> {
    let is_late = it.due < now;
    Some(DutyEntry {
        person: state.people.person(it.slot)?.id.to_string(),
        purpose: state.names.name(it.kind.purpose).to_owned(),
        duty: it.kind.what.to_string(),
        of: it.kind.of.as_str(),
        since: it.since.to_string(),
        due: it.due.to_string(),
        state: if is_late { "late" } else { "open" },
        code: is_late.then_some(ReasonCode::DutyLate.as_str()),
        late_by_seconds: is_late.then(|| seconds(now.0.saturating_sub(it.due.0))),
    })
}

/// A place in the list, as a cursor.
fn written((due, slot, kind): DutyPlace) -> String {
    format!("{}.{}.{kind}", due.0, slot.0)
}

fn place(text: &str) -> Result<DutyPlace, Problem> {
    let read = || {
        let mut parts = text.split('.');
        let due = Millis(parts.next()?.parse().ok()?);
        let slot = Slot(parts.next()?.parse().ok()?);
        let kind = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some((due, slot, kind))
    };
    read().ok_or_else(|| Problem::invalid("cursor", "must be `next` of the page before"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        for it in [(Millis(-5), Slot(0), 0), (Millis(i64::MAX), Slot(7), 3)] {
            assert_eq!(place(&written(it)).unwrap(), it);
        }
        for bad in ["", "1", "1.2", "1.2.3.4", "x.2.3", "1.2.-3"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }
}
