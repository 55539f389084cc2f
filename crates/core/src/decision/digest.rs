//! A digest of a decision, stored beside it so that a replay can be compared whole.

use std::hash::Hasher;

use super::decide::{Datum, Decision};
use crate::vocabulary::Flags;

/// FNV-1a, 64 bit (Fowler, Noll, Vo). Chosen because its result is fixed for ever, which the
/// standard library's hasher does not promise.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Verdict, advice, mode, every reason in order, what is covered, and flags.
pub fn digest(decision: &Decision) -> u64 {
    let mut fnv = Fnv(0xcbf2_9ce4_8422_2325);
    let mut word = |number: u64| fnv.write(&number.to_le_bytes());
    word(u64::from(decision.verdict.number()));
    word(u64::from(decision.advice.number()));
    word(u64::from(decision.mode.number()));
    for it in &decision.reasons {
        word(u64::from(it.clause.number()) << 32 | u64::from(it.code.number()));
        word(u64::from(it.mode.number()) << 32 | u64::from(it.line.0));
        word(it.datum.map_or(0, |at| u64::from(at) + 1));
    }
    for it in &decision.data {
        word(u64::from(*it == Datum::Covered));
    }
    if decision.flags != Flags::NONE {
        word(u64::from(decision.flags.bits()));
    }
    fnv.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fnv() {
        // From the test suite of the function's authors.
        let mut fnv = Fnv(0xcbf2_9ce4_8422_2325);
        fnv.write(b"foobar");
        assert_eq!(fnv.finish(), 0x8594_4171_f739_67e8);
    }
}
