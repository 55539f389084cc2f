//! Seeded chance: the same seed draws the same for ever, on any machine and any number of threads.

/// A stream of numbers (`SplitMix64`), one for each seed and place.
#[derive(Debug, Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The stream of the policy at `place` in a run of `seed`.
    pub(crate) fn new(seed: u64, place: u64) -> Draw {
        let mut seeded = Draw(seed);
        let start = seeded.next() ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut stream = Draw(start);
        stream.next();
        stream
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let drawn = self.next() % u64::try_from(limit.max(1)).unwrap();
        usize::try_from(drawn).unwrap()
    }

    /// True `of` times in ten.
    pub(crate) fn often(&mut self, of: usize) -> bool {
        self.below(10) < of
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// Each with an even chance, and one at least.
    pub(crate) fn some<T: Clone>(&mut self, from: &[T]) -> Vec<T> {
        let kept: Vec<T> = from.iter().filter(|_| self.often(5)).cloned().collect();
        match kept.is_empty() {
            true => vec![self.pick(from)],
            false => kept,
        }
    }

    /// Each with an even chance, or none.
    pub(crate) fn any<T: Clone>(&mut self, from: &[T]) -> Vec<T> {
        from.iter().filter(|_| self.often(5)).cloned().collect()
    }
}
