//! One file per door, named as in the router.

pub mod operator;
pub mod preflight;
