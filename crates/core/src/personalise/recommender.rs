//! The recommender: the index as a projection of the ledger.
//!
//! Data comes in only where the decision recorded with it allowed the purpose, and goes at the
//! moment at which that purpose may no longer hold it: taken back, objected to, stopped by a
//! signal, too old, or covered by no policy in force. What is gone stays gone: a later grant
//! brings nothing back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::index::{Index, Suggested, Wish};
use super::kind::Kind;
use super::rights::Rights;
use crate::event::{DataCollected, Fact, Recorded};
use crate::policy::Feature;
use crate::projection::State;
use crate::vocabulary::{Code, Family, Millis, Slot, Verdict};

/// The index, and when which part of it has to be looked at again.
#[derive(Debug)]
pub struct Recommender {
    index: Index,
    /// The purpose that serves each feature of [`Feature::ALL`] now.
    serving: [Option<Code>; 2],
    /// Number of the policy in force, and when another comes into force.
    policy: Option<u32>,
    next_policy: Option<Millis>,
    /// When time alone may end something of a person's.
    ends: BTreeSet<(Millis, Slot)>,
    end_of: BTreeMap<Slot, Millis>,
    /// When a session may stop counting as lately; never later than it does.
    next_lately: Option<Millis>,
    /// The first of all these moments.
    next: Millis,
}

const NEVER: Millis = Millis(i64::MAX);

/// Folds a fact into the state and into the recommender, each at its moment: what ends before the
/// fact ends before it, whoever's fact it is.
pub fn fold(state: &mut State, recommender: &mut Recommender, it: &Recorded) {
    recommender.pass(state, it.at);
    state.fold(it);
    recommender.fold(state, it);
}

impl Default for Recommender {
    fn default() -> Recommender {
        Recommender {
            index: Index::default(),
            serving: [None; 2],
            policy: None,
            next_policy: None,
            ends: BTreeSet::new(),
            end_of: BTreeMap::new(),
            next_lately: None,
            next: NEVER,
        }
    }
}

impl Recommender {
    /// What is worth showing. `state` is the one that was folded with it.
    pub fn suggest(&mut self, wish: &Wish<'_>, may: impl Fn(&str) -> bool) -> Vec<Suggested> {
        self.index.suggest(wish, may)
    }

    /// When the oldest that is held of a person's own history was collected.
    pub fn own_since(&self, slot: Slot) -> Option<Millis> {
        self.index.own.since(slot)
    }

    /// Lets time pass: ends what ends until then, each at its own moment.
    pub fn pass(&mut self, state: &State, until: Millis) {
        while self.next <= until {
            let now = self.next;
            if self.next_policy.is_some_and(|it| it <= now) {
                self.heed_policy(state, now);
            }
            while let Some((_, slot)) = self.ends.first().copied().filter(|it| it.0 <= now) {
                self.look_again(state, slot, now);
            }
            if self.next_lately.is_some_and(|it| it <= now) {
                self.next_lately = self.index.pass(now);
            }
            self.set_next();
        }
    }

    fn set_next(&mut self) {
        let ends = self.ends.first().map(|it| it.0);
        let all = [self.next_policy, ends, self.next_lately];
        self.next = all.into_iter().flatten().min().unwrap_or(NEVER);
    }

    /// Folds a fact that the state has folded.
    fn fold(&mut self, state: &State, it: &Recorded) {
        match (&it.fact, it.slot) {
            // The most frequent comes first.
            (Fact::UseDecided(..), _) => (),
            (Fact::DataCollected(data, Some(personal)), Some(slot)) => {
                let items: Vec<&str> = personal.items.iter().map(String::as_str).collect();
                self.collected(state, (slot, it.at), data, &items);
            }
            (
                Fact::AnswerGiven(..)
                | Fact::ObjectionMade(_)
                | Fact::SignalReceived(..)
                | Fact::AffirmationGiven(_)
                | Fact::IdentityLinked(..),
                Some(slot),
            ) => {
                if self.index.has(slot) {
                    self.look_again(state, slot, it.at);
                    self.set_next();
                }
            }
            (Fact::PolicyPublished(_), _) => {
                self.heed_policy(state, it.at);
                self.set_next();
            }
            (
                Fact::NameDeclared(_)
                | Fact::AskShown(_)
                | Fact::AnswerGiven(..)
                | Fact::ObjectionMade(_)
                | Fact::SignalReceived(..)
                | Fact::DataCollected(..)
                | Fact::UseCounted(_)
                | Fact::UseCarriedOut(..)
                | Fact::OutcomeObserved(..)
                | Fact::IdentityLinked(..)
                | Fact::CatalogueChanged(_)
                | Fact::VisitsCounted(_)
                | Fact::AccessChanged(_)
                | Fact::FileImported(_)
                | Fact::ConflictShown(_)
                | Fact::AffirmationGiven(_)
                | Fact::DutyDone(_)
                | Fact::WaiverSigned(_)
                | Fact::RequestMade(_)
                | Fact::Unknown(..),
                _,
            ) => (),
        }
    }

