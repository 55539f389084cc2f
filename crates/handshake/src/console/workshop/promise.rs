//! One promise by form: what is never done, to whose data, when, and whatever else is agreed.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::policy::{Edit, Never, NeverLine, Policy, RecipientKind};
use handshake_core::vocabulary::{Mode, Name, Signal};
use maud::{Markup, html};

use super::super::answer::see_other;
use super::super::desk::Desk;
use super::super::frame::{self, Head, Place};
use super::super::visit::{Turned, Visit};
use super::bench::{Bench, Tab, failed, tabs};
use super::fields::Fields;
use super::purpose::policy_of;
use super::{inputs, turned_down};
use crate::access::DraftError;

pub(in crate::console) async fn promise(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    Path((_, number)): Path<(String, usize)>,
) -> Result<Response, Turned> {
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    let at = number.checked_sub(1).ok_or(Turned::Nowhere)?;
    let never = policy.nevers.get(at).ok_or(Turned::Nowhere)?;
    Ok(page(&visit, &bench, (&policy, Some(number)), &fields_of(never), &[]))
}

pub(in crate::console) async fn new_promise(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, Turned> {
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    Ok(page(&visit, &bench, (&policy, None), &Fields::default(), &[]))
}

/// Changes or removes a promise.
pub(in crate::console) async fn change_promise(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    Path((_, number)): Path<(String, usize)>,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    let fields = Fields::sent(sent)?;
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    let at = number.checked_sub(1).filter(|it| *it < policy.nevers.len()).ok_or(Turned::Nowhere)?;
    let edits = match fields.get("do") {
        "remove" => Ok(vec![Edit::RemoveNever(at)]),
        _ => lines_of(&fields).map(|(says, lines)| {
            let says = Edit::Never(at, NeverLine::Says(says));
            std::iter::once(says).chain(lines.into_iter().map(|it| Edit::Never(at, it))).collect()
        }),
    };
    finish(&visit, &desk, &bench, (&policy, Some(number)), &fields, edits).await
}

pub(in crate::console) async fn add_promise(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    let fields = Fields::sent(sent)?;
    let bench = Bench::of(&visit, &desk).await?;
    let policy = policy_of(&visit, &bench)?;
    let edits = lines_of(&fields).map(|(says, lines)| vec![Edit::AddNever(says, lines)]);
    finish(&visit, &desk, &bench, (&policy, None), &fields, edits).await
}

async fn finish(
    visit: &Visit,
    desk: &Desk,
    bench: &Bench,
    (policy, number): (&Policy, Option<usize>),
    fields: &Fields,
    edits: Result<Vec<Edit>, Vec<String>>,
) -> Result<Response, Turned> {
    let again = |status: StatusCode, said: &[String]| {
        let mut response = page(visit, bench, (policy, number), fields, said);
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

fn fields_of(it: &Never) -> Fields {
    let mut fields = Fields::default();
    fields.put("says", &it.says);
    fields.put_all("data", &it.data);
    fields.put_all("purposes", &it.purposes);
    fields.put_all("except", &it.except);
    fields.put_all("recipients", &it.recipients);
    fields.put_all("kind", it.recipient_kinds.iter().map(|it| it.as_str()));
    fields.put_all("channels", &it.channels);
    fields.put_all("signal", it.when_signal.map(Signal::as_str));
    fields.put_all("tag", &it.when_tag);
    fields.put_all("mode", it.mode.map(Mode::as_str));
    fields.put_all("law", &it.law);
    fields
}

/// Its sentence and its lines, or everything that is wrong with them.
fn lines_of(fields: &Fields) -> Result<(String, Vec<NeverLine>), Vec<String>> {
    let mut said = Vec::new();
    let kinds: BTreeSet<RecipientKind> =
        RecipientKind::parse(fields.get("kind")).into_iter().collect();
    let recipients = fields.names("recipients");
    if !kinds.is_empty() && !recipients.is_empty() {
        said.push("Name recipients or a kind of them, not both.".to_owned());
    }
    let says = fields.get("says");
    if says.is_empty() {
        said.push("Write the promise in one sentence.".to_owned());
    }
    let lists = ["data", "purposes", "recipients", "channels"];
    let bound = lists.iter().any(|it| !fields.names(it).is_empty());
    let when = [fields.get("signal"), fields.get("tag"), fields.get("kind")];
    if !bound && when.iter().all(|it| it.is_empty()) {
        said.push(
            "Choose what it forbids; a promise that names nothing forbids everything.".to_owned(),
        );
    }
    if !said.is_empty() {
        return Err(said);
    }
    let signal = Signal::parse(fields.get("signal"));
    let lines = vec![
        NeverLine::Data(fields.names("data")),
        NeverLine::Recipients(recipients, kinds),
        NeverLine::Purposes(fields.names("purposes")),
        NeverLine::Except(fields.names("except")),
        NeverLine::Channels(fields.names("channels")),
        NeverLine::When { signal, tag: Name::new(fields.get("tag")).ok() },
        NeverLine::Mode(Mode::parse(fields.get("mode"))),
        NeverLine::Law(fields.text("law")),
    ];
    Ok((says.to_owned(), lines))
}

fn page(
    visit: &Visit,
    bench: &Bench,
    (policy, number): (&Policy, Option<usize>),
    fields: &Fields,
    said: &[String],
) -> Response {
    let action = match number {
        Some(number) => visit.to(&format!("policy/promise/{number}")),
        None => visit.to("policy/promises"),
    };
    let body = html! {
        h1.answer {
            @if number.is_some() { "What do we never do?" } @else { "What will we never do, whatever people agree to?" }
        }
        (inputs::mistakes(said))
        form.workshop method="post" action=(action) {
            input type="hidden" name="revision" value=(bench.revision());
            (inputs::text(fields, "says", "The promise, as customers read it", "For example: Measurements are for fit only"))
            (parts(fields, policy))
            div.controls {
                button.go type="submit" name="do" value="save" { @if number.is_some() { "Save in the draft" } @else { "Add it to the draft" } }
                a.button href=(visit.to("policy/form")) { "Leave it as it is" }
            }
            @if number.is_some() {
                button.plain type="submit" name="do" value="remove" formnovalidate { "Remove this promise from the draft" }
            }
        }
    };
    let picker = Some(tabs(visit, Some(Tab::Form)));
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker };
    frame::page(visit, &bench.facts, &head, &body)
}

fn parts(fields: &Fields, policy: &Policy) -> Markup {
    let purposes = || policy.purposes.keys().map(|it| (it.as_str(), String::new()));
    let kinds = std::iter::once(("", "those ticked above, or all"));
    let third = kinds.chain(RecipientKind::ALL.map(|it| (it.as_str(), it.as_str())));
    let third: Vec<(&str, &str)> = third.collect();
    let none = ("", "always");
    let signals: Vec<(&str, &str)> =
        std::iter::once(none).chain(Signal::ALL.map(|it| (it.as_str(), it.as_str()))).collect();
    let tags: Vec<(&str, &str)> = std::iter::once(none)
        .chain(policy.tags.keys().map(|it| (it.as_str(), it.as_str())))
        .collect();
    html! {
        (inputs::data(fields, "data", "With this data (nothing ticked: any)", policy))
        (inputs::names(fields, "purposes", "For these purposes (nothing ticked: any)", purposes()))
        (inputs::names(fields, "except", "But for these it may be done", purposes()))
        (inputs::names(fields, "recipients", "By these recipients (nothing ticked: any)", inputs::recipients(policy)))
        div.line { (inputs::select(fields, "kind", "Or by a kind of recipient", &third)) }
        (inputs::names(fields, "channels", "On these channels (nothing ticked: any)", inputs::channels(policy)))
        fieldset {
            legend { "When" }
            div.line {
                (inputs::select(fields, "signal", "A browser sends this signal", &signals))
                (inputs::select(fields, "tag", "This is known of the person", &tags))
            }
        }
        (inputs::mode(fields, policy))
        (inputs::text(fields, "law", "The law behind it, if any", "A promise with a law is enforced."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::{edit_all, read};

    const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

    #[test]
    fn a_form_sent_as_it_was_shown_changes_no_byte() {
        let policy = read(MODEL).unwrap();
        for (at, never) in policy.nevers.iter().enumerate() {
            let (says, lines) = lines_of(&fields_of(never)).unwrap();
            let says = Edit::Never(at, NeverLine::Says(says));
            let edits: Vec<Edit> = std::iter::once(says)
                .chain(lines.into_iter().map(|it| Edit::Never(at, it)))
                .collect();
            assert_eq!(edit_all(MODEL, &edits).unwrap(), MODEL, "{at}");
        }
    }

    #[test]
    fn a_promise_about_nothing_is_none() {
        let said = lines_of(&Fields::default()).unwrap_err();
        assert_eq!(said.len(), 2, "{said:?}");
    }
}
