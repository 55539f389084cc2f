//! Asks: how often each purpose was asked for, what came of it, and which asks are used up.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::calendar::Day;
use crate::event::{AnswerGiven, AskShown};
use crate::vocabulary::{Answer, Code, Position, Slot};

/// Asks and answers of one day, purpose and kind of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AskCount {
    pub shown: u64,
    pub granted: u64,
    pub refused: u64,
    pub deferred: u64,
    pub withdrawn: u64,
}

/// An ask that was answered: asking it again returns the answer that stands, and grants nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedAsk {
    pub position: Position,
    pub slot: Option<Slot>,
    pub answer: Answer,
}

#[derive(Debug, Default)]
pub struct Asks {
    /// By day, purpose, and whether the answers were simulated.
    pub counts: BTreeMap<(Day, Code, bool), AskCount>,
    used: HashMap<[u8; 16], UsedAsk>,
}

impl Asks {
    pub fn used(&self, ask: &[u8; 16]) -> Option<&UsedAsk> {
        self.used.get(ask)
    }

    pub(super) fn shown(&mut self, day: Day, it: &AskShown) {
        self.counts.entry((day, Code(it.purpose), it.simulated)).or_default().shown += 1;
    }

    pub(super) fn answered(
        &mut self,
        day: Day,
        (position, slot): (Position, Option<Slot>),
        (answer, it): (Answer, &AnswerGiven),
    ) {
        let count = self.counts.entry((day, Code(it.purpose), it.simulated)).or_default();
        match answer {
            Answer::Granted => count.granted += 1,
            Answer::Refused => count.refused += 1,
            Answer::Deferred => count.deferred += 1,
            Answer::Withdrawn => count.withdrawn += 1,
        }
        if let Ok(ask) = <[u8; 16]>::try_from(it.ask.as_slice()) {
            self.used.insert(ask, UsedAsk { position, slot, answer });
        }
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (key, it) in &self.counts {
            let _infallible = writeln!(out, "asks {key:?} {it:?}");
        }
        let mut used: Vec<_> = self.used.iter().collect();
        used.sort_unstable_by_key(|it| it.0);
        for (ask, it) in used {
            let _infallible = writeln!(out, "used {ask:?} {it:?}");
        }
    }
}
