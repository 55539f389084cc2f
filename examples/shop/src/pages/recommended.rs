//! Following a recommendation: told to Handshake once, then the thing itself.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::see;
use crate::router::Shop;
use crate::visitor::{VIA, Visitor, cookie, is_decision};

#[derive(Debug, Deserialize)]
pub struct From {
    from: Option<String>,
}

pub async fn follow(
    State(shop): State<Arc<Shop>>,
    Path(item): Path<String>,
    Query(it): Query<From>,
    headers: HeaderMap,
) -> Response {
    let Some((model, _)) = shop.catalogue.item(&item) else { return see("/", None) };
    let known = Visitor::read(&headers).person_token.is_some();
    let from = it.from.filter(|it| known && is_decision(it));
    if let Some(decision) = &from {
        shop.handshake.outcome(decision, json!({ "metric": "click" })).await;
    }
    let via = from.and_then(|it| cookie(VIA, &it));
    see(&format!("/p/{}", model.slug), via)
}
