//! How many years of school a text asks of its reader: Flesch-Kincaid for English, the first Wiener
//! Sachtextformel for German.

/// Sentences as short as this are never hard, and the formulas say nothing of them.
const WORDS_MIN: usize = 5;
const LONG_WORD_CHARS_MIN: usize = 7;

/// What the formulas count.
#[derive(Debug)]
struct Counts {
    words: f64,
    sentences: f64,
    syllables: f64,
    one_syllable: f64,
    three_syllables: f64,
    long_words: f64,
}

/// Flesch-Kincaid grade (Kincaid et al. 1975) of an English text; `None` if it is too short to tell.
pub(super) fn english(text: &str) -> Option<f64> {
    let it = counts(text, english_syllables)?;
    Some(0.39 * it.words / it.sentences + 11.8 * it.syllables / it.words - 15.59)
}

/// First Wiener Sachtextformel (Bamberger and Vanecek 1984) of a German text; `None` if it is too
/// short to tell.
pub(super) fn german(text: &str) -> Option<f64> {
    let it = counts(text, groups_of_vowels)?;
    let percent = |some: f64| 100.0 * some / it.words;
    Some(
        0.1935 * percent(it.three_syllables)
            + 0.1672 * it.words / it.sentences
            + 0.1297 * percent(it.long_words)
            - 0.0327 * percent(it.one_syllable)
            - 0.875,
    )
}

fn counts(text: &str, syllables: impl Fn(&str) -> usize) -> Option<Counts> {
    let number = |it: usize| u32::try_from(it).map_or(0.0, f64::from);
    let sentences = text.split(['.', '!', '?', ':', ';']).filter(|it| !it.trim().is_empty());
    let bare = |it: &str| it.trim_matches(|it: char| !it.is_alphabetic()).to_lowercase();
    let words: Vec<String> =
        text.split_whitespace().map(bare).filter(|it| !it.is_empty()).collect();
    if words.len() < WORDS_MIN {
        return None;
    }
    let of: Vec<usize> = words.iter().map(|it| syllables(it)).collect();
    let long = words.iter().filter(|it| LONG_WORD_CHARS_MIN <= it.chars().count());
    Some(Counts {
        words: number(words.len()),
        sentences: number(sentences.count().max(1)),
        syllables: number(of.iter().sum()),
        one_syllable: number(of.iter().filter(|it| **it == 1).count()),
        three_syllables: number(of.iter().filter(|it| 3 <= **it).count()),
        long_words: number(long.count()),
    })
}

/// Groups of vowels; a silent `e` at the end is none.
fn english_syllables(word: &str) -> usize {
    let silent = word.ends_with('e') && !word.ends_with("le");
    let groups = groups_of_vowels(word);
    groups.saturating_sub(usize::from(silent && 1 < groups)).max(1)
}

fn groups_of_vowels(word: &str) -> usize {
    let vowel = |it: char| "aeiouyäöü".contains(it);
    word.split(|it| !vowel(it)).filter(|it| !it.is_empty()).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_those_of_the_formulas() {
        let near = |grade: Option<f64>, expected: f64| (grade.unwrap() - expected).abs() < 0.01;
        // 6 words of a syllable each, in one sentence.
        assert!(near(english("The cat sat on the mat."), 0.39 * 6.0 + 11.8 - 15.59));
        // 5 words, 1 of three syllables, 2 of more than six letters, 2 of one syllable.
        let german_text = "Wir senden Ihnen morgen Bestellungen.";
        let by_hand = 0.1935 * 20.0 + 0.1672 * 5.0 + 0.1297 * 20.0 - 0.0327 * 20.0 - 0.875;
        assert!(near(german(german_text), by_hand), "{:?} {by_hand}", german(german_text));
        assert_eq!(english("Use it well."), None);
    }

    #[test]
    fn hard_words_need_more_school() {
        let hard = "Notwithstanding aforementioned considerations, organisational \
                    responsibilities necessitate comprehensive documentation.";
        assert!(english(hard).unwrap() > 14.0);
        let hard = "Verarbeitung personenbezogener Daten zur Durchführung zielgruppenspezifischer \
                    Direktmarketingmaßnahmen auf Grundlage berechtigter Interessen.";
        assert!(german(hard).unwrap() > 20.0);
        let list =
            "Gestohlene Karten und Einbrüche erkennen, aus Browser, Kontaktdaten und Einkäufen.";
        assert!(german(list).unwrap() < 20.0);
        let plain = "Wir merken uns, was Sie kaufen, und zeigen Ihnen Räder, die dazu passen.";
        assert!(german(plain).unwrap() < 8.0, "{:?}", german(plain));
    }
}
