//! Where to compare two policies: one place for each way in which rules that are not for everywhere
//! come together.

use std::collections::{BTreeMap, BTreeSet};

use super::{Difference, Effect};
use crate::policy::compiled::Compiled;
use crate::vocabulary::Name;

/// Where somebody is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub jurisdiction: String,
    /// All places where the same rules hold, this one first.
    pub like: Vec<String>,
}

/// Places that differ from each other by the rules of either policy. A use that only one policy
/// allows somewhere is in one of these: whoever may be anywhere is in the strictest of them.
pub(super) fn different(old: &Compiled, new: &Compiled) -> Vec<Place> {
    let all: BTreeSet<&String> = old.applies_in.iter().chain(&new.applies_in).collect();
    let mut found: BTreeMap<Vec<bool>, Place> = BTreeMap::new();
    let rules = [local(old), local(new)];
    for it in all {
        let bits = [old.places(it), new.places(it)];
        let bears = rules.iter().zip(bits).flat_map(|(of, bits)| {
            of.iter().flat_map(move |rule| [rule & bits != 0, bits & !rule != 0])
        });
        let like = found
            .entry(bears.collect())
            .or_insert_with(|| Place { jurisdiction: it.clone(), like: Vec::new() });
        like.like.push(it.clone());
    }
    found.into_values().collect()
}

/// Bits of the places of every rule that is not for everywhere, each once.
fn local(policy: &Compiled) -> Vec<u64> {
    let everywhere = policy.places("");
    let of_purposes = policy.purposes.iter().flat_map(|it| {
        let signals = it.signals.iter().map(|it| it.places);
        it.boxes.iter().map(|it| it.places).chain(signals)
    });
    let all: BTreeSet<u64> = of_purposes.chain(policy.nevers.iter().map(|it| it.places)).collect();
    all.into_iter().filter(|it| *it != everywhere).collect()
}

/// What was found in each place, once: with the places where it is so, if it is not everywhere.
/// A witness is somewhere, unless no rule of either policy cares where.
pub(super) fn together(found: Vec<(Place, Vec<Difference>)>) -> Vec<Difference> {
    let everywhere = found.len();
    type Key = (Effect, Option<Name>, super::Class, String);
    let mut all: BTreeMap<Key, (Difference, Vec<String>, usize)> = BTreeMap::new();
    for (place, differences) in found {
        for it in differences {
            let key = (it.effect, it.purpose.clone(), it.class, it.said.clone());
            let entry = all.entry(key).or_insert_with(|| (it, Vec::new(), 0));
            entry.1.extend(place.like.iter().cloned());
            entry.2 += 1;
        }
    }
    let one = |(mut it, places, times): (Difference, Vec<String>, usize)| {
        if times < everywhere {
            it.said = format!("{}, in {}", it.said, places.join(", "));
        }
        if let (1, Some(witness)) = (everywhere, &mut it.witness) {
            witness.jurisdiction.clear();
        }
        it
    };
    all.into_values().map(one).collect()
}
