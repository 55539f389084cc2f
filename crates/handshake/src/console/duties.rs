//! Duties with a time limit: how many people still wait, for what and since when.

use axum::extract::Path;
use axum::response::Response;
use handshake_core::impact::{DutyReport, DutyRow, IncidentReport, duties};
use handshake_core::vocabulary::{Millis, PersonId};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::frame::{self, Facts, Head, Place};
use super::numbers::{count, day, moment, of, people};
use super::people::chip;
use super::visit::{Turned, Visit};
use super::words;

const PEOPLE_SHOWN: usize = 500;

fn number(it: usize) -> u64 {
    u64::try_from(it).unwrap_or(u64::MAX)
}

/// Incidents and late duties together, and everyone affected by any of them, each once.
pub(super) fn all_affected(incidents: &IncidentReport, duties: &DutyReport) -> (usize, u64) {
    let mut slots = duties.people();
    slots.extend(incidents.rows.iter().flat_map(|it| &it.people));
    slots.sort_unstable();
    slots.dedup();
    let late = duties.rows.iter().filter(|it| it.late != 0).count();
    (incidents.rows.len() + late, number(slots.len()))
}

/// `12 people are still waiting for stop, the oldest since 12 Nov 2026`.
pub(super) fn waiting(row: &DutyRow, zone: &TimeZone) -> Markup {
    let waiting = number(row.waiting.len());
    html! {
        (people(waiting)) @if waiting == 1 { " is" } @else { " are" }
        " still waiting for " code { (row.duty) }
        @if let Some(oldest) = row.oldest {
            @if waiting == 1 { " since " } @else { ", the oldest since " } (day(oldest, zone))
        }
    }
}

/// Duties that became late, or nothing. `all` shows those that never were as well.
pub(super) fn section(visit: &Visit, it: &DutyReport, facts: &Facts, all: bool) -> Markup {
    let rows: Vec<&DutyRow> = it.rows.iter().filter(|it| all || it.code().is_some()).collect();
    let late = it.late();
    html! {
        @if !rows.is_empty() {
            section #duties aria-labelledby="duties-title" {
                h2 #duties-title {
                    @match it.rows.iter().find(|it| !it.waiting.is_empty()) {
                        Some(row) => { (waiting(row, &facts.zone)) },
                        None if late != 0 => { (of(late, "duty was", "duties were")) " done late" },
                        None => "What must be done in time was",
                    }
                }
                p.subtitle { "Duties with a time limit, by what must be done; late ones in the quarter in which they were due" }
                (table(visit, &rows, &facts.zone))
            }
        }
    }
}

fn table(visit: &Visit, rows: &[&DutyRow], zone: &TimeZone) -> Markup {
    html! {
        table.rows.incidents {
            thead { tr {
                th scope="col" { "What must be done" }
                th.n scope="col" { "Still waiting" }
                th.n scope="col" { "Late" }
                th.n scope="col" { "In time" }
                th.n scope="col" { "Not due yet" }
            } }
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" {
                            b { code { (row.duty) } " after " (after(row)) }
                            span.second {
                                @if let Some(code) = row.code() { code { (code.as_str()) } " · " }
                                (row.purpose)
                            }
                        }
                        td.n data-name="Still waiting" { (who_waits(visit, row, zone)) }
                        td.n data-name="Late" {
                            (count(row.late))
                            @if row.worst_ms != 0 { span.second { "done " (how_late(row.worst_ms)) " late at worst" } }
                        }
                        td.n data-name="In time" { (count(row.in_time)) }
                        td.n data-name="Not due yet" { (count(row.open)) }
                    }
                }
            }
        }
    }
}

/// What a duty counts from, as it ends `after`.
fn after(row: &DutyRow) -> &'static str {
    use handshake_core::policy::Moment;
    match row.of {
        Moment::Withdrawal => "a yes is taken back",
        Moment::Objection => "an objection",
        Moment::Grant => "a yes",
        Moment::Order => "an order",
        Moment::Use => "a use",
        Moment::Collection => "data is collected",
        Moment::Request => "a person asks",
    }
}

