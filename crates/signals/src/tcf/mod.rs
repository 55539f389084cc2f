//! IAB Europe's Transparency and Consent Framework: TC strings of versions 2.0 to 2.3, whether they
//! hold under the policies, and what they allow.
//!
//! Reading ([`TcString::parse`]) is about syntax only. Whether a string that can be read may be
//! relied on is another question, answered by [`TcString::policy_faults`]; and whether a vendor may
//! process for a purpose is a third one, [`TcString::legal_basis`], for which you bring what the
//! Global Vendor List says about the vendor.
//!
//! ```
//! use handshake_signals::tcf::{Permission, TcString, VendorFacts, LegalBasis};
//!
//! // A person agreed to purposes 1 and 3 to 10, and to vendors 2, 6 and 8 among others.
//! let tc = TcString::parse("COv_eg6Ov_eg6AOADBENAaCgAP_AAH_AACiQAVEUQQoAIQAqIoghAAQgAA")?;
//! assert_eq!((tc.cmp_id, tc.vendor_list_version), (14, 26));
//! assert!(tc.purposes_consent.contains(1) && tc.vendor_consent.contains(6));
//!
//! let facts = VendorFacts::new([1, 3], [2, 7], []);
//! assert_eq!(tc.legal_basis(6, 3, &facts), Permission::Yes(LegalBasis::Consent));
//! assert_eq!(tc.legal_basis(6, 7, &facts), Permission::Yes(LegalBasis::LegitimateInterest));
//! assert!(!tc.legal_basis(7, 3, &facts).is_yes());
//! # Ok::<(), handshake_signals::Error>(())
//! ```
//!
//! Only a registered consent management platform may create TC strings. For one that is, and for
//! tests, [`TcString::encode`] writes them.

mod basis;

mod policy;

mod read;

mod restriction;

pub mod v1;

mod write;

use crate::bits::{Bitfield, Datetime, Letters};
use crate::ids::IdSet;

pub use basis::{LegalBasis, Permission, Refusal, VendorFacts};

pub use policy::PolicyFault;

pub use restriction::{Restriction, RestrictionType, Restrictions, RestrictionsIter};

pub(crate) use read::{read_bitfield, read_datetime, read_letters, segments};

pub(crate) use restriction::IdForm;

pub(crate) use write::{write_bitfield, write_custom};

/// A TC string of version 2. It borrows the text: nothing is copied, and a vendor is looked up
/// where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcString<'a> {
    /// `Created`
    pub created: Datetime,
    /// `LastUpdated`
    pub last_updated: Datetime,
    /// `CmpId`
    pub cmp_id: u16,
    /// `CmpVersion`
    pub cmp_version: u16,
    /// `ConsentScreen`
    pub consent_screen: u8,
    /// `ConsentLanguage`
    pub consent_language: Letters,
    /// `VendorListVersion`
    pub vendor_list_version: u16,
    /// `TcfPolicyVersion`
    pub tcf_policy_version: u8,
    /// `IsServiceSpecific`
    pub is_service_specific: bool,
    /// `UseNonStandardTexts`, before 2.2 `UseNonStandardStacks`
    pub use_non_standard_texts: bool,
    /// `SpecialFeatureOptIns`
    pub special_feature_opt_ins: Bitfield,
    /// `PurposesConsent`
    pub purposes_consent: Bitfield,
    /// `PurposesLITransparency`: transparency given for legitimate interest, and no objection.
    pub purposes_li_transparency: Bitfield,
    /// `PurposeOneTreatment`: purpose 1 was not asked about; the law of the publisher's country
    /// decides.
    pub purpose_one_treatment: bool,
    /// `PublisherCC`
    pub publisher_cc: Letters,
    /// `VendorConsent`
    pub vendor_consent: IdSet<'a>,
    /// `VendorLegitimateInterest`
    pub vendor_legitimate_interest: IdSet<'a>,
    /// `PubRestrictions`
    pub publisher_restrictions: Restrictions<'a>,
    /// `DisclosedVendors`, mandatory since 2.3.
    pub disclosed_vendors: Option<IdSet<'a>>,
    /// `AllowedVendors`, of strings before 2.3.
    pub allowed_vendors: Option<IdSet<'a>>,
    /// `PublisherTC`
    pub publisher_tc: Option<PublisherTc>,
}

/// What the person told the publisher for the publisher's own use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublisherTc {
    /// `PubPurposesConsent`
    pub purposes_consent: Bitfield,
    /// `PubPurposesLITransparency`
    pub purposes_li_transparency: Bitfield,
    /// `CustomPurposesConsent`, as many as there are custom purposes.
    pub custom_purposes_consent: Bitfield,
    /// `CustomPurposesLITransparency`
    pub custom_purposes_li_transparency: Bitfield,
}

impl<'a> TcString<'a> {
    /// The version in the first six bits of every string read here.
    pub const VERSION: u8 = 2;

    /// A string that allows nothing, to fill in: service-specific, under policy version 5, made by
    /// no known platform, disclosing no vendor.
    pub fn new(at: Datetime) -> TcString<'a> {
        TcString {
            created: at,
            last_updated: at,
            cmp_id: 0,
            cmp_version: 0,
            consent_screen: 0,
            consent_language: Letters::EN,
            vendor_list_version: 0,
            tcf_policy_version: 5,
            is_service_specific: true,
            use_non_standard_texts: false,
            special_feature_opt_ins: Bitfield::empty(12),
            purposes_consent: Bitfield::empty(24),
            purposes_li_transparency: Bitfield::empty(24),
            purpose_one_treatment: false,
            publisher_cc: Letters::AA,
            vendor_consent: IdSet::EMPTY,
            vendor_legitimate_interest: IdSet::EMPTY,
            publisher_restrictions: Restrictions::NONE,
            disclosed_vendors: Some(IdSet::EMPTY),
            allowed_vendors: None,
            publisher_tc: None,
        }
    }
}
