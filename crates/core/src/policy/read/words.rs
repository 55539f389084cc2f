//! One line of the file, taken word by word, so that no word of it goes unread.

use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, shown, span_of, span_of_name};
use crate::policy::problem::{listed, nearest};

/// The values, properties and children of a node, and which of them were asked for.
#[derive(Debug)]
pub(super) struct Words<'a> {
    node: &'a KdlNode,
    values: std::vec::IntoIter<&'a KdlEntry>,
    asked: Vec<&'static str>,
    children_read: bool,
}

impl<'a> Words<'a> {
    pub(super) fn of(node: &'a KdlNode) -> Words<'a> {
        let values: Vec<_> = node.entries().iter().filter(|it| it.name().is_none()).collect();
        Words { node, values: values.into_iter(), asked: Vec::new(), children_read: false }
    }

    /// The next value, if there is one.
    pub(super) fn next(&mut self) -> Option<&'a KdlEntry> {
        self.values.next()
    }

    /// The next value, which must be there.
    pub(super) fn need(&mut self, desk: &mut Desk<'_>, what: &str) -> Option<&'a KdlEntry> {
        let value = self.values.next();
        if value.is_none() {
            let said = format!("`{}` lacks {what}", shown(self.node.name().value()));
            let help = format!("add {what} on this line");
            desk.mistake(span_of_name(self.node), "missing-value", said, help);
        }
        value
    }

    /// A property, if it is written.
    pub(super) fn property(&mut self, key: &'static str) -> Option<&'a KdlEntry> {
        self.asked.push(key);
        self.find(key)
    }

    /// A property that must be written.
    pub(super) fn need_property(
        &mut self,
        desk: &mut Desk<'_>,
        key: &'static str,
        example: &str,
    ) -> Option<&'a KdlEntry> {
        let value = self.property(key);
        if value.is_none() {
            let said = format!("`{}` lacks `{key}=`", shown(self.node.name().value()));
            let help = format!("add it, as in `{key}={example}`");
            desk.mistake(span_of_name(self.node), "missing-property", said, help);
        }
        value
    }

    /// All properties, whatever their names.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&'a str, &'a KdlEntry)> + use<'a> {
        let entries = self.node.entries().iter();
        entries.filter_map(|it| it.name().map(|name| (name.value(), it)))
    }

    pub(super) fn children(&mut self) -> &'a [KdlNode] {
        self.children_read = true;
        self.node.children().map_or(&[], |it| it.nodes())
    }

    /// The last word: says what was written and never asked for.
    pub(super) fn end(self, desk: &mut Desk<'_>) {
        self.end_properties(desk);
        self.end_rest(desk);
    }

    /// Like [`Words::end`], where any property may stand.
    pub(super) fn end_rest(mut self, desk: &mut Desk<'_>) {
        let here = shown(self.node.name().value());
        if let Some(entry) = self.values.next() {
            let said = format!("`{}` is one value too many", shown(&value(entry)));
            let help = format!("`{here}` ends before it");
            desk.mistake(span_of(entry), "extra-value", said, help);
        }
        if !self.children_read && self.node.children().is_some() {
            let said = format!("`{here}` has nothing inside");
            let help = "take the braces and what is in them away";
            desk.mistake(span_of_name(self.node), "extra-block", said, help);
        }
        let mut seen: Vec<&str> = Vec::new();
        for (name, entry) in self.properties() {
            if seen.contains(&name) {
                let said = format!("`{}=` stands on this line again", shown(name));
                desk.mistake(span_of(entry), "duplicate-property", said, "say it once");
            }
            seen.push(name);
        }
    }

    fn end_properties(&self, desk: &mut Desk<'_>) {
        for (name, entry) in self.properties().filter(|(name, _)| !self.asked.contains(name)) {
            let here = shown(self.node.name().value());
            let said = format!("`{here}` has no property `{}`", shown(name));
            let help = match nearest(name, self.asked.iter().copied()) {
                Some(key) => format!("did you mean `{key}=`?"),
                None if self.asked.is_empty() => "it has none; leave it out".to_owned(),
                None => format!("use {}", listed(self.asked.iter().copied())),
            };
            desk.mistake(span_of(entry), "unknown-property", said, help);
        }
    }

    fn find(&self, key: &str) -> Option<&'a KdlEntry> {
        self.properties().find(|(name, _)| *name == key).map(|(_, entry)| entry)
    }
}

fn value(entry: &KdlEntry) -> String {
    entry.value().as_string().map_or_else(|| entry.value().to_string(), str::to_owned)
}
