//! What a person's devices said by signals, and what the person said to that.

use super::seconds::Seconds;
use crate::decision::{Heard, Says};
use crate::vocabulary::{Code, Millis, Signal, Signals};

#[derive(Debug, Clone, Default)]
pub(super) struct SaidOfSignals {
    /// Since when each signal is heard.
    heard: Box<[(Signal, Seconds)]>,
    affirmed: Box<[Affirmed]>,
}

/// When it was last shown that a signal speaks against a purpose, and when that was affirmed.
#[derive(Debug, Clone, Copy)]
struct Affirmed {
    purpose: Code,
    shown: Seconds,
    at: Seconds,
}

impl SaidOfSignals {
    /// Signals keep the time when they were first heard.
    pub(super) fn heard(&mut self, signals: Signals, at: Millis) {
        let known = self.all();
        let new = signals.iter().filter(|it| !known.has(*it)).map(|it| (it, Seconds::of(at)));
        self.heard = self.heard.iter().copied().chain(new).collect();
    }

    pub(super) fn conflict_shown(&mut self, purpose: Code, at: Millis) {
        let before = self.affirmed.iter().find(|it| it.purpose == purpose);
        let before = before.map_or(Seconds(0), |it| it.at);
        let rest = self.affirmed.iter().copied().filter(|it| it.purpose != purpose);
        let now = Affirmed { purpose, shown: Seconds::of(at), at: before };
        self.affirmed = rest.chain([now]).collect();
    }

    /// Counts only where the conflict was shown before.
    pub(super) fn affirmed(&mut self, purpose: Code, at: Millis) {
        let own = self.affirmed.iter_mut().filter(|it| it.purpose == purpose);
        own.for_each(|it| it.at = Seconds::of(at));
    }

    pub(super) fn affirmed_at(&self, purpose: Code) -> Option<Millis> {
        self.affirmed.iter().find(|it| it.purpose == purpose).and_then(|it| it.at.millis())
    }

    pub(super) fn saw_conflict(&self, purpose: Code) -> bool {
        self.affirmed.iter().any(|it| it.purpose == purpose && it.shown != Seconds(0))
    }

    pub(super) fn all(&self) -> Signals {
        self.heard.iter().fold(Signals::NONE, |set, it| set.with(it.0))
    }

    pub(super) fn since(&self, signals: Signals) -> Vec<Heard> {
        let heard = |(signal, since): &(Signal, Seconds)| Heard {
            signal: *signal,
            says: Says::Refuses,
            at: since.millis(),
        };
        self.heard.iter().filter(|it| signals.has(it.0)).map(heard).collect()
    }
}
