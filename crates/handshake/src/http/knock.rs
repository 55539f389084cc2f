//! Knocking: who is at the door, and may they come in.

use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use handshake_core::vocabulary::Millis;

use super::problem::{Problem, Slug};
use super::state::{App, Room};
use super::token::TokenError;
use crate::access::{KeyInfo, Scope};
use crate::ingest::Caller;

/// A key holder, let in.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub key: Arc<KeyInfo>,
    pub room: Arc<Room>,
}

/// Where a door notes the page that may read its answer; the `cors` layer of the router hands
/// one to each request and turns it into headers.
pub(super) type Page = Arc<OnceLock<HeaderValue>>;

impl Guest {
    /// As whom the guest's events are recorded.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller { name: self.key.caller.as_str(), coins: self.key.scope != Scope::Publishable }
    }

    pub(super) fn is_browser(&self) -> bool {
        self.key.scope == Scope::Publishable
    }

    /// What a model drew, an import key alone may send.
    pub(super) fn may_simulate(&self, simulated: bool) -> Result<(), Problem> {
        match !simulated || self.key.scope == Scope::Import {
            true => Ok(()),
            false => {
                let said = "only an import key may send what a model drew; leave `simulated` out";
                Err(Problem::new(Slug::Forbidden, said).at("simulated"))
            }
        }
    }

    /// The time an import key sets; from everybody else that is refused.
    pub(super) fn may_set_time(&self, at: Option<Millis>) -> Result<Option<Millis>, Problem> {
        if at.is_some() && self.key.scope != Scope::Import {
            return Err(Problem::new(
                Slug::Forbidden,
                "only an import key sets `at`; leave it out, and say `claimed_at` if you must",
            )
            .at("at"));
        }
        Ok(at)
    }
}

/// A server door: a secret or import key in `Authorization`.
pub(super) fn server(app: &App, headers: &HeaderMap) -> Result<Guest, Problem> {
    let text = bearer(headers)?.ok_or_else(|| {
        Problem::new(Slug::Unauthorised, "send `Authorization: Bearer` and a secret key")
    })?;
    let guest = guest(app, text)?;
    if guest.is_browser() {
        return Err(Problem::new(
            Slug::Forbidden,
            "a publishable key does not open this door; use a secret key, from a server",
        ));
    }
    Ok(guest)
}

/// A browser door: a publishable key in the body from one of the site's pages, or a secret key
/// in `Authorization`.
pub(super) fn browser(
    app: &App,
    headers: &HeaderMap,
    key: Option<&str>,
    page: &Page,
) -> Result<Guest, Problem> {
    if bearer(headers)?.is_some() {
        return server(app, headers);
    }
    let text = key.ok_or_else(|| {
        Problem::new(Slug::Unauthorised, "send a publishable key as `key` in the body").at("key")
    })?;
    let guest = guest(app, text).map_err(|it| it.at("key"))?;
    if !guest.is_browser() {
        return Err(Problem::new(
            Slug::Forbidden,
            "a secret key in a page is no secret: revoke it, and use a publishable one here",
        )
        .at("key"));
    }
    same_pages(app, headers, &guest, page)?;
    Ok(guest)
}

/// Browsers say in `Origin` which page sends; only forms of the same page may leave it out.
fn same_pages(app: &App, headers: &HeaderMap, guest: &Guest, page: &Page) -> Result<(), Problem> {
    let foreign = |origin: &str| {
        let origin: String = origin.chars().take(80).collect();
        Err(Problem::new(
            Slug::ForeignOrigin,
            format!("`{origin}` is no page of this site; see `handshake site list`"),
        ))
    };
    let Some(origin) = headers.get(header::ORIGIN) else {
        let fetch_site = headers.get("sec-fetch-site").and_then(|it| it.to_str().ok());
        return match fetch_site {
            None | Some("same-origin" | "none") => Ok(()),
            Some(other) => foreign(other),
        };
    };
    let text = origin.to_str().unwrap_or_default();
    // Asked anew each time, as origins may have been added since the site was opened.
    let directory = app.directory();
    let site = directory.site(guest.key.site).unwrap_or(&guest.room.info);
    if !site.origins.iter().any(|it| it.as_str() == text) {
        return foreign(text);
    }
    // Set once per request; a second time it would be the same value.
    let _ = page.set(origin.clone());
    Ok(())
}

/// A form of our own page, which carries no key: it must come from a page of the site, or from
/// the very host it is sent to. A cookie alone proves nobody's wish.
pub(super) fn own_form(app: &App, headers: &HeaderMap, room: &Room) -> Result<(), Problem> {
    let foreign = || Err(Problem::new(Slug::ForeignOrigin, "the form is of no page of this site"));
    let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let Some(origin) = headers.get(header::ORIGIN) else {
        return match text(HeaderName::from_static("sec-fetch-site")) {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) => foreign(),
        };
    };
    let origin = origin.to_str().unwrap_or_default();
    let directory = app.directory();
    let site = directory.site(room.info.id).unwrap_or(&room.info);
    let listed = site.origins.iter().any(|it| it.as_str() == origin);
    let host = origin.split_once("://").map(|it| it.1);
    if listed || host.is_some_and(|it| Some(it) == text(header::HOST)) { Ok(()) } else { foreign() }
}

/// A preflight carries no key, so any site's page will do; the door itself looks closer.
pub(super) fn preflight(app: &App, headers: &HeaderMap) -> Result<HeaderMap, Problem> {
    let origin = headers.get(header::ORIGIN);
    let known =
        origin.and_then(|it| it.to_str().ok()).is_some_and(|it| app.directory().knows_origin(it));
    let Some(origin) = origin.filter(|_| known) else {
        return Err(Problem::new(Slug::ForeignOrigin, "this origin is no page of any site here"));
    };
    let mut allowed = cors(origin);
    allowed.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    allowed.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    allowed.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    Ok(allowed)
}

/// What lets a page read an answer. Never `*`: answers may be about a person.
pub(super) fn cors(origin: &HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
        (header::VARY, HeaderValue::from_static("Origin")),
    ])
}

/// Tells a token that is not ours from one that is late.
pub(super) fn token(error: TokenError) -> Problem {
    let slug = match error {
        TokenError::Invalid => Slug::TokenInvalid,
        TokenError::Expired(_) => Slug::TokenExpired,
    };
    Problem::new(slug, error.to_string()).at("token")
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().ok().and_then(|it| {
        let (scheme, text) = it.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(text.trim())
    });
    let wrong = || Problem::new(Slug::Unauthorised, "expected `Authorization: Bearer` and a key");
    text.map(Some).ok_or_else(wrong)
}

fn guest(app: &App, text: &str) -> Result<Guest, Problem> {
    let directory = app.directory();
    // An unknown key is not repeated: it may be a valid one of somewhere else.
    let key = directory.key(text).ok_or_else(|| {
        Problem::new(Slug::Unauthorised, "the key is unknown or revoked; see `handshake keys list`")
    })?;
    Ok(Guest { key: Arc::clone(key), room: Arc::clone(app.room(key.site)?) })
}
