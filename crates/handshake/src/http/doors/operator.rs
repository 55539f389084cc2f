//! What operators and tools ask: is it alive, is it ready, how busy, and what can it do.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::clock;
use crate::http::openapi;
use crate::http::problem::{Problem, Slug};
use crate::http::state::{App, Room};
use crate::http::wire::{Health, SiteState};

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operator", responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok", sites: Vec::new() })
}

/// Every site takes events.
#[utoipa::path(get, path = "/readyz", tag = "operator",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, Json<Health>) {
    let state = |room: &Arc<Room>| {
        let reader = room.site.reader();
        let status = if reader.stopped().is_none() { "ready" } else { "stopped" };
        SiteState { site: room.info.name.to_string(), status, durable: reader.durable().0 }
    };
    let sites: Vec<SiteState> = app.rooms().map(state).collect();
    let all = sites.iter().all(|it| it.status == "ready");
    match (app.is_ready(), all) {
        (true, true) => (StatusCode::OK, Json(Health { status: "ready", sites })),
        (true, false) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "stopped", sites }))
        }
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "ending", sites })),
    }
}

/// Counters in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operator",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    text("text/plain; version=0.0.4; charset=utf-8", app.metrics.text(app.rooms(), clock::now()))
}

/// This contract.
#[utoipa::path(get, path = "/openapi.json", tag = "operator",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn openapi_json() -> Response {
    text("application/json", openapi::text())
}

/// What each kind of problem means, and what to do.
#[utoipa::path(get, path = "/errors", tag = "operator",
    responses((status = 200, body = String, content_type = "text/markdown")))]
pub async fn errors() -> Response {
    let document = include_str!("../../../../../docs/ERRORS.md");
    text("text/markdown; charset=utf-8", document.to_owned())
}

/// JSON Schemas of what shops send: `event.json` and `catalog.json`.
#[utoipa::path(get, path = "/schemas/{name}", tag = "operator",
    params(("name" = String, Path, description = "`event.json` or `catalog.json`")),
    responses((status = 200, description = "JSON Schema", content_type = "application/schema+json")))]
pub async fn schema(Path(name): Path<String>) -> Result<Response, Problem> {
    let schema = openapi::schema(&name).ok_or_else(|| {
        Problem::new(Slug::NotFound, "there are `event.json` and `catalog.json`").at("name")
    })?;
    Ok(text("application/schema+json", schema))
}

pub(in crate::http) async fn not_found(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(80).collect();
    Problem::new(Slug::NotFound, format!("there is no `{path}`; see `/openapi.json`"))
}

pub(in crate::http) async fn method_not_allowed(method: Method) -> Problem {
    Problem::new(
        Slug::MethodNotAllowed,
        format!("not with `{method}`; `Allow` lists the methods of this path"),
    )
}

fn text(media: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(media))], body).into_response()
}
