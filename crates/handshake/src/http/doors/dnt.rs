//! `/.well-known/dnt/`: the tracking status of the site and of each purpose, by W3C Tracking
//! Preference Expression. No key, no cookie, and nothing is recorded.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode, header};
use handshake_core::policy::{Policy, Purpose, RecipientKind};
use handshake_core::vocabulary::Mode;
use handshake_signals::dnt::{Scope, Status, TrackingStatus};

use super::policy_page::fresh;
use crate::clock;
use crate::http::call::{look, query, written};
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{SiteQuery, Tracking};
use crate::ingest::{Standing, editions};

const MEDIA: &str = "application/tracking-status+json";

/// Whether data of visitors leaves the context of the site.
#[utoipa::path(get, path = "/.well-known/dnt/", tag = "governing", params(SiteQuery),
    responses((status = 200, body = Tracking, content_type = "application/tracking-status+json")))]
pub async fn site(State(app): State<Arc<App>>, request: Parts) -> Result<Response<Body>, Problem> {
    answer(&app, &request, None).await
}

/// The tracking status of what is done for one purpose: its name, with `_` for `.`.
#[utoipa::path(get, path = "/.well-known/dnt/{status}", tag = "governing",
    params(SiteQuery, ("status" = String, Path)),
    responses((status = 200, body = Tracking, content_type = "application/tracking-status+json")))]
pub async fn purpose(
    State(app): State<Arc<App>>,
    Path(status): Path<String>,
    request: Parts,
) -> Result<Response<Body>, Problem> {
    answer(&app, &request, Some(&status)).await
}

async fn answer(
    app: &App,
    request: &Parts,
    status: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let it: SiteQuery = query(&request.uri)?;
    let room = app.room_without_key(it.site.as_deref())?;
    let now = clock::now();
    let (policy, editions) = look(room, |state| {
        let in_force = state.policies.in_force(now).map(|it| Arc::clone(&it.policy));
        (in_force, editions(state, now))
    })
    .await?;
    let policy = policy.ok_or_else(|| Problem::new(Slug::NotFound, "no policy is in force yet"))?;
    let (tracking, scope) = match status {
        None => (of_site(&policy), Scope::Site),
        Some(status) => {
            let unknown =
                || Problem::new(Slug::NotFound, "no purpose has this status id").at("status");
            (of_purpose(&policy, named(&policy, status).ok_or_else(unknown)?), Scope::Request)
        }
    };
    let place = |path: &str| match &it.site {
        Some(site) => format!("{path}?site={site}"),
        None => path.to_owned(),
    };
    // Links are of the domain that is asked, which is the shop's own where it passes us on.
    let (about, deal) = (place("/policy"), place("/my-deal"));
    let who = format!("{about}#who");
    let controller = [who.as_str()];
    let object = TrackingStatus {
        controller: &controller,
        policy: Some(&about),
        config: Some(&deal),
        ..TrackingStatus::of(tracking)
    };
    object.check(scope).map_err(Problem::internal)?;
    let mut response = written(StatusCode::OK, object.to_string().into_bytes());
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    // It must be stale before tracking may increase.
    let turns: Vec<_> = editions
        .iter()
        .filter(|it| it.standing == Standing::Coming)
        .map(|it| Some(it.rules_from()))
        .collect();
    let cache = format!("public, max-age={}", fresh(&turns, now));
    if let Ok(cache) = HeaderValue::from_str(&cache) {
        fields.insert(header::CACHE_CONTROL, cache);
    }
    Ok(response)
}

/// The purpose of a status id. What is only rehearsed is not told of.
fn named<'a>(policy: &'a Policy, status: &str) -> Option<&'a Purpose> {
    let own = |name: &str| name.replace('.', "_") == status;
    let (_, found) = policy.purposes.iter().find(|it| own(it.0.as_str()))?;
    (policy.mode_of(found.mode) != Mode::Rehearse).then_some(found)
}

/// The same is said to everybody, whoever they are: that the site may track, if anything it does
/// gives data to another company. What is only rehearsed is done too.
fn of_site(policy: &Policy) -> Status {
    match policy.purposes.values().any(|it| leaves(policy, it)) {
        true => Status::Tracking,
        false => Status::NotTracking,
    }
}

/// `C` only where nothing is done without permission, and nobody has to take our word for it.
fn of_purpose(policy: &Policy, it: &Purpose) -> Status {
    let sure = policy.mode_of(it.mode) == Mode::Enforce;
    match (leaves(policy, it), it.bases().all(|it| it.is_permission()) && sure) {
        (false, _) => Status::NotTracking,
        (true, true) => Status::Consent,
        (true, false) => Status::Tracking,
    }
}

/// Whether data leaves the context in which it was collected: a processor is the same party, a
/// third party is not (TPE, 2.5 and 2.6).
fn leaves(policy: &Policy, it: &Purpose) -> bool {
    let mut recipients = it.with.iter().filter_map(|name| policy.recipients.get(name));
    recipients.any(|it| it.kind == RecipientKind::ThirdParty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::read;

    const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

    #[track_caller]
    fn check(change: (&str, &str), site: char, retarget: char) {
        assert!(MODEL.contains(change.0));
        let policy = read(&MODEL.replacen(change.0, change.1, 1)).unwrap();
        let own = named(&policy, "retarget").map(|it| of_purpose(&policy, it).as_char());
        assert_eq!((of_site(&policy).as_char(), own), (site, Some(retarget)));
    }

    #[test]
    fn what_leaves_the_shop_is_tracking() {
        check(("", ""), 'T', 'C');
        let ads = "kind=third-party  country=US  sale=yes  tcf-vendor=9999";
        check((ads, "kind=processor country=US"), 'N', 'N');
        let policy = read(MODEL).unwrap();
        let mail = named(&policy, "follow-up-email").unwrap();
        assert_eq!(of_purpose(&policy, mail).as_char(), 'N');
        assert!(named(&policy, "unheard-of").is_none());
    }
}
