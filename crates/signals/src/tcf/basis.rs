//! Whether a vendor may process for a purpose, and on which legal basis.

use core::fmt;

use super::{RestrictionType, TcString};
use crate::bits::Bitfield;

/// What the Global Vendor List says about one vendor.
///
/// ```
/// use handshake_signals::tcf::VendorFacts;
///
/// // "purposes": [1, 3], "legIntPurposes": [2, 7], "flexiblePurposes": [2]
/// let facts = VendorFacts::new([1, 3], [2, 7], [2]);
/// assert!(facts.flexible_purposes.contains(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VendorFacts {
    /// `purposes`: declared with consent as legal basis.
    pub purposes: Bitfield,
    /// `legIntPurposes`: declared with legitimate interest.
    pub leg_int_purposes: Bitfield,
    /// `flexiblePurposes`: the publisher may require the other legal basis.
    pub flexible_purposes: Bitfield,
    /// `specialPurposes`
    pub special_purposes: Bitfield,
}

impl VendorFacts {
    /// The three lists of purposes; ids that no TC string can hold (above 24) are left out. Set
    /// `special_purposes` where you need them.
    pub fn new(
        purposes: impl IntoIterator<Item = u8>,
        leg_int_purposes: impl IntoIterator<Item = u8>,
        flexible_purposes: impl IntoIterator<Item = u8>,
    ) -> VendorFacts {
        VendorFacts {
            purposes: purposes_of(purposes),
            leg_int_purposes: purposes_of(leg_int_purposes),
            flexible_purposes: purposes_of(flexible_purposes),
            special_purposes: Bitfield::empty(24),
        }
    }
}

fn purposes_of(ids: impl IntoIterator<Item = u8>) -> Bitfield {
    Bitfield::of(24, ids.into_iter().filter(|it| (1..=24).contains(it))).unwrap_or_default()
}

/// The answer for one vendor and one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It may, on this basis.
    Yes(LegalBasis),
    /// It may not, for this reason.
    No(Refusal),
}

impl Permission {
    /// Whether it may.
    pub fn is_yes(self) -> bool {
        matches!(self, Permission::Yes(_))
    }
}

/// On what a permission rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegalBasis {
    /// The person agreed to the purpose and to the vendor.
    Consent,
    /// The person was told and objected neither to the purpose nor to the vendor.
    LegitimateInterest,
}

/// Why a vendor may not process for a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The vendor declared the purpose on no basis.
    NotDeclared,
    /// The vendor was not shown to the person.
    NotDisclosed,
    /// The publisher does not allow it.
    NotAllowedByPublisher,
    /// The publisher's restrictions are cut off (in a GPP string), so that anything may be forbidden.
    UnreadableRestrictions,
    /// The publisher requires the other basis, and the vendor declared none for it.
    BasisNotFlexible,
    /// Purposes 1 and 3 to 6 need consent.
    NeedsConsent,
    /// No consent to the purpose.
    NoPurposeConsent,
    /// No consent to purpose 1, because the person was not asked: `PurposeOneTreatment` is set and
    /// the law of `PublisherCC` decides whether it may happen without.
    PurposeOneNotAsked,
    /// No consent to the vendor.
    NoVendorConsent,
    /// An objection to the purpose, or it was never shown.
    NoPurposeTransparency,
    /// An objection to the vendor, or it was never shown.
    NoVendorTransparency,
}

