//! The policy as the public reads it: what is promised, in every version there ever was, with how
//! often each promise that is only observed was missed.

use std::sync::Arc;

use handshake_core::event::Hash;
use handshake_core::impact::{Kept, Promise, kept, observed};
use handshake_core::policy::{Policy, promised};
use handshake_core::projection::{Calendar, Day, Published, State};
use handshake_core::vocabulary::Millis;
use jiff::tz::TimeZone;

/// Where a version stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    InForce,
    /// Published, and not in force yet.
    Coming,
    /// It was in force until then.
    Past {
        until: Millis,
    },
    /// A newer version took its place before it ever ruled.
    NeverRuled,
}

/// One version, as published.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Whole, with what is only rehearsed: show `promised` of it.
    pub policy: Arc<Policy>,
    pub hash: Hash,
    pub published_at: Millis,
    pub standing: Standing,
}

/// What a page on one version is made from.
#[derive(Debug, Clone)]
pub struct PublicPolicy {
    /// What is promised.
    pub policy: Policy,
    pub hash: Hash,
    pub published_at: Millis,
    pub standing: Standing,
    /// The version that is published and not in force yet, and from when it rules.
    pub next: Option<(u32, Millis)>,
    /// Of the version in force, how its observed promises were kept in this quarter and the last.
    pub observed: Vec<(Promise, [Kept; 2])>,
    pub zone: TimeZone,
    pub today: Day,
}

impl Edition {
    /// From when it rules: nobody rules before being published.
    pub fn rules_from(&self) -> Millis {
        self.policy.effective.max(self.published_at)
    }
}

/// Every version, oldest first.
pub fn editions(state: &State, now: Millis) -> Vec<Edition> {
    let all: Vec<&Published> = state.policies.iter().collect();
    let in_force = state.policies.in_force(now).map(Published::number);
    let from = |it: &Published| it.policy.effective.max(it.published_at);
    let edition = |(at, it): (usize, &&Published)| {
        // The next newer one that rules from some time on puts an end to it.
        let until = all.iter().skip(at + 1).map(|it| from(it)).min();
        let standing = match until {
            _ if in_force == Some(it.number()) => Standing::InForce,
            Some(until) if until <= from(it) => Standing::NeverRuled,
            Some(until) if until <= now => Standing::Past { until },
            Some(_) | None => Standing::Coming,
        };
        Edition {
            policy: Arc::clone(&it.policy),
            hash: it.hash(),
            published_at: it.published_at,
            standing,
        }
    };
    all.iter().enumerate().map(edition).collect()
}

/// One version, or the one in force; the first that will be, where none is yet.
pub fn public_policy(state: &State, version: Option<u32>, now: Millis) -> Option<PublicPolicy> {
    let published = match version {
        Some(version) => state.policies.version(version)?,
        None => state.policies.in_force(now).or(state.policies.newest())?,
    };
    let editions = editions(state, now);
    let own = editions.iter().find(|it| it.hash == published.hash())?;
    let coming = editions.iter().rfind(|it| it.standing == Standing::Coming);
    let zone = published.compiled.zone.clone();
    let today = Calendar::new(zone.clone()).day(now);
    let policy = promised(&published.policy);
    let promises = match own.standing {
        Standing::InForce => observed(&policy),
        Standing::Coming | Standing::Past { .. } | Standing::NeverRuled => Vec::new(),
    };
    let counted = |it: Promise| {
        let kept = kept(state, &it, today);
        (it, kept)
    };
    Some(PublicPolicy {
        hash: own.hash,
        published_at: own.published_at,
        standing: own.standing,
        next: coming.map(|it| (it.policy.version, it.rules_from())),
        observed: promises.into_iter().map(counted).collect(),
        policy,
        zone,
        today,
    })
}
