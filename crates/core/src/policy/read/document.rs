//! `policy NAME version=… effective=… { … }`: who promises, where, from when, in which languages.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, shown, span_of, span_of_name};
use super::words::Words;
use crate::policy::model::{AskBudget, Change, ChangeKind, Controller, Line, Minors};
use crate::vocabulary::{Currency, Millis, Mode, Name};

const LINES: [&str; 9] = [
    "controller",
    "applies-in",
    "languages",
    "currency",
    "time-zone",
    "minors",
    "anything-else",
    "change",
    "ask-budget",
];
const NEEDED: [(&str, &str); 6] = [
    ("controller", "controller \"Your Shop Ltd\" contact=\"privacy@shop.example\""),
    ("applies-in", "applies-in EU UK"),
    ("languages", "languages en"),
    ("currency", "currency EUR"),
    ("time-zone", "time-zone \"Europe/London\""),
    ("anything-else", "anything-else not-allowed mode=enforce"),
];
const LANGUAGES_MAX: usize = 32;

#[derive(Debug)]
pub(super) struct Header {
    pub(super) name: Name,
    pub(super) version: u32,
    pub(super) replaces: Option<u32>,
    pub(super) effective: Millis,
    pub(super) controller: Controller,
    pub(super) applies_in: BTreeSet<String>,
    pub(super) languages: Vec<String>,
    pub(super) currency: Currency,
    pub(super) time_zone: String,
    pub(super) minors: Option<Minors>,
    pub(super) mode: Mode,
    pub(super) mode_line: Line,
    pub(super) change: Option<Change>,
    pub(super) ask_budget: Option<AskBudget>,
}

/// The lines inside, as far as they were read.
#[derive(Debug, Default)]
struct Draft {
    controller: Option<Controller>,
    applies_in: BTreeSet<String>,
    languages: Vec<String>,
    currency: Option<Currency>,
    time_zone: Option<String>,
    minors: Option<Minors>,
    mode: Option<(Mode, Line)>,
    change: Option<Change>,
    ask_budget: Option<AskBudget>,
}

pub(super) fn header(desk: &mut Desk<'_>, node: &KdlNode) -> Option<Header> {
    let mut words = Words::of(node);
    let name = words.need(desk, "a name").and_then(|it| desk.name(it));
    let version = words.need_property(desk, "version", "1");
    let version = version.and_then(|it| desk.number(it, 1, u32::MAX));
    let replaces_entry = words.property("replaces");
    let replaces = replaces_entry.and_then(|it| desk.number(it, 1, u32::MAX));
    let effective = words.need_property(desk, "effective", "\"2026-12-01T00:00:00Z\"");
    let effective = effective.and_then(|it| instant(desk, it));
    let draft = lines(desk, node, words.children());
    words.end(desk);
    if let (Some(entry), Some(old), Some(new)) = (replaces_entry, replaces, version)
        && new <= old
    {
        let said = format!("version {new} cannot replace version {old}");
        desk.mistake(span_of(entry), "bad-replaces", said, "a new version has a higher number");
    }
    let (mode, mode_line) = draft.mode?;
    Some(Header {
        name: name?,
        version: version?,
        replaces,
        effective: effective?,
        controller: draft.controller?,
        applies_in: draft.applies_in,
        languages: draft.languages,
        currency: draft.currency?,
        time_zone: draft.time_zone?,
        minors: draft.minors,
        mode,
        mode_line,
        change: draft.change,
        ask_budget: draft.ask_budget,
    })
}

fn lines(desk: &mut Desk<'_>, parent: &KdlNode, nodes: &[KdlNode]) -> Draft {
    let mut draft = Draft::default();
    let mut seen = BTreeMap::new();
    for node in nodes {
        let line = node.name().value();
        if LINES.contains(&line) && !desk.once(&mut seen, node) {
            continue;
        }
        let mut words = Words::of(node);
        let it = &mut words;
        match line {
            "controller" => draft.controller = controller(desk, node, it),
            "applies-in" => draft.applies_in = jurisdictions(desk, it),
            "languages" => draft.languages = languages(desk, it),
            "currency" => {
                draft.currency = it.need(desk, "a currency").and_then(|it| desk.currency(it));
            }
            "time-zone" => {
                draft.time_zone = it.need(desk, "a time zone").and_then(|it| zone(desk, it));
            }
            "minors" => draft.minors = minors(desk, node, it),
            "anything-else" => draft.mode = anything_else(desk, node, it),
            "change" => draft.change = change(desk, it),
            "ask-budget" => draft.ask_budget = ask_budget(desk, node, it),
            _ => {
                desk.unknown_node(node, "`policy`", &LINES);
                continue;
            }
        }
        words.end(desk);
    }
    for (line, example) in NEEDED {
        if !seen.contains_key(line) {
            let said = format!("`policy` lacks `{line}`");
            let help = format!("add it, as in `{example}`");
            desk.mistake(span_of_name(parent), "missing-line", said, help);
        }
    }
    draft
}

