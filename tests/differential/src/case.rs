//! A use and what is known when it is decided, in names and instants. All engines are told this.

use std::collections::BTreeSet;

use handshake_core::decision::{Age, Heard, Says};
use handshake_core::vocabulary::{Act, Millis, Signal, Standing};
use serde_json::{Value, json};

use crate::world::World;

/// One situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub now: Millis,
    pub act: Act,
    pub purpose: String,
    pub data: Vec<Datum>,
    pub recipient: String,
    pub channel: String,
    /// Where the person is said to be; empty is not known.
    pub jurisdiction: String,
    pub tags: Vec<String>,
    /// Signals that refuse, by the device of now.
    pub signals: Vec<Signal>,
    /// What else is known of signals, each at most once: what they say, and since when.
    pub heard: Vec<Heard>,
    /// The device is not known to be the person's.
    pub other_device: bool,
    /// The person is known.
    pub known: bool,
    /// When the person stood by the answer against Global Privacy Control.
    pub affirmed_at: Option<Millis>,
    pub age: Age,
    pub objected: bool,
    /// Where the person stands, if nothing is granted.
    pub answer: Standing,
    pub grants: Vec<Granted>,
    /// Hours of a rolling window, and how often the purpose was used within it.
    pub recent: Vec<(u32, u32)>,
    pub last_visit: Option<Millis>,
    pub last_order: Option<Millis>,
}

/// A datum that is wanted; its age may be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datum {
    pub name: String,
    pub collected_at: Option<Millis>,
}

/// A yes to one of the world's agreements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    pub agreement: usize,
    pub at: Millis,
}

impl Case {
    /// Where the person stands by the answers alone.
    pub(crate) fn standing(&self) -> Standing {
        if self.grants.is_empty() { self.answer } else { Standing::Granted }
    }

    /// Since when: the last answer counts.
    pub(crate) fn since(&self) -> Millis {
        self.grants.iter().map(|it| it.at).max().unwrap_or(Millis(0))
    }

    /// Signals that refuse, whoever says so.
    pub(crate) fn refusing(&self) -> BTreeSet<Signal> {
        self.signals.iter().copied().chain(self.saying(Says::Refuses)).collect()
    }

    pub(crate) fn saying(&self, says: Says) -> impl Iterator<Item = Signal> {
        self.heard.iter().filter(move |it| it.says == says).map(|it| it.signal)
    }

    /// Everything that is one step simpler, for shrinking.
    pub fn simpler(&self) -> Vec<Case> {
        let mut all = Vec::new();
        let mut add = |change: &dyn Fn(&mut Case)| {
            let mut it = self.clone();
            change(&mut it);
            all.push(it);
        };
        if 1 < self.data.len() {
            (0..self.data.len()).for_each(|at| add(&|it| shorten(&mut it.data, at)));
        }
        (0..self.tags.len()).for_each(|at| add(&|it| shorten(&mut it.tags, at)));
        (0..self.signals.len()).for_each(|at| add(&|it| shorten(&mut it.signals, at)));
        (0..self.heard.len()).for_each(|at| add(&|it| shorten(&mut it.heard, at)));
        (0..self.heard.len()).for_each(|at| add(&|it| it.heard[at].at = None));
        (0..self.grants.len()).for_each(|at| add(&|it| shorten(&mut it.grants, at)));
        (0..self.recent.len()).for_each(|at| add(&|it| shorten(&mut it.recent, at)));
        (0..self.data.len()).for_each(|at| add(&|it| it.data[at].collected_at = None));
        add(&|it| it.jurisdiction.clear());
        add(&|it| it.last_visit = None);
        add(&|it| it.last_order = None);
        add(&|it| it.objected = false);
        add(&|it| it.answer = Standing::NotAsked);
        add(&|it| it.affirmed_at = None);
        add(&|it| it.other_device = false);
        add(&|it| it.known = true);
        add(&|it| it.age = Age::Adult);
        add(&|it| it.act = Act::Use);
        all.retain(|it| it != self);
        all
    }

    /// The situation for a reader, with what was agreed.
    pub fn json(&self, world: &World) -> Value {
        let at = |it: &Millis| it.to_string();
        let data: Vec<Value> = self
            .data
            .iter()
            .map(|it| json!({ "name": it.name, "collected_at": it.collected_at.as_ref().map(at) }))
            .collect();
        let granted = |it: &Granted| {
            let agreed = world.agreements[it.agreement].json();
            json!({ "at": at(&it.at), "agreed": agreed })
        };
        let heard = |it: &Heard| {
            let at = it.at.as_ref().map(at);
            json!({ "signal": it.signal.as_str(), "says": it.says.as_str(), "at": at })
        };
        let recent = |(hours, count): &(u32, u32)| json!({ "hours": hours, "count": count });
        json!({
            "now": at(&self.now),
            "act": self.act.as_str(),
            "purpose": self.purpose,
            "data": data,
            "recipient": self.recipient,
            "channel": self.channel,
            "jurisdiction": self.jurisdiction,
            "tags": self.tags,
            "signals": self.signals.iter().map(|it| it.as_str()).collect::<Value>(),
            "heard": self.heard.iter().map(heard).collect::<Value>(),
            "other_device": self.other_device,
            "known": self.known,
            "affirmed_at": self.affirmed_at.as_ref().map(at),
            "age": age_word(self.age),
            "objected": self.objected,
            "standing": self.standing().as_str(),
            "granted": self.grants.iter().map(granted).collect::<Value>(),
            "recent": self.recent.iter().map(recent).collect::<Value>(),
            "last_visit": self.last_visit.as_ref().map(at),
            "last_order": self.last_order.as_ref().map(at),
        })
    }
}

fn shorten<T>(list: &mut Vec<T>, at: usize) {
    list.remove(at);
}

pub(crate) fn age_word(age: Age) -> &'static str {
    match age {
        Age::Unknown => "unknown",
        Age::Adult => "adult",
        Age::Minor => "minor",
        Age::Guarded => "minor-with-guardian",
    }
}
