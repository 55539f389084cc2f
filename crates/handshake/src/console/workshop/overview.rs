//! The policy by form: everything in it as lists, each with its own form, and what can be added.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::Response;
use handshake_core::policy::{Category, Edit, Line, Policy, Recipient, RecipientKind};
use handshake_core::vocabulary::Name;
use maud::{Markup, html};

use super::super::answer::see_other;
use super::super::desk::Desk;
use super::super::frame::{self, Head, Place};
use super::super::numbers::of;
use super::super::visit::{Turned, Visit};
use super::bench::{Bench, Checked, Tab, failed, tabs};
use super::fields::Fields;
use super::problems::{list, verdict};
use super::{inputs, turned_down};
use crate::access::DraftError;

pub(in crate::console) async fn overview(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, Turned> {
    let bench = Bench::of(&visit, &desk).await?;
    let text = bench.text(&visit);
    let checked = Checked::of(&text);
    let body = match &checked.policy {
        None => html! {
            h1.answer { "The draft cannot be shown as forms: its file has mistakes." }
            (bench.standing(&visit))
            p { a.button href=(visit.to("policy/edit")) { "Mend them in the file" } }
            (list(&text, &checked.problems))
        },
        Some(policy) => full(&visit, &bench, &text, (&checked, policy)),
    };
    let picker = Some(tabs(&visit, Some(Tab::Form)));
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker };
    Ok(frame::page(&visit, &bench.facts, &head, &body))
}

fn full(
    visit: &Visit,
    bench: &Bench,
    text: &str,
    (checked, policy): (&Checked, &Policy),
) -> Markup {
    let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
    html! {
        h1.answer {
            @if bench.draft.is_some() { "The draft has " } @else { "The policy has " }
            (of(count(policy.purposes.len()), "purpose", "purposes")) " and "
            (of(count(policy.nevers.len()), "promise", "promises")) ". Which do you want to change?"
        }
        (bench.standing(visit))
        @if visit.asked("saved").is_some() {
            p.done role="status" { "Saved in the draft. " a href=(visit.to("policy/review")) { "Compare it with the policy" } "." }
        }
        (purposes(visit, policy))
        (promises(visit, policy))
        (declared(visit, policy))
        @if !checked.problems.is_empty() {
            section aria-labelledby="found-title" {
                h2 #found-title { (verdict(checked)) }
                (list(text, &checked.problems))
            }
        }
    }
}

fn purposes(visit: &Visit, policy: &Policy) -> Markup {
    let names = |of: &BTreeSet<Name>| of.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
    let default = policy.languages.first();
    html! {
        section aria-labelledby="purposes-title" {
            h2 #purposes-title { "What data is used for" }
            table.rows {
                thead { tr {
                    th scope="col" { "Purpose" }
                    th scope="col" { "Uses" }
                    th scope="col" { "Who, and where" }
                    th scope="col" { "Because of" }
                } }
                tbody {
                    @for (name, it) in &policy.purposes {
                        tr {
                            th scope="row" {
                                a href=(visit.to(&format!("policy/purpose/{name}"))) { (name) }
                                @if let Some(says) = default.and_then(|language| it.says.get(language)) { span.says { (says) } }
                            }
                            td data-name="Uses" { (names(&it.uses)) }
                            td data-name="Who, and where" { span { (names(&it.with)) span.second { (names(&it.on)) } } }
                            td data-name="Because of" { (it.basis.as_str().replace('-', " ")) }
                        }
                    }
                }
            }
            p { a.button href=(visit.to("policy/purposes")) { "Add a purpose" } }
        }
    }
}

fn promises(visit: &Visit, policy: &Policy) -> Markup {
    html! {
        section aria-labelledby="promises-title" {
            h2 #promises-title { "What is never done" }
            @if policy.nevers.is_empty() { p.subtitle { "No promise beats the purposes yet." } }
            ul.plain {
                @for (at, it) in policy.nevers.iter().enumerate() {
                    li {
                        a href=(visit.to(&format!("policy/promise/{}", at + 1))) { (it.says) }
                        " " span.second { (policy.mode_of(it.mode).as_str()) @if let Some(law) = &it.law { ", " (law) } }
                    }
                }
            }
            p { a.button href=(visit.to("policy/promises")) { "Add a promise" } }
        }
    }
}

