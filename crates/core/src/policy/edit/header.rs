//! The first line of a policy, and its `change`.

use super::EditError;
use super::line::{Row, Token, Value, retune};
use super::lines::{self, Lines};
use super::patch::Patch;
use super::tree::{Node, Tree};
use crate::policy::model::{Change, ChangeKind};
use crate::vocabulary::Millis;

const ORDER: [&str; 9] = [
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

fn head<'t>(tree: &'t Tree<'_>) -> Result<&'t Node, EditError> {
    tree.part("policy").ok_or_else(|| EditError::Missing("`policy`".to_owned()))
}

/// `version=` or `replaces=`.
pub(super) fn number(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    key: &'static str,
    it: Option<u32>,
) -> Result<(), EditError> {
    property(tree, patch, key, it.map(|it| Value::Number(it.into())))
}

pub(super) fn effective(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    it: Millis,
) -> Result<(), EditError> {
    // Whole seconds are written as people write them.
    let text = it.to_string().replace(".000Z", "Z");
    property(tree, patch, "effective", Some(Value::Text(text)))
}

/// Changes one property and leaves the others, and the name, alone.
fn property(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    key: &'static str,
    value: Option<Value>,
) -> Result<(), EditError> {
    let node = head(tree)?;
    let name = node.first().map(Token::word);
    let before: &[&str] = match key {
        "replaces" => &["version"],
        "effective" => &["version", "replaces"],
        _ => &[],
    };
    // Those that stand before it are named only to know where it goes.
    let kept = before.iter().filter_map(|it| {
        let word = node.property(it)?;
        Some(Token::property(it, as_written(tree, word)))
    });
    let own = value.map(|it| Token::property(key, it));
    let owned: &'static [&'static str] = match key {
        "version" => &["version"],
        "replaces" => &["replaces"],
        _ => &["effective"],
    };
    let row = Row::fixed(name.into_iter().chain(kept).chain(own).collect(), owned);
    retune(tree, patch, node, &row);
    Ok(())
}

fn as_written(tree: &Tree<'_>, word: &super::tree::Word) -> Value {
    let number = crate::vocabulary::Money::amount(tree.text(word.value_at.clone()));
    match (&word.text, number) {
        (None, Ok(number)) => Value::Number(number),
        (text, _) => Value::Word(text.clone().unwrap_or_default()),
    }
}

pub(super) fn change(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    it: Option<&Change>,
) -> Result<(), EditError> {
    let node = head(tree)?;
    let row = it.map(|it| {
        let kind = match it.kind {
            ChangeKind::Wording => "wording",
            ChangeKind::Meaning => "meaning",
        };
        let kind = Token::property("kind", Value::Word(kind.to_owned()));
        Row::fixed(vec![Token::text(&it.text), kind], &["kind"])
    });
    let lines = Lines { name: "change", rows: row.into_iter().collect(), any: None };
    lines::set(tree, patch, node, &ORDER, &lines);
    Ok(())
}
