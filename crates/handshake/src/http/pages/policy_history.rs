//! The page `/policy/history`: every version there was, when, why, and what it changed.

use handshake_core::policy::{Difference, Effect, Policy};
use handshake_core::vocabulary::Millis;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::change_words::{Change, change};
use super::sheet::{Sheet, address, label_language, sheet, tongues, words_for};
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
    let state = words.stands(one.standing, (one.rules_from, zone));
    let (published, from) = (words.date(one.published_at, zone), words.date(one.rules_from, zone));
    let label_language = foreign(words, label_language(&one.policy));
    html! {
        section.version.coming[coming] aria-labelledby=(id) {
            h2 id=(id) { (words.policy.print) " " (number) }
            p.state { (state) @if published != from { " " (words.policy.published) " " (published) "." } }
            @if let Some(why) = &one.policy.change {
                p.why lang=[label_language] { (why.text) }
                @if one.changed.is_some() { p.state { (words.change_kind(why.kind)) } }
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
    html! {
        @for effect in EFFECTS {
            @let some = of(it, words, one, (before, all, effect));
            @if !some.is_empty() {
                h3 { (heading(words, effect)) }
                ul { @for (purpose, all) in &some { (about(words, purpose.as_ref(), all)) } }
            }
        }
    }
}

/// A purpose's sentence, if it is of one, and its changes.
type About = (Option<(String, String)>, Vec<Change>);

/// The changes of one effect by the purpose they are of, each once.
fn of(
    it: &HistoryPage<'_>,
    words: &Words,
    one: &Version,
    (before, all, effect): (&Policy, &[Difference], Effect),
) -> Vec<About> {
    let mut said: Vec<About> = Vec::new();
    for own in all.iter().filter(|it| it.effect == effect) {
        let change = change(words, (before, &one.policy), own, it.language);
        match said.iter_mut().find(|it| it.0 == change.purpose) {
            // What the file says by lines may be one thing to whoever reads it.
            Some((_, all)) if all.contains(&change) => (),
            Some((_, all)) => all.push(change),
            None => said.push((change.purpose.clone(), vec![change])),
        }
    }
    said
}

fn about(words: &Words, purpose: Option<&(String, String)>, all: &[Change]) -> Markup {
    html! {
        @if let Some((says, language)) = purpose {
            li {
                q lang=[foreign(words, language)] { (says) }
                ul { @for it in all { li { (sentence(words, it)) } } }
            }
        } @else {
            @for it in all { li { (sentence(words, it)) } }
        }
    }
}

fn foreign<'a>(words: &Words, language: &'a str) -> Option<&'a str> {
    Some(language).filter(|it| *it != words.lang)
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
    html! {
        (it.text)
        @if let Some((detail, language)) = &it.detail {
            ": " strong lang=[foreign(words, language)] { (detail) }
        }
        "."
    }
}
