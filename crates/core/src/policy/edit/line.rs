//! The words that a line is to have, and how to get there from those it has.

use rust_decimal::Decimal;

use super::patch::Patch;
use super::tree::{Node, Tree, Word};
use crate::vocabulary::{Money, Period, Unit};

/// One line: its words in order, and what is known of others that may stand on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) tokens: Vec<Token>,
    /// Properties that are taken away where they are not among the words. Others stay.
    pub(super) owned: Owned,
    /// The values are a set: their order means nothing, so what stands there stays there.
    pub(super) is_set: bool,
}

/// Properties that an edit knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owned {
    All,
    These(&'static [&'static str]),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Value(Value),
    Property(String, Value),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Bare where it can be.
    Word(String),
    /// Always in quotes.
    Text(String),
    Number(Decimal),
    /// `months`, or `month` after a 1.
    Unit(Period),
}

impl Row {
    pub(super) fn fixed(tokens: Vec<Token>, owned: &'static [&'static str]) -> Row {
        Row { tokens, owned: Owned::These(owned), is_set: false }
    }

    pub(super) fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> Row {
        let tokens = names.into_iter().map(Token::word).collect();
        Row { tokens, owned: Owned::These(&[]), is_set: true }
    }

    /// The line as it is written where there was none.
    pub(super) fn written(&self, name: &str) -> String {
        let words = self.tokens.iter().map(Token::written);
        std::iter::once(name.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }
}

impl Owned {
    fn has(self, word: &Word) -> bool {
        word.key.as_deref().is_some_and(|key| match self {
            Owned::All => true,
            Owned::These(keys) => keys.contains(&key),
        })
    }
}

impl Token {
    pub(super) fn word(text: &str) -> Token {
        Token::Value(Value::Word(text.to_owned()))
    }

    pub(super) fn text(text: &str) -> Token {
        Token::Value(Value::Text(text.to_owned()))
    }

    pub(super) fn number(it: impl Into<Decimal>) -> Token {
        Token::Value(Value::Number(it.into()))
    }

    pub(super) fn property(key: &str, value: Value) -> Token {
        Token::Property(key.to_owned(), value)
    }

    fn written(&self) -> String {
        match self {
            Token::Value(value) => value.written(),
            Token::Property(key, value) => format!("{}={}", word(key), value.written()),
        }
    }
}

impl Value {
    pub(super) fn written(&self) -> String {
        match self {
            Value::Word(text) => word(text),
            Value::Text(text) => quoted(text),
            Value::Number(number) => number.to_string(),
            Value::Unit(period) => {
                let said = period.to_string();
                said.rsplit_once(' ').map_or(said.clone(), |it| it.1.to_owned())
            }
        }
    }

    /// Whether a word of the file says this already.
    fn is(&self, tree: &Tree<'_>, it: &Word) -> bool {
        match self {
            Value::Word(text) | Value::Text(text) => it.text.as_ref() == Some(text),
            Value::Unit(period) => {
                it.text.as_deref().and_then(Unit::parse).is_some_and(|it| it == period.unit)
            }
            Value::Number(number) => {
                let written = Money::amount(tree.text(it.value_at.clone()));
                it.text.is_none() && written.is_ok_and(|it| it == *number)
            }
        }
    }

    /// The same, in quotes where the word it replaces was.
    fn instead_of(&self, tree: &Tree<'_>, it: &Word) -> String {
        match self {
            Value::Word(text) if tree.text(it.value_at.clone()).starts_with('"') => quoted(text),
            Value::Word(_) | Value::Text(_) | Value::Number(_) | Value::Unit(_) => self.written(),
        }
    }
}

/// Changes the words of a line to those wanted.
pub(super) fn retune(tree: &Tree<'_>, patch: &mut Patch<'_>, node: &Node, row: &Row) {
    let mut point = node.name_at.end;
    if row.is_set {
        return set(tree, patch, node, row);
    }
    let mut values = node.values();
    for token in &row.tokens {
        let (there, value) = match token {
            Token::Value(value) => (values.next(), value),
            Token::Property(key, value) => (node.property(key), value),
        };
        match there {
            Some(it) => {
                if !value.is(tree, it) {
                    patch.replace(it.value_at.clone(), value.instead_of(tree, it));
                }
                point = point.max(it.at.end);
            }
            None => patch.insert(point, format!(" {}", token.written())),
        }
    }
    let wanted = |word: &Word| {
        let is =
            |it: &Token| matches!(it, Token::Property(key, _) if Some(key) == word.key.as_ref());
        row.tokens.iter().any(is)
    };
    let surplus = node.words.iter().filter(|it| row.owned.has(it) && !wanted(it));
    for it in values.chain(surplus) {
        remove(tree, patch, it);
    }
}

fn set(tree: &Tree<'_>, patch: &mut Patch<'_>, node: &Node, row: &Row) {
    let wanted: Vec<&Value> = row
        .tokens
        .iter()
        .filter_map(|it| if let Token::Value(value) = it { Some(value) } else { None })
        .collect();
    for it in node.values().filter(|it| !wanted.iter().any(|value| value.is(tree, it))) {
        remove(tree, patch, it);
    }
    for it in node.words.iter().filter(|it| row.owned.has(it)) {
        remove(tree, patch, it);
    }
    let end = node.values().last().map_or(node.name_at.end, |it| it.at.end);
    for value in wanted {
        if !node.values().any(|it| value.is(tree, it)) {
            patch.insert(end, format!(" {}", value.written()));
        }
    }
}

/// Takes a word away with the space before it.
fn remove(tree: &Tree<'_>, patch: &mut Patch<'_>, it: &Word) {
    let before = tree.text(0..it.at.start);
    patch.replace(before.trim_end_matches([' ', '\t']).len()..it.at.end, String::new());
}

/// Whether a line says all this already.
pub(super) fn says(tree: &Tree<'_>, node: &Node, row: &Row) -> bool {
    let mut patch = Patch::new(tree.source);
    retune(tree, &mut patch, node, row);
    patch.is_empty()
}

/// A word as KDL takes it without quotes, if it can.
pub(super) fn word(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().is_some_and(|it| it.is_ascii_alphabetic());
    let plain = chars.all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | ','));
    let keyword = matches!(text, "true" | "false" | "null" | "inf" | "nan");
    if first && plain && !keyword { text.to_owned() } else { quoted(text) }
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            // A text ends on its line. What was pasted over several is said on one.
            '\n' | '\r' | '\t' => out.push(' '),
            it => out.push(it),
        }
    }
    out.push('"');
    out
}
