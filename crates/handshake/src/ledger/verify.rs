//! Checking a ledger without any key: what an auditor, or a restored backup, needs.

use std::path::Path;

use handshake_core::event::Hash;
use handshake_core::vocabulary::Millis;

use super::disk::RealDisk;
use super::error::LedgerError;
use super::recover::check_all;

/// What a ledger without damage holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    pub events: u64,
    pub segments: u64,
    /// Chain hash of the last event: whoever kept it can tell if history was rewritten since.
    pub head: Hash,
    pub last_at: Millis,
}

/// Reads every event of the ledger in `dir` and checks checksums, hashes, chain, positions and
/// order of time. Changes nothing. A torn end, of events that were never acknowledged, is no
/// damage.
pub fn verify(dir: &Path) -> Result<Verified, LedgerError> {
    let found = check_all(&RealDisk, dir, None, &mut |_, _| Ok(()))?;
    let tip = found.tip;
    let (events, segments) = (tip.next, found.segments);
    Ok(Verified { events, segments, head: tip.head, last_at: tip.last_at })
}
