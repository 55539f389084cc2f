//! What a use means in a policy's own names: leaves of its tree, and where periods end.

use std::collections::{BTreeMap, BTreeSet};

use handshake_core::policy::Policy;
use handshake_core::vocabulary::{Millis, Name, Period};
use jiff::tz::TimeZone;

use crate::calendar::{NEVER, after};
use crate::case::Case;
use crate::world::World;

/// Ends of periods by their words, such as `13 months`.
pub(crate) type Ends = BTreeMap<String, Millis>;

/// Calendar facts of one case, since no engine but ours has a calendar.
#[derive(Debug, Clone)]
pub struct Facts {
    /// One for each datum: ends of periods since it was collected, if that is known.
    pub data: Vec<Option<Ends>>,
    /// The same since the last visit and the last order, where those came later. It is the later
    /// instant that counts, not the later end: months are of any length, so it may end first.
    pub visit: Vec<Option<Ends>>,
    pub order: Vec<Option<Ends>>,
    /// When each granted agreement must be asked again; the last of several grants counts.
    pub agreed: BTreeMap<usize, Millis>,
    /// The same by the version before, for what it kept.
    pub then: Option<Box<Facts>>,
}

impl Facts {
    pub fn new(world: &World, zone: &TimeZone, case: &Case) -> Facts {
        let periods = periods(world, case);
        let ends = |start: Millis| -> Ends {
            periods.iter().map(|it| (it.to_string(), after(start, *it, zone))).collect()
        };
        let mut agreed = BTreeMap::new();
        for grant in &case.grants {
            let again = world.agreements[grant.agreement].ask_again;
            let end = again.map_or(NEVER, |it| after(grant.at, it, zone));
            let latest = agreed.entry(grant.agreement).or_insert(end);
            *latest = end.max(*latest);
        }
        let since = |renewed: Option<Millis>| {
            let later = |at: Millis| ends(renewed.map_or(at, |it| it.max(at)));
            case.data.iter().map(|it| it.collected_at.map(later)).collect()
        };
        Facts {
            data: since(None),
            visit: since(case.last_visit),
            order: since(case.last_order),
            agreed,
            then: world.before.as_ref().map(|it| Facts::then(it, case).into()),
        }
    }
}

impl Facts {
    fn then(before: &World, case: &Case) -> Facts {
        let case = Case { grants: Vec::new(), ..case.clone() };
        Facts::new(before, &before.zone(), &case)
    }
}

/// The periods for which the purpose that is wanted, or what was agreed for it, keeps data.
fn periods(world: &World, case: &Case) -> BTreeSet<Period> {
    let purpose = world.policy.purposes.iter().find(|it| it.0.as_str() == case.purpose);
    let own = purpose.and_then(|(_, it)| it.keep.as_ref()).map(|it| it.period);
    let agreed = case.grants.iter().filter_map(|it| world.agreements[it.agreement].keep);
    own.into_iter().chain(agreed.map(|(period, _)| period)).collect()
}

/// The leaves of the policy's tree at or below a declared name; none below what is not declared.
pub(crate) fn leaves(policy: &Policy, node: &str) -> Vec<String> {
    let parents: BTreeSet<&str> = policy.data.keys().filter_map(parent).collect();
    let below = |it: &&Name| {
        it.as_str().strip_prefix(node).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let nodes = policy.data.keys().filter(below).map(Name::as_str);
    nodes.filter(|it| !parents.contains(it)).map(str::to_owned).collect()
}

/// What a leaf is worked out from, in one step: what it or a node above it says it is `from`.
pub(crate) fn sources(policy: &Policy, leaf: &str) -> BTreeSet<String> {
    let said = policy
        .data
        .iter()
        .filter(|(node, _)| leaves(policy, node.as_str()).iter().any(|it| it == leaf));
    let from = said.flat_map(|(_, it)| &it.from);
    from.flat_map(|it| leaves(policy, it.as_str())).collect()
}

/// A leaf with what it is worked out from, in any number of steps.
pub(crate) fn with_sources(policy: &Policy, leaf: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([leaf.to_owned()]);
    for source in sources(policy, leaf) {
        all.extend(with_sources(policy, &source));
    }
    all
}

/// The node above, if there is one.
pub(crate) fn parent(name: &Name) -> Option<&str> {
    name.as_str().rsplit_once('.').map(|(above, _)| above)
}
