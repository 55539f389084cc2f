//! Places, by a table of what lies in what: all that the engines are told of geography.

use std::collections::BTreeSet;

/// What each place lies in.
const LIES_IN: [(&str, &str); 9] = [
    ("DE-BY", "DE"),
    ("DE", "EU"),
    ("FR", "EU"),
    ("EU", "EEA"),
    ("NO", "EEA"),
    ("GB", "UK"),
    ("GB-SCT", "UK"),
    ("US-CA", "US"),
    ("US-NY", "US"),
];
/// Places that lie in no other. Of some of them, policies never speak.
const ALONE: [&str; 4] = ["EEA", "UK", "US", "JP"];

/// Every place of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    LIES_IN.iter().map(|it| it.0).chain(ALONE)
}

/// A place and all that it lies in, the nearest first.
pub(crate) fn around(place: &str) -> Vec<&str> {
    let mut found = vec![place];
    let mut next = place;
    while let Some((_, around)) = LIES_IN.iter().find(|it| it.0 == next) {
        found.push(around);
        next = around;
    }
    found
}

/// Where somebody may be who is said to be in a place: the nearest place of the policy around it,
/// and those within it. Where nothing is said, or nothing is near, anywhere.
pub(crate) fn may_be_in<'a>(applies_in: &'a BTreeSet<String>, said: &str) -> Vec<&'a str> {
    let nearest = around(said).into_iter().find_map(|it| applies_in.get(it));
    let within = applies_in.iter().filter(|it| around(it).contains(&said));
    let near: BTreeSet<&str> = nearest.into_iter().chain(within).map(String::as_str).collect();
    match near.is_empty() {
        true => applies_in.iter().map(String::as_str).collect(),
        false => near.into_iter().collect(),
    }
}
