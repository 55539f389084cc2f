//! Whether a sentence names the data it is about, in English or German.
//!
//! A guess by the beginnings of words: of the names of a category, its leaves and what holds it, of
//! its labels, and of everyday words that mean the same. In a language that the labels are not
//! written in, only data that everyday words are known for is judged.

use std::collections::BTreeMap;

use crate::policy::model::Policy;
use crate::vocabulary::Name;

const STEM_CHARS_MIN: usize = 3;
/// Beginnings of everyday words for the same thing: English, then German without umlauts.
const FAMILIES: [(&[&str], &[&str]); 13] = [
    (
        &["view", "look", "saw", "seen", "visit", "brows", "click"],
        &["anseh", "angeseh", "gesehen", "besuch", "klick", "betracht"],
    ),
    (&["search", "look for", "typ"], &["such", "eingeb", "eingegeb"]),
    (&["cart", "basket", "bag"], &["warenkorb", "korb"]),
    (&["purchas", "buy", "bought", "order", "item"], &["kauf", "bestell", "artikel", "erworb"]),
    (&["email", "e-mail", "mail"], &["mail", "schreib"]),
    (&["phone", "call", "tele"], &["telefon", "anruf", "rufnummer", "handy"]),
    (
        &["address", "deliver", "location", "postal"],
        &["adress", "anschrift", "liefer", "standort", "wohnort"],
    ),
    (&["contact", "reach"], &["kontakt", "erreich"]),
    (
        &["body", "measure", "height", "weight", "inseam", "size"],
        &["korper", "mass", "gemessen", "grosse", "gewicht"],
    ),
    (
        &["device", "browser", "computer", "phone", "advertising id", "ad-id", "ip-address"],
        &["gerat", "browser", "computer", "handy", "werbe-id", "werbekennung", "ip-adresse"],
    ),
    (
        &["answer", "decision", "deal", "choice"],
        &["antwort", "entscheid", "vereinbar", "einwillig", "zustimm", "abmachung"],
    ),
    (&["interest", "like", "prefer"], &["interess", "vorlieb", "gefall", "mogen"]),
    (&["pay", "card", "bank"], &["zahl", "karte", "bank", "konto"]),
];
/// Small words that say nothing of what is used.
const EMPTY: [&str; 40] = [
    "you", "your", "our", "what", "how", "the", "and", "for", "with", "about", "from", "this",
    "that", "are", "out", "who", "was", "sie", "ihr", "ihre", "ihren", "wir", "uns", "unser",
    "unsere", "und", "der", "die", "das", "wie", "mit", "auf", "haben", "sind", "den", "dem",
    "bei", "aus", "uber", "daten",
];

/// A language that sentences can be judged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    German,
}

impl Tongue {
    pub(super) fn of(language: &str) -> Option<Tongue> {
        match language.split('-').next() {
            Some("en") => Some(Tongue::English),
            Some("de") => Some(Tongue::German),
            _ => None,
        }
    }
}

/// A sentence, folded, with the places where its words begin.
#[derive(Debug)]
struct Sentence<'a> {
    text: &'a str,
    /// What follows each beginning of a word, in order, to be searched by a stem.
    tails: Vec<&'a str>,
    tongue: Tongue,
}

/// What names each category in one language, worked out once for all sentences.
#[derive(Debug)]
pub(super) struct Naming<'a> {
    policy: &'a Policy,
    tongue: Tongue,
    stems: BTreeMap<&'a Name, Vec<String>>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(policy: &'a Policy, tongue: Tongue) -> Naming<'a> {
        let first = policy.languages.first();
        let at_home = first.and_then(|it| Tongue::of(it)) == Some(tongue);
        let stems = policy.data.keys().map(|it| (it, stems(policy, it, tongue, at_home))).collect();
        Naming { policy, tongue, stems }
    }

    /// The data that a sentence uses and does not name, as far as can be told.
    pub(super) fn unnamed(
        &self,
        used: impl Iterator<Item = &'a Name>,
        says: &str,
    ) -> Vec<&'a Name> {
        let text = fold(says);
        let sentence = Sentence::new(&text, self.tongue);
        used.filter(|it| self.is_unnamed(it, &sentence)).collect()
    }

    /// Derived data is named when all that it comes from is.
    fn is_unnamed(&self, data: &Name, says: &Sentence<'_>) -> bool {
        if !self.is_unnamed_itself(data, says) {
            return false;
        }
        let from = |leaf: &Name| self.policy.data.get(leaf).map(|it| &it.from);
        let mut leaves = self.policy.leaves_of(data).filter_map(from);
        !leaves.all(|it| {
            !it.is_empty() && it.iter().all(|source| !self.is_unnamed_itself(source, says))
        })
    }

    fn is_unnamed_itself(&self, data: &Name, says: &Sentence<'_>) -> bool {
        let interest = data.as_str() == "interest" || data.as_str().starts_with("interest.");
        if interest && says.text.contains("{interest}") {
            return false;
        }
        let Some(stems) = self.stems.get(data) else { return false };
        !stems.is_empty() && !stems.iter().any(|it| says.names(it))
    }
}

