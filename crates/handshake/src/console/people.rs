//! *People*: one person, found by pseudonym or by the shop's own number: where they stand, what
//! they answered, and what was decided about them.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::response::Response;
use handshake_core::event::Recorded;
use handshake_core::impact::{duties, incidents};
use handshake_core::permission::standing;
use handshake_core::projection::State;
use handshake_core::vocabulary::{Millis, PersonId, Position, Signal, Slot, Standing};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use super::answer::see_other;
use super::evidence::{self, Line};
use super::frame::{self, Facts, Head, Place};
use super::numbers::{count, day, moment, of, people};
use super::visit::{Turned, Visit};

#[derive(Deserialize)]
pub(super) struct Wanted {
    who: String,
}

/// Where a person stands on one purpose.
#[derive(Debug, Clone)]
struct Stand {
    purpose: String,
    standing: Standing,
    since: Millis,
    /// The words agreed to, with their language, where anything is.
    agreed: Vec<(String, String)>,
    objected: bool,
}

struct Seen {
    slot: Slot,
    stands: Vec<Stand>,
    signals: Vec<&'static str>,
    breaches: usize,
    /// What must still be done for them: duty, purpose, when it is due, and whether it is late.
    owed: Vec<(String, String, Millis, bool)>,
}

/// How many of the newest events are looked through for a person's own.
const LOOKED_THROUGH: u64 = 200_000;
const LINES_SHOWN: usize = 60;

pub(super) async fn form(visit: Visit) -> Result<Response, Turned> {
    visit.sees_people()?;
    search(&visit, None).await
}

async fn search(visit: &Visit, missed: Option<&str>) -> Result<Response, Turned> {
    let now = visit.now;
    let (facts, known) = visit
        .look(move |state| {
            (Facts::of(state, now), u64::try_from(state.people.count()).unwrap_or(u64::MAX))
        })
        .await?;
    let body = html! {
        h1.answer { (people(known)) @if known == 1 { " is" } @else { " are" } " known to the shop. Whom do you want to look up?" }
        @if let Some(missed) = missed {
            p.failed role="alert" { "Nobody is known by “" (missed) "”. A pseudonym is " code { "p_" } " and 26 letters or digits; a customer number is written exactly as your shop sends it." }
        }
        form.look-up method="post" action=(visit.to("people")) {
            label for="who" { "Pseudonym, or your own customer number" }
            input #who name="who" autocomplete="off" spellcheck="false" required;
            button.main type="submit" { "Look up" }
        }
        p.note { "People are known from their first yes, order or sign-in on; before that there is nobody to look up. Customer numbers are kept as keyed hashes, so they can be found, and not listed." }
    };
    let head = Head { place: Place::People, title: "People", period: None, picker: None };
    Ok(frame::page(visit, &facts, &head, &body))
}

/// Sent as a form, so that no customer number stands in an address or a log.
pub(super) async fn find(
    visit: Visit,
    wanted: Result<Form<Wanted>, FormRejection>,
) -> Result<Response, Turned> {
    visit.sees_people()?;
    let Ok(Form(Wanted { who })) = wanted else { return search(&visit, Some("")).await };
    let who = who.trim().to_owned();
    let alias = visit.room.site.alias(&who);
    let id: Option<PersonId> = who.parse().ok();
    let found = visit
        .look(move |state| {
            let by_id = id.and_then(|it| state.people.by_id(it));
            let slot = by_id.or_else(|| state.people.by_alias(&alias))?;
            state.people.person(slot).map(|it| it.id)
        })
        .await?;
    match found {
        Some(id) => Ok(see_other(&visit.to(&format!("people/{id}")))),
        None => search(&visit, Some(&who)).await,
    }
}

