//! Why a policy says no: the clause that fails, and the coded reason.

use super::verdict::words;

/// A clause every datum of a use is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Clause {
    /// Every name in the use is declared.
    Name = 1,
    /// No `never` line matches.
    Never = 2,
    /// The person has not objected to the purpose.
    Objection = 3,
    /// No Global Privacy Control signal is in force.
    Gpc = 4,
    /// No Do Not Track signal is in force.
    Dnt = 5,
    /// Permission by I1, or another basis, covers the datum.
    Basis = 6,
    /// The purpose names the recipient.
    Recipient = 7,
    /// The purpose names the channel.
    Channel = 8,
    /// No `at-most` limit is reached.
    Frequency = 9,
    /// The datum is no older than `keep`, and was collected under no narrower deal.
    Age = 10,
    /// No TCF string in force refuses.
    Tcf = 11,
    /// No GPP string in force opts out.
    Gpp = 12,
    /// The purpose is followed where the person is.
    Place = 13,
}

impl Clause {
    /// Place in the order of printing; the stored numbers are in the order of their invention.
    pub fn rank(self) -> u8 {
        match self {
            Clause::Name => 1,
            Clause::Never => 2,
            Clause::Objection => 3,
            Clause::Gpc => 4,
            Clause::Tcf => 5,
            Clause::Gpp => 6,
            Clause::Dnt => 7,
            Clause::Basis => 8,
            Clause::Place => 9,
            Clause::Recipient => 10,
            Clause::Channel => 11,
            Clause::Frequency => 12,
            Clause::Age => 13,
        }
    }
}

/// Why, in one word; DESIGN's closed list. The numbers are law once written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ReasonCode {
    Never = 1,
    Objection = 2,
    NoPermission = 3,
    Refused = 4,
    Withdrawn = 5,
    Expired = 6,
    InFlight = 7,
    Outgrown = 8,
    DealChanged = 9,
    SignalIgnored = 10,
    SignalConflict = 11,
    SignalUnreadable = 12,
    WrongPurpose = 13,
    ExtraData = 14,
    Recipient = 15,
    Country = 16,
    Channel = 17,
    TooOld = 18,
    KeptTooLong = 19,
    TooOften = 20,
    Inferred = 21,
    WrongPerson = 22,
    Undeclared = 23,
    DutyLate = 24,
    NoDecision = 25,
    NoOutcome = 26,
    Overridden = 27,
    Waiver = 28,
    SystemDown = 29,
    Clock = 30,
}

words!(Clause {
    Name = "name",
    Never = "never",
    Objection = "objection",
    Gpc = "gpc",
    Dnt = "dnt",
    Basis = "basis",
    Recipient = "recipient",
    Channel = "channel",
    Frequency = "frequency",
    Age = "age",
    Tcf = "tcf",
    Gpp = "gpp",
    Place = "place",
});
words!(ReasonCode {
    Never = "never",
    Objection = "objection",
    NoPermission = "no_permission",
    Refused = "refused",
    Withdrawn = "withdrawn",
    Expired = "expired",
    InFlight = "in_flight",
    Outgrown = "outgrown",
    DealChanged = "deal_changed",
    SignalIgnored = "signal_ignored",
    SignalConflict = "signal_conflict",
    SignalUnreadable = "signal_unreadable",
    WrongPurpose = "wrong_purpose",
    ExtraData = "extra_data",
    Recipient = "recipient",
    Country = "country",
    Channel = "channel",
    TooOld = "too_old",
    KeptTooLong = "kept_too_long",
    TooOften = "too_often",
    Inferred = "inferred",
    WrongPerson = "wrong_person",
    Undeclared = "undeclared",
    DutyLate = "duty_late",
    NoDecision = "no_decision",
    NoOutcome = "no_outcome",
    Overridden = "overridden",
    Waiver = "waiver",
    SystemDown = "system_down",
    Clock = "clock",
});