fn who_waits(visit: &Visit, row: &DutyRow, zone: &TimeZone) -> Markup {
    let waiting = count(number(row.waiting.len()));
    html! {
        @if !row.waiting.is_empty() && visit.user.role.sees_people() {
            a href=(visit.to(&format!("duties/{}", row.kind))) {
                (waiting) span.hidden { " people still waiting for " (row.duty) }
            }
        } @else {
            (waiting)
        }
        @if let Some(oldest) = row.oldest { span.second { "since " (day(oldest, zone)) } }
    }
}

/// `3 hours`, `12 days`: rounded down, as nobody's fault is made greater.
fn how_late(ms: i64) -> String {
    const MINUTE_MS: i64 = 60_000;
    let minutes = u64::try_from(ms / MINUTE_MS).unwrap_or(0);
    match minutes {
        0 => "less than a minute".to_owned(),
        1..120 => of(minutes, "minute", "minutes"),
        120..2880 => of(minutes / 60, "hour", "hours"),
        _ => of(minutes / 60 / 24, "day", "days"),
    }
}

/// The people who wait for one duty, who has waited longest first.
pub(super) async fn duty(
    visit: Visit,
    Path((_, kind)): Path<(String, String)>,
) -> Result<Response, Turned> {
    visit.sees_people()?;
    let kind: u32 = kind.parse().map_err(|_| Turned::Nowhere)?;
    let now = visit.now;
    let found = visit
        .look(move |state| {
            let facts = Facts::of(state, now);
            let report = duties(state, None, now);
            let row = report.rows.into_iter().find(|it| it.kind == kind)?;
            let late = state.duties.open(None).take_while(|it| it.due < now);
            let ids = late.filter(|it| it.place.2 == kind).take(PEOPLE_SHOWN);
            let ids: Vec<(PersonId, Millis)> =
                ids.filter_map(|it| Some((state.people.person(it.slot)?.id, it.due))).collect();
            Some((facts, row, ids))
        })
        .await?;
    let (facts, row, ids) = found.ok_or(Turned::Nowhere)?;
    let rest = number(row.waiting.len()).saturating_sub(number(ids.len()));
    let body = html! {
        h1.answer {
            @if row.waiting.is_empty() { "Nobody waits for " code { (row.duty) } " any more." }
            @else { (waiting(&row, &facts.zone)) "." }
        }
        p.lead { "Promised for " code { (row.purpose) } ", after " (after(&row)) ": " (words::happened(row.code()).to_lowercase()) "." }
        @if !ids.is_empty() {
            section aria-labelledby="people-title" {
                h2 #people-title { "Do it for them, and say so" }
                p.subtitle { "By pseudonym, due longest ago first; each opens what the ledger holds of the person" }
                pre.copy tabindex="0" { code { "POST /v1/duties {\"event\": …, \"person\": \"p_…\", \"purpose\": \"" (row.purpose) "\", \"duty\": \"" (row.duty) "\"}" } }
                table.rows {
                    thead { tr { th scope="col" { "Person" } th scope="col" { "Was due" } } }
                    tbody {
                        @for (id, due) in &ids {
                            tr {
                                th scope="row" { (chip(&visit, *id)) }
                                td data-name="Was due" { (moment(*due, &facts.zone)) }
                            }
                        }
                    }
                }
                @if rest != 0 { p.note { "and " (count(rest)) " more" } }
            }
        }
        p.note { a href=(visit.to("promises")) { "All promises" } }
    };
    let head = Head { place: Place::Promises, title: "Promises", period: None, picker: None };
    Ok(frame::page(&visit, &facts, &head, &body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_never_made_greater() {
        let hour = 3_600_000;
        let said = [1, 60_000, 119 * 60_000, 2 * hour, 47 * hour + 1, 48 * hour, 100 * hour];
        let said = said.map(|it| how_late(it).replace('\u{a0}', " "));
        assert_eq!(
            said,
            [
                "less than a minute",
                "1 minute",
                "119 minutes",
                "2 hours",
                "47 hours",
                "2 days",
                "4 days"
            ]
        );
    }
}
