//! Handshake from outside: real files, real processes, real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test may panic"
)]

mod doors;
mod histories;
mod online_retail;
mod readme;
mod security;
mod server;
mod shop;
