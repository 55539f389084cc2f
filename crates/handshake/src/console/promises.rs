//! *Promises*: every incident, with whom it affected, the rule it broke and what was at stake.

use axum::response::Response;
use handshake_core::impact::{
    IncidentRow, duties as count_duties, incidents, promises as count_promises,
};
use handshake_core::vocabulary::Millis;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::duties::{all_affected, section};
use super::frame::{self, Facts, Head, Place};
use super::numbers::{count, day, headline, of, share};
use super::today::{affected, same_period, when};
use super::visit::{Period, Turned, Visit};
use super::{rule, words};

/// One ledger read each, to find the rule.
const INCIDENTS_SHOWN: usize = 200;

pub(super) async fn promises(visit: Visit) -> Result<Response, Turned> {
    let now = visit.now;
    let facts = visit.look(move |state| Facts::of(state, now)).await?;
    let period = visit.period(&facts.quarters)?;
    let (mut all, kept, mut duties) = visit
        .look(move |state| {
            let quarter = period.quarter();
            let duties = count_duties(state, quarter, now);
            (incidents(state, quarter), count_promises(state, quarter), duties)
        })
        .await?;
    let late = duties.rows.iter().filter(|it| it.code().is_some()).map(|it| it.purpose.clone());
    let mut purposes: Vec<String> =
        all.rows.iter().map(|it| it.purpose.clone()).chain(late).collect();
    purposes.sort_unstable();
    purposes.dedup();
    let purpose = visit.asked("purpose").filter(|it| !it.is_empty());
    if let Some(purpose) = purpose {
        all.rows.retain(|it| it.purpose == purpose);
        duties.rows.retain(|it| it.purpose == purpose);
    }
    let examples = all.rows.iter().take(INCIDENTS_SHOWN).map(|it| it.example).collect();
    let rules = rule::rules(&visit, examples).await;
    let told = kept.kept + kept.broken;
    let to_what = if all.rows.is_empty() { "#duties" } else { "#incidents" };
    let body = html! {
        h1.answer {
            (affected(all_affected(&all, &duties), to_what, &when(period)))
            @if let Some(purpose) = purpose { ", for " (purpose) }
            "."
            @if purpose.is_none() && told != 0 {
                " " (share(kept.kept, told)) " of " (headline(told)) " promised uses were kept."
            }
        }
        @if all.rows.is_empty() {
            (empty(told))
        } @else {
            section #incidents aria-labelledby="incidents-title" {
                h2 #incidents-title { (of(all.times(), "breach", "breaches")) " in " (of(u64::try_from(all.rows.len()).unwrap_or(0), "incident", "incidents")) }
                p.subtitle { "By caller, rule and campaign, most people affected first" }
                (table(&visit, all.rows.iter().take(INCIDENTS_SHOWN), &rules, (&facts, period)))
                @if INCIDENTS_SHOWN < all.rows.len() { p.note { "The first " (INCIDENTS_SHOWN) " are shown; pick a purpose or a quarter to see others." } }
                @if all.nameless() != 0 {
                    p.note { (of(all.nameless(), "breach was", "breaches were")) " about visitors nobody knows: counted, and never as people." }
                }
            }
        }
        (section(&visit, &duties, &facts, true))
        (method(&visit))
    };
    let picker = (!purposes.is_empty()).then(|| purpose_picker(&visit, &purposes, purpose, period));
    let head = Head { place: Place::Promises, title: "Promises", period: Some(period), picker };
    Ok(frame::page(&visit, &facts, &head, &body))
}

fn method(visit: &Visit) -> Markup {
    html! {
        section aria-labelledby="method-title" {
            h2 #method-title { "How this is counted" }
            p.prose { "A breach is a use or a share that the policy did not allow, that was reported as done, and that a watched or enforced rule forbids; what is only rehearsed is promised to nobody. It is counted in the quarter of its decision. A person is counted once in an incident, and once in the sum, however often it happened. The rule and its line come from deciding the last of them again, from the ledger. “At stake” is times the worth of a use that the policy states. A duty with a time limit begins when what it counts from is recorded, and ends when somebody says that it was done; one that is late is an incident too, in the quarter in which it was due. Answers that a model drew and orders from a file begin none." }
            p.note { a href=(visit.to("waivers")) { "Waivers: rules that a law demands and that are only watched" } }
        }
    }
}

fn empty(told: u64) -> Markup {
    html! {
        @if told == 0 {
            p.lead { "Nobody has reported yet what was done with a decision. Breaches show here as soon as callers say:" }
            pre.copy tabindex="0" { code { "POST /v1/outcomes {\"event\": …, \"decision\": \"d_…\", \"carried_out\": \"done\"}" } }
        } @else {
            p.lead { "Every use that was reported was allowed, or left alone." }
        }
    }
}

