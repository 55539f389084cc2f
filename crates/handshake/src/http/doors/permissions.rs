//! `/v1/permissions`: where a person stands.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::vocabulary::PersonId;

use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX, SERVER_BYTES_MAX};
use crate::http::call::{Call, json, query, take_turn, who};
use crate::http::problem::{Problem, Slug};
use crate::http::state::{App, Room};
use crate::http::wire::{
    Agreed, Permission, PermissionsQuery, PermissionsReply, PermissionsRequest,
};
use crate::ingest::{self, PermissionView, Turn, Who};

/// Where a person stands on every purpose.
#[utoipa::path(get, path = "/v1/permissions", tag = "asking", params(PermissionsQuery),
    security(("secret_key" = [])), responses((status = 200, body = PermissionsReply)))]
pub async fn of_person(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: PermissionsQuery = query(call.uri())?;
    let who = who(it.person.as_deref(), it.customer.as_deref())?;
    if who == Who::Nobody {
        return Err(Problem::missing("person", "say whose with `?person=` or `?customer=`"));
    }
    Ok(json(StatusCode::OK, &read(&guest.room, who).await?))
}

/// The same for the person a page proves to be of.
#[utoipa::path(post, path = "/v1/permissions", tag = "asking", request_body = PermissionsRequest,
    responses((status = 200, body = PermissionsReply)))]
pub async fn own(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: PermissionsRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let person = call.person(&guest, it.token.as_deref(), clock::now())?;
    let person = person.ok_or_else(|| {
        Problem::new(Slug::NotFound, "this browser is nobody known: no permission was given")
    })?;
    Ok(json(StatusCode::OK, &read(&guest.room, Who::Person(person)).await?))
}

async fn read(room: &Room, who: Who<'_>) -> Result<PermissionsReply, Problem> {
    take_turn(room, &ingest::Request::internal(None), |turn| {
        let found = turn.permissions(who)?;
        Ok(PermissionsReply {
            person: found.person.to_string(),
            as_of: turn.state().events,
            permissions: found.permissions.iter().map(shown).collect(),
        })
    })
    .await
}

pub(super) fn shown(it: &PermissionView) -> Permission {
    let agreed: Vec<Agreed> = it
        .agreed
        .iter()
        .map(|(statement, says, granted_at)| Agreed {
            statement: statement.to_string(),
            says: says.clone(),
            granted_at: granted_at.to_string(),
        })
        .collect();
    let newest = it.agreed.iter().max_by_key(|it| it.2);
    Permission {
        purpose: it.purpose.clone(),
        standing: it.standing.as_str(),
        statement: newest.map(|it| it.0.to_string()),
        says: newest.map(|it| it.1.clone()),
        agreed,
        since: it.since.map(|it| it.to_string()),
        expires_at: it.expires_at.map(|it| it.to_string()),
    }
}

/// The person, unless they were erased since their token was made.
pub(super) fn known(turn: &Turn<'_>, person: Option<PersonId>) -> Option<PersonId> {
    person.filter(|it| turn.state().people.by_id(*it).is_some())
}
