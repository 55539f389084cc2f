//! What a use means in a policy's own names: leaves of its tree, and where periods end.

use std::collections::{BTreeMap, BTreeSet};

use handshake_core::policy::Policy;
use handshake_core::vocabulary::{Millis, Name, Period};
use jiff::tz::TimeZone;

use crate::calendar::{NEVER, after};
use crate::case::Case;
use crate::world::World;

/// An instant that periods count from, and where they end, by their words, such as `13 months`.
/// Whoever counts from the later of two instants must compare these: months are of any length, so
/// the later one's may end first.
#[derive(Debug, Clone)]
pub(crate) struct Since {
    pub(crate) at: Millis,
    pub(crate) ends: BTreeMap<String, Millis>,
}

/// Calendar facts of one case, since no engine but ours has a calendar.
#[derive(Debug, Clone)]
pub struct Facts {
    /// One for each datum: since it was collected, if that is known.
    pub(crate) data: Vec<Option<Since>>,
    /// Since the last visit and the last order, if there were any.
    pub(crate) visit: Option<Since>,
    pub(crate) order: Option<Since>,
    /// When each granted agreement must be asked again; the last of several grants counts.
    pub(crate) agreed: BTreeMap<usize, Millis>,
}

impl Facts {
    pub fn new(world: &World, zone: &TimeZone, case: &Case) -> Facts {
        let periods = periods(world, case);
        let since = |at: Millis| Since {
            at,
            ends: periods.iter().map(|it| (it.to_string(), after(at, *it, zone))).collect(),
        };
        let mut agreed = BTreeMap::new();
        for grant in &case.grants {
            let again = world.agreements[grant.agreement].ask_again;
            let end = again.map_or(NEVER, |it| after(grant.at, it, zone));
            let latest = agreed.entry(grant.agreement).or_insert(end);
            *latest = end.max(*latest);
        }
        Facts {
            data: case.data.iter().map(|it| it.collected_at.map(since)).collect(),
            visit: case.last_visit.map(since),
            order: case.last_order.map(since),
            agreed,
        }
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

/// The node above, if there is one.
pub(crate) fn parent(name: &Name) -> Option<&str> {
    name.as_str().rsplit_once('.').map(|(above, _)| above)
}
