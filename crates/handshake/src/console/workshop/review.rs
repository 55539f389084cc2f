//! The draft beside the policy it would replace: what it means for people, and publishing it.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::Response;
use handshake_core::policy::{ChangeKind, Effect, Policy};
use handshake_core::projection::Published;
use handshake_core::vocabulary::{hex, unhex};
use maud::{Markup, html};

use super::super::answer::see_other;
use super::super::desk::Desk;
use super::super::frame::{self, Head, Place};
use super::super::numbers::{count, moment};
use super::super::visit::{Turned, Visit};
use super::bench::{Bench, Checked, Tab, tabs, with_drafts};
use super::changes::{Weighed, weigh};
use super::fields::Fields;
use super::merge::merged;
use super::problems::list;
use super::publish::{Terms, as_local, publish, sensible, stamped};
use super::sides::{counts, sides};
use super::turned_down;
use crate::access::{Draft, Proposal, Saving};

pub(in crate::console) async fn review(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
) -> Result<Response, Turned> {
    let bench = Bench::of(&visit, &desk).await?;
    let body = match &bench.draft {
        None => nothing(&visit, &bench),
        Some(draft) => {
            let checked = Checked::of(&draft.source);
            match checked.sound() {
                None => mistaken(&visit, &bench, &draft.source, &checked),
                Some(policy) => sound(&visit, &bench, draft, policy).await?,
            }
        }
    };
    let picker = Some(tabs(&visit, Some(Tab::Review)));
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker };
    Ok(frame::page(&visit, &bench.facts, &head, &body))
}

fn nothing(visit: &Visit, bench: &Bench) -> Markup {
    html! {
        h1.answer { "There is no draft to compare." }
        p.lead {
            @if bench.newest.is_some() { "Change the policy by form or as a file. What you save is a draft, and this page then shows what it would change, for whom, before anybody is bound by it." }
            @else { "Write the first policy. What you save is a draft, and it is published from here." }
        }
        div.controls {
            @if bench.newest.is_some() { a.button href=(visit.to("policy/form")) { "Change it by form" } }
            a.button href=(visit.to("policy/edit")) { "Write the file" }
        }
    }
}

fn mistaken(visit: &Visit, bench: &Bench, text: &str, checked: &Checked) -> Markup {
    html! {
        h1.answer { "This draft cannot be published yet: it has mistakes." }
        (bench.standing(visit))
        p { a.button href=(visit.to("policy/edit")) { "Mend them in the file" } }
        section aria-labelledby="found-title" {
            h2 #found-title { "What is wrong with it" }
            (list(text, &checked.problems))
        }
    }
}

async fn sound(
    visit: &Visit,
    bench: &Bench,
    draft: &Draft,
    policy: &Policy,
) -> Result<Markup, Turned> {
    let Some(newest) = &bench.newest else {
        return Ok(html! {
            h1.answer { "This would be the first policy of " (visit.site.name) "." }
            (bench.standing(visit))
            (signing(visit, bench, draft, (policy, None)))
        });
    };
    let weighed = weigh(visit, &newest.policy, policy).await?;
    let old = format!("version {}", newest.policy.version);
    let (gone, fresh) = counts(&newest.source, &draft.source);
    let lines = |it: usize| count(u64::try_from(it).unwrap_or(u64::MAX));
    Ok(html! {
        h1.answer { (weighed.answer("This draft", &old)) }
        (bench.standing(visit))
        (signing(visit, bench, draft, (policy, Some((newest, &weighed)))))
        (weighed.list())
        section aria-labelledby="sides-title" {
            h2 #sides-title { "Line by line" }
            p.subtitle { (lines(gone)) " taken away or changed, " (lines(fresh)) " new or changed, against version " (newest.policy.version) }
            @if gone + fresh == 0 { p.lead { "Both texts are the same." } }
            @else { (sides((&format!("Version {}", newest.policy.version), &newest.source), ("This draft", &draft.source))) }
        }
        form.throw method="post" action=(visit.to("policy/review")) {
            input type="hidden" name="revision" value=(draft.revision);
            button.plain type="submit" name="do" value="discard" { "Throw the draft away" }
        }
    })
}

/// What is left to do with a sound draft: to publish it, to propose or to approve it.
fn signing(
    visit: &Visit,
    bench: &Bench,
    draft: &Draft,
    (policy, against): (&Policy, Option<(&Published, &Weighed)>),
) -> Markup {
    let proposed = draft.proposal.as_ref().filter(|_| bench.two_person);
    html! {
        @match proposed {
            Some(proposal) => (approving(visit, bench, (draft, policy), proposal)),
            None => (publishing(visit, bench, draft, (policy, against))),
        }
    }
}

