//! One file per door, named as in the router.

pub mod answers;
pub mod ask;
pub mod assets;
pub mod authzen;
pub mod batch;
mod batch_lines;
pub mod catalog;
pub mod counts;
pub mod decide;
pub mod dnt;
pub mod events;
pub mod gpc;
pub mod identities;
pub mod my_deal;
pub mod objections;
pub mod offline;
pub mod operator;
pub mod outcomes;
pub mod permissions;
pub mod policies;
pub mod policy_page;
pub mod preflight;
pub mod recommendations;
mod said;
pub mod shown;
pub mod visit;
