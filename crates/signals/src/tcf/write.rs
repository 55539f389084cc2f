//! Writes a TC string: for tests, and for registered consent management platforms.

use core::fmt;

use super::restriction::{IdForm, Restrictions};
use super::{PublisherTc, TcString};
use crate::bits::{Bitfield, Padding, Writer};
use crate::error::EncodeError;
use crate::ids::{Coding, IdSet};

impl TcString<'_> {
    /// Writes the string; [`Padding::Quantum`] gives what `@iabtcf/core` writes. Vendors become
    /// ranges or a bit field, whichever is shorter.
    ///
    /// ```
    /// use handshake_signals::tcf::TcString;
    /// use handshake_signals::{Bitfield, Datetime, IdSet, Padding};
    ///
    /// let mut tc = TcString::new(Datetime::from_unix_ms(1_782_864_000_000));
    /// (tc.cmp_id, tc.vendor_list_version) = (10, 142);
    /// tc.purposes_consent = Bitfield::of(24, [1, 3]).unwrap();
    /// tc.vendor_consent = IdSet::of(&[2..=2, 755..=755]);
    /// tc.disclosed_vendors = Some(IdSet::of(&[1..=800]));
    /// let mut text = String::new();
    /// tc.encode(&mut text, Padding::Quantum)?;
    /// assert_eq!(TcString::parse(&text), Ok(tc));
    /// # Ok::<(), handshake_signals::EncodeError>(())
    /// ```
    pub fn encode<W: fmt::Write + ?Sized>(
        &self,
        out: &mut W,
        padding: Padding,
    ) -> Result<(), EncodeError> {
        self.write_core(out, padding)?;
        let vendors = [
            (1_u8, self.disclosed_vendors, "DisclosedVendors"),
            (2, self.allowed_vendors, "AllowedVendors"),
        ];
        for (segment_type, vendors, field) in vendors {
            let Some(vendors) = vendors else { continue };
            out.write_char('.')?;
            let writer = &mut Writer::new(out);
            writer.int(segment_type, 3, "SegmentType")?;
            vendors.write_optimized(writer, Coding::Int, field)?;
            writer.pad(padding)?;
        }
        let Some(publisher) = self.publisher_tc else { return Ok(()) };
        out.write_char('.')?;
        let writer = &mut Writer::new(out);
        publisher.write(writer)?;
        writer.pad(padding)
    }

    fn write_core<W: fmt::Write + ?Sized>(
        &self,
        out: &mut W,
        padding: Padding,
    ) -> Result<(), EncodeError> {
        let out = &mut Writer::new(out);
        out.int(TcString::VERSION, 6, "Version")?;
        out.int(self.created.deciseconds(), 36, "Created")?;
        out.int(self.last_updated.deciseconds(), 36, "LastUpdated")?;
        out.int(self.cmp_id, 12, "CmpId")?;
        out.int(self.cmp_version, 12, "CmpVersion")?;
        out.int(self.consent_screen, 6, "ConsentScreen")?;
        out.int(self.consent_language.written(), 12, "ConsentLanguage")?;
        out.int(self.vendor_list_version, 12, "VendorListVersion")?;
        out.int(self.tcf_policy_version, 6, "TcfPolicyVersion")?;
        out.flag(self.is_service_specific)?;
        out.flag(self.use_non_standard_texts)?;
        write_bitfield(out, self.special_feature_opt_ins, 12, "SpecialFeatureOptIns")?;
        write_bitfield(out, self.purposes_consent, 24, "PurposesConsent")?;
        write_bitfield(out, self.purposes_li_transparency, 24, "PurposesLITransparency")?;
        out.flag(self.purpose_one_treatment)?;
        out.int(self.publisher_cc.written(), 12, "PublisherCC")?;
        self.vendor_consent.write_optimized(out, Coding::Int, "VendorConsent")?;
        self.vendor_legitimate_interest.write_optimized(
            out,
            Coding::Int,
            "VendorLegitimateInterest",
        )?;
        self.publisher_restrictions.write(out, IdForm::Range)?;
        out.pad(padding)
    }
}

impl PublisherTc {
    fn write<W: fmt::Write + ?Sized>(self, out: &mut Writer<'_, W>) -> Result<(), EncodeError> {
        out.int(3_u8, 3, "SegmentType")?;
        write_bitfield(out, self.purposes_consent, 24, "PubPurposesConsent")?;
        write_bitfield(out, self.purposes_li_transparency, 24, "PubPurposesLITransparency")?;
        write_custom(
            out,
            self.custom_purposes_consent,
            self.custom_purposes_li_transparency,
            ["NumCustomPurposes", "CustomPurposesConsent", "CustomPurposesLITransparency"],
        )
    }
}

/// The number of custom purposes and the two fields of that length.
pub(crate) fn write_custom<W: fmt::Write + ?Sized>(
    out: &mut Writer<'_, W>,
    one: Bitfield,
    other: Bitfield,
    [number, one_field, other_field]: [&'static str; 3],
) -> Result<(), EncodeError> {
    let len = one.len().max(other.len());
    out.int(len, 6, number)?;
    write_bitfield(out, one, len, one_field)?;
    write_bitfield(out, other, len, other_field)
}

/// As a field of `len` bits; ids beyond them must not be set.
pub(crate) fn write_bitfield<W: fmt::Write + ?Sized>(
    out: &mut Writer<'_, W>,
    set: Bitfield,
    len: u8,
    field: &'static str,
) -> Result<(), EncodeError> {
    let set = Bitfield::of(len, set.ids()).ok_or(EncodeError::TooLarge(field))?.written();
    let high = u32::from(len.saturating_sub(32));
    let low = u32::from(len).saturating_sub(high);
    out.int(set.wrapping_shr(low), high, field)?;
    out.int(set & !u64::MAX.wrapping_shl(low), low, field)
}

impl Restrictions<'_> {
    pub(crate) fn write<W: fmt::Write + ?Sized>(
        self,
        out: &mut Writer<'_, W>,
        ids: IdForm,
    ) -> Result<(), EncodeError> {
        if self.unreadable().is_some() {
            return Err(EncodeError::Unreadable("PubRestrictions"));
        }
        let count = u16::try_from(self.len()).ok().filter(|it| *it < 4096);
        out.int(count.ok_or(EncodeError::TooMany("PubRestrictions"))?, 12, "NumPubRestrictions")?;
        self.iter().try_for_each(|it| {
            out.int(it.purpose, 6, "PubRestrictions.PurposeId")?;
            out.int(it.restriction_type.number(), 2, "PubRestrictions.RestrictionType")?;
            write_ids(out, it.vendors, ids)
        })
    }
}

fn write_ids<W: fmt::Write + ?Sized>(
    out: &mut Writer<'_, W>,
    vendors: IdSet<'_>,
    ids: IdForm,
) -> Result<(), EncodeError> {
    match ids {
        IdForm::Range => vendors.write_range(out, Coding::Int, "PubRestrictions.VendorIds"),
        IdForm::Optimized => {
            vendors.write_optimized(out, Coding::Fibonacci, "PubRestrictions.VendorIds")
        }
    }
}
