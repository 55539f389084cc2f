//! The shop's own style and script, and what is said where there is no page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::html;

use super::Guest;
use super::frame::frame;
use crate::proxy;
use crate::router::Shop;

const CSS: &str = include_str!("../../files/shop.css");
const ICON: &str = include_str!("../../files/favicon.svg");
const SCRIPT: &str = include_str!("../../files/shop.js");
const A_WHILE: &str = "max-age=300";

pub async fn css() -> Response {
    let fields = [(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, A_WHILE)];
    (fields, CSS).into_response()
}

pub async fn icon() -> Response {
    let fields = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, A_WHILE)];
    (fields, ICON).into_response()
}

pub async fn script() -> Response {
    let fields = [(header::CONTENT_TYPE, "text/javascript"), (header::CACHE_CONTROL, A_WHILE)];
    (fields, SCRIPT).into_response()
}

/// Scripts and styles of Handshake, whatever their version; and nothing else.
pub async fn otherwise(State(shop): State<Arc<Shop>>, request: Request) -> Response {
    let path = request.uri().path();
    let of_handshake = ["/handshake", "/my-deal", "/policy."].iter().any(|it| path.starts_with(it));
    if of_handshake && matches!(*request.method(), Method::GET | Method::HEAD) {
        return proxy::pass_on(State(shop), request).await;
    }
    let guest = Guest::arrives(&shop, request.headers()).await;
    no_page(&shop, &guest)
}

pub fn no_page(shop: &Shop, guest: &Guest) -> Response {
    let main = html! {
        h1 { "There is no such page" }
        p { "It may have been sold. " a href="/" { "Look around" } }
    };
    let page = frame((shop, guest), ("There is no such page", None), &main);
    guest.page(StatusCode::NOT_FOUND, page)
}
