//! The sentence a customer reads: in every language, naming what is used and who gets it, easy
//! enough, and no other purpose's.

use std::collections::BTreeMap;

use super::Notes;
use super::grade;
use super::naming::{Naming, Tongue, fold};
use crate::policy::model::{Purpose, Recipient, RecipientKind};
use crate::vocabulary::Name;

/// School years that a sentence may ask for. News is about 11.
const ENGLISH_GRADE_MAX: f64 = 14.0;
/// The German formula was made for whole texts. A plain sentence that lists things may reach 17.
const GERMAN_GRADE_MAX: f64 = 20.0;
/// Texts of so few words may well be the same in two languages.
const SAME_WORDS_MAX: usize = 2;
/// More than this are told in one warning.
const UNNAMED_MAX: usize = 8;
/// Parts of a company's name that nobody would say.
const LEGAL_FORMS: [&str; 14] = [
    "inc", "ltd", "limited", "llc", "plc", "corp", "company", "gmbh", "mbh", "the", "and", "und",
    "sarl", "group",
];

pub(super) fn purposes(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let english = Naming::new(policy, Tongue::English);
    let german = Naming::new(policy, Tongue::German);
    let mut first: BTreeMap<(&str, String), &Name> = BTreeMap::new();
    for (name, it) in &policy.purposes {
        missing(notes, name, it);
        untranslated(notes, name, it);
        interest(notes, name, it);
        unnamed(notes, name, it, [&english, &german]);
        recipients(notes, name, it);
        for (language, says) in &it.says {
            hard(notes, name, it, language);
            let words = (language.as_str(), fold(says.trim()));
            let other = *first.entry(words).or_insert(name);
            if other != name {
                let said = format!("purpose `{name}` says in `{language}` what `{other}` says");
                let help = "say what is different, or make them one purpose";
                notes.warning(it.line, "same-words", said, help);
                break;
            }
        }
    }
}

fn missing(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let policy = notes.policy;
    for language in policy.languages.iter().filter(|language| !it.says.contains_key(*language)) {
        let said = format!("purpose `{name}` says nothing in `{language}`");
        let help = format!("add `{language}=\"…\"` to `says`");
        notes.mistake(it.line, "no-words", said, &help);
    }
}

fn untranslated(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let policy = notes.policy;
    let Some(first) = policy.languages.first() else { return };
    let Some(original) = it.says.get(first) else { return };
    let same = |(language, says): &(&String, &String)| *language != first && *says == original;
    let copy = it.says.iter().find(same).map(|(language, _)| language);
    if let (Some(copy), true) = (copy, SAME_WORDS_MAX < original.split_whitespace().count()) {
        let said = format!("purpose `{name}` says the same in `{copy}` as in `{first}`");
        notes.warning(it.line, "not-translated", said, "translate it");
    }
}

/// `{interest}` narrows the box, so it must stand in every language or in none.
fn interest(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let holds = |says: &String| says.contains("{interest}");
    let (with, without): (Vec<_>, Vec<_>) = it.says.iter().partition(|(_, says)| holds(says));
    if let (Some((with, _)), Some((without, _))) = (with.first(), without.first()) {
        let said =
            format!("purpose `{name}` has `{{interest}}` in `{with}` and not in `{without}`");
        let help = "use it in every language or in none, so that all agree to the same";
        notes.warning(it.line, "uneven-interest", said, help);
    }
    let used = |it: &Name| it.as_str() == "interest" || it.as_str().starts_with("interest.");
    if !with.is_empty() && !it.uses.iter().any(used) {
        let said = format!("purpose `{name}` says `{{interest}}` and uses none");
        notes.warning(it.uses_line, "idle-interest", said, "add `interest` to `uses`");
    }
}

fn unnamed(notes: &mut Notes<'_>, name: &Name, it: &Purpose, namings: [&Naming<'_>; 2]) {
    let mut found: BTreeMap<&Name, Vec<&str>> = BTreeMap::new();
    for (language, says) in &it.says {
        let of = match Tongue::of(language) {
            Some(Tongue::English) => namings.first(),
            Some(Tongue::German) => namings.last(),
            None => None,
        };
        for data in of.into_iter().flat_map(|naming| naming.unnamed(it.uses.iter(), says)) {
            found.entry(data).or_default().push(language);
        }
    }
    let help = "say it in `says`, or do not use it";
    if UNNAMED_MAX < found.len() {
        let few: Vec<String> = found.keys().take(3).map(|it| format!("`{it}`")).collect();
        let (few, more) = (few.join(", "), found.len() - few.len());
        let said = format!("the words of purpose `{name}` do not name {few} and {more} more");
        notes.warning(it.uses_line, "not-named", said, help);
        return;
    }
    for (data, languages) in found {
        let languages = languages.join(", ");
        let said = format!("the words of purpose `{name}` do not name `{data}` ({languages})");
        notes.warning_of((it.uses_line, data.as_str()), "not-named", said, help);
    }
}

/// Whoever relies on a permission of its own must be named where it is asked for.
fn recipients(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let policy = notes.policy;
    if !it.asks() {
        return;
    }
    let texts: Vec<(&String, String)> =
        it.says.iter().map(|(language, says)| (language, fold(says))).collect();
    for recipient in &it.with {
        let Some(who) = policy.recipients.get(recipient) else { continue };
        let parts = parts(who);
        let silent = texts.iter().filter(|(_, says)| !parts.iter().any(|it| says.contains(it)));
        let silent: Vec<&str> = silent.map(|(language, _)| language.as_str()).collect();
        if who.kind == RecipientKind::ThirdParty && !silent.is_empty() && !parts.is_empty() {
            let languages = silent.join(", ");
            let said = format!(
                "the words of purpose `{name}` do not name `{recipient}`, \
                 which gets the data ({languages})"
            );
            let help = format!("say `{}` in `says`", who.label);
            notes.warning_of(
                (it.with_line, recipient.as_str()),
                "recipient-not-named",
                said,
                &help,
            );
        }
    }
}

/// The words of a recipient's name that a sentence would use.
fn parts(who: &Recipient) -> Vec<String> {
    let words = who.label.split(|it: char| !it.is_alphanumeric()).map(fold);
    words.filter(|it| 3 <= it.chars().count() && !LEGAL_FORMS.contains(&it.as_str())).collect()
}

fn hard(notes: &mut Notes<'_>, name: &Name, it: &Purpose, language: &str) {
    let Some(says) = it.says.get(language) else { return };
    let text = says.replace("{interest}", "this");
    let (grade, most) = match Tongue::of(language) {
        Some(Tongue::English) => (grade::english(&text), ENGLISH_GRADE_MAX),
        Some(Tongue::German) => (grade::german(&text), GERMAN_GRADE_MAX),
        None => return,
    };
    if let Some(grade) = grade.filter(|it| most < *it) {
        let said = format!(
            "the words of purpose `{name}` in `{language}` need {grade:.0} years of school"
        );
        let help = format!("use shorter words and sentences; {most:.0} is the most");
        notes.warning(it.line, "hard-to-read", said, &help);
    }
}
