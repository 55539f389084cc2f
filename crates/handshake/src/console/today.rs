//! *Today*: how many people were affected by what, how many promises were kept, and what to do.

use std::sync::Arc;

use axum::extract::State as Extracted;
use axum::response::Response;
use handshake_core::impact::{
    self, IncidentReport, IncidentRow, Promises, Report, Week, figures, incidents, promises,
};
use handshake_core::vocabulary::{Currency, Standing, Tally};
use maud::{Markup, html};
use rust_decimal::Decimal;

use super::desk::Desk;
use super::duties::{all_affected, section, waiting};
use super::frame::{self, Facts, Head, Place};
use super::numbers::{count, date, headline, headline_money, of, people, share};
use super::visit::{Period, Turned, Visit};
use super::{plot, promises as promises_page, rule, standings, words};

/// What the page says, before it is put into words.
struct Seen {
    facts: Facts,
    period: Period,
    report: Report,
    promises: Promises,
    incidents: IncidentReport,
    weeks: Vec<Week>,
    purposes: Vec<standings::Row>,
}

const INCIDENTS_SHOWN: usize = 6;

pub(super) async fn today(
    Extracted(_): Extracted<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, Turned> {
    let now = visit.now;
    let facts = visit.look(move |state| Facts::of(state, now)).await?;
    let period = visit.period(&facts.quarters)?;
    let purposes = standings::rows(&visit).await?;
    let seen = visit
        .look(move |state| Seen {
            facts,
            period,
            promises: promises(state, period.quarter()),
            incidents: incidents(state, period.quarter()),
            weeks: impact::weeks(state, period.quarter()),
            purposes,
            report: figures(state, period.quarter(), now),
        })
        .await?;
    let examples = seen.incidents.rows.iter().take(INCIDENTS_SHOWN).map(|it| it.example).collect();
    let rules = rule::rules(&visit, examples).await;
    let body = match seen.report.uses.iter().sum::<u64>() {
        0 => empty(&visit, &seen),
        _ => full(&visit, &seen, &rules),
    };
    let head =
        Head { place: Place::Today, title: "Today", period: Some(seen.period), picker: None };
    Ok(frame::page(&visit, &seen.facts, &head, &body))
}

fn empty(visit: &Visit, seen: &Seen) -> Markup {
    html! {
        h1.answer { "No promise has been tested yet: no use of data has been decided." }
        p.lead { "This page answers itself once your shop asks before a use. The next steps:" }
        ol.todo {
            @if !seen.facts.has_policy {
                li { "Publish the policy: " code tabindex="0" { "handshake policy publish FILE --site " (visit.site.name) } }
            }
            li { "Make a key for your server: " code tabindex="0" { "handshake keys add secret --site " (visit.site.name) } }
            li { "Ask before a use: " code tabindex="0" { "POST /v1/decide" } }
            li { "Say what was done: " code tabindex="0" { "POST /v1/outcomes" } }
        }
        (section(visit, &seen.report.duties, &seen.facts, false))
        @if !seen.facts.quarters.is_empty() {
            p { "Other quarters have uses: " a href="?quarter=all" { "see all time" } "." }
        }
    }
}

fn full(visit: &Visit, seen: &Seen, rules: &[Option<rule::Rule>]) -> Markup {
    html! {
        h1.answer { (answer(visit, seen)) }
        div.aside-right {
            (to_do(visit, seen))
            div.beside {
                h2 { "A promise" }
                p { "One intended use of a person’s data that some promise bears on. It is kept if you did what was allowed, or left alone what was not." }
            }
        }
        (what_became(seen))
        (what_went_wrong(visit, seen, rules))
        (section(visit, &seen.report.duties, &seen.facts, false))
        (standings::section(&seen.purposes, seen.report.people))
        (method(visit, seen))
    }
}

/// When, as it ends a sentence.
pub(super) fn when(period: Period) -> String {
    match period {
        Period::All => "since the ledger began".to_owned(),
        Period::Quarter(it) => format!("in {}", super::numbers::quarter(it)),
    }
}

/// The address of another page about the same period.
pub(super) fn same_period(visit: &Visit, page: &str, period: Period) -> String {
    let period = period.quarter().map_or("all".to_owned(), |it| it.to_string());
    format!("{}?quarter={period}", visit.to(page))
}

fn answer(visit: &Visit, seen: &Seen) -> Markup {
    let promises_page = same_period(visit, "promises", seen.period);
    let affected = affected(
        all_affected(&seen.incidents, &seen.report.duties),
        &promises_page,
        &when(seen.period),
    );
    let Promises { kept, broken, .. } = seen.promises;
    let told = kept + broken;
    let money = money(visit, seen);
    html! {
        (affected)
        @if told == 0 {
            "; nobody has told yet what was done."
        } @else if broken == 0 {
            "; all " a href="#uses" { (headline(told)) } " promised uses were kept."
        } @else {
            "; " a href="#uses" { (share(kept, told)) } " of " a href="#uses" { (headline(told)) }
            " promised uses were kept."
        }
        (money)
    }
}

/// `812 people were affected by 6 incidents in 2026 Q4`.
pub(super) fn affected((rows, persons): (usize, u64), link: &str, when: &str) -> Markup {
    let rows = u64::try_from(rows).unwrap_or(u64::MAX);
    html! {
        @if rows == 0 {
            "Nobody was affected by an incident " (when)
        } @else if persons == 0 {
            a href=(link) { (of(rows, "incident", "incidents")) } " touched nobody known " (when)
        } @else {
            a href=(link) { (people(persons)) }
            @if persons == 1 { " was" } @else { " were" }
            " affected by " a href=(link) { (of(rows, "incident", "incidents")) } " " (when)
        }
    }
}

/// What keeping the promises cost: booked and guessed, never netted.
fn money(visit: &Visit, seen: &Seen) -> Markup {
    let page = same_period(visit, "money", seen.period);
    let booked = only_currency(
        seen.report
            .impact
            .iter()
            .filter_map(|it| it.cost.as_ref())
            .chain(&seen.report.asking_cost)
            .map(|it| (it.amount, it.currency)),
    );
    let forgone = only_currency(
        seen.report
            .impact
            .iter()
            .filter_map(|it| it.forgone_worth.as_ref())
            .map(|it| (it.amount, it.currency)),
    );
    html! {
        @if let (Some((booked, currency)), Some((forgone, other))) = (booked, forgone) {
            " Keeping them cost " a href=(page) { (headline_money(booked, currency)) } " booked; about "
            a href=(page) { (headline_money(forgone, other)) } " was forgone, by a guess."
        }
    }
}

/// The sum, where all amounts are in one currency: others are never converted.
pub(super) fn only_currency(
    amounts: impl Iterator<Item = (Decimal, Currency)>,
) -> Option<(Decimal, Currency)> {
    let mut sum: Option<(Decimal, Currency)> = None;
    for (amount, currency) in amounts {
        match &mut sum {
            None => sum = Some((amount, currency)),
            Some(it) if it.1 == currency => it.0 = it.0.saturating_add(amount),
            Some(_) => return None,
        }
    }
    sum
}

/// At most three things to do, the gravest first.
fn to_do(visit: &Visit, seen: &Seen) -> Markup {
    let page = same_period(visit, "promises", seen.period);
    let mut items: Vec<Markup> = Vec::new();
    if let Some(row) = seen.report.duties.rows.iter().find(|it| !it.waiting.is_empty()) {
        items.push(html! {
            a href={ (page) "#duties" } { "Do what is late: " (row.duty) " for " (row.purpose) }
            p { (waiting(row, &seen.facts.zone)) "." }
        });
    }
    if let Some(worst) = seen.incidents.rows.first() {
        let affected = people(u64::try_from(worst.people.len()).unwrap_or(u64::MAX));
        items.push(html! {
            a href=(page) { "Mend " (worst.caller) ": " (words::happened(worst.code).to_lowercase()) }
            p { (of(worst.times(), "time", "times")) ", " (affected) ", for " code { (worst.purpose) } "." }
        });
    }
    for row in &seen.purposes {
        let outgrown = row.count(Standing::Outgrown);
        if outgrown != 0 {
            items.push(html! {
                a href=(visit.to("policy")) { "Ask " (people(outgrown)) " again about " (row.purpose) }
                p { "The policy wants more than they agreed to. Until they answer, what they agreed to is used, and no more." }
            });
        }
    }
    if seen.promises.unreported != 0 {
        items.push(html! {
            a href="#uses" { "Say what was done with " (of(seen.promises.unreported, "use", "uses")) }
            p { "Nobody reported it, so nobody knows whether the promise was kept: " code { "POST /v1/outcomes" } "." }
        });
    }
    html! {
        @if items.is_empty() {
            p.lead { "There is nothing to mend." }
        } @else {
            ol.todo { @for item in items.iter().take(3) { li { (item) } } }
        }
    }
}

fn what_became(seen: &Seen) -> Markup {
    let broken = |it: &Week| {
        let lapses = plot::tally(&it.tallies, Tally::Lapse).saturating_sub(it.rehearsed);
        lapses + plot::tally(&it.tallies, Tally::Violation)
    };
    let worst = seen.weeks.iter().max_by_key(|it| broken(it)).filter(|it| broken(it) != 0);
    let all: u64 = seen.report.uses.iter().sum();
    html! {
        section #uses aria-labelledby="uses-title" {
            h2 #uses-title {
                @match worst {
                    Some(it) => { "Most promises were broken in the week from " (date(it.monday.date())) ": " (count(broken(it))) },
                    None => "No week broke a promise",
                }
            }
            p.subtitle { "Uses of customers’ data per week, by what the policy said and what was done" }
            div.aside-right {
                figure { (plot::weeks(&seen.weeks)) }
                div.beside { (plot::legend(&seen.report.uses)) }
            }
            @if seen.report.rehearsed != 0 {
                p.note { "Of the lapses, " (count(seen.report.rehearsed)) " were against rules that are only rehearsed: promised to nobody, so they broke no promise." }
            }
            @if seen.report.assumed_uses != 0 {
                p.note { (of(seen.report.assumed_uses, "use comes", "uses come")) " from a file of orders; it is taken that the shop followed the advice." }
            }
            p.note { "From " (of(all, "decision", "decisions")) ", ledger position " (count(seen.facts.events)) "." }
            (plot::weeks_table(&seen.weeks))
        }
    }
}

