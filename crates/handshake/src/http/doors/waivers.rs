//! `GET /v1/waivers`: which rules with a law are only watched, by whose signature. Signing is a
//! person's act and has no door for keys: the console does it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::projection::Signed;

use crate::clock;
use crate::http::body::SERVER_BYTES_MAX;
use crate::http::call::{Call, json, look};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{WaiverEntry, WaiversReply};

/// All waivers that were signed, by name.
#[utoipa::path(get, path = "/v1/waivers", tag = "governing", security(("secret_key" = [])),
    responses((status = 200, body = WaiversReply)))]
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let now = clock::now();
    let waivers = look(&guest.room, |state| {
        let entry = |(name, rule, it): (&str, &str, &Signed)| WaiverEntry {
            waiver: name.to_owned(),
            rule: rule.to_owned(),
            law: it.law.clone(),
            until: it.until.to_string(),
            over: it.until <= now,
            signed_by: it.by.clone(),
            signed_at: it.at.to_string(),
            because: it.because.clone(),
        };
        state.waivers.iter().map(entry).collect()
    })
    .await?;
    Ok(json(StatusCode::OK, &WaiversReply { waivers }))
}
