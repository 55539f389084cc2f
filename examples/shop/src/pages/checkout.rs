//! The checkout: a customer number and no name. An order makes somebody known; what follows from
//! it is asked first, and the answer is told as it came.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::basket::{Removing, lines, table};
use super::frame::frame;
use super::sides;
use super::{Guest, see};
use crate::basket::COOKIE;
use crate::handshake::{Decision, Use};
use crate::router::Shop;
use crate::visitor::{CUSTOMER, VIA, cookie, is_number};

#[derive(Debug, Deserialize)]
pub struct Ordering {
    customer: String,
}

const MAIL: Use<'_> = Use {
    act: "use",
    purpose: "follow-up-email",
    data: &["contact.email", "behaviour.viewed"],
    recipient: "mailer",
    channel: "email",
    caller: "shop-mail",
};
const ADS: Use<'_> = Use {
    act: "share",
    purpose: "retarget",
    data: &["device.ad-id", "behaviour.viewed"],
    recipient: "velo-exchange",
    channel: "ads",
    caller: "shop-ads",
};

pub async fn page(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    guest.page(StatusCode::OK, form((&shop, &guest), None))
}

fn form(at: (&Shop, &Guest), mistake: Option<&str>) -> Markup {
    let (lines, sum) = lines(at.0, &at.1.visitor.basket);
    let customer = at.1.visitor.customer.as_deref().unwrap_or_default();
    let main = html! {
        h1 { "Checkout" }
        @if lines.is_empty() {
            p { "There is nothing in your basket. " a href="/" { "Look around" } }
        } @else {
            (table(&lines, sum, Removing::NotOffered))
            form.sheet method="post" action="/checkout" {
                div.field {
                    label for="customer" { "Customer number" }
                    p.hint #hint { "Invented, such as 14231. No name, no address: nothing is sent." }
                    @if let Some(mistake) = mistake { p.mistake #mistake { (mistake) } }
                    input #customer name="customer" inputmode="numeric" autocomplete="off" required value=(customer)
                        aria-describedby=(if mistake.is_some() { "hint mistake" } else { "hint" })
                        aria-invalid=[mistake.map(|_| "true")];
                }
                button.main { "Order" }
            }
        }
    };
    frame(at, ("Checkout", None), &main)
}

pub async fn order(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Form(it): Form<Ordering>,
) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let customer = it.customer.trim();
    let (lines, sum) = lines(&shop, &guest.visitor.basket);
    if !is_number(customer) || lines.is_empty() {
        let mistake = "Give a number of up to ten digits, such as 14231.";
        let page = form((&shop, &guest), Some(mistake));
        return guest.page(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    let handshake = &shop.handshake;
    // Whoever agreed to something here before is this customer, unless the number is another's.
    let known = match handshake.sign_in(customer, guest.person()).await {
        Some(cookies) => Some(cookies),
        None => handshake.sign_in(customer, None).await,
    };
    let each = |it: &super::basket::Line<'_>| {
        let one = json!({ "item": it.variant.item });
        std::iter::repeat_n(one, usize::try_from(it.count).unwrap_or(1))
    };
    let items: Vec<Value> = lines.iter().flat_map(each).collect();
    let value = json!({ "amount": sum.to_string(), "currency": "EUR" });
    let number = handshake.event();
    let fields = json!({ "items": items, "value": value, "order": number });
    handshake.happened(("customer", customer), "order", fields).await;
    handshake.count("orders").await;
    if let Some(decision) = &guest.visitor.via {
        handshake.outcome(decision, json!({ "metric": "order", "value": value })).await;
    }
    let own = [cookie(CUSTOMER, customer), cookie(COOKIE, ""), cookie(VIA, "")];
    let cookies = known.unwrap_or_default().into_iter().chain(own.into_iter().flatten());
    see("/thanks", cookies)
}

pub async fn thanks(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let guest = Guest::arrives(&shop, &headers).await;
    let at = (&*shop, &guest);
    let mail = intended(at, MAIL).await;
    let ads = intended(at, ADS).await;
    let mut asked = sides::ask(at, (MAIL.purpose, None)).await;
    if asked.0.is_empty() {
        asked = sides::ask(at, (ADS.purpose, None)).await;
    }
    let main = html! {
        h1 { "Thank you for your order" }
        p { "It is in the books of an invented shop. Nothing will arrive." }
        @if mail.is_some() || ads.is_some() {
            h2 { "What may follow from it" }
            dl.follows {
                @if let Some(it) = &mail { dt { "An e-mail about the bikes you looked at" } dd { (said(it)) } }
                @if let Some(it) = &ads { dt { "Our bikes on other websites, by telling Velo Ad Exchange" } dd { (said(it)) } }
            }
        }
        (asked)
    };
    guest.page(StatusCode::OK, frame(at, ("Thank you", None), &main))
}

/// Asks whether something may be done with what is known of a person, and tells that it was not:
/// an invented shop sends no e-mail and knows no exchange.
async fn intended((shop, guest): (&Shop, &Guest), wanted: Use<'_>) -> Option<Decision> {
    let person = Value::from(guest.person()?);
    let decided = shop.handshake.decide(&person, &guest.visitor, wanted).await?;
    let withheld = json!({ "carried_out": "withheld", "because": "this shop is invented" });
    shop.handshake.outcome(&decided.decision, withheld).await;
    Some(decided)
}

/// A verdict in the words of a shop.
fn said(it: &Decision) -> String {
    if it.verdict == "allowed" {
        return "You allowed it. This shop is invented, so it is not done all the same.".to_owned();
    }
    let why = match it.reasons.first().map(|it| it.code.as_str()) {
        Some("no_permission") => "you have not allowed it",
        Some("refused") => "you said no",
        Some("withdrawn") => "you took your yes back",
        Some("expired") => "your yes has run out",
        Some("never") => "we promised never to",
        Some("signal_ignored") => "your browser asks that it not be done",
        Some("objection") => "you object to it",
        Some(_) | None => "our policy does not allow it",
    };
    format!("Not done: {why}.")
}
