//! A use and what is known when it is decided, in names and instants. All engines are told this.

use handshake_core::decision::Age;
use handshake_core::vocabulary::{Act, Millis, Signal};
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
    pub signals: Vec<Signal>,
    pub age: Age,
    pub objected: bool,
    /// Said no, where nothing is granted.
    pub refused: bool,
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
        (0..self.grants.len()).for_each(|at| add(&|it| shorten(&mut it.grants, at)));
        (0..self.recent.len()).for_each(|at| add(&|it| shorten(&mut it.recent, at)));
        (0..self.data.len()).for_each(|at| add(&|it| it.data[at].collected_at = None));
        add(&|it| it.jurisdiction.clear());
        add(&|it| it.last_visit = None);
        add(&|it| it.last_order = None);
        add(&|it| it.objected = false);
        add(&|it| it.refused = false);
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
            "age": age_word(self.age),
            "objected": self.objected,
            "refused": self.refused,
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
