//! What happens around every door: headers that keep browsers careful, leave for pages to read,
//! and counting.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::knock::{self, Page};
use super::state::App;

pub(super) async fn around(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let page = Page::default();
    request.extensions_mut().insert(Arc::clone(&page));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Some(origin) = page.get() {
        headers.extend(knock::cors(origin));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        // A page for people says itself what it may load, and to whom it tells where it was.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    // Answers may be personal; a door that may be cached says so itself.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    app.metrics.answered(path.as_ref().map(MatchedPath::as_str), response.status());
    response
}
