//! The compiled policy: the document as bitsets, for decisions that take no allocation to read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::duty::{self, CompiledDuty};
use super::feature::{self, Feature};
use super::leaf_set::LeafSet;
use super::model::{
    Anchor, Duty, Line, Never, Policy, Purpose, RecipientKind, SignalMeaning, SignalTerm,
};
use super::waiver::{CompiledMode, Waived};
use crate::event::Hash;
use crate::vocabulary::{Code, Dictionary, Family, Mode, Name, Period, Signal, Signals};

/// At most this many recipients, channels or tags each; `read` refuses more.
pub const NAMES_MAX: usize = 64;

/// A policy ready to decide by. Indices of leaves, recipients, channels and tags are bits.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Which policy of its site: 1, 2, 3, …
    pub number: u32,
    pub version: u32,
    pub hash: Hash,
    pub zone: TimeZone,
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
    data: Vec<(Code, LeafSet)>,
    /// The purpose that covers a feature.
    pub(super) serving: Vec<(Feature, Code)>,
    /// What a code means here, by code.
    meanings: Vec<Meaning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
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
}

/// A purpose: a union of boxes, and what stands over all of them.
#[derive(Debug, Clone)]
pub struct CompiledPurpose {
    pub code: Code,
    pub name: Name,
    pub line: Line,
    pub mode: CompiledMode,
    pub boxes: Vec<CompiledBox>,
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

/// One box of a purpose, and the lines its sides come from.
#[derive(Debug, Clone)]
pub struct CompiledBox {
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
    /// Compiles a policy that `read` accepted. Every name of [`declared_names`](super::declared_names) must have its
    /// code in `names`; one that has none is left out, so that nothing is allowed under it.
    pub fn new(policy: &Policy, names: &Dictionary, number: u32, hash: Hash) -> Compiled {
        let coded = |family, name: &Name| {
            names.code(family, name.as_str()).map(|code| (code, name.clone()))
        };
        let list = |family, from: Vec<&Name>| -> Vec<(Code, Name)> {
            from.into_iter().filter_map(|name| coded(family, name)).collect()
        };
        let mut compiled = Compiled {
            number,
            version: policy.version,
            hash,
            zone: TimeZone::get(&policy.time_zone).unwrap_or(TimeZone::UTC),
            mode: policy.mode,
            minors_below: policy.minors.map(|it| it.below),
            leaves: list(Family::Data, policy.leaves().collect()),
            purposes: Vec::new(),
            recipients: Vec::new(),
            channels: list(Family::Channel, policy.channels.keys().collect()),
            tags: list(Family::Tag, policy.tags.keys().collect()),
            nevers: Vec::new(),
            nevers_of_all: Vec::new(),
            waivers: policy.waived(),
            data: Vec::new(),
            serving: Vec::new(),
            meanings: Vec::new(),
        };
        for (name, it) in &policy.recipients {
            if let Some((code, name)) = coded(Family::Recipient, name) {
                compiled.recipients.push(CompiledRecipient { code, name, kind: it.kind });
            }
        }
        for (code, name) in list(Family::Data, policy.data.keys().collect()) {
            let leaves = compiled.leaf_set(policy.leaves_of(&name));
            compiled.data.push((code, leaves));
        }
        for (name, purpose) in &policy.purposes {
            if let Some((code, name)) = coded(Family::Purpose, name) {
                let purpose = compiled.purpose(policy, names, (code, name), purpose);
                compiled.purposes.push(purpose);
            }
        }
        let nevers = policy.nevers.iter().map(|it| compiled.never(policy, names, it)).collect();
        compiled.nevers = nevers;
        compiled.enter_nevers();
        compiled.serving = feature::serving(policy, names);
        compiled.enter_meanings();
        compiled
    }

    fn purpose(
        &self,
        policy: &Policy,
        names: &Dictionary,
        (code, name): (Code, Name),
        it: &Purpose,
    ) -> CompiledPurpose {
        let mode = CompiledMode::of(policy, it.mode, it.waiver.as_ref());
        let leaves = |name: &Name| {
            let code = names.code(Family::Data, name.as_str())?;
            self.data.iter().find(|it| it.0 == code).map(|it| it.1)
        };
        let data = it.uses.iter().filter_map(leaves);
        let ground = if it.basis.is_permission() { Ground::Permission } else { Ground::Other };
        let the_box = CompiledBox {
            data: data.fold(LeafSet::EMPTY, |all, one| all.union(&one)),
            recipients: self.recipient_mask(|name, _| it.with.contains(name)),
            channels: mask(self.channels.iter().map(|(_, name)| it.on.contains(name))),
            basis: ground,
            keep: it.keep.as_ref().map(|keep| (keep.period, keep.after)),
            basis_line: it.basis_line,
            data_line: it.uses_line,
            recipients_line: it.with_line,
            channels_line: it.on_line,
            keep_line: it.keep.as_ref().map_or(it.line, |keep| keep.line),
        };
        let offer =
            it.in_return.as_ref().and_then(|offer| names.code(Family::Offer, offer.name.as_str()));
        CompiledPurpose {
            code,
            line: it.line,
            mode,
            boxes: vec![the_box],
            objection: it.stops_for_objection.then_some(it.stops_for_line),
            signals: signal_rules(policy, &name, it, mode),
            limits: it
                .limits
                .iter()
                .map(|limit| CompiledLimit {
                    count: limit.count,
                    window_hours: limit.per.hours(),
                    mode: limit.mode.map_or(mode, CompiledMode::always),
                    line: limit.line,
                })
                .collect(),
            nevers: Vec::new(),
            offer: offer.unwrap_or(Code::NONE),
            duties: it.duties.iter().map(Duty::text).collect(),
            timed_duties: duty::timed(it),
            ask_again: it.ask_again,
            name,
        }
    }

