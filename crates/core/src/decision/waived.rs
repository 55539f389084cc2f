//! Which waiver lets a failing rule go by: found from the reason and the time, never stored.

use super::clauses::{Finding, Reason};
use super::situation::Situation;
use crate::policy::{Compiled, Waived};

/// The waiver under which the rule of a reason is not enforced now, if there is one.
pub fn waiver<'p>(reason: &Reason, policy: &'p Compiled, wanted: &Situation) -> Option<&'p Waived> {
    let purpose = policy.purpose_of(wanted.purpose.code());
    let mode = match reason.finding {
        Finding::Never(at) => policy.nevers.get(usize::from(at)).map(|it| it.mode),
        Finding::Signal => {
            let rules = purpose.map_or(&[][..], |it| &it.signals);
            rules.iter().find(|it| it.line == reason.line).map(|it| it.mode)
        }
        Finding::Often { window_hours, .. } => {
            let limits = purpose.map_or(&[][..], |it| &it.limits);
            let same = |it: &&crate::policy::CompiledLimit| {
                it.line == reason.line && it.window_hours == window_hours
            };
            limits.iter().find(same).map(|it| it.mode)
        }
        Finding::UndeclaredPurpose
        | Finding::UndeclaredDatum
        | Finding::UndeclaredRecipient
        | Finding::UndeclaredChannel
        | Finding::UndeclaredTag(_) => None,
        Finding::Objected
        | Finding::NotUsed
        | Finding::Source
        | Finding::Elsewhere
        | Finding::DealChanged { .. }
        | Finding::Stands(_)
        | Finding::Minor
        | Finding::NotNamed
        | Finding::Old { .. } => purpose.map(|it| it.mode),
    };
    policy.waiver_of(mode?, wanted.now)
}
