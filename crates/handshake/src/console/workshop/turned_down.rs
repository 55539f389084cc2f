//! Pages that say what was not done, why, and what to do now.

use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::projection::Published;
use maud::{Markup, html};

use super::super::frame::{self, Head, Place};
use super::super::numbers::moment;
use super::super::visit::{Turned, Visit};
use super::bench::{Bench, tabs, ticked, who};
use crate::access::{Draft, DraftError};
use crate::ingest::{Refusal, signing_page};

fn page(visit: &Visit, bench: &Bench, status: StatusCode, body: &Markup) -> Response {
    let picker = Some(tabs(visit, None));
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker };
    let mut response = frame::page(visit, &bench.facts, &head, body);
    *response.status_mut() = status;
    response
}

/// Two people changed the draft at once.
pub(super) fn draft_moved(
    visit: &Visit,
    bench: &Bench,
    theirs: Option<&Draft>,
    mine: Option<&str>,
) -> Response {
    let zone = &bench.facts.zone;
    let body = html! {
        h1.answer {
            @if mine.is_some() { "Not saved: " } @else { "Nothing was done: " }
            "somebody changed the draft in the meantime."
        }
        div.failed {
            p {
                @match theirs {
                    Some(it) => { b { (it.saved.by) } " saved it " (moment(it.saved.at, zone)) ", while this page was open." },
                    None => "It was published or thrown away while this page was open.",
                }
                @if mine.is_some() { " Nothing of yours is lost: it stands below." }
            }
        }
        @if let Some(mine) = mine {
            form.workshop method="post" action=(visit.to("policy/edit")) {
                input type="hidden" name="revision" value=(theirs.map_or(0, |it| it.revision));
                label for="source" { "What you wrote" }
                textarea #source name="source" rows="20" wrap="off" spellcheck="false" { "\n" (mine) }
                div.controls {
                    button type="submit" name="do" value="save" { "Save mine in its place" }
                    a.button href=(visit.to("policy/edit")) { "Look at theirs" }
                }
            }
        } @else {
            p { a href=(visit.to("policy/review")) { "Look at the draft as it is now" } }
        }
    };
    page(visit, bench, StatusCode::CONFLICT, &body)
}

/// The draft and a version published since say different things of the same lines.
pub(super) fn both_changed(visit: &Visit, bench: &Bench, base: &str, line: usize) -> Response {
    let said = base.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let body = html! {
        h1.answer { "Not put together: both changed the same lines." }
        div.failed {
            p { "The draft and the newest version each say something else of line " (line) " of the version the draft was made from:" }
            pre.excerpt tabindex="0" { code { (said.trim()) } }
            p { "Nothing was changed. Compare them, and write into the draft what should hold." }
        }
        div.controls {
            a.button href=(visit.to("policy/review")) { "Compare them" }
            a.button href=(visit.to("policy/edit")) { "Change the draft" }
        }
    };
    page(visit, bench, StatusCode::CONFLICT, &body)
}

/// A change by form that makes no policy.
pub(super) fn not_changed(visit: &Visit, bench: &Bench, said: &str, back: &str) -> Response {
    let body = html! {
        h1.answer { "Nothing was changed." }
        div.failed { p { (ticked(said)) } }
        p { a href=(visit.to(back)) { "Back to the form" } }
    };
    page(visit, bench, StatusCode::UNPROCESSABLE_ENTITY, &body)
}

/// Why a proposal was not approved, or nothing proposed.
pub(super) fn not_signed(
    visit: &Visit,
    bench: &Bench,
    error: &DraftError,
) -> Result<Response, Turned> {
    let (said, help) = match error {
        DraftError::Moved(theirs) => return Ok(draft_moved(visit, bench, theirs.as_deref(), None)),
        DraftError::OwnWork => (
            "Not approved: this is your own work.",
            "Two people stand behind every policy of this shop. Ask somebody else whose role is `privacy` or `admin` to approve it.",
        ),
        DraftError::Changed | DraftError::NothingProposed => (
            "Not approved: the draft is not what was proposed.",
            "It was changed since you opened the page, which voids the proposal. Compare it again; who wrote it must propose it again.",
        ),
        DraftError::Row | DraftError::Store(_) => return Err(super::bench::failed(error)),
    };
    let body = html! {
        h1.answer { (said) }
        div.failed { p { (ticked(help)) } }
        p { a href=(visit.to("policy/review")) { "Back to the comparison" } }
    };
    Ok(page(visit, bench, StatusCode::CONFLICT, &body))
}

