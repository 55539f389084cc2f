//! `purpose NAME { … }`: what for, and within which bounds.

use std::collections::{BTreeMap, BTreeSet};

use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, Kind, span_of, span_of_name};
use super::terms::{at_most, holdout, must, unit_cost};
use super::waivers::mode_line;
use super::words::Words;
use crate::policy::feature::Feature;
use crate::policy::model::{
    Anchor, Basis, BasisIn, Cost, Duty, Holdout, InReturn, Keep, Limit, Line, Purpose, Texts,
};
use crate::policy::place::is_within;
use crate::policy::problem::Span;
use crate::policy::waiver::Waiver;
use crate::vocabulary::{Mode, Name, Period, Signal};

const ONCE: [&str; 14] = [
    "says",
    "uses",
    "with",
    "on",
    "keep",
    "ask-again",
    "in-return",
    "serves",
    "stops-for",
    "tcf-purposes",
    "unit-cost",
    "mode",
    "law",
    "only-in",
];
pub(super) const LINES: [&str; 18] = [
    "says",
    "basis",
    "uses",
    "with",
    "on",
    "keep",
    "ask-again",
    "in-return",
    "serves",
    "stops-for",
    "tcf-purposes",
    "unit-cost",
    "mode",
    "law",
    "at-most",
    "must",
    "holdout",
    "only-in",
];
const NEEDED: [(&str, &str); 5] = [
    ("says", "says en=\"Recommend what fits you.\""),
    ("basis", "basis permission"),
    ("uses", "uses behaviour.viewed"),
    ("with", "with us"),
    ("on", "on web"),
];
const LIST_MAX: usize = 64;

/// The lines inside, as far as they were read.
#[derive(Debug, Default)]
struct Draft {
    says: Texts,
    basis: Option<Basis>,
    bases_in: Vec<BasisIn>,
    only_in: BTreeSet<String>,
    uses: BTreeSet<Name>,
    with: BTreeSet<Name>,
    on: BTreeSet<Name>,
    keep: Option<Keep>,
    ask_again: Option<Period>,
    in_return: Option<InReturn>,
    serves: BTreeSet<Feature>,
    stops_for_objection: bool,
    stops_for: BTreeSet<Signal>,
    tcf_purposes: BTreeSet<u32>,
    limits: Vec<Limit>,
    duties: Vec<Duty>,
    holdouts: Vec<Holdout>,
    unit_cost: Option<Cost>,
    mode: Option<Mode>,
    waiver: Option<Waiver>,
    law: Option<String>,
}

pub(super) fn purpose(desk: &mut Desk<'_>, node: &KdlNode) -> Option<(Name, Purpose)> {
    let line = desk.line(node);
    let mut words = Words::of(node);
    let entry = words.need(desk, "a name")?;
    let name = desk.name(entry);
    let fresh =
        name.as_ref().is_some_and(|it| desk.declare(Kind::Purpose, it, line, span_of(entry)));
    let mut draft = Draft::default();
    let mut seen = BTreeMap::new();
    for child in words.children() {
        draft.read(desk, &mut seen, child);
    }
    words.end(desk);
    for (needed, example) in NEEDED {
        if !seen.contains_key(needed) {
            let here = name.as_ref().map_or("?", Name::as_str);
            let said = format!("purpose `{here}` lacks `{needed}`");
            let help = format!("add it, as in `{example}`");
            desk.mistake(span_of(entry), "missing-line", said, help);
        }
    }
    let at = |line: &str| seen.get(line).copied().unwrap_or_default();
    let purpose = draft.into_purpose(line, at)?;
    name.filter(|_| fresh).map(|it| (it, purpose))
}

