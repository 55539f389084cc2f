//! Duties with a time limit: what must be done within how long of what.

use super::model::{Line, Purpose};
use crate::vocabulary::{Name, Period};

/// What happens to a person that a duty may count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    Withdrawal,
    Objection,
    Grant,
    /// An order of the person's, whatever it was collected for.
    Order,
    /// A use or a share that is reported done.
    Use,
    /// Data is collected for the purpose.
    Collection,
    /// The person asks for something, by whatever way.
    Request,
}

/// `must stop within=48 hours of=withdrawal`, of a moment that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledDuty {
    pub what: Name,
    pub of: Moment,
    pub within: Period,
    pub line: Line,
}

impl Moment {
    pub const ALL: [Moment; 7] = [
        Moment::Withdrawal,
        Moment::Objection,
        Moment::Grant,
        Moment::Order,
        Moment::Use,
        Moment::Collection,
        Moment::Request,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Moment::Withdrawal => "withdrawal",
            Moment::Objection => "objection",
            Moment::Grant => "grant",
            Moment::Order => "order",
            Moment::Use => "use",
            Moment::Collection => "collection",
            Moment::Request => "request",
        }
    }

    pub fn parse(text: &str) -> Option<Moment> {
        Moment::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// The duties of a purpose that can become late, in the order of the file.
pub(super) fn timed(purpose: &Purpose) -> Vec<CompiledDuty> {
    let timed = purpose.duties.iter().filter_map(|it| {
        let of = it.of.as_deref().and_then(Moment::parse)?;
        Some(CompiledDuty { what: it.what.clone(), of, within: it.within?, line: it.line })
    });
    timed.collect()
}
