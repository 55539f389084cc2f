//! Fills in a US section and writes it.

use core::fmt;

use super::UsSection;
use crate::bits::{Padding, Writer};
use crate::error::EncodeError;
use crate::gpp::layout::{self, Field, FieldKind, Layout, NATIONAL_V1};

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

    pub(super) fn blank(layout: &'static Layout) -> UsSection {
        UsSection {
            layout,
            core: 0,
            sensitive: None,
            sensitive_in_core: false,
            gpc: None,
            header_version: None,
        }
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

    /// Writes the sensitive data of sections 25 to 27 into the core segment, as `@iabgpp/cmpapi`
    /// does, instead of a segment of their own.
    #[must_use]
    pub fn with_sensitive_in_core(mut self) -> UsSection {
        if 0 < self.layout.sensitive {
            self.sensitive = self.sensitive.or(Some(0));
            self.sensitive_in_core = true;
        }
        self
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
        if let Some(values) = self.sensitive.filter(|_| self.sensitive_in_core) {
            core.int(values, u32::from(self.layout.sensitive).saturating_mul(2), "Core")?;
        }
        core.pad(Padding::Octet)?;
        if let Some(values) = self.sensitive.filter(|_| !self.sensitive_in_core) {
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
