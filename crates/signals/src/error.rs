//! Why a string could not be read: in which field, at which character and bit, and what is wrong.

use core::fmt;

/// A string that breaks its standard's syntax.
///
/// ```
/// use handshake_signals::{Reason, tcf::TcString};
///
/// let error = TcString::parse("CPXxRfAPXxRfAAfK!").unwrap_err();
/// assert_eq!(error.reason, Reason::NotBase64url('!'));
/// assert_eq!(error.character, 16);
/// assert_eq!(error.to_string(), "`Core`, character 16: `!` is no base64url character");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// The field, or the part of the string, by its name in the standard.
    pub field: &'static str,
    /// Which character of the string that was given, counted from 0.
    pub character: usize,
    /// Which bit of the segment (what stands between two dots), counted from 0; `None` where the
    /// dialect has no bits.
    pub bit: Option<usize>,
    /// What is wrong there.
    pub reason: Reason,
}

/// What is wrong with a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing stands where a part of the string should.
    Empty,
    /// A character outside `A-Z a-z 0-9 - _`.
    NotBase64url(char),
    /// The segment ends within the field.
    Truncated {
        /// Bits that the field takes.
        needed: usize,
        /// Bits that are there.
        left: usize,
    },
    /// A version that this decoder does not read.
    Version(u8),
    /// The first six bits of a GPP header are 3; of a TC string they are its version.
    HeaderType(u8),
    /// Ids begin at 1.
    IdZero,
    /// The end of a range stands before its start.
    Reversed {
        /// The start as written.
        first: u16,
        /// The end as written.
        last: u16,
    },
    /// A range ends beyond `MaxVendorId`.
    AboveMax {
        /// The end as written.
        last: u16,
        /// `MaxVendorId` as written.
        max: u16,
    },
    /// Ids end at 65,535.
    IdTooLarge,
    /// Bits that are no Fibonacci code of an id.
    NotFibonacci,
    /// The same segment stands twice, and nobody can say which one holds.
    RepeatedSegment(u8),
    /// The header of a GPP string announces another number of sections than follow.
    Sections {
        /// Ids in the header.
        announced: u32,
        /// Sections after it.
        found: u32,
    },
    /// Another length than the one there is.
    Length {
        /// Characters that there must be.
        expected: usize,
        /// Characters that there are.
        found: usize,
    },
    /// A character that this place does not allow; the text says which ones it does.
    NotOneOf(&'static str),
    /// Something else than a decimal number below 2³².
    NotANumber,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, character {}", self.field, self.character)?;
        if let Some(bit) = self.bit {
            write!(f, " (bit {bit} of the segment)")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Empty => f.write_str("it is empty"),
            Reason::NotBase64url(it) => write!(f, "`{it}` is no base64url character"),
            Reason::Truncated { needed, left } => {
                let bits = if *needed == 1 { "bit is" } else { "bits are" };
                write!(f, "{needed} {bits} needed and {left} are left")
            }
            Reason::Version(it) => write!(f, "version {it} is not supported"),
            Reason::HeaderType(it) => write!(f, "a GPP header is of type 3, this is {it}"),
            Reason::IdZero => f.write_str("ids begin at 1"),
            Reason::Reversed { first, last } => {
                write!(f, "the range from {first} to {last} ends before it starts")
            }
            Reason::AboveMax { last, max } => {
                write!(f, "a range ends at {last}, beyond the maximum {max}")
            }
            Reason::IdTooLarge => f.write_str("ids end at 65535"),
            Reason::NotFibonacci => f.write_str("these bits are no Fibonacci code of an id"),
            Reason::RepeatedSegment(it) => write!(f, "a second segment of type {it}"),
            Reason::Sections { announced, found } => {
                write!(f, "the header announces {announced} sections, {found} follow")
            }
            Reason::Length { expected, found } => {
                write!(f, "{expected} characters are needed, there are {found}")
            }
            Reason::NotOneOf(allowed) => write!(f, "only {allowed} may stand here"),
            Reason::NotANumber => f.write_str("no decimal number below 4294967296"),
        }
    }
}

impl core::error::Error for Error {}

/// A value that its standard has no way to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeError {
    /// The value of this field takes more bits than the field has.
    TooLarge(&'static str),
    /// More entries than the count of this field can say.
    TooMany(&'static str),
    /// The ids or sections of this field are not ascending, or one of them is 0 or blank.
    Order(&'static str),
    /// This field could not be read, so that nobody knows what to write.
    Unreadable(&'static str),
    /// Where it was written to refused.
    Sink,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::TooLarge(field) => write!(f, "the value of `{field}` takes too many bits"),
            EncodeError::TooMany(field) => write!(f, "`{field}` has too many entries"),
            EncodeError::Order(field) => {
                write!(f, "`{field}` is not in ascending order, or has a blank entry")
            }
            EncodeError::Unreadable(field) => write!(f, "`{field}` could not be read before"),
            EncodeError::Sink => f.write_str("the text could not be written"),
        }
    }
}

impl core::error::Error for EncodeError {}

impl From<fmt::Error> for EncodeError {
    fn from(_: fmt::Error) -> EncodeError {
        EncodeError::Sink
    }
}
