//! Passing on Handshake's doors for browsers under the shop's own origin, so that its cookies are
//! first-party and a strict policy for content holds. Nothing else is passed on: what needs a
//! secret key never comes from a browser.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::router::Shop;

const BODY_BYTES_MAX: usize = 64 << 10;
const REPLY_BYTES_MAX: usize = 4 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// What is passed on of a request.
const TO_HANDSHAKE: [&str; 16] = [
    "accept",
    "accept-language",
    "content-type",
    "cookie",
    "dnt",
    "if-modified-since",
    "if-none-match",
    "origin",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-gpc",
    "user-agent",
    "access-control-request-headers",
    "access-control-request-method",
];

/// What only concerns one connection (RFC 9110, 7.6.1), and is never passed back.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Passes a request on, and the answer back.
pub async fn pass_on(State(shop): State<Arc<Shop>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "too much for a page to send").into_response();
    };
    let path = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let address = &shop.handshake.settings().address;
    let onward = Request::builder()
        .method(parts.method.clone())
        .uri(format!("http://{address}{path}"))
        .body(Body::from(body));
    let Ok(mut onward) = onward else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    copy(&parts.headers, onward.headers_mut());
    let sent = shop.handshake.client().request(onward);
    match tokio::time::timeout(PATIENCE, sent).await {
        Ok(Ok(response)) => back(response, &parts.method).await,
        Ok(Err(error)) => {
            tracing::warn!(path, %error, "Handshake did not answer");
            unavailable()
        }
        Err(_) => {
            tracing::warn!(path, "Handshake did not answer in time");
            unavailable()
        }
    }
}

fn unavailable() -> Response {
    (StatusCode::BAD_GATEWAY, "This cannot be answered now. Please try again in a while.")
        .into_response()
}

fn copy(from: &HeaderMap, to: &mut HeaderMap) {
    for name in TO_HANDSHAKE {
        for value in from.get_all(name) {
            to.append(HeaderName::from_static(name), value.clone());
        }
    }
}

async fn back<B>(response: axum::http::Response<B>, method: &Method) -> Response
where
    B: axum::body::HttpBody<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let (mut parts, body) = response.into_parts();
    let named: Vec<HeaderName> = parts
        .headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|it: &HeaderValue| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .filter_map(|it| it.trim().parse().ok())
        .collect();
    named.iter().for_each(|it| drop(parts.headers.remove(it)));
    HOP_BY_HOP.iter().for_each(|it| drop(parts.headers.remove(*it)));
    let body = match *method == Method::HEAD {
        true => Ok(Ok(axum::body::Bytes::new())),
        false => {
            let reading = axum::body::to_bytes(Body::new(body), REPLY_BYTES_MAX);
            tokio::time::timeout(PATIENCE, reading).await
        }
    };
    match body {
        Ok(Ok(body)) => Response::from_parts(parts, Body::from(body)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "an answer of Handshake broke off");
            unavailable()
        }
        Err(_) => {
            tracing::warn!("an answer of Handshake did not arrive in time");
            unavailable()
        }
    }
}
