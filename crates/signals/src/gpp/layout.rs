//! The table of US sections: which fields each has, in which order, and how many values each holds.
//!
//! From the section specifications of the Global Privacy Platform, by the Interactive Advertising
//! Bureau, CC BY 3.0; a test compares it with them field by field.

/// A field of a US section, by its name in the specifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `Version`
    Version,
    /// `MspaVersion`
    MspaVersion,
    /// `SharingNotice`
    SharingNotice,
    /// `ProcessingNotice`
    ProcessingNotice,
    /// `SaleOptOutNotice`
    SaleOptOutNotice,
    /// `SharingOptOutNotice`
    SharingOptOutNotice,
    /// `TargetedAdvertisingOptOutNotice`
    TargetedAdvertisingOptOutNotice,
    /// `SensitiveDataProcessingOptOutNotice`
    SensitiveDataProcessingOptOutNotice,
    /// `SensitiveDataLimitUseNotice`
    SensitiveDataLimitUseNotice,
    /// `SensitiveDataOptOutNotice`
    SensitiveDataOptOutNotice,
    /// `SaleOptOut`
    SaleOptOut,
    /// `SharingOptOut`
    SharingOptOut,
    /// `TargetedAdvertisingOptOut`
    TargetedAdvertisingOptOut,
    /// `SensitiveDataProcessing`, one value for each category of the section's specification
    SensitiveDataProcessing,
    /// `KnownChildSensitiveDataConsents`, one value for each age or use
    KnownChildSensitiveDataConsents,
    /// `PersonalDataConsents`
    PersonalDataConsents,
    /// `AdditionalDataProcessingConsent`
    AdditionalDataProcessingConsent,
    /// `MspaCoveredTransaction`
    MspaCoveredTransaction,
    /// `MspaOptOutOptionMode`
    MspaOptOutOptionMode,
    /// `MspaServiceProviderMode`
    MspaServiceProviderMode,
    /// `MspaMode`: 1 is the opt-out option mode, 2 the service provider mode
    MspaMode,
}

/// What the values of a field are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A version, of six bits.
    Version,
    /// Something the publisher says: 1 is yes, 2 is no. See [`Answer`](super::Answer).
    Answer,
    /// Something the person says: 1 refuses, 2 does not. See [`Choice`](super::Choice).
    Choice,
}

use Field::*;

const NAMES: [(Field, &str); 21] = [
    (Version, "Version"),
    (MspaVersion, "MspaVersion"),
    (SharingNotice, "SharingNotice"),
    (ProcessingNotice, "ProcessingNotice"),
    (SaleOptOutNotice, "SaleOptOutNotice"),
    (SharingOptOutNotice, "SharingOptOutNotice"),
    (TargetedAdvertisingOptOutNotice, "TargetedAdvertisingOptOutNotice"),
    (SensitiveDataProcessingOptOutNotice, "SensitiveDataProcessingOptOutNotice"),
    (SensitiveDataLimitUseNotice, "SensitiveDataLimitUseNotice"),
    (SensitiveDataOptOutNotice, "SensitiveDataOptOutNotice"),
    (SaleOptOut, "SaleOptOut"),
    (SharingOptOut, "SharingOptOut"),
    (TargetedAdvertisingOptOut, "TargetedAdvertisingOptOut"),
    (SensitiveDataProcessing, "SensitiveDataProcessing"),
    (KnownChildSensitiveDataConsents, "KnownChildSensitiveDataConsents"),
    (PersonalDataConsents, "PersonalDataConsents"),
    (AdditionalDataProcessingConsent, "AdditionalDataProcessingConsent"),
    (MspaCoveredTransaction, "MspaCoveredTransaction"),
    (MspaOptOutOptionMode, "MspaOptOutOptionMode"),
    (MspaServiceProviderMode, "MspaServiceProviderMode"),
    (MspaMode, "MspaMode"),
];

