//! The ledger's tail: what was recorded last, as it comes, with nothing personal in it.

use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::event::{Fact, Recorded};
use handshake_core::projection::State;
use handshake_core::vocabulary::{
    Advice, Answer, Carried, Clause, Code, Millis, PersonId, Position, ReasonCode, Verdict, hex,
};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::answer;
use super::frame::{self, Facts, Head, Place};
use super::numbers::{count, moment};
use super::people::short;
use super::visit::{Turned, Visit};

/// One event, in words, without anything personal.
#[derive(Debug, Clone)]
pub(super) struct Line {
    position: Position,
    at: Millis,
    kind: String,
    caller: String,
    purpose: String,
    said: String,
    person: Option<PersonId>,
}

const LINES: u64 = 40;

pub(super) async fn evidence(visit: Visit) -> Result<Response, Turned> {
    let now = visit.now;
    let facts = visit.look(move |state| Facts::of(state, now)).await?;
    let lines = last_lines(&visit).await?;
    let reader = visit.room.site.reader().clone();
    let head = tokio::task::spawn_blocking(move || reader.head()).await;
    let head = head.map_err(|_| Turned::down())?.map_err(|it| Turned::Down(it.to_string()))?;
    let body = html! {
        @match &head {
            None => {
                h1.answer { "Nothing is recorded yet." }
                p.lead { "The first event is the policy:" }
                pre.copy tabindex="0" { code { "handshake policy publish FILE --site " (visit.site.name) } }
            },
            Some((position, hash)) => {
                h1.answer { (count(position.0)) " events are recorded, each chained to the one before." }
                p.lead { "Keep the head somewhere else: with it, anybody can show that nothing before it was changed or cut off." }
                dl.head {
                    div { dt { "Position" } dd { (count(position.0)) } }
                    div { dt { "Head of the chain" } dd { code { (hex(hash)) } } }
                    div { dt { "To check every event" } dd { code { "handshake verify --site " (visit.site.name) } } }
                }
                section aria-labelledby="tail-title" {
                    h2 #tail-title { "As it comes" }
                    p.subtitle { "The last " (LINES) " events, newest first; people by pseudonym, and nothing that is sealed" }
                    p.controls {
                        a.button href=(visit.to("evidence")) { "Show the newest" }
                        button.plain type="button" data-tail-toggle hidden { "Stop" }
                    }
                    div data-tail=(visit.to("evidence/tail")) { (rows(&lines, &facts.zone)) }
                }
            },
        }
    };
    let head = Head { place: Place::Ledger, title: "Ledger", period: None, picker: None };
    Ok(frame::page(&visit, &facts, &head, &body))
}

/// The table alone, for the script that renews it.
pub(super) async fn tail(visit: Visit) -> Result<Response, Turned> {
    let now = visit.now;
    let facts = visit.look(move |state| Facts::of(state, now)).await?;
    let lines = last_lines(&visit).await?;
    Ok(answer::html(StatusCode::OK, rows(&lines, &facts.zone)))
}

async fn last_lines(visit: &Visit) -> Result<Vec<Line>, Turned> {
    let reader = visit.room.site.reader().clone();
    let read = tokio::task::spawn_blocking(move || {
        let from = Position(reader.durable().0.saturating_sub(LINES));
        let mut events: Vec<Recorded> = Vec::new();
        reader.read_all(from, &mut |it| events.push(it.clone())).map(|()| events)
    });
    let events = read.await.map_err(|_| Turned::down())?;
    let events = events.map_err(|it| Turned::Down(it.to_string()))?;
    visit.look(move |state| events.iter().rev().map(|it| Line::of(it, state)).collect()).await
}

/// Events as rows, newest first.
pub(super) fn rows(lines: &[Line], zone: &TimeZone) -> Markup {
    html! {
        table.rows.events {
            thead { tr {
                th.n scope="col" { "Position" }
                th scope="col" { "When" }
                th scope="col" { "What" }
                th scope="col" { "Purpose" }
                th scope="col" { "Said" }
                th scope="col" { "Caller" }
                th scope="col" { "Person" }
            } }
            tbody {
                @for it in lines {
                    tr {
                        td.n data-name="Position" { (count(it.position.0)) }
                        td data-name="When" { (moment(it.at, zone)) }
                        td data-name="What" { (it.kind) }
                        td data-name="Purpose" { (it.purpose) }
                        td data-name="Said" { (it.said) }
                        td data-name="Caller" { (it.caller) }
                        td data-name="Person" { @if let Some(id) = it.person { code { (short(id)) } } }
                    }
                }
            }
        }
    }
}

