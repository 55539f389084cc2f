//! *Money*: what keeping promises cost and left alone, and what breaking them was worth, each
//! with how it is known. Booked costs and estimates are never netted.

use axum::response::Response;
use handshake_core::impact::{Estimate, ImpactRow, Report, figures};
use handshake_core::vocabulary::Currency;
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::frame::{self, Facts, Head, Place};
use super::numbers::{booked, count, headline_money, of};
use super::today::{only_currency, when};
use super::visit::{Period, Turned, Visit};
use super::words;

pub(super) async fn money(visit: Visit) -> Result<Response, Turned> {
    let now = visit.now;
    let facts = visit.look(move |state| Facts::of(state, now)).await?;
    let period = visit.period(&facts.quarters)?;
    let report = visit.look(move |state| figures(state, period.quarter(), now)).await?;
    let body = if report.impact.is_empty() && report.books.orders == 0 {
        empty()
    } else {
        html! {
            h1.answer { (answer(&report, period)) }
            (broken(&report))
            (left_alone(&report))
            (spent(&report))
            (purposes(&report))
            (method(&report))
        }
    };
    let head = Head { place: Place::Money, title: "Money", period: Some(period), picker: None };
    Ok(frame::page(&visit, &facts, &head, &body))
}

fn empty() -> Markup {
    html! {
        h1.answer { "Nothing was spent or left alone yet: no use of data has been decided." }
        p.lead { "State in the policy what one use is worth and what it costs, and ask before each use:" }
        pre.copy tabindex="0" { code { "worth { follow-up-email 0.09 EUR per=message source=guess by=\"marketing\" on=\"2026-11-15\" }" } }
        pre.copy tabindex="0" { code { "POST /v1/decide" } }
    }
}

type Sum = Option<(Decimal, Currency)>;

fn costs(it: &Report) -> Sum {
    let unit = it.impact.iter().filter_map(|it| it.cost.as_ref());
    only_currency(unit.chain(&it.asking_cost).map(|it| (it.amount, it.currency)))
}

fn sum<'a>(estimates: impl Iterator<Item = Option<&'a Estimate>>) -> Sum {
    only_currency(estimates.flatten().map(|it| (it.amount, it.currency)))
}

fn answer(it: &Report, period: Period) -> Markup {
    let forgone = sum(it.impact.iter().map(|it| it.forgone_worth.as_ref()));
    html! {
        @match costs(it) {
            Some((amount, currency)) => {
                "Asking and using cost " a href="#spent" { (headline_money(amount, currency)) } " booked " (when(period))
            },
            None => { "No cost is booked " (when(period)) },
        }
        @match forgone {
            Some((amount, currency)) => {
                "; what was left alone was worth about " a href="#left" { (headline_money(amount, currency)) }
                ", by a guess."
            },
            None => "; what was left alone has no figure.",
        }
    }
}

/// Said once, and added to nothing: it is no reason to break more.
fn broken(it: &Report) -> Markup {
    let earned = sum(it.impact.iter().map(|it| it.lapses_earned.as_ref()));
    let times: u64 = it.impact.iter().map(|it| it.lapses + it.violations).sum();
    html! {
        @if times != 0 {
            p.lead {
                "Breaking promises " (of(times, "time", "times"))
                @match earned {
                    Some((amount, currency)) => { " was worth about " (headline_money(amount, currency)) ", by the same guess. " },
                    None => { " has no figure. " },
                }
                "That is shown here once and counted nowhere: it is no reason to break more."
            }
        }
    }
}

