//! Sections of the United States: one decoder and one encoder for all layouts of the table.

mod read;

mod write;

use core::fmt;

use super::layout::{Field, FieldKind, Layout};

pub use write::SetError;

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
    /// `SensitiveDataProcessing`, where it is not part of the core as specified.
    sensitive: Option<u16>,
    /// It follows in the core segment instead of having its own.
    sensitive_in_core: bool,
    /// `Gpc` of the GPC segment, if there is one: Global Privacy Control was on.
    pub gpc: Option<bool>,
    /// `Version` of the section header, if there is one (sections 24 to 27 as specified).
    pub header_version: Option<u8>,
}

impl UsSection {
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
