//! Privacy signals a server must speak, and only what it must: no dependencies, no allocation
//! (`no_std`, without `alloc`), no unsafe code, and no input that makes it panic.
//!
//! [`dnt`] is W3C Tracking Preference Expression: what a browser prefers, the `Tk` field, and the
//! tracking status a site publishes. [`gpc`] is Global Privacy Control: its header and `gpc.json`.
//! Reading never fails a request: what cannot be read is told apart, so that it can be recorded.
#![no_std]

pub mod dnt;

pub mod gpc;

mod json;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
