//! Where everything stands in a policy file: its nodes, their words and their braces, in bytes.

use std::ops::Range;

use kdl::{KdlDocument, KdlEntry, KdlNode};

use crate::policy::problem::{Problem, Sheet};
use crate::policy::read::layout;
use crate::vocabulary::Name;

/// A policy file taken apart.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) source: &'a str,
    pub(super) nodes: Vec<Node>,
}

/// One line of the file, with what is in its braces.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) name_at: Range<usize>,
    pub(super) words: Vec<Word>,
    pub(super) block: Option<Block>,
    /// Where it begins, and where it ends: with its last word or its closing brace.
    pub(super) at: Range<usize>,
}

/// A value, or a property with its value.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) key: Option<String>,
    /// The text it means; nothing where it is a number.
    pub(super) text: Option<String>,
    pub(super) at: Range<usize>,
    /// The value alone, without `key=`.
    pub(super) value_at: Range<usize>,
}

/// What is in braces.
#[derive(Debug)]
pub(super) struct Block {
    /// Where the opening and the closing brace stand.
    pub(super) open: usize,
    pub(super) close: usize,
    pub(super) nodes: Vec<Node>,
}

impl<'a> Tree<'a> {
    pub(super) fn of(source: &'a str) -> Result<Tree<'a>, Vec<Problem>> {
        let document = layout::parse(&Sheet::new(source), source)?;
        Ok(Tree { source, nodes: nodes(source, &document) })
    }

    pub(super) fn part(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|it| it.name == name)
    }

    pub(super) fn purposes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.nodes.iter().filter(|it| it.name == "purpose")
    }

    pub(super) fn purpose(&self, name: &Name) -> Option<&Node> {
        self.purposes().find(|it| it.first() == Some(name.as_str()))
    }

    pub(super) fn nevers(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.nodes.iter().filter(|it| it.name == "never")
    }

    pub(super) fn never(&self, at: usize) -> Option<&Node> {
        self.nevers().nth(at)
    }

    pub(super) fn text(&self, at: Range<usize>) -> &'a str {
        self.source.get(at).unwrap_or_default()
    }

    /// Where the line begins that `at` stands in.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text(0..at).rfind('\n').map_or(0, |it| it + 1)
    }

    /// Where the line ends that `at` stands in, behind its `\n`.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text(at..self.source.len());
        rest.find('\n').map_or(self.source.len(), |it| at + it + 1)
    }

    /// The white space that a node's line begins with, if nothing else stands before the node.
    pub(super) fn indent(&self, at: usize) -> Option<&'a str> {
        let before = self.text(self.line_start(at)..at);
        before.trim().is_empty().then_some(before)
    }

    /// Where the line ends, if nothing but a comment follows on it.
    pub(super) fn free_end(&self, at: usize) -> Option<usize> {
        let end = self.line_end(at);
        let rest = self.text(at..end).trim_start_matches([' ', '\t', ';']);
        (rest.trim().is_empty() || rest.starts_with("//")).then_some(end)
    }

    pub(super) fn newline(&self) -> &'static str {
        let first = self.source.find('\n').and_then(|it| it.checked_sub(1));
        let crlf = first.is_some_and(|it| self.source.as_bytes().get(it) == Some(&b'\r'));
        if crlf { "\r\n" } else { "\n" }
    }
}

impl Node {
    /// The first value, as a text.
    pub(super) fn first(&self) -> Option<&str> {
        self.values().next().and_then(|it| it.text.as_deref())
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().filter(|it| it.key.is_none())
    }

    pub(super) fn property(&self, key: &str) -> Option<&Word> {
        self.words.iter().find(|it| it.key.as_deref() == Some(key))
    }

    pub(super) fn children(&self) -> &[Node] {
        self.block.as_ref().map_or(&[], |it| &it.nodes)
    }
}

fn nodes(source: &str, document: &KdlDocument) -> Vec<Node> {
    document.nodes().iter().map(|it| node(source, it)).collect()
}

/// Nesting is at most as deep as the layout allows.
fn node(source: &str, it: &KdlNode) -> Node {
    let name_at = range(it.name().span().offset(), it.name().span().len());
    let words: Vec<Word> = it.entries().iter().map(word).collect();
    let head_end = words.last().map_or(name_at.end, |it| it.at.end);
    let block = it.children().map(|inside| block(source, head_end, inside));
    let end = block.as_ref().map_or(head_end, |it| it.close + 1);
    let name = it.name().value().to_owned();
    Node { name, at: name_at.start..end, name_at, words, block }
}

fn word(it: &KdlEntry) -> Word {
    let at = range(it.span().offset(), it.span().len());
    let written = it.format().map_or(at.len(), |it| it.value_repr.len());
    Word {
        key: it.name().map(|it| it.value().to_owned()),
        text: it.value().as_string().map(str::to_owned),
        value_at: at.end.saturating_sub(written)..at.end,
        at,
    }
}

fn block(source: &str, head_end: usize, inside: &KdlDocument) -> Block {
    let open = head_end + source.get(head_end..).and_then(|it| it.find('{')).unwrap_or(0);
    let nodes = nodes(source, inside);
    let mut close = nodes.last().map_or(open + 1, |it| it.at.end);
    // Behind the last node stand only spaces, ends of lines and comments, until the brace.
    while let Some(rest) = source.get(close..) {
        match rest.chars().next() {
            None | Some('}') => break,
            Some('/') => close += rest.find('\n').unwrap_or(rest.len()),
            Some(it) => close += it.len_utf8(),
        }
    }
    Block { open, close, nodes }
}

fn range(offset: usize, length: usize) -> Range<usize> {
    offset..offset + length
}
