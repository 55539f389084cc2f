//! `POST /v1/decide/batch`: many uses in one request, as a list or line by line.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};

use super::decide::{Asked, recorded};
use super::events::ENTRIES_MAX;
use crate::http::body::{self, BATCH_BYTES_MAX, Media};
use crate::http::call::{Call, Pending, begin_turn, written};
use crate::http::knock::Guest;
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{BatchReply, BatchRequest, DecideRequest};
use crate::ingest::Decided;

/// Decide many uses. `application/x-ndjson` is answered line by line, a problem standing where
/// its decision would.
#[utoipa::path(post, path = "/v1/decide/batch", tag = "using", security(("secret_key" = [])),
    request_body(content(
        (BatchRequest<'static> = "application/json"),
        (DecideRequest<'static> = "application/x-ndjson"),
    )),
    responses((status = 200, body = BatchReply<'static>)))]
pub async fn batch(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let call = Call::read(request, BATCH_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    match body::media(call.headers()) {
        Media::NdJson => lines(&guest, &call.body).await,
        Media::Json | Media::Text | Media::Form | Media::Kdl | Media::Other => {
            list(&guest, body::server(call.headers(), &call.body)?).await
        }
    }
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

async fn lines(guest: &Guest, body: &[u8]) -> Result<Response<Body>, Problem> {
    let mut all = Vec::new();
    let mut last = None;
    let lines = body.split(|&it| it == b'\n').filter(|it| !it.trim_ascii().is_empty());
    for line in lines {
        match one(guest, line) {
            Ok((decided, pending)) => {
                all.push(Ok(decided));
                last = Some(pending);
            }
            Err(problem) => all.push(Err(problem)),
        }
    }
    if let Some(last) = last {
        last.durable(&guest.room).await?;
    }
    let mut text = Vec::new();
    for done in all {
        match done {
            Ok(decided) => serde_json::to_writer(&mut text, &recorded(&guest.room.site, &decided)),
            Err(problem) => serde_json::to_writer(&mut text, &problem.body()),
        }
        .map_err(Problem::internal)?;
        text.push(b'\n');
    }
    let mut response = written(StatusCode::OK, text);
    let media = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    Ok(response)
}

fn one(guest: &Guest, raw: &[u8]) -> Result<(Decided, Pending), Problem> {
    let it: DecideRequest<'_> = body::json(raw)?;
    let asked = Asked::read(guest, &it)?;
    let writing = asked.request(raw);
    begin_turn(&guest.room, &writing, |turn| asked.decide(turn, guest, &writing))
}
