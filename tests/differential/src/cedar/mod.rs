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
    set: PolicySet,
    entities: Entities,
    authorizer: Authorizer,
    policy: Policy,
}

/// The requests of one datum, one for each leaf.
pub(crate) type Asked = Vec<Request>;

impl Cedar {
    pub fn new(world: &World, cache: &mut Cache) -> Cedar {
        let mut set = PolicySet::new();
        for (id, text) in policies::policies(world) {
            let read = cache.entry((id, text)).or_insert_with_key(|(id, text)| {
                let parsed = CedarPolicy::parse(Some(PolicyId::new(id)), text);
                parsed.unwrap_or_else(|it| panic!("Cedar: {it:?}\n{text}"))
            });
            set.add(read.clone()).unwrap();
        }
        Cedar {
            set,
            entities: request::entities(&world.policy),
            authorizer: Authorizer::new(),
            policy: world.policy.clone(),
        }
    }

    pub fn answer(&self, case: &Case, facts: &Facts) -> Answer {
        self.decide(&self.requests(case, facts))
    }

    pub fn requests(&self, case: &Case, facts: &Facts) -> Vec<Asked> {
        request::requests(&self.policy, case, facts)
    }

    pub fn decide(&self, data: &[Asked]) -> Answer {
        let mut undeclared = false;
        let covered = data.iter().map(|leaves| {
            let mut covered = true;
            for leaf in leaves {
                let response = self.authorizer.is_authorized(leaf, &self.set, &self.entities);
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
        self.set.policies().count()
    }
}
