//! *Policy*: what is promised, line by line, since when, and who published it.

use std::sync::Arc;

use axum::response::Response;
use handshake_core::policy::{Change, ChangeKind};
use handshake_core::projection::{Published, State};
use handshake_core::vocabulary::{Code, Millis, hex};
use maud::{Markup, html};

use super::frame::{self, Facts, Head, Place};
use super::numbers::{day, moment, of};
use super::visit::{Turned, Visit};
use super::workshop;

/// One published version.
#[derive(Debug, Clone)]
struct Version {
    version: u32,
    hash: String,
    published: Millis,
    by: String,
    /// Who proposed and who approved it.
    signed: Option<(String, String)>,
    effective: Millis,
    change: Option<Change>,
    in_force: bool,
    source: Arc<str>,
    purposes: usize,
    nevers: usize,
}

impl Version {
    fn of(it: &Published, state: &State, ruling: Option<u32>) -> Version {
        let name = |it: Code| workshop::who(state.names.name(it)).to_owned();
        Version {
            version: it.policy.version,
            hash: hex(&it.hash()),
            published: it.published_at,
            by: name(it.by),
            signed: it.signed.map(|(proposed, approved)| (name(proposed), name(approved))),
            effective: it.policy.effective,
            change: it.policy.change.clone(),
            in_force: Some(it.number()) == ruling,
            source: Arc::clone(&it.source),
            purposes: it.policy.purposes.len(),
            nevers: it.policy.nevers.len(),
        }
    }
}

pub(super) async fn policy(visit: Visit) -> Result<Response, Turned> {
    let now = visit.now;
    let (facts, versions) = visit
        .look(move |state| {
            let ruling = state.policies.in_force(now).map(Published::number);
            let versions = state.policies.iter().map(|it| Version::of(it, state, ruling));
            (Facts::of(state, now), versions.collect::<Vec<_>>())
        })
        .await?;
    let wanted = visit.asked("version").map(str::parse::<u32>).transpose();
    let wanted = wanted.map_err(|_| Turned::Nowhere)?;
    let shown = match wanted {
        Some(version) => {
            let found = versions.iter().rev().find(|it| it.version == version);
            Some(found.ok_or(Turned::Nowhere)?)
        }
        None => versions.iter().find(|it| it.in_force).or(versions.last()),
    };
    let body = match shown {
        None => empty(&visit),
        Some(shown) => full(&visit, &facts, &versions, shown),
    };
    let picker = Some(workshop::tabs(&visit, Some(workshop::Tab::Published)));
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker };
    Ok(frame::page(&visit, &facts, &head, &body))
}

fn empty(visit: &Visit) -> Markup {
    html! {
        h1.answer { "Nothing is promised yet: no policy is published." }
        @if visit.user.role.edits_policy() {
            p.lead { "Write the first one here; a small policy to begin with is there already:" }
            p { a.button href=(visit.to("policy/edit")) { "Write the first policy" } }
            p.lead { "Or write it as one file, have it checked, and publish it:" }
        } @else {
            p.lead { "Somebody whose role is privacy or admin writes it. With the file at hand:" }
        }
        pre.copy tabindex="0" { code { "handshake policy check FILE" } }
        pre.copy tabindex="0" { code { "handshake policy publish FILE --site " (visit.site.name) } }
    }
}

