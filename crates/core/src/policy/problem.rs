//! What is wrong with a policy file, said so that its author can put it right.

use std::fmt;

use super::manual;

/// Whether a policy can be used in spite of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The policy cannot be published.
    Mistake,
    /// A careful reader would ask about it.
    Warning,
}

/// One thing wrong, where it is, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable name of this kind of problem; the manual has a page of that name.
    pub slug: &'static str,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// Where it starts, in bytes.
    pub offset: usize,
    /// How long it is, in bytes.
    pub length: usize,
    /// What is wrong.
    pub said: String,
    /// What would be right.
    pub help: String,
    pub severity: Severity,
}

/// A stretch of the source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) offset: usize,
    pub(super) length: usize,
}

/// The text of a policy with its lines, to say where something stands.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    source: &'a str,
    /// Where each line starts.
    starts: Vec<usize>,
}

impl Problem {
    /// Where the manual says why this is a problem, and how to mend it.
    pub fn see(&self) -> Option<String> {
        manual::see(self.slug)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}; {}", self.line, self.column, self.said, self.help)
    }
}

impl std::error::Error for Problem {}

impl miette::Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.slug))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Mistake => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let label = Some(self.said.clone());
        let span = miette::LabeledSpan::new(label, self.offset, self.length);
        Some(Box::new(std::iter::once(span)))
    }
}

impl<'a> Sheet<'a> {
    pub(super) fn new(source: &'a str) -> Sheet<'a> {
        let ends = source.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Sheet { source, starts }
    }

    /// Line and column of an offset, both from 1.
    pub(super) fn place(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.source.get(start..offset).unwrap_or_default();
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        (number(line.max(1)), number(before.chars().count() + 1))
    }

    /// The words of a line, without its indentation and end.
    pub(super) fn span_of_line(&self, line: u32) -> Span {
        let at = usize::try_from(line).unwrap_or(0).saturating_sub(1);
        let start = self.starts.get(at).copied().unwrap_or(0);
        let rest = self.source.get(start..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        let indent = text.len() - text.trim_start().len();
        Span { offset: start + indent, length: text.trim().len() }
    }

    /// A word in a line, or the words of the whole line if it does not stand there.
    pub(super) fn span_of_word(&self, line: u32, word: &str) -> Span {
        let whole = self.span_of_line(line);
        let text = self.text(whole);
        let part = |it: char| it.is_alphanumeric() || it == '-' || it == '.';
        let alone = |at: usize| {
            let before = text.get(..at).and_then(|it| it.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|it| it.chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        };
        match text.match_indices(word).find(|(at, _)| alone(*at)) {
            Some((at, _)) => Span { offset: whole.offset + at, length: word.len() },
            None => whole,
        }
    }

    /// The first line that begins with this word, if any.
    pub(super) fn line_of(&self, word: &str) -> Option<u32> {
        let begins = |line: &str| line.split_whitespace().next() == Some(word);
        (1..).zip(self.source.lines()).find(|(_, line)| begins(line)).map(|(number, _)| number)
    }

    /// The source at a span, or nothing if the span is none of this source's.
    pub(super) fn text(&self, span: Span) -> &'a str {
        self.source.get(span.offset..span.offset + span.length).unwrap_or_default()
    }

    pub(super) fn problem(
        &self,
        severity: Severity,
        span: Span,
        slug: &'static str,
        said: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        let (line, column) = self.place(span.offset);
        let Span { offset, length } = span;
        let (said, help) = (said.into(), help.into());
        Problem { slug, line, column, offset, length, said, help, severity }
    }
}

/// `a, b or c`, each in backticks.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|it| format!("`{it}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// The word that a misspelt one most likely means, if any is near enough.
pub(super) fn nearest<'a>(
    wrong: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let most = (wrong.chars().count() / 4).clamp(1, 3);
    let tail = format!(".{wrong}");
    let near = |word: &'a str| match word.ends_with(&tail) {
        true => Some((1, word)),
        false => distance(wrong, word, most).map(|far| (far, word)),
    };
    words.into_iter().filter_map(near).min().map(|(_, word)| word)
}

/// How many letters to insert, drop, change or swap with the next to turn one word into the other,
/// unless they are more than `most`. Words that differ early are given up early: there may be
/// thousands.
fn distance(from: &str, to: &str, most: usize) -> Option<usize> {
    let from: Vec<char> = from.chars().take(80).collect();
    let to: Vec<char> = to.chars().take(80).collect();
    if most < from.len().abs_diff(to.len()) {
        return None;
    }
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let (from, to) = (from.get(same..)?, to.get(same..)?);
    let (mut above, mut row): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=to.len()).collect());
    for (i, a) in from.iter().enumerate() {
        let mut next = vec![i + 1];
        let mut last = i + 1;
        for (j, b) in to.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            last = (at(&row, j) + usize::from(a != b)).min(at(&row, j + 1) + 1).min(last + 1);
            let swapped = 0 < i && 0 < j && from.get(i - 1) == Some(b) && to.get(j - 1) == Some(a);
            if swapped {
                last = last.min(at(&above, j - 1) + 1);
            }
            next.push(last);
        }
        above = std::mem::replace(&mut row, next);
        if row.iter().chain(&above).all(|it| most < *it) {
            return None;
        }
    }
    row.last().copied().filter(|it| *it <= most)
}

/// The first character that could make a text read otherwise than it is, if any.
pub(super) fn unseen(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|&(_, it)| is_unseen(it))
}

fn is_unseen(it: char) -> bool {
    let direction = matches!(it, '\u{200e}' | '\u{200f}' | '\u{61c}')
        || matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let invisible = matches!(it, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}')
        || matches!(it, '\u{feff}' | '\u{ad}' | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
        || matches!(it, '\u{e0000}'..='\u{e007f}');
    it.is_control() || direction || invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters() {
        let sheet = Sheet::new("ßß x\n\n  y");
        assert_eq!(sheet.place(5), (1, 4));
        assert_eq!(sheet.place(10), (3, 3));
        assert_eq!(sheet.span_of_line(3), Span { offset: 10, length: 1 });
        assert_eq!(sheet.place(1000), (3, 1));
        let sheet = Sheet::new("  data { a-b; b; c }");
        assert_eq!(sheet.span_of_word(1, "b"), Span { offset: 14, length: 1 });
        assert_eq!(sheet.span_of_word(1, "d"), sheet.span_of_line(1));
    }

    #[test]
    fn a_near_word_is_proposed() {
        let words = ["behaviour.viewed", "behaviour.carted", "body"];
        assert_eq!(nearest("behaviour.karted", words), Some("behaviour.carted"));
        assert_eq!(nearest("carted", words), Some("behaviour.carted"));
        assert_eq!(nearest("income", words), None);
        assert_eq!(distance("kitten", "sitting", 3), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!(distance("kitten", "kitten", 1), Some(0));
        assert_eq!(distance("gcp", "gpc", 1), Some(1));
        assert_eq!(distance("bundeld", "bundled", 1), Some(1));
        assert_eq!(distance("abcd", "badc", 1), None);
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
