//! What is made ready ahead of need, on a thread of its own: the next segment, filled with zeros
//! and synced, and the next block of keys.
//!
//! A sync of a file that grows must also write the file system's own records, which costs more
//! than the data. A file that is already there in full needs none of it. The zeros go to
//! another file than the one in use, because a sync waits for everything written to its file.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::commit::{Shared, lock};
use super::disk::{Disk, DiskFile};
use super::error::LedgerError;
use super::segment::spare_path;
use super::slab::Slab;

static ZEROS: [u8; 1 << 18] = [0; 1 << 18];
/// Zeros written between two syncs: short enough not to hold up a commit on the same disk.
const SYNC_EVERY: u64 = 2 << 20;

/// Something to make ready.
#[derive(Debug)]
pub(super) enum Job {
    /// A spare segment of so many bytes.
    Spare(u64),
    Keys,
}

/// Where the spare segment is handed over, with its length.
#[derive(Debug, Default)]
pub(super) struct Runway {
    ready: Mutex<Option<(Arc<dyn DiskFile>, u64)>>,
    changed: Condvar,
}

impl Runway {
    /// Waits for the spare segment. `None` if the ledger stopped meanwhile.
    pub(super) fn take(&self, shared: &Shared) -> Option<(Arc<dyn DiskFile>, u64)> {
        let mut ready = lock(&self.ready);
        loop {
            if shared.stopped().is_some() {
                return None;
            }
            if let Some(spare) = ready.take() {
                return Some(spare);
            }
            ready = self.changed.wait(ready).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give(&self, file: Arc<dyn DiskFile>, len: u64) {
        *lock(&self.ready) = Some((file, len));
        self.changed.notify_all();
    }

    /// Lets a waiter look again whether the ledger stopped.
    pub(super) fn wake(&self) {
        // Taking the lock makes sure that a waiter that has looked is also asleep.
        drop(lock(&self.ready));
        self.changed.notify_all();
    }
}

/// Runs until the writer and the committer are gone, or an error stops the ledger.
pub(super) fn run(shared: &Shared, disk: &dyn Disk, dir: &Path, slab: &Slab, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        let done = match job {
            Job::Spare(len) => make_spare(disk, dir, len).map(|it| shared.runway.give(it, len)),
            Job::Keys => slab.grow().map(drop),
        };
        if let Err(error) = done {
            shared.stop(&error);
            return;
        }
    }
}

/// Makes the spare segment: all zeros, synced.
pub(super) fn make_spare(
    disk: &dyn Disk,
    dir: &Path,
    len: u64,
) -> Result<Arc<dyn DiskFile>, LedgerError> {
    let path = spare_path(dir);
    let file = disk.create(&path).map_err(LedgerError::io("create", &path))?;
    let (mut at, mut synced) = (0, 0);
    while at < len {
        let count = (len - at).min(ZEROS.len() as u64);
        let zeros = ZEROS.get(..usize::try_from(count).unwrap_or(0)).unwrap_or_default();
        file.write_at(zeros, at).map_err(LedgerError::io("write", &path))?;
        at += count;
        if SYNC_EVERY <= at - synced || at == len {
            file.sync_data().map_err(LedgerError::io("sync", &path))?;
            synced = at;
        }
    }
    Ok(file)
}
