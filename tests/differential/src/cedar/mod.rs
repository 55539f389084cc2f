//! The policy as Cedar: a `permit` for each box, a `forbid` for each promise, everything else
//! denied. A datum is asked for leaf by leaf.

mod policies;
mod request;

use std::collections::HashMap;

use cedar_policy::{
    Authorizer, Decision, Entities, Policy as CedarPolicy, PolicyId, PolicySet, Request,
};
use handshake_core::policy::Policy;

use crate::answer::Answer;
use crate::case::Case;
use crate::facts::Facts;
use crate::world::World;

/// Policies read once, by their text: generated files repeat many.
pub type Cache = HashMap<(String, String), CedarPolicy>;

/// A policy set with the entities it speaks of.
#[derive(Debug)]
pub struct Cedar {
    now: Version,
    then: Option<Version>,
    authorizer: Authorizer,
}

/// One version's policies.
#[derive(Debug)]
struct Version {
    set: PolicySet,
    entities: Entities,
    policy: Policy,
}

/// The requests of one datum, one for each leaf.
pub(crate) type Asked = Vec<Request>;

impl Cedar {
    pub fn new(world: &World, cache: &mut Cache) -> Cedar {
        let now = Version::new(&world.policy, policies::policies(world), cache);
        let before = world.before.as_ref().map(|it| &it.policy);
        let then = before.map(|it| Version::new(it, policies::then(it), cache));
        Cedar { now, then, authorizer: Authorizer::new() }
    }

    pub fn answer(&self, case: &Case, facts: &Facts) -> Answer {
        self.decide(&self.requests(case, facts))
    }

    pub fn requests(&self, case: &Case, facts: &Facts) -> Vec<Asked> {
        let deals: Vec<&str> = (0..case.data.len()).map(|at| self.deal(case, facts, at)).collect();
        request::requests(&self.now.policy, case, facts, &deals)
    }

    /// What the version before says of a datum: that it promised not to, that it allowed the use,
    /// that it did so with permission, or no.
    fn deal(&self, case: &Case, facts: &Facts, at: usize) -> &'static str {
        let (Some(then), Some(facts)) = (&self.then, &facts.then) else { return "allowed" };
        let (mut allowed, mut asks) = (true, true);
        for permitted in [false, true] {
            let asked = request::then(&then.policy, case, facts, (at, permitted));
            // Of what it did not know it promised nothing.
            if asked.is_empty() {
                return "no";
            }
            for leaf in &asked {
                let response = self.authorizer.is_authorized(leaf, &then.set, &then.entities);
                let said = response.diagnostics();
                let wrong: Vec<_> = said.errors().collect();
                assert!(wrong.is_empty(), "Cedar could not evaluate: {wrong:?}");
                let promises = |id: &PolicyId| {
                    let id: &str = id.as_ref();
                    id.starts_with(policies::PROMISE)
                };
                if said.reason().any(promises) {
                    return "promised";
                }
                let holds = response.decision() == Decision::Allow;
                *(if permitted { &mut asks } else { &mut allowed }) &= holds;
            }
        }
        match (allowed, asks) {
            (true, _) => "allowed",
            (false, true) => "asks",
            (false, false) => "no",
        }
    }

    pub fn decide(&self, data: &[Asked]) -> Answer {
        let mut undeclared = false;
        let covered = data.iter().map(|leaves| {
            let mut covered = true;
            for leaf in leaves {
                let response =
                    self.authorizer.is_authorized(leaf, &self.now.set, &self.now.entities);
                let said = response.diagnostics();
                let wrong: Vec<_> = said.errors().collect();
                assert!(wrong.is_empty(), "Cedar could not evaluate: {wrong:?}");
                let undeclares = |id: &PolicyId| {
                    let id: &str = id.as_ref();
                    id.starts_with(policies::UNDECLARED)
                };
                undeclared |= said.reason().any(undeclares);
                covered &= response.decision() == Decision::Allow;
            }
            covered
        });
        let covered = covered.collect();
        Answer::of(undeclared, covered)
    }

    /// How many policies Cedar goes through for each request.
    pub fn policies(&self) -> usize {
        self.now.set.policies().count()
    }
}

impl Version {
    fn new(policy: &Policy, texts: Vec<(String, String)>, cache: &mut Cache) -> Version {
        let mut set = PolicySet::new();
        for (id, text) in texts {
            let read = cache.entry((id, text)).or_insert_with_key(|(id, text)| {
                let parsed = CedarPolicy::parse(Some(PolicyId::new(id)), text);
                parsed.unwrap_or_else(|it| panic!("Cedar: {it:?}\n{text}"))
            });
            set.add(read.clone()).unwrap();
        }
        Version { set, entities: request::entities(policy), policy: policy.clone() }
    }
}
