//! Compiling: from the document to bitsets.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::compiled::{
    Compiled, CompiledBox, CompiledLimit, CompiledNever, CompiledPurpose, CompiledRecipient,
    Ground, Meaning, NAMES_MAX, SignalRule, index,
};
use super::duty;
use super::feature;
use super::leaf_set::LeafSet;
use super::model::{Duty, Never, Policy, Purpose, SignalMeaning};
use super::place::bearing;
use super::waiver::CompiledMode;
use crate::event::Hash;
use crate::vocabulary::{Code, Dictionary, Family, Name, Signal};

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
            from: policy.effective,
            everywhere: bearing(&policy.places(), &BTreeSet::new()),
            applies_in: policy.places(),
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
            sources: Vec::new(),
            before: None,
            waivers: policy.waived(),
            data: Vec::new(),
            serving: Vec::new(),
            meanings: Vec::new(),
        };
        for (name, it) in &policy.recipients {
            if let Some((code, name)) = coded(Family::Recipient, name) {
                compiled.recipients.push(CompiledRecipient {
                    code,
                    name,
                    kind: it.kind,
                    country: it.country.clone(),
                    tcf_vendor: it.tcf_vendor,
                });
            }
        }
        for (code, name) in list(Family::Data, policy.data.keys().collect()) {
            let leaves = compiled.leaf_set(policy.leaves_of(&name));
            compiled.data.push((code, leaves));
        }
        compiled.sources = compiled.sources(policy);
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
        let one_box = CompiledBox {
            places: 0,
            data: data.fold(LeafSet::EMPTY, |all, one| all.union(&one)),
            recipients: self.recipient_mask(|other| it.with.contains(&other.name)),
            channels: mask(self.channels.iter().map(|(_, name)| it.on.contains(name))),
            basis: Ground::Other,
            keep: it.keep.as_ref().map(|keep| (keep.period, keep.after)),
            basis_line: it.basis_line,
            data_line: it.uses_line,
            recipients_line: it.with_line,
            channels_line: it.on_line,
            keep_line: it.keep.as_ref().map_or(it.line, |keep| keep.line),
        };
        let boxes = boxes(it, &one_box, &self.applies_in);
        let offer =
            it.in_return.as_ref().and_then(|offer| names.code(Family::Offer, offer.name.as_str()));
        CompiledPurpose {
            code,
            line: it.line,
            mode,
            followed: boxes.iter().fold(0, |all, it| all | it.places),
            boxes,
            only_in_line: it.only_in_line,
            tcf_purposes: it.tcf_purposes.iter().fold(0, |bits, it| bits | 1 << it),
            objection: it.stops_for_objection.then_some(it.stops_for_line),
            signals: signal_rules((policy, &self.applies_in), &name, it, mode),
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
        let data = data.fold(LeafSet::EMPTY, |all, one| all.union(&one));
        let any_recipient = it.recipients.is_empty() && it.recipient_kinds.is_empty();
        let bound = |other: &CompiledRecipient| {
            let country = other.country.as_ref();
            let named = any_recipient
                || it.recipients.contains(&other.name)
                || it.recipient_kinds.contains(&other.kind);
            named
                && (it.recipient_countries.is_empty()
                    || country.is_some_and(|it2| it.recipient_countries.contains(it2)))
        };
        let tag = |name: &Name| mask(self.tags.iter().map(|(_, it)| it == name));
        CompiledNever {
            says: it.says.clone(),
            data: (!it.data.is_empty()).then_some(data),
            inherited: self.worked_out_from(&data).minus(&data),
            places: bearing(&self.applies_in, &it.places),
            purposes: (!it.purposes.is_empty()).then(|| codes(&it.purposes)),
            except: codes(&it.except),
            recipients: (!any_recipient || !it.recipient_countries.is_empty())
                .then(|| self.recipient_mask(bound)),
            channels: (!it.channels.is_empty())
                .then(|| mask(self.channels.iter().map(|(_, name)| it.channels.contains(name)))),
            when_signal: it.when_signal,
            when_tag: it.when_tag.as_ref().map(tag),
            mode: CompiledMode::of(policy, it.mode, it.waiver.as_ref()),
            line: it.line,
        }
    }

    pub(super) fn recipient_mask(&self, wanted: impl Fn(&CompiledRecipient) -> bool) -> u64 {
        mask(self.recipients.iter().map(wanted))
    }

    /// What each leaf is worked out from, by however many steps.
    fn sources(&self, policy: &Policy) -> Vec<LeafSet> {
        let direct = |(_, leaf): &(Code, Name)| {
            let mut names = BTreeSet::new();
            for (name, category) in &policy.data {
                let above = leaf == name || leaf.as_str().starts_with(&format!("{name}."));
                names.extend(category.from.iter().filter(|_| above));
            }
            let leaves = names.into_iter().flat_map(|it| policy.leaves_of(it));
            self.leaf_set(leaves)
        };
        if policy.data.values().all(|it| it.from.is_empty()) {
            return vec![LeafSet::EMPTY; self.leaves.len()];
        }
        let mut all: Vec<LeafSet> = self.leaves.iter().map(direct).collect();
        // Nothing is worked out from itself, so this ends after as many rounds as there are steps.
        loop {
            let further = |it: &LeafSet| {
                let sources = it.iter().filter_map(|leaf| all.get(leaf));
                sources.fold(*it, |set, more| set.union(more))
            };
            let next: Vec<LeafSet> = all.iter().map(further).collect();
            if next == all {
                return all;
            }
            all = next;
        }
    }

    /// The leaves that are worked out from any of these.
    fn worked_out_from(&self, data: &LeafSet) -> LeafSet {
        let from = self.sources.iter().enumerate().filter(|(_, it)| it.meets(data));
        let mut set = LeafSet::EMPTY;
        from.for_each(|(leaf, _)| set.insert(leaf));
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
}

