//! Impact: what became of every use, and what keeping the policy cost and earned.
//!
//! A [`Report`] is a pure function of a site's [`State`](crate::projection::State) and a period.
//! Booked costs and estimates are never netted into one figure, and a guess says so.

mod duties;
mod money;
mod observed;
mod promises;
mod report;

pub use duties::{DutyReport, DutyRow, duties};
pub use money::{Booked, Estimate, Evidence, ImpactRow};
pub use observed::{Kept, Promise, kept, observed};
pub use promises::{
    IncidentReport, IncidentRow, Promises, Week, incidents, promises, quarters, weeks,
};
pub use report::{
    AskRow, BooksRow, CallerRow, MonthRow, PurposeRow, ReasonRow, Report, StandingRow, TallyCounts,
    figures, report, standings,
};
