//! Envelope v1: where, when and by whom, around the clear codes and the ciphertext.

use sha2::{Digest, Sha256};

use super::kind::Kind;
use crate::vocabulary::{Code, EventId, Millis, Position, SiteId, Slot};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// One event as stored. `clear` and `sealed` are borrowed from the bytes they were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    pub site: SiteId,
    pub partition: u16,
    pub position: Position,
    pub event: EventId,
    pub kind: Kind,
    /// Version of the fact's message, per kind.
    pub version: u8,
    pub at: Millis,
    /// What the sender says the time was: information, never a ground for a rule.
    pub claimed_at: Option<Millis>,
    pub caller: Code,
    /// The person's key slot. Without one there is no personal part.
    pub slot: Option<Slot>,
    pub clear: &'a [u8],
    pub sealed: &'a [u8],
}

/// Bytes that are no envelope.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    #[error("the event ends after {0} bytes, in the middle of its envelope")]
    Short(usize),
    #[error("envelope version {0} is newer than this Handshake; upgrade to read it")]
    Version(u8),
    #[error("the envelope has {0} bytes too many")]
    Long(usize),
}

const VERSION: u8 = 1;
const HAS_SLOT: u8 = 1;
const HAS_CLAIMED_AT: u8 = 2;

impl<'a> Envelope<'a> {
    /// Appends everything but the sealed part: exactly the bytes that sealing authenticates, so
    /// that a ciphertext cannot be moved to another event, person or set of clear codes.
    pub fn write_open(&self, out: &mut Vec<u8>) {
        let has_slot = if self.slot.is_some() { HAS_SLOT } else { 0 };
        let has_claimed_at = if self.claimed_at.is_some() { HAS_CLAIMED_AT } else { 0 };
        out.extend([VERSION, self.version]);
        out.extend(self.kind.number().to_le_bytes());
        out.extend(self.site.0.to_le_bytes());
        out.extend(self.partition.to_le_bytes());
        out.extend([has_slot | has_claimed_at, 0]);
        out.extend(self.position.0.to_le_bytes());
        out.extend(self.at.0.to_le_bytes());
        out.extend(self.event.0.to_be_bytes());
        out.extend(self.caller.0.to_le_bytes());
        if let Some(slot) = self.slot {
            out.extend(slot.0.to_le_bytes());
        }
        if let Some(claimed_at) = self.claimed_at {
            out.extend(claimed_at.0.to_le_bytes());
        }
        let clear_len = u32::try_from(self.clear.len()).unwrap_or(u32::MAX);
        out.extend(clear_len.to_le_bytes());
        out.extend(self.clear);
    }

    /// Appends the whole envelope as stored.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.write_open(out);
        out.extend(self.sealed);
    }

    /// Reads an envelope that fills `bytes` exactly.
    pub fn read(bytes: &'a [u8]) -> Result<Envelope<'a>, EnvelopeError> {
        let mut rest = Reader { bytes, all: bytes.len() };
        let [envelope_version, version] = rest.array()?;
        if envelope_version != VERSION {
            return Err(EnvelopeError::Version(envelope_version));
        }
        let kind = Kind::from_number(u16::from_le_bytes(rest.array()?));
        let site = SiteId(u32::from_le_bytes(rest.array()?));
        let partition = u16::from_le_bytes(rest.array()?);
        let [has, _] = rest.array()?;
        let position = Position(u64::from_le_bytes(rest.array()?));
        let at = Millis(i64::from_le_bytes(rest.array()?));
        let event = EventId(u128::from_be_bytes(rest.array()?));
        let caller = Code(u32::from_le_bytes(rest.array()?));
        let slot = match has & HAS_SLOT {
            0 => None,
            _ => Some(Slot(u32::from_le_bytes(rest.array()?))),
        };
        let claimed_at = match has & HAS_CLAIMED_AT {
            0 => None,
            _ => Some(Millis(i64::from_le_bytes(rest.array()?))),
        };
        let clear_len = u32::from_le_bytes(rest.array()?);
        let clear = rest.take(usize::try_from(clear_len).unwrap_or(usize::MAX))?;
        let sealed = rest.bytes;
        if slot.is_none() && !sealed.is_empty() {
            return Err(EnvelopeError::Long(sealed.len()));
        }
        Ok(Envelope {
            site,
            partition,
            position,
            event,
            kind,
            version,
            at,
            claimed_at,
            caller,
            slot,
            clear,
            sealed,
        })
    }
}

/// Takes fields off the front of the bytes.
struct Reader<'a> {
    bytes: &'a [u8],
    all: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], EnvelopeError> {
        let (taken, rest) =
            self.bytes.split_at_checked(count).ok_or(EnvelopeError::Short(self.all))?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], EnvelopeError> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(EnvelopeError::Short(self.all))?;
        self.bytes = rest;
        Ok(*taken)
    }
}

/// Hash of an event as stored, as a leaf of an RFC 6962 tree: SHA-256(0x00 ‖ bytes), section 2.1.
pub fn leaf_hash(stored: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(stored).finalize().into()
}

/// The hash that ties an event to all before it: SHA-256(0x02 ‖ previous ‖ leaf). The first byte
/// keeps it apart from leaves (0) and nodes (1) of RFC 6962.
pub fn chain_hash(previous: &Hash, leaf: &Hash) -> Hash {
    Sha256::new().chain_update([2]).chain_update(previous).chain_update(leaf).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample<'a>() -> Envelope<'a> {
        Envelope {
            site: SiteId(1),
            partition: 0,
            position: Position(7),
            event: EventId(0x019a_1b2c_3d4e_7f60_8123_4567_89ab_cdef),
            kind: Kind::UseDecided,
            version: 1,
            at: Millis(1_790_000_000_000),
            claimed_at: None,
            caller: Code(3),
            slot: Some(Slot(5)),
            clear: b"clear",
            sealed: b"sealed",
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            position in any::<u64>(), at in any::<i64>(), event in any::<u128>(),
            kind in any::<u16>(), slot in any::<Option<u32>>(), claimed in any::<Option<i64>>(),
            clear in prop::collection::vec(any::<u8>(), 0..40),
            sealed in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let sealed: &[u8] = if slot.is_some() { &sealed } else { &[] };
            let it = Envelope {
                position: Position(position), at: Millis(at), event: EventId(event),
                kind: Kind::from_number(kind), slot: slot.map(Slot),
                claimed_at: claimed.map(Millis), clear: &clear, sealed, ..sample()
            };
            let mut bytes = Vec::new();
            it.write(&mut bytes);
            prop_assert_eq!(Envelope::read(&bytes), Ok(it));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _read = Envelope::read(&bytes);
        }
    }

    #[test]
    fn a_cut_envelope_says_so() {
        let mut bytes = Vec::new();
        sample().write(&mut bytes);
        assert_eq!(Envelope::read(&bytes[..20]), Err(EnvelopeError::Short(20)));
        bytes[0] = 9;
        assert_eq!(Envelope::read(&bytes), Err(EnvelopeError::Version(9)));
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        // RFC 6962 test vector: the leaf hash of the empty input.
        let empty = crate::vocabulary::hex(&leaf_hash(b""));
        assert_eq!(empty, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }
}
