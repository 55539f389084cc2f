//! Writing the policy as a file, with everything that is wrong with it beside it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::super::answer::{self, see_other};
use super::super::desk::Desk;
use super::super::frame::{self, Head, Place};
use super::super::visit::{Turned, Visit};
use super::bench::{Bench, Checked, Tab, as_it_was, failed, tabs, with_drafts};
use super::fields::Fields;
use super::problems::{first, found};
use super::turned_down;
use crate::access::{DraftError, Saving};

/// Lines that the text area has at least.
const ROWS_MIN: usize = 24;

pub(in crate::console) async fn write(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, Turned> {
    let bench = Bench::of(&visit, &desk).await?;
    let text = bench.text(&visit);
    let saved = visit.asked("saved").is_some();
    Ok(page(&visit, &bench, &text, saved))
}

/// Says what is wrong with a text, and keeps nothing: what the live check asks.
pub(in crate::console) async fn check(
    visit: Visit,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    visit.edits_policy()?;
    let fields = Fields::sent(sent)?;
    let text = fields.get("source").to_owned();
    let checked = tokio::task::spawn_blocking(move || {
        let checked = Checked::of(&text);
        found(&text, &checked)
    });
    let markup = checked.await.map_err(|_| Turned::down())?;
    Ok(answer::html(StatusCode::OK, markup))
}

/// Checks or saves what was written.
pub(in crate::console) async fn save(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    let fields = Fields::sent(sent)?;
    let bench = Bench::of(&visit, &desk).await?;
    let text = as_it_was(fields.get("source"), &bench.text(&visit));
    if fields.get("do") == "check" {
        return Ok(page(&visit, &bench, &text, false));
    }
    let (site, by, at) = (visit.site.id, visit.user.name.clone(), visit.now);
    let (base, revision) = (bench.base(), fields.number("revision").unwrap_or(0));
    let source = text.clone();
    let saved = with_drafts(&desk, move |it| {
        it.save(site, &Saving { source: &source, base, by: &by, at, revision })
    });
    match saved.await? {
        Ok(_) if fields.get("do") == "review" => Ok(see_other(&visit.to("policy/review"))),
        Ok(_) => Ok(see_other(&visit.to("policy/edit?saved=yes"))),
        Err(DraftError::Moved(theirs)) => {
            Ok(turned_down::draft_moved(&visit, &bench, theirs.as_deref(), Some(&text)))
        }
        Err(error) => Err(failed(&error)),
    }
}

fn page(visit: &Visit, bench: &Bench, text: &str, saved: bool) -> Response {
    let checked = Checked::of(text);
    let body = html! {
        h1.answer { (answer(bench, &checked)) }
        (bench.standing(visit))
        @if saved { p.done role="status" { "The draft is saved." } }
        form.workshop method="post" action=(visit.to("policy/edit")) {
            input type="hidden" name="revision" value=(bench.revision());
            (area(visit, text))
            // Stays in sight while a long text is written.
            div.foot {
                div.controls {
                    button type="submit" name="do" value="check" { "Check" }
                    button type="submit" name="do" value="save" { "Save the draft" }
                    button.go type="submit" name="do" value="review" { "Save, then compare" }
                }
                p role="status" data-check-verdict { (first(text, &checked)) }
            }
        }
        section aria-labelledby="found-title" {
            h2 #found-title { "What the check says" }
            div data-check-answer { (found(text, &checked)) }
            p.note { "While you write, the text is checked and nothing is kept; without scripts, press " b { "Check" } ". Every line is explained in docs/POLICY.md." }
        }
    };
    let head = Head {
        place: Place::Policy,
        title: "Policy",
        period: None,
        picker: Some(tabs(visit, Some(Tab::File))),
    };
    frame::page(visit, &bench.facts, &head, &body)
}

fn answer(bench: &Bench, checked: &Checked) -> Markup {
    html! {
        @match (checked.mistakes(), &bench.newest) {
            (0, None) => "Write the first policy: what may be used, what for, and by whom.",
            (0, Some(_)) if bench.draft.is_none() => "Change the policy, and see at once what it would mean.",
            (0, Some(_)) => "This draft could be published.",
            (1, _) => "This draft has one mistake to mend.",
            (_, _) => { "This draft has " (checked.mistakes()) " mistakes to mend." },
        }
    }
}

/// The text with its line numbers: as tall as the text, so that they stay side by side.
fn area(visit: &Visit, text: &str) -> Markup {
    let lines = text.lines().count().max(1);
    let rows = (lines + 2).max(ROWS_MIN);
    let numbers: String = (1..=lines).map(|it| format!("{it}\n")).collect();
    html! {
        label for="source" { "The policy file" }
        div.writing {
            pre.gutter aria-hidden="true" data-gutter { (numbers) }
            textarea #source name="source" rows=(rows) wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off" data-check=(visit.to("policy/check")) {
                // A browser drops the first end of line of a text area.
                "\n" (text)
            }
        }
    }
}