fn what_went_wrong(visit: &Visit, seen: &Seen, rules: &[Option<rule::Rule>]) -> Markup {
    let rows = &seen.incidents.rows;
    let page = same_period(visit, "promises", seen.period);
    let rest = rows.len().saturating_sub(INCIDENTS_SHOWN);
    html! {
        section aria-labelledby="wrong-title" {
            h2 #wrong-title { (wrong_title(&seen.incidents, seen.report.duties.late() != 0)) }
            @if !rows.is_empty() {
                p.subtitle { "Incidents: breaches by one caller of one rule in one campaign, most people affected first" }
                (promises_page::table(visit, rows.iter().take(INCIDENTS_SHOWN), rules, (&seen.facts, seen.period)))
                p.note {
                    @if rest != 0 { (count(u64::try_from(rest).unwrap_or(0))) " more in " a href=(page) { "Promises" } ". " }
                    "“At stake” is times the worth of a use that the policy states, not what was really earned."
                }
            }
        }
    }
}

/// One caller's share of what went wrong, where one stands out.
fn wrong_title(it: &IncidentReport, late: bool) -> Markup {
    let mut by_caller: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for row in &it.rows {
        *by_caller.entry(&row.caller).or_default() += IncidentRow::times(row);
    }
    let worst = by_caller.iter().max_by_key(|it| it.1);
    let all = it.times();
    html! {
        @match worst {
            None if late => "No use that anybody told of broke a promise",
            None => "Nothing went wrong that anybody told of",
            Some((caller, times)) if *times == all => { (*caller) " explains all that went wrong" },
            Some((caller, times)) => { (*caller) " explains " (share(*times, all)) " of what went wrong" },
        }
    }
}

