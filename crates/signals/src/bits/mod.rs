//! Bits written as base64url text, six a character, and the data types that TCF and GPP share.

mod read;

mod types;

mod write;

pub(crate) use read::{Bits, Reader};

pub use types::{Bitfield, Datetime, Letters};

pub use write::Padding;

pub(crate) use write::{Writer, fibonacci_width};

#[cfg(test)]
mod tests;
