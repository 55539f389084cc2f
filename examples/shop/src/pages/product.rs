//! One thing in its sizes, to be put into the basket.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use super::Guest;
use super::files;
use super::frame::{frame, money};
use super::shelf::picture;
use super::sides;
use crate::catalogue::Model;
use crate::router::Shop;

const HELP: &str = "help-others-choose";

pub async fn page(
    State(shop): State<Arc<Shop>>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let found = shop.catalogue.model(&slug);
    let Some((model, shown)) = found.and_then(|it| Some((it, it.variants.first()?))) else {
        return files::no_page(&shop, &guest);
    };
    if let Some(visit) = &guest.visit {
        shop.handshake.viewed((&guest.visitor, visit), &shown.item).await;
    }
    let at = (&*shop, &guest);
    let asked = sides::ask(at, (HELP, None)).await;
    let chosen = sides::recommendations(at, Some(&shown.item)).await;
    let category = model.category;
    let main = html! {
        nav.crumbs aria-label="You are here" {
            a href="/" { "Shop" } " / " a href={ "/c/" (category.slug()) } { (category.label()) } " / " (model.name)
        }
        div.product {
            (picture(model))
            div {
                h1 { (model.name) }
                p.summary { (model.summary()) }
                p.price { (money(shown.price)) }
                (buy(model))
            }
        }
        (asked)
        (chosen)
    };
    guest.page(StatusCode::OK, frame(at, (&model.name, Some(category)), &main))
}

fn buy(model: &Model) -> Markup {
    html! {
        form.buy method="post" action="/basket" {
            @match model.variants.as_slice() {
                [only] => input type="hidden" name="item" value=(only.item);,
                sizes => div.field {
                    label for="size" { "Size" }
                    select #size name="item" {
                        @for it in sizes { option value=(it.item) { (it.size) } }
                    }
                },
            }
            button.main { "Put into the basket" }
        }
    }
}