impl Draft {
    fn read(&mut self, desk: &mut Desk<'_>, seen: &mut BTreeMap<String, Line>, node: &KdlNode) {
        let what = node.name().value();
        if ONCE.contains(&what) && !desk.once(seen, node) {
            return;
        }
        let mut words = Words::of(node);
        let it = &mut words;
        let line = desk.line(node);
        match what {
            "says" => {
                self.says = says(desk, it);
                return words.end_rest(desk);
            }
            "basis" => self.basis(desk, (seen, node), it),
            "uses" => self.uses = names(desk, it, Kind::Data),
            "with" => self.with = names(desk, it, Kind::Recipient),
            "on" => self.on = names(desk, it, Kind::Channel),
            "keep" => self.keep = keep(desk, it, line),
            "ask-again" => self.ask_again = ask_again(desk, it),
            "in-return" => self.in_return = in_return(desk, it, line),
            "serves" => self.serves = serves(desk, it),
            "stops-for" => self.stops_for(desk, it),
            "tcf-purposes" => self.tcf_purposes = tcf_purposes(desk, it),
            "unit-cost" => self.unit_cost = unit_cost(desk, it, line),
            "mode" => (self.mode, self.waiver) = mode_line(desk, it, line),
            "law" => self.law = it.need(desk, "a text").and_then(|it| desk.text(it)),
            "at-most" => self.limits.extend(at_most(desk, it, line)),
            "must" => self.duties.extend(must(desk, it, line)),
            "holdout" => self.holdouts.extend(holdout(desk, it, line)),
            "only-in" => self.only_in = places(desk, it),
            _ => return desk.unknown_node(node, "`purpose`", &LINES),
        }
        let lists =
            [self.limits.len(), self.duties.len(), self.holdouts.len(), self.bases_in.len()];
        if lists.into_iter().any(|it| LIST_MAX < it) {
            let help = format!("use at most {LIST_MAX} in a purpose");
            desk.mistake(span_of_name(node), "too-many", "these are too many lines", help);
        }
        words.end(desk);
    }

    /// One general ground, and any number for some places: `basis permission in=EU,UK`.
    fn basis(
        &mut self,
        desk: &mut Desk<'_>,
        (seen, node): (&mut BTreeMap<String, Line>, &KdlNode),
        words: &mut Words<'_>,
    ) {
        let line = desk.line(node);
        let Some(entry) = words.property("in") else {
            if desk.once(seen, node) {
                self.basis = basis(desk, words);
            }
            return;
        };
        let places = desk.places(entry);
        // `GB` and `UK` are one place, and `US` alone is another than `US-CA`.
        let same = |a: &str, b: &str| is_within(a, b) && is_within(b, a);
        let said = |it: &&String| {
            self.bases_in.iter().flat_map(|it| &it.places).any(|other| same(it, other))
        };
        if let Some(place) = places.iter().find(said) {
            let said = format!("the basis in `{place}` stands here again");
            desk.mistake(span_of(entry), "duplicate-value", said, "say it once for each place");
        }
        if let Some(basis) = basis(desk, words) {
            self.bases_in.push(BasisIn { places, basis, line });
        }
    }

    /// `stops-for gpc objection dnt`.
    fn stops_for(&mut self, desk: &mut Desk<'_>, words: &mut Words<'_>) {
        let known: Vec<&str> =
            Signal::ALL.into_iter().map(Signal::as_str).chain(["objection"]).collect();
        let mut next = words.need(desk, "`objection` or a signal");
        while let Some(entry) = next {
            let parse = |text: &str| match text {
                "objection" => Some(None),
                _ => Signal::parse(text).map(Some),
            };
            match desk.one_of(entry, "signal", &known, parse) {
                Some(Some(signal)) => note(desk, &mut self.stops_for, signal, entry),
                Some(None) if self.stops_for_objection => twice(desk, span_of(entry)),
                Some(None) => self.stops_for_objection = true,
                None => (),
            }
            next = words.next();
        }
    }

    fn into_purpose(self, line: Line, at: impl Fn(&str) -> Line) -> Option<Purpose> {
        Some(Purpose {
            says: self.says,
            basis: self.basis?,
            bases_in: self.bases_in,
            only_in: self.only_in,
            uses: self.uses,
            with: self.with,
            on: self.on,
            keep: self.keep,
            ask_again: self.ask_again,
            in_return: self.in_return,
            serves: self.serves,
            stops_for_objection: self.stops_for_objection,
            stops_for: self.stops_for,
            tcf_purposes: self.tcf_purposes,
            limits: self.limits,
            duties: self.duties,
            holdouts: self.holdouts,
            unit_cost: self.unit_cost,
            mode: self.mode,
            waiver: self.waiver,
            law: self.law,
            line,
            basis_line: at("basis"),
            uses_line: at("uses"),
            with_line: at("with"),
            on_line: at("on"),
            stops_for_line: at("stops-for"),
            only_in_line: at("only-in"),
        })
    }
}

/// Adds to a set, and says so when it is there already.
fn note<T: Ord>(desk: &mut Desk<'_>, set: &mut BTreeSet<T>, it: T, entry: &KdlEntry) {
    if !set.insert(it) {
        twice(desk, span_of(entry));
    }
}

fn twice(desk: &mut Desk<'_>, span: Span) {
    desk.mistake(span, "duplicate-value", "this stands on this line twice", "say it once");
}

