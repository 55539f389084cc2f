//! One purpose by form: its sentence, what it uses, who gets it, for how long, and its bounds.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::policy::{Anchor, Edit, Feature, Policy, Purpose, Window};
use handshake_core::vocabulary::{Mode, Name, Signal};
use maud::{Markup, html};

use super::super::answer::see_other;
use super::super::desk::Desk;
use super::super::frame::{self, Head, Place};
use super::super::visit::{Turned, Visit};
use super::bench::{Bench, Checked, Tab, failed, tabs};
use super::fields::Fields;
use super::purpose_fields::{fields_of, lines_of, rows};
use super::{inputs, turned_down};
use crate::access::DraftError;

const UNITS: [(&str, &str); 5] = [
    ("hours", "hours"),
    ("days", "days"),
    ("weeks", "weeks"),
    ("months", "months"),
    ("years", "years"),
];
const BASES: [(&str, &str); 5] = [
    ("permission", "Permission: we ask, and a no is a no"),
    ("permission-explicit", "Explicit permission, as for anything sensitive"),
    ("contract", "Contract: we cannot do what was ordered without it"),
    ("legitimate-interest", "Legitimate interest, weighed in a document"),
    ("legal-duty", "A law demands it"),
];

pub(in crate::console) async fn purpose(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, Turned> {
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    let (name, purpose) = named(&policy, &name)?;
    let fields = fields_of(name.as_str(), purpose);
    Ok(page(&visit, &bench, (&policy, Some((name, purpose))), &fields, &[]))
}

pub(in crate::console) async fn new_purpose(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, Turned> {
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    let mut fields = Fields::default();
    fields.put("basis", "permission");
    fields.put("stops", "objection");
    Ok(page(&visit, &bench, (&policy, None), &fields, &[]))
}

/// The draft's policy. A draft that cannot be read has no forms.
pub(super) fn policy_of(visit: &Visit, bench: &Bench) -> Result<Policy, Turned> {
    Checked::of(&bench.text(visit)).policy.ok_or_else(|| Turned::Elsewhere(visit.to("policy/edit")))
}

fn named<'a>(policy: &'a Policy, name: &str) -> Result<(&'a Name, &'a Purpose), Turned> {
    policy.purposes.iter().find(|it| it.0.as_str() == name).ok_or(Turned::Nowhere)
}

/// Changes or removes a purpose.
pub(in crate::console) async fn change_purpose(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    Path((_, name)): Path<(String, String)>,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    let fields = Fields::sent(sent)?;
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    let (name, purpose) = named(&policy, &name)?;
    let edits = match fields.get("do") {
        "remove" => Ok(vec![Edit::RemovePurpose(name.clone())]),
        _ => edits(&fields, &policy, name),
    };
    let shown = Some((name, purpose));
    finish(&visit, &desk, &bench, (&policy, shown), &fields, edits).await
}

pub(in crate::console) async fn add_purpose(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    let fields = Fields::sent(sent)?;
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    let edits = lines_of(&fields, &policy).and_then(|lines| {
        let name = Name::new(fields.get("name")).map_err(|it| vec![format!("Its name: {it}.")])?;
        Ok(vec![Edit::AddPurpose(name, lines)])
    });
    finish(&visit, &desk, &bench, (&policy, None), &fields, edits).await
}

fn edits(fields: &Fields, policy: &Policy, name: &Name) -> Result<Vec<Edit>, Vec<String>> {
    let lines = lines_of(fields, policy)?;
    let to = Name::new(fields.get("name")).map_err(|it| vec![format!("Its name: {it}.")])?;
    let mut edits: Vec<Edit> =
        lines.into_iter().map(|it| Edit::Purpose(name.clone(), it)).collect();
    if to != *name {
        edits.push(Edit::RenamePurpose { from: name.clone(), to });
    }
    Ok(edits)
}

/// Keeps the change in the draft, or shows the form again with what is wrong.
async fn finish(
    visit: &Visit,
    desk: &Desk,
    bench: &Bench,
    (policy, shown): (&Policy, Option<(&Name, &Purpose)>),
    fields: &Fields,
    edits: Result<Vec<Edit>, Vec<String>>,
) -> Result<Response, Turned> {
    let again = |status: StatusCode, said: &[String]| {
        let mut response = page(visit, bench, (policy, shown), fields, said);
        *response.status_mut() = status;
        Ok(response)
    };
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    match edits {
        Err(said) => again(bad, &said),
        // What was filled in is shown again, on the draft as it is now.
        Ok(_) if fields.number("revision").unwrap_or(0) != bench.revision() => {
            again(StatusCode::CONFLICT, &[bench.moved()])
        }
        Ok(edits) => match bench.change(visit, desk, &edits).await {
            Err(said) => again(bad, &[said]),
            Ok(Ok(_)) => Ok(see_other(&visit.to("policy/form?saved=yes"))),
            Ok(Err(DraftError::Moved(theirs))) => {
                Ok(turned_down::draft_moved(visit, bench, theirs.as_deref(), None))
            }
            Ok(Err(error)) => Err(failed(&error)),
        },
    }
}

fn page(
    visit: &Visit,
    bench: &Bench,
    (policy, shown): (&Policy, Option<(&Name, &Purpose)>),
    fields: &Fields,
    said: &[String],
) -> Response {
    let action = match shown {
        Some((name, _)) => visit.to(&format!("policy/purpose/{name}")),
        None => visit.to("policy/purposes"),
    };
    let body = html! {
        h1.answer {
            @match shown {
                Some((name, _)) => { "What may be done for “" (name) "”?" },
                None => "What do you want to use data for?",
            }
        }
        (inputs::mistakes(said))
        form.workshop method="post" action=(action) {
            input type="hidden" name="revision" value=(bench.revision());
            (words(fields, policy))
            (its_box(fields, policy))
            (bounds(fields, policy))
            (more(fields, policy, shown.map(|it| it.1)))
            div.controls {
                button.go type="submit" name="do" value="save" { @if shown.is_some() { "Save in the draft" } @else { "Add it to the draft" } }
                a.button href=(visit.to("policy/form")) { "Leave it as it is" }
            }
            @if shown.is_some() {
                button.plain type="submit" name="do" value="remove" formnovalidate { "Remove this purpose from the draft" }
            }
        }
    };
    let picker = Some(tabs(visit, Some(Tab::Form)));
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker };
    frame::page(visit, &bench.facts, &head, &body)
}

