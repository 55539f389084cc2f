//! *Waivers*: which rules that a law demands are only watched, until when and by whose signature;
//! and the form to sign one.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use handshake_core::policy::Waived;
use handshake_core::projection::Signed;
use handshake_core::vocabulary::Millis;
use maud::{Markup, html};
use serde::Deserialize;

use super::answer::see_other;
use super::frame::{self, Facts, Head, Place};
use super::numbers::{day, of};
use super::visit::{Turned, Visit};
use crate::ingest::{Caller, Refusal, Request, Signing};
use crate::ledger::Ticket;

/// The form as sent, or as filled in by the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Wanted {
    waiver: String,
    rule: String,
    law: String,
    until: String,
    #[serde(default)]
    because: String,
}

/// One signature, as shown.
#[derive(Debug, Clone)]
struct Row {
    name: String,
    rule: String,
    signed: Signed,
    /// The policy in force, or the newest, has it.
    used: bool,
}

pub(super) async fn page(visit: Visit) -> Result<Response, Turned> {
    let asked = |name| visit.asked(name).unwrap_or_default().to_owned();
    let filled = Wanted {
        waiver: asked("waiver"),
        rule: asked("rule"),
        law: asked("law"),
        until: asked("until"),
        because: String::new(),
    };
    shown(&visit, &filled, None).await
}

pub(super) async fn sign(
    visit: Visit,
    wanted: Result<Form<Wanted>, FormRejection>,
) -> Result<Response, Turned> {
    if !visit.user.role.signs() {
        return Err(Turned::Forbidden("Waivers are signed by `privacy` and `admin`."));
    }
    let Ok(Form(wanted)) = wanted else {
        return shown(&visit, &Wanted::default(), Some("Send the form of this page.")).await;
    };
    let durable = match sign_now(&visit, &wanted) {
        Ok(Some(ticket)) => ticket.durable().await.map_err(Refusal::from),
        Ok(None) => Ok(()),
        Err(refusal) => Err(refusal),
    };
    match durable {
        Ok(()) => Ok(see_other(&visit.to("waivers"))),
        Err(Refusal::Invalid { field, said }) => {
            shown(&visit, &wanted, Some(&format!("“{field}” {said}."))).await
        }
        Err(other) => Err(Turned::Down(other.to_string())),
    }
}

/// Nothing is said of it before the ticket is durable.
fn sign_now(visit: &Visit, it: &Wanted) -> Result<Option<Ticket>, Refusal> {
    let until = Millis::parse(it.until.trim())
        .map_err(|_| Refusal::invalid("until", "is no time such as 2027-01-31T00:00:00Z"))?;
    let signing = Signing {
        waiver: it.waiver.trim(),
        rule: it.rule.trim(),
        law: it.law.trim(),
        until,
        by: &visit.user.name,
        because: &it.because,
    };
    let request = Request::internal(None);
    let mut turn = visit.room.site.turn(visit.now, &request)?;
    turn.sign_waiver(Caller { name: "console", coins: true }, &request, &signing)?;
    turn.commit()
}

