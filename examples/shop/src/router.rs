//! Every page of the shop, one line each, and what all answers have in common.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};

use crate::catalogue::Catalogue;
use crate::handshake::Handshake;
use crate::pages::{account, basket, category, checkout, files, home, product, recommended};
use crate::proxy;

/// The shop: what it sells, and whom it asks.
#[derive(Debug)]
pub struct Shop {
    pub catalogue: Catalogue,
    pub handshake: Handshake,
}

/// Pages and scripts may load what the shop itself serves, and nothing else.
const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All pages, and the doors of Handshake that browsers use.
#[rustfmt::skip]
pub fn router(shop: Arc<Shop>) -> Router {
    let pages = Router::new()
        .route("/", get(home::page))
        .route("/c/{category}", get(category::page))
        .route("/p/{model}", get(product::page))
        .route("/r/{item}", get(recommended::follow))
        .route("/basket", get(basket::page).post(basket::add))
        .route("/basket/remove", post(basket::remove))
        .route("/checkout", get(checkout::page).post(checkout::order))
        .route("/thanks", get(checkout::thanks))
        .route("/sign-in", get(account::page).post(account::sign_in))
        .route("/sign-out", post(account::sign_out))
        .route("/favicon.svg", get(files::icon))
        .route("/shop.css", get(files::css))
        .route("/shop.js", get(files::script))
        .fallback(files::otherwise)
        .layer(axum::middleware::from_fn(around));
    let handshake = Router::new()
        .route("/v1/answers", any(proxy::pass_on))
        .route("/v1/ask", any(proxy::pass_on))
        .route("/v1/counts", any(proxy::pass_on))
        .route("/v1/events", any(proxy::pass_on))
        .route("/v1/outcomes", any(proxy::pass_on))
        .route("/v1/permissions", any(proxy::pass_on))
        .route("/v1/recommendations", any(proxy::pass_on))
        .route("/v1/shown", any(proxy::pass_on))
        .route("/v1/visit", any(proxy::pass_on))
        .route("/v1/voice", any(proxy::pass_on))
        .route("/v1/objections", any(proxy::pass_on))
        .route("/my-deal", any(proxy::pass_on))
        .route("/my-deal/{*path}", any(proxy::pass_on))
        .route("/policy", get(proxy::pass_on))
        .route("/policy/{*path}", get(proxy::pass_on))
        .route("/receipts/{*path}", get(proxy::pass_on))
        .route("/.well-known/{*path}", get(proxy::pass_on));
    pages.merge(handshake).with_state(shop)
}

/// Refuses forms sent by other sites, and adds what every page says of itself.
async fn around(request: Request, next: Next) -> Response {
    let from = request.headers().get("sec-fetch-site").and_then(|it| it.to_str().ok());
    let foreign = !matches!(from, None | Some("same-origin" | "none"));
    if foreign && request.method() == axum::http::Method::POST {
        return (StatusCode::FORBIDDEN, "forms of other sites are not taken").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Handshake takes somebody without scripts back to the page the form stood on.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
