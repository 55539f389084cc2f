//! The question put to a customer, made from the words agreed to.
//!
//! A policy's `says` is written as a verb phrase: “Use your interest in … to …”. Where it reads
//! as one, it becomes “May we use your interest in … to …?” with nothing but its first letter
//! and its full stop changed. Where it does not, it is shown as it stands, and asked after.

use super::words::Words;

/// Words that begin no English verb phrase in the infinitive.
const NO_VERBS: [&str; 32] = [
    "a", "an", "and", "at", "because", "by", "can", "for", "from", "he", "i", "if", "in", "is",
    "it", "may", "no", "on", "our", "she", "so", "that", "the", "their", "there", "they", "this",
    "to", "we", "with", "you", "your",
];
/// How a German phrase may begin so that its first word keeps its capital inside a sentence.
const FORMAL: [&str; 8] = ["Ihr", "Ihre", "Ihrem", "Ihren", "Ihrer", "Ihres", "Ihnen", "Sie"];

/// Puts the question.
pub(in crate::http) fn question(words: &Words, language: &str, says: &str) -> String {
    let phrase = Some(says).filter(|_| words.lang == primary(language)).and_then(phrase_of);
    let phrase = phrase.and_then(|it| match words.lang {
        "de" => german(it),
        _ => english(it),
    });
    match phrase {
        Some(phrase) => format!("{} {phrase}?", words.may_we),
        None => format!("{says} {}", asked_after(words, language)),
    }
}

/// Put after a sentence that is no question; in more languages than we speak otherwise.
fn asked_after(words: &Words, language: &str) -> &'static str {
    match primary(language).as_str() {
        "es" => "¿Le parece bien?",
        "fr" => "Êtes-vous d’accord ?",
        "it" => "Va bene per lei?",
        "nl" => "Vindt u dat goed?",
        _ => words.all_right,
    }
}

fn primary(language: &str) -> String {
    language.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

/// One sentence without its full stop.
fn phrase_of(says: &str) -> Option<&str> {
    let phrase = says.strip_suffix('.')?;
    let one = ![". ", "? ", "! ", ": "].iter().any(|end| phrase.contains(end));
    (one && !phrase.ends_with(['.', '?', '!'])).then_some(phrase)
}

fn english(phrase: &str) -> Option<String> {
    let first = phrase.split([' ', ',']).next()?;
    let verb = !NO_VERBS.contains(&first.to_lowercase().as_str()) && !first.contains('\'');
    let mut letters = phrase.chars();
    let initial = letters.next()?;
    let rest = letters.as_str();
    // An abbreviation or a name keeps its capitals, and is no verb.
    let capital = rest.chars().next().is_some_and(char::is_uppercase);
    (verb && !capital).then(|| initial.to_lowercase().chain(rest.chars()).collect())
}

fn german(phrase: &str) -> Option<String> {
    let first = phrase.split([' ', ',']).next()?;
    let infinitive = phrase.split([' ', ',']).any(|it| it.ends_with("en") || it.ends_with("n"));
    (FORMAL.contains(&first) && infinitive && first != "Sie").then(|| phrase.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[track_caller]
    fn check(language: &str, says: &str, asked: &str) {
        assert_eq!(question(words(language), language, says), asked);
    }

    #[test]
    fn a_verb_phrase_becomes_a_question() {
        check(
            "en",
            "Use your interest in road, and the products you look at, to choose things to show you.",
            "May we use your interest in road, and the products you look at, to choose things to \
             show you?",
        );
        check("en", "E-mail you about bikes.", "May we e-mail you about bikes?");
        check("de", "Ihre Maße nutzen, um zu raten.", "Dürfen wir Ihre Maße nutzen, um zu raten?");
    }

    #[test]
    fn any_other_sentence_is_shown_as_it_stands() {
        let en = "Is that all right with you?";
        for says in [
            "We use your interest to choose things.",
            "Your interest, to choose things.",
            "You're shown what you like.",
            "Use your interest. Tell nobody.",
            "Use your interest",
            "GPS position of your phone.",
        ] {
            check("en", says, &format!("{says} {en}"));
        }
        let de = "Gestohlene Karten erkennen.";
        check("de", de, &format!("{de} Ist das für Sie in Ordnung?"));
        // A language we do not speak is not bent into a question of ours.
        check("fr", "Utiliser vos goûts.", "Utiliser vos goûts. Êtes-vous d’accord ?");
    }

    #[test]
    fn every_question_of_the_model_policy_holds_its_statement() {
        let source = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");
        let policy = handshake_core::policy::read(source).unwrap();
        for it in handshake_core::policy::statements(&policy) {
            let asked = question(words(&it.language), &it.language, &it.says);
            let kept: String = it.says.chars().skip(1).take(it.says.chars().count() - 2).collect();
            assert!(asked.contains(&kept), "{asked}");
            assert!(asked.ends_with('?'), "{asked}");
        }
    }
}
