//! `/v1/policies`: check, publish, list and read the policy.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use handshake_core::policy;
use handshake_core::projection::Published;
use handshake_core::vocabulary::{EventId, Millis, hex, unhex};

use crate::clock;
use crate::formats::register::Register;
use crate::http::body::{self, BATCH_BYTES_MAX, Media, SERVER_BYTES_MAX};
use crate::http::call::{Call, json, look, take_turn, written};
use crate::http::knock::Guest;
use crate::http::problem::{Problem, Slug};
use crate::http::refused::sorted;
use crate::http::state::App;
use crate::http::wire::{
    CheckReply, DiffReply, PoliciesReply, PolicyEntry, PolicyPublished, ReaskReply,
};
use crate::ingest::{self, Publishing, Refusal};

/// Find everything that is wrong with a policy, without publishing it.
#[utoipa::path(post, path = "/v1/policies/check", tag = "governing",
    security(("secret_key" = [])), request_body(content = String, content_type = "application/kdl"),
    responses((status = 200, body = CheckReply)))]
pub async fn check(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, BATCH_BYTES_MAX).await?;
    call.server(&app)?;
    let source = source(&call)?;
    let reply = match policy::read(source) {
        Err(mistakes) => {
            let (problems, remarks) = sorted(&mistakes);
            CheckReply { problems, remarks, hash: None, version: None }
        }
        Ok(read) => {
            let (problems, remarks) = sorted(&policy::check_at(&read, source, clock::now()));
            let hash = Some(hex(&policy::hash(&read)));
            CheckReply { problems, remarks, hash, version: Some(read.version) }
        }
    };
    Ok(json(StatusCode::OK, &reply))
}

/// Compare a policy with the newest published: what it allows that was not, and who would have to
/// be asked again.
#[utoipa::path(post, path = "/v1/policies/diff", tag = "governing",
    security(("secret_key" = [])), request_body(content = String, content_type = "application/kdl"),
    responses((status = 200, body = DiffReply)))]
pub async fn diff(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, BATCH_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let new = policy::read(source(&call)?).map_err(Refusal::PolicyMistakes)?;
    let reply = look(&guest.room, |state| {
        let newest = state.policies.newest()?;
        let (imagined, boxes) = state.policies.imagined(&new, &state.names);
        let outgrown = state.people.agreed.outgrown(&imagined, &boxes);
        Some(DiffReply::new(&policy::diff(&newest.policy, &new), Some(&outgrown)))
    })
    .await?;
    let reply = reply.ok_or_else(|| {
        Problem::new(Slug::NotFound, "nothing is published to compare with; publish a policy first")
    })?;
    Ok(json(StatusCode::OK, &reply))
}

/// Whom a version would ask again, by what they agreed to, and for how much more: the difference
/// only. Takes as long as there are different sets of statements, not people.
#[utoipa::path(get, path = "/v1/policies/{version}/reask", tag = "governing",
    security(("secret_key" = [])), params(("version" = u32, Path)),
    responses((status = 200, body = ReaskReply)))]
pub async fn reask(
    State(app): State<Arc<App>>,
    Path(version): Path<String>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let number = version.parse().ok();
    let found = look(&guest.room, |state| {
        let of = state.policies.version(number?)?;
        let outgrown = state.people.agreed.outgrown(&of.compiled, &of.statements);
        Some(ReaskReply::new(of, &outgrown, &state.policies))
    });
    let reply = found.await?.ok_or_else(unknown_version)?;
    Ok(json(StatusCode::OK, &reply))
}

fn unknown_version() -> Problem {
    Problem::new(Slug::NotFound, "there is no such version; see `/v1/policies`").at("version")
}

/// Publish a policy. `If-Match` names the hash of the one it replaces.
#[utoipa::path(post, path = "/v1/policies", tag = "governing", security(("secret_key" = [])),
    params(("If-Match" = Option<String>, Header,
        description = "ETag of the newest policy; needed as soon as there is one")),
    request_body(content = String, content_type = "application/kdl"),
    responses((status = 201, body = PolicyPublished)))]
