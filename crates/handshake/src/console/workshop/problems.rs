//! What is wrong with a text: where, why, what would be right, and the line with a caret.

use handshake_core::policy::{Problem, Severity};
use maud::{Markup, html};

use super::super::numbers::of;
use super::bench::{Checked, ticked};

/// Characters of a line that are shown around the caret.
const EXCERPT_CHARS_MAX: usize = 72;
/// Problems that are listed; who has more mends these first.
const LISTED_MAX: usize = 40;

/// One sentence on a text, for those who do not see the list.
pub(super) fn verdict(checked: &Checked) -> Markup {
    let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
    let mistakes = checked.mistakes();
    let warnings = checked.problems.len().saturating_sub(mistakes);
    html! {
        @if 0 < mistakes { (of(count(mistakes), "mistake", "mistakes")) " to mend before publishing" }
        @else { "No mistakes" }
        @if 0 < warnings { ", " (of(count(warnings), "remark", "remarks")) }
    }
}

/// The same with the first problem, for where there is one line of room.
pub(super) fn first(text: &str, checked: &Checked) -> Markup {
    let mistake = checked.problems.iter().find(|it| it.severity == Severity::Mistake);
    let shown = mistake.or(checked.problems.first());
    html! {
        b { (verdict(checked)) }
        @if let Some(it) = shown { ". " (place(text, it)) ": " (ticked(&it.said)) }
    }
}

/// Where a problem stands. With scripts, it moves the cursor there.
fn place(text: &str, it: &Problem) -> Markup {
    html! {
        a href="#source" data-line=(it.line) data-column=(it.column) data-length=(length(text, it)) {
            "line " (it.line) ", column " (it.column)
        }
    }
}

/// What the live check renews: the sentence and the list.
pub(super) fn found(text: &str, checked: &Checked) -> Markup {
    html! {
        p.verdict data-first { (first(text, checked)) }
        (list(text, &checked.problems))
    }
}

pub(super) fn list(text: &str, problems: &[Problem]) -> Markup {
    let (mistakes, remarks): (Vec<&Problem>, Vec<&Problem>) =
        problems.iter().partition(|it| it.severity == Severity::Mistake);
    let left = problems.len().saturating_sub(LISTED_MAX);
    html! {
        @if !problems.is_empty() {
            ol.problems {
                @for it in mistakes.into_iter().chain(remarks).take(LISTED_MAX) { (problem(text, it)) }
            }
            @if 0 < left { p.note { "And " (left) " more." } }
        }
    }
}

fn problem(text: &str, it: &Problem) -> Markup {
    let (mark, word) = match it.severity {
        Severity::Mistake => ("×", "Mistake"),
        Severity::Warning => ("?", "Remark"),
    };
    html! {
        li {
            p {
                span.sign aria-hidden="true" { (mark) } " " (word) ", "
                (place(text, it)) ": " (ticked(&it.said)) ". " span.help { (ticked(&sentence(&it.help))) }
            }
            pre.excerpt tabindex="0" { code { (excerpt(text, it, length(text, it))) } }
        }
    }
}

/// Characters that the problem is about.
fn length(text: &str, it: &Problem) -> usize {
    text.get(it.offset..it.offset + it.length).map_or(1, |it| it.chars().count())
}

/// What would be right, as a sentence.
fn sentence(help: &str) -> String {
    let mut chars = help.chars();
    let first = chars.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    let end = if help.ends_with(['?', '.']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// The line, or the part of it around the mistake, and carets under what is meant.
fn excerpt(text: &str, it: &Problem, length: usize) -> String {
    let at = usize::try_from(it.line).unwrap_or(1).saturating_sub(1);
    let line: Vec<char> = text.lines().nth(at).unwrap_or_default().chars().collect();
    let column = usize::try_from(it.column).unwrap_or(1).saturating_sub(1);
    let start = match line.len() <= EXCERPT_CHARS_MAX {
        true => line.iter().take_while(|it| it.is_whitespace()).count().min(column),
        false => column.saturating_sub(EXCERPT_CHARS_MAX / 3),
    };
    let shown: String = line.iter().skip(start).take(EXCERPT_CHARS_MAX).collect();
    let before = column.saturating_sub(start);
    let carets = length.clamp(1, EXCERPT_CHARS_MAX.saturating_sub(before).max(1));
    let carets = carets.min(shown.chars().count().saturating_sub(before).max(1));
    let shown = shown.replace('\t', " ");
    format!("{shown}\n{}{}", " ".repeat(before), "^".repeat(carets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stands_under_what_is_wrong() {
        let text = "policy a version=1 {\n    controller x\n    mood good\n}";
        let problems = handshake_core::policy::read(text).unwrap_err();
        let last: Vec<String> =
            problems.iter().skip(6).map(|it| excerpt(text, it, length(text, it))).collect();
        insta::assert_snapshot!(last.join("\n"), @r"
        controller x
        ^^^^^^^^^^
        mood good
        ^^^^
        ");
        let long = format!("purpose {} {{ }}", "x".repeat(200));
        let problems = handshake_core::policy::read(&long).unwrap_err();
        for it in problems {
            let drawn = excerpt(&long, &it, it.length);
            let widest = drawn.lines().map(|it| it.chars().count()).max();
            assert!(widest <= Some(EXCERPT_CHARS_MAX), "{drawn}");
        }
    }

    #[test]
    fn help_is_a_sentence() {
        assert_eq!(sentence("did you mean `a`?"), "Did you mean `a`?");
        assert_eq!(sentence("say it once"), "Say it once.");
    }
}
