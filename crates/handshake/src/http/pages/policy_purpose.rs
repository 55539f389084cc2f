//! One purpose on the policy page: its sentence, its terms, and how to say no.

use handshake_core::impact::Promise;
use handshake_core::policy::{Basis, Purpose, Recipient, RecipientKind};
use handshake_core::vocabulary::{Name, Signal};
use maud::{Markup, html};

use super::policy_page::{Page, contact};
use super::sheet::says;
use super::words::Words;
use crate::ingest::data_in_words;

impl Page<'_> {
    pub(super) fn purpose(&self, (name, purpose): &(&Name, &Purpose)) -> Markup {
        let words = self.words;
        let (text, language) = says(self.policy, purpose, self.it.language);
        let id = format!("purpose-{name}");
        html! {
            section.term aria-labelledby=(id) {
                h3 id=(id) lang=(language) { (text) }
                dl {
                    (self.what(purpose))
                    (self.who(purpose))
                    div { dt { (words.policy.whither) } dd { (capital(&self.channels(purpose))) } }
                    div { dt { (words.policy.how_long) } dd { (self.keep(purpose)) } }
                    // Of what needs a yes, the heading above says so once for all.
                    @if !purpose.bases().all(Basis::is_permission) || purpose.law.is_some() {
                        div {
                            dt { (words.policy.ground) }
                            dd { (words.basis(&purpose.basis)) (law(words, purpose.law.as_deref())) }
                            @for own in &purpose.bases_in {
                                dd { (words.in_places(&own.places)) ": " (words.basis(&own.basis)) }
                            }
                        }
                    }
                    @if !purpose.only_in.is_empty() {
                        div { dt { (words.policy.only_for) } dd { (words.in_places(&purpose.only_in)) } }
                    }
                    @if let Some(offer) = &purpose.in_return {
                        div { dt { (words.policy.you_get) } dd lang=[self.foreign()] { (offer.label) } }
                    }
                    (self.limits(purpose))
                    (self.duties(purpose))
                    (self.stops(name, purpose))
                }
                (self.say_no(purpose))
                (self.figures(&Promise::Purpose((*name).clone()), None))
                @for it in &purpose.limits {
                    (self.figures(&Promise::Limit((*name).clone(), it.count, it.per), Some(&words.limit(it))))
                }
            }
        }
    }

    fn what(&self, purpose: &Purpose) -> Markup {
        let leaves = purpose.uses.iter().flat_map(|it| self.policy.leaves_of(it));
        let lines = data_in_words(self.policy, leaves);
        html! {
            div { dt { (self.words.policy.what) } @for line in &lines { dd lang=[self.foreign()] { (line) } } }
        }
    }

    fn who(&self, purpose: &Purpose) -> Markup {
        let mut all: Vec<&Recipient> =
            purpose.with.iter().filter_map(|it| self.policy.recipients.get(it)).collect();
        all.sort_by_key(|it| it.kind);
        let alone = all.len() == 1 && all.iter().all(|it| it.kind == RecipientKind::Ourselves);
        html! {
            div {
                dt { (self.words.policy.who) }
                @for it in &all {
                    dd {
                        (self.words.recipient(it))
                        @if alone { ", " (self.words.nobody_else) }
                    }
                }
            }
        }
    }

    fn channels(&self, purpose: &Purpose) -> String {
        let all: Vec<String> =
            purpose.on.iter().map(|it| self.words.channel(it.as_str())).collect();
        all.join(", ")
    }

    fn keep(&self, purpose: &Purpose) -> Markup {
        let words = self.words;
        html! {
            @match &purpose.keep {
                Some(keep) => { (words.keep(keep)) (law(words, keep.law.as_deref())) },
                None if purpose.asks() => (words.until_taken_back),
                None => (words.policy.not_said),
            }
        }
    }

    fn limits(&self, purpose: &Purpose) -> Markup {
        html! {
            @if !purpose.limits.is_empty() {
                div {
                    dt { (self.words.policy.how_often) }
                    @for it in &purpose.limits { dd { (self.words.limit(it)) } }
                }
            }
        }
    }

    fn duties(&self, purpose: &Purpose) -> Markup {
        html! {
            @if !purpose.duties.is_empty() {
                div {
                    dt { (self.words.policy.we_must) }
                    @for it in &purpose.duties { dd { (self.words.duty(it)) } }
                }
            }
        }
    }

    /// What ends it: a no, an objection, and signals that say so.
    fn stops(&self, name: &Name, purpose: &Purpose) -> Markup {
        let words = self.words;
        let mut all: Vec<&str> = Vec::new();
        if purpose.asks() {
            all.push(words.policy.your_no);
        }
        if purpose.stops_for_objection {
            all.push(words.policy.your_objection);
        }
        let signals = Signal::ALL.into_iter().filter(|it| {
            let named = self.policy.signals.get(it).is_some_and(|it| it.to.contains(name));
            named || purpose.stops_for.contains(it)
        });
        all.extend(signals.map(|it| words.signal(it)));
        html! {
            @if !all.is_empty() { div { dt { (words.policy.stops) } dd { (capital(&all.join(", "))) } } }
        }
    }

    fn say_no(&self, purpose: &Purpose) -> Markup {
        let own = self.words.policy;
        let deal = |said: &str| html! { p { a href=(self.to("/my-deal")) { (said) } } };
        html! {
            @if purpose.asks() {
                (deal(own.in_your_deal))
            } @else if purpose.stops_for_objection {
                (deal(own.object_in_your_deal))
            } @else if let Basis::LegitimateInterest { .. } = purpose.basis {
                p { (own.write_to_object) " " (contact(self.policy)) "." }
            }
        }
    }
}

fn capital(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().map_or_else(String::new, |it| it.to_uppercase().collect());
    first + letters.as_str()
}

pub(super) fn law(words: &Words, it: Option<&str>) -> Markup {
    html! { @if let Some(it) = it { " " span.law { (words.policy.law) " " (it) } } }
}
