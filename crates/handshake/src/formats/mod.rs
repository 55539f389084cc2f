//! The policy in other people's formats: the register of Art. 30 GDPR, the W3C's Data Privacy
//! Vocabulary, and fideslang.
//!
//! Pure: a policy or a text comes in, a text goes out. What a format asks and the policy does not
//! say is said to be missing, never made up.

pub mod dpv;
pub mod fideslang;
mod gdpr;
pub mod register;
mod words;
