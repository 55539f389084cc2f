//! The page `/policy`: what is promised, in words, with how often it was missed. Made from the
//! policy alone, the same for everybody.

use handshake_core::impact::{Kept, Promise};
use handshake_core::policy::{
    Never, Policy, Purpose, Recipient, RecipientKind, SignalMeaning, SignalTerm,
};
use handshake_core::vocabulary::{Name, Signal, hex};
use maud::{Markup, html};

use super::policy_purpose::law;
use super::policy_terms::Given;
use super::sheet::{Sheet, address, label_language, says, sheet, tongues, words_for};
use super::words::Words;
use crate::ingest::{PublicPolicy, Standing};

/// Everything the page is made from.
#[derive(Debug)]
pub(in crate::http) struct PolicyPage<'a> {
    pub public: &'a PublicPolicy,
    /// One of the policy's.
    pub language: &'a str,
    pub fictional: bool,
    /// The site as named in the address.
    pub site: Option<&'a str>,
    /// The shop's own page.
    pub shop: Option<&'a str>,
}

/// The page.
pub(in crate::http) fn policy_page(it: &PolicyPage<'_>) -> Markup {
    let policy = &it.public.policy;
    let words = words_for(policy, it.language);
    let title = words.policy_title(&policy.controller.name);
    let page = Page { it, policy, words };
    let asked = |it: &&(&Name, &Purpose)| it.1.asks();
    let (yes, rest): (Vec<_>, Vec<_>) = policy.purposes.iter().partition(|it| asked(&it));
    let body = html! {
        main {
            h1 { (title) }
            (page.summary(yes.len()))
            @if !yes.is_empty() {
                section.group aria-labelledby="asked" {
                    h2 id="asked" { (words.policy.asked) }
                    p { (words.policy.only_if_yes) }
                }
                @for one in &yes { (page.purpose(one)) }
            }
            @if !rest.is_empty() {
                section.group aria-labelledby="unasked" { h2 id="unasked" { (words.policy.unasked) } }
                @for one in &rest { (page.purpose(one)) }
            }
            (page.nevers())
            (page.signals())
            (page.minors())
            (page.rights())
            (page.who_we_are())
        }
        (page.foot())
    };
    let sheet_of = Sheet {
        words,
        title: &title,
        controller: &policy.controller.name,
        fictional: it.fictional,
        shop: it.shop,
    };
    sheet(&sheet_of, &body)
}

pub(super) struct Page<'a> {
    pub(super) it: &'a PolicyPage<'a>,
    pub(super) policy: &'a Policy,
    pub(super) words: &'static Words,
}

