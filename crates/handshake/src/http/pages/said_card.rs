//! What stands in a card's place once it is answered: thanks, or that a no is kept to.

use handshake_core::vocabulary::Answer;
use maud::{Markup, html};

use super::mark::{Mark, mark};
use super::words::words;
use crate::ingest::Terms;

/// An answer as given.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Said<'a> {
    pub answer: Answer,
    pub purpose: &'a str,
    pub says: &'a str,
    pub language: &'a str,
    pub terms: &'a Terms,
    pub key: &'a str,
    /// A fresh id for taking it back.
    pub event: &'a str,
}

/// Names nobody: who takes it back is known by the cookie, or by the token in page memory.
pub(in crate::http) fn said_card(it: &Said<'_>) -> Markup {
    match it.answer {
        Answer::Granted => thanks(it),
        Answer::Refused | Answer::Deferred | Answer::Withdrawn => line(it),
    }
}

fn thanks(it: &Said<'_>) -> Markup {
    let words = words(it.language);
    let id = format!("hs-said-{}", it.purpose);
    let foreign = Some(&*it.terms.label_language).filter(|own| *own != words.lang);
    html! {
        section.hs-ask.hs-said lang=(words.lang) data-handshake-said=(it.answer.as_str())
            data-purpose=(it.purpose) aria-labelledby=(id) aria-live="polite" {
            div.hs-yours {
                h2.hs-question id=(id) tabindex="-1" { (mark(Mark::Agreed)) " " (words.thank_you) }
                p.hs-words { q lang=(it.language) { (it.says) } }
                p { (words.parties(&it.terms.who)) ". " (words.until(it.terms.keep.as_ref())) "." }
                form.hs-answers method="post" action="/v1/answers" {
                    @for (name, value) in [
                        ("key", it.key), ("purpose", it.purpose), ("event", it.event),
                        ("gesture", "form"),
                    ] { input type="hidden" name=(name) value=(value); }
                    button.hs-answer name="answer" value="withdrawn" { (words.take_it_back) }
                    a href="/my-deal" { (words.see_your_deal) }
                }
            }
            @if let Some(offer) = &it.terms.you_get {
                div.hs-ours {
                    h3 { (words.our_side) }
                    p lang=[foreign] { (offer) }
                }
            }
        }
    }
}

fn line(it: &Said<'_>) -> Markup {
    let words = words(it.language);
    let text = match it.answer {
        Answer::Refused => words.you_said_no,
        Answer::Deferred => words.you_said_later,
        Answer::Withdrawn | Answer::Granted => words.taken_back,
    };
    html! {
        section.hs-ask.hs-line lang=(words.lang) data-handshake-said=(it.answer.as_str())
            data-purpose=(it.purpose) aria-live="polite" {
            p.hs-result tabindex="-1" { (text) " " a href="/my-deal" { (words.see_your_deal) } }
        }
    }
}
