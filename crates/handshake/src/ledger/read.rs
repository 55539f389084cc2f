//! Reading: any position, or everything from a position on. Only what is durable is ever shown.

use std::path::PathBuf;
use std::sync::Arc;

use handshake_core::event::{Envelope, Hash, Recorded, leaf_hash};
use handshake_core::vocabulary::{Millis, Position, SiteId};

use super::commit::{Shared, read};
use super::disk::Disk;
use super::error::LedgerError;
use super::frame::Frame;
use super::open::Place;
use super::scan::{Scanner, Tip, walk};
use super::seal::unseal;
use super::segment::{PAGE, segment_path};
use super::slab::Slab;

const READ_ONE: usize = 1 << 15;
const READ_MANY: usize = 1 << 20;

/// A view of the ledger that any thread may hold.
#[derive(Debug, Clone)]
pub struct Reader {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    slab: Arc<Slab>,
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    site: SiteId,
    partition: u16,
}

impl Reader {
    pub(super) fn new(
        shared: Arc<Shared>,
        slab: Arc<Slab>,
        disk: Arc<dyn Disk>,
        place: &Place,
    ) -> Reader {
        let (dir, site, partition) = (place.dir.clone(), place.site, place.partition);
        Reader { inner: Arc::new(Inner { shared, slab, disk, dir, site, partition }) }
    }

    /// The first position that is not durable: everything before it is.
    pub fn durable(&self) -> Position {
        Position(self.inner.shared.progress.borrow().durable)
    }

    /// Number of syncs since the ledger was opened, to see how many events share one.
    pub fn commits(&self) -> u64 {
        self.inner.shared.progress.borrow().commits
    }

    /// Why the ledger stopped accepting events, if it did.
    pub fn stopped(&self) -> Option<String> {
        self.inner.shared.stopped().map(|it| it.to_string())
    }

    /// Waits until the event at `position` is durable.
    pub async fn wait_for(&self, position: Position) -> Result<(), LedgerError> {
        let mut progress = self.inner.shared.progress.subscribe();
        let reached = progress
            .wait_for(|it| position.0 < it.durable || it.stopped.is_some())
            .await
            .map(|it| it.clone());
        // The sender lives in `shared`, which we hold.
        let reached = reached.unwrap_or_default();
        match reached.stopped {
            Some(why) if reached.durable <= position.0 => Err(LedgerError::Stopped { why }),
            _ => Ok(()),
        }
    }

    /// Reads one event, or nothing if it is not durable yet. Checks it as on open, except that
    /// the chain is only followed when reading many.
    pub fn read(&self, position: Position) -> Result<Option<Recorded>, LedgerError> {
        let inner = &self.inner;
        if self.durable() <= position {
            return Ok(None);
        }
        let Some(mark) = read(&inner.shared.index).find(position.0) else { return Ok(None) };
        let mut scanner = inner.scanner(mark.segment, mark.offset, READ_ONE)?;
        for at in mark.position..position.0 {
            let len = match scanner.frame()? {
                Ok(frame) => frame.len(),
                Err(no) => return Err(scanner.damaged(at, no.as_str().to_owned())),
            };
            scanner.skip(len);
        }
        let recorded = match scanner.frame()? {
            Err(no) => Err(no.as_str().to_owned()),
            Ok(frame) => inner.one(&frame, position),
        };
        recorded.map(Some).map_err(|what| scanner.damaged(position.0, what))
    }

    /// Shows `fold` every durable event from `from` on, in order, checking all that open checks.
    pub fn read_all(
        &self,
        from: Position,
        fold: &mut dyn FnMut(&Recorded),
    ) -> Result<(), LedgerError> {
        self.follow(from, fold).map(|_| ())
    }

    /// How many events are durable, and the chain hash of the last of them; nothing where there is
    /// none. Whoever keeps it can tell later whether anything before it was changed.
    pub fn head(&self) -> Result<Option<(Position, Hash)>, LedgerError> {
        let Some(last) = self.durable().0.checked_sub(1) else { return Ok(None) };
        let tip = self.follow(Position(last), &mut |_| ())?;
        Ok(tip.map(|it| (Position(it.next), it.head)))
    }

    fn follow(
        &self,
        from: Position,
        fold: &mut dyn FnMut(&Recorded),
    ) -> Result<Option<Tip>, LedgerError> {
        let inner = &self.inner;
        let until = self.durable();
        if until <= from {
            return Ok(None);
        }
        let Some(mark) = read(&inner.shared.index).find(from.0) else { return Ok(None) };
        let mut scanner = inner.scanner(mark.segment, mark.offset, READ_MANY)?;
        let mut tip = inner.tip(mark.position, mark.previous);
        let mut scratch = Vec::new();
        loop {
            let segment_from = tip.next;
            let stop = walk(&mut scanner, tip, until, &mut |path, seen| {
                if seen.envelope.position < from {
                    return Ok(());
                }
                let keys = inner.slab.keys();
                let recorded = unseal(&seen.envelope, seen.body, &keys, &mut scratch);
                let damaged = |what| LedgerError::Damaged {
                    file: path.to_owned(),
                    offset: seen.offset,
                    position: seen.envelope.position.0,
                    what,
                };
                fold(&recorded.map_err(damaged)?);
                Ok(())
            })?;
            tip = stop.tip;
            if until.0 <= tip.next {
                return Ok(Some(tip));
            }
            let next = segment_path(&inner.dir, tip.next);
            if tip.next == segment_from || inner.disk.open_read(&next).is_err() {
                return Err(stop.damaged(&scanner.path));
            }
            scanner = inner.scanner(tip.next, PAGE as u64, READ_MANY)?;
        }
    }
}

impl Inner {
    fn tip(&self, next: u64, head: [u8; 32]) -> Tip {
        let (site, partition) = (self.site.0, self.partition);
        Tip { site, partition, next, head, last_at: Millis(i64::MIN) }
    }

    /// Checks and opens one event whose neighbours were not read.
    fn one(&self, frame: &Frame<'_>, position: Position) -> Result<Recorded, String> {
        let envelope = Envelope::read(frame.body).map_err(|it| it.to_string())?;
        if (envelope.site, envelope.partition, envelope.position)
            != (self.site, self.partition, position)
        {
            return Err("the event here belongs elsewhere".to_owned());
        }
        if leaf_hash(frame.body) != frame.leaf {
            return Err("the event is not the one its hash was made of".to_owned());
        }
        unseal(&envelope, frame.body, &self.slab.keys(), &mut Vec::new())
    }

    fn scanner(&self, segment: u64, offset: u64, len: usize) -> Result<Scanner, LedgerError> {
        let path = segment_path(&self.dir, segment);
        let file = self.disk.open_read(&path).map_err(LedgerError::io("open", &path))?;
        Ok(Scanner::new(file, &path, offset, len))
    }
}
