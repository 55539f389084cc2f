//! The name of a purpose, wherever the file speaks of it.

use super::line::{quoted, word};
use super::patch::Patch;
use super::tree::{Node, Tree, Word};
use super::{EditError, missing};
use crate::vocabulary::Name;

/// Where a purpose is named outside its own block.
enum Mention<'t> {
    /// A line that speaks of it alone: `worth`, `holdout of=`.
    Line(&'t Node),
    /// A word of a list.
    Listed(&'t Node, &'t Word),
    /// One of several names in one word: `to=a,b`.
    Within(&'t Node, &'t Word),
}

pub(super) fn rename(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    from: &Name,
    to: &Name,
) -> Result<(), EditError> {
    let node = tree.purpose(from).ok_or_else(|| missing("purpose", from))?;
    if from == to {
        return Ok(());
    }
    if tree.purpose(to).is_some() {
        return Err(EditError::Exists(format!("a purpose `{to}`")));
    }
    let named = |it: &Word, patch: &mut Patch<'_>| {
        let was_quoted = tree.text(it.value_at.clone()).starts_with('"');
        let text = if was_quoted { quoted(to.as_str()) } else { word(to.as_str()) };
        patch.replace(it.value_at.clone(), text);
    };
    if let Some(it) = node.values().next() {
        named(it, patch);
    }
    for mention in mentions(tree, from) {
        match mention {
            Mention::Line(it) => match it.property("of") {
                Some(of) => named(of, patch),
                None => patch.replace(it.name_at.clone(), word(to.as_str())),
            },
            Mention::Listed(_, it) => named(it, patch),
            Mention::Within(_, it) => {
                let renamed =
                    |one: &str| if one == from.as_str() { to.to_string() } else { one.to_owned() };
                within(tree, patch, it, |text| split(text).map(|it| renamed(&it)).collect());
            }
        }
    }
    Ok(())
}

pub(super) fn remove(tree: &Tree<'_>, patch: &mut Patch<'_>, name: &Name) -> Result<(), EditError> {
    let node = tree.purpose(name).ok_or_else(|| missing("purpose", name))?;
    patch.remove_node(tree, node);
    for mention in mentions(tree, name) {
        match mention {
            Mention::Line(it) => patch.remove_node(tree, it),
            Mention::Listed(line, it) => {
                let parent = tree.nevers().find(|never| holds(never, line));
                match (line.values().count() == 1, line.name == "except", parent) {
                    (false, ..) => {
                        let before = tree.text(0..it.at.start).trim_end_matches([' ', '\t']);
                        patch.replace(before.len()..it.at.end, String::new());
                    }
                    (true, false, Some(never)) => patch.remove_node(tree, never),
                    (true, ..) => patch.remove_node(tree, line),
                }
            }
            Mention::Within(line, it) => {
                let others = |text: &str| -> Vec<String> {
                    split(text).filter(|it| it != name.as_str()).collect()
                };
                match others(it.text.as_deref().unwrap_or_default()).is_empty() {
                    true => patch.remove_node(tree, line),
                    false => within(tree, patch, it, others),
                }
            }
        }
    }
    Ok(())
}

fn holds(never: &Node, line: &Node) -> bool {
    never.children().iter().any(|it| it.at == line.at)
}

fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned)
}

/// Writes a word of several names anew, parted as it was.
fn within(tree: &Tree<'_>, patch: &mut Patch<'_>, it: &Word, change: impl Fn(&str) -> Vec<String>) {
    let text = it.text.as_deref().unwrap_or_default();
    let parting = if text.contains(',') { "," } else { " " };
    let names = change(text).join(parting);
    let was_quoted = tree.text(it.value_at.clone()).starts_with('"');
    patch.replace(it.value_at.clone(), if was_quoted { quoted(&names) } else { word(&names) });
}

fn mentions<'t>(tree: &'t Tree<'_>, name: &Name) -> Vec<Mention<'t>> {
    let name = name.as_str();
    let is = |it: &&Word| it.text.as_deref() == Some(name);
    let mut found = Vec::new();
    for purpose in tree.purposes().filter(|it| it.first() != Some(name)) {
        let holdouts = purpose.children().iter().filter(|it| it.name == "holdout");
        let of = holdouts.filter(|it| it.property("of").is_some_and(|it| is(&it)));
        found.extend(of.map(Mention::Line));
    }
    for never in tree.nevers() {
        let lists =
            never.children().iter().filter(|it| matches!(it.name.as_str(), "purposes" | "except"));
        for list in lists {
            found.extend(list.values().filter(is).map(|it| Mention::Listed(list, it)));
        }
    }
    for line in tree.part("signals").into_iter().flat_map(Node::children) {
        let to = line.property("to");
        let names =
            |it: &&Word| it.text.as_deref().is_some_and(|it| split(it).any(|it| it == name));
        found.extend(to.filter(names).map(|it| Mention::Within(line, it)));
    }
    let worth = tree.part("worth").into_iter().flat_map(Node::children);
    found.extend(worth.filter(|it| it.name == name).map(Mention::Line));
    found
}