fn publishing(
    visit: &Visit,
    bench: &Bench,
    draft: &Draft,
    (policy, against): (&Policy, Option<(&Published, &Weighed)>),
) -> Markup {
    let zone = &bench.facts.zone;
    let widened = against.is_some_and(|it| it.1.diff.of(Effect::Widened).next().is_some());
    let words_alone = against.is_some_and(|it| it.1.diff.words_alone());
    let newest = against.map(|it| it.0);
    let effective = sensible(policy, newest, (widened, bench.two_person), visit.now);
    let next =
        newest.map_or(policy.version, |it| it.policy.version.saturating_add(1).max(policy.version));
    // What the last version said of itself is no news of this one.
    let change = policy
        .change
        .as_ref()
        .filter(|it| newest.and_then(|it| it.policy.change.as_ref()) != Some(it));
    let wording = change.is_some_and(|it| it.kind == ChangeKind::Wording);
    let (verb, does) =
        if bench.two_person { ("Propose", "propose") } else { ("Publish", "publish") };
    html! {
        section aria-labelledby="publish-title" {
            h2 #publish-title { (verb) " it as version " (next) }
            p.subtitle {
                @if let Some(newest) = newest { "It replaces version " (newest.policy.version) ". Number, time and reason are written into its first lines for you." }
                @else { "It is published as it is written." }
            }
            form.workshop method="post" action=(visit.to("policy/review")) {
                input type="hidden" name="revision" value=(draft.revision);
                input type="hidden" name="base" value=(newest.map_or(String::new(), |it| hex(&it.hash())));
                @if newest.is_some() {
                    label for="change" { "What changes, in one sentence" @if words_alone { " (needed)" } }
                    input.wide #change name="change" value=(change.map_or("", |it| it.text.as_str())) maxlength="1000" required[words_alone] aria-describedby="change-hint";
                    p.hint #change-hint {
                        @if words_alone { "Words changed where nothing else did, and a machine cannot tell whether they mean the same. " }
                        "Customers read it in the history of the deal."
                    }
                    fieldset {
                        legend { "What customers read" }
                        label.choice { input type="radio" name="kind" value="meaning" checked[!wording]; span { "means something else now" } }
                        label.choice { input type="radio" name="kind" value="wording" checked[wording]; span { "means the same in other words" } }
                    }
                }
                label for="effective" { "Takes effect" }
                input #effective type="datetime-local" name="effective" value=(as_local(effective, zone)) required aria-describedby="effective-hint";
                p.hint #effective-hint {
                    "Time of " (policy.time_zone) ". "
                    @if widened { b { "This version widens the deal, so it is published at least 24 hours before it rules: " } "not earlier than " (moment(visit.now.plus_days(1), zone)) "." }
                    @else { "It widens nothing, so it may rule at once." }
                    @if bench.two_person { " Leave time for somebody else to approve it." }
                }
                button.main type="submit" name="do" value=(does) { (verb) " version " (next) }
            }
            @if bench.two_person { p.note { "Policies of this shop need two people: another person whose role is privacy or admin approves exactly this file." } }
        }
    }
}

fn approving(
    visit: &Visit,
    bench: &Bench,
    (draft, policy): (&Draft, &Policy),
    proposal: &Proposal,
) -> Markup {
    let zone = &bench.facts.zone;
    let own = proposal.proposed.by == visit.user.name || proposal.author == visit.user.name;
    let base = bench.newest.as_ref().map_or(String::new(), |it| hex(&it.hash()));
    html! {
        section aria-labelledby="publish-title" {
            h2 #publish-title {
                @if proposal.approved.is_some() { "Approved, and ready to be published" } @else { "Proposed, and waiting for approval" }
            }
            p.subtitle {
                "Proposed " (moment(proposal.proposed.at, zone)) " by " (proposal.proposed.by)
                @if proposal.author != proposal.proposed.by { ", written by " (proposal.author) }
                @if let Some(it) = &proposal.approved { "; approved " (moment(it.at, zone)) " by " (it.by) }
                ". The file has the digest " code { (hex(&proposal.digest).chars().take(16).collect::<String>()) "…" } "; any change to it voids both."
            }
            p.lead {
                "Version " (policy.version) " would take effect on " (moment(policy.effective, zone)) "."
                @if let Some(change) = &policy.change { " Its author says: “" (change.text) "”" }
            }
            form.workshop method="post" action=(visit.to("policy/review")) {
                input type="hidden" name="revision" value=(draft.revision);
                input type="hidden" name="base" value=(base);
                input type="hidden" name="digest" value=(hex(&proposal.digest));
                @if proposal.approved.is_some() {
                    button.main type="submit" name="do" value="publish" { "Publish it" }
                } @else if own {
                    p.lead { "Another person must approve it: nobody approves their own work." }
                } @else {
                    button.main type="submit" name="do" value="approve" { "Approve exactly this" }
                }
            }
        }
    }
}

