//! Cuts and pastes, kept until all are known and then made at once.

use std::ops::Range;

use super::tree::{Node, Tree};

/// Changes to a text. They do not overlap; of several at one place, the first comes first.
#[derive(Debug)]
pub(super) struct Patch<'a> {
    source: &'a str,
    cuts: Vec<(Range<usize>, String)>,
}

impl<'a> Patch<'a> {
    pub(super) fn new(source: &'a str) -> Patch<'a> {
        Patch { source, cuts: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    pub(super) fn replace(&mut self, at: Range<usize>, with: String) {
        self.cuts.push((at, with));
    }

    pub(super) fn insert(&mut self, at: usize, text: String) {
        self.replace(at..at, text);
    }

    pub(super) fn applied(mut self) -> String {
        self.cuts.sort_by_key(|it| (it.0.start, it.0.end));
        let mut out = String::with_capacity(self.source.len());
        let mut from = 0;
        for (at, with) in &self.cuts {
            if from <= at.start {
                out.push_str(self.source.get(from..at.start).unwrap_or_default());
            }
            out.push_str(with);
            from = from.max(at.end);
        }
        out.push_str(self.source.get(from..).unwrap_or_default());
        out
    }

    /// Takes a node away with its line, where it has lines of its own; else with what parts it
    /// from its neighbour.
    pub(super) fn remove_node(&mut self, tree: &Tree<'_>, node: &Node) {
        let begins = tree.indent(node.at.start).map(|_| tree.line_start(node.at.start));
        if let (Some(start), Some(end)) = (begins, tree.free_end(node.at.end)) {
            // Of two empty lines that would meet, one goes too.
            let before = tree.text(0..start);
            let blank = before.ends_with("\n\n") || before.ends_with("\r\n\r\n");
            let after = tree.text(end..tree.source.len());
            let meets = after.is_empty() || after.starts_with(['\n', '\r']);
            let newline = if before.ends_with("\r\n") { 2 } else { 1 };
            let start = if blank && meets { start - newline } else { start };
            return self.replace(start..end, String::new());
        }
        let after = tree.text(node.at.end..tree.source.len());
        let gap = after.len() - after.trim_start_matches([' ', '\t', ';']).len();
        let (parting, rest) = after.split_at_checked(gap).unwrap_or_default();
        let neighbour = !rest.is_empty() && !rest.starts_with(['}', '\n', '\r', '/']);
        if parting.contains(';') && neighbour {
            return self.replace(node.at.start..node.at.end + gap, String::new());
        }
        let before = tree.text(0..node.at.start).trim_end_matches([' ', '\t', ';']);
        // A `;` that would part nothing goes too.
        let alone = before.is_empty() || before.ends_with(['{', '\n']);
        let stray = parting.rfind(';').filter(|_| alone).map_or(0, |it| it + 1);
        self.replace(before.len()..node.at.end + stray, String::new());
    }

    /// Puts a line into a node's braces: behind `after` if that stands in them, else first.
    pub(super) fn add_line(
        &mut self,
        tree: &Tree<'_>,
        parent: &Node,
        after: Option<&Node>,
        line: &str,
    ) {
        let newline = tree.newline();
        let Some(block) = &parent.block else {
            return self.insert(parent.at.end, format!(" {{ {line} }}"));
        };
        let deeper = |it: &str| format!("{it}  ");
        let own = tree.text(tree.line_start(parent.at.start)..parent.at.start);
        let own: String = own.chars().take_while(|it| it.is_whitespace()).collect();
        let first_of_line = block.nodes.iter().find_map(|it| tree.indent(it.at.start));
        let indent = first_of_line.map_or_else(|| deeper(&own), str::to_owned);
        if let Some(after) = after {
            let free = tree.free_end(after.at.end).filter(|end| *end <= block.close);
            return match free {
                Some(end) => self.insert(end, format!("{indent}{line}{newline}")),
                None => self.insert(after.at.end, format!("; {line}")),
            };
        }
        let inside = tree.text(block.open + 1..block.close);
        match (block.nodes.first(), inside.contains('\n')) {
            (None, false) => self.replace(block.open + 1..block.close, format!(" {line} ")),
            (first, true) => {
                let starts = first.and_then(|it| tree.indent(it.at.start).map(|_| it.at.start));
                let at = match starts {
                    Some(start) => tree.line_start(start),
                    None if first.is_none() => tree.line_end(block.open),
                    None => return self.insert(block.open + 1, format!(" {line};")),
                };
                self.insert(at, format!("{indent}{line}{newline}"));
            }
            (Some(first), false) => self.insert(first.at.start, format!("{line}; ")),
        }
    }

    /// Puts a whole part behind another, or at the end of the file.
    pub(super) fn add_part(
        &mut self,
        tree: &Tree<'_>,
        after: Option<&Node>,
        text: &str,
        gap: bool,
    ) {
        let newline = tree.newline();
        let blank = if gap { newline } else { "" };
        if let Some(after) = after {
            return match tree.free_end(after.at.end) {
                Some(end) if tree.text(0..end).ends_with('\n') => {
                    self.insert(end, format!("{blank}{text}{newline}"));
                }
                Some(end) => self.insert(end, format!("{newline}{blank}{text}")),
                None => self.insert(after.at.end, format!("; {text}")),
            };
        }
        let end = tree.source.len();
        let missing = if end == 0 || tree.source.ends_with('\n') { "" } else { newline };
        self.insert(end, format!("{missing}{blank}{text}{newline}"));
    }
}
