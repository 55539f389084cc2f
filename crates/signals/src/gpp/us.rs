//! Sections of the United States: one decoder and one encoder for all layouts of the table.

use core::fmt;

use super::layout::{self, Field, FieldKind, Layout, NATIONAL_V1};
use crate::bits::{Bits, Padding, Reader, Writer};
use crate::error::{EncodeError, Error, Reason};
use crate::tcf::segments;

/// What the publisher says in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 0
    NotApplicable,
    /// 1: notice was given, the transaction is covered, the mode is on.
    Yes,
    /// 2
    No,
    /// 3, which no field may hold.
    Invalid,
}

/// What the person says in a field: about a sale, about one category of sensitive data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// 0
    NotApplicable,
    /// 1: opted out, or gave no consent.
    Refused,
    /// 2: did not opt out, or gave consent.
    Allowed,
    /// 3, which no field may hold.
    Invalid,
}

/// A US section, read whole: it is a small value and borrows nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UsSection {
    layout: &'static Layout,
    /// The core segment: as many bits as the layout has, the first one the highest.
    core: u128,
    /// `SensitiveDataProcessing`, where it has a segment of its own.
    sensitive: Option<u16>,
    /// `Gpc` of the GPC segment, if there is one: Global Privacy Control was on.
    pub gpc: Option<bool>,
    /// `Version` of the section header, if there is one (sections 24 to 27 as specified).
    pub header_version: Option<u8>,
}

impl UsSection {
    /// An empty section to fill in, of the newest version: nothing applies, no MSPA transaction.
    /// `None` if no US section has this id.
    pub fn new(id: u16) -> Option<UsSection> {
        let section = UsSection::blank(layout::of(id)?);
        let version = if id == 7 { 2 } else { 1 };
        let section = section.put(section.version_field(), 0, version);
        Some(section.put(Field::MspaCoveredTransaction, 0, 2))
    }

    /// `usnat` with the shorter lists of its first version.
    pub fn national_v1() -> UsSection {
        let section = UsSection::blank(&NATIONAL_V1).put(Field::Version, 0, 1);
        section.put(Field::MspaCoveredTransaction, 0, 2)
    }

    fn blank(layout: &'static Layout) -> UsSection {
        UsSection { layout, core: 0, sensitive: None, gpc: None, header_version: None }
    }

    /// `None` if no US section has this id.
    pub(crate) fn parse_at(id: u16, text: &str, from: usize) -> Option<Result<UsSection, Error>> {
        Some(UsSection::read(layout::of(id)?, text, from))
    }

    fn read(mut layout: &'static Layout, text: &str, from: usize) -> Result<UsSection, Error> {
        let mut segments = segments(text, from);
        let (first, from) = segments.next().unwrap_or((text, from));
        let mut bits = Bits::new(first, from, "Core")?;
        let mut header_version = None;
        let own_id = layout.header && bits.reader().word(6, "SectionID") == Ok(layout.id);
        if own_id {
            header_version = Some(read_header(&mut bits.reader())?);
            let (core, from) = segments.next().unwrap_or(("", from.saturating_add(first.len())));
            bits = Bits::new(core, from, "Core")?;
        }
        if layout.id == 7 && bits.len() <= 66 {
            layout = &NATIONAL_V1;
        }
        let core = read_core(&mut bits.reader(), layout.bits)?;
        let mut section = UsSection { core, header_version, ..UsSection::blank(layout) };
        for (segment, from) in segments {
            section.read_segment(&mut Bits::new(segment, from, "Subsection")?.reader())?;
        }
        Ok(section)
    }

    /// The GPC segment has 3 bits; the one for sensitive data has more and no type.
    fn read_segment(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let sensitive = self.layout.sensitive.saturating_mul(2);
        let start = reader.clone();
        let (segment_type, before) = if sensitive != 0 && usize::from(sensitive) <= reader.left() {
            let values = reader.word(sensitive, "SensitiveDataProcessing")?;
            (0, self.sensitive.replace(values).is_some())
        } else {
            let segment_type = reader.byte(2, "SubsectionType")?;
            if segment_type != 1 {
                return Ok(());
            }
            (1, self.gpc.replace(reader.flag("Gpc")?).is_some())
        };
        match before {
            true => Err(start.error("SubsectionType", Reason::RepeatedSegment(segment_type))),
            false => Ok(()),
        }
    }

    /// The id under which the section is registered.
    pub fn id(&self) -> u16 {
        self.layout.id
    }

    /// `Version`, or `MspaVersion` where the section has that instead.
    pub fn version(&self) -> u8 {
        self.value(self.version_field()).unwrap_or(0)
    }

    /// Whether the version is one that the specifications know.
    pub fn is_known_version(&self) -> bool {
        self.version() == 1 || self.layout.id == 7 && self.version() == 2
    }

