//! Bits written as base64url text, six a character, and the data types that TCF and GPP share: for
//! sections that this crate does not read yet, and for those of your own.
//!
//! ```
//! use handshake_signals::bits::{Bits, Coding, Padding, Writer};
//! use handshake_signals::IdSet;
//!
//! let mut text = String::new();
//! let mut writer = Writer::new(&mut text);
//! writer.int(3_u8, 6, "Type")?;
//! IdSet::of(&[5..=6]).write_range(&mut writer, Coding::Fibonacci, "SectionIds")?;
//! writer.pad(Padding::Sextet)?;
//! assert_eq!(text, "DABjw");
//!
//! let mut reader = Bits::parse(&text).unwrap().reader();
//! assert_eq!(reader.int(6, "Type"), Ok(3));
//! let ids = IdSet::read_range(&mut reader, Coding::Fibonacci, None, "SectionIds").unwrap();
//! assert_eq!(ids, IdSet::of(&[5..=6]));
//! # Ok::<(), handshake_signals::EncodeError>(())
//! ```

mod read;

mod types;

mod write;

pub use read::{Bits, Reader};

pub use crate::ids::Coding;

pub use types::{Bitfield, Datetime, Letters};

pub use write::Padding;

pub use write::Writer;

pub(crate) use write::fibonacci_width;
