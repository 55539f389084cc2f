//! The compiled policy: the document as bitsets, for decisions that take no allocation to read.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::duty::CompiledDuty;
use super::feature::Feature;
use super::leaf_set::LeafSet;
use super::model::{Anchor, Line, RecipientKind};
use super::place::places;
use super::waiver::{CompiledMode, Waived};
use crate::event::Hash;
use crate::vocabulary::{Code, Millis, Mode, Name, Period, Signal, Signals};

/// At most this many recipients, channels or tags each; `read` refuses more.
pub const NAMES_MAX: usize = 64;

/// A policy ready to decide by. Indices of leaves, recipients, channels and tags are bits.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Which policy of its site: 1, 2, 3, …
    pub number: u32,
    pub version: u32,
    pub hash: Hash,
    /// From when it rules, as far as what was collected earlier is concerned.
    pub from: Millis,
    pub zone: TimeZone,
    /// Where it applies, as bits of `places`.
    pub applies_in: Vec<String>,
    /// Bits of all of them.
    pub everywhere: u64,
    /// Mode of what no line allows, and of undeclared names.
    pub mode: Mode,
    pub minors_below: Option<u32>,
    pub leaves: Vec<(Code, Name)>,
    pub purposes: Vec<CompiledPurpose>,
    pub recipients: Vec<CompiledRecipient>,
    pub channels: Vec<(Code, Name)>,
    pub tags: Vec<(Code, Name)>,
    pub nevers: Vec<CompiledNever>,
    /// Places of the promises that bear on any purpose there is or is not.
    pub nevers_of_all: Vec<u16>,
    pub waivers: Vec<Waived>,
    /// For each leaf, what it is worked out from, by however many steps.
    pub sources: Vec<LeafSet>,
    /// The version published before this one, under whose promises data may have been collected.
    pub before: Option<Arc<Compiled>>,
    pub(super) data: Vec<(Code, LeafSet)>,
    /// The purpose that covers a feature.
    pub(super) serving: Vec<(Feature, Code)>,
    /// What a code means here, by code.
    pub(super) meanings: Vec<Meaning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Nothing,
    Data(u32),
    Purpose(u32),
    Recipient(u32),
    Channel(u32),
    Tag(u32),
}

#[derive(Debug, Clone)]
pub struct CompiledRecipient {
    pub code: Code,
    pub name: Name,
    pub kind: RecipientKind,
    pub country: Option<String>,
    /// Its number on IAB Europe's Global Vendor List.
    pub tcf_vendor: Option<u32>,
}

/// A purpose: a union of boxes, and what stands over all of them.
#[derive(Debug, Clone)]
pub struct CompiledPurpose {
    pub code: Code,
    pub name: Name,
    pub line: Line,
    pub mode: CompiledMode,
    /// At most one for each place.
    pub boxes: Vec<CompiledBox>,
    /// Bits of the places where it is followed.
    pub followed: u64,
    /// The line that says where alone the purpose is followed.
    pub only_in_line: Line,
    /// Purposes 1 to 11 of IAB TCF, as bits, that a string must grant together.
    pub tcf_purposes: u32,
    /// The line that says the purpose stops for an objection.
    pub objection: Option<Line>,
    pub signals: Vec<SignalRule>,
    pub limits: Vec<CompiledLimit>,
    /// Places of the promises that may bear on it.
    pub nevers: Vec<u16>,
    /// The offer given in return, if any.
    pub offer: Code,
    /// Duties as `policy.kdl` words them, for the caller.
    pub duties: Vec<String>,
    /// Those of them that can become late.
    pub timed_duties: Vec<CompiledDuty>,
    pub ask_again: Option<Period>,
}

/// One box of a purpose in some places, and the lines its sides come from.
#[derive(Debug, Clone)]
pub struct CompiledBox {
    pub places: u64,
    pub data: LeafSet,
    pub recipients: u64,
    pub channels: u64,
    pub basis: Ground,
    pub keep: Option<(Period, Anchor)>,
    pub basis_line: Line,
    pub data_line: Line,
    pub recipients_line: Line,
    pub channels_line: Line,
    pub keep_line: Line,
}