/// Why nothing was published for want of a second person.
pub(super) fn unapproved(visit: &Visit, bench: &Bench) -> Response {
    let body = html! {
        h1.answer { "Not published: nobody has approved exactly this draft." }
        div.failed { p { "Policies of this shop are proposed by one person and approved by another. Propose the draft, and ask somebody whose role is " code { "privacy" } " or " code { "admin" } " to approve it." } }
        p { a href=(visit.to("policy/review")) { "Back to the comparison" } }
    };
    page(visit, bench, StatusCode::CONFLICT, &body)
}

/// Why a policy was not published.
pub(super) fn not_published(
    visit: &Visit,
    bench: &Bench,
    refusal: &Refusal,
    caller: &str,
) -> Result<Response, Turned> {
    match refusal {
        Refusal::PolicyMoved(_) | Refusal::PolicyUnnamed(_) => {
            Ok(page(visit, bench, StatusCode::CONFLICT, &quicker(visit, bench, caller)))
        }
        Refusal::Invalid { field, said } => {
            let (title, help) = match *field {
                "effective" => (
                    "Not published: it would take effect too soon.",
                    "Choose a later time. Whoever reads the policy page must be able to know a wider deal a day before it rules.",
                ),
                "change" => (
                    "Not published: nobody would know what changed.",
                    "Say in one sentence what changed, and whether the words mean the same as before.",
                ),
                _ => ("Not published.", "Mend this, and publish again."),
            };
            let body = html! {
                h1.answer { (title) }
                div.failed {
                    p { code { (field) } " " (ticked(said)) "." }
                    p { (help) @if bench.two_person { " Then it must be proposed and approved again." } }
                }
                p { a.button href=(visit.to("policy/review")) { "Back to the comparison" } }
            };
            Ok(page(visit, bench, StatusCode::UNPROCESSABLE_ENTITY, &body))
        }
        Refusal::PolicyMistakes(mistakes) => {
            let body = html! {
                h1.answer { "Not published: " (mistakes.len()) " mistakes keep it back." }
                p { a.button href=(visit.to("policy/edit")) { "Mend them in the file" } }
            };
            Ok(page(visit, bench, StatusCode::UNPROCESSABLE_ENTITY, &body))
        }
        Refusal::WaiverUnsigned(it, site) => {
            let body = html! {
                h1.answer { "Not published: a waiver is not signed." }
                div.failed {
                    p { "Waiver " code { (it.waiver) } " says that " (it.rule) " is only watched until " (it.until) ", although “" (it.law) "” demands it. Somebody must answer for that by name." }
                    p { "Sign it, or have it signed by somebody whose role is " code { "privacy" } " or " code { "admin" } ", and publish again. Or enforce the rule." }
                }
                div.controls {
                    a.button href=(signing_page(it, site)) { "Sign it" }
                    a.button href=(visit.to("policy/edit")) { "Change the file" }
                }
            };
            Ok(page(visit, bench, StatusCode::CONFLICT, &body))
        }
        Refusal::NoPolicy
        | Refusal::NoDuty
        | Refusal::UnknownName { .. }
        | Refusal::UnknownPerson { .. }
        | Refusal::UnknownDecision
        | Refusal::EventReused(_)
        | Refusal::InFlight
        | Refusal::EventTooOld(_)
        | Refusal::NotServed(_)
        | Refusal::ImportTooLate(_)
        | Refusal::Stopped(_)
        | Refusal::Broken => Err(Turned::Down(refusal.to_string())),
    }
}

fn quicker(visit: &Visit, bench: &Bench, caller: &str) -> Markup {
    let newest = bench.newest.as_ref();
    let version = newest.map_or(0, |it| it.policy.version);
    let before = newest.and_then(|it| it.policy.replaces);
    html! {
        h1.answer { "Not published: somebody was quicker." }
        div.failed {
            @if let Some(it) = newest {
                p { (capital(who(caller))) " published version " (it.policy.version) " " (published_at(bench, it)) ", while you were working on top of the one before. Nothing of yours is lost." }
            }
            p { "Compare your draft with theirs: what the draft does not have would be gone. Take over what you want to keep, then publish." }
            div.controls {
                a.button href=(visit.to("policy/review")) { "Compare my draft with theirs" }
                @if let Some(before) = before {
                    a.button href={ (visit.to("policy/compare")) "?from=" (before) "&to=" (version) } { "See what they changed" }
                }
            }
        }
    }
}

fn published_at(bench: &Bench, it: &Published) -> String {
    moment(it.published_at, &bench.facts.zone)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}
