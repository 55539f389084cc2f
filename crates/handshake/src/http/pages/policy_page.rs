//! The page `/policy`: what is promised, in words, with how often it was missed. Made from the
//! policy alone, the same for everybody.

use handshake_core::impact::{Kept, Promise};
use handshake_core::policy::{
    Basis, Never, Policy, Purpose, Recipient, RecipientKind, SignalMeaning, SignalTerm,
};
use handshake_core::vocabulary::{Name, Signal, hex};
use maud::{DOCTYPE, Markup, html};

use super::policy_words::Given;
use super::words::{Words, words};
use crate::ingest::{PublicPolicy, Standing, data_in_words};

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

/// What stands around a page that everybody may read.
pub(super) struct Sheet<'a> {
    pub(super) words: &'a Words,
    pub(super) title: &'a str,
    pub(super) controller: &'a str,
    pub(super) fictional: bool,
    pub(super) shop: Option<&'a str>,
}

/// The words of the page, for a language of the policy: those of its first language where we do
/// not speak it.
pub(super) fn words_for(policy: &Policy, language: &str) -> &'static Words {
    let own = words(language);
    let spoken = language.split('-').next().unwrap_or_default().eq_ignore_ascii_case(own.lang);
    match spoken {
        true => own,
        false => words(policy.languages.first().map_or("en", String::as_str)),
    }
}

pub(super) fn sheet(it: &Sheet<'_>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(it.words.lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (it.title) }
                link rel="stylesheet" href="/my-deal.css";
                link rel="stylesheet" href="/policy.css";
            }
            body {
                header {
                    @if it.fictional { p.fictional { (it.words.deal.fictional) } }
                    @match it.shop {
                        Some(shop) => a href=(shop) { (it.controller) },
                        None => span { (it.controller) },
                    }
                }
                (body)
            }
        }
    }
}

/// An address of ours, of this site.
pub(super) fn address(path: &str, site: Option<&str>, language: Option<&str>) -> String {
    let fields = [("site", site), ("language", language)];
    let fields = fields.into_iter().filter_map(|(name, it)| it.map(|it| format!("{name}={it}")));
    let query = fields.collect::<Vec<_>>().join("&");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The words of a purpose and their language: the one asked for, else the policy's first.
pub(super) fn says(policy: &Policy, purpose: &Purpose, language: &str) -> (String, String) {
    let first = label_language(policy);
    let own = purpose.says.get(language).map(|it| (it, language));
    let text = own.or_else(|| purpose.says.get(first).map(|it| (it, first)));
    let interest = policy.data.iter().find(|it| it.0.as_str() == "interest");
    let label = interest.and_then(|it| it.1.label.clone());
    let label = label.map_or_else(|| "interest".to_owned(), |it| it.to_lowercase());
    text.map_or_else(Default::default, |(text, language)| {
        (text.replace("{interest}", &label), language.to_owned())
    })
}

/// Labels are written in the first language of the policy.
pub(super) fn label_language(policy: &Policy) -> &str {
    policy.languages.first().map_or("en", String::as_str)
}

/// The page.
pub(in crate::http) fn policy_page(it: &PolicyPage<'_>) -> Markup {
    let policy = &it.public.policy;
    let words = words_for(policy, it.language);
    let title = words.policy_title(&policy.controller.name);
    let page = Page { it, policy, words };
    let asked = |it: &&(&Name, &Purpose)| it.1.basis.is_permission();
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

struct Page<'a> {
    it: &'a PolicyPage<'a>,
    policy: &'a Policy,
    words: &'static Words,
}

impl Page<'_> {
    /// Labels in another language than the page are marked.
    fn foreign(&self) -> Option<&str> {
        Some(label_language(self.policy)).filter(|it| *it != self.words.lang)
    }

    fn to(&self, path: &str) -> String {
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
        let given = match (giving.is_empty(), giving.iter().all(|it| it.basis.is_permission())) {
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

    fn purpose(&self, (name, purpose): &(&Name, &Purpose)) -> Markup {
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
                    @if !purpose.basis.is_permission() || purpose.law.is_some() {
                        div { dt { (words.policy.ground) } dd { (words.basis(&purpose.basis)) (law(words, purpose.law.as_deref())) } }
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
                None if purpose.basis.is_permission() => (words.until_taken_back),
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
        if purpose.basis.is_permission() {
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
            @if purpose.basis.is_permission() {
                (deal(own.in_your_deal))
            } @else if purpose.stops_for_objection {
                (deal(own.object_in_your_deal))
            } @else if let Basis::LegitimateInterest { .. } = purpose.basis {
                p { (own.write_to_object) " " (contact(self.policy)) "." }
            }
        }
    }

    /// How often a promise was missed, where it is only observed.
    fn figures(&self, promise: &Promise, what: Option<&str>) -> Markup {
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

fn capital(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().map_or_else(String::new, |it| it.to_uppercase().collect());
    first + letters.as_str()
}

fn law(words: &Words, it: Option<&str>) -> Markup {
    html! { @if let Some(it) = it { " " span.law { (words.policy.law) " " (it) } } }
}

/// An address to write to, as a link where it is one.
fn contact(policy: &Policy) -> Markup {
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

/// Links to the other languages of the policy, in their own names where we know them.
pub(super) fn tongues(
    policy: &Policy,
    words: &Words,
    path: &str,
    site: Option<&str>,
    language: &str,
) -> Markup {
    html! {
        @for own in policy.languages.iter().filter(|it| *it != language) {
            @let known = super::words::words(own);
            @let primary = own.split('-').next().unwrap_or_default();
            @let name = if known.lang == primary { known.name } else { own.as_str() };
            @let lang = Some(own.as_str()).filter(|it| *it != words.lang);
            " · " a href=(address(path, site, Some(own))) lang=[lang] hreflang=(own) { (name) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::read;

    #[test]
    fn a_language_we_do_not_speak_has_our_words_in_the_first_of_the_policy() {
        let source = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");
        let mut policy = read(source).unwrap();
        let lang = |policy: &Policy, language| words_for(policy, language).lang;
        assert_eq!((lang(&policy, "de"), lang(&policy, "fr")), ("de", "en"));
        policy.languages = vec!["de".to_owned(), "fr".to_owned(), "en-GB".to_owned()];
        assert_eq!((lang(&policy, "fr"), lang(&policy, "en-GB")), ("de", "en"));
        policy.languages = vec!["fr".to_owned()];
        assert_eq!(lang(&policy, "fr"), "en");
    }

    #[test]
    fn addresses_keep_site_and_language() {
        assert_eq!(address("/policy", None, None), "/policy");
        assert_eq!(address("/policy", Some("shop"), Some("de")), "/policy?site=shop&language=de");
    }
}