    /// Takes in what was collected, for the features whose purpose was allowed to have it.
    fn collected(
        &mut self,
        state: &State,
        (slot, at): (Slot, Millis),
        data: &DataCollected,
        items: &[&str],
    ) {
        let Some(kind) = Kind::of(state.names.name(Code(data.what))) else { return };
        if items.is_empty() {
            return;
        }
        for (feature, purpose) in Feature::ALL.into_iter().zip(self.serving) {
            let Some(purpose) = purpose.filter(|it| allowed(state, data, *it, kind)) else {
                continue;
            };
            let begun = match feature {
                Feature::Recommendations => self.index.keep((slot, at, kind), items),
                Feature::PooledRecommendations => {
                    let until = Index::lately_until(at);
                    self.next_lately = Some(self.next_lately.map_or(until, |it| it.min(until)));
                    self.index.share((slot, at, kind), items)
                }
            };
            if begun && let Some(rights) = Rights::of(state, slot, purpose, at) {
                let end = rights.next_end(at).into_iter().chain(self.end_of.get(&slot).copied());
                self.set_end(slot, end.min());
            }
        }
        self.set_next();
    }

    fn set_end(&mut self, slot: Slot, end: Option<Millis>) {
        if let Some(before) = self.end_of.remove(&slot) {
            self.ends.remove(&(before, slot));
        }
        if let Some(end) = end {
            self.end_of.insert(slot, end);
            self.ends.insert((end, slot));
        }
    }

    /// Forgets what a person's permission no longer covers, and notes when to look again.
    fn look_again(&mut self, state: &State, slot: Slot, now: Millis) {
        let mut next: Option<Millis> = None;
        for (feature, purpose) in Feature::ALL.into_iter().zip(self.serving) {
            let mut rights = purpose.and_then(|it| Rights::of(state, slot, it, now));
            let mut stays = |kinds: u8, started: Millis| {
                let Some(rights) = &mut rights else { return false };
                let covered = rights.cover(kinds, started);
                if covered {
                    next = next.into_iter().chain(rights.next_end(started)).min();
                }
                covered
            };
            match feature {
                Feature::Recommendations => self.index.unkeep(slot, &mut stays),
                Feature::PooledRecommendations => self.index.unshare(slot, &mut stays),
            }
        }
        self.set_end(slot, next);
    }

    /// Goes by the policy in force now. Where another purpose serves a feature than before, what
    /// was collected for that one is not held for this.
    fn heed_policy(&mut self, state: &State, now: Millis) {
        let effective = state.policies.iter().map(|it| it.policy.effective);
        self.next_policy = effective.filter(|it| now < *it).min();
        let policy = state.policies.in_force(now);
        if policy.map(|it| it.number()) == self.policy {
            return;
        }
        self.policy = policy.map(|it| it.number());
        let people = self.index.everybody();
        for (feature, serving) in Feature::ALL.into_iter().zip(&mut self.serving) {
            let serves = policy.and_then(|it| it.compiled.serving(feature)).map(|it| it.code);
            if serves == *serving {
                continue;
            }
            *serving = serves;
            for &slot in &people {
                match feature {
                    Feature::Recommendations => self.index.unkeep(slot, |_, _| false),
                    Feature::PooledRecommendations => self.index.unshare(slot, |_, _| false),
                }
            }
        }
        for slot in people {
            self.look_again(state, slot, now);
        }
    }

    /// Everything held, as text, in one order whatever way it came about.
    pub fn dump(&self) -> String {
        let mut out = self.index.dump();
        for (end, slot) in &self.ends {
            let _infallible = writeln!(out, "ends {end} {}", slot.0);
        }
        let _infallible = writeln!(out, "serving {:?} policy {:?}", self.serving, self.policy);
        out
    }
}

/// Whether a purpose was allowed to have what a happening told of items.
fn allowed(state: &State, data: &DataCollected, purpose: Code, kind: Kind) -> bool {
    let judged = data.considered.iter().find(|it| it.purpose == purpose.0);
    if judged.is_none_or(|it| it.verdict != Verdict::Allowed.number()) {
        return false;
    }
    // It was judged by all it may have of the happening, which may be less than the items.
    let policy = state.policies.number(data.policy);
    let covers = policy.and_then(|it| {
        let leaves = it.compiled.data(state.names.code(Family::Data, kind.leaf())?)?;
        let purpose = it.compiled.purpose_of(purpose)?;
        Some(purpose.boxes.iter().any(|it| leaves.is_subset(&it.data)))
    });
    covers == Some(true)
}
