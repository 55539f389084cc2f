//! What a new version of a policy changes: decided exactly, with a witness for each widening.
//!
//! Two questions with different answers. *Does the new version allow anything that the old one
//! did not?* is decided over every use there can be (`widened`). *What do people read, and what do
//! they get?* is compared line by line (`document`): words cannot be decided by a machine, so
//! their author says which kind of change they are.

mod bars;
mod document;
mod places;
mod widened;
mod witness;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::compiled::Compiled;
use super::declared::declared_names;
use super::model::{Anchor, Line, Policy};
use crate::vocabulary::{Act, Dictionary, Millis, Name, Signal};

/// Everything that differs between two policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// Most serious first: widened, worse, reworded, then the rest.
    pub differences: Vec<Difference>,
}

/// One difference, in words and, where it can be shown, by a use that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub effect: Effect,
    pub class: Class,
    /// The purpose it concerns; nothing where it concerns them all.
    pub purpose: Option<Name>,
    pub said: String,
    /// Line in the old file and in the new, where there is one.
    pub lines: (Option<Line>, Option<Line>),
    /// A use whose verdict, or for a mode whose advice, differs.
    pub witness: Option<Witness>,
}

/// What a difference means for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Something is allowed that was not.
    Widened,
    /// People get less, or are told less.
    Worse,
    /// The words changed.
    Reworded,
    /// Something is no longer allowed.
    Narrowed,
    /// People get more.
    Better,
}

/// What kind of thing changed. The names are those of `docs/POLICY.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    Purpose,
    Data,
    Recipient,
    Country,
    Channel,
    Keep,
    Basis,
    Inferred,
    Minors,
    Objection,
    Signals,
    Promise,
    Frequency,
    Mode,
    Words,
    Benefit,
    Duty,
    AskBudget,
    AskAgain,
    Controller,
    Sensitive,
}

/// A use that the two policies treat differently. Everything it does not name is harmless: no
/// signal, no tag, no objection, permission given, nothing old, nothing used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    pub act: Act,
    /// Where the person is, if the difference is not everywhere; else empty.
    pub jurisdiction: String,
    pub purpose: Name,
    pub data: Name,
    pub recipient: Name,
    pub channel: Name,
    pub signal: Option<Signal>,
    pub tag: Option<Name>,
    pub objected: bool,
    pub minor: bool,
    /// Whether the person agreed to all that either policy wants.
    pub permission: bool,
    /// What the person did not agree to, of all that the datum is worked out from.
    pub not_agreed: BTreeSet<Name>,
    /// A signal that grants instead of the person.
    pub granted_by: Option<Signal>,
    pub age: Option<WitnessAge>,
    /// Used so often within so many hours, and within every longer window.
    pub often: Option<(u32, u32)>,
}

/// When the datum was collected and renewed, and when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WitnessAge {
    pub collected_at: Millis,
    pub last_visit: Millis,
    pub last_order: Millis,
    pub now: Millis,
    /// What the old policy counted from.
    pub after: Anchor,
}

impl Diff {
    /// Whether people's deal gets wider or worse, so that it must be announced and, where they
    /// agreed to less, asked for again.
    pub fn is_material(&self) -> bool {
        self.differences.iter().any(|it| it.effect <= Effect::Worse)
    }

    pub fn of(&self, effect: Effect) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(move |it| it.effect == effect)
    }

    /// Whether words changed where nothing else of the purpose did. A machine cannot tell whether
    /// they mean the same, so the author must, with `change kind=`.
    pub fn words_alone(&self) -> bool {
        let mut touched: BTreeMap<Option<&Name>, (bool, bool)> = BTreeMap::new();
        for it in &self.differences {
            let entry = touched.entry(it.purpose.as_ref()).or_default();
            match it.effect {
                Effect::Reworded => entry.0 = true,
                Effect::Widened | Effect::Worse | Effect::Narrowed | Effect::Better => {
                    entry.1 = true;
                }
            }
        }
        touched.values().any(|(words, rest)| *words && !rest)
    }
}

/// Compares two policies. Line numbers are each policy's own.
pub fn diff(old: &Policy, new: &Policy) -> Diff {
    let mut names = Dictionary::default();
    for (family, name) in declared_names(old).into_iter().chain(declared_names(new)) {
        if names.code(family, name.as_str()).is_none() {
            names.declare(family.number(), name.as_str());
        }
    }
    // Nobody asks these two for their identity, which takes longer to find than all else here.
    let before = Compiled::new(old, &names, 1, [0; 32]);
    let after = Compiled::new(new, &names, 2, [0; 32]);
    let places = places::different(&before, &after);
    let rest = (old.mode_line, new.mode_line);
    let found = places.into_iter().map(|place| {
        let mut found = widened::differences((&before, &after), &place, Effect::Widened);
        found.extend(widened::differences((&after, &before), &place, Effect::Narrowed));
        found.extend(widened::modes((&before, &after), rest, &place));
        (place, found)
    });
    let mut differences = places::together(found.collect());
    differences.extend(document::differences(old, new));
    differences.sort_by_key(|it| (it.effect, it.purpose.clone(), it.class));
    Diff { differences }
}

impl Effect {
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Widened => "widened",
            Effect::Worse => "worse",
            Effect::Reworded => "reworded",
            Effect::Narrowed => "narrowed",
            Effect::Better => "better",
        }
    }
}

impl Class {
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Purpose => "purpose",
            Class::Data => "data",
            Class::Recipient => "recipient",
            Class::Country => "country",
            Class::Channel => "channel",
            Class::Keep => "keep",
            Class::Basis => "basis",
            Class::Inferred => "inferred",
            Class::Minors => "minors",
            Class::Objection => "objection",
            Class::Signals => "signals",
            Class::Promise => "promise",
            Class::Frequency => "frequency",
            Class::Mode => "mode",
            Class::Words => "words",
            Class::Benefit => "benefit",
            Class::Duty => "duty",
            Class::AskBudget => "ask-budget",
            Class::AskAgain => "ask-again",
            Class::Controller => "controller",
            Class::Sensitive => "sensitive",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read;

    #[test]
    fn what_no_line_allows_has_a_line_of_its_own() {
        let old = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");
        let new = format!("// A line more.\n{old}")
            .replace("not-allowed mode=enforce", "not-allowed mode=observe");
        let diff = diff(&read(old).unwrap(), &read(&new).unwrap());
        let at = old.lines().position(|it| it.contains("anything-else")).unwrap();
        let at = u32::try_from(at).unwrap() + 1;
        let mut modes = diff.differences.iter().filter(|it| it.class == Class::Mode);
        let rest =
            modes.find(|it| it.purpose.is_none() && it.said.contains("no line allows")).unwrap();
        assert_eq!(rest.lines, (Some(Line(at)), Some(Line(at + 1))));
    }
}
