//! Requests seen in the last seven days, so that sending an event twice stores it once (I2).

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;

use crate::vocabulary::{Code, EventId, Millis, Position};

/// What is remembered of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    pub position: Position,
    /// Keyed digest of its body.
    pub request: u64,
}

/// Requests by caller and event id.
#[derive(Debug)]
pub struct Requests {
    /// By the last byte of the id, which is random: many small maps, of which one at a time grows
    /// and keeps others waiting, and not for long.
    seen: Vec<HashMap<(Code, EventId), Remembered>>,
    order: VecDeque<(Millis, Code, EventId)>,
}

const MAPS: usize = 256;

impl Default for Requests {
    fn default() -> Requests {
        Requests { seen: vec![HashMap::new(); MAPS], order: VecDeque::new() }
    }
}

/// Which map an id belongs to.
fn place(event: EventId) -> usize {
    usize::from(event.0.to_le_bytes()[0])
}

/// How long an event id is remembered; older ones are refused at the door.
const WINDOW_DAYS: i64 = 7;

impl Requests {
    pub fn find(&self, caller: Code, event: EventId) -> Option<Remembered> {
        self.seen.get(place(event))?.get(&(caller, event)).copied()
    }

    pub(super) fn remember(
        &mut self,
        (caller, event): (Code, EventId),
        at: Millis,
        remembered: Remembered,
    ) {
        // An id is good for seven days from its own time, which may be a little ahead of ours.
        while let Some((then, caller, event)) = self.order.front().copied()
            && then.plus_days(WINDOW_DAYS + 1) < at
        {
            self.order.pop_front();
            if let Some(seen) = self.seen.get_mut(place(event)) {
                seen.remove(&(caller, event));
            }
        }
        let Some(seen) = self.seen.get_mut(place(event)) else { return };
        if seen.insert((caller, event), remembered).is_none() {
            self.order.push_back((at, caller, event));
        }
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (at, caller, event) in &self.order {
            let it = self.find(*caller, *event);
            let _infallible = writeln!(out, "request {} {} {event} {it:?}", at.0, caller.0);
        }
    }
}
