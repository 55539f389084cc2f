//! Promises, recipients, records, and what is declared but never used.

use std::collections::{BTreeMap, BTreeSet};

use super::{Notes, last_part};
use crate::policy::feature::Feature;
use crate::policy::model::{Never, Purpose, RecipientKind};
use crate::vocabulary::Name;

/// A promise that no declared purpose could ever break.
pub(super) fn nevers(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let kinds: BTreeSet<RecipientKind> = policy.recipients.values().map(|it| it.kind).collect();
    let leaves: BTreeMap<&Name, BTreeSet<&Name>> = policy
        .purposes
        .iter()
        .map(|(name, it)| (name, it.uses.iter().flat_map(|it| policy.leaves_of(it)).collect()))
        .collect();
    for never in &policy.nevers {
        let no_kind =
            !never.recipient_kinds.is_empty() && never.recipient_kinds.is_disjoint(&kinds);
        let data: BTreeSet<&Name> = never.data.iter().flat_map(|it| policy.leaves_of(it)).collect();
        let bound = never.purposes.difference(&never.except);
        let meets = |name: &Name| {
            let uses = leaves.get(name);
            let data_meets = data.is_empty() || uses.is_some_and(|it| !it.is_disjoint(&data));
            data_meets && policy.purposes.get(name).is_some_and(|it| meets(notes, never, it))
        };
        let none_bound = !never.purposes.is_empty() && !bound.into_iter().any(meets);
        if no_kind || none_bound {
            let said = "this promise matches nothing that a purpose allows".to_owned();
            let help = "compare it with the purposes it names, or leave it out";
            notes.warning(never.line, "never-matches-nothing", said, help);
        }
    }
}

/// Whether recipients and channels of a promise meet those of a purpose.
fn meets(notes: &Notes<'_>, never: &Never, purpose: &Purpose) -> bool {
    let policy = notes.policy;
    let share = |never: &BTreeSet<Name>, purpose: &BTreeSet<Name>| {
        never.is_empty() || !never.is_disjoint(purpose)
    };
    let kind = |name: &Name| policy.recipients.get(name).map(|it| it.kind);
    let kinds: BTreeSet<RecipientKind> = purpose.with.iter().filter_map(kind).collect();
    share(&never.recipients, &purpose.with)
        && share(&never.channels, &purpose.on)
        && (never.recipient_kinds.is_empty() || !never.recipient_kinds.is_disjoint(&kinds))
}

pub(super) fn recipients(notes: &mut Notes<'_>) {
    for (name, it) in &notes.policy.recipients {
        if it.kind == RecipientKind::ThirdParty && it.country.is_none() {
            let said = format!("third party `{name}` is in no country");
            notes.warning_of(
                (it.line, name.as_str()),
                "no-country",
                said,
                "add `country=US` or where it is",
            );
        }
    }
}

/// Whatever is declared and in no purpose.
pub(super) fn unused(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let purposes = || policy.purposes.values();
    let from =
        policy.data.values().map(|it| &it.from).chain(policy.tags.values().map(|it| &it.from));
    let used: BTreeSet<&Name> = purposes()
        .map(|it| &it.uses)
        .chain(from)
        .flatten()
        .flat_map(|it| policy.leaves_of(it))
        .collect();
    let help = "use it in a purpose, or do not collect it";
    for name in policy.leaves().filter(|it| !used.contains(it)) {
        let line = policy.data.get(name).map(|it| it.line).unwrap_or_default();
        notes.warning_of(
            (line, last_part(name)),
            "unused-data",
            format!("no purpose uses `{name}`"),
            help,
        );
    }
    let with: BTreeSet<&Name> = purposes().flat_map(|it| &it.with).collect();
    for (name, it) in policy.recipients.iter().filter(|(name, _)| !with.contains(name)) {
        let said = format!("no purpose gives anything to `{name}`");
        notes.warning_of(
            (it.line, name.as_str()),
            "unused-recipient",
            said,
            "use it in a purpose, or take it away",
        );
    }
    let on: BTreeSet<&Name> = purposes().flat_map(|it| &it.on).collect();
    for (name, it) in policy.channels.iter().filter(|(name, _)| !on.contains(name)) {
        let said = format!("no purpose shows anything on `{name}`");
        notes.warning_of(
            (it.line, name.as_str()),
            "unused-channel",
            said,
            "use it in a purpose, or take it away",
        );
    }
    let looked: BTreeSet<&Name> =
        policy.nevers.iter().filter_map(|it| it.when_tag.as_ref()).collect();
    for (name, it) in policy.tags.iter().filter(|(name, _)| !looked.contains(name)) {
        let said = format!("no promise looks at tag `{name}`");
        notes.warning_of(
            (it.line, name.as_str()),
            "unused-tag",
            said,
            "use it in a `never`, or take it away",
        );
    }
}

/// Handshake's own acts are uses too: without a purpose for its records, they stay off.
pub(super) fn records(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let is_deal = |it: &Name| it.as_str() == "deal" || it.as_str().starts_with("deal.");
    let line = policy.purposes.values().map(|it| it.line).min().unwrap_or_default();
    let keeps = |it: &&Purpose| it.uses.iter().any(is_deal) && !it.asks();
    if !policy.purposes.values().any(|it| keeps(&it)) {
        let said = "no purpose keeps records of answers and decisions".to_owned();
        let help = "the feature `records` stays off; add a purpose that `uses deal` on another \
                    basis than permission";
        notes.warning(line, "no-records", said, help);
    }
}

/// A feature that no purpose covers stays off.
pub(super) fn features(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let line = policy.purposes.values().map(|it| it.line).min().unwrap_or_default();
    for feature in Feature::ALL.into_iter().filter(|it| policy.serving(*it).is_none()) {
        let feature = feature.as_str();
        let said = format!("no purpose serves `{feature}`, so this stays off");
        let help = format!("add `serves {feature}` to the purpose that covers it, if one should");
        notes.warning(line, "not-served", said, &help);
    }
}

/// Whoever holds nothing out never learns what a use is worth.
pub(super) fn tests(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let line = policy.purposes.values().map(|it| it.line).min().unwrap_or_default();
    if policy.purposes.values().all(|it| it.holdouts.is_empty()) {
        let said = "no purpose covers testing: none has a `holdout`".to_owned();
        let help = "without one, what a use is worth stays a guess; add a purpose for it, as in \
                    `holdout 5 percent of=PURPOSE rotates=quarterly`";
        notes.warning(line, "no-testing", said, help);
    }
}
