//! Handshake from outside: real files, real processes, real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod histories;
mod online_retail;
mod shop;