/// Data, recipients and channels: what purposes and promises can speak of.
fn declared(visit: &Visit, policy: &Policy) -> Markup {
    let empty = Fields::default();
    let kinds = RecipientKind::ALL.map(|it| (it.as_str(), it.as_str()));
    let form = |what: &str, inside: Markup| {
        html! {
            form.workshop.small method="post" action=(visit.to("policy/form")) {
                div.line { (inside) button type="submit" name="do" value=(what) { "Add" } }
            }
        }
    };
    let categories: Vec<(&str, &str)> = std::iter::once(("", "at the top"))
        .chain(policy.data.keys().map(|it| (it.as_str(), it.as_str())))
        .collect();
    html! {
        section aria-labelledby="declared-title" {
            h2 #declared-title { "What purposes can speak of" }
            h3 { "Data" }
            p.subtitle { (policy.leaves().map(Name::to_string).collect::<Vec<_>>().join(", ")) }
            (form("data", html! {
                (inputs::part(&empty, "data-name", "New data"))
                (inputs::part(&empty, "data-label", "In words"))
                (inputs::select(&empty, "data-above", "Below", &categories))
            }))
            h3 { "Recipients" }
            ul.plain { @for (name, words) in inputs::recipients(policy) { li { code { (name) } " " (words) } } }
            (form("recipient", html! {
                (inputs::part(&empty, "recipient-name", "New recipient"))
                (inputs::part(&empty, "recipient-label", "Its full name"))
                (inputs::select(&empty, "recipient-kind", "Kind", &kinds))
                (inputs::part(&empty, "recipient-country", "Country, as NL"))
            }))
            h3 { "Channels" }
            p.subtitle { (policy.channels.keys().map(Name::to_string).collect::<Vec<_>>().join(", ")) }
            (form("channel", inputs::part(&empty, "channel-name", "New channel")))
        }
    }
}

/// Adds data, a recipient or a channel.
pub(in crate::console) async fn add(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    let fields = Fields::sent(sent)?;
    let bench = Bench::of(&visit, &desk).await?;
    let saved = match addition(&fields) {
        Err(said) => Err(said),
        Ok(edit) => bench.change(&visit, &desk, &[edit]).await,
    };
    match saved {
        Ok(Ok(_)) => Ok(see_other(&visit.to("policy/form?saved=yes"))),
        Ok(Err(DraftError::Moved(theirs))) => {
            Ok(turned_down::draft_moved(&visit, &bench, theirs.as_deref(), None))
        }
        Ok(Err(error)) => Err(failed(&error)),
        Err(said) => Ok(turned_down::not_changed(&visit, &bench, &said, "policy/form")),
    }
}

fn addition(fields: &Fields) -> Result<Edit, String> {
    let name = |field: &str| Name::new(fields.get(field)).map_err(|it| it.to_string());
    let line = Line(0);
    match fields.get("do") {
        "data" => {
            let own = name("data-name")?;
            let whole = match fields.text("data-above") {
                Some(above) => Name::new(&format!("{above}.{own}")).map_err(|it| it.to_string())?,
                None => own,
            };
            let (label, from) = (fields.text("data-label"), BTreeSet::new());
            Ok(Edit::AddData(whole, Category { label, sensitive: false, from, line }))
        }
        "recipient" => {
            let label = fields.text("recipient-label").ok_or("give the recipient’s full name")?;
            let kind = RecipientKind::parse(fields.get("recipient-kind"));
            let kind = kind.ok_or("choose which kind of recipient it is")?;
            let country = fields.text("recipient-country");
            let it = Recipient { label, kind, country, sale: false, tcf_vendor: None, line };
            Ok(Edit::AddRecipient(name("recipient-name")?, it))
        }
        "channel" => Ok(Edit::AddChannel(name("channel-name")?)),
        _ => Err("nothing was asked for".to_owned()),
    }
}
