//! Handshake from outside: real files, real processes, real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test may panic"
)]

mod bad_input;
mod cards;
mod checks;
mod combination;
mod console;
mod deals;
mod demo;
mod doors;
mod duties;
mod evaluations;
mod formats;
mod guide;
mod histories;
mod kills;
mod lines;
mod offline;
mod online_retail;
mod policy_check;
mod policy_diff;
mod public_pages;
mod readme;
mod recommendations;
mod resumes;
mod security;
mod server;
mod shop;
mod simulated;
mod unknown_visitors;
mod waivers;
mod withdrawals;
mod workshop;
