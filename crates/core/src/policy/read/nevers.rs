//! `never "…" { … }`: promises that beat everything else.

use std::collections::{BTreeMap, BTreeSet};

use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, Kind, span_of, span_of_name};
use super::purposes::{names, places};
use super::recipients::{country, kind};
use super::waivers::mode_line;
use super::words::Words;
use crate::policy::model::{Line, Never};
use crate::vocabulary::{Name, Signal};

const LINES: [&str; 9] =
    ["data", "purposes", "except", "recipients", "channels", "in", "when", "mode", "law"];

pub(super) fn never(desk: &mut Desk<'_>, node: &KdlNode) -> Option<Never> {
    let mut words = Words::of(node);
    let says = words.need(desk, "the promise as a text").and_then(|it| desk.text(it));
    let mut never = blank(desk.line(node));
    let mut seen = BTreeMap::new();
    for child in words.children() {
        line(desk, &mut seen, child, &mut never);
    }
    words.end(desk);
    let bounds = ["data", "purposes", "recipients", "channels", "in", "when"];
    let bounded = bounds.into_iter().any(|it| seen.contains_key(it));
    if !bounded {
        let help = "say what, as in `{ data body; purposes any }`";
        desk.mistake(span_of_name(node), "forbids-everything", "this forbids everything", help);
    }
    Some(Never { says: says?, ..never })
}

fn blank(line: Line) -> Never {
    Never {
        says: String::new(),
        data: BTreeSet::new(),
        purposes: BTreeSet::new(),
        except: BTreeSet::new(),
        recipients: BTreeSet::new(),
        recipient_kinds: BTreeSet::new(),
        recipient_countries: BTreeSet::new(),
        channels: BTreeSet::new(),
        places: BTreeSet::new(),
        when_signal: None,
        when_tag: None,
        mode: None,
        waiver: None,
        law: None,
        line,
    }
}

fn line(desk: &mut Desk<'_>, seen: &mut BTreeMap<String, Line>, node: &KdlNode, never: &mut Never) {
    let what = node.name().value();
    if LINES.contains(&what) && !desk.once(seen, node) {
        return;
    }
    let mut words = Words::of(node);
    let it = &mut words;
    match what {
        "data" => never.data = names_or_any(desk, node, it, Kind::Data),
        "purposes" => never.purposes = names_or_any(desk, node, it, Kind::Purpose),
        "except" => never.except = names(desk, it, Kind::Purpose),
        "recipients" => recipients(desk, node, it, never),
        "channels" => never.channels = names_or_any(desk, node, it, Kind::Channel),
        "in" => never.places = places(desk, it),
        "when" => when(desk, node, it, never),
        "mode" => (never.mode, never.waiver) = mode_line(desk, it, desk.line(node)),
        "law" => never.law = it.need(desk, "a text").and_then(|it| desk.text(it)),
        _ => return desk.unknown_node(node, "`never`", &LINES),
    }
    words.end(desk);
}

/// `recipients us mailer`, `recipients kind=third-party`, `recipients country=US`.
fn recipients(desk: &mut Desk<'_>, node: &KdlNode, words: &mut Words<'_>, never: &mut Never) {
    let (of_kind, countries) = (words.property("kind"), words.property("country"));
    never.recipient_kinds = of_kind.and_then(|it| kind(desk, it)).into_iter().collect();
    if let Some(entry) = countries {
        let text = desk.text(entry).unwrap_or_default();
        let parts = text.split([',', ' ']).filter(|it| !it.is_empty());
        let found = parts.filter_map(|it| country(desk, it, span_of(entry)));
        never.recipient_countries = found.collect();
    }
    if (of_kind, countries) == (None, None) {
        never.recipients = names_or_any(desk, node, words, Kind::Recipient);
    }
}

/// Names, or `any` alone, which is the empty set.
fn names_or_any(
    desk: &mut Desk<'_>,
    node: &KdlNode,
    words: &mut Words<'_>,
    kind: Kind,
) -> BTreeSet<Name> {
    let any = |it: &KdlEntry| it.name().is_none() && it.value().as_string() == Some("any");
    if node.entries().first().is_some_and(any) {
        words.next();
        return BTreeSet::new();
    }
    names(desk, words, kind)
}

/// `when signal=gpc` or `when tag=bought-kids-bike`.
fn when(desk: &mut Desk<'_>, node: &KdlNode, words: &mut Words<'_>, never: &mut Never) {
    let (signal, tag) = (words.property("signal"), words.property("tag"));
    if let Some(entry) = signal {
        let known = Signal::ALL.map(Signal::as_str);
        never.when_signal = desk.one_of(entry, "signal", &known, Signal::parse);
    }
    if let Some(entry) = tag {
        never.when_tag = desk.name(entry);
        if let Some(name) = never.when_tag.clone() {
            desk.refer(Kind::Tag, name, span_of(entry));
        }
    }
    if signal.is_none() && tag.is_none() {
        let help = "add `signal=gpc` or `tag=NAME`";
        desk.mistake(span_of_name(node), "empty-when", "`when` lacks a condition", help);
    }
}
