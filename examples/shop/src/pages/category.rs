//! A shelf: its things, one question that names it, and what may be shown beside.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::html;

use super::Guest;
use super::files;
use super::frame::frame;
use super::shelf::grid;
use super::sides;
use crate::catalogue::Category;
use crate::router::Shop;

pub async fn page(
    State(shop): State<Arc<Shop>>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let Some(category) = Category::of_slug(&slug) else {
        return files::no_page(&shop, &guest);
    };
    let beside = sides::of_shelf((&shop, &guest), category, None).await;
    let main = html! {
        nav.crumbs aria-label="You are here" { a href="/" { "Shop" } " / " (category.label()) }
        h1 { (category.title()) }
        (grid(shop.catalogue.of(category)))
        (beside)
    };
    let title = (category.title(), Some(category));
    guest.page(StatusCode::OK, frame((&shop, &guest), title, &main))
}
