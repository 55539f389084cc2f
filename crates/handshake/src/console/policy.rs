//! *Policy*: what is promised, line by line, and since when.

use std::sync::Arc;

use axum::response::Response;
use handshake_core::vocabulary::{Millis, hex};
use maud::{Markup, html};

use super::frame::{self, Facts, Head, Place};
use super::numbers::{day, of};
use super::visit::{Turned, Visit};

/// One published version.
#[derive(Debug, Clone)]
struct Version {
    version: u32,
    hash: String,
    published: Millis,
    effective: Millis,
    in_force: bool,
    source: Arc<str>,
    purposes: usize,
    nevers: usize,
}

pub(super) async fn policy(visit: Visit) -> Result<Response, Turned> {
    let now = visit.now;
    let (facts, versions) = visit
        .look(move |state| {
            let ruling = state.policies.in_force(now).map(|it| it.number());
            let version = |it: &handshake_core::projection::Published| Version {
                version: it.policy.version,
                hash: hex(&it.hash()),
                published: it.published_at,
                effective: it.policy.effective,
                in_force: Some(it.number()) == ruling,
                source: Arc::clone(&it.source),
                purposes: it.policy.purposes.len(),
                nevers: it.policy.nevers.len(),
            };
            let versions: Vec<Version> = state.policies.iter().map(version).collect();
            (Facts::of(state, now), versions)
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
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker: None };
    Ok(frame::page(&visit, &facts, &head, &body))
}

fn empty(visit: &Visit) -> Markup {
    html! {
        h1.answer { "Nothing is promised yet: no policy is published." }
        p.lead { "Write the policy as one file, have it checked, and publish it:" }
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
            (of(count(shown.nevers), "promise", "promises")) " that beat them all."
        }
        section aria-labelledby="source-title" {
            h2 #source-title { "The policy, as published" }
            p.subtitle { (of(count(lines), "line", "lines")) ", published " (day(shown.published, &facts.zone)) " · " code { (shown.hash.chars().take(16).collect::<String>()) "…" } }
            // The list is what scrolls, so it takes focus; each line can be linked to.
            div.source tabindex="0" role="region" aria-label="Policy source" {
                ol { @for (at, line) in shown.source.lines().enumerate() {
                    li id={ "L" (at + 1) } { code { (line) } }
                } }
            }
        }
        section aria-labelledby="versions-title" {
            h2 #versions-title { (of(count(versions.len()), "version", "versions")) " so far" }
            table.rows {
                thead { tr {
                    th scope="col" { "Version" }
                    th scope="col" { "Published" }
                    th scope="col" { "Takes effect" }
                    th scope="col" { "Hash of its meaning" }
                } }
                tbody {
                    @for it in versions.iter().rev() {
                        tr {
                            th scope="row" {
                                a href={ (visit.to("policy")) "?version=" (it.version) } { "Version " (it.version) }
                                @if it.in_force { span.second { "in force" } }
                            }
                            td data-name="Published" { (day(it.published, &facts.zone)) }
                            td data-name="Takes effect" { (day(it.effective, &facts.zone)) }
                            td data-name="Hash" { code { (it.hash.chars().take(16).collect::<String>()) "…" } }
                        }
                    }
                }
            }
        }
    }
}