fn method(visit: &Visit, seen: &Seen) -> Markup {
    html! {
        section aria-labelledby="method-title" {
            h2 #method-title { "How this is counted" }
            p.prose {
                "Every use and every share that the ledger holds a decision of is counted once, on the day of the decision. A promise bears on a use if people may say no to its purpose, a signal or a limit stops it, or a “never” names it; and on every use that a watched rule does not allow. "
                @if seen.promises.unpromised != 0 { (of(seen.promises.unpromised, "use", "uses")) " no promise bears on; the share leaves them out. " }
                @if seen.promises.unreported != 0 { (of(seen.promises.unreported, "promised use is", "promised uses are")) " unreported; the share leaves them out too. " }
                "A duty with a time limit that was not done by then is an incident too. People are counted once, however often and by however many incidents they were affected. The same ledger always gives the same figures."
            }
            p.note { a href=(visit.to("evidence")) { "See the ledger" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_names_people_first() {
        let said = |rows: usize, people: u64| {
            let text = affected((rows, people), "/x", "in 2026 Q4").into_string();
            text.replace("<a href=\"/x\">", "").replace("</a>", "").replace('\u{a0}', " ")
        };
        assert_eq!(said(6, 812), "812 people were affected by 6 incidents in 2026 Q4");
        assert_eq!(said(1, 1), "1 person was affected by 1 incident in 2026 Q4");
        assert_eq!(said(2, 0), "2 incidents touched nobody known in 2026 Q4");
        assert_eq!(said(0, 0), "Nobody was affected by an incident in 2026 Q4");
    }
}
