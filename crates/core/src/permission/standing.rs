//! Where a person stands on a purpose now: what they answered, seen through time and policy.

use super::answers::{Grant, Permissions};
use super::coverage::{find, is_live};
use crate::policy::{Compiled, CompiledPurpose, Ground, LeafSet, StatementBox};
use crate::vocabulary::{Millis, Standing};

/// A standing with the grants it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    pub standing: Standing,
    pub since: Millis,
    /// Granted statements that are still live; newest last.
    pub grants: Vec<Grant>,
}

/// Derives `expired` and `outgrown`, which no event marks.
pub fn standing(
    permissions: &Permissions,
    purpose: &CompiledPurpose,
    policy: &Compiled,
    statements: &[StatementBox],
    now: Millis,
) -> Stood {
    let (answered, since) = permissions.answered(purpose.code);
    if answered != Standing::Granted {
        return Stood { standing: answered, since, grants: Vec::new() };
    }
    let live = |grant: &Grant| {
        find(statements, grant.statement).is_some_and(|it| is_live(grant, it, now, &policy.zone))
    };
    let mut grants: Vec<Grant> = permissions.grants(purpose.code).filter(live).collect();
    grants.sort_unstable_by_key(|it| it.granted_at);
    let standing = match grants.is_empty() {
        true => Standing::Expired,
        false if covers_whole(purpose, &found(&grants, statements)) => Standing::Granted,
        false => Standing::Outgrown,
    };
    Stood { standing, since, grants }
}

fn found<'a>(grants: &[Grant], statements: &'a [StatementBox]) -> Vec<&'a StatementBox> {
    grants.iter().filter_map(|it| find(statements, it.statement)).collect()
}

/// Whether what the policy now wants on permission lies within what was granted. A statement
/// narrowed to one interest does not make the permission outgrown: less was asked, not more
/// wanted since.
pub(crate) fn covers_whole(purpose: &CompiledPurpose, granted: &[&StatementBox]) -> bool {
    let data =
        granted.iter().fold(LeafSet::EMPTY, |set, it| set.union(&it.data).union(&it.narrowed));
    let mut wanted = purpose.boxes.iter().filter(|it| it.basis == Ground::Permission);
    wanted.all(|it| {
        let reach = granted.iter().any(|granted| {
            granted.recipients & it.recipients == it.recipients
                && granted.channels & it.channels == it.channels
        });
        reach && it.data.is_subset(&data)
    })
}
