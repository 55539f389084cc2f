//! Consent strings of TCF 1, invalid since 2020-09-30: read only to say what somebody sent.

use crate::bits::{Bitfield, Bits, Datetime, Letters};
use crate::error::{Error, Reason};
use crate::ids::{Coding, IdSet};

use super::read::{read_bitfield, read_datetime, read_letters};

/// A consent string of version 1. No permission may rest on it.
///
/// ```
/// use handshake_signals::tcf::v1::ConsentString;
///
/// let old = ConsentString::parse("BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA")?;
/// assert_eq!(old.cmp_id, 7);
/// assert!(old.consent(8) && !old.consent(9));
/// # Ok::<(), handshake_signals::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentString<'a> {
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
    /// `PurposesAllowed`
    pub purposes_allowed: Bitfield,
    /// `MaxVendorId`
    pub max_vendor_id: u16,
    /// `DefaultConsent`: what holds for the vendors that are not in `vendors`.
    pub default_consent: bool,
    /// The vendors of the bit field, or those that differ from `default_consent`.
    pub vendors: IdSet<'a>,
}

impl<'a> ConsentString<'a> {
    /// Reads a string of version 1.
    pub fn parse(text: &'a str) -> Result<ConsentString<'a>, Error> {
        ConsentString::parse_at(text, 0)
    }

    pub(crate) fn parse_at(text: &'a str, from: usize) -> Result<ConsentString<'a>, Error> {
        let reader = &mut Bits::new(text, from, "ConsentString")?.reader();
        let start = reader.clone();
        let version = reader.byte(6, "Version")?;
        if version != 1 {
            return Err(start.error("Version", Reason::Version(version)));
        }
        let mut it = ConsentString {
            created: read_datetime(reader, "Created")?,
            last_updated: read_datetime(reader, "LastUpdated")?,
            cmp_id: reader.word(12, "CmpId")?,
            cmp_version: reader.word(12, "CmpVersion")?,
            consent_screen: reader.byte(6, "ConsentScreen")?,
            consent_language: read_letters(reader, "ConsentLanguage")?,
            vendor_list_version: reader.word(12, "VendorListVersion")?,
            purposes_allowed: read_bitfield(reader, 24, "PurposesAllowed")?,
            max_vendor_id: reader.word(16, "MaxVendorId")?,
            default_consent: false,
            vendors: IdSet::EMPTY,
        };
        let max = it.max_vendor_id;
        if reader.flag("EncodingType")? {
            it.default_consent = reader.flag("DefaultConsent")?;
            it.vendors = IdSet::read_range(reader, Coding::Int, Some(max), "VendorConsent")?;
        } else {
            it.vendors = IdSet::read_bitfield(reader, max, "VendorConsent")?;
        }
        // The text stands for bytes: what the last character holds beyond a byte is not there.
        let (needed, left) = (reader.at(), reader.bits().len() & !7);
        if left < needed {
            return Err(reader.error("VendorConsent", Reason::Truncated { needed, left }));
        }
        Ok(it)
    }

    /// Whether the string held consent to this vendor.
    pub fn consent(&self, vendor: u16) -> bool {
        (1..=self.max_vendor_id).contains(&vendor)
            && self.vendors.contains(vendor) != self.default_consent
    }
}
