//! Projections: everything that is known, as folds over events.
//!
//! [`State`] is one site's: it is fed each [`Recorded`](crate::event::Recorded) fact once, in
//! order, live and on rebuild alike, and asks nothing but the fact. Throwing it away and folding
//! the ledger again gives the same state, byte for byte (I4); [`State::dump`] is how tests look.

mod access;
mod agreed;
mod asks;
mod books;
mod calendar;
mod catalogue;
mod duties;
mod imports;
mod incidents;
mod open_uses;
mod people;
mod policies;
mod requests;
mod said;
mod seconds;
mod state;
mod tallies;
mod uses;
mod waivers;
mod watched;

pub use access::Access;
pub use agreed::{Agreed, Outgrown, concerned};
pub use asks::{AskCount, Asks, UsedAsk};
pub use books::{Books, OrderDay, Outcomes};
pub use calendar::{Calendar, Day, Quarter, QuarterError};
pub use catalogue::{Catalogue, Item};
pub use duties::{DoneLate, Duties, DutyKind, DutyPlace, OpenDuty};
pub use imports::{Import, Imports};
pub use incidents::{Incident, IncidentKey, Incidents, is_breach};
pub use people::{People, Person};
pub use policies::{Policies, Published};
pub use requests::{Remembered, Requests};
pub use state::State;
pub use tallies::{OpenUse, Tallies, TallyKey};
pub use uses::{PurposeUses, WEEKS};
pub use waivers::{Signed, Waivers};
pub use watched::{Missed, UsesKey, UsesSum, Watched};
