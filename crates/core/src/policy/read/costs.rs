//! `ledger-costs { … }` and `worth { … }`: what things cost, and what they are thought to earn.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, Kind, shown, span_of, span_of_name};
use super::words::Words;
use crate::policy::model::{LedgerCost, Worth, WorthSource};
use crate::vocabulary::Name;

const LINES_MAX: usize = 256;

/// `ask 0.004 EUR; store 0.0000003 EUR per=event-month`.
pub(super) fn ledger_costs(desk: &mut Desk<'_>, node: &KdlNode) -> BTreeMap<Name, LedgerCost> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeMap::new();
    let mut words = Words::of(node);
    for child in words.children() {
        let Some(name) = desk.name_in(child.name().value(), span_of_name(child)) else { continue };
        if desk.once(&mut seen, child) && within(desk, child, seen.len()) {
            found.extend(ledger_cost(desk, child).map(|it| (name, it)));
        }
    }
    words.end(desk);
    found
}

fn ledger_cost(desk: &mut Desk<'_>, node: &KdlNode) -> Option<LedgerCost> {
    let mut words = Words::of(node);
    let value = words.need(desk, "an amount")?;
    let currency = words.need(desk, "a currency")?;
    let amount = desk.amount(value, currency);
    let per = words.property("per").and_then(|it| desk.name(it));
    words.end(desk);
    let per = per.map(|it| it.as_str().to_owned());
    Some(LedgerCost { amount: amount?, per, line: desk.line(node) })
}

fn within(desk: &mut Desk<'_>, node: &KdlNode, count: usize) -> bool {
    if LINES_MAX < count {
        let help = format!("use at most {LINES_MAX}");
        desk.mistake(span_of_name(node), "too-many", "these are too many lines", help);
    }
    count <= LINES_MAX
}

/// `retarget 0.0065 EUR per=impression source=guess by="marketing" on="2026-11-02"`.
pub(super) fn worth(desk: &mut Desk<'_>, node: &KdlNode) -> BTreeMap<Name, Worth> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeMap::new();
    let mut words = Words::of(node);
    for child in words.children() {
        let span = span_of_name(child);
        let Some(name) = desk.name_in(child.name().value(), span) else { continue };
        desk.refer(Kind::Purpose, name.clone(), span);
        if desk.once(&mut seen, child) && within(desk, child, seen.len()) {
            found.extend(worth_of(desk, child).map(|it| (name, it)));
        }
    }
    words.end(desk);
    found
}

fn worth_of(desk: &mut Desk<'_>, node: &KdlNode) -> Option<Worth> {
    let mut words = Words::of(node);
    let value = words.need(desk, "an amount")?;
    let currency = words.need(desk, "a currency")?;
    let amount = desk.amount(value, currency);
    let per = words.need_property(desk, "per", "impression").and_then(|it| desk.name(it));
    let source = source(desk, node, &mut words).and_then(|it| desk.text(it));
    let source = source.and_then(|it| match it.as_str() {
        "guess" => guess(desk, node, &mut words),
        _ => Some(WorthSource::Named(it)),
    });
    words.end(desk);
    let per = per?.as_str().to_owned();
    Some(Worth { amount: amount?, per, source: source?, line: desk.line(node) })
}

/// A figure without a source could not be told from one that was measured.
fn source<'a>(desk: &mut Desk<'_>, node: &KdlNode, words: &mut Words<'a>) -> Option<&'a KdlEntry> {
    let source = words.property("source");
    if source.is_none() {
        let said = format!("`{}` does not say where its worth comes from", node.name().value());
        let help = "add `source=\"experiment:…\"` if it was measured, else `source=guess \
                    by=\"marketing\" on=\"2026-11-02\"`";
        desk.mistake(span_of_name(node), "no-source", shown(&said), help);
    }
    source
}

/// A guess carries its owner and date.
fn guess(desk: &mut Desk<'_>, node: &KdlNode, words: &mut Words<'_>) -> Option<WorthSource> {
    let (by, on) = (words.property("by"), words.property("on"));
    if by.is_none() || on.is_none() {
        let help =
            "add `by=\"marketing\" on=\"2026-11-02\"`, so that it can be asked for and renewed";
        let said = "this guess does not say whose it is, and of when";
        desk.mistake(span_of_name(node), "unsigned-guess", said, help);
    }
    let by = by.and_then(|it| desk.text(it));
    let on = on.and_then(|it| date(desk, it));
    Some(WorthSource::Guess { by: by?, on: on? })
}

fn date(desk: &mut Desk<'_>, entry: &KdlEntry) -> Option<String> {
    let text = desk.text(entry)?;
    let date: Option<Date> = text.parse().ok().filter(|it: &Date| it.to_string() == text);
    if date.is_none() {
        let said = format!("`{}` is no date", shown(&text));
        desk.mistake(span_of(entry), "bad-date", said, "use a form like `2026-11-02`");
    }
    date.map(|_| text)
}
