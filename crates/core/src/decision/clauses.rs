//! The clauses every datum of a use is checked against. Each finds what fails; none decides.

use super::situation::{Age, Situation, Term};
use crate::permission::{Coverage, WantedDatum, coverage};
use crate::policy::{
    Anchor, Compiled, CompiledBox, CompiledNever, CompiledPurpose, Ground, LeafSet, Line,
    StatementBox,
};
use crate::vocabulary::{Act, Clause, Millis, Mode, ReasonCode, Signal, Standing};

/// Why a clause fails: all that is needed to explain it and to cure it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    pub clause: Clause,
    pub code: ReasonCode,
    pub mode: Mode,
    /// The line of the policy that says so; 0 where no line speaks.
    pub line: Line,
    /// Which datum of the use, or none where the whole use fails.
    pub datum: Option<u16>,
    pub finding: Finding,
}

/// What was found, for words to be made of later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// Purpose, datum, recipient, channel, or the tag at this place is undeclared.
    UndeclaredPurpose,
    UndeclaredDatum,
    UndeclaredRecipient,
    UndeclaredChannel,
    UndeclaredTag(u16),
    /// The `never` at this place of the policy.
    Never(u16),
    Objected,
    Signal,
    /// The purpose does not use the datum.
    NotUsed,
    /// Where the person stands.
    Stands(Standing),
    Minor,
    NotNamed,
    /// Used this often within so many hours; free again then.
    Often {
        count: u32,
        window_hours: u32,
        frees_at: Millis,
    },
    /// Collected then, and to be kept no longer than the box says.
    Old {
        collected_at: Millis,
    },
}

/// What the clauses look at for one box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    pub policy: &'a Compiled,
    pub purpose: &'a CompiledPurpose,
    pub wanted: &'a Situation,
    pub statements: &'a [StatementBox],
    /// Bits of recipient and channel; 0 where undeclared.
    pub recipient: u64,
    pub channel: u64,
}

/// Undeclared names: of purpose, recipient, channel and tags.
pub(super) fn undeclared_names(policy: &Compiled, wanted: &Situation, out: &mut Vec<Reason>) {
    let mut add = |finding| {
        out.push(Reason {
            clause: Clause::Name,
            code: ReasonCode::Undeclared,
            mode: policy.mode,
            line: Line(0),
            datum: None,
            finding,
        });
    };
    if policy.purpose_of(wanted.purpose.code()).is_none() {
        add(Finding::UndeclaredPurpose);
    }
    if policy.recipient(wanted.recipient.code()).is_none() {
        add(Finding::UndeclaredRecipient);
    }
    if policy.channel(wanted.channel.code()).is_none() {
        add(Finding::UndeclaredChannel);
    }
    for (at, tag) in (0u16..).zip(&wanted.tags) {
        if policy.tag(tag.code()).is_none() {
            add(Finding::UndeclaredTag(at));
        }
    }
}

/// The leaves a datum stands for, if it is declared.
pub(super) fn leaves(policy: &Compiled, name: &Term) -> Option<LeafSet> {
    policy.data(name.code())
}

/// Whether a `never` bears on a datum of this use, given that it may bear on the purpose.
pub(super) fn never_bears(
    never: &CompiledNever,
    policy: &Compiled,
    wanted: &Situation,
    (recipient, channel): (u64, u64),
    leaves: &LeafSet,
) -> bool {
    let tags = wanted.tags.iter().filter_map(|it| policy.tag(it.code()));
    let set = tags.fold(0, |all, bit| all | bit);
    never.data.is_none_or(|it| it.meets(leaves))
        && never.recipients.is_none_or(|it| it & recipient != 0)
        && never.channels.is_none_or(|it| it & channel != 0)
        && never.when_signal.is_none_or(|it| wanted.signals.has(it))
        && never.when_tag.is_none_or(|it| it & set != 0)
}

/// Objection, signals and frequency: what stands over the whole purpose.
pub(super) fn whole_use(case: &Case<'_>, out: &mut Vec<Reason>) {
    let Case { purpose, wanted, .. } = case;
    let mut add = |clause, code, mode, line, finding| {
        out.push(Reason { clause, code, mode, line, datum: None, finding });
    };
    if let Some(line) = purpose.objection
        && wanted.objected
    {
        add(Clause::Objection, ReasonCode::Objection, purpose.mode, line, Finding::Objected);
    }
    for rule in purpose.signals.iter().filter(|it| wanted.signals.has(it.signal)) {
        let clause = match rule.signal {
            Signal::Gpc => Clause::Gpc,
            Signal::Dnt => Clause::Dnt,
            // No TCF or GPP string is read yet, so neither is ever in force.
            Signal::Tcf | Signal::Gpp => continue,
        };
        add(clause, ReasonCode::SignalIgnored, rule.mode, rule.line, Finding::Signal);
    }
    if !matches!(wanted.act, Act::Use | Act::Share) {
        return;
    }
    for limit in &purpose.limits {
        let recent = wanted.recent.iter().find(|it| it.window_hours == limit.window_hours);
        let Some(recent) = recent.filter(|it| limit.count <= it.count) else { continue };
        let finding = Finding::Often {
            count: recent.count,
            window_hours: recent.window_hours,
            frees_at: recent.frees_at,
        };
        add(Clause::Frequency, ReasonCode::TooOften, limit.mode, limit.line, finding);
    }
}

