//! `POST /v1/decide/batch`: many uses in one request, as a list or line by line.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};

use super::batch_lines;
use super::decide::{Asked, recorded};
use super::events::ENTRIES_MAX;
use crate::http::body::{self, BATCH_BYTES_MAX, Media};
use crate::http::call::{Call, Pending, begin_turn, written};
use crate::http::knock::Guest;
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{BatchReply, BatchRequest, DecideReply, DecideRequest};
use crate::ingest::Decided;

/// Decide many uses, as a list or as a stream of lines.
///
/// `application/json` takes up to 1,000 uses and answers all of them at once.
///
/// `application/x-ndjson` takes a use a line, any number of them, each of at most 64 KiB, and
/// answers a line each, in the same order, as soon as they are on disk: read the answers while
/// you still send, or the stream stands still until you do. Where a line is wrong, a `Problem`
/// stands in the place of its decision, with `line` counting from 1 and blank lines counted, and
/// the stream goes on. It ends early, with a `Problem` as its last line, when no whole line came
/// for 30 seconds, when the key is revoked, or when the server stops or ends: send that line and
/// those after it again, under the same event ids.
#[utoipa::path(post, path = "/v1/decide/batch", tag = "using", security(("secret_key" = [])),
    request_body(content(
        (BatchRequest<'static> = "application/json"),
        (DecideRequest<'static> = "application/x-ndjson"),
    )),
    responses((status = 200, content(
        (BatchReply<'static> = "application/json"),
        (DecideReply<'static> = "application/x-ndjson"),
    ))))]
pub async fn batch(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    if body::media(request.headers()) == Media::NdJson {
        let (parts, body) = request.into_parts();
        return batch_lines::answer(app, parts.headers, body).await;
    }
    let call = Call::read(request, BATCH_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    list(&guest, body::server(call.headers(), &call.body)?).await
}

async fn list(guest: &Guest, it: BatchRequest<'_>) -> Result<Response<Body>, Problem> {
    if ENTRIES_MAX < it.uses.len() {
        let said = format!("at most {ENTRIES_MAX} uses in one request");
        return Err(Problem::new(Slug::TooMany, said).at("uses"));
    }
    let mut all = Vec::with_capacity(it.uses.len());
    let mut last = None;
    for (n, raw) in it.uses.iter().enumerate() {
        let within = |problem: Problem| problem.within(&format!("uses[{n}]"));
        let (decided, pending) = one(guest, raw.get().as_bytes()).map_err(within)?;
        all.push(decided);
        last = Some(pending);
    }
    if let Some(last) = last {
        last.durable(&guest.room).await?;
    }
    let decisions = all.iter().map(|it| recorded(&guest.room.site, it)).collect();
    let text = serde_json::to_vec(&BatchReply { decisions }).map_err(Problem::internal)?;
    Ok(written(StatusCode::OK, text))
}

/// Decides one use, told as `/v1/decide` is.
pub(super) fn one(guest: &Guest, raw: &[u8]) -> Result<(Decided, Pending), Problem> {
    let it: DecideRequest<'_> = body::json(raw)?;
    let asked = Asked::read(guest, &it)?;
    let writing = asked.request(raw);
    begin_turn(&guest.room, &writing, |turn| asked.decide(turn, guest, &writing))
}
