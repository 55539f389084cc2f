//! Times in four bytes, for what is held of every person.

use crate::vocabulary::Millis;

/// Whole seconds since 1970; 0 is never. Ages and windows need no finer clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Seconds(pub(super) u32);

impl Seconds {
    pub(super) fn of(at: Millis) -> Seconds {
        Seconds(u32::try_from(at.0.div_euclid(1000)).unwrap_or(0))
    }

    pub(super) fn millis(self) -> Option<Millis> {
        (self.0 != 0).then(|| Millis(i64::from(self.0) * 1000))
    }
}
