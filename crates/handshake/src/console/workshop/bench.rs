//! The bench: what every page of the workshop has before it.

use std::sync::Arc;

use handshake_core::policy::{self, Edit, Policy, Problem, Severity};
use handshake_core::projection::Published;
use maud::{Markup, html};

use super::super::desk::Desk;
use super::super::frame::Facts;
use super::super::numbers::moment;
use super::super::visit::{Turned, Visit};
use crate::access::{Draft, DraftError, Drafts, Saving};

/// A policy to begin with, where there is none.
const STARTER: &str = include_str!("starter.kdl");

#[derive(Debug)]
pub(super) struct Bench {
    pub(super) facts: Facts,
    /// What a new policy would replace.
    pub(super) newest: Option<Published>,
    pub(super) draft: Option<Draft>,
    /// Another person must approve what is published.
    pub(super) two_person: bool,
}

/// A text, and all that is wrong with it.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) policy: Option<Policy>,
    pub(super) problems: Vec<Problem>,
}

/// Where one can go in the workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Tab {
    Published,
    Form,
    File,
    Review,
}

impl Bench {
    pub(super) async fn of(visit: &Visit, desk: &Desk) -> Result<Bench, Turned> {
        visit.edits_policy()?;
        let now = visit.now;
        let (facts, newest) = visit
            .look(move |state| (Facts::of(state, now), state.policies.newest().cloned()))
            .await?;
        let site = visit.site.id;
        let draft = with_drafts(desk, move |it| it.draft(site)).await?.map_err(|it| failed(&it))?;
        Ok(Bench { facts, newest, draft, two_person: visit.site.two_person })
    }

    /// What is written on: the draft, else the policy as published, else one to begin with.
    pub(super) fn text(&self, visit: &Visit) -> String {
        match (&self.draft, &self.newest) {
            (Some(draft), _) => draft.source.clone(),
            (None, Some(newest)) => newest.source.to_string(),
            (None, None) => STARTER.replace("your-shop", visit.site.name.as_str()),
        }
    }

    pub(super) fn revision(&self) -> u64 {
        self.draft.as_ref().map_or(0, |it| it.revision)
    }

    /// Hash of the policy that the draft is, or would be, made from.
    pub(super) fn base(&self) -> Option<[u8; 32]> {
        match &self.draft {
            Some(draft) => draft.base,
            None => self.newest.as_ref().map(Published::hash),
        }
    }

    /// Whether something was published since the draft was begun.
    pub(super) fn is_overtaken(&self) -> bool {
        self.draft.is_some() && self.base() != self.newest.as_ref().map(Published::hash)
    }

    /// Makes changes to the draft, or to what a first one begins with, and keeps them.
    pub(super) async fn change(
        &self,
        visit: &Visit,
        desk: &Desk,
        edits: &[Edit],
    ) -> Result<Result<Draft, DraftError>, String> {
        let text = policy::edit_all(&self.text(visit), edits).map_err(|it| it.to_string())?;
        let checked = Checked::of(&text);
        if checked.policy.is_none() {
            let said: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
            return Err(said.join("; "));
        }
        self.save(visit, desk, text).await.map_err(|_| "nothing could be saved".to_owned())
    }

    pub(super) async fn save(
        &self,
        visit: &Visit,
        desk: &Desk,
        source: String,
    ) -> Result<Result<Draft, DraftError>, Turned> {
        let (site, by, at) = (visit.site.id, visit.user.name.clone(), visit.now);
        let (base, revision) = (self.base(), self.revision());
        with_drafts(desk, move |it| {
            it.save(site, &Saving { source: &source, base, by: &by, at, revision })
        })
        .await
    }

    /// That somebody saved the draft while a form was filled in.
    pub(super) fn moved(&self) -> String {
        let who = match &self.draft {
            Some(it) => format!("{} saved the draft", it.saved.by),
            None => "The draft was published or thrown away".to_owned(),
        };
        format!(
            "{who} while this form was open. What you filled in is still here: look at it, and save \
             it again to have it in the draft as that is now."
        )
    }