async fn shown(visit: &Visit, wanted: &Wanted, said: Option<&str>) -> Result<Response, Turned> {
    let now = visit.now;
    let (facts, rows) = visit
        .look(move |state| {
            let policies = [state.policies.in_force(now), state.policies.newest()];
            let waived: Vec<Waived> =
                policies.into_iter().flatten().flat_map(|it| it.compiled.waivers.clone()).collect();
            let row = |(name, rule, it): (&str, &str, &Signed)| Row {
                name: name.to_owned(),
                rule: rule.to_owned(),
                signed: it.clone(),
                used: waived
                    .iter()
                    .any(|it| (it.waiver.as_str(), it.rule.as_str()) == (name, rule)),
            };
            (Facts::of(state, now), state.waivers.iter().map(row).collect::<Vec<Row>>())
        })
        .await?;
    let holds = |it: &&Row| it.used && now < it.signed.until;
    let holding = rows.iter().filter(holds).count();
    let body = html! {
        h1.answer { (answer(facts.has_policy, holding)) }
        @if let Some(said) = said { p.failed role="alert" { (said) } }
        @if !rows.is_empty() { (table(visit, &facts, &rows)) }
        @if visit.user.role.signs() {
            (form(visit, wanted))
        } @else {
            p.note { "Waivers are signed by users with the role privacy or admin." }
        }
        section aria-labelledby="method-title" {
            h2 #method-title { "What a waiver does" }
            p.prose { "A rule that a law demands is enforced. Under a waiver it is only watched, for at most 90 days after the policy takes effect: callers are told to proceed, every breach is counted and carries the waiver’s name, and when it ends the rule is enforced again by itself. A policy that names a waiver is published only after the same rule, law and end were signed here, or on the machine with " code { "handshake waivers sign" } ". A waiver changes nothing about what the law says." }
        }
    };
    let head = Head { place: Place::Promises, title: "Waivers", period: None, picker: None };
    Ok(frame::page(visit, &facts, &head, &body))
}

fn answer(has_policy: bool, holding: usize) -> Markup {
    let holding = u64::try_from(holding).unwrap_or(u64::MAX);
    html! {
        @if !has_policy {
            "Nothing is promised yet, so nothing is waived."
        } @else if holding == 0 {
            "Every rule that a law demands is enforced."
        } @else {
            (of(holding, "rule that a law demands is", "rules that a law demands are")) " only watched, by signature."
        }
    }
}

fn table(visit: &Visit, facts: &Facts, rows: &[Row]) -> Markup {
    html! {
        section aria-labelledby="signed-title" {
            h2 #signed-title { "Signed so far" }
            table.rows.incidents {
                thead { tr {
                    th scope="col" { "Waiver" }
                    th scope="col" { "Until" }
                    th scope="col" { "Signed" }
                    th scope="col" { "Because" }
                } }
                tbody {
                    @for it in rows {
                        tr {
                            th scope="row" {
                                b { (it.name) }
                                span.second { code { (it.rule) } " · " (it.signed.law) }
                            }
                            td data-name="Until" {
                                (day(it.signed.until, &facts.zone))
                                span.second {
                                    @if it.signed.until <= visit.now { "over: enforced again" }
                                    @else if it.used { span.warn { "only watched" } }
                                    @else { "no policy uses it" }
                                }
                            }
                            td data-name="Signed" { (it.signed.by) span.second { (day(it.signed.at, &facts.zone)) } }
                            td data-name="Because" { (it.signed.because) }
                        }
                    }
                }
            }
        }
    }
}

fn form(visit: &Visit, it: &Wanted) -> Markup {
    html! {
        section aria-labelledby="sign-title" {
            h2 #sign-title { "Sign a waiver" }
            p.subtitle { "When a policy is refused for want of a signature, the refusal links here with everything filled in but the reason" }
            form.sign method="post" action=(visit.to("waivers")) {
                label for="waiver" { "Waiver, as the policy names it" }
                input #waiver name="waiver" value=(it.waiver) autocomplete="off" spellcheck="false" required;
                label for="rule" { "Rule: purpose NAME, never “…” or signal NAME" }
                input #rule name="rule" value=(it.rule) autocomplete="off" spellcheck="false" required;
                label for="law" { "Law that demands it, word for word" }
                input #law name="law" value=(it.law) autocomplete="off" required;
                label for="until" { "Until" }
                input #until name="until" value=(it.until) placeholder="2027-01-31T00:00:00Z" autocomplete="off" spellcheck="false" required;
                label for="because" { "Why the law cannot be kept yet, and what will change that" }
                input #because name="because" value=(it.because) maxlength="1000" autocomplete="off" required;
                button.main type="submit" { "Sign as " (visit.user.name) }
            }
        }
    }
}
