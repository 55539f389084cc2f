//! Three facts that are never merged: what policy says (verdict), what we told the caller
//! (advice), and what the caller says it did (carried out).

/// What is done to the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Act {
    Collect = 1,
    Use = 2,
    Share = 3,
    Infer = 4,
    Retain = 5,
}

/// What the policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    Allowed = 1,
    NotAllowed = 2,
    /// A name in the use is in no line of the policy.
    Undeclared = 3,
}

/// What we tell the caller to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Advice {
    Proceed = 1,
    Withhold = 2,
}

/// How firmly a rule is held. A mode never changes the verdict, only the advice and the tally.
/// Later variants are firmer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Mode {
    /// Tracked and priced, promised to nobody.
    Rehearse = 1,
    /// Promised and tracked.
    Observe = 2,
    /// Changes the advice.
    Enforce = 3,
}

/// What the caller reports it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Carried {
    Done = 1,
    Withheld = 2,
}

/// Where a use ended up, once verdict, advice and carrying out are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tally {
    /// Allowed and done.
    Kept = 1,
    /// Not allowed, only observed or rehearsed, and done.
    Lapse = 2,
    /// Advised against, and done.
    Violation = 3,
    /// Not allowed, and not done.
    Forgone = 4,
    /// Allowed, and not done: a tally, not a fault.
    OverCautious = 5,
    /// No outcome came, or not yet.
    Unreported = 6,
}

impl Tally {
    pub const ALL: [Tally; 6] = [
        Tally::Kept,
        Tally::Lapse,
        Tally::Violation,
        Tally::Forgone,
        Tally::OverCautious,
        Tally::Unreported,
    ];

    pub fn of(verdict: Verdict, advice: Advice, carried: Option<Carried>) -> Tally {
        match (verdict, advice, carried) {
            (_, _, None) => Tally::Unreported,
            (Verdict::Allowed, _, Some(Carried::Done)) => Tally::Kept,
            (Verdict::Allowed, _, Some(Carried::Withheld)) => Tally::OverCautious,
            (_, Advice::Withhold, Some(Carried::Done)) => Tally::Violation,
            (_, Advice::Proceed, Some(Carried::Done)) => Tally::Lapse,
            (_, _, Some(Carried::Withheld)) => Tally::Forgone,
        }
    }
}

/// Gives an enum its word at the doors and its number in the ledger; both are law once written.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            pub fn as_str(self) -> &'static str {
                match self { $($type::$variant => $word),+ }
            }

            pub fn parse(text: &str) -> Option<$type> {
                match text { $($word => Some($type::$variant),)+ _ => None }
            }

            /// The number stored in the ledger.
            pub fn number(self) -> u32 {
                u32::from(self as u8)
            }

            pub fn from_number(number: u32) -> Option<$type> {
                [$($type::$variant),+].into_iter().find(|it| it.number() == number)
            }

            pub const WORDS: &'static [&'static str] = &[$($word),+];
        }
    };
}
pub(crate) use words;

words!(Act { Collect = "collect", Use = "use", Share = "share", Infer = "infer", Retain = "retain" });
words!(Verdict { Allowed = "allowed", NotAllowed = "not_allowed", Undeclared = "undeclared" });
words!(Advice { Proceed = "proceed", Withhold = "withhold" });
words!(Mode { Rehearse = "rehearse", Observe = "observe", Enforce = "enforce" });
words!(Carried { Done = "done", Withheld = "withheld" });
words!(Tally {
    Kept = "kept",
    Lapse = "lapse",
    Violation = "violation",
    Forgone = "forgone",
    OverCautious = "over_cautious",
    Unreported = "unreported",
});
