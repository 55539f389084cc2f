//! Who agreed to what, counted: how many people hold each set of statements of a purpose.
//!
//! Few sets are ever held, however many people there are, so a new policy can be weighed against
//! all of them at once.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::permission::{Permissions, covers_whole};
use crate::policy::{Class, Compiled, Difference, Effect, Ground, LeafSet, StatementBox};
use crate::vocabulary::{Code, Name};

/// Counts of people by purpose and the statements they granted.
#[derive(Debug, Default)]
pub struct Agreed {
    people: HashMap<Held, u64>,
}

/// A purpose, and the granted statements of one person, sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Held {
    purpose: Code,
    statements: Box<[Code]>,
}

/// People whose permission no longer covers what a policy wants, and what is missing: what a
/// second ask would be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgrown {
    pub purpose: Name,
    pub statements: Box<[Code]>,
    pub people: u64,
    pub data: Vec<Name>,
    pub recipients: Vec<Name>,
    pub channels: Vec<Name>,
}

impl Outgrown {
    /// Whether these people agreed to less than a difference between policies brings.
    pub fn concerns(&self, it: &Difference) -> bool {
        let missing = [
            (Class::Data, &self.data),
            (Class::Recipient, &self.recipients),
            (Class::Channel, &self.channels),
        ];
        let lacks = |(class, names): &(Class, &Vec<Name>)| *class == it.class && !names.is_empty();
        it.effect == Effect::Widened
            && it.purpose.as_ref() == Some(&self.purpose)
            && missing.iter().any(lacks)
    }
}

/// How many permissions no longer cover what a difference brings; nothing where that is no question
/// of the data, recipients or channels that people agreed to.
pub fn concerned(outgrown: &[Outgrown], it: &Difference) -> Option<u64> {
    let asked = matches!(it.class, Class::Data | Class::Recipient | Class::Channel);
    let all = || outgrown.iter().filter(|own| own.concerns(it)).map(|own| own.people).sum();
    (asked && it.effect == Effect::Widened).then(all)
}

impl Agreed {
    /// Takes one person over from what they held before an answer to what they hold after it.
    pub(super) fn moved(&mut self, purpose: Code, before: Box<[Code]>, after: &Permissions) {
        let after = statements(after, purpose);
        if before == after {
            return;
        }
        self.subtract(&Held { purpose, statements: before });
        if !after.is_empty() {
            *self.people.entry(Held { purpose, statements: after }).or_default() += 1;
        }
    }

    fn subtract(&mut self, held: &Held) {
        if let Some(count) = self.people.get_mut(held) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.people.remove(held);
            }
        }
    }

    /// People who granted anything of a purpose.
    pub fn people(&self, purpose: Code) -> u64 {
        self.people.iter().filter(|it| it.0.purpose == purpose).map(|it| it.1).sum()
    }

    /// Whose permission a policy outgrows, by purpose. `statements` are all there are, in the bits
    /// of that policy, sorted by code. Takes as long as there are different sets of statements,
    /// not people.
    pub fn outgrown(&self, policy: &Compiled, boxes: &[StatementBox]) -> Vec<Outgrown> {
        let mut held: Vec<_> = self.people.iter().collect();
        held.sort_unstable();
        let mut all = Vec::new();
        for (held, people) in held {
            let Some(purpose) = policy.purpose_of(held.purpose) else { continue };
            let granted: Vec<&StatementBox> =
                boxes.iter().filter(|it| held.statements.contains(&it.code)).collect();
            if covers_whole(purpose, &granted) {
                continue;
            }
            let wanted = purpose.boxes.iter().filter(|it| it.basis == Ground::Permission);
            let (data, recipients, channels) =
                wanted.fold((LeafSet::EMPTY, 0, 0), |(data, recipients, channels), it| {
                    (data.union(&it.data), recipients | it.recipients, channels | it.channels)
                });
            let had = granted.iter().fold((LeafSet::EMPTY, 0, 0), |had, it| {
                let data = had.0.union(&it.data).union(&it.narrowed);
                (data, had.1 | it.recipients, had.2 | it.channels)
            });
            let name = |at: usize| policy.leaves.get(at).map(|it| it.1.clone());
            let bits = |set: u64| (0..64).filter(move |bit| set >> bit & 1 != 0);
            let recipient = |at: usize| policy.recipients.get(at).map(|it| it.name.clone());
            let channel = |at: usize| policy.channels.get(at).map(|it| it.1.clone());
            all.push(Outgrown {
                purpose: purpose.name.clone(),
                statements: held.statements.clone(),
                people: *people,
                data: data.minus(&had.0).iter().filter_map(name).collect(),
                recipients: bits(recipients & !had.1).filter_map(recipient).collect(),
                channels: bits(channels & !had.2).filter_map(channel).collect(),
            });
        }
        all
    }

    pub(super) fn dump(&self, out: &mut String) {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_unstable();
        for (held, count) in people {
            let _infallible = writeln!(out, "agreed {held:?} {count}");
        }
    }
}

/// The statements of a purpose that somebody granted, sorted.
pub(super) fn statements(of: &Permissions, purpose: Code) -> Box<[Code]> {
    let mut all: Vec<Code> = of.grants(purpose).map(|it| it.statement).collect();
    all.sort_unstable();
    all.into_boxed_slice()
}
