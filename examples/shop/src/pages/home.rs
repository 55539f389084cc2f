//! The front of the shop: its shelves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::html;

use super::Guest;
use super::frame::frame;
use super::shelf::picture;
use super::sides;
use crate::catalogue::Category;
use crate::router::Shop;

pub async fn page(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let counting = shop.handshake.clone();
    tokio::spawn(async move { counting.count("visits").await });
    let chosen = sides::recommendations((&shop, &guest), None).await;
    let main = html! {
        h1 { "Bikes, and what goes with them" }
        ul.grid.wide {
            @for category in Category::ALL {
                li.thing {
                    a href={ "/c/" (category.slug()) } {
                        @if let Some(model) = shop.catalogue.of(category).last() { (picture(model)) }
                        span.name { (category.title()) }
                    }
                    p.summary { (shop.catalogue.of(category).count()) " models" }
                }
            }
        }
        (chosen)
    };
    guest.page(StatusCode::OK, frame((&shop, &guest), ("Bikes and parts", None), &main))
}
