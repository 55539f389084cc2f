//! `/.well-known/gpc.json`: whether Global Privacy Control is honoured. No key, no cookie, and
//! nothing is recorded.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use handshake_core::policy::{Policy, Waiver};
use handshake_core::vocabulary::{Millis, Mode, Signal};

use crate::clock;
use crate::http::call::{look, query, written};
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{Gpc, SiteQuery};

const DATE_CHARS: usize = 10;

/// Whether the policy in force honours Global Privacy Control.
#[utoipa::path(get, path = "/.well-known/gpc.json", tag = "governing", params(SiteQuery),
    responses((status = 200, body = Gpc)))]
pub async fn gpc(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let it: SiteQuery = query(request.uri())?;
    let room = app.room_without_key(it.site.as_deref())?;
    let now = clock::now();
    let found = look(room, |state| {
        let policy = state.policies.in_force(now)?;
        Some((is_honoured(&policy.policy, now), policy.published_at))
    })
    .await?;
    let (honoured, published) =
        found.ok_or_else(|| Problem::new(Slug::NotFound, "the site has no policy yet"))?;
    let date: String = published.to_string().chars().take(DATE_CHARS).collect();
    let text = handshake_signals::gpc::gpc_json(honoured, &date).to_string();
    let mut response = written(StatusCode::OK, text.into_bytes());
    let public = HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, public);
    Ok(response)
}

/// Only what changes our advice is honoured; a signal that is merely tracked is not.
fn is_honoured(policy: &Policy, now: Millis) -> bool {
    let enforced = |mode: Option<Mode>, waiver: &Option<Waiver>| {
        policy.mode_at(mode, waiver.as_ref(), now) == Mode::Enforce
    };
    let by_signal =
        policy.signals.get(&Signal::Gpc).is_some_and(|it| enforced(it.mode, &it.waiver));
    let mut nevers = policy.nevers.iter().filter(|it| it.when_signal == Some(Signal::Gpc));
    by_signal || nevers.any(|it| enforced(it.mode, &it.waiver))
}