    /// The fields of the section with their values.
    pub fn fields(&self) -> impl Iterator<Item = (Field, impl Iterator<Item = u8>)> {
        let own = self.sensitive.map(|_| (Field::SensitiveDataProcessing, self.layout.sensitive));
        self.layout.core.iter().copied().chain(own).map(|(it, _)| (it, self.values(it)))
    }

    /// The only or first value of a field, as written; `None` if the section has no such field.
    pub fn value(&self, field: Field) -> Option<u8> {
        self.values(field).next()
    }

    /// The values of a field, as written; none if the section has no such field.
    pub fn values(&self, field: Field) -> impl Iterator<Item = u8> + use<> {
        let (section, places) = (*self, self.place(field).map_or(0, |(_, count)| count));
        (0..places).filter_map(move |index| section.get(field, index))
    }

    /// What the publisher says in a field that is about notices or the MSPA.
    pub fn answer(&self, field: Field) -> Option<Answer> {
        let value = self.value(field).filter(|_| field.kind() == FieldKind::Answer)?;
        Some(match value {
            0 => Answer::NotApplicable,
            1 => Answer::Yes,
            2 => Answer::No,
            _ => Answer::Invalid,
        })
    }

    /// What the person says in a field; of a list, the first entry.
    pub fn choice(&self, field: Field) -> Option<Choice> {
        self.choices(field).next()
    }

    /// What the person says in each entry of a list.
    pub fn choices(&self, field: Field) -> impl Iterator<Item = Choice> + use<> {
        let chosen = field.kind() == FieldKind::Choice;
        self.values(field).filter(move |_| chosen).map(|it| match it {
            0 => Choice::NotApplicable,
            1 => Choice::Refused,
            2 => Choice::Allowed,
            _ => Choice::Invalid,
        })
    }

    /// Whether the person opted out of the sale or the sharing of data, or Global Privacy Control
    /// was on, which says the same.
    pub fn opts_out_of_sale_or_sharing(&self) -> bool {
        let refused = |field| self.choice(field) == Some(Choice::Refused);
        refused(Field::SaleOptOut) || refused(Field::SharingOptOut) || self.gpc == Some(true)
    }

    /// Whether the person opted out of targeted advertising, or Global Privacy Control was on.
    pub fn opts_out_of_targeted_advertising(&self) -> bool {
        let field = Field::TargetedAdvertisingOptOut;
        self.choice(field) == Some(Choice::Refused) || self.gpc == Some(true)
    }

    /// Sets the values of a field; entries of a list that you leave out become 0.
    ///
    /// ```
    /// use handshake_signals::gpp::{Field, SetError, UsSection};
    ///
    /// let mut virginia = UsSection::new(9).unwrap();
    /// virginia.set(Field::SaleOptOut, &[1])?;
    /// assert_eq!(virginia.set(Field::SaleOptOut, &[3]), Err(SetError::Value));
    /// let mut text = String::new();
    /// virginia.encode(&mut text).unwrap();
    /// assert_eq!(text, "BAQAACA");
    /// # Ok::<(), SetError>(())
    /// ```
    pub fn set(&mut self, field: Field, values: &[u8]) -> Result<(), SetError> {
        let in_own_segment = field == Field::SensitiveDataProcessing && 0 < self.layout.sensitive;
        let count = match self.place(field) {
            Some((_, count)) => count,
            None if in_own_segment => self.layout.sensitive,
            None => return Err(SetError::Field),
        };
        if usize::from(count) < values.len() {
            return Err(SetError::TooMany);
        }
        let allowed = match (field.kind(), field) {
            (FieldKind::Version, _) => 0..=63,
            (_, Field::MspaCoveredTransaction) => 1..=2,
            _ => 0..=2,
        };
        if !values.iter().all(|it| allowed.contains(it)) || values.is_empty() {
            return Err(SetError::Value);
        }
        if in_own_segment {
            self.sensitive = Some(0);
        }
        let values = values.iter().copied().chain(core::iter::repeat(0));
        *self =
            (0..count).zip(values).fold(*self, |it, (index, value)| it.put(field, index, value));
        Ok(())
    }

