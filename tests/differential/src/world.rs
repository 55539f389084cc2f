//! A policy, and what people agreed to under it or under earlier ones.

use std::collections::BTreeSet;

use handshake_core::policy::{self, Anchor, Policy, Purpose};
use handshake_core::vocabulary::{Name, Period};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// What one sample is about: situations are decided under it.
#[derive(Debug, Clone)]
pub struct World {
    /// The policy file.
    pub source: String,
    pub policy: Policy,
    /// The version before it, under which data may have been collected.
    pub before: Option<Box<World>>,
    pub agreements: Vec<Agreement>,
}

/// The box of a statement somebody agreed to. Nothing says that the policy still wants as much.
#[derive(Debug, Clone)]
pub struct Agreement {
    pub purpose: Name,
    /// Leaves of the data tree.
    pub data: BTreeSet<Name>,
    pub recipients: BTreeSet<Name>,
    pub channels: BTreeSet<Name>,
    pub keep: Option<(Period, Anchor)>,
    pub ask_again: Option<Period>,
}

impl World {
    /// Nothing if the file is no policy.
    pub fn read(source: String, agreements: Vec<Agreement>) -> Option<World> {
        let policy = policy::read(&source).ok()?;
        Some(World { source, policy, before: None, agreements })
    }

    /// The same with a version before it.
    #[must_use]
    pub fn after(self, before: Option<Box<World>>) -> World {
        World { before, ..self }
    }

    /// Whether this version or the one before it asks for the purpose.
    pub(crate) fn asks(&self, purpose: &Name) -> bool {
        let asks = |it: &World| it.policy.purposes.get(purpose).is_some_and(Purpose::asks);
        asks(self) || self.before.as_deref().is_some_and(asks)
    }

    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.policy.time_zone).unwrap()
    }
}

impl Agreement {
    /// What agreeing to the policy's own statement means.
    pub fn whole(policy: &Policy, purpose: &Name) -> Agreement {
        let it = &policy.purposes[purpose];
        Agreement {
            purpose: purpose.clone(),
            data: it.uses.iter().flat_map(|name| policy.leaves_of(name)).cloned().collect(),
            recipients: it.with.clone(),
            channels: it.on.clone(),
            keep: it.keep.as_ref().map(|keep| (keep.period, keep.after)),
            ask_again: it.ask_again,
        }
    }

    pub fn json(&self) -> Value {
        let keep = self.keep.map(|(period, after)| format!("{period} after {}", after.as_str()));
        json!({
            "purpose": self.purpose.as_str(),
            "data": names(&self.data),
            "recipients": names(&self.recipients),
            "channels": names(&self.channels),
            "keep": keep,
            "ask_again": self.ask_again.map(|it| it.to_string()),
        })
    }
}

/// Names as JSON.
pub(crate) fn names(names: &BTreeSet<Name>) -> Value {
    names.iter().map(Name::as_str).collect()
}

/// The name in a text that is one.
pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}
