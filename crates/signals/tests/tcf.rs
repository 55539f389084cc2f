//! What a TC string allows, and whether it may be relied on.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use handshake_signals::tcf::{
    LegalBasis, Permission, PolicyFault, PublisherTc, Refusal, Restriction, RestrictionType,
    Restrictions, TcString, VendorFacts,
};
use handshake_signals::{Bitfield, Datetime, IdSet, Letters, Padding};

const MIDNIGHT_2026_07: Datetime = Datetime::from_unix_ms(1_782_864_000_000);

fn purposes(ids: &[u8]) -> Bitfield {
    Bitfield::of(24, ids.iter().copied()).unwrap()
}

/// Consent to purposes 1, 2 and 3, transparency for 2, 3 and 7; vendor 10 may both, 11 consent
/// only, 12 interest only; 13 was shown and refused; 14 has everything but was not shown.
fn sample() -> TcString<'static> {
    TcString {
        cmp_id: 300,
        vendor_list_version: 142,
        purposes_consent: purposes(&[1, 2, 3]),
        purposes_li_transparency: purposes(&[2, 3, 7]),
        vendor_consent: IdSet::of(const { &[10..=11, 14..=14] }),
        vendor_legitimate_interest: IdSet::of(const { &[10..=10, 12..=12, 14..=14] }),
        disclosed_vendors: Some(IdSet::of(const { &[10..=13] })),
        ..TcString::new(MIDNIGHT_2026_07)
    }
}

/// The same answer from the value and from its text.
#[track_caller]
fn check(tc: &TcString<'_>, vendor: u16, purpose: u8, facts: &VendorFacts, expected: Permission) {
    let mut text = String::new();
    tc.encode(&mut text, Padding::Quantum).unwrap();
    let read = TcString::parse(&text).unwrap();
    assert_eq!(read, *tc);
    for tc in [tc, &read] {
        assert_eq!(tc.legal_basis(vendor, purpose, facts), expected, "{vendor}, {purpose}");
    }
}

const CONSENT: Permission = Permission::Yes(LegalBasis::Consent);
const INTEREST: Permission = Permission::Yes(LegalBasis::LegitimateInterest);

const fn no(refusal: Refusal) -> Permission {
    Permission::No(refusal)
}

#[test]
fn a_basis_needs_the_bits_of_purpose_and_vendor() {
    let facts = VendorFacts::new([1, 2, 4], [3, 7, 8], []);
    let tc = sample();
    check(&tc, 10, 1, &facts, CONSENT);
    check(&tc, 11, 2, &facts, CONSENT);
    check(&tc, 12, 2, &facts, no(Refusal::NoVendorConsent));
    check(&tc, 10, 4, &facts, no(Refusal::NoPurposeConsent));
    check(&tc, 10, 7, &facts, INTEREST);
    check(&tc, 11, 7, &facts, no(Refusal::NoVendorTransparency));
    check(&tc, 10, 8, &facts, no(Refusal::NoPurposeTransparency));
    check(&tc, 10, 3, &facts, no(Refusal::NeedsConsent));
    check(&tc, 10, 9, &facts, no(Refusal::NotDeclared));
    check(&tc, 13, 1, &facts, no(Refusal::NoVendorConsent));
    check(&tc, 14, 1, &facts, no(Refusal::NotDisclosed));
    check(&tc, 0, 1, &facts, no(Refusal::NotDisclosed));
    check(&tc, 10, 0, &facts, no(Refusal::NotDeclared));
    // Each purpose on legitimate interest.
    let all = VendorFacts::new([], 1..=11, []);
    let open =
        TcString { purposes_li_transparency: purposes(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), ..tc };
    for purpose in 1..=11 {
        let firm = matches!(purpose, 1 | 3 | 4 | 5 | 6);
        check(&open, 10, purpose, &all, if firm { no(Refusal::NeedsConsent) } else { INTEREST });
    }
    // Before 2.3 a string does not say who was disclosed.
    let old = TcString { disclosed_vendors: None, ..tc };
    check(&old, 14, 1, &facts, CONSENT);
    assert_eq!(VendorFacts::new([0, 1, 25, 255], [], []), VendorFacts::new([1], [], []));
}