    /// Writes the section, filled up as the reference libraries do it.
    pub fn encode<W: fmt::Write + ?Sized>(&self, out: &mut W) -> Result<(), EncodeError> {
        if let Some(version) = self.header_version {
            let header = &mut Writer::new(out);
            header.int(self.layout.id, 6, "SectionID")?;
            header.int(version, 6, "Version")?;
            // Core has id 0, which has no Fibonacci code: only what follows it can be listed.
            header.int(
                u8::from(self.sensitive.is_some() || self.gpc.is_some()),
                12,
                "SubSections",
            )?;
            if self.sensitive.is_some() || self.gpc.is_some() {
                header.flag(false)?;
                header.fibonacci(1, "SubSections")?;
            }
            header.pad(Padding::Octet)?;
            out.write_char('.')?;
        }
        let core = &mut Writer::new(out);
        let mut left = u32::from(self.layout.bits);
        while let Some(width) = left.checked_sub(1).map(|_| left.min(32)) {
            left = left.saturating_sub(width);
            let part = (self.core.wrapping_shr(left) & 0xffff_ffff) as u64;
            core.int(part & !u64::MAX.wrapping_shl(width), width, "Core")?;
        }
        core.pad(Padding::Octet)?;
        if let Some(values) = self.sensitive {
            out.write_char('.')?;
            let own = &mut Writer::new(out);
            own.int(values, u32::from(self.layout.sensitive).saturating_mul(2), "Sensitive")?;
            own.pad(Padding::Octet)?;
        }
        let Some(gpc) = self.gpc else { return Ok(()) };
        out.write_char('.')?;
        let own = &mut Writer::new(out);
        own.int(1_u8, 2, "SubsectionType")?;
        own.flag(gpc)?;
        own.pad(Padding::Octet)
    }

    fn version_field(&self) -> Field {
        self.layout.core.first().map_or(Field::Version, |(it, _)| *it)
    }

    /// How many bits of the segment follow the field, and how many values it has.
    fn place(&self, field: Field) -> Option<(u32, u8)> {
        let mut after = u32::from(self.layout.bits);
        for (it, count) in self.layout.core {
            after = after.saturating_sub(u32::from(it.width().saturating_mul(*count)));
            if *it == field {
                return Some((after, *count));
            }
        }
        let own = field == Field::SensitiveDataProcessing && self.sensitive.is_some();
        own.then_some((0, self.layout.sensitive))
    }

    /// How far the value stands from the end of its segment, and the bits it may have.
    fn shift(&self, field: Field, index: u8) -> Option<(u32, u8)> {
        let (after, count) = self.place(field)?;
        let later = u32::from(count.checked_sub(index)?.checked_sub(1)?);
        let shift = after.saturating_add(later.saturating_mul(u32::from(field.width())));
        Some((shift, if field.width() == 6 { 63 } else { 3 }))
    }

    fn segment_of(&self, field: Field) -> u128 {
        match self.sensitive {
            Some(values) if field == Field::SensitiveDataProcessing => u128::from(values),
            _ => self.core,
        }
    }

    fn get(&self, field: Field, index: u8) -> Option<u8> {
        let (shift, mask) = self.shift(field, index)?;
        Some((self.segment_of(field).wrapping_shr(shift) & 0xff) as u8 & mask)
    }

    fn put(mut self, field: Field, index: u8, value: u8) -> UsSection {
        let Some((shift, mask)) = self.shift(field, index) else { return self };
        let cleared = self.segment_of(field) & !u128::from(mask).wrapping_shl(shift);
        let segment = cleared | u128::from(value & mask).wrapping_shl(shift);
        match self.sensitive.as_mut().filter(|_| field == Field::SensitiveDataProcessing) {
            Some(values) => *values = (segment & 0xffff) as u16,
            None => self.core = segment,
        }
        self
    }
}

/// `SectionID` and `Version`. Which subsections follow, their form says: the list of them cannot
/// be written as specified, for 0, the id of the core, has no Fibonacci code.
fn read_header(reader: &mut Reader<'_>) -> Result<u8, Error> {
    reader.byte(6, "SectionID")?;
    reader.byte(6, "Version")
}

fn read_core(reader: &mut Reader<'_>, bits: u8) -> Result<u128, Error> {
    let (high, low) = (bits.saturating_sub(40), bits.min(40));
    let needed = usize::from(bits);
    if reader.left() < needed {
        return Err(reader.error("Core", Reason::Truncated { needed, left: reader.left() }));
    }
    let first = reader.int(high, "Core")?;
    let second = reader.int(low, "Core")?;
    Ok(u128::from(first).wrapping_shl(u32::from(low)) | u128::from(second))
}

impl fmt::Debug for UsSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = f.debug_struct(self.layout.api);
        for (field, mut values) in self.fields() {
            let (first, second) = (values.next(), values.next());
            match second {
                None => said.field(field.name(), &first.unwrap_or(0)),
                Some(_) => said.field(field.name(), &Values(*self, field)),
            };
        }
        said.field("Gpc", &self.gpc).finish()
    }
}

struct Values(UsSection, Field);

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.values(self.1)).finish()
    }
}

/// Why a field cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetError {
    /// The section has no such field.
    Field,
    /// The field has fewer entries.
    TooMany,
    /// The specification has no such value: 0 to 2, or 1 to 2 for `MspaCoveredTransaction`.
    Value,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SetError::Field => "the section has no such field",
            SetError::TooMany => "the field has fewer entries",
            SetError::Value => "the field has no such value",
        })
    }
}

impl core::error::Error for SetError {}
