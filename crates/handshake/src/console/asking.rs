//! *Asking*: what people were asked, and what they answered.

use axum::response::Response;
use handshake_core::impact::{AskRow, figures};
use maud::{Markup, html};

use super::frame::{self, Facts, Head, Place};
use super::numbers::{count, headline, of, share};
use super::today::when;
use super::visit::{Turned, Visit};

pub(super) async fn asking(visit: Visit) -> Result<Response, Turned> {
    let now = visit.now;
    let facts = visit.look(move |state| Facts::of(state, now)).await?;
    let period = visit.period(&facts.quarters)?;
    let asks = visit.look(move |state| figures(state, period.quarter(), now).asks).await?;
    let answered: u64 = asks.iter().map(|it| it.granted + it.refused + it.deferred).sum();
    let granted: u64 = asks.iter().map(|it| it.granted).sum();
    let withdrawn: u64 = asks.iter().map(|it| it.withdrawn).sum();
    let drawn = asks.iter().all(|it| it.simulated);
    let body = html! {
        @if asks.is_empty() {
            (empty(&visit))
        } @else {
            h1.answer {
                "Of " a href="#asks" { (headline(answered)) } @if answered == 1 { " answer" } @else { " answers" }
                @if drawn { " that a model drew" }
                " " (when(period)) ", " a href="#asks" { (share(granted, answered)) } " said yes"
                @if withdrawn == 0 { "; no yes was taken back." }
                @else { "; " (of(withdrawn, "yes was", "yeses were")) " taken back." }
            }
            (table(&asks))
        }
        section aria-labelledby="method-title" {
            h2 #method-title { "How this is counted" }
            p.prose { "An ask counts when it was shown. Who was shown one twice counts twice. A yes, a no and a “later” are counted as they were answered in this period, so answers may belong to asks shown before it, and those given by phone or on paper to no ask at all. Answers that a model drew stand in rows of their own." }
        }
    };
    let head = Head { place: Place::Asking, title: "Asking", period: Some(period), picker: None };
    Ok(frame::page(&visit, &facts, &head, &body))
}

fn empty(visit: &Visit) -> Markup {
    html! {
        h1.answer { "Nobody was asked for anything in this time." }
        p.lead { "Let your pages ask, with a publishable key:" }
        pre.copy tabindex="0" { code { "handshake keys add publishable --site " (visit.site.name) } }
        pre.copy tabindex="0" { code { "POST /v1/ask" } }
    }
}

fn table(asks: &[AskRow]) -> Markup {
    html! {
        section #asks aria-labelledby="asks-title" {
            h2 #asks-title { "Asked, and answered" }
            p.subtitle { "By purpose" }
            table.rows {
                thead { tr {
                    th scope="col" { "Purpose" }
                    th.n scope="col" { "Shown" }
                    th.n scope="col" { "Yes" }
                    th.n scope="col" { "No" }
                    th.n scope="col" { "Later" }
                    th.n scope="col" { "Taken back" }
                    th scope="col" { "Yes, no, later" }
                } }
                tbody {
                    @for row in asks {
                        tr {
                            th scope="row" { b { (row.purpose) } span.second { @if row.simulated { "simulated answers" } @else { "answers given" } } }
                            td.n data-name="Shown" { (count(row.shown)) }
                            td.n data-name="Yes" { (count(row.granted)) }
                            td.n data-name="No" { (count(row.refused)) }
                            td.n data-name="Later" { (count(row.deferred)) }
                            td.n data-name="Taken back" { (count(row.withdrawn)) }
                            td.bar-cell { (bar(row)) }
                        }
                    }
                }
            }
        }
    }
}

/// Hidden from screen readers: the numbers beside it say the same.
fn bar(row: &AskRow) -> Markup {
    let all = (row.granted + row.refused + row.deferred).max(1);
    let percent = |part: u64| {
        let it = u128::from(part) * 10_000 / u128::from(all);
        format!("{}.{:02}%", it / 100, it % 100)
    };
    let parts = [
        (0, row.granted, "granted"),
        (row.granted, row.refused, "refused"),
        (row.granted + row.refused, row.deferred, "later"),
    ];
    html! {
        svg.tally width="100%" height="14" aria-hidden="true" focusable="false" {
            @for (left, part, class) in parts {
                @if part != 0 { rect.part.(class) x=(percent(left)) y="1" width=(percent(part)) height="12" {} }
            }
        }
    }
}
