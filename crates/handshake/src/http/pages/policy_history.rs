//! The page `/policy/history`: every version there was, when, why, and what it changed.

use handshake_core::policy::{Difference, Effect, Policy};
use handshake_core::vocabulary::Millis;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::change_words::{Change, change};
use super::policy_page::{Sheet, address, label_language, sheet, tongues, words_for};
use super::words::Words;
use crate::ingest::Standing;

/// One version, with what it changed of the one before.
#[derive(Debug)]
pub(in crate::http) struct Version {
    /// What is promised.
    pub policy: Policy,
    pub hash: String,
    pub published_at: Millis,
    pub rules_from: Millis,
    pub standing: Standing,
    /// The version before and the differences, the widened first; nothing for the first.
    pub changed: Option<(Policy, Vec<Difference>)>,
}

/// Everything the page is made from.
#[derive(Debug)]
pub(in crate::http) struct HistoryPage<'a> {
    /// Oldest first; never empty where a site has a policy.
    pub versions: &'a [Version],
    pub language: &'a str,
    pub zone: TimeZone,
    pub fictional: bool,
    pub site: Option<&'a str>,
    pub shop: Option<&'a str>,
}

const EFFECTS: [Effect; 5] =
    [Effect::Widened, Effect::Worse, Effect::Reworded, Effect::Narrowed, Effect::Better];

/// The page; nothing where there is no version.
pub(in crate::http) fn history_page(it: &HistoryPage<'_>) -> Option<Markup> {
    let (first, newest) = (it.versions.first()?, it.versions.last()?);
    let policy = &newest.policy;
    let words = words_for(policy, it.language);
    let title = words.history_title(&policy.controller.name);
    let body = html! {
        main {
            h1 { (title) }
            p.summary { (words.versions(it.versions.len(), first.rules_from, &it.zone)) }
            @for one in it.versions.iter().rev() { (version(it, words, one)) }
        }
        footer {
            p.links {
                a href=(address("/policy", it.site, Some(it.language))) { (words.policy.current) }
                " · " a href=(address("/policy/history.json", it.site, None)) { (words.policy.for_programs) }
                (tongues(policy, words, "/policy/history", it.site, it.language))
            }
        }
    };
    let around = Sheet {
        words,
        title: &title,
        controller: &policy.controller.name,
        fictional: it.fictional,
        shop: it.shop,
    };
    Some(sheet(&around, &body))
}

fn version(it: &HistoryPage<'_>, words: &Words, one: &Version) -> Markup {
    let (number, zone) = (one.policy.version, &it.zone);
    let id = format!("version-{number}");
    let coming = one.standing == Standing::Coming;
    let state = match one.standing {
        Standing::InForce => words.in_force_since(number, one.rules_from, zone),
        Standing::Coming => words.comes(number, one.rules_from, zone),
        Standing::Past { until } => words.was(number, (one.rules_from, until), zone),
        Standing::NeverRuled => words.policy.never_ruled.to_owned(),
    };
    let foreign = Some(label_language(&one.policy)).filter(|it| *it != words.lang);
    html! {
        section.version.coming[coming] aria-labelledby=(id) {
            h2 id=(id) { (words.policy.print) " " (number) }
            p.state { (state) " " (words.policy.published) " " (words.date(one.published_at, zone)) "." }
            @if let Some(why) = &one.policy.change {
                p.why lang=[foreign] { (why.text) }
                p.state { (words.change_kind(why.kind)) }
            }
            (changes(it, words, one))
            p { a href=(address(&format!("/policy/{number}"), it.site, Some(it.language))) { (words.policy.read_whole) } }
        }
    }
}

fn changes(it: &HistoryPage<'_>, words: &Words, one: &Version) -> Markup {
    let Some((before, all)) = &one.changed else {
        return html! { p { (words.policy.first_version) } };
    };
    if all.is_empty() {
        return html! { p { (words.policy.means_the_same) } };
    }
    let of = |effect: Effect| -> Vec<Change> {
        let some = all.iter().filter(move |it| it.effect == effect);
        let mut said: Vec<Change> =
            some.map(|own| change(words, (before, &one.policy), own, it.language)).collect();
        // What the file says by lines may be one thing to whoever reads it.
        let mut seen = Vec::new();
        said.retain(|it| {
            let new = !seen.contains(it);
            if new {
                seen.push(it.clone());
            }
            new
        });
        said
    };
    html! {
        @for effect in EFFECTS {
            @let some = of(effect);
            @if !some.is_empty() {
                h3 { (heading(words, effect)) }
                ul { @for own in &some { li { (sentence(words, own)) } } }
            }
        }
    }
}

pub(super) fn heading(words: &Words, effect: Effect) -> &'static str {
    match effect {
        Effect::Widened => words.policy.widened,
        Effect::Worse => words.policy.worse,
        Effect::Reworded => words.policy.reworded,
        Effect::Narrowed => words.policy.narrowed,
        Effect::Better => words.policy.better,
    }
}

fn sentence(words: &Words, it: &Change) -> Markup {
    let foreign = |language: &String| Some(language.clone()).filter(|it| it != words.lang);
    html! {
        (it.text)
        @if let Some((detail, language)) = &it.detail {
            ": " strong lang=[foreign(language)] { (detail) }
        }
        "."
        @if let Some((says, language)) = &it.purpose { " " q lang=[foreign(language)] { (says) } }
    }
}
