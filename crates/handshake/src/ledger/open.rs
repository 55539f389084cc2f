//! Opening a ledger: lock it, read everything back, clear a torn end, start the threads.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, RwLock, mpsc};
use std::thread;

use handshake_core::event::Recorded;
use handshake_core::vocabulary::{Millis, SiteId};
use tokio::sync::watch;

use super::append::{Encoder, Writer};
use super::commit::{self, Buffer, Progress, Queue, Shared, Store, place_segment};
use super::disk::{Disk, RealDisk};
use super::error::LedgerError;
use super::index::{Index, Mark};
use super::read::Reader;
use super::recover::{Found, check_all};
use super::runway::{self, Runway, make_spare};
use super::scan::Seen;
use super::seal::unseal;
use super::segment::{Header, PAGE, list_segments, segments_dir};
use super::slab::{Slab, WrapKey};

/// Whose ledger, and where.
#[derive(Debug, Clone)]
pub struct Place {
    pub dir: PathBuf,
    pub site: SiteId,
    pub partition: u16,
}

/// Lengths of segment files. Each is twice as long as the one before, up to the most: a small
/// shop does not pay for a large one's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) least: u64,
    pub(super) most: u64,
}

const SIZES: Sizes = Sizes { least: 4 << 20, most: 64 << 20 };

/// Opens the ledger in a directory, or begins one. Shows `fold` every event there is, in order.
/// `now` is written into a new segment's head page and nowhere else.
pub fn open(
    place: &Place,
    wrap: &WrapKey,
    now: Millis,
    fold: &mut dyn FnMut(&Recorded),
) -> Result<(Writer, Reader), LedgerError> {
    open_on(Arc::new(RealDisk), SIZES, place, wrap, now, fold)
}

pub(super) fn open_on(
    disk: Arc<dyn Disk>,
    sizes: Sizes,
    place: &Place,
    wrap: &WrapKey,
    now: Millis,
    fold: &mut dyn FnMut(&Recorded),
) -> Result<(Writer, Reader), LedgerError> {
    let dir = &place.dir;
    let segments = segments_dir(dir);
    fs::create_dir_all(&segments).map_err(LedgerError::io("create", &segments))?;
    let lock = lock_dir(dir)?;
    let owner = (place.site.0, place.partition);
    let slab = Arc::new(open_slab(disk.as_ref(), dir, wrap, owner)?);
    let salt = slab.draw_salt()?;

    let mut replay = Replay { slab: &slab, fold, batch: vec![], scratch: vec![], used: 0 };
    let mut index = Index::default();
    let found = check_all(disk.as_ref(), dir, Some(owner), &mut |path, seen| {
        replay.event(path, seen, &mut index)
    })?;
    slab.set_used(replay.used)?;
    let next_slot = replay.used;

    let tip = found.tip;
    let (jobs, todo) = mpsc::channel();
    let store = open_store(Arc::clone(&disk), sizes, dir, &found, now, jobs.clone())?;
    let progress = Progress { durable: tip.next, commits: 0, stopped: None };
    let gathering = Buffer { first: tip.next, previous: tip.head, ..Buffer::default() };
    let queue = Queue {
        gathering,
        next: tip.next,
        head: tip.head,
        last_at: tip.last_at,
        closing: false,
        asleep: false,
        stopped: None,
    };
    let shared = Arc::new(Shared {
        queue: Mutex::new(queue),
        filled: Condvar::new(),
        progress: watch::Sender::new(progress),
        index: RwLock::new(index),
        runway: Runway::default(),
    });
    let thread_error = LedgerError::io("start a thread for", dir);
    let committer = {
        let shared = Arc::clone(&shared);
        spawn("ledger-commit", move || commit::run(&shared, store)).map_err(thread_error)?
    };
    let mut writer = Writer {
        shared: Arc::clone(&shared),
        slab: Arc::clone(&slab),
        tip,
        next_slot,
        encoder: Encoder { salt, clear: vec![] },
        jobs: Some(jobs),
        keys_asked: 0,
        committer: Some(committer),
        runway: None,
        lock,
        dir: dir.clone(),
    };
    let reader = Reader::new(Arc::clone(&shared), Arc::clone(&slab), Arc::clone(&disk), place);
    let thread_error = LedgerError::io("start a thread for", dir);
    let dir = dir.clone();
    let runway = spawn("ledger-runway", move || {
        runway::run(&shared, disk.as_ref(), &dir, &slab, &todo);
    });
    writer.runway = Some(runway.map_err(thread_error)?);
    Ok((writer, reader))
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(body)
}

