//! Handshake's verdicts held against two engines that know nothing of it: Cedar and Rego.
//!
//! A *world* is a policy with what people agreed to; a *case* is a situation in it. Both are drawn
//! (`generate`) or counted up (`exhaustive`), written for each engine from what the policy file
//! means (`ours`, `cedar`, `rego`), answered by all three (`engines`), and what they differ in is
//! made small (`shrink`). This crate has a workspace and a lock of its own, so that nothing of what
//! it needs comes near the product.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a library of tests may panic"
)]

mod answer;
mod calendar;
mod case;
mod cedar;
mod draw;
mod engines;
mod exhaustive;
mod facts;
mod generate;
mod ours;
mod places;
mod rego;
mod run;
mod shrink;
mod world;

pub use answer::Answer;
pub use case::{Case, Datum, Granted};
pub use cedar::{Cache, Cedar};
pub use engines::{Answers, CaseChange, Change, Told};
pub use exhaustive::Exhaustive;
pub use facts::Facts;
pub use generate::EARLIER;
pub use ours::Ours;
pub use rego::{Module, Rego, input};
pub use run::{Outcome, Run};
pub use shrink::Disagreement;
pub use world::{Agreement, World};