impl TcString<'_> {
    /// Whether the vendor may process for the purpose. Publisher restrictions come first; then the
    /// vendor must have been disclosed (where the string says who was: before 2.3 it need not); then
    /// the bits of the basis that holds must be set, of the purpose and of the vendor.
    ///
    /// This says what the string says. Ask [`TcString::policy_faults`] whether it may be relied on.
    pub fn legal_basis(&self, vendor: u16, purpose: u8, facts: &VendorFacts) -> Permission {
        let basis = match self.required_basis(vendor, purpose, facts) {
            Ok(basis) => basis,
            Err(refusal) => return Permission::No(refusal),
        };
        if self.disclosed_vendors.is_some_and(|it| !it.contains(vendor)) {
            return Permission::No(Refusal::NotDisclosed);
        }
        let missing = match basis {
            LegalBasis::Consent => self.missing_consent(vendor, purpose),
            LegalBasis::LegitimateInterest => self.missing_transparency(vendor, purpose),
        };
        missing.map_or(Permission::Yes(basis), Permission::No)
    }

    /// Whether the vendor may process for a special purpose, which needs no choice of the person,
    /// only that the vendor was disclosed: a string without `DisclosedVendors` cannot show that.
    pub fn special_purpose(&self, vendor: u16, special_purpose: u8, facts: &VendorFacts) -> bool {
        facts.special_purposes.contains(special_purpose)
            && self.disclosed_vendors.is_some_and(|it| it.contains(vendor))
    }

    /// The basis the vendor declared, or the one that the publisher requires instead.
    fn required_basis(
        &self,
        vendor: u16,
        purpose: u8,
        facts: &VendorFacts,
    ) -> Result<LegalBasis, Refusal> {
        if self.publisher_restrictions.unreadable().is_some() {
            return Err(Refusal::UnreadableRestrictions);
        }
        let (mut consent, mut interest) = (false, false);
        for restriction in self.publisher_restrictions.binding(vendor, purpose) {
            match restriction {
                RestrictionType::NotAllowed => return Err(Refusal::NotAllowedByPublisher),
                RestrictionType::RequireConsent => consent = true,
                RestrictionType::RequireLegitimateInterest => interest = true,
                RestrictionType::Undefined => (),
            }
        }
        let declared =
            match (facts.purposes.contains(purpose), facts.leg_int_purposes.contains(purpose)) {
                (true, _) => LegalBasis::Consent,
                (false, true) => LegalBasis::LegitimateInterest,
                (false, false) => return Err(Refusal::NotDeclared),
            };
        // Where a publisher contradicts itself, consent is the stricter reading.
        let basis = match (consent, interest) {
            (true, _) => LegalBasis::Consent,
            (false, true) => LegalBasis::LegitimateInterest,
            (false, false) => declared,
        };
        if basis != declared && !facts.flexible_purposes.contains(purpose) {
            return Err(Refusal::BasisNotFlexible);
        }
        if basis == LegalBasis::LegitimateInterest && matches!(purpose, 1 | 3..=6) {
            return Err(Refusal::NeedsConsent);
        }
        Ok(basis)
    }

    fn missing_consent(&self, vendor: u16, purpose: u8) -> Option<Refusal> {
        if !self.purposes_consent.contains(purpose) {
            let not_asked = purpose == 1 && self.purpose_one_treatment;
            return Some(match not_asked {
                true => Refusal::PurposeOneNotAsked,
                false => Refusal::NoPurposeConsent,
            });
        }
        (!self.vendor_consent.contains(vendor)).then_some(Refusal::NoVendorConsent)
    }

    fn missing_transparency(&self, vendor: u16, purpose: u8) -> Option<Refusal> {
        if !self.purposes_li_transparency.contains(purpose) {
            return Some(Refusal::NoPurposeTransparency);
        }
        let vendors = self.vendor_legitimate_interest;
        (!vendors.contains(vendor)).then_some(Refusal::NoVendorTransparency)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::NotDeclared => "the vendor did not declare the purpose",
            Refusal::NotDisclosed => "the vendor was not disclosed",
            Refusal::NotAllowedByPublisher => "the publisher does not allow it",
            Refusal::UnreadableRestrictions => "the publisher's restrictions are cut off",
            Refusal::BasisNotFlexible => {
                "the publisher requires another legal basis than the vendor declared"
            }
            Refusal::NeedsConsent => "the purpose needs consent",
            Refusal::NoPurposeConsent => "no consent to the purpose",
            Refusal::PurposeOneNotAsked => {
                "purpose 1 was not asked about; the law of the publisher's country decides"
            }
            Refusal::NoVendorConsent => "no consent to the vendor",
            Refusal::NoPurposeTransparency => "an objection to the purpose, or it was not shown",
            Refusal::NoVendorTransparency => "an objection to the vendor, or it was not shown",
        })
    }
}
