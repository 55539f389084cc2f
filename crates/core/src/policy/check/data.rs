//! Data that deserves more care than the policy gives it.

use super::naming::fold;
use super::{Notes, last_part};
use crate::policy::model::{Category, RecipientKind};
use crate::vocabulary::Name;

/// Beginnings of words for the special categories of GDPR 9 and 10, English and German, folded.
const SENSITIVE: [&str; 28] = [
    "health",
    "medic",
    "diagnos",
    "disab",
    "pregnan",
    "allerg",
    "relig",
    "ethnic",
    "racial",
    "sexual",
    "sex-life",
    "politic",
    "trade-union",
    "genet",
    "biometr",
    "fingerprint",
    "criminal",
    "convict",
    "gesundheit",
    "krankheit",
    "behinder",
    "schwanger",
    "konfession",
    "ethni",
    "sexuell",
    "politisch",
    "gewerkschaft",
    "vorstraf",
];

pub(super) fn sensitive(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    for (name, it) in policy.data.iter().filter(|(_, it)| !it.sensitive) {
        let is_sensitive = |it: &Name| policy.data.get(it).is_some_and(|it| it.sensitive);
        let below = |it: &Name| policy.leaves_of(it).any(is_sensitive);
        if let Some(source) = it.from.iter().find(|it| is_sensitive(it) || below(it)) {
            let said = format!("`{name}` is worked out from `{source}`, which is sensitive");
            let help = "add `sensitive=yes`, or leave that source out";
            notes.warning_of((it.line, last_part(name)), "sensitive-source", said, help);
        }
        if let Some(word) = telling(name, it) {
            let said = format!("`{name}` sounds sensitive (`{word}…`) and is not marked so");
            notes.warning_of(
                (it.line, last_part(name)),
                "sounds-sensitive",
                said,
                "add `sensitive=yes` if it is",
            );
        }
    }
    for (name, it) in &policy.purposes {
        let third = |it: &&Name| {
            policy.recipients.get(*it).is_some_and(|it| it.kind == RecipientKind::ThirdParty)
        };
        let leaves = it.uses.iter().flat_map(|it| policy.leaves_of(it));
        let mut sensitive = leaves.filter(|it| policy.data.get(*it).is_some_and(|it| it.sensitive));
        if let (Some(who), Some(what)) = (it.with.iter().find(third), sensitive.next()) {
            let said = format!("purpose `{name}` gives `{what}`, which is sensitive, to `{who}`");
            notes.warning_of(
                (it.with_line, who.as_str()),
                "sensitive-shared",
                said,
                "leave one of them out",
            );
        }
    }
}

/// The word in the last part of a name, or in a label, that tells of a special category.
fn telling(name: &Name, it: &Category) -> Option<&'static str> {
    let own = name.as_str().rsplit('.').next().unwrap_or_default();
    let texts = std::iter::once(own).chain(it.label.as_deref());
    let words: Vec<String> = texts.flat_map(str::split_whitespace).map(fold).collect();
    let parts = || words.iter().flat_map(|it| std::iter::once(it.as_str()).chain(it.split('-')));
    SENSITIVE.into_iter().find(|word| parts().any(|it| it.starts_with(word)))
}