fn left_alone(it: &Report) -> Markup {
    let rows: Vec<&ImpactRow> = it.impact.iter().filter(|it| it.forgone != 0).collect();
    let most = rows.iter().filter_map(|it| it.forgone_worth.as_ref()).map(|it| it.amount).max();
    html! {
        section #left aria-labelledby="left-title" {
            h2 #left-title { (left_title(&rows)) }
            @if rows.is_empty() {
                p.subtitle { "Every use that was wanted was allowed, or done anyway." }
            } @else {
                p.subtitle { "Uses left alone, times the worth that the policy states for one; no interval is known for a guess" }
                table.rows.fall {
                    thead { tr {
                        th scope="col" { "Purpose" }
                        th scope="col" { "Worth, from nothing" }
                        th.n scope="col" { "Worth" }
                        th scope="col" { "How we know" }
                    } }
                    tbody {
                        @for row in &rows {
                            tr {
                                th scope="row" { b { (row.purpose) } span.second { (count(row.forgone)) " " (units(row)) " left alone" } }
                                td.bar-cell { (bar(row.forgone_worth.as_ref(), most)) }
                                td.n data-name="Worth" { (words::estimate(row.forgone_worth.as_ref())) }
                                td data-name="How we know" {
                                    @if let Some(it) = &row.forgone_worth { (words::evidence(&it.evidence)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn left_title(rows: &[&ImpactRow]) -> Markup {
    let worth = |it: &&&ImpactRow| it.forgone_worth.as_ref().map(|it| it.amount);
    let most = rows.iter().filter(|it| worth(it).is_some()).max_by_key(worth);
    html! {
        @match most {
            Some(it) => { "Most of what was left alone was " (it.purpose) },
            None if rows.is_empty() => "Nothing was left alone",
            None => "What was left alone has no figure: the policy states no worth",
        }
    }
}

fn units(row: &ImpactRow) -> String {
    let unit = if row.per.is_empty() { "use" } else { &row.per };
    format!("{unit}{}", if row.forgone == 1 { "" } else { "s" })
}

/// A bar from nothing with a dashed end, since nobody knows where it ends. Hidden from screen
/// readers: the number stands beside it.
fn bar(it: Option<&Estimate>, most: Option<Decimal>) -> Markup {
    let part = it.zip(most).and_then(|(it, most)| {
        let share = it.amount.checked_div(most)?.checked_mul(Decimal::from(10_000))?;
        share.round().to_u64()
    });
    html! {
        svg.tally width="100%" height="20" aria-hidden="true" focusable="false" {
            line.grid.zero x1="0" x2="0" y1="0" y2="20" {}
            @if let Some(part) = part {
                rect.bar.forgone x="0" y="2" height="16" width={ (part / 100) "." (format!("{:02}", part % 100)) "%" } {}
            }
        }
    }
}

fn spent(it: &Report) -> Markup {
    let asked: u64 = it.asks.iter().map(|it| it.shown).sum();
    html! {
        section #spent aria-labelledby="spent-title" {
            h2 #spent-title { "What was booked" }
            p.subtitle { "Read from the ledger: counted acts times the policy’s own costs. Booked, so there is no interval" }
            table.rows {
                thead { tr {
                    th scope="col" { "What" }
                    th.n scope="col" { "Times" }
                    th.n scope="col" { "Amount" }
                    th scope="col" { "How we know" }
                } }
                tbody {
                    @if let Some(cost) = &it.asking_cost {
                        (booked_row("Asks shown", asked, Some(&booked(cost.amount, cost.currency))))
                    } @else if asked != 0 {
                        (booked_row("Asks shown", asked, None))
                    }
                    @for row in it.impact.iter().filter(|it| it.done != 0) {
                        @let amount = row.cost.as_ref().map(|it| booked(it.amount, it.currency));
                        (booked_row(&format!("Uses made: {}", row.purpose), row.done, amount.as_deref()))
                    }
                    @for (currency, amount) in &it.books.amounts {
                        (booked_row("Orders seen", it.books.orders, Some(&booked(*amount, *currency))))
                    }
                    @if it.books.amounts.is_empty() && it.books.orders != 0 {
                        (booked_row("Orders seen", it.books.orders, None))
                    }
                }
            }
            p.note { "Orders are income, the others are costs; nothing here is added up." }
        }
    }
}

fn booked_row(what: &str, times: u64, amount: Option<&str>) -> Markup {
    html! {
        tr {
            th scope="row" { b { (what) } }
            td.n data-name="Times" { (count(times)) }
            td.n data-name="Amount" {
                @match amount {
                    Some(amount) => b { (amount) },
                    None => { span.none { "no figure" } span.interval { "no price is stated" } },
                }
            }
            td data-name="How we know" {
                @if amount.is_some() { (words::evidence(&handshake_core::impact::Evidence::Booked)) }
            }
        }
    }
}

fn purposes(it: &Report) -> Markup {
    html! {
        section aria-labelledby="purposes-title" {
            h2 #purposes-title { "Purpose by purpose" }
            p.subtitle { "Worth of the uses that broke a promise, that were left alone, and that a rehearsed rule would leave alone" }
            table.rows {
                thead { tr {
                    th scope="col" { "Purpose" }
                    th.n scope="col" { "Done" }
                    th.n scope="col" { "Broken" }
                    th.n scope="col" { "Worth of it" }
                    th.n scope="col" { "Left alone" }
                    th.n scope="col" { "Worth of it" }
                    th.n scope="col" { "Rehearsed" }
                    th.n scope="col" { "Worth of it" }
                } }
                tbody {
                    @for row in &it.impact {
                        tr {
                            th scope="row" {
                                b { (row.purpose) }
                                @if let Some(it) = &row.forgone_worth { span.second { (words::evidence(&it.evidence)) } }
                            }
                            td.n data-name="Done" { (count(row.done)) }
                            td.n data-name="Broken" { (count(row.lapses + row.violations)) }
                            td.n data-name="Worth of it" { (figure(row.lapses_earned.as_ref())) }
                            td.n data-name="Left alone" { (count(row.forgone)) }
                            td.n data-name="Worth of it" { (figure(row.forgone_worth.as_ref())) }
                            td.n data-name="Rehearsed" { (count(row.rehearsed)) }
                            td.n data-name="Worth of it" { (figure(row.rehearsed_worth.as_ref())) }
                        }
                    }
                }
            }
        }
    }
}

fn figure(it: Option<&Estimate>) -> Markup {
    html! {
        @match it {
            Some(it) => (super::numbers::estimated(it.amount, it.currency)),
            None => span.none { "no figure" },
        }
    }
}

fn method(it: &Report) -> Markup {
    html! {
        section aria-labelledby="method-title" {
            h2 #method-title { "What we will not say" }
            p.prose {
                "What a use really earned: no outcome is compared with people who were left alone, so every worth above is the policy’s own number, on the authority named beside it. Booked costs and guesses are never added up, and no currency is converted. "
                @if it.assumed_uses != 0 { (of(it.assumed_uses, "use comes", "uses come")) " from a file of orders; it is taken that the shop followed the advice. " }
                "The same ledger always gives the same figures."
            }
        }
    }
}
