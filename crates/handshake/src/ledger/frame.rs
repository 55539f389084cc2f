//! A frame: one event on disk, with what proves it whole and in its place.

use std::ops::Range;

use handshake_core::event::Hash;

/// Bytes before the body.
pub(super) const HEAD: usize = 84;
/// The longest body. A limit on everything: a damaged length must not ask for 4 GiB.
pub(super) const BODY_MAX: usize = 4 << 20;
const LAST: u8 = 1;

const LENGTH: Range<usize> = 0..4;
const CRC: Range<usize> = 4..8;
const FLAGS: usize = 8;
const SYNCED: Range<usize> = 12..20;
const LEAF: Range<usize> = 20..52;
const CHAIN: Range<usize> = 52..84;

/// A frame whose checksum is right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Whether it is the last of its batch.
    pub(super) last: bool,
    /// Everything before this position had been synced before this frame was written. It is what
    /// tells a torn end from damage: see `recover`.
    pub(super) synced: u64,
    pub(super) leaf: Hash,
    pub(super) chain: Hash,
    pub(super) body: &'a [u8],
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoFrame {
    /// All zeros: nothing was ever written here.
    Blank,
    /// The file ends before the frame does; so many bytes would be needed.
    Needs(usize),
    Length,
    Flags,
    Checksum,
}

impl NoFrame {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            NoFrame::Blank => "zeros where an event was",
            NoFrame::Needs(_) => "the file ends within an event",
            NoFrame::Length => "the length of the event makes no sense",
            NoFrame::Flags => "the event has unknown flags",
            NoFrame::Checksum => "the checksum of the event is wrong",
        }
    }
}

/// Length of the whole frame that starts here, if the head is plausible.
pub(super) fn frame_len(bytes: &[u8]) -> Result<usize, NoFrame> {
    let head: &[u8; HEAD] = bytes.first_chunk().ok_or(NoFrame::Needs(HEAD))?;
    let len = usize::try_from(u32_of(head, LENGTH)).unwrap_or(usize::MAX);
    if len == 0 {
        let blank = head.iter().all(|it| *it == 0);
        return Err(if blank { NoFrame::Blank } else { NoFrame::Length });
    }
    if BODY_MAX < len {
        return Err(NoFrame::Length);
    }
    match head[FLAGS..SYNCED.start] {
        [0 | LAST, 0, 0, 0] => Ok(HEAD + len),
        _ => Err(NoFrame::Flags),
    }
}

impl<'a> Frame<'a> {
    /// Reads the frame at the start of `bytes`.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Frame<'a>, NoFrame> {
        let len = frame_len(bytes)?;
        let frame = bytes.get(..len).ok_or(NoFrame::Needs(len))?;
        let (head, body) = frame.split_first_chunk::<HEAD>().ok_or(NoFrame::Needs(len))?;
        if checksum(head, body) != u32_of(head, CRC) {
            return Err(NoFrame::Checksum);
        }
        let mut synced = [0; 8];
        synced.copy_from_slice(&head[SYNCED]);
        let (mut leaf, mut chain) = ([0; 32], [0; 32]);
        leaf.copy_from_slice(&head[LEAF]);
        chain.copy_from_slice(&head[CHAIN]);
        let last = head[FLAGS] == LAST;
        Ok(Frame { last, synced: u64::from_le_bytes(synced), leaf, chain, body })
    }

    /// Bytes on disk.
    pub(super) fn len(&self) -> usize {
        HEAD + self.body.len()
    }

    /// The head that goes before the body.
    pub(super) fn head(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        let len = u32::try_from(self.body.len()).unwrap_or(u32::MAX);
        head[LENGTH].copy_from_slice(&len.to_le_bytes());
        head[FLAGS] = if self.last { LAST } else { 0 };
        head[SYNCED].copy_from_slice(&self.synced.to_le_bytes());
        head[LEAF].copy_from_slice(&self.leaf);
        head[CHAIN].copy_from_slice(&self.chain);
        let crc = checksum(&head, self.body);
        head[CRC].copy_from_slice(&crc.to_le_bytes());
        head
    }
}

/// CRC32C of everything but itself, the length included.
fn checksum(head: &[u8; HEAD], body: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&head[LENGTH]);
    let crc = crc32c::crc32c_append(crc, &head[CRC.end..]);
    crc32c::crc32c_append(crc, body)
}

fn u32_of(head: &[u8; HEAD], range: Range<usize>) -> u32 {
    let mut bytes = [0; 4];
    if let Some(found) = head.get(range) {
        bytes.copy_from_slice(found);
    }
    u32::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(last: bool, body: &[u8]) -> Vec<u8> {
        let frame = Frame { last, synced: 77, leaf: [1; 32], chain: [2; 32], body };
        let mut bytes = frame.head().to_vec();
        bytes.extend(body);
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = written(true, b"body");
        let frame = Frame::read(&bytes).unwrap();
        assert!(frame.last);
        assert_eq!((frame.synced, frame.body, frame.len()), (77, &b"body"[..], bytes.len()));
        assert_eq!(Frame::read(&[0; 100]).unwrap_err(), NoFrame::Blank);
        assert_eq!(Frame::read(&bytes[..10]).unwrap_err(), NoFrame::Needs(HEAD));
        assert_eq!(Frame::read(&bytes[..85]).unwrap_err(), NoFrame::Needs(88));
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let good = written(false, &[9; 40]);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::read(&bad).is_err(), "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _read = Frame::read(&bytes);
        }
    }
}
