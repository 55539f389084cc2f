//! Reads a TC string: the core segment, then the others in any order.

use super::restriction::Restrictions;
use super::{PublisherTc, TcString};
use crate::bits::{Bitfield, Bits, Datetime, Letters, Reader};
use crate::error::{Error, Reason};
use crate::ids::{Coding, IdSet};

impl<'a> TcString<'a> {
    /// Reads a string of version 2.0 to 2.3. `=` at the end of a segment is passed over, and so is
    /// a segment of a type that the standard does not define.
    pub fn parse(text: &'a str) -> Result<TcString<'a>, Error> {
        let tc = TcString::parse_section(text, 0)?;
        tc.publisher_restrictions.unreadable().map_or(Ok(tc), Err)
    }

    /// Reads a string that stands at `from` in a longer one. As the reference decoders of GPP do,
    /// it puts up with restrictions that are cut off, and remembers that.
    pub(crate) fn parse_section(text: &'a str, from: usize) -> Result<TcString<'a>, Error> {
        let mut segments = segments(text, from);
        let (core, from) = segments.next().unwrap_or((text, from));
        let mut tc = TcString::read_core(&mut Bits::new(core, from, "Core")?.reader())?;
        for (segment, from) in segments {
            let reader = &mut Bits::new(segment, from, "SegmentType")?.reader();
            let repeated = reader.clone();
            let segment_type = reader.byte(3, "SegmentType")?;
            let before = match segment_type {
                1 => tc
                    .disclosed_vendors
                    .replace(read_vendors(reader, "DisclosedVendors")?)
                    .is_some(),
                2 => tc.allowed_vendors.replace(read_vendors(reader, "AllowedVendors")?).is_some(),
                3 => tc.publisher_tc.replace(PublisherTc::read(reader)?).is_some(),
                _ => false,
            };
            if before {
                return Err(repeated.error("SegmentType", Reason::RepeatedSegment(segment_type)));
            }
        }
        Ok(tc)
    }

    fn read_core(reader: &mut Reader<'a>) -> Result<TcString<'a>, Error> {
        let start = reader.clone();
        let version = reader.byte(6, "Version")?;
        if version != TcString::VERSION {
            return Err(start.error("Version", Reason::Version(version)));
        }
        Ok(TcString {
            created: read_datetime(reader, "Created")?,
            last_updated: read_datetime(reader, "LastUpdated")?,
            cmp_id: reader.word(12, "CmpId")?,
            cmp_version: reader.word(12, "CmpVersion")?,
            consent_screen: reader.byte(6, "ConsentScreen")?,
            consent_language: read_letters(reader, "ConsentLanguage")?,
            vendor_list_version: reader.word(12, "VendorListVersion")?,
            tcf_policy_version: reader.byte(6, "TcfPolicyVersion")?,
            is_service_specific: reader.flag("IsServiceSpecific")?,
            use_non_standard_texts: reader.flag("UseNonStandardTexts")?,
            special_feature_opt_ins: read_bitfield(reader, 12, "SpecialFeatureOptIns")?,
            purposes_consent: read_bitfield(reader, 24, "PurposesConsent")?,
            purposes_li_transparency: read_bitfield(reader, 24, "PurposesLITransparency")?,
            purpose_one_treatment: reader.flag("PurposeOneTreatment")?,
            publisher_cc: read_letters(reader, "PublisherCC")?,
            vendor_consent: read_vendors(reader, "VendorConsent")?,
            vendor_legitimate_interest: read_vendors(reader, "VendorLegitimateInterest")?,
            publisher_restrictions: Restrictions::read_leniently(reader)?,
            disclosed_vendors: None,
            allowed_vendors: None,
            publisher_tc: None,
        })
    }
}

impl PublisherTc {
    fn read(reader: &mut Reader<'_>) -> Result<PublisherTc, Error> {
        let purposes_consent = read_bitfield(reader, 24, "PubPurposesConsent")?;
        let purposes_li_transparency = read_bitfield(reader, 24, "PubPurposesLITransparency")?;
        let custom = reader.byte(6, "NumCustomPurposes")?;
        Ok(PublisherTc {
            purposes_consent,
            purposes_li_transparency,
            custom_purposes_consent: read_bitfield(reader, custom, "CustomPurposesConsent")?,
            custom_purposes_li_transparency: read_bitfield(
                reader,
                custom,
                "CustomPurposesLITransparency",
            )?,
        })
    }
}

/// What stands between dots, with the place in the whole string at which it begins.
pub(crate) fn segments(text: &str, from: usize) -> impl Iterator<Item = (&str, usize)> {
    let mut next = from;
    text.split('.').map(move |segment| {
        let here = next;
        next = here.saturating_add(segment.len()).saturating_add(1);
        (segment, here)
    })
}

pub(crate) fn read_vendors<'a>(
    reader: &mut Reader<'a>,
    field: &'static str,
) -> Result<IdSet<'a>, Error> {
    IdSet::read_optimized(reader, Coding::Int, field)
}

pub(crate) fn read_datetime(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Datetime, Error> {
    Ok(Datetime::from_deciseconds(reader.int(36, field)?))
}

pub(crate) fn read_letters(reader: &mut Reader<'_>, field: &'static str) -> Result<Letters, Error> {
    Ok(Letters::from_written(reader.int(12, field)?))
}

pub(crate) fn read_bitfield(
    reader: &mut Reader<'_>,
    len: u8,
    field: &'static str,
) -> Result<Bitfield, Error> {
    // At most 63 bits, in two parts, because the reader gives no more than 58 at once.
    let high = len.saturating_sub(32);
    let low = len.saturating_sub(high);
    let first = reader.int(high, field)?;
    let second = reader.int(low, field)?;
    Ok(Bitfield::from_written(first.wrapping_shl(u32::from(low)) | second, len))
}
