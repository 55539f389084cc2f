//! The ledger: one partition of one site, kept as files in one directory.
//!
//! | file | holds |
//! |---|---|
//! | `segments/*.seg` | every event, in order, chained by hash: the ground state |
//! | `keys.slab` | the key of every person, wrapped; overwriting one forgets the person |
//! | `head` | how far the ledger reached when it was last at rest, to notice a lost end |
//! | `lock` | held by the one process that has the site open |
//!
//! The way of an event: [`Writer::append`] gives it a position, seals its personal part (`seal`)
//! under the person's key (`slab`), hashes it and puts it into a buffer as a `frame`. One
//! committer thread (`commit`) writes the buffer to a file that was filled with zeros ahead of
//! need (`runway`, `segment`), syncs it, and only then wakes those who hold a [`Ticket`]. On open
//! everything is read back and checked (`scan`, `recover`). Nobody but `disk` touches a file.
//!
//! After any I/O error the ledger stops for the life of the process: what the kernel did with
//! the failed pages is unknown, so a second sync that says "done" would be a lie. Reading goes on.
//!
//! `docs/LEDGER.md` has every byte, and what is promised.

mod append;
mod checkpoint;
mod commit;
mod disk;
mod error;
mod frame;
mod index;
mod open;
mod read;
mod recover;
mod runway;
mod scan;
mod seal;
mod segment;
mod slab;
mod ticket;
mod verify;

#[cfg(test)]
mod tests;

pub use append::{Entry, Writer};
pub use error::LedgerError;
pub use open::{Place, open};
pub use read::Reader;
pub use slab::WrapKey;
pub use ticket::Ticket;
pub use verify::{Verified, verify};
