//! The file `head`: how far the ledger reached when it was last at rest.
//!
//! Written on a clean close and when the ledger falls idle. What it says stays true for ever, so
//! it never has to be taken back: everything before `position` was synced, and the chain hash
//! there was `head`. A ledger that ends earlier has lost its end. It is replaced by rename, so
//! that half a checkpoint is never seen.

use std::path::{Path, PathBuf};

use handshake_core::event::Hash;

use super::disk::Disk;
use super::error::LedgerError;
use super::segment::array;

const MAGIC: [u8; 8] = *b"HSHEAD\0\x01";
const LEN: usize = 52;
const CRC_AT: usize = LEN - 4;

/// A position and the chain hash of the event before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checkpoint {
    pub(super) position: u64,
    pub(super) head: Hash,
}

impl Checkpoint {
    pub(super) fn path(dir: &Path) -> PathBuf {
        dir.join("head")
    }

    /// Reads the checkpoint, if one was ever written.
    pub(super) fn read(disk: &dyn Disk, dir: &Path) -> Result<Option<Checkpoint>, LedgerError> {
        let path = Checkpoint::path(dir);
        let file = match disk.open_read(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LedgerError::io("open", &path)(error)),
        };
        let mut bytes = [0; LEN + 1];
        let got = file.read_at(&mut bytes, 0).map_err(LedgerError::io("read", &path))?;
        let crc = u32::from_le_bytes(array(&bytes, CRC_AT));
        let position = u64::from_le_bytes(array(&bytes, 8));
        if got != LEN || bytes[..8] != MAGIC || crc32c::crc32c(&bytes[..CRC_AT]) != crc {
            let what = "its checksum is wrong".to_owned();
            return Err(LedgerError::Damaged { file: path, offset: 0, position, what });
        }
        Ok(Some(Checkpoint { position, head: array(&bytes, 16) }))
    }

    pub(super) fn write(&self, disk: &dyn Disk, dir: &Path) -> Result<(), LedgerError> {
        let mut bytes = [0; LEN];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.position.to_le_bytes());
        bytes[16..48].copy_from_slice(&self.head);
        let crc = crc32c::crc32c(&bytes[..CRC_AT]);
        bytes[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        let (new, path) = (dir.join("head.new"), Checkpoint::path(dir));
        let file = disk.create(&new).map_err(LedgerError::io("create", &new))?;
        file.write_at(&bytes, 0).map_err(LedgerError::io("write", &new))?;
        file.sync_data().map_err(LedgerError::io("sync", &new))?;
        disk.rename(&new, &path).map_err(LedgerError::io("rename", &new))?;
        disk.sync_dir(dir).map_err(LedgerError::io("sync", dir))
    }
}
