//! IAB Tech Lab's Global Privacy Platform: the header, and all sections that are registered.
//!
//! ```
//! use handshake_signals::gpp::{Choice, Field, GppString, Section};
//!
//! let gpp = GppString::parse("DBABBg~BVqqqqpY.YA")?;
//! assert_eq!(gpp.section_ids().collect::<Vec<_>>(), [8]);
//! let Some(Ok(Section::Us(california))) = gpp.section(8) else { panic!() };
//! assert_eq!(california.choice(Field::SaleOptOut), Some(Choice::Allowed));
//! assert_eq!(california.gpc, Some(true));
//! # Ok::<(), handshake_signals::Error>(())
//! ```
//!
//! Decoders of the world disagree on some points, and encoders wrote what theirs reads. All of it
//! is read here:
//!
//! * segments filled up to 6 bits, as the specification has it, or to 8 and then 6, or to 24;
//! * `usnat` with lists of 12 and 2 (up to 66 bits) or of 16 and 3, whatever `Version` says;
//! * TCF Canada with ranges in Fibonacci code or with fixed width ([`tcf_ca`]);
//! * `usmd`, `usin`, `usky` and `usri` with the section header of the specification or without it,
//!   and sensitive data in a segment of their own or at the end of the core.

mod header;

mod layout;

mod section;

pub mod tcf_ca;

mod us;

pub use header::{GppString, Header, encode};

pub use layout::{Field, FieldKind};

pub use section::{Section, api_prefix, section_id};

pub use us::{Answer, Choice, SetError, UsSection};
