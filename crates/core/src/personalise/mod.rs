//! Personalising: what to show, from what people allowed.
//!
//! [`Index`] finds neighbours among sessions.

mod index;
mod items;
mod kind;
mod neighbours;
mod order;
mod own;
mod pool;
mod popular;

pub use index::{Because, Index, Suggested, Wish};
pub use kind::Kind;
