//! Decisions whose outcome may still come, in order of position.
//!
//! Millions of them, one for each use of the last weeks. Kept in blocks, so that adding one never
//! moves those that are there: a hash map of this size stops everybody while it grows.

use std::collections::VecDeque;

use super::tallies::OpenUse;
use crate::vocabulary::Position;

const BLOCK: usize = 4096;

type Block = Vec<(Position, OpenUse)>;

// INVARIANT: no block is empty; positions rise within a block and from block to block.
#[derive(Debug, Default)]
pub(super) struct OpenUses {
    blocks: VecDeque<Block>,
}

impl OpenUses {
    /// Adds a decision; each has a higher position than all before it.
    pub(super) fn push(&mut self, position: Position, it: OpenUse) {
        match self.blocks.back_mut() {
            Some(block) if block.len() < BLOCK => block.push((position, it)),
            Some(_) | None => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push((position, it));
                self.blocks.push_back(block);
            }
        }
    }

    pub(super) fn get(&self, position: Position) -> Option<&OpenUse> {
        let block = self.blocks.get(self.block_of(position)?)?;
        let at = block.binary_search_by_key(&position, |it| it.0).ok()?;
        block.get(at).map(|it| &it.1)
    }

    pub(super) fn get_mut(&mut self, position: Position) -> Option<&mut OpenUse> {
        let at = self.block_of(position)?;
        let block = self.blocks.get_mut(at)?;
        let at = block.binary_search_by_key(&position, |it| it.0).ok()?;
        block.get_mut(at).map(|it| &mut it.1)
    }

    fn block_of(&self, position: Position) -> Option<usize> {
        let starts_before = |it: &Block| it.first().is_some_and(|it| it.0 <= position);
        self.blocks.partition_point(starts_before).checked_sub(1)
    }

    /// Lets go of whole blocks in which every decision is `old`.
    pub(super) fn let_go(&mut self, old: impl Fn(&OpenUse) -> bool) {
        let whole = |it: &Block| it.len() == BLOCK && it.last().is_some_and(|it| old(&it.1));
        while self.blocks.front().is_some_and(whole) {
            self.blocks.pop_front();
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Position, OpenUse)> {
        self.blocks.iter().flatten()
    }
}