#[test]
fn a_publisher_can_forbid_and_can_require_the_other_basis() {
    let [one, all] = const { [[10..=10], [1..=u16::MAX]] };
    let restriction = |purpose, restriction_type, vendors| Restriction {
        purpose,
        restriction_type,
        vendors: IdSet::of(vendors),
    };
    let list = [
        restriction(1, RestrictionType::NotAllowed, one.as_slice()),
        restriction(2, RestrictionType::RequireLegitimateInterest, &all),
        restriction(7, RestrictionType::RequireConsent, &all),
        restriction(3, RestrictionType::Undefined, &all),
    ];
    let tc = TcString { publisher_restrictions: Restrictions::of(&list), ..sample() };
    let firm = VendorFacts::new([1, 2, 3], [7], []);
    let flexible = VendorFacts::new([1, 2, 3], [7], [1, 2, 7]);
    check(&tc, 10, 1, &firm, no(Refusal::NotAllowedByPublisher));
    check(&tc, 11, 1, &firm, CONSENT);
    check(&tc, 10, 2, &firm, no(Refusal::BasisNotFlexible));
    check(&tc, 10, 2, &flexible, INTEREST);
    check(&tc, 11, 2, &flexible, no(Refusal::NoVendorTransparency));
    check(&tc, 10, 7, &flexible, no(Refusal::NoPurposeConsent));
    check(&tc, 10, 3, &firm, CONSENT);
    // A vendor that uses consent already is not changed by a rule that requires it.
    let consent = [restriction(2, RestrictionType::RequireConsent, one.as_slice())];
    let same = TcString { publisher_restrictions: Restrictions::of(&consent), ..sample() };
    check(&same, 10, 2, &firm, CONSENT);
    // Two rules at once: the stricter one.
    let both = [
        restriction(7, RestrictionType::RequireLegitimateInterest, one.as_slice()),
        restriction(7, RestrictionType::RequireConsent, &one),
    ];
    let torn = TcString { publisher_restrictions: Restrictions::of(&both), ..sample() };
    check(&torn, 10, 7, &flexible, no(Refusal::NoPurposeConsent));
}

#[test]
fn purpose_one_may_not_have_been_asked_about() {
    let facts = VendorFacts::new([1, 2], [], []);
    let tc = TcString {
        purposes_consent: purposes(&[2]),
        purpose_one_treatment: true,
        publisher_cc: Letters::new("DE").unwrap(),
        ..sample()
    };
    check(&tc, 10, 1, &facts, no(Refusal::PurposeOneNotAsked));
    check(&tc, 10, 2, &facts, CONSENT);
}

#[test]
fn a_special_purpose_needs_disclosure() {
    let mut facts = VendorFacts::new([], [], []);
    facts.special_purposes = purposes(&[1]);
    let tc = sample();
    assert!(tc.special_purpose(13, 1, &facts));
    assert!(!tc.special_purpose(13, 2, &facts) && !tc.special_purpose(14, 1, &facts));
    assert!(!TcString { disclosed_vendors: None, ..tc }.special_purpose(13, 1, &facts));
}

#[test]
fn policies_are_another_matter_than_syntax() {
    #[track_caller]
    fn faults(tc: TcString<'_>, expected: &[PolicyFault]) {
        assert_eq!(tc.policy_faults().collect::<Vec<_>>(), expected);
    }
    let day = |it: u64| Datetime::from_unix_ms(MIDNIGHT_2026_07.unix_ms() + it);
    let tc = TcString { purposes_li_transparency: purposes(&[2, 7]), ..sample() };
    faults(tc, &[]);
    faults(TcString { is_service_specific: false, ..tc }, &[PolicyFault::GlobalScope]);
    faults(TcString { tcf_policy_version: 2, ..tc }, &[PolicyFault::OldPolicyVersion(2)]);
    faults(TcString { disclosed_vendors: None, ..tc }, &[PolicyFault::NoDisclosedVendors]);
    faults(TcString { vendor_list_version: 0, ..tc }, &[PolicyFault::NoVendorList]);
    faults(TcString { cmp_id: 1, ..tc }, &[PolicyFault::NoCmp(1)]);
    faults(TcString { allowed_vendors: Some(IdSet::EMPTY), ..tc }, &[PolicyFault::AllowedVendors]);
    faults(TcString { last_updated: day(86_400_000), ..tc }, &[PolicyFault::CreatedIsNotUpdated]);
    faults(TcString { created: day(100), last_updated: day(100), ..tc }, &[PolicyFault::TimeOfDay]);
    faults(
        TcString { purposes_li_transparency: purposes(&[1, 2, 3, 6, 7]), ..tc },
        &[1, 3, 6].map(|purpose| PolicyFault::LegitimateInterest { purpose }),
    );
    // What came later does not bind what was made before.
    let before = Datetime::from_unix_ms(1_600_000_000_000);
    let old = TcString {
        created: before,
        last_updated: before,
        tcf_policy_version: 2,
        is_service_specific: false,
        disclosed_vendors: None,
        ..tc
    };
    faults(old, &[]);
}

