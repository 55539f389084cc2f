//! The privacy signals of browsers, consent platforms and ad exchanges, read and written by the
//! words of their standards: no dependencies, no allocation (`no_std`, without `alloc`), no unsafe
//! code, and no input that makes it panic.
//!
//! | module | dialect |
//! |---|---|
//! | [`dnt`] | W3C Tracking Preference Expression: `DNT`, `Tk`, tracking status; EFF's policy |
//! | [`gpc`] | Global Privacy Control: `Sec-GPC`, `gpc.json` |
//! | [`tcf`] | IAB Europe TCF 2.0 to 2.3: TC strings, policy validity, legal basis |
//! | [`gpp`] | IAB Global Privacy Platform: header, TCF Canada, US sections 7 to 27 |
//! | [`usp`] | IAB US Privacy string |
//! | [`AdditionalConsent`] | Google's Additional Consent string |
//! | [`consent_mode`] | Google Consent Mode v2 |
//! | [`ddrf`] | IAB Data Deletion Request Framework: tokens, claims, `dsrdelete.json` |
//! | [`bits`] | the data types of TCF and GPP |
//! | [`openrtb`] | what OpenRTB carries outside of strings |
//!
//! Strings are borrowed and looked up where they stand. What breaks a syntax is an [`Error`] that
//! says in which field, at which character and why. Header fields never fail a request: what is
//! wrong with them is told apart, so that it can be recorded.
#![no_std]
#![deny(clippy::arithmetic_side_effects)]
#![warn(missing_docs)]

pub mod dnt;

pub mod gpc;

pub mod tcf;

pub mod gpp;

pub mod usp;

mod additional_consent;

pub mod consent_mode;

pub mod ddrf;

pub mod openrtb;

pub mod bits;

mod error;

mod ids;

mod json;

pub use additional_consent::AdditionalConsent;

pub use bits::{Bitfield, Datetime, Letters, Padding};

pub use error::{EncodeError, Error, Reason};

pub use ids::{IdSet, Ranges};

pub use json::{JsonError, JsonText, JsonValue};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
