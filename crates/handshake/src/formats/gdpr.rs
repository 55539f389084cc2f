//! What the GDPR calls the parts of a policy, and what it calls abroad.

use handshake_core::policy::{Basis, Policy, Purpose};

/// Countries of the European Economic Area, in which the GDPR is law.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];
/// How a policy may write the United Kingdom, and how it writes it as a country.
const UK: [&str; 2] = ["UK", "GB"];

/// Whether the GDPR of the European Union applies to a policy.
pub(super) fn is_european(policy: &Policy) -> bool {
    policy.applies_in.iter().any(|it| it == "EU" || it == "EEA" || EEA.contains(&it.as_str()))
}

/// Whether the same law as it stands in the United Kingdom does.
pub(super) fn is_british(policy: &Policy) -> bool {
    policy.applies_in.iter().any(|it| UK.contains(&it.as_str()))
}

/// The paragraphs a purpose stands on, where any GDPR applies.
pub(super) fn articles(policy: &Policy, purpose: &Purpose, basis: &Basis) -> Vec<&'static str> {
    if !is_european(policy) && !is_british(policy) {
        return Vec::new();
    }
    let mut articles = vec![match basis {
        Basis::Permission { .. } => "6(1)(a)",
        Basis::Contract => "6(1)(b)",
        Basis::LegalDuty { .. } => "6(1)(c)",
        Basis::LegitimateInterest { .. } => "6(1)(f)",
    }];
    if is_explicit(basis) && uses_sensitive(policy, purpose) {
        articles.push("9(2)(a)");
    }
    articles
}

pub(super) fn is_explicit(basis: &Basis) -> bool {
    matches!(basis, Basis::Permission { explicit: true })
}

pub(super) fn uses_sensitive(policy: &Policy, purpose: &Purpose) -> bool {
    let mut leaves = purpose.uses.iter().flat_map(|it| policy.leaves_of(it));
    leaves.any(|it| policy.data.get(it).is_some_and(|it| it.sensitive))
}

/// The areas under a GDPR that a policy applies in and a country is outside of.
pub(super) fn outside(policy: &Policy, country: &str) -> Vec<&'static str> {
    let european = is_european(policy) && !EEA.contains(&country);
    let british = is_british(policy) && !UK.contains(&country);
    let areas = [(european, "EEA"), (british, "UK")];
    areas.into_iter().filter(|it| it.0).map(|it| it.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = include_str!("../../../../examples/ridgeline-bikes/policy.kdl");

    fn policy(applies_in: &str) -> Policy {
        let source =
            MODEL.replace("applies-in EU UK US-CA US", &format!("applies-in {applies_in}"));
        handshake_core::policy::read(&source).unwrap()
    }

    #[test]
    fn abroad_depends_on_where_the_policy_applies() {
        for (applies_in, country, expected) in [
            ("EU UK US", "US", &["EEA", "UK"][..]),
            ("EU UK US", "NL", &["UK"]),
            ("EU", "NL", &[]),
            ("DE", "CH", &["EEA"]),
            ("UK", "GB", &[]),
            ("US-CA", "US", &[]),
        ] {
            assert_eq!(outside(&policy(applies_in), country), expected, "{applies_in}: {country}");
        }
    }

    #[test]
    fn a_purpose_stands_on_its_paragraph() {
        let articles = |applies_in: &str, purpose: &str| {
            let policy = policy(applies_in);
            let it = &policy.purposes[&purpose.parse_name()];
            articles(&policy, it, &it.basis)
        };
        assert_eq!(articles("EU", "retarget"), ["6(1)(a)"]);
        assert_eq!(articles("UK", "fit-advice"), ["6(1)(a)", "9(2)(a)"]);
        assert_eq!(articles("EU", "take-orders"), ["6(1)(b)"]);
        assert_eq!(articles("EU", "keep-our-word"), ["6(1)(c)"]);
        assert_eq!(articles("EU", "keep-the-shop-safe"), ["6(1)(f)"]);
        assert!(articles("US-CA", "take-orders").is_empty());
    }

    trait ParseName {
        fn parse_name(&self) -> handshake_core::vocabulary::Name;
    }

    impl ParseName for &str {
        fn parse_name(&self) -> handshake_core::vocabulary::Name {
            handshake_core::vocabulary::Name::new(self).unwrap()
        }
    }
}
