//! The sentence a customer reads: in every language, naming what is used, and easy enough.

use super::Notes;
use crate::policy::model::Purpose;
use crate::vocabulary::Name;

/// School years of reading that a sentence may ask for (Flesch-Kincaid). News is about 11.
const GRADE_MAX: f64 = 14.0;
const STEM_CHARS_MIN: usize = 3;
/// Beginnings of words that mean the same to a customer.
const FAMILIES: [&[&str]; 9] = [
    &["view", "look", "saw", "seen", "visit", "brows"],
    &["search", "look for", "typ"],
    &["cart", "basket", "bag"],
    &["purchas", "buy", "bought", "order", "item"],
    &["email", "e-mail", "mail"],
    &["phone", "call", "tele"],
    &["address", "deliver", "location"],
    &["body", "measure", "height", "weight"],
    &["device", "browser", "computer", "phone", "advertising id"],
];

pub(super) fn purpose(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let policy = notes.policy;
    for language in &policy.languages {
        if !it.says.contains_key(language) {
            let said = format!("purpose `{name}` says nothing in `{language}`");
            let help = format!("add `{language}=\"…\"` to `says`");
            notes.mistake(it.line, "no-words", said, &help);
        }
    }
    let english = policy.languages.first().filter(|it| *it == "en" || it.starts_with("en-"));
    let Some(says) = english.and_then(|english| it.says.get(english)) else { return };
    let unnamed: Vec<&Name> = it.uses.iter().filter(|data| !is_named(notes, data, says)).collect();
    for data in unnamed {
        let said = format!("the words of purpose `{name}` do not name `{data}`");
        notes.warning(it.uses_line, "not-named", said, "say it in `says`, or do not use it");
    }
    let grade = grade(says);
    if GRADE_MAX < grade {
        let said = format!("the words of purpose `{name}` need {grade:.0} years of school");
        let help = format!("use shorter words and sentences; {GRADE_MAX:.0} are enough");
        notes.warning(it.line, "hard-to-read", said, &help);
    }
}

/// Whether a word of the sentence is akin to one of the category's name, label, parents or
/// leaves. Derived data is named when all that it comes from is.
fn is_named(notes: &Notes<'_>, data: &Name, says: &str) -> bool {
    let policy = notes.policy;
    let says = says.to_lowercase();
    let mut leaves = policy.leaves_of(data).filter_map(|it| policy.data.get(it));
    let derived = leaves.all(|it| {
        !it.from.is_empty() && it.from.iter().all(|it| is_named_itself(notes, it, &says))
    });
    if derived {
        return true;
    }
    is_named_itself(notes, data, &says)
}

fn is_named_itself(notes: &Notes<'_>, data: &Name, says: &str) -> bool {
    let policy = notes.policy;
    let interest = data.as_str() == "interest" || data.as_str().starts_with("interest.");
    if interest && says.contains("{interest}") {
        return true;
    }
    let mut words = vec![data.as_str().replace('.', " ")];
    words.extend(policy.leaves_of(data).map(|it| it.as_str().replace('.', " ")));
    let parent = data.as_str().rsplit_once('.').and_then(|(above, _)| Name::new(above).ok());
    let labelled = [Some(data), parent.as_ref()];
    let categories = labelled.into_iter().flatten().filter_map(|it| policy.data.get(it));
    words.extend(categories.filter_map(|it| it.label.clone()));
    words.iter().flat_map(|it| it.split_whitespace()).any(|word| akin(&word.to_lowercase(), says))
}

/// Small words that say nothing of what is used.
const EMPTY: [&str; 16] = [
    "you", "your", "our", "what", "how", "the", "and", "for", "with", "about", "from", "this",
    "that", "are", "out", "who",
];

fn akin(word: &str, says: &str) -> bool {
    let word = word.trim_matches(|it: char| !it.is_alphanumeric());
    if EMPTY.contains(&word) || word.chars().count() < STEM_CHARS_MIN {
        return false;
    }
    let stem = stem(word);
    let begins = |stem: &str| {
        let starts = says.match_indices(stem).map(|(at, _)| at);
        starts
            .map(|at| says.get(..at).unwrap_or_default())
            .any(|before| before.chars().next_back().is_none_or(|it| !it.is_alphanumeric()))
    };
    let family = FAMILIES.iter().filter(|it| it.iter().any(|it| stem.starts_with(it)));
    begins(&stem) || family.flat_map(|it| it.iter()).any(|it| begins(it))
}

/// A word without its common endings.
fn stem(word: &str) -> String {
    let endings = ["ing", "ed", "es", "s"];
    let cut = endings.into_iter().find_map(|it| word.strip_suffix(it));
    cut.filter(|it| STEM_CHARS_MIN <= it.chars().count()).unwrap_or(word).to_owned()
}

/// Flesch-Kincaid grade level of an English text.
fn grade(text: &str) -> f64 {
    let count = |it: usize| u32::try_from(it).map_or(0.0, f64::from);
    let sentences = text.split(['.', '!', '?', ':', ';']).filter(|it| !it.trim().is_empty());
    let words: Vec<&str> = text.split_whitespace().collect();
    let syllables: usize = words.iter().map(|it| syllables(it)).sum();
    let (sentences, words) = (count(sentences.count().max(1)), count(words.len().max(1)));
    0.39 * words / sentences + 11.8 * count(syllables) / words - 15.59
}

/// Groups of vowels; a silent `e` at the end is none.
fn syllables(word: &str) -> usize {
    let word = word.trim_matches(|it: char| !it.is_alphabetic()).to_lowercase();
    let vowel = |it: char| "aeiouy".contains(it);
    let groups = word.split(|it| !vowel(it)).filter(|it| !it.is_empty()).count();
    let silent = word.ends_with('e') && !word.ends_with("le") && 1 < groups;
    groups.saturating_sub(usize::from(silent)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_akin_by_their_beginnings() {
        for (word, says) in [
            ("viewed", "the products you look at"),
            ("carted", "what is in your cart"),
            ("email", "we e-mail you"),
            ("measurements", "use your measurements"),
        ] {
            assert!(akin(word, says), "{word}");
        }
        assert!(!akin("cart", "a scarcartoon"));
        assert!(!akin("your", "your thing"));
    }

    #[test]
    fn hard_words_need_more_school() {
        assert!(grade("The cat sat on the mat.") < 2.0);
        let hard = "Notwithstanding aforementioned considerations, organisational \
                    responsibilities necessitate comprehensive documentation.";
        assert!(GRADE_MAX < grade(hard));
    }
}