impl Page<'_> {
    /// Labels in another language than the page are marked.
    pub(super) fn foreign(&self) -> Option<&str> {
        Some(label_language(self.policy)).filter(|it| *it != self.words.lang)
    }

    pub(super) fn to(&self, path: &str) -> String {
        address(path, self.it.site, Some(self.it.language))
    }

    fn summary(&self, asked: usize) -> Markup {
        let words = self.words;
        let others = |it: &Purpose| -> Vec<&Recipient> {
            let all = it.with.iter().filter_map(|it| self.policy.recipients.get(it));
            all.filter(|it| it.kind == RecipientKind::ThirdParty).collect()
        };
        let giving: Vec<&Purpose> =
            self.policy.purposes.values().filter(|it| !others(it).is_empty()).collect();
        let given = match (
            giving.is_empty(),
            giving.iter().all(|it| it.bases().all(|it| it.is_permission())),
        ) {
            (true, _) => Given::Nothing,
            (false, true) => Given::IfYes,
            (false, false) => Given::Unasked,
        };
        let sold = giving.iter().any(|it| others(it).iter().any(|it| it.sale));
        html! {
            p.summary {
                (words.policy_summary(self.policy.purposes.len(), asked, (given, sold))) " "
                strong { (words.policy.nothing_else) }
            }
            (self.figures(&Promise::AnythingElse, None))
            (self.standing())
        }
    }

    fn standing(&self) -> Markup {
        let (words, public) = (self.words, self.it.public);
        let from = self.policy.effective.max(public.published_at);
        let said = format!(
            "{} {}",
            words.numbered(self.policy.version),
            words.stands(public.standing, (from, &public.zone))
        );
        let coming = public.next.filter(|_| public.standing == Standing::InForce);
        html! {
            @match public.standing {
                Standing::InForce => p.state { (said) },
                Standing::Coming | Standing::Past { .. } | Standing::NeverRuled => {
                    p.done { (said) " " a href=(self.to("/policy")) { (words.policy.read_current) } }
                }
            }
            @if let Some((next, from)) = coming {
                p.done {
                    (words.numbered(next)) " " (words.stands(Standing::Coming, (from, &public.zone))) " "
                    a href=(self.to("/policy/history")) { (words.policy.changes_of_it) }
                }
            }
        }
    }

    /// How often a promise was missed, where it is only observed.
    pub(super) fn figures(&self, promise: &Promise, what: Option<&str>) -> Markup {
        let found = self.it.public.observed.iter().find(|it| it.0 == *promise);
        let lines = found.map(|(_, kept)| self.words.kept(kept));
        let missed = found.is_some_and(|(_, kept)| kept.iter().any(|it: &Kept| it.missed != 0));
        html! {
            @if let Some(lines) = lines {
                div.kept.missed[missed] {
                    p { @if let Some(what) = what { strong { (what) ". " } } (self.words.policy.observed) }
                    ul { @for line in lines { li { (line) } } }
                }
            }
        }
    }

    fn nevers(&self) -> Markup {
        let one = |it: &Never| {
            html! {
                li {
                    span lang=[self.foreign()] { (it.says) } "."
                    (law(self.words, it.law.as_deref()))
                    (self.figures(&Promise::Never(it.says.clone()), None))
                }
            }
        };
        html! {
            @if !self.policy.nevers.is_empty() {
                section aria-labelledby="never" {
                    h2 id="never" { (self.words.policy.never) }
                    ul.nevers { @for it in &self.policy.nevers { (one(it)) } }
                }
            }
        }
    }

    fn signals(&self) -> Markup {
        html! {
            @if !self.policy.signals.is_empty() {
                section aria-labelledby="signals" {
                    h2 id="signals" { (self.words.policy.signals) }
                    @for (signal, term) in &self.policy.signals { (self.signal(*signal, term)) }
                }
            }
        }
    }

    fn signal(&self, signal: Signal, term: &SignalTerm) -> Markup {
        let words = self.words;
        let meaning = match term.means {
            SignalMeaning::Objection => words.policy.as_objection,
            SignalMeaning::PermissionOrRefusal => words.policy.as_answer,
        };
        let named = term.to.iter().filter_map(|it| self.policy.purposes.get(it));
        html! {
            div.signal {
                h3 { (words.signal(signal)) }
                p { (meaning) }
                ul {
                    @for it in named {
                        @let (text, language) = says(self.policy, it, self.it.language);
                        li lang=(language) { (text) }
                    }
                }
                @if term.binds_person { p { (words.policy.binds_person) } }
                @if term.law.is_some() { p { (law(words, term.law.as_deref())) } }
                (self.figures(&Promise::Signal(signal), None))
            }
        }
    }

    fn minors(&self) -> Markup {
        html! {
            @if let Some(minors) = &self.policy.minors {
                section aria-labelledby="minors" {
                    h2 id="minors" { (self.words.policy.minors) }
                    p { (self.words.minors_say(minors.below)) }
                }
            }
        }
    }

    fn rights(&self) -> Markup {
        let own = self.words.policy;
        html! {
            section aria-labelledby="rights" {
                h2 id="rights" { (own.rights) }
                ul {
                    li { strong { (own.see) } " " (own.see_rest) " " a href=(self.to("/my-deal")) { (self.words.your_deal) } "." }
                    li { strong { (own.copy) } " " (own.copy_rest) }
                    li { strong { (own.erase) } " " (own.erase_rest) }
                    li { strong { (own.object) } " " (own.object_rest) }
                    li { strong { (own.complain) } " " (own.complain_rest) }
                }
                p { (own.write_to) " " (contact(self.policy)) "." }
            }
        }
    }

    fn who_we_are(&self) -> Markup {
        let own = self.words.policy;
        let places: Vec<&str> = self.policy.applies_in.iter().map(String::as_str).collect();
        html! {
            section aria-labelledby="who" {
                h2 id="who" { (own.who_we_are) }
                p { strong { (self.policy.controller.name) } " " (own.answers_for_it) " " (own.write_to) " " (contact(self.policy)) "." }
                p { (own.applies_in) " " (places.join(", ")) "." }
            }
        }
    }

    fn foot(&self) -> Markup {
        let (words, version) = (self.words, self.policy.version);
        let path = match self.it.public.standing {
            Standing::InForce => "/policy".to_owned(),
            Standing::Coming | Standing::Past { .. } | Standing::NeverRuled => {
                format!("/policy/{version}")
            }
        };
        let hash: String = hex(&self.it.public.hash).chars().take(16).collect();
        html! {
            footer {
                p {
                    (words.policy.same_file) " " (words.policy.print) " " (version) ", " code { (hash) } "."
                }
                p.links {
                    a href=(self.to("/policy/history")) { (words.policy.all_versions) }
                    " · " a href=(address(&format!("{path}.json"), self.it.site, None)) { (words.policy.for_programs) }
                    (tongues(self.policy, words, &path, self.it.site, self.it.language))
                }
            }
        }
    }
}

/// An address to write to, as a link where it is one.
pub(super) fn contact(policy: &Policy) -> Markup {
    let contact = policy.controller.contact.as_str();
    let link = match contact {
        it if it.starts_with("https://") => Some(it.to_owned()),
        it if it.contains('@') && !it.contains(char::is_whitespace) => Some(format!("mailto:{it}")),
        _ => None,
    };
    html! {
        @match link {
            Some(link) => a href=(link) { (contact) },
            None => (contact),
        }
    }
}
