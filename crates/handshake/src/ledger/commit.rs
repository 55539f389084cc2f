//! The committer: one thread that turns many appends into one write and one sync.
//!
//! Two buffers take turns. While one is being written and synced, the next batch gathers in the
//! other. A buffer is written only when everything before it has been synced, which is what
//! `synced` in each of its frames says.

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::time::Duration;

use handshake_core::event::Hash;
use handshake_core::vocabulary::Millis;
use tokio::sync::watch;

use super::checkpoint::Checkpoint;
use super::disk::{Disk, DiskFile};
use super::error::LedgerError;
use super::index::{Index, Mark};
use super::runway::{Job, Runway};
use super::segment::{Header, PAGE, segment_path, segments_dir, spare_path};
use super::ticket::Commit;

/// After so long without an append the checkpoint is brought up to date.
const IDLE: Duration = Duration::from_secs(1);
/// How often the committer gives way to appends before the next commit. On an idle machine that
/// is some ten microseconds in all.
const GATHER_TURNS: usize = 32;
/// A buffer that a rare large batch has swollen is given back.
const BUFFER_KEPT: usize = 8 << 20;

/// Locks, whatever a panicking thread left behind: no critical section here leaves half a change.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// What writer, committer, runway and readers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) queue: Mutex<Queue>,
    /// Something is in the queue, or the writer is closing, or the ledger stopped.
    pub(super) filled: Condvar,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) index: RwLock<Index>,
    pub(super) runway: Runway,
}

/// How far the ledger is safe, and whether it goes on.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// Next position that is not durable.
    pub(super) durable: u64,
    /// Syncs that made it so, since the ledger was opened.
    pub(super) commits: u64,
    pub(super) stopped: Option<Arc<str>>,
}

/// What was appended and not yet taken by the committer.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) gathering: Buffer,
    /// The end of the ledger, these events included.
    pub(super) next: u64,
    pub(super) head: Hash,
    pub(super) last_at: Millis,
    pub(super) closing: bool,
    /// The committer sleeps and wants to be woken.
    pub(super) asleep: bool,
    pub(super) stopped: Option<Arc<str>>,
}

/// Frames for one write.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    /// Starts of batches for the index: position, offset in `bytes`, chain hash before.
    pub(super) marks: Vec<(u64, u64, Hash)>,
    pub(super) first: u64,
    /// Chain hash of the event before `first`.
    pub(super) previous: Hash,
    pub(super) commit: Arc<Commit>,
}

impl Shared {
    /// Stops the ledger for good and tells everybody who waits. The first reason counts.
    pub(super) fn stop(&self, error: &LedgerError) -> Arc<str> {
        let mut queue = lock(&self.queue);
        let why = queue.stopped.get_or_insert_with(|| error.to_string().into()).clone();
        let commit = Arc::clone(&queue.gathering.commit);
        drop(queue);
        self.progress.send_modify(|it| it.stopped = Some(Arc::clone(&why)));
        commit.finish(Err(Arc::clone(&why)));
        self.filled.notify_all();
        self.runway.wake();
        why
    }

    /// The reason why the ledger stopped, if it did.
    pub(super) fn stopped(&self) -> Option<Arc<str>> {
        self.progress.borrow().stopped.clone()
    }
}

/// The committer's side of the files.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) dir: PathBuf,
    pub(super) owner: (u32, u16),
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) path: PathBuf,
    /// First position of the segment.
    pub(super) first: u64,
    /// Where the next frame goes.
    pub(super) offset: u64,
    /// Bytes of the file that are already there.
    pub(super) capacity: u64,
    pub(super) capacity_max: u64,
    pub(super) jobs: Sender<Job>,
    pub(super) spare_asked: bool,
    /// What the checkpoint on disk says.
    pub(super) checkpoint: u64,
}

/// Runs until the writer closes or an error stops the ledger.
pub(super) fn run(shared: &Shared, mut store: Store) {
    let mut taken = Buffer::default();
    loop {
        gather(shared, taken.marks.len());
        match take(shared, &mut taken) {
            Next::Write { next } => {
                if let Err(error) = store.write(shared, &taken) {
                    let why = shared.stop(&error);
                    taken.commit.finish(Err(why));
                    return;
                }
                shared.progress.send_modify(|it| {
                    it.durable = next;
                    it.commits += 1;
                });
                taken.commit.finish(Ok(()));
            }
            Next::Rest(checkpoint) => {
                if let Err(error) = store.rest(checkpoint) {
                    shared.stop(&error);
                    return;
                }
            }
            Next::Close(checkpoint) => {
                if let Err(error) = store.rest(checkpoint) {
                    shared.stop(&error);
                }
                return;
            }
            Next::Stop => return,
        }
    }
}

enum Next {
    Write { next: u64 },
    Rest(Checkpoint),
    Close(Checkpoint),
    Stop,
}

