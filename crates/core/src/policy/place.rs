//! Places: the jurisdictions a policy applies in, and which of them somebody may be in.
//!
//! A code is a country of ISO 3166-1 (`DE`), a subdivision of ISO 3166-2 (`US-CA`), or one of the
//! regions that laws speak of: `EU`, `EEA` and `UK`.

use std::collections::BTreeSet;

/// Member states of the European Union (Treaty on European Union, Article 52, as of 2026).
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];
/// The other states of the European Economic Area.
const EFTA_IN_EEA: [&str; 3] = ["IS", "LI", "NO"];

/// Whether all of `place` lies in `region`; every place lies in itself.
pub(super) fn is_within(place: &str, region: &str) -> bool {
    let ((country, part), (around, wanted)) = (parts(place), parts(region));
    let in_union = EU.contains(&country);
    match around {
        _ if country == around => wanted.is_empty() || part == wanted,
        "EU" => in_union,
        "EEA" => in_union || country == "EU" || EFTA_IN_EEA.contains(&country),
        _ => false,
    }
}

/// The country and its part. ISO reserves `UK` for the United Kingdom beside its own `GB`.
fn parts(place: &str) -> (&str, &str) {
    let (country, part) = place.split_once('-').unwrap_or((place, ""));
    (if country == "GB" { "UK" } else { country }, part)
}

/// Bits of the places somebody may be in who is said to be in `asserted`: where nothing is said,
/// or no place of the policy is near, any of them, so that the strictest counts.
pub(super) fn places(applies_in: &[String], asserted: &str) -> u64 {
    let all = mask(applies_in, |_| true);
    if asserted.is_empty() {
        return all;
    }
    let around = |it: &str| is_within(asserted, it);
    let nearest = |it: &str| {
        let nearer = |other: &&String| around(other) && *other != it && is_within(other, it);
        around(it) && !applies_in.iter().any(|other| nearer(&other))
    };
    match mask(applies_in, |it| nearest(it) || is_within(it, asserted)) {
        0 => all,
        some => some,
    }
}

/// Bits of the places that rules for these regions bear on; no region is everywhere.
pub(super) fn bearing(applies_in: &[String], regions: &BTreeSet<String>) -> u64 {
    mask(applies_in, |it| regions.is_empty() || regions.iter().any(|region| is_within(it, region)))
}

fn mask(applies_in: &[String], wanted: impl Fn(&str) -> bool) -> u64 {
    let bits = applies_in.iter().take(64).enumerate().filter(|(_, it)| wanted(it));
    bits.fold(0, |mask, (bit, _)| mask | 1 << bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(asserted: &str) -> Vec<&'static str> {
        let all = ["EU", "UK", "US", "US-CA"];
        let applies_in = all.map(str::to_owned);
        let bits = places(&applies_in, asserted);
        all.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|it| it.1).collect()
    }

    #[test]
    fn somebody_is_in_the_nearest_place() {
        assert_eq!(of("US-CA"), ["US-CA"]);
        assert_eq!(of("US-NY"), ["US"]);
        assert_eq!(of("DE"), ["EU"]);
        assert_eq!(of("DE-BY"), ["EU"]);
        assert_eq!(of("GB"), ["UK"]);
        assert_eq!(of("GB-SCT"), ["UK"]);
    }

    #[test]
    fn what_is_not_known_may_be_anywhere_it_can_be() {
        assert_eq!(of("US"), ["US", "US-CA"]);
        assert_eq!(of("EEA"), ["EU"]);
        assert_eq!(of(""), ["EU", "UK", "US", "US-CA"]);
        assert_eq!(of("JP"), ["EU", "UK", "US", "US-CA"]);
    }

    #[test]
    fn rules_for_a_region_bear_on_all_within() {
        let applies_in = ["DE", "NO", "US", "US-CA"].map(str::to_owned);
        let bearing = |regions: &[&str]| {
            super::bearing(&applies_in, &regions.iter().map(|&it| it.to_owned()).collect())
        };
        assert_eq!(bearing(&["EU"]), 0b0001);
        assert_eq!(bearing(&["EEA"]), 0b0011);
        assert_eq!(bearing(&["US"]), 0b1100);
        assert_eq!(bearing(&["US-CA"]), 0b1000);
        assert_eq!(bearing(&[]), 0b1111);
    }
}
