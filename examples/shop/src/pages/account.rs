//! Signing in as an invented customer: a number, and no password, since nothing here is anybody's.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::frame;
use super::{Guest, see};
use crate::router::Shop;
use crate::visitor::{CUSTOMER, PERSON, VIA, cookie, is_number};

#[derive(Debug, Deserialize)]
pub struct SignIn {
    customer: String,
}

pub async fn page(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let main = match &guest.visitor.customer {
        Some(customer) => html! {
            h1 { "You are signed in as customer " (customer) }
            form method="post" action="/sign-out" { button.main { "Sign out" } }
        },
        None => form(None),
    };
    guest.page(StatusCode::OK, frame((&shop, &guest), ("Sign in", None), &main))
}

fn form(mistake: Option<&str>) -> Markup {
    html! {
        h1 { "Sign in" }
        p { "Use the number of an invented customer, such as 14231, or make one up. There is no password: nothing here is anybody's." }
        form.sheet method="post" action="/sign-in" {
            div.field {
                label for="customer" { "Customer number" }
                @if let Some(mistake) = mistake { p.mistake #mistake { (mistake) } }
                input #customer name="customer" inputmode="numeric" autocomplete="off" required
                    aria-describedby=[mistake.map(|_| "mistake")] aria-invalid=[mistake.map(|_| "true")];
            }
            button.main { "Sign in" }
        }
    }
}

pub async fn sign_in(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Form(it): Form<SignIn>,
) -> Response {
    let customer = it.customer.trim();
    if !is_number(customer) {
        let guest = Guest::arrives(&shop, &headers).await;
        let mistake = "Give a number of up to ten digits, such as 14231.";
        let page = frame((&shop, &guest), ("Sign in", None), &form(Some(mistake)));
        return guest.page(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    let known = shop.handshake.sign_in(customer, None).await.unwrap_or_default();
    see("/", known.into_iter().chain(cookie(CUSTOMER, customer)))
}

pub async fn sign_out() -> Response {
    see("/", [CUSTOMER, PERSON, VIA].into_iter().filter_map(|it| cookie(it, "")))
}
