//! What people answer, and where they stand afterwards.

use super::verdict::words;

/// An answer to an ask. Never inferred by subtraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Answer {
    Granted = 1,
    Refused = 2,
    Deferred = 3,
    Withdrawn = 4,
}

/// Where a person stands on a purpose. `Expired` and `Outgrown` are derived on read and never
/// stored: time and policies pass without an event for each person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Standing {
    NotAsked = 1,
    Asked = 2,
    Deferred = 3,
    Granted = 4,
    Refused = 5,
    Withdrawn = 6,
    /// Granted so long ago that the policy says to ask again.
    Expired = 7,
    /// A newer policy wants more than was agreed; what was agreed stays covered.
    Outgrown = 8,
}

words!(Answer { Granted = "granted", Refused = "refused", Deferred = "deferred", Withdrawn = "withdrawn" });
words!(Standing {
    NotAsked = "not_asked",
    Asked = "asked",
    Deferred = "deferred",
    Granted = "granted",
    Refused = "refused",
    Withdrawn = "withdrawn",
    Expired = "expired",
    Outgrown = "outgrown",
});
