//! How far each file is imported: written with what it brought, so that a killed import carries
//! on exactly where its last durable batch ended.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::event::FileImported;

/// Progress of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Import {
    pub rows: u64,
    pub rejected: u64,
    pub orders: u64,
    pub shift_weeks: i64,
    pub finished: bool,
    /// Seed of simulated answers; 0 where none were drawn.
    pub answers_seed: u64,
}

/// Files by the hash of their content and of how they were to be read.
#[derive(Debug, Default)]
pub struct Imports {
    files: BTreeMap<Vec<u8>, Import>,
}

impl Imports {
    pub fn file(&self, hash: &[u8]) -> Option<&Import> {
        self.files.get(hash)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Import> {
        self.files.values()
    }

    pub(super) fn advance(&mut self, it: &FileImported) {
        let import = Import {
            rows: it.rows,
            rejected: it.rejected,
            orders: it.orders,
            shift_weeks: it.shift_weeks,
            finished: it.finished,
            answers_seed: it.answers_seed,
        };
        self.files.insert(it.file.clone(), import);
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (file, it) in &self.files {
            let _infallible = writeln!(out, "import {file:?} {it:?}");
        }
    }
}