/// Publishes, proposes, approves or throws away.
pub(in crate::console) async fn decide(
    State(desk): State<Arc<Desk>>,
    visit: Visit,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Turned> {
    let fields = Fields::sent(sent)?;
    let bench = Bench::of(&visit, &desk).await?;
    let review = visit.to("policy/review");
    let (site, revision) = (visit.site.id, fields.number("revision").unwrap_or(0));
    match fields.get("do") {
        "approve" => {
            let digest = unhex(fields.get("digest")).ok_or(Turned::Nowhere)?;
            let (by, at) = (visit.user.name.clone(), visit.now);
            match with_drafts(&desk, move |it| it.approve(site, (&by, at), digest)).await? {
                Ok(_) => Ok(see_other(&review)),
                Err(error) => turned_down::not_signed(&visit, &bench, &error),
            }
        }
        "discard" => match with_drafts(&desk, move |it| it.discard(site, revision)).await? {
            Ok(()) => Ok(see_other(&visit.to("policy"))),
            Err(error) => turned_down::not_signed(&visit, &bench, &error),
        },
        "rebase" => rebase(&visit, &desk, &bench, revision).await,
        "publish" | "propose" => put_forward(&visit, &desk, &bench, &fields).await,
        _ => Err(Turned::Nowhere),
    }
}

/// Makes the draft one of the newest version, with its own changes and those published since.
async fn rebase(
    visit: &Visit,
    desk: &Desk,
    bench: &Bench,
    revision: u64,
) -> Result<Response, Turned> {
    let Some(draft) = bench.draft.as_ref().filter(|it| it.revision == revision) else {
        return Ok(turned_down::draft_moved(visit, bench, bench.draft.as_ref(), None));
    };
    let (base, newest) = draft.base.zip(bench.newest.as_ref()).ok_or(Turned::Nowhere)?;
    let begun = visit
        .look(move |state| {
            let found = state.policies.iter().find(|it| it.hash() == base);
            found.map(|it| Arc::clone(&it.source))
        })
        .await?;
    let begun = begun.ok_or(Turned::Nowhere)?;
    match merged(&begun, &draft.source, &newest.source) {
        Err(line) => Ok(turned_down::both_changed(visit, bench, &begun, line)),
        Ok(text) => {
            let (site, by, at) = (visit.site.id, visit.user.name.clone(), visit.now);
            let base = Some(newest.hash());
            let saved = with_drafts(desk, move |it| {
                it.save(site, &Saving { source: &text, base, by: &by, at, revision })
            });
            match saved.await? {
                Ok(_) => Ok(see_other(&visit.to("policy/review"))),
                Err(error) => turned_down::not_signed(visit, bench, &error),
            }
        }
    }
}

async fn put_forward(
    visit: &Visit,
    desk: &Desk,
    bench: &Bench,
    fields: &Fields,
) -> Result<Response, Turned> {
    let revision = fields.number("revision").unwrap_or(0);
    let Some(draft) = bench.draft.as_ref().filter(|it| it.revision == revision) else {
        return Ok(turned_down::draft_moved(visit, bench, bench.draft.as_ref(), None));
    };
    let site = visit.site.id;
    let base = unhex(fields.get("base"));
    let publishes = fields.get("do") == "publish";
    let text = match (bench.two_person, publishes) {
        (true, true) if draft.approval().is_none() => {
            return Ok(turned_down::unapproved(visit, bench));
        }
        (true, true) => draft.source.clone(),
        (_, _) => {
            let Ok(policy) = handshake_core::policy::read(&draft.source) else {
                return Ok(see_other(&visit.to("policy/review")));
            };
            let terms = Terms::of(fields, &bench.facts.zone);
            let newest = bench.newest.as_ref();
            match stamped(&draft.source, (&policy, newest), &terms) {
                Ok(text) => text,
                Err(error) => {
                    let said = error.to_string();
                    return Ok(turned_down::not_changed(visit, bench, &said, "policy/review"));
                }
            }
        }
    };
    if !publishes {
        let (by, at) = (visit.user.name.clone(), visit.now);
        let proposed = with_drafts(desk, move |it| {
            it.propose(site, &Saving { source: &text, base, by: &by, at, revision })
        });
        return match proposed.await? {
            Ok(_) => Ok(see_other(&visit.to("policy/review"))),
            Err(error) => turned_down::not_signed(visit, bench, &error),
        };
    }
    match publish(visit, bench, text, base).await? {
        Ok(published) => {
            // What is published is kept in the ledger; a draft changed meanwhile stays a draft.
            if let Err(error) = with_drafts(desk, move |it| it.discard(site, revision)).await? {
                tracing::warn!(%error, "the draft stays after it was published");
            }
            let page = format!("policy?version={}", published.policy.version);
            Ok(see_other(&visit.to(&page)))
        }
        Err(refusal) => refused(visit, desk, &refusal).await,
    }
}

/// Says why, with what was published in the meantime.
async fn refused(
    visit: &Visit,
    desk: &Desk,
    refusal: &crate::ingest::Refusal,
) -> Result<Response, Turned> {
    let bench = Bench::of(visit, desk).await?;
    let by = bench.newest.as_ref().map(|it| it.by);
    let caller = visit
        .look(move |state| by.map_or(String::new(), |it| state.names.name(it).to_owned()))
        .await?;
    turned_down::not_published(visit, &bench, refusal, &caller)
}