pub async fn publish(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, BATCH_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let source = source(&call)?;
    let replaces = if_match(call.headers())?;
    if app.directory().site(guest.room.info.id).is_some_and(|it| it.two_person) {
        let said = "policies of this site are approved by a second person: propose this one in \
                    the console";
        return Err(Problem::new(Slug::Forbidden, said));
    }
    let writing =
        ingest::Request { event: EventId::NONE, body: &call.body, claimed_at: None, at: None };
    let published = take_turn(&guest.room, &writing, |turn| {
        Ok(turn.publish(guest.caller(), &writing, &Publishing { source, replaces })?)
    })
    .await?;
    let reply = PolicyPublished {
        version: published.policy.version,
        hash: hex(&published.hash()),
        number: published.number(),
        effective: published.policy.effective.to_string(),
    };
    let mut response = json(StatusCode::CREATED, &reply);
    let place = format!("/v1/policies/{}", reply.version);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    tag(&mut response, &published);
    Ok(response)
}

/// All policies, newest first.
#[utoipa::path(get, path = "/v1/policies", tag = "governing", security(("secret_key" = [])),
    responses((status = 200, body = PoliciesReply)))]
pub async fn list(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let now = clock::now();
    let policies = look(&guest.room, |state| {
        let in_force = state.policies.in_force(now).map(Published::number);
        let entry = |it: &Published| entry(it, in_force == Some(it.number()));
        let mut all: Vec<PolicyEntry> = state.policies.iter().map(entry).collect();
        all.reverse();
        all
    })
    .await?;
    Ok(json(StatusCode::OK, &PoliciesReply { policies }))
}

/// A policy as it was written, or with `Accept: application/json` as canonical JSON.
#[utoipa::path(get, path = "/v1/policies/{version}", tag = "governing",
    security(("secret_key" = [])), params(("version" = u32, Path)),
    responses((status = 200, content(
        (String = "application/kdl"), (serde_json::Value = "application/json")))))]
pub async fn read(
    State(app): State<Arc<App>>,
    Path(version): Path<String>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let found = version_of(&guest, &version).await?;
    let same = format!("\"{}\"", hex(&found.hash()));
    if call.headers().get(header::IF_NONE_MATCH).is_some_and(|it| *it == *same) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        tag(&mut response, &found);
        return Ok(response);
    }
    let accept = call.headers().get(header::ACCEPT).and_then(|it| it.to_str().ok());
    let mut response = match accept.is_some_and(|it| it.contains("application/json")) {
        true => written(StatusCode::OK, policy::canonical(&found.policy).into_bytes()),
        false => {
            let mut response = written(StatusCode::OK, found.source.as_bytes().to_vec());
            let media = HeaderValue::from_static("application/kdl; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, media);
            response
        }
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    tag(&mut response, &found);
    Ok(response)
}

/// The register of processing that Art. 30(1) GDPR asks for, as far as a policy states it; what it
/// does not state is null.
#[utoipa::path(get, path = "/v1/policies/{version}/register", tag = "governing",
    security(("secret_key" = [])), params(("version" = u32, Path)),
    responses((status = 200, body = Register)))]
pub async fn register(
    State(app): State<Arc<App>>,
    Path(version): Path<String>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let found = version_of(&guest, &version).await?;
    let mut response = json(StatusCode::OK, &Register::of(&found.policy));
    tag(&mut response, &found);
    Ok(response)
}

async fn version_of(guest: &Guest, version: &str) -> Result<Published, Problem> {
    let number: u32 = version.parse().map_err(|_| unknown_version())?;
    let found = look(&guest.room, |state| state.policies.version(number).cloned()).await?;
    found.ok_or_else(unknown_version)
}

fn source(call: &Call) -> Result<&str, Problem> {
    if !matches!(body::media(call.headers()), Media::Kdl | Media::Text) {
        return Err(Problem::new(
            Slug::UnsupportedMediaType,
            "this door reads a policy as `application/kdl` or `text/plain`",
        ));
    }
    std::str::from_utf8(&call.body)
        .map_err(|error| Problem::invalid("body", format!("is no UTF-8: {error}")))
}

/// The hash in `If-Match`, with or without its quotes.
fn if_match(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
    let wrong = || Problem::invalid("If-Match", "must be the hash of a policy, as in its `ETag`");
    unhex(text).map(Some).ok_or_else(wrong)
}

fn tag(response: &mut Response<Body>, published: &Published) {
    let text = format!("\"{}\"", hex(&published.hash()));
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

fn entry(it: &Published, in_force: bool) -> PolicyEntry {
    let effective: Millis = it.policy.effective;
    PolicyEntry {
        version: it.policy.version,
        hash: hex(&it.hash()),
        number: it.number(),
        effective: effective.to_string(),
        published_at: it.published_at.to_string(),
        in_force,
    }
}
