//! What can go wrong with the ledger, said for the person who runs the machine.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handshake_core::vocabulary::Slot;

use super::frame::BODY_MAX;

/// Why the ledger cannot do what was asked. Cheap to clone, because one failed sync answers
/// every waiter.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    #[error("another handshake process has this site open: `{}` is locked; stop it first", .0.display())]
    Locked(PathBuf),
    #[error("cannot {doing} `{}`: {why}", path.display())]
    Io { doing: &'static str, path: PathBuf, why: Arc<io::Error> },
    #[error(
        "`{}` is damaged at byte {offset}, position {position}: {what}; nothing was changed; \
         restore this file from a backup",
        file.display()
    )]
    Damaged { file: PathBuf, offset: u64, position: u64, what: String },
    #[error("`{}` has format version {version}, newer than this handshake; upgrade to read it", file.display())]
    Newer { file: PathBuf, version: u32 },
    #[error("`{}` belongs to site {site}, partition {partition}; move it back to its own directory", file.display())]
    Elsewhere { file: PathBuf, site: u32, partition: u16 },
    #[error("`{}` is locked with another wrapping key; give the key it was made with", .0.display())]
    WrongKey(PathBuf),
    #[error("`{}` is missing but the ledger has events; restore it from a backup", .0.display())]
    NoSlab(PathBuf),
    #[error("key slot {} is not in use; take it from `new_slot` or from an event", .0.0)]
    NoSuchSlot(Slot),
    #[error("all {} key slots of this site are taken; divide it into more partitions", u32::MAX)]
    NoMoreSlots,
    #[error("an event with a personal part needs the person's key slot")]
    PersonalWithoutSlot,
    #[error("an event of a kind that this handshake does not know cannot be appended")]
    UnknownKind,
    #[error("an event of {0} bytes is over the limit of {BODY_MAX} bytes; split it")]
    EventTooLarge(usize),
    #[error("a batch of {0} bytes is over the limit of {max} bytes; split it", max = super::append::BATCH_MAX)]
    BatchTooLarge(usize),
    #[error("too many events are waiting for the disk; try again shortly")]
    Busy,
    #[error("the cryptographic library could not {0}; nothing was stored")]
    Cipher(&'static str),
    #[error("the ledger stopped: {why}; nothing is accepted until handshake is restarted")]
    Stopped { why: Arc<str> },
}

impl LedgerError {
    /// Names what was being done to which file.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LedgerError {
        move |why| LedgerError::Io { doing, path: path.to_owned(), why: Arc::new(why) }
    }
}
