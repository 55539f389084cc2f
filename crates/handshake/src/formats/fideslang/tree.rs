//! Data categories of fideslang as the tree of a policy.

use std::collections::{BTreeMap, BTreeSet};

use handshake_core::vocabulary::Name;

/// Part of a name for what lies in a category and in none of those below it.
const REST: &str = "unspecified";

/// Categories whose data Art. 9(1) GDPR calls special; with all below them.
const SPECIAL: [&str; 9] = [
    "user.authorization.biometric",
    "user.biometric",
    "user.biometric-health",
    "user.demographic.political-opinion",
    "user.demographic.race-ethnicity",
    "user.demographic.religious-belief",
    "user.demographic.sexual-orientation",
    "user.health-and-medical",
    "user.genetic",
];

/// The declared nodes, parents included, by whole name.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: BTreeMap<String, Node>,
}

#[derive(Debug, Default)]
struct Node {
    label: Option<String>,
    /// Named by itself somewhere, and not only as part of a longer name.
    named: bool,
}

/// A key as a name of ours: `user.contact.phone_number` is `user.contact.phone-number`.
pub(super) fn name(key: &str) -> Option<String> {
    let text = key.trim().to_ascii_lowercase().replace('_', "-");
    Name::is_name(&text).then_some(text)
}

/// Words as a name of ours; nothing if there is no letter in them.
pub(super) fn slug(words: &str) -> Option<String> {
    let mut text = String::new();
    for it in words.chars().flat_map(char::to_lowercase) {
        match it {
            'a'..='z' | '0'..='9' | '.' => text.push(it),
            _ if !text.is_empty() && !text.ends_with('-') => text.push('-'),
            _ => (),
        }
    }
    let text: String = text.chars().take(Name::CHARS_MAX).collect();
    name(text.trim_end_matches(['-', '.']))
}

impl Tree {
    /// Adds a category and those it lies in. Returns its name, if it can have one.
    pub(super) fn add(&mut self, key: &str, labels: &BTreeMap<String, String>) -> Option<String> {
        let whole = name(key)?;
        if whole.split('.').any(str::is_empty) {
            return None;
        }
        let mut keys = key.trim();
        let mut here = whole.as_str();
        loop {
            let node = self.nodes.entry(here.to_owned()).or_default();
            node.label = node.label.take().or_else(|| labels.get(keys).cloned());
            node.named |= here == whole;
            let (Some((above, _)), Some((keys_above, _))) =
                (here.rsplit_once('.'), keys.rsplit_once('.'))
            else {
                return Some(whole);
            };
            (here, keys) = (above, keys_above);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn is_special(name: &str) -> bool {
        SPECIAL.iter().any(|it| lies_in(name, it))
    }

    /// Whether one name lies in the other, or the other in it.
    pub(super) fn touch(one: &str, other: &str) -> bool {
        lies_in(one, other) || lies_in(other, one)
    }

    /// The tree as lines of a policy.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let tops: BTreeSet<&str> =
            self.nodes.keys().filter_map(|it| it.split('.').next()).collect();
        // Walked from a stack, last first; a name that is none closes what was opened before.
        let mut stack: Vec<(usize, Option<&str>)> =
            tops.into_iter().rev().map(|it| (1, Some(it))).collect();
        while let Some((depth, name)) = stack.pop() {
            let indent = "  ".repeat(depth);
            let Some(name) = name else {
                lines.push(format!("{indent}}}"));
                continue;
            };
            let own = name.rsplit('.').next().unwrap_or(name);
            let node = self.nodes.get(name);
            let label = node.and_then(|it| it.label.as_ref());
            let label =
                label.map_or_else(String::new, |it| format!(" {}", super::write::quoted(it)));
            let special = if Tree::is_special(name) { " sensitive=yes" } else { "" };
            let children = self.children(name);
            if children.is_empty() {
                lines.push(format!("{indent}{}{label}{special}", word(own)));
                continue;
            }
            lines.push(format!("{indent}{}{label}{special} {{", word(own)));
            stack.push((depth, None));
            stack.extend(children.into_iter().rev().map(|it| (depth + 1, Some(it))));
            if node.is_some_and(|it| it.named) {
                lines.push(format!("{indent}  {REST}"));
            }
        }
        lines
    }

    fn children(&self, name: &str) -> Vec<&str> {
        let below = format!("{name}.");
        let direct = |it: &&String| it.strip_prefix(&below).is_some_and(|it| !it.contains('.'));
        self.nodes.keys().filter(direct).map(String::as_str).collect()
    }
}

/// Whether a name is another, or lies below it.
pub(super) fn lies_in(inner: &str, outer: &str) -> bool {
    inner == outer || inner.strip_prefix(outer).is_some_and(|it| it.starts_with('.'))
}

/// A word as the policy file writes it: in quotes, if it begins with a digit.
pub(super) fn word(text: &str) -> String {
    match text.starts_with(|it: char| it.is_ascii_digit()) {
        true => format!("\"{text}\""),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_that_is_used_whole_has_a_rest() {
        let mut tree = Tree::default();
        let labels = BTreeMap::from([("user.contact".to_owned(), "Contact".to_owned())]);
        for key in ["user.contact", "user.contact.phone_number", "user.biometric.voice", "system"] {
            assert!(tree.add(key, &labels).is_some(), "{key}");
        }
        for bad in ["", "user..x", "übel", ".x", &"x".repeat(65)] {
            assert!(tree.add(bad, &labels).is_none(), "{bad}");
        }
        insta::assert_snapshot!(tree.lines().join("\n"), @r#"
          system
          user {
            biometric sensitive=yes {
              voice sensitive=yes
            }
            contact "Contact" {
              unspecified
              phone-number
            }
          }
        "#);
    }

    #[test]
    fn words_become_names() {
        assert_eq!(slug("Cookie House, Inc.").as_deref(), Some("cookie-house-inc"));
        assert_eq!(slug("  Ünder ").as_deref(), Some("nder"));
        assert_eq!(slug("…"), None);
    }
}
