//! The writer: positions, sealing and hashing of what is appended.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use handshake_core::event::{Envelope, Fact, chain_hash, leaf_hash};
use handshake_core::vocabulary::{Code, EventId, Millis, Position, SiteId, Slot};

use super::commit::{Buffer, Shared, lock};
use super::error::LedgerError;
use super::frame::{BODY_MAX, Frame, HEAD};
use super::runway::Job;
use super::scan::Tip;
use super::seal::{Salt, has_personal, seal};
use super::slab::{Held, Keys, Slab};
use super::ticket::{Commit, Ticket};

/// The longest batch.
pub(super) const BATCH_MAX: usize = 32 << 20;
/// With so much waiting for the disk, appends are refused: a caller can be told to come back, a
/// blocked runtime thread can do nothing.
const BACKLOG_MAX: usize = 32 << 20;
/// Keys left when more are made.
const KEYS_LOW: u32 = 1024;

/// One event to append.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub event: EventId,
    pub caller: Code,
    pub claimed_at: Option<Millis>,
    pub slot: Option<Slot>,
    pub fact: &'a Fact,
}

/// The only way to write to the ledger. Dropping it waits for everything appended to be on disk.
#[derive(Debug)]
pub struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) slab: Arc<Slab>,
    pub(super) tip: Tip,
    pub(super) next_slot: u32,
    pub(super) encoder: Encoder,
    pub(super) jobs: Option<Sender<Job>>,
    /// For how many slots keys were asked of the runway.
    pub(super) keys_asked: u32,
    pub(super) committer: Option<JoinHandle<()>>,
    pub(super) runway: Option<JoinHandle<()>>,
    /// Locked until this is dropped, that is after the committer has gone.
    pub(super) lock: std::fs::File,
    pub(super) dir: PathBuf,
}

impl Writer {
    /// The position that the next event will get.
    pub fn next(&self) -> Position {
        Position(self.tip.next)
    }

    /// Time of the last event.
    pub fn last_at(&self) -> Millis {
        self.tip.last_at
    }

    /// A key for a new person. Costs no I/O, because keys are made ahead of need; if many people
    /// arrive at once it may have to wait for one sync.
    ///
    /// A slot that no durable event names is given out again after the next open.
    pub fn new_slot(&mut self) -> Result<Slot, LedgerError> {
        let slot = self.next_slot;
        let mut made = self.slab.made();
        while made <= slot {
            self.check_running()?;
            made = self.slab.grow().map_err(|error| self.stop(error))?;
        }
        if made - slot < KEYS_LOW && self.keys_asked < made {
            self.keys_asked = made;
            if let Some(jobs) = &self.jobs {
                // If the runway is gone the ledger has stopped, and appends say so.
                let _gone = jobs.send(Job::Keys);
            }
        }
        self.next_slot += 1;
        Ok(Slot(slot))
    }

    /// Whether a batch would be taken now; while this writer is held, that stays so. Asked before
    /// anything is decided on the strength of being recorded.
    pub fn ready(&self) -> Result<(), LedgerError> {
        let queue = lock(&self.shared.queue);
        if let Some(why) = &queue.stopped {
            return Err(LedgerError::Stopped { why: Arc::clone(why) });
        }
        if BACKLOG_MAX < queue.gathering.bytes.len() {
            return Err(LedgerError::Busy);
        }
        Ok(())
    }

