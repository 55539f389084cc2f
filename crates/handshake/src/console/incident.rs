//! One incident: the people it affected, for those who may see single people.

use axum::extract::Path;
use axum::response::Response;
use handshake_core::impact::incidents;
use maud::html;

use super::frame::{self, Facts, Head, Place};
use super::numbers::{count, of, people};
use super::people::chip;
use super::promises::span_of;
use super::today::{same_period, when};
use super::visit::{Turned, Visit};
use super::words;

const PEOPLE_SHOWN: usize = 500;

pub(super) async fn incident(
    visit: Visit,
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, Turned> {
    visit.sees_people()?;
    let now = visit.now;
    let facts = visit.look(move |state| Facts::of(state, now)).await?;
    let period = visit.period(&facts.quarters)?;
    let found = visit
        .look(move |state| {
            let all = incidents(state, period.quarter());
            let row = all.rows.into_iter().find(|it| it.name() == name)?;
            let ids = row.people.iter().take(PEOPLE_SHOWN);
            let ids: Vec<_> =
                ids.filter_map(|it| state.people.person(*it)).map(|it| it.id).collect();
            Some((row, ids))
        })
        .await?;
    let (row, ids) = found.ok_or(Turned::Nowhere)?;
    let affected = u64::try_from(row.people.len()).unwrap_or(u64::MAX);
    let shown = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let body = html! {
        h1.answer {
            (people(affected)) @if affected == 1 { " was" } @else { " were" }
            " affected by " (row.caller) " " (when(period)) ": " (words::happened(row.code).to_lowercase()) "."
        }
        p.lead {
            (of(row.times(), "time", "times")) " for " code { (row.purpose) }
            @if !row.campaign.is_empty() { ", in the campaign " (row.campaign) }
            ", reported " (span_of(row.first, row.last, &facts.zone)) "."
        }
        section aria-labelledby="people-title" {
            h2 #people-title { "Whom to tell" }
            p.subtitle { "By pseudonym; each opens what the ledger holds of the person" }
            ul.chips { @for id in &ids { li { (chip(&visit, *id)) } } }
            @if shown < affected { p.note { "and " (count(affected - shown)) " more" } }
            p.note { a href=(same_period(&visit, "promises", period)) { "All incidents" } }
        }
    };
    let head = Head { place: Place::Promises, title: "Promises", period: None, picker: None };
    Ok(frame::page(&visit, &facts, &head, &body))
}
