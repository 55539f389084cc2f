//! New things in a policy: purposes, promises, data, recipients and channels.

use super::line::{Row, Token, Value, quoted, word};
use super::patch::Patch;
use super::tree::{Node, Tree};
use super::{EditError, NeverLine, PurposeLine, lines, missing};
use crate::policy::model::{Category, Recipient};
use crate::vocabulary::Name;

pub(super) fn add_purpose(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    name: &Name,
    lines: &[PurposeLine],
) -> Result<(), EditError> {
    if tree.purpose(name).is_some() {
        return Err(exists("a purpose", name));
    }
    let newline = tree.newline();
    let mut text = format!("purpose {} {{{newline}", word(name.as_str()));
    let mut rows: Vec<(usize, String)> = Vec::new();
    for line in lines.iter().map(lines::of_purpose) {
        let place = lines::PURPOSE.iter().position(|it| *it == line.name);
        let place = place.unwrap_or(lines::PURPOSE.len());
        rows.extend(line.rows.iter().map(|row| (place, row.written(line.name))));
    }
    rows.sort_by_key(|it| it.0);
    for (_, row) in rows {
        text.push_str(&format!("  {row}{newline}"));
    }
    text.push('}');
    patch.add_part(tree, tree.purposes().next_back(), &text, true);
    Ok(())
}

pub(super) fn add_never(tree: &Tree<'_>, patch: &mut Patch<'_>, says: &str, lines: &[NeverLine]) {
    let mut rows: Vec<(usize, String)> = Vec::new();
    for line in lines.iter().filter_map(lines::of_never) {
        let place = lines::NEVER.iter().position(|it| *it == line.name);
        let place = place.unwrap_or(lines::NEVER.len());
        rows.extend(line.rows.iter().map(|row| (place, row.written(line.name))));
    }
    rows.sort_by_key(|it| it.0);
    let rows: Vec<String> = rows.into_iter().map(|it| it.1).collect();
    let text = format!("never {} {{ {} }}", quoted(says), rows.join("; "));
    let last = tree.nevers().next_back();
    patch.add_part(tree, last.or(tree.purposes().next_back()), &text, last.is_none());
}

pub(super) fn set_never(tree: &Tree<'_>, patch: &mut Patch<'_>, never: &Node, line: &NeverLine) {
    match (line, lines::of_never(line)) {
        (_, Some(it)) => lines::set(tree, patch, never, &lines::NEVER, &it),
        (NeverLine::Says(says), None) => {
            let row = Row::fixed(vec![Token::text(says)], &[]);
            super::line::retune(tree, patch, never, &row);
        }
        (_, None) => (),
    }
}

pub(super) fn add_data(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    name: &Name,
    it: &Category,
) -> Result<(), EditError> {
    let mut tokens: Vec<Token> = it.label.as_deref().map(Token::text).into_iter().collect();
    let yes = || Token::property("sensitive", Value::Word("yes".to_owned()));
    tokens.extend(it.sensitive.then(yes));
    let from: Vec<&str> = it.from.iter().map(Name::as_str).collect();
    let from = Value::Text(from.join(" "));
    tokens.extend((!it.from.is_empty()).then(|| Token::property("from", from)));
    let row = Row::fixed(tokens, &[]);
    let (above, own) = match name.as_str().rsplit_once('.') {
        Some((above, own)) => (Some(above), own),
        None => (None, name.as_str()),
    };
    let line = row.written(&word(own));
    let Some(data) = tree.part("data") else {
        if let Some(above) = above {
            return Err(EditError::Missing(format!("data `{above}`")));
        }
        part(tree, patch, "data", &line);
        return Ok(());
    };
    let mut parent = data;
    for step in above.into_iter().flat_map(|it| it.split('.')) {
        let inside = parent.children().iter().find(|it| it.name == step);
        parent = inside.ok_or_else(|| missing("data", name))?;
    }
    if parent.children().iter().any(|it| it.name == own) {
        return Err(exists("data", name));
    }
    patch.add_line(tree, parent, parent.children().last(), &line);
    Ok(())
}

pub(super) fn add_recipient(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    name: &Name,
    it: &Recipient,
) -> Result<(), EditError> {
    let property = |key: &str, it: &str| Token::property(key, Value::Word(it.to_owned()));
    let mut tokens = vec![Token::text(&it.label), property("kind", it.kind.as_str())];
    tokens.extend(it.country.as_deref().map(|it| property("country", it)));
    tokens.extend(it.sale.then(|| property("sale", "yes")));
    let vendor = it.tcf_vendor.map(|it| Token::property("tcf-vendor", Value::Number(it.into())));
    tokens.extend(vendor);
    add_named(tree, patch, "recipients", name, &Row::fixed(tokens, &[]))
}

pub(super) fn add_channel(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    name: &Name,
) -> Result<(), EditError> {
    add_named(tree, patch, "channels", name, &Row::fixed(Vec::new(), &[]))
}

fn add_named(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    list: &str,
    name: &Name,
    row: &Row,
) -> Result<(), EditError> {
    let line = row.written(&word(name.as_str()));
    let Some(parent) = tree.part(list) else {
        part(tree, patch, list, &line);
        return Ok(());
    };
    if parent.children().iter().any(|it| it.name == name.as_str()) {
        return Err(exists("one called", name));
    }
    patch.add_line(tree, parent, parent.children().last(), &line);
    Ok(())
}

/// A list that the file does not have yet, before the first purpose in the order of reading.
fn part(tree: &Tree<'_>, patch: &mut Patch<'_>, name: &str, line: &str) {
    let before = ["policy", "data", "tags", "recipients", "channels"];
    let last = tree.nodes.iter().rfind(|it| before.contains(&it.name.as_str()));
    let newline = tree.newline();
    let text = format!("{name} {{{newline}  {line}{newline}}}");
    patch.add_part(tree, last, &text, true);
}

fn exists(what: &str, name: &Name) -> EditError {
    EditError::Exists(format!("{what} `{name}`"))
}