pub(super) fn instant(desk: &mut Desk<'_>, entry: &KdlEntry) -> Option<Millis> {
    let text = desk.text(entry)?;
    let instant = Millis::parse(&text).ok();
    if instant.is_none() {
        let said = format!("`{}` is no time", shown(&text));
        desk.mistake(span_of(entry), "bad-time", said, "use a form like `2026-12-01T00:00:00Z`");
    }
    instant
}

fn controller(desk: &mut Desk<'_>, node: &KdlNode, words: &mut Words<'_>) -> Option<Controller> {
    let name = words.need(desk, "a name").and_then(|it| desk.text(it));
    let contact = words.need_property(desk, "contact", "\"privacy@shop.example\"");
    let contact = contact.and_then(|it| desk.text(it));
    Some(Controller { name: name?, contact: contact?, line: desk.line(node) })
}

fn jurisdictions(desk: &mut Desk<'_>, words: &mut Words<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut next = words.need(desk, "a jurisdiction");
    while let Some(entry) = next {
        let text = desk.text(entry);
        if let Some(text) = text.filter(|it| desk.is_jurisdiction(it, span_of(entry)))
            && !found.insert(text)
        {
            let said = "this stands here twice";
            desk.mistake(span_of(entry), "duplicate-value", said, "say it once");
        }
        next = words.next();
    }
    found
}

fn languages(desk: &mut Desk<'_>, words: &mut Words<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut next = words.need(desk, "a language");
    while let Some(entry) = next {
        if let Some(text) = desk.text(entry) {
            if !is_language(&text) {
                let said = format!("`{}` is no language", shown(&text));
                let help = "use a tag such as `en`, `de` or `pt-BR`";
                desk.mistake(span_of(entry), "bad-language", said, help);
            } else if found.contains(&text) {
                desk.mistake(
                    span_of(entry),
                    "duplicate-value",
                    "this stands here twice",
                    "say it once",
                );
            } else if found.len() == LANGUAGES_MAX {
                let help = format!("use at most {LANGUAGES_MAX}");
                desk.mistake(span_of(entry), "too-many", "these are too many languages", help);
            } else {
                found.push(text);
            }
        }
        next = words.next();
    }
    found
}

fn is_language(text: &str) -> bool {
    let (tongue, region) = text.split_once('-').unwrap_or((text, "XX"));
    let small = |it: u8| it.is_ascii_lowercase();
    let tongue_ok = (2..=3).contains(&tongue.len()) && tongue.bytes().all(small);
    tongue_ok && region.len() == 2 && region.bytes().all(|it| it.is_ascii_uppercase())
}

fn zone(desk: &mut Desk<'_>, entry: &KdlEntry) -> Option<String> {
    let text = desk.text(entry)?;
    if TimeZone::get(&text).is_ok() {
        return Some(text);
    }
    let said = format!("`{}` is no time zone", shown(&text));
    desk.mistake(span_of(entry), "bad-time-zone", said, "use an IANA name such as `Europe/London`");
    None
}

fn minors(desk: &mut Desk<'_>, node: &KdlNode, words: &mut Words<'_>) -> Option<Minors> {
    let below = words.need_property(desk, "below", "16");
    let below = below.and_then(|it| desk.number(it, 1, 21));
    let need = words.need_property(desk, "need", "guardian");
    need.and_then(|it| desk.just(it, "guardian"))?;
    Some(Minors { below: below?, line: desk.line(node) })
}

fn anything_else(
    desk: &mut Desk<'_>,
    node: &KdlNode,
    words: &mut Words<'_>,
) -> Option<(Mode, Line)> {
    let word = words.need(desk, "`not-allowed`");
    let not_allowed = word.and_then(|it| desk.just(it, "not-allowed"));
    let mode = words.need_property(desk, "mode", "enforce").and_then(|it| mode(desk, it));
    not_allowed.and(mode).map(|it| (it, desk.line(node)))
}

pub(super) fn mode(desk: &mut Desk<'_>, entry: &KdlEntry) -> Option<Mode> {
    desk.one_of(entry, "mode", Mode::WORDS, Mode::parse)
}

fn change(desk: &mut Desk<'_>, words: &mut Words<'_>) -> Option<Change> {
    let text = words.need(desk, "a text").and_then(|it| desk.text(it));
    let kind = words.need_property(desk, "kind", "meaning");
    let parse = |text: &str| match text {
        "wording" => Some(ChangeKind::Wording),
        "meaning" => Some(ChangeKind::Meaning),
        _ => None,
    };
    let known = ["wording", "meaning"];
    let kind = kind.and_then(|it| desk.one_of(it, "kind of change", &known, parse));
    Some(Change { text: text?, kind: kind? })
}

fn ask_budget(desk: &mut Desk<'_>, node: &KdlNode, words: &mut Words<'_>) -> Option<AskBudget> {
    let per_visit = words.need_property(desk, "per-visit", "1");
    let per_visit = per_visit.and_then(|it| desk.number(it, 0, 100));
    let per_quarter = words.need_property(desk, "per-quarter", "3");
    let per_quarter = per_quarter.and_then(|it| desk.number(it, 0, 1000));
    let line = desk.line(node);
    Some(AskBudget { per_visit: per_visit?, per_quarter: per_quarter?, line })
}