impl<'a> Sentence<'a> {
    fn new(text: &'a str, tongue: Tongue) -> Sentence<'a> {
        let mut tails = Vec::new();
        let mut before = None;
        for (at, it) in text.char_indices() {
            if it.is_alphanumeric() && !before.is_some_and(char::is_alphanumeric) {
                tails.extend(text.get(at..));
            }
            before = Some(it);
        }
        tails.sort_unstable();
        Sentence { text, tails, tongue }
    }

    /// German puts words together, so there a stem may stand anywhere in one.
    fn names(&self, stem: &str) -> bool {
        match self.tongue {
            Tongue::English => {
                let at = self.tails.partition_point(|it| *it < stem);
                self.tails.get(at).is_some_and(|it| it.starts_with(stem))
            }
            Tongue::German => self.text.contains(stem),
        }
    }
}

/// The stems that name a category; none where it cannot be judged.
fn stems(policy: &Policy, data: &Name, tongue: Tongue, at_home: bool) -> Vec<String> {
    let mut texts: Vec<&str> = vec![data.as_str()];
    texts.extend(policy.leaves_of(data).map(Name::as_str));
    let mut label = |it: &str| {
        texts.extend(policy.data.get(it).and_then(|it| it.label.as_deref()));
    };
    label(data.as_str());
    if let Some((above, _)) = data.as_str().rsplit_once('.') {
        label(above);
    }
    let parts = texts.iter().flat_map(|it| it.split([' ', '.']));
    let words = parts.flat_map(|it| std::iter::once(it).chain(it.split('-')));
    let mut own: Vec<String> = words.filter_map(|it| stem(&fold(it))).collect();
    own.sort_unstable();
    own.dedup();
    let begins = |it: &[&str]| own.iter().any(|own| it.iter().any(|it| own.starts_with(it)));
    let families = FAMILIES.iter().filter(|(en, de)| begins(en) || begins(de));
    let akin: Vec<String> = families
        .flat_map(|(english, german)| match tongue {
            Tongue::English => *english,
            Tongue::German => *german,
        })
        .map(|it| (*it).to_owned())
        .collect();
    match at_home || !akin.is_empty() {
        true => akin.into_iter().chain(own).collect(),
        false => Vec::new(),
    }
}

/// A word without its common endings; none if it is too short or says nothing.
fn stem(word: &str) -> Option<String> {
    let word = word.trim_matches(|it: char| !it.is_alphanumeric());
    if EMPTY.contains(&word) || word.chars().count() < STEM_CHARS_MIN {
        return None;
    }
    let endings = ["ing", "ed", "es", "en", "s"];
    let cut = endings.into_iter().find_map(|it| word.strip_suffix(it));
    let long_enough = |it: &&str| STEM_CHARS_MIN <= it.chars().count();
    Some(cut.filter(long_enough).unwrap_or(word).to_owned())
}

/// Small letters without umlauts.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for it in text.to_lowercase().chars() {
        match it {
            'ä' => folded.push('a'),
            'ö' => folded.push('o'),
            'ü' => folded.push('u'),
            'ß' => folded.push_str("ss"),
            _ => folded.push(it),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read;

    const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

    #[track_caller]
    fn check(tongue: Tongue, data: &str, says: &str, named: bool) {
        let policy = read(MODEL).unwrap();
        let data = Name::new(data).unwrap();
        let (data, _) = policy.data.get_key_value(&data).unwrap();
        let unnamed = Naming::new(&policy, tongue).unnamed([data].into_iter(), says);
        assert_eq!(unnamed.is_empty(), named, "{data}: {says}");
    }

    #[test]
    fn words_are_akin_by_their_beginnings() {
        check(Tongue::English, "behaviour.viewed", "the products you look at", true);
        check(Tongue::English, "behaviour.carted", "what is in your cart", true);
        check(Tongue::English, "behaviour.carted", "a scarcartoon", false);
        check(Tongue::English, "contact.email", "we e-mail you", true);
        check(Tongue::English, "body", "use your measurements", true);
        check(Tongue::English, "body", "use your thing", false);
        check(Tongue::English, "interest.road", "your interest in {interest}", true);
        check(Tongue::English, "derived.bike-match", "your interest and what you viewed", true);
        check(Tongue::English, "derived.churn-risk", "what you viewed", false);
    }

    #[test]
    fn german_is_judged_by_everyday_words_alone() {
        check(Tongue::German, "purchase", "Ihre Einkäufe nutzen", true);
        check(Tongue::German, "body", "Ihre Maße nutzen", true);
        check(Tongue::German, "body", "Ihre Daten nutzen", false);
        check(Tongue::German, "behaviour.viewed", "angesehene Produkte", true);
        // Nothing is known of what churn is called in German.
        check(Tongue::German, "derived.churn-risk", "Ihre Einkäufe nutzen", true);
    }
}