    fn never(&self, policy: &Policy, names: &Dictionary, it: &Never) -> CompiledNever {
        let codes = |from: &BTreeSet<Name>| -> BTreeSet<Code> {
            from.iter().filter_map(|name| names.code(Family::Purpose, name.as_str())).collect()
        };
        let data = it.data.iter().map(|name| self.leaf_set(policy.leaves_of(name)));
        let any_recipient = it.recipients.is_empty() && it.recipient_kinds.is_empty();
        let tag = |name: &Name| mask(self.tags.iter().map(|(_, it)| it == name));
        CompiledNever {
            says: it.says.clone(),
            data: (!it.data.is_empty())
                .then(|| data.fold(LeafSet::EMPTY, |all, one| all.union(&one))),
            purposes: (!it.purposes.is_empty()).then(|| codes(&it.purposes)),
            except: codes(&it.except),
            recipients: (!any_recipient).then(|| {
                self.recipient_mask(|name, kind| {
                    it.recipients.contains(name) || it.recipient_kinds.contains(&kind)
                })
            }),
            channels: (!it.channels.is_empty())
                .then(|| mask(self.channels.iter().map(|(_, name)| it.channels.contains(name)))),
            when_signal: it.when_signal,
            when_tag: it.when_tag.as_ref().map(tag),
            mode: CompiledMode::of(policy, it.mode, it.waiver.as_ref()),
            line: it.line,
        }
    }

    pub(super) fn recipient_mask(&self, wanted: impl Fn(&Name, RecipientKind) -> bool) -> u64 {
        mask(self.recipients.iter().map(|it| wanted(&it.name, it.kind)))
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

    /// Notes for each purpose which promises may bear on it, so that a decision passes by the rest.
    fn enter_nevers(&mut self) {
        let mut of: BTreeMap<Code, Vec<u16>> = BTreeMap::new();
        for (at, never) in (0u16..).zip(&self.nevers) {
            match &never.purposes {
                None => self.nevers_of_all.push(at),
                Some(purposes) => {
                    purposes.iter().for_each(|it| of.entry(*it).or_default().push(at))
                }
            }
        }
        let nevers = &self.nevers;
        for purpose in &mut self.purposes {
            let excepted = |at: &u16| {
                let never = nevers.get(usize::from(*at));
                never.is_some_and(|it| it.except.contains(&purpose.code))
            };
            let own = of.remove(&purpose.code).unwrap_or_default();
            let all = self.nevers_of_all.iter().copied().chain(own);
            purpose.nevers = all.filter(|at| !excepted(at)).collect();
        }
    }

    fn enter_meanings(&mut self) {
        let mut all: Vec<(Code, Meaning)> = Vec::new();
        all.extend((0..).zip(&self.data).map(|(i, it)| (it.0, Meaning::Data(i))));
        all.extend((0..).zip(&self.purposes).map(|(i, it)| (it.code, Meaning::Purpose(i))));
        all.extend((0..).zip(&self.recipients).map(|(i, it)| (it.code, Meaning::Recipient(i))));
        all.extend((0..).zip(&self.channels).map(|(i, it)| (it.0, Meaning::Channel(i))));
        all.extend((0..).zip(&self.tags).map(|(i, it)| (it.0, Meaning::Tag(i))));
        for (code, meaning) in all {
            let at = index(code.0);
            if self.meanings.len() <= at {
                self.meanings.resize(at + 1, Meaning::Nothing);
            }
            if let Some(place) = self.meanings.get_mut(at) {
                *place = meaning;
            }
        }
    }

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
}

/// Bits of a list of answers, first answer in the lowest bit.
pub(super) fn mask(answers: impl Iterator<Item = bool>) -> u64 {
    let bits = answers.take(NAMES_MAX).enumerate().filter(|(_, yes)| *yes);
    bits.fold(0, |mask, (bit, _)| mask | 1 << bit)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A `signals` line speaks for the purposes it names, a purpose's `stops-for` for itself. Where
/// both speak, the signal's own mode stands, being the more specific; else the purpose's.
fn signal_rules(policy: &Policy, name: &Name, it: &Purpose, mode: CompiledMode) -> Vec<SignalRule> {
    let mut rules = Vec::new();
    for signal in Signal::ALL {
        let names =
            |term: &&SignalTerm| term.means == SignalMeaning::Objection && term.to.contains(name);
        let term = policy.signals.get(&signal).filter(names);
        match (term, it.stops_for.contains(&signal)) {
            (Some(term), _) => {
                rules.push(SignalRule { signal, mode: mode.or_of(policy, term), line: term.line });
            }
            (None, true) => rules.push(SignalRule { signal, mode, line: it.stops_for_line }),
            (None, false) => (),
        }
    }
    rules
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
