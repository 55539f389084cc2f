//! What the words of the language are, and where its lines belong: help for a word that is none of
//! those expected.

use crate::policy::problem::{listed, nearest};

/// Where each line belongs, to send it home from elsewhere.
const HOMES: [(&str, &[&str]); 4] = [
    (
        "the file itself, beside the other parts",
        &[
            "policy",
            "data",
            "tags",
            "recipients",
            "channels",
            "purpose",
            "never",
            "signals",
            "ledger-costs",
            "worth",
        ],
    ),
    (
        "`policy`",
        &[
            "controller",
            "applies-in",
            "languages",
            "currency",
            "time-zone",
            "minors",
            "anything-else",
            "change",
            "ask-budget",
        ],
    ),
    ("a `purpose`", &super::purposes::LINES),
    ("a `never`", &["purposes", "except", "in", "when", "mode", "law"]),
];

/// Where a line belongs that stands in the wrong place, if it is one of the language.
pub(super) fn home(line: &str) -> Option<String> {
    let homes = HOMES.iter().filter(|(_, lines)| lines.contains(&line));
    let homes: Vec<&str> = homes.map(|(home, _)| *home).collect();
    match homes.split_last()? {
        (home, []) => Some((*home).to_owned()),
        (last, rest) => Some(format!("{} or {last}", rest.join(", "))),
    }
}

/// The slug of a word that is none of its closed list.
pub(super) fn unknown(what: &str) -> &'static str {
    match what {
        "mode" => "unknown-mode",
        "basis" => "unknown-basis",
        "unit of time" => "unknown-unit",
        "moment to count from" => "unknown-anchor",
        "window" => "unknown-window",
        "signal" => "unknown-signal",
        "feature" => "unknown-feature",
        "kind of recipient" => "unknown-kind",
        "meaning" => "unknown-meaning",
        "kind of change" => "unknown-change",
        "rhythm" => "unknown-rhythm",
        "answer here" => "yes-or-no",
        "word of this line" => "wrong-word",
        _ => "unknown-word",
    }
}

/// What to write instead of a word that is not known.
pub(super) fn instead(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("use {}", listed(known.iter().copied())),
    }
}
