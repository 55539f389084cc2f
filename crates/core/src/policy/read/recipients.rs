//! `recipients { … }` and `channels { … }`: who may get it, and where it may show.

use std::collections::BTreeMap;

use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, Kind, shown, span_of, span_of_name};
use super::words::Words;
use crate::policy::model::{Channel, Recipient, RecipientKind};
use crate::policy::problem::Span;
use crate::vocabulary::Name;

const VENDOR_MAX: u32 = 65_535;

pub(super) fn recipients(desk: &mut Desk<'_>, node: &KdlNode) -> BTreeMap<Name, Recipient> {
    let mut found = BTreeMap::new();
    let mut words = Words::of(node);
    for child in words.children() {
        found.extend(recipient(desk, child));
    }
    words.end(desk);
    found
}

fn recipient(desk: &mut Desk<'_>, node: &KdlNode) -> Option<(Name, Recipient)> {
    let span = span_of_name(node);
    let line = desk.line(node);
    let name = desk.name_in(node.name().value(), span)?;
    let fresh = desk.declare(Kind::Recipient, &name, line, span);
    let mut words = Words::of(node);
    let label = words.need(desk, "its full name").and_then(|it| desk.text(it));
    let kind = words.need_property(desk, "kind", "processor").and_then(|it| kind(desk, it));
    let country = words.property("country").and_then(|it| {
        let text = desk.text(it)?;
        country(desk, &text, span_of(it))
    });
    let sale_entry = words.property("sale");
    let sale = sale_entry.and_then(|it| desk.yes(it)).unwrap_or(false);
    let vendor = words.property("tcf-vendor");
    let tcf_vendor = vendor.and_then(|it| desk.number(it, 1, VENDOR_MAX));
    words.end(desk);
    let kind = kind?;
    if let (true, Some(entry)) = (sale && kind != RecipientKind::ThirdParty, sale_entry) {
        let said = format!("`{name}` is no third party, so nothing is sold to it");
        desk.mistake(span_of(entry), "bad-sale", said, "say `kind=third-party` or leave it out");
    }
    let recipient = Recipient { label: label?, kind, country, sale, tcf_vendor, line };
    fresh.then_some((name, recipient))
}

pub(super) fn kind(desk: &mut Desk<'_>, entry: &KdlEntry) -> Option<RecipientKind> {
    let known = RecipientKind::ALL.map(RecipientKind::as_str);
    desk.one_of(entry, "kind of recipient", &known, RecipientKind::parse)
}

pub(super) fn country(desk: &mut Desk<'_>, text: &str, span: Span) -> Option<String> {
    if text.len() == 2 && text.bytes().all(|it| it.is_ascii_uppercase()) {
        return Some(text.to_owned());
    }
    let said = format!("`{}` is no country", shown(text));
    desk.mistake(span, "bad-country", said, "use two capital letters such as `NL`");
    None
}

pub(super) fn channels(desk: &mut Desk<'_>, node: &KdlNode) -> BTreeMap<Name, Channel> {
    let mut found = BTreeMap::new();
    let mut words = Words::of(node);
    for child in words.children() {
        let span = span_of_name(child);
        let Some(name) = desk.name_in(child.name().value(), span) else { continue };
        Words::of(child).end(desk);
        let line = desk.line(child);
        if desk.declare(Kind::Channel, &name, line, span) {
            found.insert(name, Channel { line });
        }
    }
    words.end(desk);
    found
}
