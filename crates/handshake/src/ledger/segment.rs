//! Segment files: their names, and the page at their head.

use std::path::{Path, PathBuf};

use handshake_core::event::Hash;
use handshake_core::vocabulary::Millis;

use super::disk::{Disk, DiskFile};
use super::error::LedgerError;

/// Bytes of the head page. Frames start after it.
pub(super) const PAGE: usize = 4096;
const MAGIC: [u8; 8] = *b"HSLEDGER";
const VERSION: u32 = 1;
const CRC_AT: usize = PAGE - 4;

/// What the head page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) site: u32,
    pub(super) partition: u16,
    pub(super) first: u64,
    /// Chain hash of the event before the first; zeros before position 0.
    pub(super) previous: Hash,
    pub(super) created: Millis,
}

impl Header {
    pub(super) fn write(&self) -> [u8; PAGE] {
        let mut page = [0; PAGE];
        page[..8].copy_from_slice(&MAGIC);
        page[8..12].copy_from_slice(&VERSION.to_le_bytes());
        page[12..16].copy_from_slice(&self.site.to_le_bytes());
        page[16..18].copy_from_slice(&self.partition.to_le_bytes());
        page[20..28].copy_from_slice(&self.first.to_le_bytes());
        page[28..60].copy_from_slice(&self.previous);
        page[60..68].copy_from_slice(&self.created.0.to_le_bytes());
        let crc = crc32c::crc32c(&page[..CRC_AT]);
        page[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        page
    }

    pub(super) fn read(file: &dyn DiskFile, path: &Path) -> Result<Header, LedgerError> {
        let mut page = [0; PAGE];
        let got = file.read_at(&mut page, 0).map_err(LedgerError::io("read", path))?;
        let damaged = |what: &str| LedgerError::Damaged {
            file: path.to_owned(),
            offset: 0,
            position: named_position(path).unwrap_or(0),
            what: what.to_owned(),
        };
        if got < PAGE {
            return Err(damaged("the file ends within its head page"));
        }
        if page[..8] != MAGIC {
            return Err(damaged("this is no ledger segment"));
        }
        let crc = u32::from_le_bytes(array(&page, CRC_AT));
        if crc32c::crc32c(&page[..CRC_AT]) != crc {
            return Err(damaged("the checksum of the head page is wrong"));
        }
        let version = u32::from_le_bytes(array(&page, 8));
        if version != VERSION {
            return Err(LedgerError::Newer { file: path.to_owned(), version });
        }
        let header = Header {
            site: u32::from_le_bytes(array(&page, 12)),
            partition: u16::from_le_bytes(array(&page, 16)),
            first: u64::from_le_bytes(array(&page, 20)),
            previous: array(&page, 28),
            created: Millis(i64::from_le_bytes(array(&page, 60))),
        };
        if named_position(path) != Some(header.first) {
            return Err(damaged("the file's name is not its first position"));
        }
        Ok(header)
    }
}

/// A copy of the `N` bytes at `at`, which the caller knows to be there.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|it| it.first_chunk()).copied().unwrap_or([0; N])
}

pub(super) fn segments_dir(dir: &Path) -> PathBuf {
    dir.join("segments")
}

pub(super) fn segment_path(dir: &Path, first: u64) -> PathBuf {
    segments_dir(dir).join(format!("{first:020}.seg"))
}

/// Where the next segment is made ready.
pub(super) fn spare_path(dir: &Path) -> PathBuf {
    segments_dir(dir).join("spare")
}

fn named_position(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".seg").filter(|it| it.len() == 20)?.parse().ok()
}

/// The segments there are, in order.
pub(super) fn list_segments(disk: &dyn Disk, dir: &Path) -> Result<Vec<PathBuf>, LedgerError> {
    let segments = segments_dir(dir);
    let names = disk.list(&segments).map_err(LedgerError::io("list", &segments))?;
    let paths = names.iter().map(|it| segments.join(it));
    let mut found: Vec<PathBuf> = paths.filter(|it| named_position(it).is_some()).collect();
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_positions_do() {
        assert!(segment_path(Path::new("d"), 9) < segment_path(Path::new("d"), 10));
        assert_eq!(named_position(&segment_path(Path::new("d"), 10)), Some(10));
        assert_eq!(named_position(Path::new("d/spare")), None);
    }
}
