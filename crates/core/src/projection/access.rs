//! Keys of callers, as the ledger knows them: which were made, and which taken back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::event::AccessChanged;

/// Keys by their number, and whether each is revoked.
#[derive(Debug, Default)]
pub struct Access {
    keys: BTreeMap<u32, bool>,
}

impl Access {
    /// Whether a key is revoked; nothing if no event tells of it.
    pub fn revoked(&self, key: u32) -> Option<bool> {
        self.keys.get(&key).copied()
    }

    pub(super) fn changed(&mut self, it: &AccessChanged) {
        self.keys.insert(it.key, it.revoked);
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (key, revoked) in &self.keys {
            let _infallible = writeln!(out, "key {key} revoked {revoked}");
        }
    }
}
