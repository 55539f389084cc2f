//! IAB Canada's Transparency and Consent Framework, section 5 of a GPP string.
//!
//! Sets of vendors come in two forms that look alike: with ranges in Fibonacci code, as
//! `@iabgpp/cmpapi` 3.2 writes them, and with ranges of fixed width, as `iabgpp-java` and older
//! encoders do. A string does not say which one it is. Both are tried, the Fibonacci form first; the
//! one holds in which the string would be written again as it is, or else the one that reads to the
//! end.

use core::fmt;

use crate::bits::{Bitfield, Bits, Datetime, Letters, Padding, Reader, Writer};
use crate::error::{EncodeError, Error, Reason};
use crate::ids::{Coding, IdSet};
use crate::tcf::{
    IdForm, Restrictions, read_bitfield, read_datetime, read_letters, segments, write_bitfield,
    write_custom,
};

/// A TC string of Canada. It borrows the text.
///
/// ```
/// use handshake_signals::gpp::tcf_ca::CaString;
///
/// let tc = CaString::parse("BPSG_8APSG_8AAyACAENGdCgf_gfgAfgfgBhADVqxGAD0AILVgAA.fHHHA4444ao")?;
/// assert_eq!(tc.vendor_express_consent.ids().collect::<Vec<_>>(), [12, 24, 48]);
/// assert!(tc.purposes_implied_consent.contains(7));
/// # Ok::<(), handshake_signals::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaString<'a> {
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
    /// `UseNonStandardStacks`
    pub use_non_standard_stacks: bool,
    /// `SpecialFeatureExpressConsent`
    pub special_feature_express_consent: Bitfield,
    /// `PurposesExpressConsent`
    pub purposes_express_consent: Bitfield,
    /// `PurposesImpliedConsent`: the person was told and did not object.
    pub purposes_implied_consent: Bitfield,
    /// `VendorExpressConsent`
    pub vendor_express_consent: IdSet<'a>,
    /// `VendorImpliedConsent`
    pub vendor_implied_consent: IdSet<'a>,
    /// `PubRestrictions`
    pub pub_restrictions: Restrictions<'a>,
    /// `DisclosedVendors`
    pub disclosed_vendors: Option<IdSet<'a>>,
    /// The segment of the publisher's own purposes.
    pub publisher_purposes: Option<PublisherPurposes>,
}

/// What the person told the publisher for the publisher's own use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublisherPurposes {
    /// `PubPurposesExpressConsent`
    pub express_consent: Bitfield,
    /// `PubPurposesImpliedConsent`
    pub implied_consent: Bitfield,
    /// `CustomPurposesExpressConsent`
    pub custom_express_consent: Bitfield,
    /// `CustomPurposesImpliedConsent`
    pub custom_implied_consent: Bitfield,
}

/// How sets of vendors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Ranges in Fibonacci code.
    Fibonacci,
    /// Ranges of fixed width.
    Fixed,
}

impl Form {
    fn coding(self) -> Coding {
        match self {
            Form::Fibonacci => Coding::Fibonacci,
            Form::Fixed => Coding::Int,
        }
    }

    fn restrictions(self) -> IdForm {
        match self {
            Form::Fibonacci => IdForm::Optimized,
            Form::Fixed => IdForm::Range,
        }
    }
}

impl<'a> CaString<'a> {
    /// `Version` in the first six bits.
    pub const VERSION: u8 = 1;