/// What a box stands on, as far as a decision cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Permission,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalRule {
    pub signal: Signal,
    pub places: u64,
    /// Whether it may grant as well as refuse.
    pub grants: bool,
    pub mode: CompiledMode,
    pub line: Line,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompiledLimit {
    pub count: u32,
    pub window_hours: u32,
    pub mode: CompiledMode,
    pub line: Line,
}

/// A `never`. `None` is "any"; an empty set would match nothing.
#[derive(Debug, Clone)]
pub struct CompiledNever {
    pub says: String,
    pub data: Option<LeafSet>,
    /// Leaves worked out from `data`, on which the promise bears too.
    pub inherited: LeafSet,
    pub places: u64,
    pub purposes: Option<BTreeSet<Code>>,
    pub except: BTreeSet<Code>,
    pub recipients: Option<u64>,
    pub channels: Option<u64>,
    pub when_signal: Option<Signal>,
    pub when_tag: Option<u64>,
    pub mode: CompiledMode,
    pub line: Line,
}

impl Compiled {
    fn meaning(&self, code: Code) -> Meaning {
        self.meanings.get(index(code.0)).copied().unwrap_or(Meaning::Nothing)
    }

    /// The leaves at or below a data name, if this policy declares it.
    pub fn data(&self, code: Code) -> Option<LeafSet> {
        let Meaning::Data(at) = self.meaning(code) else { return None };
        self.data.get(index(at)).map(|(_, leaves)| *leaves)
    }

    pub fn purpose_of(&self, code: Code) -> Option<&CompiledPurpose> {
        let Meaning::Purpose(at) = self.meaning(code) else { return None };
        self.purposes.get(index(at))
    }

    /// The bit of a recipient, if this policy declares it.
    pub fn recipient(&self, code: Code) -> Option<u64> {
        let Meaning::Recipient(at) = self.meaning(code) else { return None };
        Some(1 << at)
    }

    /// The bit of a channel, if this policy declares it.
    pub fn channel(&self, code: Code) -> Option<u64> {
        let Meaning::Channel(at) = self.meaning(code) else { return None };
        Some(1 << at)
    }

    /// The bit of a tag, if this policy declares it.
    pub fn tag(&self, code: Code) -> Option<u64> {
        let Meaning::Tag(at) = self.meaning(code) else { return None };
        Some(1 << at)
    }

    /// These leaves with all that they are worked out from.
    pub fn with_sources(&self, leaves: &LeafSet) -> LeafSet {
        let sources = leaves.iter().filter_map(|leaf| self.sources.get(leaf));
        sources.fold(*leaves, |set, more| set.union(more))
    }

    /// Bits of the places that somebody may be in who is said to be in `jurisdiction`.
    pub fn places(&self, jurisdiction: &str) -> u64 {
        match jurisdiction {
            "" => self.everywhere,
            said => places(&self.applies_in, said),
        }
    }

    /// The policy that ruled at a moment, of this one and those before it; the first of all for
    /// what is older than any.
    pub fn ruling_at(&self, at: Millis) -> &Compiled {
        let mut it = self;
        while at < it.from {
            let Some(before) = it.before.as_deref() else { break };
            it = before;
        }
        it
    }

    pub(super) fn leaf_set<'a>(&self, wanted: impl Iterator<Item = &'a Name>) -> LeafSet {
        let mut set = LeafSet::EMPTY;
        for name in wanted {
            if let Some(leaf) = self.leaves.iter().position(|(_, it)| it == name) {
                set.insert(leaf);
            }
        }
        set
    }
}

impl CompiledPurpose {
    /// The signals that stop it.
    pub fn stopping_signals(&self) -> Signals {
        self.signals.iter().fold(Signals::NONE, |set, it| set.with(it.signal))
    }

    /// Whether any of its boxes stands on permission.
    pub fn needs_permission(&self) -> bool {
        self.boxes.iter().any(|it| it.basis == Ground::Permission)
    }
}

pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