/// Recipient and channel against one box.
pub(super) fn reach(case: &Case<'_>, the_box: &CompiledBox, out: &mut Vec<Reason>) {
    let mode = case.purpose.mode;
    let mut add = |clause, code, line| {
        let finding = Finding::NotNamed;
        out.push(Reason { clause, code, mode, line, datum: None, finding });
    };
    if case.recipient != 0 && case.recipient & the_box.recipients == 0 {
        add(Clause::Recipient, ReasonCode::Recipient, the_box.recipients_line);
    }
    if case.channel != 0 && case.channel & the_box.channels == 0 {
        add(Clause::Channel, ReasonCode::Channel, the_box.channels_line);
    }
}

/// Basis and age of one datum against one box.
pub(super) fn datum(
    case: &Case<'_>,
    the_box: &CompiledBox,
    (at, leaves): (u16, &LeafSet),
    out: &mut Vec<Reason>,
) {
    let mode = case.purpose.mode;
    let mut add = |clause, code, line, finding| {
        out.push(Reason { clause, code, mode, line, datum: Some(at), finding });
    };
    if !leaves.is_subset(&the_box.data) {
        add(Clause::Basis, ReasonCode::ExtraData, the_box.data_line, Finding::NotUsed);
    } else if the_box.basis == Ground::Permission
        && let Some((code, finding)) = permission_gap(case, the_box, at, leaves)
    {
        add(Clause::Basis, code, the_box.basis_line, finding);
    }
    if let Some((code, collected_at)) = too_old(case, the_box, at) {
        add(Clause::Age, code, the_box.keep_line, Finding::Old { collected_at });
    }
}

fn permission_gap(
    case: &Case<'_>,
    the_box: &CompiledBox,
    at: u16,
    leaves: &LeafSet,
) -> Option<(ReasonCode, Finding)> {
    let wanted = case.wanted;
    if case.policy.minors_below.is_some() && wanted.age == Age::Minor {
        return Some((ReasonCode::NoPermission, Finding::Minor));
    }
    let stands = |code, standing| Some((code, Finding::Stands(standing)));
    let collected_at = wanted.data.get(usize::from(at)).and_then(|it| it.collected_at);
    let datum = WantedDatum {
        leaves: *leaves,
        recipient: case.recipient & the_box.recipients,
        channel: case.channel & the_box.channels,
        collected_at: collected_at.filter(|_| wanted.act != Act::Collect),
        last_visit: wanted.last_visit,
        last_order: wanted.last_order,
    };
    let (statements, zone) = (case.statements, &case.policy.zone);
    match coverage(&wanted.grants, statements, &datum, wanted.now, zone) {
        Coverage::Covered => None,
        Coverage::Expired => stands(ReasonCode::Expired, Standing::Expired),
        Coverage::Outgrown => stands(ReasonCode::Outgrown, Standing::Outgrown),
        Coverage::Nothing => match wanted.standing {
            Standing::Refused => stands(ReasonCode::Refused, Standing::Refused),
            Standing::Withdrawn => stands(ReasonCode::Withdrawn, Standing::Withdrawn),
            standing @ (Standing::NotAsked
            | Standing::Asked
            | Standing::Deferred
            | Standing::Granted
            | Standing::Expired
            | Standing::Outgrown) => stands(ReasonCode::NoPermission, standing),
        },
    }
}

/// Whether a datum is older than its box keeps it. What is collected now is not old, and an age
/// nobody knows is not held against a use.
fn too_old(case: &Case<'_>, the_box: &CompiledBox, at: u16) -> Option<(ReasonCode, Millis)> {
    let wanted = case.wanted;
    let (period, anchor) = the_box.keep?;
    let collected_at = wanted.data.get(usize::from(at))?.collected_at?;
    let starts = match anchor {
        Anchor::Collection | Anchor::Order => collected_at,
        Anchor::LastVisit => wanted.last_visit.unwrap_or(collected_at).max(collected_at),
        Anchor::LastOrder => wanted.last_order.unwrap_or(collected_at).max(collected_at),
        // This very decision renews it.
        Anchor::LastDecision => return None,
    };
    let code = match wanted.act {
        Act::Collect => return None,
        Act::Retain => ReasonCode::KeptTooLong,
        Act::Use | Act::Share | Act::Infer => ReasonCode::TooOld,
    };
    period.has_passed(starts, wanted.now, &case.policy.zone).then_some((code, collected_at))
}