impl Field {
    /// The name in the specifications.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(it, _)| *it == self).map_or("", |(_, name)| name)
    }

    /// The field of this name; Tennessee's `KnownChildSensitiveDataConsent` is its plural.
    pub fn from_name(name: &str) -> Option<Field> {
        if name == "KnownChildSensitiveDataConsent" {
            return Some(KnownChildSensitiveDataConsents);
        }
        NAMES.iter().find(|(_, it)| *it == name).map(|(field, _)| *field)
    }

    /// What its values are about.
    pub fn kind(self) -> FieldKind {
        match self {
            Version | MspaVersion => FieldKind::Version,
            SharingNotice
            | ProcessingNotice
            | SaleOptOutNotice
            | SharingOptOutNotice
            | TargetedAdvertisingOptOutNotice
            | SensitiveDataProcessingOptOutNotice
            | SensitiveDataLimitUseNotice
            | SensitiveDataOptOutNotice
            | MspaCoveredTransaction
            | MspaOptOutOptionMode
            | MspaServiceProviderMode
            | MspaMode => FieldKind::Answer,
            SaleOptOut
            | SharingOptOut
            | TargetedAdvertisingOptOut
            | SensitiveDataProcessing
            | KnownChildSensitiveDataConsents
            | PersonalDataConsents
            | AdditionalDataProcessingConsent => FieldKind::Choice,
        }
    }

    /// Bits of one value.
    pub(crate) fn width(self) -> u8 {
        if self.kind() == FieldKind::Version { 6 } else { 2 }
    }
}

/// A section's core segment, and what may follow it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) id: u16,
    pub(crate) api: &'static str,
    /// Bits of the core segment.
    pub(crate) bits: u8,
    /// Fields of the core segment, and how many values each holds.
    pub(crate) core: &'static [(Field, u8)],
    /// Values of `SensitiveDataProcessing` in a segment of its own.
    pub(crate) sensitive: u8,
    /// Whether the specification puts a section header before the core segment.
    pub(crate) header: bool,
}

const fn layout(id: u16, api: &'static str, bits: u8, core: &'static [(Field, u8)]) -> Layout {
    Layout { id, api, bits, core, sensitive: 0, header: false }
}

const MSPA: [(Field, u8); 3] =
    [(MspaCoveredTransaction, 1), (MspaOptOutOptionMode, 1), (MspaServiceProviderMode, 1)];

/// What all sections have that begin with one notice and end with the additional consent.
const fn usual(notice: Field, sensitive: u8, children: u8) -> [(Field, u8); 12] {
    let [covered, option, provider] = MSPA;
    [
        (Version, 1),
        (notice, 1),
        (SaleOptOutNotice, 1),
        (TargetedAdvertisingOptOutNotice, 1),
        (SaleOptOut, 1),
        (TargetedAdvertisingOptOut, 1),
        (SensitiveDataProcessing, sensitive),
        (KnownChildSensitiveDataConsents, children),
        (AdditionalDataProcessingConsent, 1),
        covered,
        option,
        provider,
    ]
}

/// The first ones: like the usual, without the additional consent.
const fn early(sensitive: u8, children: u8) -> [(Field, u8); 11] {
    let [covered, option, provider] = MSPA;
    [
        (Version, 1),
        (SharingNotice, 1),
        (SaleOptOutNotice, 1),
        (TargetedAdvertisingOptOutNotice, 1),
        (SaleOptOut, 1),
        (TargetedAdvertisingOptOut, 1),
        (SensitiveDataProcessing, sensitive),
        (KnownChildSensitiveDataConsents, children),
        covered,
        option,
        provider,
    ]
}

/// With a notice of its own before the opt-outs.
const fn with_notice(first: Field, own: Field) -> [(Field, u8); 12] {
    let [covered, option, provider] = MSPA;
    [
        (Version, 1),
        (first, 1),
        (SaleOptOutNotice, 1),
        (TargetedAdvertisingOptOutNotice, 1),
        (own, 1),
        (SaleOptOut, 1),
        (TargetedAdvertisingOptOut, 1),
        (SensitiveDataProcessing, 8),
        (KnownChildSensitiveDataConsents, 1),
        covered,
        option,
        provider,
    ]
}

