//! Reading segments front to back, believing nothing: checksum, hash, chain, order and time of
//! every event are checked before anybody sees it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use handshake_core::event::{Envelope, Hash, chain_hash, leaf_hash};
use handshake_core::vocabulary::{Millis, Position};

use super::disk::DiskFile;
use super::error::LedgerError;
use super::frame::{Frame, HEAD, NoFrame, frame_len};

/// A window that moves over a file.
#[derive(Debug)]
pub(super) struct Scanner {
    file: Arc<dyn DiskFile>,
    pub(super) path: PathBuf,
    window: Vec<u8>,
    /// Offset in the file of the first byte of the window.
    start: u64,
    /// Bytes of the window already passed over.
    passed: usize,
    read_len: usize,
}

impl Scanner {
    /// Starts at `offset` and reads `read_len` bytes or more at a time.
    pub(super) fn new(
        file: Arc<dyn DiskFile>,
        path: &Path,
        offset: u64,
        read_len: usize,
    ) -> Scanner {
        let window = Vec::new();
        Scanner { file, path: path.to_owned(), window, start: offset, passed: 0, read_len }
    }

    pub(super) fn offset(&self) -> u64 {
        self.start + self.passed as u64
    }

    /// What of the window is still to be read.
    pub(super) fn rest(&self) -> &[u8] {
        self.window.get(self.passed..).unwrap_or_default()
    }

    /// Makes sure of `need` bytes, unless the file ends before.
    pub(super) fn fill(&mut self, need: usize) -> Result<(), LedgerError> {
        if need <= self.rest().len() {
            return Ok(());
        }
        self.window.drain(..self.passed);
        self.start += self.passed as u64;
        self.passed = 0;
        let have = self.window.len();
        self.window.resize(have + self.read_len.max(need), 0);
        let offset = self.start + have as u64;
        let into = self.window.get_mut(have..).unwrap_or_default();
        let got = self.file.read_at(into, offset).map_err(LedgerError::io("read", &self.path))?;
        self.window.truncate(have + got);
        Ok(())
    }

    /// The frame that starts here, if one does.
    pub(super) fn frame(&mut self) -> Result<Result<Frame<'_>, NoFrame>, LedgerError> {
        self.fill(HEAD)?;
        match frame_len(self.rest()) {
            Ok(len) => self.fill(len)?,
            Err(no) => return Ok(Err(no)),
        }
        Ok(Frame::read(self.rest()))
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.passed = self.window.len().min(self.passed + count);
    }

    pub(super) fn damaged(&self, position: u64, what: String) -> LedgerError {
        LedgerError::Damaged { file: self.path.clone(), offset: self.offset(), position, what }
    }
}

/// Where a ledger ends, or a reader has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tip {
    pub(super) site: u32,
    pub(super) partition: u16,
    pub(super) next: u64,
    /// Chain hash of the event before `next`.
    pub(super) head: Hash,
    pub(super) last_at: Millis,
}

impl Tip {
    pub(super) fn start(site: u32, partition: u16) -> Tip {
        Tip { site, partition, next: 0, head: [0; 32], last_at: Millis(i64::MIN) }
    }

    /// Checks that a frame holds the next event, and moves past it.
    pub(super) fn follow<'a>(&mut self, frame: &Frame<'a>) -> Result<Envelope<'a>, String> {
        let envelope = Envelope::read(frame.body).map_err(|it| it.to_string())?;
        if (envelope.site.0, envelope.partition) != (self.site, self.partition) {
            return Err(format!(
                "this event belongs to site {}, partition {}",
                envelope.site.0, envelope.partition
            ));
        }
        if envelope.position.0 != self.next {
            return Err(format!("the event here says it is at position {}", envelope.position.0));
        }
        if leaf_hash(frame.body) != frame.leaf {
            return Err("the event is not the one its hash was made of".to_owned());
        }
        if chain_hash(&self.head, &frame.leaf) != frame.chain {
            return Err("the event does not follow from the one before it".to_owned());
        }
        if envelope.at < self.last_at {
            return Err("the event is older than the one before it".to_owned());
        }
        self.next += 1;
        self.head = frame.chain;
        self.last_at = envelope.at;
        Ok(envelope)
    }
}

/// An event that passed every check. Its batch may still turn out to be incomplete.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) envelope: Envelope<'a>,
    pub(super) body: &'a [u8],
    pub(super) offset: u64,
    /// Chain hash of the event before, and of this one.
    pub(super) previous: Hash,
    pub(super) chain: Hash,
    pub(super) last_of_batch: bool,
}

/// Where and why reading a segment stopped.
#[derive(Debug)]
pub(super) struct Stop {
    /// After the last complete batch.
    pub(super) tip: Tip,
    pub(super) end: u64,
    /// Start of the last commit: the only one that nothing later proves to be synced.
    pub(super) last_commit: u64,
    /// Where the first bytes are that are no event, or no event that belongs there.
    pub(super) offset: u64,
    pub(super) position: u64,
    pub(super) what: String,
}

impl Stop {
    pub(super) fn damaged(&self, file: &Path) -> LedgerError {
        LedgerError::Damaged {
            file: file.to_owned(),
            offset: self.offset,
            position: self.position,
            what: self.what.clone(),
        }
    }
}

/// Shows `visit` every event from here on, until `until`, or the first bytes that are not the
/// next event.
pub(super) fn walk(
    scanner: &mut Scanner,
    from: Tip,
    until: Position,
    visit: &mut dyn FnMut(&Path, &Seen<'_>) -> Result<(), LedgerError>,
) -> Result<Stop, LedgerError> {
    let (mut whole, mut end) = (from, scanner.offset());
    let mut tip = from;
    let mut batch_start = end;
    let (mut synced, mut last_commit) = (u64::MAX, end);
    loop {
        let offset = scanner.offset();
        let stop =
            |position, what| Ok(Stop { tip: whole, end, last_commit, offset, position, what });
        if until.0 <= tip.next {
            return stop(tip.next, "the reader had enough".to_owned());
        }
        let path = scanner.path.clone();
        let frame = match scanner.frame()? {
            Ok(frame) => frame,
            Err(no) => return stop(tip.next, no.as_str().to_owned()),
        };
        let previous = tip.head;
        let (position, len) = (tip.next, frame.len());
        let envelope = match tip.follow(&frame) {
            Ok(envelope) => envelope,
            Err(what) => return stop(position, what),
        };
        let last_of_batch = frame.last;
        let commit = frame.synced;
        let chain = frame.chain;
        visit(&path, &Seen { envelope, body: frame.body, offset, previous, chain, last_of_batch })?;
        scanner.skip(len);
        if last_of_batch {
            (whole, end) = (tip, scanner.offset());
            if commit != synced {
                (synced, last_commit) = (commit, batch_start);
            }
            batch_start = end;
        }
    }
}
