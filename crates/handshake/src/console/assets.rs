//! The stylesheet, the mark and the one small script, under names that change with their content.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use handshake_core::vocabulary::hex;
use ring::digest;

use super::visit::Turned;

const STYLE: &str = include_str!("console.css");
const SCRIPT: &str = include_str!("console.js");
const ICON: &str = include_str!("mark.svg");
static ICON_NAME: LazyLock<String> = LazyLock::new(|| named(ICON, "svg"));
static STYLE_NAME: LazyLock<String> = LazyLock::new(|| named(STYLE, "css"));
static SCRIPT_NAME: LazyLock<String> = LazyLock::new(|| named(SCRIPT, "js"));

fn named(content: &str, kind: &str) -> String {
    let digest = digest::digest(&digest::SHA256, content.as_bytes());
    let short: String = hex(digest.as_ref()).chars().take(16).collect();
    format!("console-{short}.{kind}")
}

pub(super) fn style_path() -> String {
    format!("/console/assets/{}", *STYLE_NAME)
}

pub(super) fn icon_path() -> String {
    format!("/console/assets/{}", *ICON_NAME)
}

pub(super) fn script_path() -> String {
    format!("/console/assets/{}", *SCRIPT_NAME)
}

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let (content, kind) = match name {
        it if it == *STYLE_NAME => (STYLE, "text/css; charset=utf-8"),
        it if it == *ICON_NAME => (ICON, "image/svg+xml"),
        it if it == *SCRIPT_NAME => (SCRIPT, "text/javascript; charset=utf-8"),
        _ => return Turned::Nowhere.into_response(),
    };
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, for_ever);
    response
}