fn lock_dir(dir: &Path) -> Result<File, LedgerError> {
    let path = dir.join("lock");
    let mut options = File::options();
    let file = options.create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(LedgerError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Locked(path)),
        Err(TryLockError::Error(error)) => Err(LedgerError::io("lock", &path)(error)),
    }
}

/// The slab is made before the first segment, so a ledger without one has lost it.
fn open_slab(
    disk: &dyn Disk,
    dir: &Path,
    wrap: &WrapKey,
    owner: (u32, u16),
) -> Result<Slab, LedgerError> {
    match disk.open_read(&Slab::path(dir)) {
        Ok(_) => Slab::open(disk, dir, wrap, owner),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if list_segments(disk, dir)?.is_empty() {
                return Slab::create(disk, dir, wrap, owner);
            }
            Err(LedgerError::NoSlab(Slab::path(dir)))
        }
        Err(error) => Err(LedgerError::io("open", &Slab::path(dir))(error)),
    }
}

/// Opens the last segment for appending, or makes the first.
fn open_store(
    disk: Arc<dyn Disk>,
    sizes: Sizes,
    dir: &Path,
    found: &Found,
    now: Millis,
    jobs: mpsc::Sender<runway::Job>,
) -> Result<Store, LedgerError> {
    let owner = (found.tip.site, found.tip.partition);
    let (file, path, offset) = match &found.last {
        Some(last) => {
            // The process may have died between the naming of a segment and the sync of the name.
            let segments = segments_dir(dir);
            disk.sync_dir(&segments).map_err(LedgerError::io("sync", &segments))?;
            (last.make_safe(disk.as_ref())?, last.path.clone(), last.end)
        }
        None => {
            let file = make_spare(disk.as_ref(), dir, sizes.least)?;
            let (site, partition) = owner;
            let header = Header { site, partition, first: 0, previous: [0; 32], created: now };
            let path = place_segment(disk.as_ref(), dir, file.as_ref(), &header)?;
            (file, path, PAGE as u64)
        }
    };
    let header = Header::read(file.as_ref(), &path)?;
    let capacity = file.len().map_err(LedgerError::io("measure", &path))?;
    Ok(Store {
        disk,
        dir: dir.to_owned(),
        owner,
        file,
        path,
        first: header.first,
        offset,
        capacity: capacity.max(sizes.least),
        capacity_max: sizes.most,
        jobs,
        spare_asked: false,
        checkpoint: found.checkpoint.map_or(0, |it| it.position),
    })
}

/// Shows events to the fold, whole batches at a time.
struct Replay<'a> {
    slab: &'a Slab,
    fold: &'a mut dyn FnMut(&Recorded),
    /// Of a batch whose end was not yet seen.
    batch: Vec<(Recorded, Mark)>,
    scratch: Vec<u8>,
    /// One more than the highest slot of a complete batch.
    used: u32,
}

impl Replay<'_> {
    fn event(
        &mut self,
        path: &Path,
        seen: &Seen<'_>,
        index: &mut Index,
    ) -> Result<(), LedgerError> {
        let position = seen.envelope.position.0;
        let keys = self.slab.keys();
        let recorded = unseal(&seen.envelope, seen.body, &keys, &mut self.scratch);
        let recorded = recorded.map_err(|what| LedgerError::Damaged {
            file: path.to_owned(),
            offset: seen.offset,
            position,
            what,
        })?;
        let segment = path.file_stem().and_then(|it| it.to_str()?.parse().ok()).unwrap_or(0);
        let (offset, previous) = (seen.offset, seen.previous);
        if self.batch.first().is_some_and(|(_, mark)| mark.segment != segment) {
            self.batch.clear();
        }
        self.batch.push((recorded, Mark { position, segment, offset, previous }));
        if !seen.last_of_batch {
            return Ok(());
        }
        if let Some((_, mark)) = self.batch.first() {
            index.add(*mark);
        }
        for (recorded, _) in self.batch.drain(..) {
            if let Some(slot) = recorded.slot {
                self.used = self.used.max(slot.0.saturating_add(1));
            }
            (self.fold)(&recorded);
        }
        Ok(())
    }
}
