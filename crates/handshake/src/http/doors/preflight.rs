//! `OPTIONS` at the browser doors. Our own SDK never needs it; pages that send JSON as JSON do.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::http::knock;
use crate::http::problem::Problem;
use crate::http::state::App;

pub(in crate::http) async fn preflight(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let allowed = knock::preflight(&app, &headers)?;
    Ok((StatusCode::NO_CONTENT, allowed).into_response())
}