impl Line {
    pub(super) fn of(it: &Recorded, state: &State) -> Line {
        let (purpose, said) = told(&it.fact);
        let name = |code: u32| state.names.name(Code(code)).to_owned();
        Line {
            position: it.position,
            at: it.at,
            kind: it.fact.kind().to_string().replace('_', " "),
            caller: name(it.caller.0),
            purpose: name(purpose),
            said,
            person: it.slot.and_then(|it| state.people.person(it)).map(|it| it.id),
        }
    }
}

/// Purpose and outcome, from clear codes alone.
fn told(fact: &Fact) -> (u32, String) {
    let reason = |it: Option<&u32>| {
        let it = it.copied().unwrap_or(0);
        let code = ReasonCode::from_number(it & 0xff).map(ReasonCode::as_str);
        let clause = Clause::from_number(it >> 8).map(Clause::as_str);
        code.zip(clause).map_or(String::new(), |(code, clause)| format!(": {code} ({clause})"))
    };
    let word = |it: Option<&'static str>| it.unwrap_or("").replace('_', " ");
    match fact {
        Fact::AskShown(it) => (it.purpose, simulated(it.simulated, "shown")),
        Fact::AnswerGiven(it, _) => {
            let answer = word(Answer::from_number(it.answer).map(Answer::as_str));
            (it.purpose, simulated(it.simulated, &answer))
        }
        Fact::ObjectionMade(it) => {
            (it.purpose, if it.lifted { "lifted" } else { "objected" }.to_owned())
        }
        Fact::UseDecided(it, _) => {
            let verdict = word(Verdict::from_number(it.verdict).map(Verdict::as_str));
            let advice = word(Advice::from_number(it.advice).map(Advice::as_str));
            (it.purpose, format!("{verdict}, {advice}{}", reason(it.reasons.first())))
        }
        Fact::UseCounted(it) => match &it.decided {
            Some(it) => {
                let verdict = word(Verdict::from_number(it.verdict).map(Verdict::as_str));
                (it.purpose, format!("{verdict}{}", reason(it.reasons.first())))
            }
            None => (0, String::new()),
        },
        Fact::UseCarriedOut(it, _) => {
            let carried = word(Carried::from_number(it.carried).map(Carried::as_str));
            let assumed = if it.assumed { ", assumed" } else { "" };
            (0, format!("{carried}{assumed}, decision at {}", count(it.decision)))
        }
        Fact::OutcomeObserved(it, _) => (0, format!("of the decision at {}", count(it.decision))),
        Fact::DataCollected(it, _) => (0, if it.imported { "imported" } else { "" }.to_owned()),
        Fact::ConflictShown(it) => (it.purpose, "shown".to_owned()),
        Fact::AffirmationGiven(it) => (it.purpose, "affirmed".to_owned()),
        Fact::PolicyPublished(it) => (0, format!("number {}", it.number)),
        Fact::DutyDone(it) => (it.purpose, it.duty.clone()),
        Fact::RequestMade(it) => (it.purpose, "asked by the person".to_owned()),
        Fact::WaiverSigned(it) => (0, format!("{}: {}, by {}", it.name, it.rule, it.by)),
        Fact::FileImported(it) => (0, format!("{} rows", count(it.rows))),
        Fact::NameDeclared(_)
        | Fact::SignalReceived(..)
        | Fact::IdentityLinked(..)
        | Fact::CatalogueChanged(_)
        | Fact::VisitsCounted(_)
        | Fact::AccessChanged(_)
        | Fact::Unknown(..) => (0, String::new()),
    }
}

fn simulated(is: bool, said: &str) -> String {
    if is { format!("{said}, simulated") } else { said.to_owned() }
}