fn full(visit: &Visit, facts: &Facts, versions: &[Version], shown: &Version) -> Markup {
    let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
    let lines = shown.source.lines().count();
    html! {
        h1.answer {
            @if shown.in_force {
                "Version " (shown.version) " is in force since " (day(shown.effective, &facts.zone)) ": "
            } @else if visit.now < shown.effective {
                "Version " (shown.version) " takes effect on " (day(shown.effective, &facts.zone)) ": "
            } @else {
                "Version " (shown.version) " is no longer in force: "
            }
            (of(count(shown.purposes), "purpose", "purposes")) ", and "
            (of(count(shown.nevers), "promise", "promises"))
            @if shown.nevers == 1 { " that beats them all." } @else { " that beat them all." }
        }
        @if visit.user.role.edits_policy() {
            div.controls {
                a.button href=(visit.to("policy/form")) { "Change it by form" }
                a.button href=(visit.to("policy/edit")) { "Change the file" }
            }
        } @else {
            p.note { "You read the policy; users with the role privacy or admin change it." }
        }
        section aria-labelledby="source-title" {
            h2 #source-title { "The policy, as published" }
            p.subtitle {
                (of(count(lines), "line", "lines")) ", published " (moment(shown.published, &facts.zone)) " by " (shown.by)
                " · " code { (shown.hash.chars().take(16).collect::<String>()) "…" }
            }
            // The list is what scrolls, so it takes focus; each line can be linked to.
            div.source tabindex="0" role="region" aria-label="Policy source" {
                ol { @for (at, line) in shown.source.lines().enumerate() {
                    li id={ "L" (at + 1) } { code { (line) } }
                } }
            }
        }
        (history(visit, facts, versions))
    }
}

fn history(visit: &Visit, facts: &Facts, versions: &[Version]) -> Markup {
    let count = u64::try_from(versions.len()).unwrap_or(u64::MAX);
    // Each beside the one it followed.
    let before = std::iter::once(None).chain(versions.iter().map(Some));
    let rows: Vec<(&Version, Option<&Version>)> = versions.iter().zip(before).collect();
    html! {
        section aria-labelledby="versions-title" {
            h2 #versions-title { (of(count, "version", "versions")) " so far" }
            table.rows.history {
                thead { tr {
                    th scope="col" { "Version" }
                    th scope="col" { "Published" }
                    th scope="col" { "Takes effect" }
                    th scope="col" { "What changed" }
                    th scope="col" { "Hash of its meaning" }
                } }
                tbody {
                    @for (it, before) in rows.into_iter().rev() {
                        tr {
                            th scope="row" {
                                a href={ (visit.to("policy")) "?version=" (it.version) } { "Version " (it.version) }
                                @if it.in_force { span.second { "in force" } }
                            }
                            td data-name="Published" { span {
                                (day(it.published, &facts.zone)) " by " (it.by)
                                @if let Some((proposed, approved)) = &it.signed { span.second { "proposed by " (proposed) ", approved by " (approved) } }
                            } }
                            td data-name="Takes effect" { (day(it.effective, &facts.zone)) }
                            td data-name="What changed" { span { (change(visit, it, before)) } }
                            td data-name="Hash" { code { (it.hash.chars().take(16).collect::<String>()) "…" } }
                        }
                    }
                }
            }
            @if 1 < versions.len() { (any_two(visit, versions)) }
        }
    }
}

fn change(visit: &Visit, it: &Version, before: Option<&Version>) -> Markup {
    html! {
        @match &it.change {
            Some(change) => {
                (change.text)
                span.second { @match change.kind {
                    ChangeKind::Meaning => "the words mean something else",
                    ChangeKind::Wording => "the words mean the same",
                } }
            },
            None if before.is_none() => "the first version",
            None => "its author said nothing",
        }
        @if let Some(before) = before {
            a.second href={ (visit.to("policy/compare")) "?from=" (before.version) "&to=" (it.version) } { "Compare with version " (before.version) }
        }
    }
}

fn any_two(visit: &Visit, versions: &[Version]) -> Markup {
    let options = |chosen: Option<u32>| {
        html! {
            @for it in versions.iter().rev() {
                option value=(it.version) selected[Some(it.version) == chosen] { "Version " (it.version) }
            }
        }
    };
    let (first, last) =
        (versions.first().map(|it| it.version), versions.last().map(|it| it.version));
    html! {
        form.workshop.small method="get" action=(visit.to("policy/compare")) {
            div.line {
                span.part { label for="from" { "Compare" } select #from name="from" { (options(first)) } }
                span.part { label for="to" { "With" } select #to name="to" { (options(last)) } }
                button type="submit" { "Compare" }
            }
        }
    }
}