/// The rest of a line: at least one name of something declared.
pub(super) fn names(desk: &mut Desk<'_>, words: &mut Words<'_>, kind: Kind) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    let mut next = words.need(desk, kind.one());
    while let Some(entry) = next {
        if let Some(name) = desk.name(entry) {
            desk.refer(kind, name.clone(), span_of(entry));
            note(desk, &mut found, name, entry);
        }
        next = words.next();
    }
    found
}

/// `says en="…" de="…"`.
fn says(desk: &mut Desk<'_>, words: &mut Words<'_>) -> Texts {
    let mut texts = Texts::new();
    for (language, entry) in words.properties() {
        desk.languages.push((language.to_owned(), span_of(entry)));
        let Some(text) = desk.text(entry) else { continue };
        for part in text.split('{').skip(1) {
            let inside = part.split_once('}').map_or("", |(inside, _)| inside);
            desk.placeholders.push((inside.to_owned(), span_of(entry)));
        }
        texts.insert(language.to_owned(), text);
    }
    texts
}

fn basis(desk: &mut Desk<'_>, words: &mut Words<'_>) -> Option<Basis> {
    let known = ["permission", "contract", "legitimate-interest", "legal-duty"];
    let entry = words.need(desk, "a basis")?;
    let word = |text: &str| known.into_iter().find(|it| *it == text);
    match desk.one_of(entry, "basis", &known, word)? {
        "permission" => {
            let explicit = words.next();
            let explicit = explicit.map(|it| desk.just(it, "explicit"));
            Some(Basis::Permission { explicit: explicit.is_some() })
        }
        "contract" => Some(Basis::Contract),
        "legitimate-interest" => {
            let assessment = words.property("assessment").and_then(|it| desk.text(it));
            Some(Basis::LegitimateInterest { assessment })
        }
        _ => {
            let law = words.property("law").and_then(|it| desk.text(it));
            Some(Basis::LegalDuty { law })
        }
    }
}

/// `keep 13 months after last-visit law="…"`.
fn keep(desk: &mut Desk<'_>, words: &mut Words<'_>, line: Line) -> Option<Keep> {
    let period = period(desk, words);
    let after = words.need(desk, "`after`").and_then(|it| desk.just(it, "after"));
    let anchor = words.need(desk, "what it counts from")?;
    let known = Anchor::ALL.map(Anchor::as_str);
    let anchor = desk.one_of(anchor, "moment to count from", &known, Anchor::parse);
    let law = words.property("law").and_then(|it| desk.text(it));
    after?;
    Some(Keep { period: period?, after: anchor?, law, line })
}

fn period(desk: &mut Desk<'_>, words: &mut Words<'_>) -> Option<Period> {
    let count = words.need(desk, "a number")?;
    let unit = words.need(desk, "a unit such as `months`")?;
    desk.period(count, unit)
}

/// `ask-again after=24 months`.
fn ask_again(desk: &mut Desk<'_>, words: &mut Words<'_>) -> Option<Period> {
    let count = words.need_property(desk, "after", "24")?;
    let unit = words.need(desk, "a unit such as `months`")?;
    desk.period(count, unit)
}

/// `in-return voucher-5 "5 EUR off your next service"`.
fn in_return(desk: &mut Desk<'_>, words: &mut Words<'_>, line: Line) -> Option<InReturn> {
    let name = words.need(desk, "a name").and_then(|it| desk.name(it));
    let label = words.need(desk, "a text").and_then(|it| desk.text(it));
    Some(InReturn { name: name?, label: label?, line })
}

/// `only-in EU UK`.
pub(super) fn places(desk: &mut Desk<'_>, words: &mut Words<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut next = words.need(desk, "a jurisdiction");
    while let Some(entry) = next {
        found.extend(desk.places(entry));
        next = words.next();
    }
    found
}

/// `serves recommendations`: each feature by one purpose of the whole policy.
fn serves(desk: &mut Desk<'_>, words: &mut Words<'_>) -> BTreeSet<Feature> {
    let known = Feature::ALL.map(Feature::as_str);
    let mut found = BTreeSet::new();
    let mut next = words.need(desk, "a feature");
    while let Some(entry) = next {
        if let Some(feature) = desk.one_of(entry, "feature", &known, Feature::parse) {
            note(desk, &mut found, feature, entry);
            desk.serve(feature, span_of(entry));
        }
        next = words.next();
    }
    found
}

/// `tcf-purposes 1 3 4`.
fn tcf_purposes(desk: &mut Desk<'_>, words: &mut Words<'_>) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut next = words.need(desk, "a number");
    while let Some(entry) = next {
        if let Some(number) = desk.number(entry, 1, 11) {
            note(desk, &mut found, number, entry);
        }
        next = words.next();
    }
    found
}
