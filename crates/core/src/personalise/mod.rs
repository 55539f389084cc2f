//! Personalising: what to show, from what people allowed.
//!
//! [`Recommender`] is a projection beside [`State`](crate::projection::State), folded with it by
//! [`fold`]: it holds what people let us use for themselves and for others, as long as they do, and
//! no longer. Its [`Index`] finds neighbours among sessions. Throwing it away and folding the ledger
//! again gives the same recommender, bit for bit; so does folding the ledger without what a person
//! took back.

mod index;
mod items;
mod kind;
mod neighbours;
mod order;
mod own;
mod pool;
mod popular;
mod recommender;
mod rights;

pub use index::{Because, Index, Suggested, Wish};
pub use kind::Kind;
pub use recommender::{Recommender, fold};