const fn national(sensitive: u8, children: u8) -> [(Field, u8); 16] {
    let [covered, option, provider] = MSPA;
    [
        (Version, 1),
        (SharingNotice, 1),
        (SaleOptOutNotice, 1),
        (SharingOptOutNotice, 1),
        (TargetedAdvertisingOptOutNotice, 1),
        (SensitiveDataProcessingOptOutNotice, 1),
        (SensitiveDataLimitUseNotice, 1),
        (SaleOptOut, 1),
        (SharingOptOut, 1),
        (TargetedAdvertisingOptOut, 1),
        (SensitiveDataProcessing, sensitive),
        (KnownChildSensitiveDataConsents, children),
        (PersonalDataConsents, 1),
        covered,
        option,
        provider,
    ]
}

const CALIFORNIA: [(Field, u8); 12] = [
    (Version, 1),
    (SaleOptOutNotice, 1),
    (SharingOptOutNotice, 1),
    (SensitiveDataLimitUseNotice, 1),
    (SaleOptOut, 1),
    (SharingOptOut, 1),
    (SensitiveDataProcessing, 9),
    (KnownChildSensitiveDataConsents, 2),
    (PersonalDataConsents, 1),
    MSPA[0],
    MSPA[1],
    MSPA[2],
];

/// The newest ones, whose sensitive data have a segment of their own; Maryland has no children.
const NEWEST: [(Field, u8); 10] = [
    (MspaVersion, 1),
    (MspaCoveredTransaction, 1),
    (MspaMode, 1),
    (ProcessingNotice, 1),
    (SaleOptOutNotice, 1),
    (TargetedAdvertisingOptOutNotice, 1),
    (SaleOptOut, 1),
    (TargetedAdvertisingOptOut, 1),
    (KnownChildSensitiveDataConsents, 1),
    (AdditionalDataProcessingConsent, 1),
];
const MARYLAND: [(Field, u8); 9] = [
    NEWEST[0], NEWEST[1], NEWEST[2], NEWEST[3], NEWEST[4], NEWEST[5], NEWEST[6], NEWEST[7],
    NEWEST[9],
];

const fn newest(id: u16, api: &'static str) -> Layout {
    Layout { sensitive: 8, header: true, ..layout(id, api, 24, &NEWEST) }
}

/// `usnat` before its lists grew. Which of the two it is, its length says.
pub(crate) static NATIONAL_V1: Layout = layout(7, "usnat", 60, &national(12, 2));

/// By section id, from 7 on, without gaps.
pub(crate) static LAYOUTS: [Layout; 21] = [
    layout(7, "usnat", 70, &national(16, 3)),
    layout(8, "usca", 46, &CALIFORNIA),
    layout(9, "usva", 40, &early(8, 1)),
    layout(10, "usco", 38, &early(7, 1)),
    layout(11, "usut", 42, &with_notice(SharingNotice, SensitiveDataProcessingOptOutNotice)),
    layout(12, "usct", 44, &early(8, 3)),
    layout(13, "usfl", 46, &usual(ProcessingNotice, 8, 3)),
    layout(14, "usmt", 46, &usual(SharingNotice, 8, 3)),
    layout(15, "usor", 52, &usual(ProcessingNotice, 11, 3)),
    layout(16, "ustx", 42, &usual(ProcessingNotice, 8, 1)),
    layout(17, "usde", 52, &usual(ProcessingNotice, 9, 5)),
    layout(18, "usia", 42, &with_notice(ProcessingNotice, SensitiveDataOptOutNotice)),
    layout(19, "usne", 42, &usual(ProcessingNotice, 8, 1)),
    layout(20, "usnh", 46, &usual(ProcessingNotice, 8, 3)),
    layout(21, "usnj", 54, &usual(ProcessingNotice, 10, 5)),
    layout(22, "ustn", 42, &usual(ProcessingNotice, 8, 1)),
    layout(23, "usmn", 42, &usual(ProcessingNotice, 8, 1)),
    Layout { header: true, ..layout(24, "usmd", 22, &MARYLAND) },
    newest(25, "usin"),
    newest(26, "usky"),
    newest(27, "usri"),
];

/// The layout of a section.
pub(crate) fn of(id: u16) -> Option<&'static Layout> {
    LAYOUTS.get(usize::from(id.checked_sub(7)?))
}