pub(super) async fn person(
    visit: Visit,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Turned> {
    visit.sees_people()?;
    let id: PersonId = id.parse().map_err(|_| Turned::Nowhere)?;
    let now = visit.now;
    let (facts, seen) =
        visit.look(move |state| (Facts::of(state, now), see(state, id, now))).await?;
    let seen = seen.ok_or(Turned::Nowhere)?;
    let (lines, looked) = own_lines(&visit, seen.slot).await?;
    let body = html! {
        h1.answer { (answer(id, &seen)) }
        p.note { "Whole pseudonym, as callers write it: " code { (id) } }
        (stands(&seen, &facts.zone))
        (owed(&seen, &facts.zone))
        section aria-labelledby="events-title" {
            h2 #events-title { "What the ledger holds of this person" }
            p.subtitle {
                "The newest " (count(u64::try_from(lines.len()).unwrap_or(0))) " of their events, among the last "
                (count(looked)) " of " (count(facts.events)) " in the ledger"
                @if looked < facts.events { "; older ones were not looked through" }
            }
            @if lines.is_empty() { p.lead { "There is none among these." } }
            @else { (evidence::rows(&lines, &facts.zone)) }
            p.note { "Looking somebody up is not itself recorded in the ledger." }
        }
        p.note { a href=(visit.to("people")) { "Look somebody else up" } }
    };
    let head = Head { place: Place::People, title: "People", period: None, picker: None };
    Ok(frame::page(&visit, &facts, &head, &body))
}

fn see(state: &State, id: PersonId, now: Millis) -> Option<Seen> {
    let slot = state.people.by_id(id)?;
    let person = state.people.person(slot)?;
    let policy = state.policies.in_force(now);
    let mut stands = Vec::new();
    if let Some(policy) = policy {
        for purpose in policy.compiled.purposes.iter().filter(|it| it.needs_permission()) {
            let (compiled, statements) = (&policy.compiled, &policy.statements);
            let stood = standing(person.permissions, purpose, compiled, statements, now);
            let agreed =
                stood.grants.iter().filter_map(|it| state.policies.statement(it.statement));
            stands.push(Stand {
                purpose: purpose.name.to_string(),
                standing: stood.standing,
                since: stood.since,
                agreed: agreed.map(|it| (it.language.clone(), it.says.clone())).collect(),
                objected: person.objected(purpose.code),
            });
        }
    }
    let signals = Signal::ALL.into_iter().filter(|it| person.signals().has(*it));
    let incidents = incidents(state, None).rows;
    let breaches = incidents.iter().filter(|it| it.people.binary_search(&slot).is_ok());
    let late = duties(state, None, now).rows;
    let late = late.iter().filter(|it| it.people.binary_search(&slot).is_ok());
    let owed = state.duties.of(slot).map(|it| {
        let purpose = state.names.name(it.kind.purpose).to_owned();
        (it.kind.what.to_string(), purpose, it.due, it.due < now)
    });
    Some(Seen {
        slot,
        stands,
        signals: signals.map(Signal::as_str).collect(),
        breaches: breaches.count() + late.count(),
        owed: owed.collect(),
    })
}

fn answer(id: PersonId, seen: &Seen) -> Markup {
    let yes = |it: &&Stand| matches!(it.standing, Standing::Granted | Standing::Outgrown);
    let yes = u64::try_from(seen.stands.iter().filter(yes).count()).unwrap_or(0);
    let all = u64::try_from(seen.stands.len()).unwrap_or(0);
    let breaches = u64::try_from(seen.breaches).unwrap_or(0);
    html! {
        span.pseudonym { (short(id)) } " says yes to " (count(yes)) " of " (of(all, "purpose", "purposes"))
        @if breaches == 0 { "; no promise to this person is known to be broken." }
        @else { "; we broke promises to this person in " (of(breaches, "incident", "incidents")) "." }
    }
}

fn stands(seen: &Seen, zone: &TimeZone) -> Markup {
    html! {
        section aria-labelledby="stands-title" {
            h2 #stands-title { "Where they stand now" }
            p.subtitle {
                @if seen.signals.is_empty() { "No browser signal binds this person" }
                @else { "Signals that bind this person whatever the device: " (seen.signals.join(", ")) }
            }
            table.rows {
                thead { tr {
                    th scope="col" { "Purpose" }
                    th scope="col" { "Stands at" }
                    th scope="col" { "Since" }
                    th scope="col" { "The words agreed to" }
                } }
                tbody {
                    @for it in &seen.stands {
                        tr {
                            th scope="row" { b { (it.purpose) } @if it.objected { span.second.bad { "objected" } } }
                            td data-name="Stands at" { (state_mark(it.standing)) " " (it.standing.as_str().replace('_', " ")) }
                            td data-name="Since" { @if it.since.0 != 0 { (day(it.since, zone)) } }
                            td data-name="Words" {
                                @for (language, says) in &it.agreed { span.says lang=(language) { "“" (says) "”" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Duties with a time limit that are open for this person.
fn owed(seen: &Seen, zone: &TimeZone) -> Markup {
    html! {
        @if !seen.owed.is_empty() {
            section aria-labelledby="owed-title" {
                h2 #owed-title { "What must still be done for them" }
                table.rows {
                    thead { tr {
                        th scope="col" { "Duty" }
                        th scope="col" { "Purpose" }
                        th scope="col" { "Due" }
                    } }
                    tbody {
                        @for (duty, purpose, due, late) in &seen.owed {
                            tr {
                                th scope="row" { code { (duty) } }
                                td data-name="Purpose" { (purpose) }
                                td data-name="Due" { (moment(*due, zone)) @if *late { span.second.bad { "late" } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The deal mark as the state of a permission: a filled lens is a yes, an orange crescent more
/// than was agreed to, empty circles no yes. The word beside it says the same.
fn state_mark(it: Standing) -> Markup {
    let class = match it {
        Standing::Granted => "yes",
        Standing::Outgrown => "outgrown",
        Standing::NotAsked
        | Standing::Asked
        | Standing::Deferred
        | Standing::Refused
        | Standing::Withdrawn
        | Standing::Expired => "none",
    };
    html! {
        svg.mark.(class) width="22" height="14" aria-hidden="true" focusable="false" {
            circle.want cx="8" cy="7" r="6" {}
            path.lens d="M11 1.8a6 6 0 0 1 0 10.4a6 6 0 0 1 0-10.4z" {}
            circle cx="8" cy="7" r="6" {}
            circle cx="14" cy="7" r="6" {}
        }
    }
}

/// Events of one person among the newest, newest first, and how many were looked through.
async fn own_lines(visit: &Visit, slot: Slot) -> Result<(Vec<Line>, u64), Turned> {
    let reader = visit.room.site.reader().clone();
    let read = tokio::task::spawn_blocking(move || {
        let durable = reader.durable().0;
        let from = durable.saturating_sub(LOOKED_THROUGH);
        let mut own: std::collections::VecDeque<Recorded> = std::collections::VecDeque::new();
        let read = reader.read_all(Position(from), &mut |it| {
            if it.slot == Some(slot) {
                if LINES_SHOWN <= own.len() {
                    own.pop_front();
                }
                own.push_back(it.clone());
            }
        });
        read.map(|()| (own, durable - from))
    });
    let read = read.await.map_err(|_| Turned::down())?;
    let (own, looked) = read.map_err(|it| Turned::Down(it.to_string()))?;
    let lines = visit
        .look(move |state| own.iter().rev().map(|it| Line::of(it, state)).collect::<Vec<_>>())
        .await?;
    Ok((lines, looked))
}

/// `p_8f3k…w2`: enough to tell people apart on a page, too little to look anybody up.
pub(super) fn short(id: PersonId) -> String {
    let text = id.to_string();
    let head: String = text.chars().take(6).collect();
    let tail: String = text.chars().skip(text.chars().count().saturating_sub(2)).collect();
    format!("{head}…{tail}")
}

pub(super) fn chip(visit: &Visit, id: PersonId) -> Markup {
    html! { a.chip.person href=(visit.to(&format!("people/{id}"))) { code { (short(id)) } } }
}
