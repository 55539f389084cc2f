//! Where to start looking for a position: every 256th event or so, in memory.

use handshake_core::event::Hash;

/// Events between two marks, at least: a read passes over so many frames at most, unless a batch
/// is longer.
pub(super) const EVERY: u64 = 256;

/// The start of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) position: u64,
    /// First position of the segment, which is its name.
    pub(super) segment: u64,
    pub(super) offset: u64,
    /// Chain hash of the event before.
    pub(super) previous: Hash,
}

/// Marks in order of position.
#[derive(Debug, Default)]
pub(super) struct Index {
    marks: Vec<Mark>,
}

impl Index {
    /// Adds a mark if it is far enough from the last, or the first of its segment.
    pub(super) fn add(&mut self, mark: Mark) {
        let near = |last: &Mark| {
            last.segment == mark.segment && mark.position < last.position.saturating_add(EVERY)
        };
        if !self.marks.last().is_some_and(near) {
            self.marks.push(mark);
        }
    }

    /// The nearest mark at or before `position`.
    pub(super) fn find(&self, position: u64) -> Option<Mark> {
        let after = self.marks.partition_point(|it| it.position <= position);
        self.marks.get(after.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_mark_before() {
        let mut index = Index::default();
        for position in [0, 1, 255, 256, 300, 600] {
            let segment = if position < 300 { 0 } else { 300 };
            index.add(Mark { position, segment, offset: position, previous: [0; 32] });
        }
        let found = |position| index.find(position).unwrap().position;
        assert_eq!([found(0), found(255), found(256), found(299)], [0, 0, 256, 256]);
        assert_eq!([found(300), found(599), found(9999)], [300, 300, 600]);
        assert!(Index::default().find(3).is_none());
    }
}