/// Bits of a list of answers, first answer in the lowest bit.
pub(super) fn mask(answers: impl Iterator<Item = bool>) -> u64 {
    let bits = answers.take(NAMES_MAX).enumerate().filter(|(_, yes)| *yes);
    bits.fold(0, |mask, (bit, _)| mask | 1 << bit)
}

/// The boxes of a purpose: one for each ground, in the places where it stands on that ground.
fn boxes(it: &Purpose, one_box: &CompiledBox, applies_in: &[String]) -> Vec<CompiledBox> {
    let mut boxes: Vec<CompiledBox> = Vec::new();
    for (bit, place) in applies_in.iter().enumerate() {
        let Some((basis, line)) = it.basis_in(place) else { continue };
        match boxes.iter_mut().find(|it| it.basis_line == line) {
            Some(the_box) => the_box.places |= 1 << bit,
            None => boxes.push(CompiledBox {
                places: 1 << bit,
                basis: if basis.is_permission() { Ground::Permission } else { Ground::Other },
                basis_line: line,
                ..one_box.clone()
            }),
        }
    }
    boxes
}

/// A `signals` line speaks for the purposes it names, a purpose's `stops-for` for itself. Where
/// both speak, the signal's own mode stands, being the more specific; else the purpose's.
fn signal_rules(
    (policy, applies_in): (&Policy, &[String]),
    name: &Name,
    it: &Purpose,
    mode: CompiledMode,
) -> Vec<SignalRule> {
    let everywhere = bearing(applies_in, &BTreeSet::new());
    let mut rules = Vec::new();
    for signal in Signal::ALL {
        let mut left = everywhere;
        let term = policy.signals.get(&signal).filter(|it| it.to.contains(name));
        if let Some(term) = term {
            let places = bearing(applies_in, &term.places);
            let grants = term.means == SignalMeaning::PermissionOrRefusal;
            let mode = mode.or_of(policy, term);
            rules.push(SignalRule { signal, places, grants, mode, line: term.line });
            left &= !places;
        }
        if it.stops_for.contains(&signal) && left != 0 {
            let line = it.stops_for_line;
            rules.push(SignalRule { signal, places: left, grants: false, mode, line });
        }
    }
    rules
}
