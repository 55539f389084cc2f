//! The names a policy declares: what gets a number in the dictionary.

use super::model::Policy;
use crate::vocabulary::{Family, Name};

/// Every name a policy declares, by family, in a fixed order: what must have a code before the
/// policy is compiled.
pub fn declared_names(policy: &Policy) -> Vec<(Family, Name)> {
    let offers = policy.purposes.values().filter_map(|it| it.in_return.as_ref());
    let family = |family: Family| move |name: &Name| (family, name.clone());
    let mut names: Vec<_> = policy.purposes.keys().map(family(Family::Purpose)).collect();
    names.extend(policy.data.keys().map(family(Family::Data)));
    names.extend(policy.recipients.keys().map(family(Family::Recipient)));
    names.extend(policy.channels.keys().map(family(Family::Channel)));
    names.extend(policy.tags.keys().map(family(Family::Tag)));
    names.extend(offers.map(|it| (Family::Offer, it.name.clone())));
    names
}
