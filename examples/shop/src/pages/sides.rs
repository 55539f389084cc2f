//! What stands beside what a page is about: one question, thanks for an answer, and things that
//! Handshake let us choose.

use maud::{Markup, PreEscaped, html};
use serde_json::json;

use super::Guest;
use super::frame::money;
use super::shelf::picture;
use crate::catalogue::Category;
use crate::handshake::{Permission, Recommendations};
use crate::router::Shop;

const SHOW: &str = "show-recommendations";
const SHOWN: u32 = 4;
/// How long thanks stand in the place of the question.
const THANKS_MS: i64 = 10 * 60 * 1000;

/// A question about one purpose, if it may be put now.
pub async fn ask(
    (shop, guest): (&Shop, &Guest),
    (purpose, interest): (&str, Option<&str>),
) -> Markup {
    let Some(visit) = &guest.visit else { return html! {} };
    if let Some(given) = visit.permissions.iter().find(|it| it.purpose == purpose)
        && given.standing == "granted"
    {
        return match fresh(given, (shop.handshake.settings().now)()) {
            true => thanks(shop, guest, given),
            false => html! {},
        };
    }
    match shop.handshake.ask((&guest.visitor, visit), (purpose, interest)).await {
        // Handshake wrote it, and escaped what is in it.
        Some(card) => html! { (PreEscaped(card)) },
        None => html! {},
    }
}

/// Whether it was said just now.
fn fresh(given: &Permission, now: i64) -> bool {
    let since = given.since.as_deref().and_then(millis);
    since.is_some_and(|it| now - it < THANKS_MS)
}

/// The milliseconds of a time as Handshake writes it: `2026-11-24T10:00:00.000Z`.
fn millis(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // Days since 1970 by the civil calendar, with years that begin in March.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    Some((days * 86_400 + seconds) * 1000)
}

/// Thanks for a yes, with the words agreed to and a way to take it back as short as the yes was.
fn thanks(shop: &Shop, guest: &Guest, given: &Permission) -> Markup {
    let key = &shop.handshake.settings().publishable;
    html! {
        section.hs-ask.hs-said aria-labelledby="thanks" {
            div.hs-yours {
                h2.hs-question #thanks { (mark()) " Thank you. You said yes." }
                @if let Some(says) = &given.says { p.hs-words { q { (says) } } }
                form.hs-answers method="post" action="/v1/answers" {
                    input type="hidden" name="key" value=(key);
                    @if let Some(token) = &guest.visitor.person_token {
                        input type="hidden" name="token" value=(token);
                    }
                    input type="hidden" name="purpose" value=(given.purpose);
                    input type="hidden" name="event" value=(shop.handshake.event());
                    input type="hidden" name="gesture" value="form";
                    button.hs-answer name="answer" value="withdrawn" { "Take it back" }
                    a href="/my-deal" { "See your deal" }
                }
            }
        }
    }
}

/// The deal mark: a use is allowed only where what we want meets what you agreed to.
fn mark() -> Markup {
    html! {
        svg.hs-mark viewBox="0 0 39 24" aria-hidden="true" focusable="false" {
            path.hs-lens d="M19.5 3.1A11 11 0 0 1 19.5 20.9A11 11 0 0 1 19.5 3.1Z" {}
            circle.hs-ring cx="13" cy="12" r="11" {}
            circle.hs-ring cx="26" cy="12" r="11" {}
        }
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
        _ => "What riders like",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_handshake_writes_them() {
        assert_eq!(millis("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(millis("2027-01-15T08:00:00.000Z"), Some(1_800_000_000_000));
        assert_eq!(millis("2024-02-29T12:00:01.000Z"), Some(1_709_208_001_000));
        assert_eq!(millis("soon"), None);
    }
}
