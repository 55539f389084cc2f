//! `cargo xtask sim`: what the check does, over as many cases as one has time for. Seeded, so that
//! whatever is found can be found again.

mod policies;

pub(crate) use policies::{MANIFEST, policies, step};

pub(crate) const HELP: &str = "\
cargo xtask sim NAME

  policies [--pairs N] [--seed N]
                  random policies and situations, decided by Handshake, Cedar and Rego: prints each
                  disagreement as a small policy and a situation, and at last how many pairs there
                  were, how many disagreements, the seed and the seconds. 1,000,000 pairs, seed 1";
