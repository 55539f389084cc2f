//! A use that shows a difference: it violates one bar of the other policy, and is harmless
//! otherwise.

use std::collections::BTreeSet;

use super::bars::{self, When};
use super::widened::{Cell, Side};
use super::{Witness, WitnessAge};
use crate::policy::model::Anchor;
use crate::vocabulary::{Act, Code, Name, Signal};

/// The use in `cell` that violates one bar and is harmless otherwise.
pub(super) fn witness(side: &Side<'_>, cell: Cell, violated: Option<&When>) -> Option<Witness> {
    let policy = side.policy;
    let (signal, tag) = violated.and_then(When::facts).unwrap_or((None, None));
    let tag = tag.and_then(|tag| policy.tags.iter().find(|it| it.0 == tag));
    let without = matches!(violated, Some(When::NoPermission { .. }));
    let inferring = matches!(violated, Some(When::Inferring { .. }));
    Some(Witness {
        act: if inferring { Act::Infer } else { Act::Use },
        jurisdiction: side.place.jurisdiction.clone(),
        granted_by: violated.filter(|_| without).and_then(|it| granted_by(side, it)),
        purpose: side.purpose.name.clone(),
        data: name_of(&policy.leaves, cell.leaf)?,
        recipient: policy
            .recipients
            .iter()
            .find(|it| it.code == cell.recipient)
            .map(|it| it.name.clone())?,
        channel: name_of(&policy.channels, cell.channel)?,
        signal,
        tag: tag.map(|it| it.1.clone()),
        objected: violated == Some(&When::Objected),
        minor: violated == Some(&When::Minor),
        permission: !without,
        not_agreed: not_agreed(side, cell, violated),
        age: violated.and_then(|it| age(side, it)),
        often: match violated {
            Some(When::Often { count, window_hours }) => Some((*count, *window_hours)),
            Some(_) | None => None,
        },
    })
}

/// Sources that the bar violated asks permission for, and this side does not.
fn not_agreed(side: &Side<'_>, cell: Cell, violated: Option<&When>) -> BTreeSet<Name> {
    let Some(When::Inferring { sources, .. }) = violated else { return BTreeSet::new() };
    let leaf = side.policy.leaves.iter().position(|it| it.0 == cell.leaf);
    let bar = leaf.and_then(|it| side.inferring.get(it)?.as_ref());
    let needed = |code: &Code| match bar.map(|it| &it.when) {
        Some(When::Inferring { sources, .. }) => sources.contains(code),
        Some(_) | None => false,
    };
    let missing = sources.iter().filter(|it| !needed(it));
    missing.filter_map(|it| name_of(&side.policy.leaves, *it)).collect()
}

/// The signal that grants here and did not before, where one must.
pub(super) fn granted_by(side: &Side<'_>, violated: &When) -> Option<Signal> {
    let granting = |it: &When| {
        if let When::NoPermission { granting, .. } = it { Some(*granting) } else { None }
    };
    let (now, before) = (side.bars.iter().find_map(|it| granting(&it.when))?, granting(violated)?);
    now.iter().find(|it| !before.has(*it)).or_else(|| now.iter().next())
}

fn name_of(names: &[(Code, Name)], code: Code) -> Option<Name> {
    names.iter().find(|it| it.0 == code).map(|it| it.1.clone())
}

/// Collected just so long ago that the old policy no longer keeps it, and the new one does.
fn age(side: &Side<'_>, violated: &When) -> Option<WitnessAge> {
    let When::Old { keep, after } = violated else { return None };
    let zone = &side.policy.zone;
    let renews = |anchor| matches!(anchor, Anchor::LastVisit | Anchor::LastOrder);
    // What the new policy renews by a visit or an order, somebody has just renewed.
    let longer = side.the_box.keep.filter(|it| it.1 == *after || !renews(it.1)).map(|it| it.0);
    let start = bars::start_between(*keep, longer, zone);
    let now = keep.after(start, zone);
    let renewed = |anchor| if *after == anchor { start } else { now };
    Some(WitnessAge {
        collected_at: start,
        last_visit: renewed(Anchor::LastVisit),
        last_order: renewed(Anchor::LastOrder),
        now,
        after: *after,
    })
}
