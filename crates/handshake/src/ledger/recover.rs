//! Finding the end of a ledger after anything: a clean close, a crash, or damage.
//!
//! A crash may leave the end torn. One commit is one write and one sync, but its pages reach the
//! disk in any order, so a crash can leave a hole with whole events after it. None of these were
//! acknowledged; they are cleared away. Damage looks just the same but must never be cleared
//! away, for what follows it *was* acknowledged. What tells them apart is that a commit is only
//! written once all before it are synced, and that every frame says where its commit began
//! (`synced`). So a whole frame after the hole whose commit began after the hole proves that the
//! hole was once an acknowledged event; and so does a checkpoint beyond it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use handshake_core::event::Envelope;
use handshake_core::vocabulary::Position;

use super::checkpoint::Checkpoint;
use super::disk::{Disk, DiskFile};
use super::error::LedgerError;
use super::frame::HEAD;
use super::scan::{Scanner, Seen, Stop, Tip, walk};
use super::segment::{Header, PAGE, list_segments, segment_path, segments_dir};

const READ_LEN: usize = 1 << 20;
const CHUNK: usize = 1 << 16;

/// A ledger that was read to its end without finding damage.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) tip: Tip,
    pub(super) segments: u64,
    pub(super) last: Option<LastSegment>,
    pub(super) checkpoint: Option<Checkpoint>,
}

/// The segment to go on in.
#[derive(Debug)]
pub(super) struct LastSegment {
    pub(super) path: PathBuf,
    last_commit: u64,
    /// Where the last complete batch ends.
    pub(super) end: u64,
}

/// Reads and checks everything, changing nothing. `owner` is the site and partition it must
/// belong to; without one, whatever the first segment says.
pub(super) fn check_all(
    disk: &dyn Disk,
    dir: &Path,
    owner: Option<(u32, u16)>,
    visit: &mut dyn FnMut(&Path, &Seen<'_>) -> Result<(), LedgerError>,
) -> Result<Found, LedgerError> {
    let checkpoint = Checkpoint::read(disk, dir)?;
    let mut visit = |path: &Path, seen: &Seen<'_>| {
        let marked = checkpoint.filter(|it| it.position == seen.envelope.position.0 + 1);
        if marked.is_some_and(|it| it.head != seen.chain) {
            return Err(LedgerError::Damaged {
                file: path.to_owned(),
                offset: seen.offset,
                position: seen.envelope.position.0,
                what: "its chain is not the one that `head` recorded: history was rewritten".into(),
            });
        }
        visit(path, seen)
    };
    let paths = list_segments(disk, dir)?;
    let mut owner = owner;
    let mut tip = None;
    let mut before: Option<(PathBuf, Stop)> = None;
    for path in &paths {
        let file = disk.open_read(path).map_err(LedgerError::io("open", path))?;
        let header = Header::read(file.as_ref(), path)?;
        let (site, partition) = *owner.get_or_insert((header.site, header.partition));
        if (header.site, header.partition) != (site, partition) {
            let (site, partition) = (header.site, header.partition);
            return Err(LedgerError::Elsewhere { file: path.clone(), site, partition });
        }
        let from = tip.unwrap_or(Tip::start(site, partition));
        follows(&header, path, from, before.as_ref())?;
        let mut scanner = Scanner::new(file, path, PAGE as u64, READ_LEN);
        let stop = walk(&mut scanner, from, Position(u64::MAX), &mut visit)?;
        tip = Some(stop.tip);
        before = Some((path.clone(), stop));
    }
    let (site, partition) = owner.unwrap_or_default();
    let tip = tip.unwrap_or(Tip::start(site, partition));
    let lost = checkpoint.is_some_and(|it| tip.next < it.position);
    let Some((path, stop)) = before else {
        return match lost {
            true => Err(lost_segments(dir, tip)),
            false => Ok(Found { tip, segments: 0, last: None, checkpoint }),
        };
    };
    if lost || proof_of_damage(disk, &path, &stop)? {
        return Err(stop.damaged(&path));
    }
    let segments = paths.len() as u64;
    let last = LastSegment { path, last_commit: stop.last_commit, end: stop.end };
    Ok(Found { tip, segments, last: Some(last), checkpoint })
}