/// As `TcString::parse` refuses it, and as the reference decoders of GPP put up with it.
#[test]
fn restrictions_that_are_cut_off_forbid_everything() {
    use handshake_signals::gpp::Section;
    let restriction = Restriction {
        purpose: 9,
        restriction_type: RestrictionType::NotAllowed,
        vendors: IdSet::of(const { &[1..=2, 5..=9, 11..=20] }),
    };
    let list = [restriction];
    let tc = TcString {
        publisher_restrictions: Restrictions::of(&list),
        disclosed_vendors: None,
        ..sample()
    };
    let mut text = String::new();
    tc.encode(&mut text, Padding::Sextet).unwrap();
    let cut = text.split_at(text.len() - 8).0;
    let error = TcString::parse(cut).unwrap_err();
    assert_eq!(error.field, "PubRestrictions.VendorIds");
    let Ok(Section::TcfEuV2(tc)) = Section::parse(2, cut) else { panic!("it is put up with") };
    assert_eq!(tc.publisher_restrictions.unreadable(), Some(error));
    let facts = VendorFacts::new([1], [], []);
    assert_eq!(tc.legal_basis(10, 1, &facts), no(Refusal::UnreadableRestrictions));
    assert!(tc.policy_faults().any(|it| it == PolicyFault::UnreadableRestrictions));
    assert!(tc.encode(&mut String::new(), Padding::Sextet).is_err());
}

#[test]
fn what_does_not_fit_is_not_written() {
    use handshake_signals::EncodeError::TooLarge;
    let written = |tc: TcString<'_>| tc.encode(&mut String::new(), Padding::Quantum);
    let tc = sample();
    assert_eq!(written(TcString { cmp_id: 4096, ..tc }), Err(TooLarge("CmpId")));
    assert_eq!(written(TcString { consent_screen: 64, ..tc }), Err(TooLarge("ConsentScreen")));
    let wide = Bitfield::of(64, [25]).unwrap();
    assert_eq!(
        written(TcString { purposes_consent: wide, ..tc }),
        Err(TooLarge("PurposesConsent"))
    );
    let publisher = PublisherTc {
        purposes_consent: purposes(&[]),
        purposes_li_transparency: purposes(&[]),
        custom_purposes_consent: Bitfield::of(63, [1, 63]).unwrap(),
        custom_purposes_li_transparency: Bitfield::of(2, [2]).unwrap(),
    };
    let mut text = String::new();
    let tc = TcString { publisher_tc: Some(publisher), ..tc };
    tc.encode(&mut text, Padding::Octet).unwrap();
    let read = TcString::parse(&text).unwrap().publisher_tc.unwrap();
    assert_eq!(read.custom_purposes_consent, publisher.custom_purposes_consent);
    assert_eq!(read.custom_purposes_li_transparency.ids().collect::<Vec<_>>(), [2]);
}

/// What a person sees who prints a string to find out what it says.
#[test]
fn a_string_is_printed_by_what_it_says() {
    let text = format!("{:?}", TcString { publisher_cc: Letters::new("DE").unwrap(), ..sample() });
    for part in [
        "cmp_id: 300",
        "consent_language: \"EN\"",
        "publisher_cc: \"DE\"",
        "purposes_consent: {1, 2, 3}",
        "vendor_consent: {10..=11, 14..=14}",
        "publisher_restrictions: []",
    ] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}