    /// A string that allows nothing, to fill in.
    pub fn new(at: Datetime) -> CaString<'a> {
        CaString {
            created: at,
            last_updated: at,
            cmp_id: 0,
            cmp_version: 0,
            consent_screen: 0,
            consent_language: Letters::EN,
            vendor_list_version: 0,
            tcf_policy_version: 2,
            use_non_standard_stacks: false,
            special_feature_express_consent: Bitfield::empty(12),
            purposes_express_consent: Bitfield::empty(24),
            purposes_implied_consent: Bitfield::empty(24),
            vendor_express_consent: IdSet::EMPTY,
            vendor_implied_consent: IdSet::EMPTY,
            pub_restrictions: Restrictions::NONE,
            disclosed_vendors: None,
            publisher_purposes: None,
        }
    }

    /// Reads the text of section 5.
    pub fn parse(text: &'a str) -> Result<CaString<'a>, Error> {
        CaString::parse_at(text, 0)
    }

    pub(crate) fn parse_at(text: &'a str, from: usize) -> Result<CaString<'a>, Error> {
        let mut segments = segments(text, from);
        let (core, from) = segments.next().unwrap_or((text, from));
        let mut tc = CaString::read_core(&mut Bits::new(core, from, "Core")?.reader())?;
        for (segment, from) in segments {
            let reader = &mut Bits::new(segment, from, "SubsectionType")?.reader();
            let start = reader.clone();
            let segment_type = reader.byte(3, "SubsectionType")?;
            let before = match segment_type {
                1 => tc.disclosed_vendors.replace(read_disclosed(reader)?).is_some(),
                3 => tc.publisher_purposes.replace(PublisherPurposes::read(reader)?).is_some(),
                _ => false,
            };
            if before {
                return Err(start.error("SubsectionType", Reason::RepeatedSegment(segment_type)));
            }
        }
        Ok(tc)
    }

    fn read_core(reader: &mut Reader<'a>) -> Result<CaString<'a>, Error> {
        let start = reader.clone();
        let version = reader.byte(6, "Version")?;
        if version != CaString::VERSION {
            return Err(start.error("Version", Reason::Version(version)));
        }
        let head = CaString {
            created: read_datetime(reader, "Created")?,
            last_updated: read_datetime(reader, "LastUpdated")?,
            cmp_id: reader.word(12, "CmpId")?,
            cmp_version: reader.word(12, "CmpVersion")?,
            consent_screen: reader.byte(6, "ConsentScreen")?,
            consent_language: read_letters(reader, "ConsentLanguage")?,
            vendor_list_version: reader.word(12, "VendorListVersion")?,
            tcf_policy_version: reader.byte(6, "TcfPolicyVersion")?,
            use_non_standard_stacks: reader.flag("UseNonStandardStacks")?,
            special_feature_express_consent: read_bitfield(
                reader,
                12,
                "SpecialFeatureExpressConsent",
            )?,
            purposes_express_consent: read_bitfield(reader, 24, "PurposesExpressConsent")?,
            purposes_implied_consent: read_bitfield(reader, 24, "PurposesImpliedConsent")?,
            ..CaString::new(Datetime::default())
        };
        in_either_form(
            reader,
            |reader, form| head.with_vendors(reader, form),
            |it, form| {
                let sets = [it.vendor_express_consent, it.vendor_implied_consent];
                let restricted = it.pub_restrictions.iter().map(|it| it.vendors);
                let plain =
                    it.pub_restrictions.is_empty() && sets.iter().all(|it| it.is_bitfield());
                plain
                    || sets.into_iter().chain(restricted).all(IdSet::is_in_order)
                        && is_text_of(reader, |out, padding| it.write_core(out, form, padding))
            },
        )
    }

    fn with_vendors(mut self, reader: &mut Reader<'a>, form: Form) -> Result<CaString<'a>, Error> {
        let coding = form.coding();
        self.vendor_express_consent =
            IdSet::read_optimized(reader, coding, "VendorExpressConsent")?;
        self.vendor_implied_consent =
            IdSet::read_optimized(reader, coding, "VendorImpliedConsent")?;
        // Strings from before there were restrictions end here.
        if 12 <= reader.left() {
            self.pub_restrictions = Restrictions::read(reader, form.restrictions())?;
        }
        Ok(self)
    }

    /// Writes the text of section 5.
    pub fn encode<W: fmt::Write + ?Sized>(
        &self,
        out: &mut W,
        form: Form,
        padding: Padding,
    ) -> Result<(), EncodeError> {
        self.write_core(out, form, padding)?;
        if let Some(vendors) = self.disclosed_vendors {
            out.write_char('.')?;
            write_disclosed(vendors, out, form, padding)?;
        }
        let Some(publisher) = self.publisher_purposes else { return Ok(()) };
        out.write_char('.')?;
        let writer = &mut Writer::new(out);
        writer.int(3_u8, 3, "SubsectionType")?;
        write_bitfield(writer, publisher.express_consent, 24, "PubPurposesExpressConsent")?;
        write_bitfield(writer, publisher.implied_consent, 24, "PubPurposesImpliedConsent")?;
        write_custom(
            writer,
            publisher.custom_express_consent,
            publisher.custom_implied_consent,
            ["NumCustomPurposes", "CustomPurposesExpressConsent", "CustomPurposesImpliedConsent"],
        )?;
        writer.pad(padding)
    }

    fn write_core<W: fmt::Write + ?Sized>(
        &self,
        out: &mut W,
        form: Form,
        padding: Padding,
    ) -> Result<(), EncodeError> {
        let out = &mut Writer::new(out);
        out.int(CaString::VERSION, 6, "Version")?;
        out.int(self.created.deciseconds(), 36, "Created")?;
        out.int(self.last_updated.deciseconds(), 36, "LastUpdated")?;
        out.int(self.cmp_id, 12, "CmpId")?;
        out.int(self.cmp_version, 12, "CmpVersion")?;
        out.int(self.consent_screen, 6, "ConsentScreen")?;
        out.int(self.consent_language.written(), 12, "ConsentLanguage")?;
        out.int(self.vendor_list_version, 12, "VendorListVersion")?;
        out.int(self.tcf_policy_version, 6, "TcfPolicyVersion")?;
        out.flag(self.use_non_standard_stacks)?;
        let features = self.special_feature_express_consent;
        write_bitfield(out, features, 12, "SpecialFeatureExpressConsent")?;
        write_bitfield(out, self.purposes_express_consent, 24, "PurposesExpressConsent")?;
        write_bitfield(out, self.purposes_implied_consent, 24, "PurposesImpliedConsent")?;
        let coding = form.coding();
        self.vendor_express_consent.write_optimized(out, coding, "VendorExpressConsent")?;
        self.vendor_implied_consent.write_optimized(out, coding, "VendorImpliedConsent")?;
        self.pub_restrictions.write(out, form.restrictions())?;
        out.pad(padding)
    }
}

impl PublisherPurposes {
    fn read(reader: &mut Reader<'_>) -> Result<PublisherPurposes, Error> {
        let express_consent = read_bitfield(reader, 24, "PubPurposesExpressConsent")?;
        let implied_consent = read_bitfield(reader, 24, "PubPurposesImpliedConsent")?;
        let len = reader.byte(6, "NumCustomPurposes")?;
        Ok(PublisherPurposes {
            express_consent,
            implied_consent,
            custom_express_consent: read_bitfield(reader, len, "CustomPurposesExpressConsent")?,
            custom_implied_consent: read_bitfield(reader, len, "CustomPurposesImpliedConsent")?,
        })
    }
}

fn read_disclosed<'a>(reader: &Reader<'a>) -> Result<IdSet<'a>, Error> {
    in_either_form(
        reader,
        |reader, form| IdSet::read_optimized(reader, form.coding(), "DisclosedVendors"),
        |it, form| {
            let write = |out: &mut Same<'a>, padding| write_disclosed(*it, out, form, padding);
            it.is_bitfield() || it.is_in_order() && is_text_of(reader, write)
        },
    )
}

fn write_disclosed<W: fmt::Write + ?Sized>(
    vendors: IdSet<'_>,
    out: &mut W,
    form: Form,
    padding: Padding,
) -> Result<(), EncodeError> {
    let writer = &mut Writer::new(out);
    writer.int(1_u8, 3, "SubsectionType")?;
    vendors.write_optimized(writer, form.coding(), "DisclosedVendors")?;
    writer.pad(padding)
}

/// Reads what follows in the form that is `sure`; if neither is, in the one that reads to the end and
/// leaves nothing but padding; if neither does, in one that can be read.
fn in_either_form<'a, T>(
    reader: &Reader<'a>,
    read: impl Fn(&mut Reader<'a>, Form) -> Result<T, Error>,
    sure: impl Fn(&T, Form) -> bool,
) -> Result<T, Error> {
    let attempt = |form| {
        let mut rest = reader.clone();
        let it = read(&mut rest, form)?;
        let sure = sure(&it, form);
        Ok((it, sure, rest.only_padding()))
    };
    match attempt(Form::Fibonacci) {
        Ok((it, true, _)) => Ok(it),
        fibonacci => match (fibonacci, attempt(Form::Fixed)) {
            (_, Ok((it, true, _))) | (Ok((it, _, true)), _) | (_, Ok((it, _, true))) => Ok(it),
            (Ok((it, ..)), _) | (Err(_), Ok((it, ..))) => Ok(it),
            (Err(_), Err(error)) => Err(error),
        },
    }
}

/// Whether this writes the segment that is being read.
fn is_text_of<'a>(
    reader: &Reader<'a>,
    write: impl Fn(&mut Same<'a>, Padding) -> Result<(), EncodeError>,
) -> bool {
    [Padding::Octet, Padding::Quantum, Padding::Sextet].into_iter().any(|padding| {
        let mut rest = Same(reader.bits().text());
        write(&mut rest, padding).is_ok() && rest.0.is_empty()
    })
}

/// Compares what is written with what is left of a text, and refuses what differs.
struct Same<'a>(&'a [u8]);

impl fmt::Write for Same<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written.as_bytes()).ok_or(fmt::Error)?;
        Ok(())
    }
}