fn words(fields: &Fields, policy: &Policy) -> Markup {
    html! {
        (inputs::text(fields, "name", "Name", "Small letters, digits and hyphens, as programs call it: suggest-gifts. People agreed to a purpose by its name; under another name they are asked anew."))
        @for it in &policy.languages {
            (inputs::sentence(fields, &format!("says.{it}"), &format!("The sentence that customers read ({it})"), it, "Say what is used, what for, and who gets it. {interest} stands for what the page is about."))
        }
        fieldset {
            legend { "Why we may" }
            @for (value, words) in BASES { (inputs::radio(fields, "basis", value, words)) }
            (inputs::text(fields, "assessment", "The document that weighs a legitimate interest", ""))
            (inputs::text(fields, "basis-law", "The law that demands it", ""))
        }
    }
}

fn its_box(fields: &Fields, policy: &Policy) -> Markup {
    let known = |of: &[&'static str]| of.iter().map(|it| (*it, String::new())).collect::<Vec<_>>();
    let signals: Vec<&'static str> =
        std::iter::once("objection").chain(Signal::ALL.into_iter().map(Signal::as_str)).collect();
    html! {
        (inputs::data(fields, "uses", "What it uses", policy))
        (inputs::names(fields, "with", "Who gets it", inputs::recipients(policy)))
        (inputs::names(fields, "on", "Where it shows", inputs::channels(policy)))
        (inputs::names(fields, "stops", "What stops it", known(&signals)))
    }
}

fn bounds(fields: &Fields, policy: &Policy) -> Markup {
    let anchors = Anchor::ALL.map(|it| (it.as_str(), it.as_str()));
    let windows = [Window::Day, Window::Week, Window::Month].map(|it| (it.as_str(), it.as_str()));
    let modes = [("", "as the purpose")].into_iter();
    let modes: Vec<(&str, &str)> = modes
        .chain([Mode::Enforce, Mode::Observe, Mode::Rehearse].map(|it| (it.as_str(), it.as_str())))
        .collect();
    html! {
        fieldset {
            legend { "How long the data is kept" }
            div.line {
                (inputs::part(fields, "keep-count", "Number"))
                (inputs::select(fields, "keep-unit", "Of", &UNITS))
                (inputs::select(fields, "keep-after", "Counted from", &anchors))
                (inputs::part(fields, "keep-law", "Law that says so, if any"))
            }
        }
        fieldset {
            legend { "How often, at most" }
            @for at in 0..rows(fields, "limit-count") {
                div.line {
                    (inputs::part(fields, &format!("limit-count.{at}"), "Times"))
                    (inputs::select(fields, &format!("limit-per.{at}"), "In a", &windows))
                    (inputs::select(fields, &format!("limit-mode.{at}"), "When not kept to", &modes))
                }
            }
            p.hint { "Leave the number empty for no limit." }
        }
        (inputs::mode(fields, policy))
    }
}

fn more(fields: &Fields, policy: &Policy, purpose: Option<&Purpose>) -> Markup {
    let serves = Feature::ALL.map(|it| (it.as_str(), String::new()));
    let kept = purpose.is_some_and(|it| !it.holdouts.is_empty() || !it.tcf_purposes.is_empty());
    html! {
        fieldset {
            legend { "What people get in return" }
            div.line {
                (inputs::part(fields, "return-name", "Short name"))
                (inputs::part(fields, "return-label", "In words"))
            }
        }
        fieldset {
            legend { "Ask again after" }
            div.line {
                (inputs::part(fields, "ask-count", "Number"))
                (inputs::select(fields, "ask-unit", "Of", &UNITS))
            }
        }
        fieldset {
            legend { "What we must do besides" }
            @for at in 0..rows(fields, "duty-what") {
                div.line {
                    (inputs::part(fields, &format!("duty-what.{at}"), "What"))
                    (inputs::part(fields, &format!("duty-in.{at}"), "In"))
                    (inputs::part(fields, &format!("duty-count.{at}"), "Within"))
                    (inputs::select(fields, &format!("duty-unit.{at}"), "Of time", &UNITS))
                    (inputs::part(fields, &format!("duty-of.{at}"), "Of what"))
                }
            }
            p.hint { "For example: stop, within 48 hours, of withdrawal." }
        }
        fieldset {
            legend { "What one use costs" }
            div.line {
                (inputs::part(fields, "cost-amount", &format!("Amount in {}", policy.currency)))
                (inputs::part(fields, "cost-per", "Per"))
            }
        }
        (inputs::names(fields, "serves", "Which parts of Handshake it covers", serves))
        (inputs::text(fields, "law", "The law behind this purpose, if any", "A rule with a law is enforced."))
        @if kept { p.note { "Its lines " code { "holdout" } " and " code { "tcf-purposes" } " stay as they are; they are changed in the file." } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::vocabulary::Unit;

    #[test]
    fn every_unit_and_basis_has_its_choice() {
        for unit in [Unit::Hours, Unit::Days, Unit::Weeks, Unit::Months, Unit::Years] {
            assert!(UNITS.iter().any(|it| it.0 == unit.as_str()));
        }
        assert!(BASES.iter().all(|it| !it.1.is_empty()));
    }
}
