//! Sets of data leaves, as bits: what a decision walks instead of names.

/// At most this many data leaves; `read` refuses more.
pub const LEAVES_MAX: usize = 256;

/// A set of data leaves, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct LeafSet([u64; LEAVES_MAX / 64]);

impl LeafSet {
    pub const EMPTY: LeafSet = LeafSet([0; LEAVES_MAX / 64]);

    pub fn insert(&mut self, leaf: usize) {
        if let Some(word) = self.0.get_mut(leaf / 64) {
            *word |= 1 << (leaf % 64);
        }
    }

    pub fn has(&self, leaf: usize) -> bool {
        self.0.get(leaf / 64).is_some_and(|word| word & 1 << (leaf % 64) != 0)
    }

    pub fn is_empty(&self) -> bool {
        self.0 == [0; LEAVES_MAX / 64]
    }

    pub fn is_subset(&self, of: &LeafSet) -> bool {
        self.0.iter().zip(&of.0).all(|(mine, theirs)| mine & !theirs == 0)
    }

    pub fn meets(&self, other: &LeafSet) -> bool {
        self.0.iter().zip(&other.0).any(|(mine, theirs)| mine & theirs != 0)
    }

    #[must_use]
    pub fn union(mut self, other: &LeafSet) -> LeafSet {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
        self
    }

    #[must_use]
    pub fn minus(mut self, other: &LeafSet) -> LeafSet {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine &= !theirs);
        self
    }

    #[must_use]
    pub fn intersection(mut self, other: &LeafSet) -> LeafSet {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine &= theirs);
        self
    }

    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0usize..).zip(self.0).flat_map(|(at, mut word)| {
            std::iter::from_fn(move || {
                let bit = usize::try_from(word.trailing_zeros()).ok().filter(|_| word != 0)?;
                word &= word - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(leaves: &BTreeSet<usize>) -> LeafSet {
        let mut set = LeafSet::EMPTY;
        leaves.iter().for_each(|&it| set.insert(it));
        set
    }

    proptest! {
        #[test]
        fn it_is_a_set(
            a in prop::collection::btree_set(0..LEAVES_MAX, 0..20),
            b in prop::collection::btree_set(0..LEAVES_MAX, 0..20),
        ) {
            let (x, y) = (set(&a), set(&b));
            prop_assert!(x.iter().eq(a.iter().copied()));
            prop_assert_eq!(x.union(&y), set(&(&a | &b)));
            prop_assert_eq!(x.minus(&y), set(&(&a - &b)));
            prop_assert_eq!(x.intersection(&y), set(&(&a & &b)));
            prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
            prop_assert_eq!(x.meets(&y), !a.is_disjoint(&b));
            prop_assert_eq!(x.is_empty(), a.is_empty());
        }
    }
}
