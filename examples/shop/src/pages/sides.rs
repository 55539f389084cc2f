//! What stands beside what a page is about: one question, or thanks for its answer, and things
//! that Handshake let us choose.

use maud::{Markup, PreEscaped, html};
use serde_json::json;

use super::Guest;
use super::frame::money;
use super::shelf::picture;
use crate::catalogue::Category;
use crate::handshake::Recommendations;
use crate::router::Shop;

const SHOW: &str = "show-recommendations";
const SHOWN: u32 = 4;

/// A question about one purpose, if it may be put now.
pub async fn ask(
    (shop, guest): (&Shop, &Guest),
    (purpose, interest): (&str, Option<&str>),
) -> Markup {
    let Some(visit) = &guest.visit else { return html! {} };
    // What was just answered by a form is thanked for once, in the place of the question. Handshake
    // wrote it, as it wrote the question, and escaped what is in it.
    if let Some(said) = visit.said.as_ref().filter(|it| it.purpose == purpose) {
        return html! { (PreEscaped(&said.html)) };
    }
    match shop.handshake.ask((&guest.visitor, visit), (purpose, interest)).await {
        Some(card) => html! { (PreEscaped(card)) },
        None => html! {},
    }
}

/// Things chosen for this person, for this page, or for nobody in particular, each with its why.
pub async fn recommendations((shop, guest): (&Shop, &Guest), item: Option<&str>) -> Markup {
    let Some(visit) = &guest.visit else { return html! {} };
    let found = shop.handshake.recommend((&guest.visitor, visit), (item, SHOWN)).await;
    let Some(found) = found.filter(|it| !it.items.is_empty()) else { return html! {} };
    // What is shown was done. It is told in its own time: nobody waits for it.
    if let Some(decision) = found.decision.clone() {
        let handshake = shop.handshake.clone();
        let done = if found.basis == "person" { "done" } else { "withheld" };
        tokio::spawn(async move {
            handshake.outcome(&decision, json!({ "carried_out": done })).await;
        });
    }
    chosen(shop, &found)
}

fn chosen(shop: &Shop, found: &Recommendations) -> Markup {
    let own = found.basis == "person";
    let title = match found.basis.as_str() {
        "person" => "Chosen for you",
        "page" => "Riders also looked at",
        _ => "What riders liked lately",
    };
    let via = found.decision.as_deref().filter(|_| own);
    html! {
        section.chosen #chosen aria-labelledby="chosen-title" {
            h2 #chosen-title { (title) }
            p.sub {
                @if own { "From what you looked at, as you allowed. " a href="/my-deal" { "Change this" } }
                @else { "Not chosen for you: from people who let us count what they look at." }
            }
            ul.grid {
                @for it in &found.items {
                    @if let Some((model, variant)) = shop.catalogue.item(&it.item) {
                        li.thing {
                            a href=(address(&it.item, via)) { (picture(model)) span.name { (model.name) } }
                            p.summary { (model.summary()) }
                            p.price { (money(variant.price)) }
                            @match (own, it.because.people) {
                                (true, people) => details.because {
                                    summary { (it.because.says) span.why aria-hidden="true" { " ?" } }
                                    p {
                                        @if let Some(people) = people { "Riders who looked at it also looked at this one (" (people) " of them let us count). " }
                                        "It rests on your yes. " a href="/my-deal" { "Change this" }
                                    }
                                },
                                (false, Some(people)) if it.because.kind == "popular" => p.because { "Looked at by " (people) " riders lately" },
                                (false, _) => p.because { (it.because.says) },
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where a recommendation leads: past the place that tells Handshake it was followed.
fn address(item: &str, via: Option<&str>) -> String {
    match via {
        Some(decision) => format!("/r/{item}?from={decision}"),
        None => format!("/r/{item}"),
    }
}

/// The question of a page on a shelf, and what may be shown beside.
pub async fn of_shelf(at: (&Shop, &Guest), category: Category, item: Option<&str>) -> Markup {
    let ask = ask(at, (SHOW, Some(category.interest()))).await;
    let chosen = recommendations(at, item).await;
    html! { (ask) (chosen) }
}