/// A segment must start where the one before it ended.
fn follows(
    header: &Header,
    path: &Path,
    tip: Tip,
    before: Option<&(PathBuf, Stop)>,
) -> Result<(), LedgerError> {
    if tip.next < header.first {
        if let Some((path, stop)) = before {
            return Err(stop.damaged(path));
        }
        let file = segment_path(path.ancestors().nth(2).unwrap_or(path), tip.next);
        let what = "this segment is missing".to_owned();
        return Err(LedgerError::Damaged { file, offset: 0, position: tip.next, what });
    }
    if (header.first, header.previous) != (tip.next, tip.head) {
        let what = "this segment does not follow from the one before it".to_owned();
        let (file, position) = (path.to_owned(), header.first);
        return Err(LedgerError::Damaged { file, offset: 0, position, what });
    }
    Ok(())
}

fn lost_segments(dir: &Path, tip: Tip) -> LedgerError {
    LedgerError::Damaged {
        file: segments_dir(dir),
        offset: 0,
        position: tip.next,
        what: "all segments are missing".to_owned(),
    }
}

/// Whether after the last complete batch there is a frame that was written once the position
/// there had been synced.
fn proof_of_damage(disk: &dyn Disk, path: &Path, stop: &Stop) -> Result<bool, LedgerError> {
    let file = disk.open_read(path).map_err(LedgerError::io("open", path))?;
    let mut scanner = Scanner::new(file, path, stop.end, READ_LEN);
    let tip = stop.tip;
    loop {
        scanner.fill(HEAD)?;
        let rest = scanner.rest();
        if rest.len() < HEAD {
            return Ok(false);
        }
        // The first byte of a frame is the low byte of its length, so up to three zeros may
        // belong to the frame.
        let zeros = rest.iter().position(|it| *it != 0).unwrap_or(rest.len()).saturating_sub(3);
        if 0 < zeros {
            scanner.skip(zeros);
            continue;
        }
        let passed = match scanner.frame()? {
            Ok(frame) => {
                let envelope = Envelope::read(frame.body);
                let ours = envelope.is_ok_and(|it| {
                    (it.site.0, it.partition) == (tip.site, tip.partition)
                        && frame.synced <= it.position.0
                });
                if ours && tip.next < frame.synced {
                    return Ok(true);
                }
                if ours { frame.len() } else { 1 }
            }
            Err(_) => 1,
        };
        scanner.skip(passed);
    }
}

impl LastSegment {
    /// Makes the end safe to go on from.
    ///
    /// Clears what a torn commit left, so that it can never be taken for events that are written
    /// there later. And writes the last commit once more: if its sync failed, the kernel may show
    /// us pages that it gave up writing, and would say "done" to another sync without them.
    pub(super) fn make_safe(&self, disk: &dyn Disk) -> Result<Arc<dyn DiskFile>, LedgerError> {
        let path = &self.path;
        let file = disk.open_write(path).map_err(LedgerError::io("open", path))?;
        let mut bytes = vec![0; CHUNK];
        let mut at = self.last_commit;
        loop {
            let want = self.end.checked_sub(at).filter(|it| 0 < *it).unwrap_or(CHUNK as u64);
            let want = usize::try_from(want).unwrap_or(CHUNK).min(CHUNK);
            let here = bytes.get_mut(..want).unwrap_or_default();
            let got = file.read_at(here, at).map_err(LedgerError::io("read", path))?;
            if got == 0 {
                break;
            }
            let here = here.get_mut(..got).unwrap_or_default();
            let torn = self.end <= at;
            if torn && here.iter().any(|it| *it != 0) {
                here.fill(0);
                file.write_at(here, at).map_err(LedgerError::io("write", path))?;
            } else if !torn {
                file.write_at(here, at).map_err(LedgerError::io("write", path))?;
            }
            at += got as u64;
        }
        file.sync_data().map_err(LedgerError::io("sync", path))?;
        Ok(file)
    }
}
