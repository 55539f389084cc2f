//! What pages load: the browser SDK and its style sheet, by a name that stays and by a name that
//! holds the hash of what it names.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha384};

use crate::http::base64url;

/// A file of the SDK, as it is in the binary.
#[derive(Debug)]
pub struct Asset {
    /// `/handshake.js`: the newest, asked for again every five minutes.
    pub path: &'static str,
    /// `/handshake-0123456789ab.js`: this very file, for ever.
    pub versioned: String,
    /// For `integrity=`: only this very file is run.
    pub integrity: String,
    media: &'static str,
    body: &'static str,
    etag: String,
}

pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        ("/handshake", ".js", "/handshake.js"),
        "text/javascript; charset=utf-8",
        include_str!("../../../../../sdk/handshake.js"),
    )
});

pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        ("/handshake", ".css", "/handshake.css"),
        "text/css; charset=utf-8",
        include_str!("../../../../../sdk/handshake.css"),
    )
});

pub static MY_DEAL_STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        ("/my-deal", ".css", "/my-deal.css"),
        "text/css; charset=utf-8",
        include_str!("../pages/my_deal.css"),
    )
});

pub static POLICY_STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        ("/policy", ".css", "/policy.css"),
        "text/css; charset=utf-8",
        include_str!("../pages/policy.css"),
    )
});

const VERSION_CHARS: usize = 12;

impl Asset {
    fn new(
        (stem, kind, path): (&str, &str, &'static str),
        media: &'static str,
        body: &'static str,
    ) -> Asset {
        let hash = Sha384::digest(body.as_bytes());
        let hex: String = hash.iter().map(|it| format!("{it:02x}")).collect();
        let version: String = hex.chars().take(VERSION_CHARS).collect();
        // 48 bytes need no padding; SRI spells two digits in the way of plain base 64.
        let digest = base64url::encode(&hash).replace('-', "+").replace('_', "/");
        Asset {
            path,
            versioned: format!("{stem}-{version}{kind}"),
            integrity: format!("sha384-{digest}"),
            media,
            body,
            etag: format!("\"{version}\""),
        }
    }

    fn answer(&self, headers: &HeaderMap, cache: &'static str) -> Response {
        let known = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
        let held = |it: &str| it == "*" || it.split(',').any(|it| it.trim().ends_with(&self.etag));
        let mut response = match known.is_some_and(held) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => self.body.into_response(),
        };
        let fields = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, self.media),
            (header::CACHE_CONTROL, cache),
            // The same for everybody, so any page may load it; `integrity` asks for CORS.
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        ] {
            fields.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            fields.insert(header::ETAG, etag);
        }
        response
    }
}

const FRESH: &str = "public, max-age=300";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub async fn script(headers: HeaderMap) -> Response {
    SCRIPT.answer(&headers, FRESH)
}

pub async fn script_for_ever(headers: HeaderMap) -> Response {
    SCRIPT.answer(&headers, FOR_EVER)
}

pub async fn style(headers: HeaderMap) -> Response {
    STYLE.answer(&headers, FRESH)
}

pub async fn style_for_ever(headers: HeaderMap) -> Response {
    STYLE.answer(&headers, FOR_EVER)
}

pub async fn my_deal_style(headers: HeaderMap) -> Response {
    MY_DEAL_STYLE.answer(&headers, FRESH)
}

pub async fn policy_style(headers: HeaderMap) -> Response {
    POLICY_STYLE.answer(&headers, FRESH)
}
