//! What happens around every page: only our own forms are taken, headers keep browsers careful,
//! and nothing takes for ever.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::answer::html;
use super::desk::Desk;
use super::frame;

/// Everything comes from this very origin, and no style or script stands in the page itself.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                   img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn around(
    State(desk): State<Arc<Desk>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let own = request.method() == Method::GET
        || request.method() == Method::HEAD
        || is_same_origin(request.headers());
    let mut response = if own {
        match tokio::time::timeout(PATIENCE, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                html(StatusCode::REQUEST_TIMEOUT, frame::bare("Too slow", &frame::too_slow()))
            }
        }
    } else {
        html(StatusCode::FORBIDDEN, frame::bare("Not from here", &frame::foreign()))
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // A form sent under `no-referrer` would say that it comes from `null`.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    desk.app.metrics.answered(path.as_ref().map(MatchedPath::as_str), response.status());
    response
}

/// Whether a form was sent from one of our own pages. Browsers say so in `Sec-Fetch-Site`, or,
/// over plain http, in `Origin`; who says neither is no browser of ours.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin",
        None => {
            let origin = text(header::ORIGIN).and_then(|it| it.split_once("://"));
            let host = text(header::HOST).filter(|it| !it.is_empty());
            origin.zip(host).is_some_and(|((_, origin), host)| origin.eq_ignore_ascii_case(host))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: &[(&'static str, &'static str)], expected: bool) {
        let field = |it: &(&'static str, &'static str)| {
            (header::HeaderName::from_static(it.0), HeaderValue::from_static(it.1))
        };
        let headers: HeaderMap = fields.iter().map(field).collect();
        assert_eq!(is_same_origin(&headers), expected, "{fields:?}");
    }

    #[test]
    fn only_our_own_forms_are_taken() {
        let host = ("host", "shop.example:8700");
        check(&[host, ("sec-fetch-site", "same-origin")], true);
        for other in ["same-site", "cross-site", "none"] {
            check(
                &[host, ("sec-fetch-site", other), ("origin", "http://shop.example:8700")],
                false,
            );
        }
        check(&[host, ("origin", "http://shop.example:8700")], true);
        check(&[host, ("origin", "https://Shop.example:8700")], true);
        for other in
            ["http://shop.example", "http://evil.example:8700", "null", "shop.example:8700"]
        {
            check(&[host, ("origin", other)], false);
        }
        check(&[host], false);
        check(&[("host", ""), ("origin", "http://")], false);
    }
}
