//! The basket.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;

use super::frame::{frame, money};
use super::{Guest, see};
use crate::basket::{Basket, COOKIE};
use crate::catalogue::{Model, Variant};
use crate::router::Shop;
use crate::visitor::{Visitor, cookie};

#[derive(Debug, Deserialize)]
pub struct Which {
    item: String,
}

/// A line of the basket that is still sold.
#[derive(Debug)]
pub struct Line<'a> {
    pub model: &'a Model,
    pub variant: &'a Variant,
    pub count: u32,
}

impl Line<'_> {
    pub fn price(&self) -> Decimal {
        self.variant.price.saturating_mul(Decimal::from(self.count))
    }
}

/// What is in a basket, and what it costs.
pub fn lines<'a>(shop: &'a Shop, basket: &Basket) -> (Vec<Line<'a>>, Decimal) {
    let line = |(item, count): &(String, u32)| {
        let (model, variant) = shop.catalogue.item(item)?;
        Some(Line { model, variant, count: *count })
    };
    let lines: Vec<Line<'a>> = basket.lines.iter().filter_map(line).collect();
    let sum = lines.iter().fold(Decimal::ZERO, |sum, it| sum.saturating_add(it.price()));
    (lines, sum)
}

pub async fn page(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let (lines, sum) = lines(&shop, &guest.visitor.basket);
    let main = html! {
        h1 { "Your basket" }
        @if lines.is_empty() {
            p { "There is nothing in it yet. " a href="/" { "Look around" } }
        } @else {
            (table(&lines, sum, Removing::Offered))
            p { a.main href="/checkout" { "Go to the checkout" } }
        }
    };
    guest.page(StatusCode::OK, frame((&shop, &guest), ("Your basket", None), &main))
}

/// Whether lines can be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removing {
    Offered,
    NotOffered,
}

pub fn table(lines: &[Line<'_>], sum: Decimal, removing: Removing) -> Markup {
    let offered = removing == Removing::Offered;
    html! {
        table.basket {
            thead { tr {
                th scope="col" { "What" } th scope="col" { "How many" } th.number scope="col" { "Price" }
                @if offered { td {} }
            } }
            tbody {
                @for it in lines {
                    tr {
                        th scope="row" { a href={ "/p/" (it.model.slug) } { (it.variant.name) } }
                        td { (it.count) }
                        td.number { (money(it.price())) }
                        @if offered {
                            td { form method="post" action="/basket/remove" {
                                button.small name="item" value=(it.variant.item) aria-label={ "Take out " (it.variant.name) } { "Take out" }
                            } }
                        }
                    }
                }
            }
            tfoot { tr { th scope="row" { "Together" } td {} td.number { (money(sum)) } @if offered { td {} } } }
        }
    }
}

pub async fn add(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Form(it): Form<Which>,
) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let mut basket = guest.visitor.basket.clone();
    if shop.catalogue.item(&it.item).is_some() {
        basket.add(&it.item);
        if let Some(person) = guest.person() {
            let fields = json!({ "items": [{ "item": it.item }] });
            shop.handshake.happened(("person", person), "cart", fields).await;
        }
    }
    see("/basket", cookie(COOKIE, &basket.written()))
}

pub async fn remove(headers: HeaderMap, Form(it): Form<Which>) -> Response {
    let mut basket = Visitor::read(&headers).basket;
    basket.remove(&it.item);
    see("/basket", cookie(COOKIE, &basket.written()))
}
