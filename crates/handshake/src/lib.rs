//! The world around the pure middle: files, sockets, time and people at a terminal.
//!
//! Rooms in the order data flows, each using only those before it:
//! `ledger` keeps events → `access` knows sites and keys → `ingest` is the one way in → `formats`
//! writes and reads the policy in others' formats → `http` are the doors → `console` the pages of the merchant's own people → `cli` the commands.

pub mod clock;
pub mod config;

pub mod ledger;

pub mod access;

pub mod ingest;

pub mod formats;

pub mod http;

pub mod console;

pub mod cli;
