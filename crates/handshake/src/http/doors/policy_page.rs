//! `/policy`: what the public reads, for people as a page and for programs as JSON. No key, no
//! cookie, and nothing is recorded.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use handshake_core::policy::{ChangeKind, promised};
use handshake_core::vocabulary::{Millis, hex};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::access;
use crate::clock;
use crate::http::call::{look, query};
use crate::http::language;
use crate::http::pages::{HistoryPage, PolicyPage, Version, history_page, policy_page};
use crate::http::problem::{Problem, Slug};
use crate::http::state::{App, Room};
use crate::http::wire::{
    ChangeForAll, DifferenceForAll, HistoryForAll, PolicyForAll, VersionForAll, standing,
};
use crate::ingest::{PublicPolicy, editions, public_policy};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    site: Option<String>,
    language: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Json,
}

/// No script, no form, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// Counts and versions may be this old.
const FRESH_SECONDS: i64 = 300;
const SUFFIX: &str = ".json";

pub async fn page(State(app): State<Arc<App>>, request: Parts) -> Result<Response<Body>, Problem> {
    let form = wanted(&request.headers);
    one(&app, &request, None, form).await
}

pub async fn json(State(app): State<Arc<App>>, request: Parts) -> Result<Response<Body>, Problem> {
    one(&app, &request, None, Form::Json).await
}

/// The page as it was at a version, or as it will be: `7`, or `7.json` for programs.
pub async fn version(
    State(app): State<Arc<App>>,
    Path(version): Path<String>,
    request: Parts,
) -> Result<Response<Body>, Problem> {
    let (number, form) = match version.strip_suffix(SUFFIX) {
        Some(number) => (number, Form::Json),
        None => (version.as_str(), wanted(&request.headers)),
    };
    let number = number.parse().map_err(|_| no_version())?;
    one(&app, &request, Some(number), form).await
}

pub async fn history(
    State(app): State<Arc<App>>,
    request: Parts,
) -> Result<Response<Body>, Problem> {
    let form = wanted(&request.headers);
    all(&app, &request, form).await
}

pub async fn history_json(
    State(app): State<Arc<App>>,
    request: Parts,
) -> Result<Response<Body>, Problem> {
    all(&app, &request, Form::Json).await
}

fn no_version() -> Problem {
    Problem::new(Slug::NotFound, "there is no such version; see `/policy/history`").at("version")
}

fn no_policy() -> Problem {
    Problem::new(Slug::NotFound, "the site has no policy yet")
}

async fn one(
    app: &App,
    request: &Parts,
    version: Option<u32>,
    form: Form,
) -> Result<Response<Body>, Problem> {
    let (it, room) = asked(app, &request.uri)?;
    let now = clock::now();
    let public = look(room, |state| public_policy(state, version, now)).await?;
    let public =
        public.ok_or_else(|| if version.is_some() { no_version() } else { no_policy() })?;
    let language = language::chosen(
        &public.policy.languages,
        it.language.as_deref(),
        &request.headers,
        |_| true,
    );
    let body = match form {
        Form::Json => text(&PolicyForAll::new(&public))?,
        Form::Page => policy_page(&PolicyPage {
            public: &public,
            language: &language,
            fictional: room.info.fictional,
            site: it.site.as_deref(),
            shop: room.info.origins.first().map(access::Origin::as_str),
        })
        .into_string(),
    };
    let turns = public.next.map(|it| it.1);
    Ok(answer(&request.headers, form, body, fresh(&[turns], now)))
}

