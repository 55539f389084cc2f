//! The policy workshop: write a policy as a file or by form, see what it changes, publish it.
//!
//! There is one *draft* a site. The *bench* is what every page here has before it: the newest
//! published policy, the draft, and who may do what. The file is written in `write`; purposes,
//! promises and the rest by form in `purpose`, `promise` and `overview`, whose fields become edits
//! of the same file; `review` shows draft and policy side by side and publishes. Every page works
//! without scripts.

mod bench;
mod changes;
mod compare;
mod fields;
mod inputs;
mod lines;
mod merge;
mod overview;
mod problems;
mod promise;
mod publish;
mod purpose;
mod purpose_fields;
mod review;
mod sides;
mod turned_down;
mod write;

pub(super) use bench::{Tab, tabs, who};
pub(super) use compare::compare;
pub(super) use overview::{add, overview};
pub(super) use promise::{add_promise, change_promise, new_promise, promise};
pub(super) use purpose::{add_purpose, change_purpose, new_purpose, purpose};
pub(super) use review::{decide, review};
pub(super) use write::{check, save, write};

/// Forms that carry a whole policy, whose every byte may be written as three.
pub(super) const POLICY_FORM_BYTES_MAX: usize = (3 << 20) + (8 << 10);