    /// Appends entries as one atomic batch: after a crash all are there or none. `at` is raised
    /// to the time of the last event if it is earlier. Refuses with [`LedgerError::Busy`], and
    /// appends nothing, while 32 MiB wait for the disk.
    pub fn append(&mut self, at: Millis, entries: &[Entry<'_>]) -> Result<Ticket, LedgerError> {
        self.ready()?;
        let mut queue = lock(&self.shared.queue);
        let first = self.tip.next;
        if entries.is_empty() {
            let nothing = Commit::default();
            nothing.finish(Ok(()));
            return Ok(Ticket::new(first, 0, Arc::new(nothing)));
        }
        let buffer = &mut queue.gathering;
        let start = buffer.bytes.len();
        let batch = Batch { at: at.max(self.tip.last_at), next_slot: self.next_slot, entries };
        let keys = self.slab.keys();
        let tip = match self.encoder.batch(&batch, self.tip, &keys, buffer) {
            Ok(tip) => tip,
            Err(error) => {
                buffer.bytes.truncate(start);
                return Err(error);
            }
        };
        drop(keys);
        buffer.marks.push((first, start as u64, self.tip.head));
        let ticket = Ticket::new(first, tip.next - first, Arc::clone(&buffer.commit));
        self.tip = tip;
        queue.next = tip.next;
        queue.head = tip.head;
        queue.last_at = tip.last_at;
        let asleep = std::mem::take(&mut queue.asleep);
        drop(queue);
        if asleep {
            self.shared.filled.notify_one();
        }
        Ok(ticket)
    }

    /// Forgets a person: overwrites the key and syncs. Every copy of what was sealed under it,
    /// in this ledger and in its backups, is noise from then on.
    pub fn erase_key(&mut self, slot: Slot) -> Result<(), LedgerError> {
        self.check_running()?;
        if self.next_slot <= slot.0 {
            return Err(LedgerError::NoSuchSlot(slot));
        }
        self.slab.erase(slot).map_err(|error| self.stop(error))
    }

    fn check_running(&self) -> Result<(), LedgerError> {
        self.shared.stopped().map_or(Ok(()), |why| Err(LedgerError::Stopped { why }))
    }

    fn stop(&self, error: LedgerError) -> LedgerError {
        if matches!(error, LedgerError::Io { .. }) {
            return LedgerError::Stopped { why: self.shared.stop(&error) };
        }
        error
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.shared.queue).closing = true;
        self.shared.filled.notify_all();
        self.jobs = None;
        for thread in [self.committer.take(), self.runway.take()].into_iter().flatten() {
            // A panic there was reported there; nothing was acknowledged for it.
            let _panicked = thread.join();
        }
        if let Err(error) = self.lock.unlock() {
            tracing::warn!("cannot unlock `{}`: {error}", self.dir.display());
        }
    }
}

/// What the entries of one batch have in common.
struct Batch<'a> {
    at: Millis,
    next_slot: u32,
    entries: &'a [Entry<'a>],
}

/// Turns entries into frames. Its buffer is reused, so that an event allocates nothing.
#[derive(Debug)]
pub(super) struct Encoder {
    pub(super) salt: Salt,
    pub(super) clear: Vec<u8>,
}

impl Encoder {
    fn batch(
        &mut self,
        batch: &Batch<'_>,
        mut tip: Tip,
        keys: &Keys,
        buffer: &mut Buffer,
    ) -> Result<Tip, LedgerError> {
        let start = buffer.bytes.len();
        tip.last_at = batch.at;
        for (i, entry) in batch.entries.iter().enumerate() {
            if entry.slot.is_some_and(|it| batch.next_slot <= it.0) {
                return Err(LedgerError::NoSuchSlot(entry.slot.unwrap_or(Slot(0))));
            }
            let last = i + 1 == batch.entries.len();
            self.entry(entry, last, &mut tip, keys, buffer)?;
            let len = buffer.bytes.len() - start;
            if BATCH_MAX < len {
                return Err(LedgerError::BatchTooLarge(len));
            }
        }
        Ok(tip)
    }

    fn entry(
        &mut self,
        entry: &Entry<'_>,
        last: bool,
        tip: &mut Tip,
        keys: &Keys,
        buffer: &mut Buffer,
    ) -> Result<(), LedgerError> {
        if matches!(entry.fact, Fact::Unknown(..)) {
            return Err(LedgerError::UnknownKind);
        }
        self.clear.clear();
        entry.fact.write_clear(&mut self.clear);
        let envelope = Envelope {
            site: SiteId(tip.site),
            partition: tip.partition,
            position: Position(tip.next),
            event: entry.event,
            kind: entry.fact.kind(),
            version: entry.fact.version(),
            at: tip.last_at,
            claimed_at: entry.claimed_at,
            caller: entry.caller,
            slot: entry.slot,
            clear: &self.clear,
            sealed: &[],
        };
        let synced = buffer.first;
        let out = &mut buffer.bytes;
        let start = out.len();
        out.extend([0; HEAD]);
        let body_at = out.len();
        envelope.write_open(out);
        if has_personal(entry.fact) {
            let slot = entry.slot.ok_or(LedgerError::PersonalWithoutSlot)?;
            let Held::Key(key) = keys.get(slot) else {
                return Err(LedgerError::NoSuchSlot(slot));
            };
            seal(key, tip.next, self.salt, entry.fact, (out, body_at))?;
        }
        let body = out.get(body_at..).unwrap_or_default();
        if BODY_MAX < body.len() {
            return Err(LedgerError::EventTooLarge(body.len()));
        }
        let leaf = leaf_hash(body);
        let chain = chain_hash(&tip.head, &leaf);
        let head = Frame { last, synced, leaf, chain, body }.head();
        if let Some(place) = out.get_mut(start..body_at) {
            place.copy_from_slice(&head);
        }
        tip.next += 1;
        tip.head = chain;
        Ok(())
    }
}