async fn all(app: &App, request: &Parts, form: Form) -> Result<Response<Body>, Problem> {
    let (it, room) = asked(app, &request.uri)?;
    let now = clock::now();
    let (found, public) =
        look(room, |state| (editions(state, now), public_policy(state, None, now))).await?;
    let public: PublicPolicy = public.ok_or_else(no_policy)?;
    let mut versions: Vec<Version> = Vec::new();
    for edition in &found {
        let policy = promised(&edition.policy);
        let changed = versions.last().map(|before| {
            let differences = room.changes.between(&before.policy, (edition.hash, &policy));
            (before.policy.clone(), differences.to_vec())
        });
        versions.push(Version {
            hash: hex(&edition.hash),
            published_at: edition.published_at,
            rules_from: edition.rules_from(),
            standing: edition.standing,
            policy,
            changed,
        });
    }
    let newest = versions.last().ok_or_else(no_policy)?;
    let language = language::chosen(
        &newest.policy.languages,
        it.language.as_deref(),
        &request.headers,
        |_| true,
    );
    let body = match form {
        Form::Json => {
            let versions = versions.iter().rev().map(version_for_all).collect();
            text(&HistoryForAll { versions })?
        }
        Form::Page => {
            let page = HistoryPage {
                versions: &versions,
                language: &language,
                zone: TimeZone::get(&newest.policy.time_zone).unwrap_or(TimeZone::UTC),
                fictional: room.info.fictional,
                site: it.site.as_deref(),
                shop: room.info.origins.first().map(access::Origin::as_str),
            };
            history_page(&page).ok_or_else(no_policy)?.into_string()
        }
    };
    Ok(answer(&request.headers, form, body, fresh(&[public.next.map(|it| it.1)], now)))
}

fn version_for_all(it: &Version) -> VersionForAll {
    let change = it.policy.change.as_ref().map(|it| ChangeForAll {
        text: it.text.clone(),
        kind: match it.kind {
            ChangeKind::Wording => "wording",
            ChangeKind::Meaning => "meaning",
        },
    });
    let differences = it.changed.as_ref();
    VersionForAll {
        version: it.policy.version,
        hash: it.hash.clone(),
        standing: standing(it.standing),
        published_at: it.published_at.to_string(),
        effective: it.policy.effective.to_string(),
        change,
        differences: differences.map(|it| it.1.iter().map(DifferenceForAll::new).collect()),
    }
}

fn asked<'a>(app: &'a App, uri: &Uri) -> Result<(PageQuery, &'a Arc<Room>), Problem> {
    let it: PageQuery = query(uri)?;
    let room = app.room_without_key(it.site.as_deref())?;
    Ok((it, room))
}

/// What the reader can read: a page, unless it asks for JSON and for no page.
fn wanted(headers: &HeaderMap) -> Form {
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    match accept.contains("application/json") && !accept.contains("text/html") {
        true => Form::Json,
        false => Form::Page,
    }
}

fn text<T: Serialize>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(Problem::internal)
}

/// For how long an answer may be kept: never past the moment when another version rules.
pub(super) fn fresh(turns: &[Option<Millis>], now: Millis) -> i64 {
    let left = turns.iter().flatten().map(|it| (it.0 - now.0) / 1000);
    left.fold(FRESH_SECONDS, i64::min).max(0)
}

fn answer(headers: &HeaderMap, form: Form, body: String, seconds: i64) -> Response<Body> {
    // Of what is answered, since the counts change while the policy does not.
    let etag = format!("\"{}\"", hex(&Sha256::digest(body.as_bytes())));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let same = known.is_some_and(|it| {
        it.split(',').any(|it| it.trim().trim_start_matches("W/") == etag) || it.trim() == "*"
    });
    let mut response = match same {
        true => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        }
        false => Response::new(Body::from(body)),
    };
    let media = match form {
        Form::Page => "text/html; charset=utf-8",
        Form::Json => "application/json",
    };
    let fields = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::VARY, "Accept, Accept-Language"),
    ] {
        fields.insert(name, HeaderValue::from_static(value));
    }
    let cache = format!("public, max-age={seconds}");
    for (name, value) in [(header::CACHE_CONTROL, cache), (header::ETAG, etag)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            fields.insert(name, value);
        }
    }
    response
}
