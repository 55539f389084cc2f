//! `data { … }` and `tags { … }`: what may be known about a customer.

use std::collections::{BTreeMap, BTreeSet};

use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, Kind, shown, span_of, span_of_name};
use super::words::Words;
use crate::policy::model::{Category, Tag};
use crate::policy::problem::Span;
use crate::vocabulary::Name;

/// What a node of the data tree takes from the nodes above it.
#[derive(Debug, Clone, Copy)]
struct Above<'a> {
    name: Option<&'a Name>,
    sensitive: bool,
}

/// Where the data tree is put.
#[derive(Debug)]
struct Tree<'a> {
    data: &'a mut BTreeMap<Name, Category>,
    data_from: &'a mut BTreeMap<Name, Span>,
}

pub(super) fn data(
    desk: &mut Desk<'_>,
    node: &KdlNode,
    data: &mut BTreeMap<Name, Category>,
    data_from: &mut BTreeMap<Name, Span>,
) {
    let mut words = Words::of(node);
    let above = Above { name: None, sensitive: false };
    let mut tree = Tree { data, data_from };
    for child in words.children() {
        category(desk, child, above, &mut tree);
    }
    words.end(desk);
}

/// A node of the tree and all below it. Nesting is at most as deep as the layout allows.
fn category(desk: &mut Desk<'_>, node: &KdlNode, above: Above<'_>, tree: &mut Tree<'_>) {
    let Some(name) = whole_name(desk, node, above.name) else { return };
    let mut words = Words::of(node);
    let label = words.next().and_then(|it| desk.text(it));
    let own = words.property("sensitive").and_then(|it| desk.yes(it));
    let sensitive = above.sensitive || own == Some(true);
    if let (true, Some(false), Some(entry)) = (above.sensitive, own, words.property("sensitive")) {
        let help = "leave it out, or move the node elsewhere";
        desk.mistake(span_of(entry), "not-sensitive", "what is above it is sensitive", help);
    }
    let from_entry = words.property("from");
    let from = from(desk, from_entry);
    for child in words.children() {
        category(desk, child, Above { name: Some(&name), sensitive }, tree);
    }
    words.end(desk);
    let line = desk.line(node);
    if desk.declare(Kind::Data, &name, line, span_of_name(node)) {
        if let Some(entry) = from_entry {
            tree.data_from.insert(name.clone(), span_of(entry));
        }
        tree.data.insert(name, Category { label, sensitive, from, line });
    }
}

/// `viewed` inside `behaviour` is `behaviour.viewed`.
fn whole_name(desk: &mut Desk<'_>, node: &KdlNode, above: Option<&Name>) -> Option<Name> {
    let own = node.name().value();
    let span = span_of_name(node);
    if own.contains('.') {
        let said = format!("`{}` has a dot in it", shown(own));
        desk.mistake(span, "dotted-name", said, "nest it in braces instead");
        return None;
    }
    desk.name_in(own, span)?;
    match above {
        None => desk.name_in(own, span),
        Some(above) => desk.name_in(&format!("{above}.{own}"), span),
    }
}

fn from(desk: &mut Desk<'_>, entry: Option<&KdlEntry>) -> BTreeSet<Name> {
    entry.map(|it| desk.names(it, Kind::Data)).into_iter().flatten().collect()
}

pub(super) fn tags(desk: &mut Desk<'_>, node: &KdlNode) -> BTreeMap<Name, Tag> {
    let mut found = BTreeMap::new();
    let mut words = Words::of(node);
    for child in words.children() {
        let span = span_of_name(child);
        let Some(name) = desk.name_in(child.name().value(), span) else { continue };
        let mut inside = Words::of(child);
        let entry = inside.need_property(desk, "from", "purchase.items");
        let from = from(desk, entry);
        inside.end(desk);
        let line = desk.line(child);
        if desk.declare(Kind::Tag, &name, line, span) {
            found.insert(name, Tag { from, line });
        }
    }
    words.end(desk);
    found
}