    /// What is to be known of the draft, wherever it is worked on.
    pub(super) fn standing(&self, visit: &Visit) -> Markup {
        let zone = &self.facts.zone;
        html! {
            @match &self.draft {
                None => p.subtitle {
                    "There is no draft yet. What you save becomes one; "
                    @if self.newest.is_some() { "the published policy stays as it is." }
                    @else { "nothing is published by it." }
                },
                Some(it) => p.subtitle {
                    "Draft saved " (moment(it.saved.at, zone)) " by " (it.saved.by)
                    @if let Some(newest) = self.newest.as_ref().filter(|_| !self.is_overtaken()) {
                        ", made from version " (newest.policy.version)
                    }
                },
            }
            @if let Some(newest) = self.newest.as_ref().filter(|_| self.is_overtaken()) {
                p.notice role="note" {
                    b { "This draft was made from an older version." }
                    " Version " (newest.policy.version) " was published since, and the draft does not know it. Compare them before you publish: what the draft does not have would be gone."
                }
                @if self.base().is_some() {
                    form method="post" action=(visit.to("policy/review")) {
                        input type="hidden" name="revision" value=(self.revision());
                        button type="submit" name="do" value="rebase" { "Put the draft’s changes on top of version " (newest.policy.version) }
                    }
                }
            }
            @if let Some(it) = self.draft.as_ref().and_then(|it| it.voided.as_ref()) {
                p.notice role="note" {
                    b { "An approval is void." }
                    " " (it.by) " approved this draft on " (moment(it.at, zone)) ", and it was changed afterwards. Propose it again."
                }
            }
        }
    }
}

impl Checked {
    pub(super) fn of(text: &str) -> Checked {
        match policy::read(text) {
            Err(problems) => Checked { policy: None, problems },
            Ok(policy) => {
                let problems = policy::check(&policy, text);
                Checked { policy: Some(policy), problems }
            }
        }
    }

    pub(super) fn mistakes(&self) -> usize {
        self.problems.iter().filter(|it| it.severity == Severity::Mistake).count()
    }

    /// The policy, if it could be published.
    pub(super) fn sound(&self) -> Option<&Policy> {
        self.policy.as_ref().filter(|_| self.mistakes() == 0)
    }
}

/// Works on the drafts, which may wait for the disk.
pub(super) async fn with_drafts<T: Send + 'static>(
    desk: &Desk,
    work: impl FnOnce(&Drafts) -> T + Send + 'static,
) -> Result<T, Turned> {
    let drafts = Arc::clone(&desk.drafts);
    tokio::task::spawn_blocking(move || work(&drafts)).await.map_err(|_| Turned::down())
}

pub(super) fn failed(error: &DraftError) -> Turned {
    tracing::error!(%error, "drafts cannot be read or written");
    Turned::Down(format!("The draft could not be read or written: {error}."))
}

/// A browser sends a text with `\r\n`, whatever it was given: it gets back the ends of lines that
/// the draft has.
pub(super) fn as_it_was(sent: &str, before: &str) -> String {
    let plain = sent.replace("\r\n", "\n");
    if before.contains("\r\n") { plain.replace('\n', "\r\n") } else { plain }
}

/// The way through the workshop.
pub(in crate::console) fn tabs(visit: &Visit, here: Option<Tab>) -> Markup {
    let link = |tab: Tab, page: &str, name: &str| {
        let current = (Some(tab) == here).then_some("page");
        html! { li { a href=(visit.to(page)) aria-current=[current] { (name) } } }
    };
    html! {
        div.tabs role="navigation" aria-label="Policy workshop" {
            ul {
                (link(Tab::Published, "policy", "As published"))
                @if visit.user.role.edits_policy() {
                    (link(Tab::Form, "policy/form", "By form"))
                    (link(Tab::File, "policy/edit", "The file"))
                    (link(Tab::Review, "policy/review", "Compare and publish"))
                }
            }
        }
    }
}

/// A caller as people read it: users by their names, everybody else as the ledger has them.
pub(in crate::console) fn who(caller: &str) -> &str {
    match caller.strip_prefix(USER) {
        Some(user) => user,
        None if caller == "cli" => "a command",
        None => caller,
    }
}

/// What stands before a user's name in the ledger, so that no key can be taken for a person.
pub(super) const USER: &str = "user:";

/// A text with its `code` as code.
pub(super) fn ticked(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_begins_with_is_sound() {
        let checked = Checked::of(STARTER);
        assert!(checked.sound().is_some());
        // That recommendations and tests stay off is all there is to say of it.
        let said: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
        let off = |it: &String| it.contains("so this stays off") || it.contains("covers testing");
        assert!(said.iter().all(off), "{}", said.join("\n"));
    }

    #[test]
    fn ends_of_lines_stay_as_they_were() {
        assert_eq!(as_it_was("a\r\nb\r\n", "x\ny"), "a\nb\n");
        assert_eq!(as_it_was("a\nb\r\n", "x\r\ny"), "a\r\nb\r\n");
    }

    #[test]
    fn users_are_told_from_keys() {
        assert_eq!([who("user:imke"), who("cli"), who("mailer")], ["imke", "a command", "mailer"]);
        assert_eq!(ticked("use `a` now").into_string(), "use <code>a</code> now");
    }
}
