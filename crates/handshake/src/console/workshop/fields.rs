//! What a form sent, by the names of its fields; and what a form shows.

use std::collections::BTreeSet;

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use handshake_core::vocabulary::Name;

use super::super::visit::Turned;

/// Names with their values, of which a name may have several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn sent(
        sent: Result<Form<Vec<(String, String)>>, FormRejection>,
    ) -> Result<Fields, Turned> {
        let Form(pairs) = sent.map_err(|error| Turned::Unread(error.to_string()))?;
        Ok(Fields(pairs))
    }

    pub(super) fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    pub(super) fn put_all<T: ToString>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        values.into_iter().for_each(|it| self.put(name, it.to_string()));
    }

    /// The value, or nothing, without space around it.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str());
        // The text of a policy is taken as it is.
        if name == "source" { found } else { found.trim() }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|it| !it.is_empty()).map(str::to_owned)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name).parse().ok()
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |it| it.0 == name).map(|it| it.1.trim())
    }

    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|it| it == value)
    }

    /// Names chosen, each only where no name above it was.
    pub(super) fn names(&self, name: &str) -> BTreeSet<Name> {
        let all: BTreeSet<Name> = self.all(name).filter_map(|it| Name::new(it).ok()).collect();
        let above = |it: &Name, other: &Name| {
            it.as_str().strip_prefix(other.as_str()).is_some_and(|it| it.starts_with('.'))
        };
        let covered = |it: &&Name| !all.iter().any(|other| above(it, other));
        all.iter().filter(covered).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_something_chosen_goes_without_saying() {
        let mut fields = Fields::default();
        fields.put_all("uses", ["seen", "seen.viewed", "bought.items", "Not A Name"]);
        let names: Vec<String> = fields.names("uses").iter().map(Name::to_string).collect();
        assert_eq!(names, ["bought.items", "seen"]);
        assert_eq!(
            (fields.get("uses"), fields.get("none"), fields.text("none")),
            ("seen", "", None)
        );
    }
}