fn purpose_picker(visit: &Visit, purposes: &[String], now: Option<&str>, period: Period) -> Markup {
    let page = same_period(visit, "promises", period);
    let current = |it: Option<&str>| (it == now).then_some("true");
    html! {
        details.pick {
            summary { (now.unwrap_or("all purposes")) }
            ul {
                li { a href=(page) aria-current=[current(None)] { "all purposes" } }
                @for it in purposes {
                    li { a href={ (page) "&purpose=" (it) } aria-current=[current(Some(it))] { (it) } }
                }
            }
        }
    }
}

/// Incidents as rows, with the rule each broke.
pub(super) fn table<'a>(
    visit: &Visit,
    rows: impl Iterator<Item = &'a IncidentRow> + Clone,
    rules: &[Option<rule::Rule>],
    (facts, period): (&Facts, Period),
) -> Markup {
    let most = rows.clone().map(|it| it.people.len()).max().unwrap_or(0);
    html! {
        table.rows.incidents {
            thead { tr {
                th scope="col" { "What happened" }
                th scope="col" { "Caller" }
                th.n scope="col" { "People" }
                th.n scope="col" { "Times" }
                th.n scope="col" { "At stake" }
            } }
            tbody {
                @for (at, row) in rows.enumerate() {
                    tr {
                        th scope="row" { (what(visit, row, rules.get(at).and_then(Option::as_ref))) }
                        td data-name="Caller" {
                            (row.caller)
                            @if !row.campaign.is_empty() { span.second { (row.campaign) } }
                            span.second { (span_of(row.first, row.last, &facts.zone)) }
                        }
                        td.n data-name="People" { (affected_people(visit, row, most, period)) }
                        td.n data-name="Times" {
                            (count(row.times()))
                            span.second { (kinds(row)) }
                        }
                        td.n data-name="At stake" {
                            @match &row.at_stake {
                                Some(it) => {
                                    (super::numbers::estimated(it.amount, it.currency))
                                    span.second { (words::evidence_word(&it.evidence)) }
                                },
                                None => { span.none { "no figure" } span.second { "no worth stated" } },
                            }
                        }
                    }
                }
            }
        }
    }
}

fn what(visit: &Visit, row: &IncidentRow, rule: Option<&rule::Rule>) -> Markup {
    let code = rule.map(|it| it.code).or(row.code);
    let clause = rule.map(|it| it.clause).or(row.clause);
    html! {
        b { (words::happened(code)) }
        span.second {
            code { (code.map_or("", |it| it.as_str())) } " · " (row.purpose) " · clause " (clause.map_or("", |it| it.as_str()))
            @match rule {
                Some(it) if it.line != 0 => {
                    " · "
                    a href={ (visit.to("policy")) "?version=" (it.version) "#L" (it.line) } { "line " (it.line) }
                    @if it.text.starts_with("never") { " · " (it.text) }
                    @if let Some(waiver) = &it.waiver { " · under " a href=(visit.to("waivers")) { "waiver " (waiver) } }
                },
                Some(_) => " · no line allows it",
                None => " · line unknown: the last of these is erased or unreadable",
            }
        }
    }
}

/// `lapse`, `violation`, or both with their counts.
fn kinds(row: &IncidentRow) -> Markup {
    html! {
        @match (row.lapses, row.violations) {
            (_, 0) => span.warn { "lapse" },
            (0, _) => span.bad { "violation" },
            (lapses, violations) => {
                span.warn { (of(lapses, "lapse", "lapses")) } ", "
                span.bad { (of(violations, "violation", "violations")) }
            },
        }
    }
}

fn affected_people(visit: &Visit, row: &IncidentRow, most: usize, period: Period) -> Markup {
    let people = row.people.len();
    let width = people * 10_000 / most.max(1);
    let class = if row.violations == 0 { "lapse" } else { "violation" };
    let page = same_period(visit, &format!("promises/{}", row.name()), period);
    let number = count(u64::try_from(people).unwrap_or(u64::MAX));
    html! {
        @if people != 0 && visit.user.role.sees_people() {
            a href=(page) { (number) span.hidden { " people affected" } }
        } @else {
            (number)
        }
        svg.share width="100%" height="8" aria-hidden="true" focusable="false" {
            rect.bar.(class) x="0" y="0" height="8"
                width={ (width / 100) "." (format!("{:02}", width % 100)) "%" }
                fill=[(class == "lapse").then_some("url(#hatch)")] {}
        }
    }
}

/// `12 Nov 2026`, or from when to when.
pub(super) fn span_of(first: Millis, last: Millis, zone: &TimeZone) -> String {
    let (from, to) = (day(first, zone), day(last, zone));
    if from == to { from } else { format!("{from} – {to}") }
}
