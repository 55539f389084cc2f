//! Terms: a statement in the words a customer reads. What, to whom, how long, and for what.

use std::collections::{BTreeMap, BTreeSet};

use handshake_core::policy::{Keep, Policy, RecipientKind, Statement};
use handshake_core::vocabulary::Name;

/// What a statement comes down to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The data, one line for each kind, as `What you like: mountain`.
    pub what: Vec<String>,
    pub who: Vec<Party>,
    pub keep: Option<Keep>,
    /// What is new beside what the person agreed to before, in the same words; nothing where they
    /// agreed to nothing.
    pub added: Vec<String>,
    /// What is given in return.
    pub you_get: Option<String>,
    /// Labels are written in the first language of the policy.
    pub label_language: String,
    /// The words in `says` that name the interest shown.
    pub interest: Option<String>,
}

/// Somebody who gets the data, as customers know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub label: String,
    pub kind: RecipientKind,
    pub country: Option<String>,
}

impl Terms {
    pub fn of(policy: &Policy, statement: &Statement) -> Terms {
        Terms {
            what: what(policy, &statement.data, statement.interest.as_ref()),
            who: who(policy, &statement.recipients),
            keep: statement.keep.clone(),
            added: Vec::new(),
            you_get: statement.in_return_says.clone(),
            label_language: label_language(policy),
            interest: interest(policy, statement),
        }
    }
}

impl Terms {
    /// What `statement` adds to what was agreed to: data, who gets it, and where it shows.
    pub(super) fn set_added(
        &mut self,
        policy: &Policy,
        statement: &Statement,
        agreed: &[&Statement],
    ) {
        if agreed.is_empty() {
            return;
        }
        let new = |names: &BTreeSet<Name>, of: fn(&Statement) -> &BTreeSet<Name>| {
            let known = |name: &&Name| agreed.iter().any(|it| of(it).contains(*name));
            names.iter().filter(|it| !known(it)).cloned().collect::<Vec<_>>()
        };
        self.added = what(policy, &new(&statement.data, |it| &it.data), None);
        let recipients = new(&statement.recipients, |it| &it.recipients);
        self.added.extend(who(policy, &recipients).into_iter().map(|it| it.label));
        let channels = new(&statement.channels, |it| &it.channels);
        self.added.extend(channels.iter().map(|it| it.as_str().replace('-', " ")));
    }
}

/// The data of a purpose in words, one line for each branch of the tree.
pub fn data_in_words<'a>(policy: &Policy, data: impl IntoIterator<Item = &'a Name>) -> Vec<String> {
    what(policy, data, None)
}

/// The language that labels are written in.
fn label_language(policy: &Policy) -> String {
    policy.languages.first().map_or("en", String::as_str).to_owned()
}

/// Who gets the data, the shop itself first. A recipient the policy no longer names can get
/// nothing, so it is left out.
pub(super) fn who<'a>(policy: &Policy, names: impl IntoIterator<Item = &'a Name>) -> Vec<Party> {
    let known = names.into_iter().filter_map(|name| policy.recipients.get(name));
    let mut who: Vec<Party> = known
        .map(|it| Party { label: it.label.clone(), kind: it.kind, country: it.country.clone() })
        .collect();
    who.sort_by_key(|it| it.kind);
    who
}

/// Data in words, one line for each branch of the tree; what the interest shown is about first.
pub(super) fn what<'a>(
    policy: &Policy,
    data: impl IntoIterator<Item = &'a Name>,
    interest: Option<&Name>,
) -> Vec<String> {
    let branch_of = |leaf: &Name| leaf.as_str().split('.').next().unwrap_or_default().to_owned();
    let shown = interest.map(branch_of);
    let mut branches: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
    for leaf in data {
        let branch = branch_of(leaf);
        let later = Some(&branch) != shown.as_ref();
        branches.entry((later, branch)).or_default().push(word(policy, leaf.as_str()));
    }
    let line = |((_, branch), leaves): ((bool, String), Vec<String>)| match leaves.as_slice() {
        [only] if *only == word(policy, &branch) => only.clone(),
        leaves => format!("{}: {}", word(policy, &branch), leaves.join(", ")),
    };
    branches.into_iter().map(line).collect()
}

/// The label of a node, or the last part of its name.
fn word(policy: &Policy, name: &str) -> String {
    let node = Name::new(name).ok().and_then(|it| policy.data.get(&it));
    node.and_then(|it| it.label.clone())
        .unwrap_or_else(|| name.rsplit('.').next().unwrap_or_default().replace('-', " "))
}

/// What stands in the place of `{interest}`, while the policy still has the sentence.
fn interest(policy: &Policy, statement: &Statement) -> Option<String> {
    statement.interest.as_ref()?;
    let template = policy.purposes.get(&statement.purpose)?.says.get(&statement.language)?;
    let (before, after) = template.split_once("{interest}")?;
    let words = statement.says.strip_prefix(before)?.strip_suffix(after)?;
    (!words.is_empty()).then(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::{read, statement};

    fn of(purpose: &str, interest: Option<&str>) -> Terms {
        let source = include_str!("../../../../examples/ridgeline-bikes/policy.kdl");
        let policy = read(source).unwrap();
        let interest = interest.map(|it| Name::new(it).unwrap());
        let purpose = Name::new(purpose).unwrap();
        let statement = statement(&policy, &purpose, "en", interest.as_ref()).unwrap();
        Terms::of(&policy, &statement)
    }

    #[test]
    fn a_statement_says_what_and_to_whom() {
        let narrowed = of("show-recommendations", Some("interest.mountain"));
        assert_eq!(
            narrowed.what,
            [
                "What you like: mountain",
                "What you do on our site: viewed",
                "What we work out: bike match",
            ]
        );
        assert_eq!(narrowed.interest.as_deref(), Some("mountain"));
        assert_eq!(narrowed.you_get.as_deref(), Some("First pick of test-ride days"));
        let mail = of("follow-up-email", None);
        let who: Vec<_> = mail.who.iter().map(|it| (it.label.as_str(), it.kind)).collect();
        assert_eq!(
            who,
            [
                ("Ridgeline Bikes", RecipientKind::Ourselves),
                ("Posthorn Mail BV", RecipientKind::Processor),
            ]
        );
        assert_eq!((mail.interest, mail.you_get), (None, None));
    }
}
