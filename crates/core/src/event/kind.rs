//! Kinds of events. Names and numbers are law once written.

use std::fmt;

/// What kind of thing happened. A number that this version does not know is kept, never dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A name got its number in the site's dictionary.
    NameDeclared,
    PolicyPublished,
    AskShown,
    AnswerGiven,
    ObjectionMade,
    SignalReceived,
    DataCollected,
    UseDecided,
    /// A decision about nobody known: counted by situation, caller and hour (I9).
    UseCounted,
    UseCarriedOut,
    OutcomeObserved,
    /// A person became known, or got another of the merchant's own numbers.
    IdentityLinked,
    CatalogueChanged,
    /// Visits or orders counted without identifier.
    VisitsCounted,
    /// A key was made or taken back.
    AccessChanged,
    /// How far a merchant's file is imported; written in the same batch as what it brought.
    FileImported,
    /// A person was shown that a signal speaks against what they agreed to.
    ConflictShown,
    /// A person affirmed their answer against a signal.
    AffirmationGiven,
    /// What a duty demands was done for a person.
    DutyDone,
    /// Somebody signed that a rule with a law is only watched for a while.
    WaiverSigned,
    /// A person asked for something, by whatever way.
    RequestMade,
    Unknown(u16),
}

impl Kind {
    pub const KNOWN: [Kind; 21] = [
        Kind::NameDeclared,
        Kind::PolicyPublished,
        Kind::AskShown,
        Kind::AnswerGiven,
        Kind::ObjectionMade,
        Kind::SignalReceived,
        Kind::DataCollected,
        Kind::UseDecided,
        Kind::UseCounted,
        Kind::UseCarriedOut,
        Kind::OutcomeObserved,
        Kind::IdentityLinked,
        Kind::CatalogueChanged,
        Kind::VisitsCounted,
        Kind::AccessChanged,
        Kind::FileImported,
        Kind::ConflictShown,
        Kind::AffirmationGiven,
        Kind::DutyDone,
        Kind::WaiverSigned,
        Kind::RequestMade,
    ];

    pub fn number(self) -> u16 {
        match self {
            Kind::NameDeclared => 1,
            Kind::PolicyPublished => 2,
            Kind::AskShown => 3,
            Kind::AnswerGiven => 4,
            Kind::ObjectionMade => 5,
            Kind::SignalReceived => 6,
            Kind::DataCollected => 7,
            Kind::UseDecided => 8,
            Kind::UseCounted => 9,
            Kind::UseCarriedOut => 10,
            Kind::OutcomeObserved => 11,
            Kind::IdentityLinked => 12,
            Kind::CatalogueChanged => 13,
            Kind::VisitsCounted => 14,
            Kind::AccessChanged => 15,
            Kind::FileImported => 16,
            Kind::ConflictShown => 21,
            Kind::AffirmationGiven => 22,
            Kind::DutyDone => 24,
            Kind::WaiverSigned => 25,
            Kind::RequestMade => 26,
            Kind::Unknown(number) => number,
        }
    }

    pub fn from_number(number: u16) -> Kind {
        let known = Kind::KNOWN.into_iter().find(|it| it.number() == number);
        known.unwrap_or(Kind::Unknown(number))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::NameDeclared => "name_declared",
            Kind::PolicyPublished => "policy_published",
            Kind::AskShown => "ask_shown",
            Kind::AnswerGiven => "answer_given",
            Kind::ObjectionMade => "objection_made",
            Kind::SignalReceived => "signal_received",
            Kind::DataCollected => "data_collected",
            Kind::UseDecided => "use_decided",
            Kind::UseCounted => "use_counted",
            Kind::UseCarriedOut => "use_carried_out",
            Kind::OutcomeObserved => "outcome_observed",
            Kind::IdentityLinked => "identity_linked",
            Kind::CatalogueChanged => "catalogue_changed",
            Kind::VisitsCounted => "visits_counted",
            Kind::AccessChanged => "access_changed",
            Kind::FileImported => "file_imported",
            Kind::ConflictShown => "conflict_shown",
            Kind::AffirmationGiven => "affirmation_given",
            Kind::DutyDone => "duty_done",
            Kind::WaiverSigned => "waiver_signed",
            Kind::RequestMade => "request_made",
            Kind::Unknown(_) => "unknown",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Kind::Unknown(number) = self {
            return write!(f, "unknown kind {number}");
        }
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_back_and_strangers_are_kept() {
        for kind in Kind::KNOWN {
            assert_eq!(Kind::from_number(kind.number()), kind);
        }
        assert_eq!(Kind::from_number(999), Kind::Unknown(999));
    }
}