/// Lets those who were just woken append again, so that they share a sync: without this the first
/// of them would have one to itself and all others would wait for the next. Gives way to them
/// only while there are fewer than `before`, and not for long; somebody alone never waits.
fn gather(shared: &Shared, before: usize) {
    for _ in 0..GATHER_TURNS {
        let queue = lock(&shared.queue);
        let (waiting, in_haste) = (queue.gathering.marks.len(), queue.closing);
        drop(queue);
        if before <= waiting + 1 || in_haste {
            return;
        }
        std::thread::yield_now();
    }
}

/// Waits for something to do. With something to write, leaves it in `taken`.
fn take(shared: &Shared, taken: &mut Buffer) -> Next {
    let mut queue = lock(&shared.queue);
    loop {
        let checkpoint = Checkpoint { position: queue.next, head: queue.head };
        if queue.stopped.is_some() {
            return Next::Stop;
        }
        if !queue.gathering.bytes.is_empty() {
            taken.bytes.clear();
            taken.bytes.shrink_to(BUFFER_KEPT);
            taken.marks.clear();
            taken.first = queue.next;
            taken.previous = queue.head;
            taken.commit = Arc::default();
            std::mem::swap(taken, &mut queue.gathering);
            return Next::Write { next: queue.next };
        }
        if queue.closing {
            return Next::Close(checkpoint);
        }
        queue.asleep = true;
        let (woken, timeout) =
            shared.filled.wait_timeout(queue, IDLE).unwrap_or_else(PoisonError::into_inner);
        queue = woken;
        queue.asleep = false;
        if timeout.timed_out() && queue.gathering.bytes.is_empty() && queue.stopped.is_none() {
            return Next::Rest(checkpoint);
        }
    }
}

impl Store {
    fn write(&mut self, shared: &Shared, taken: &Buffer) -> Result<(), LedgerError> {
        let len = taken.bytes.len() as u64;
        if self.capacity < self.offset + len && PAGE as u64 != self.offset {
            self.roll(shared, taken)?;
        }
        let path = &self.path;
        self.file.write_at(&taken.bytes, self.offset).map_err(LedgerError::io("write", path))?;
        self.file.sync_data().map_err(LedgerError::io("sync", path))?;
        let mut index = write(&shared.index);
        for (position, at, previous) in &taken.marks {
            let offset = self.offset + at;
            let (position, previous) = (*position, *previous);
            index.add(Mark { position, segment: self.first, offset, previous });
        }
        drop(index);
        self.offset += len;
        if self.capacity / 2 < self.offset && !self.spare_asked {
            self.ask_spare();
        }
        Ok(())
    }

    fn ask_spare(&mut self) {
        self.spare_asked = true;
        let size = self.capacity.saturating_mul(2).min(self.capacity_max);
        // The runway outlives the committer; if it is gone the ledger has stopped.
        let _gone = self.jobs.send(Job::Spare(size));
    }

    /// Goes on in a new segment. Everything in the old one is synced; the new one gets its name
    /// only when its head page is.
    fn roll(&mut self, shared: &Shared, taken: &Buffer) -> Result<(), LedgerError> {
        if !self.spare_asked {
            self.ask_spare();
        }
        let Some((file, capacity)) = shared.runway.take(shared) else {
            let why = shared.stopped().unwrap_or_default();
            return Err(LedgerError::Stopped { why });
        };
        let header = Header {
            site: self.owner.0,
            partition: self.owner.1,
            first: taken.first,
            previous: taken.previous,
            created: lock(&shared.queue).last_at,
        };
        let path = place_segment(self.disk.as_ref(), &self.dir, file.as_ref(), &header)?;
        self.file = file;
        self.path = path;
        self.first = taken.first;
        self.offset = PAGE as u64;
        self.capacity = capacity;
        self.spare_asked = false;
        Ok(())
    }

    /// Writes down how far the ledger reaches, unless that is known.
    fn rest(&mut self, checkpoint: Checkpoint) -> Result<(), LedgerError> {
        if self.checkpoint < checkpoint.position {
            checkpoint.write(self.disk.as_ref(), &self.dir)?;
            self.checkpoint = checkpoint.position;
        }
        Ok(())
    }
}

/// Gives the spare file its head page and its name.
pub(super) fn place_segment(
    disk: &dyn Disk,
    dir: &std::path::Path,
    file: &dyn DiskFile,
    header: &Header,
) -> Result<PathBuf, LedgerError> {
    let (spare, path) = (spare_path(dir), segment_path(dir, header.first));
    file.write_at(&header.write(), 0).map_err(LedgerError::io("write", &spare))?;
    file.sync_data().map_err(LedgerError::io("sync", &spare))?;
    disk.rename(&spare, &path).map_err(LedgerError::io("rename", &spare))?;
    let segments = segments_dir(dir);
    disk.sync_dir(&segments).map_err(LedgerError::io("sync", &segments))?;
    Ok(path)
}
