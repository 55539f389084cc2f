//! The pure middle of Handshake: no I/O, no clock, no randomness, nothing asynchronous.
//!
//! Arguments in, values out. Rooms stand in the order data flows, and a room may use only
//! those before it (`xtask/tests/tidy.rs` sees to that):
//! the *vocabulary* names things → an *event* is what happened → the *policy* says what may
//! happen → *permission* says what a person agreed to → a *decision* compares the two →
//! *projections* fold events into everything else that is known → *personalising* chooses what
//! to show from what people allowed → *impact* says what keeping promises cost and earned.

pub mod vocabulary;

pub mod event;

pub mod policy;

pub mod permission;

pub mod decision;

pub mod projection;

pub mod personalise;

pub mod impact;
