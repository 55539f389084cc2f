//! What an engine says of a use.

use std::fmt;

use handshake_core::vocabulary::Verdict;

/// The verdict, and for each datum of the use whether it alone would be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    pub covered: Vec<bool>,
}

impl Answer {
    /// Undeclared names make the verdict; else every datum must be covered.
    pub fn of(undeclared: bool, covered: Vec<bool>) -> Answer {
        let verdict = match (undeclared, covered.iter().all(|it| *it)) {
            (true, _) => Verdict::Undeclared,
            (false, true) => Verdict::Allowed,
            (false, false) => Verdict::NotAllowed,
        };
        Answer { verdict, covered }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let covered = self.covered.iter().map(|it| if *it { "covered" } else { "uncovered" });
        write!(f, "{} ({})", self.verdict.as_str(), covered.collect::<Vec<_>>().join(", "))
    }
}
