//! The ask card: one question, what it means, and two answers of the same weight.
//!
//! It is a plain form, so that it works where scripts do not run; `handshake.js` takes over the
//! same markup where they do.

use maud::{Markup, html};

use super::question::question;
use super::words::{Words, words};
use crate::ingest::Terms;

/// One question to show.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Card<'a> {
    /// The ask's own id, to tell two cards on one page apart.
    pub ask: &'a str,
    pub purpose: &'a str,
    /// The statement as agreed to, and its language.
    pub says: &'a str,
    pub language: &'a str,
    pub terms: &'a Terms,
    pub key: &'a str,
    pub token: &'a str,
    /// A fresh id for the answer, so that a form sent twice is one answer.
    pub event: &'a str,
}

/// The answers, in the order they are shown everywhere.
pub(in crate::http) const YES: &str = "granted";
const NO: &str = "refused";
const LATER: &str = "deferred";

pub(in crate::http) fn ask_card(it: &Card<'_>) -> Markup {
    let words = words(it.language);
    let id = format!("hs-q-{}", it.ask);
    html! {
        section.hs-ask lang=(words.lang) data-handshake-ask=(it.purpose) aria-labelledby=(id)
            aria-live="polite" {
            h2.hs-question id=(id) lang=(it.language) tabindex="-1" {
                (underlined(&question(words, it.language, it.says), it.terms.interest.as_deref()))
            }
            @if !it.terms.added.is_empty() {
                p.hs-added {
                    (words.you_agreed_to_less) " "
                    strong lang=[foreign(words, it.terms)] { (it.terms.added.join("; ")) } "."
                }
            }
            (columns(words, it.terms))
            form.hs-answers method="post" action="/v1/answers" {
                @for (name, value) in
                    [("key", it.key), ("token", it.token), ("event", it.event), ("gesture", "form")]
                { input type="hidden" name=(name) value=(value); }
                button.hs-answer name="answer" value=(YES) { (words.yes) }
                button.hs-answer name="answer" value=(NO) { (words.no) }
                button.hs-later name="answer" value=(LATER) { (words.later) }
            }
            details.hs-why {
                summary { (words.why) }
                p { (words.because) }
                p { (words.word_for_word) " " q lang=(it.language) { (it.says) } }
            }
            p.hs-note {
                (words.change_your_mind) " " a href="/my-deal" { (words.your_deal) } "."
            }
        }
    }
}

/// What, who, how long, and what is given in return.
fn columns(words: &Words, terms: &Terms) -> Markup {
    let foreign = foreign(words, terms);
    html! {
        dl.hs-terms {
            div {
                dt { (words.what) }
                @for line in &terms.what { dd lang=[foreign] { (line) } }
            }
            div { dt { (words.who) } dd { (words.parties(&terms.who)) } }
            div { dt { (words.how_long) } dd { (words.until(terms.keep.as_ref())) } }
            @if let Some(offer) = &terms.you_get {
                div { dt { (words.you_get) } dd lang=[foreign] { (offer) } }
            }
        }
    }
}

/// The language of labels, where it is not that of the card.
fn foreign<'a>(words: &Words, terms: &'a Terms) -> Option<&'a str> {
    Some(&*terms.label_language).filter(|it| *it != words.lang)
}

/// The interest shown is underlined, so that everybody sees what it is about.
pub(super) fn underlined(text: &str, interest: Option<&str>) -> Markup {
    match interest.and_then(|it| Some((text.split_once(it)?, it))) {
        Some(((before, after), interest)) => html! { (before) u { (interest) } (after) },
        None => html! { (text) },
    }
}
