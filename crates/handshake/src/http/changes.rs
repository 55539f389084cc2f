//! What each version of a site's policy changed, compared once: versions never change, and anybody
//! may ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use handshake_core::event::Hash;
use handshake_core::policy::{Difference, Policy, diff};

/// By the hash of the newer of two versions that follow each other. As many as there are versions.
#[derive(Debug, Default)]
pub struct Changes(Mutex<BTreeMap<Hash, Arc<Vec<Difference>>>>);

impl Changes {
    /// The differences of the promised parts of two versions, the widened first.
    pub(super) fn between(
        &self,
        before: &Policy,
        (hash, after): (Hash, &Policy),
    ) -> Arc<Vec<Difference>> {
        // What is in the map was put there whole, so a poisoned lock holds no half.
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        known.unwrap_or_else(|| {
            let found = Arc::new(diff(before, after).differences);
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(hash).or_insert(found))
        })
    }
}
