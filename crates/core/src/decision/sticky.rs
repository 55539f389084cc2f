//! The sticky policy: data stay under the promises they were collected under.
//!
//! A wider use of what was collected under an older version needs the person's own agreement
//! (FTC, *Gateway Learning* 2004 and *Facebook* 2011). So without permission, a datum may be used
//! only where the version it was collected under would have allowed the use too; and a promise of
//! that version that beats everything still does, unless the person agreed since.

use super::clauses::{self, Case, Finding, Reason, Scope};
use crate::policy::{Compiled, CompiledBox, CompiledPurpose, Ground, LeafSet};
use crate::vocabulary::{Act, Clause, Mode, ReasonCode};

/// Says so where a datum was collected under a narrower deal.
pub(super) fn deal(
    case: &Case<'_>,
    the_box: &CompiledBox,
    (at, leaves): (u16, &LeafSet),
    out: &mut Vec<Reason>,
) {
    let Scope { policy, wanted, .. } = case.scope;
    let datum = wanted.data.get(usize::from(at));
    let Some(collected_at) = datum.and_then(|it| it.collected_at) else { return };
    if policy.from <= collected_at || wanted.act == Act::Collect {
        return;
    }
    let then = policy.ruling_at(collected_at);
    if then.number == policy.number || kept(case, the_box, then, (at, leaves)) {
        return;
    }
    out.push(Reason {
        clause: Clause::Age,
        code: ReasonCode::DealChanged,
        mode: case.mode(),
        line: case.purpose.line,
        datum: Some(at),
        finding: Finding::DealChanged { version: then.version },
    });
}

/// Whether the deal then allows this use of the datum, or the person agreed to it since.
fn kept(
    case: &Case<'_>,
    the_box: &CompiledBox,
    then: &Compiled,
    (at, leaves): (u16, &LeafSet),
) -> bool {
    let Scope { policy, wanted, signals, .. } = case.scope;
    let ruling = |at| policy.ruling_at(at).number;
    let agreed_since = || wanted.grants.iter().any(|it| then.number < ruling(it.granted_at));
    let on_permission = the_box.basis == Ground::Permission;
    if on_permission && agreed_since() {
        return true;
    }
    let datum = wanted.data.get(usize::from(at)).and_then(|it| then.data(it.name.code()));
    let purpose = then.purpose_of(wanted.purpose.code());
    // What the person agreed to names datum and purpose; nothing else ever promised them.
    let (Some(leaves_then), Some(purpose)) = (datum, purpose) else { return on_permission };
    let old = Scope::new(then, wanted, signals);
    if promised_not(&old, purpose, &leaves_then) {
        return false;
    }
    let boxes = || purpose.boxes.iter().filter(|it| it.places & old.places != 0);
    let allows = |it: &CompiledBox| {
        leaves_then.is_subset(&it.data)
            && it.recipients & old.recipient != 0
            && it.channels & old.channel != 0
            && clauses::too_old(&old, it, at).is_none()
            && (it.basis == Ground::Other
                || clauses::permission_gap(case, the_box, at, leaves).is_none())
    };
    let followed = boxes().fold(0, |all, it| all | it.places);
    on_permission || (old.places & !followed == 0 && boxes().all(allows))
}

/// Whether a promise made then bears on the use. What was only rehearsed was promised to nobody.
fn promised_not(then: &Scope<'_>, purpose: &CompiledPurpose, leaves: &LeafSet) -> bool {
    let nevers = purpose.nevers.iter().filter_map(|it| then.policy.nevers.get(usize::from(*it)));
    let mut promised = nevers.filter(|it| it.mode.at(then.wanted.now) != Mode::Rehearse);
    promised.any(|it| clauses::never_bears(it, then, leaves).is_some())
}
