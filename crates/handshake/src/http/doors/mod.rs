//! One file per door, named as in the router.

pub mod answers;
pub mod ask;
pub mod batch;
pub mod catalog;
pub mod counts;
pub mod decide;
pub mod events;
pub mod gpc;
pub mod identities;
pub mod operator;
pub mod outcomes;
pub mod permissions;
pub mod policies;
pub mod preflight;
pub mod recommendations;
pub mod shown;
pub mod visit;
