//! Permission: what a person agreed to, and whether it covers what is about to be done (I1).
//!
//! [`Permissions`] is what one person answered, packed to twelve bytes an answer; [`standing`]
//! says where that leaves them under a policy; [`Granted`] says whether it covers a datum.

mod answers;
mod coverage;
mod standing;

pub use answers::{Entry, Grant, Permissions};
pub use coverage::{Coverage, Granted, WantedDatum};
pub(crate) use standing::covers_whole;
pub use standing::{Stood, standing};
