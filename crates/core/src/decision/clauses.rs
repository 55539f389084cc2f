//! The clauses every datum of a use is checked against. Each finds what fails; none decides.

use super::situation::{Age, Situation, Term};
use super::sticky;
use super::weigh::{self, Weighed};
use crate::permission::{Coverage, Granted, WantedDatum};
use crate::policy::{
    Anchor, Compiled, CompiledBox, CompiledNever, CompiledPurpose, Ground, LeafSet, Line,
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
    /// The purpose does not use, or may not use, what the datum is worked out from.
    Source,
    /// The purpose is not followed where the person may be.
    Elsewhere,
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
    /// Collected under this version of the policy, which did not allow it.
    DealChanged {
        version: u32,
    },
}

/// A use in the bits of one policy; 0 where a name is undeclared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub policy: &'a Compiled,
    pub wanted: &'a Situation,
    pub recipient: u64,
    pub channel: u64,
    pub tags: u64,
    /// Where the person may be.
    pub places: u64,
    pub signals: Weighed,
}

/// What the clauses look at for one purpose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    pub scope: Scope<'a>,
    pub purpose: &'a CompiledPurpose,
    pub granted: Granted<'a>,
}

impl Case<'_> {
    /// The mode of the purpose now.
    pub(super) fn mode(&self) -> Mode {
        self.purpose.mode.at(self.scope.wanted.now)
    }
}

impl<'a> Scope<'a> {
    pub(super) fn new(policy: &'a Compiled, wanted: &'a Situation, signals: Weighed) -> Scope<'a> {
        let tags = wanted.tags.iter().filter_map(|it| policy.tag(it.code()));
        Scope {
            policy,
            wanted,
            recipient: policy.recipient(wanted.recipient.code()).unwrap_or(0),
            channel: policy.channel(wanted.channel.code()).unwrap_or(0),
            tags: tags.fold(0, |all, bit| all | bit),
            places: policy.places(&wanted.jurisdiction),
            signals,
        }
    }
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

/// Why a `never` bears on a datum of this use, if it does, given that it may bear on the purpose.
pub(super) fn never_bears(
    never: &CompiledNever,
    scope: &Scope<'_>,
    leaves: &LeafSet,
) -> Option<ReasonCode> {
    let bears = never.places & scope.places != 0
        && never.recipients.is_none_or(|it| it & scope.recipient != 0)
        && never.channels.is_none_or(|it| it & scope.channel != 0)
        && never.when_signal.is_none_or(|it| scope.signals.in_force.has(it))
        && never.when_tag.is_none_or(|it| it & scope.tags != 0);
    match never.data {
        _ if !bears => None,
        None => Some(ReasonCode::Never),
        Some(data) if data.meets(leaves) => Some(ReasonCode::Never),
        Some(_) if never.inherited.meets(leaves) => Some(ReasonCode::Inferred),
        Some(_) => None,
    }
}

/// Objection, signals and frequency: what stands over the whole purpose.
pub(super) fn whole_use(case: &Case<'_>, out: &mut Vec<Reason>) {
    let Case { purpose, .. } = case;
    let Scope { wanted, places, signals, .. } = case.scope;
    let mut add = |clause, code, mode, line, finding| {
        out.push(Reason { clause, code, mode, line, datum: None, finding });
    };
    if let Some(line) = purpose.objection
        && wanted.objected
    {
        let mode = purpose.mode.at(wanted.now);
        add(Clause::Objection, ReasonCode::Objection, mode, line, Finding::Objected);
    }
    for signal in signals.in_force.iter().filter(|_| !purpose.signals.is_empty()) {
        // Of several rules about a signal, for somebody who may be in several places, one is told.
        let rules = weigh::rules(purpose, places).filter(|it| it.signal == signal);
        let Some(rule) = rules.max_by_key(|it| it.mode.at(wanted.now)) else { continue };
        let clause = match rule.signal {
            Signal::Gpc => Clause::Gpc,
            Signal::Dnt => Clause::Dnt,
            Signal::Tcf => Clause::Tcf,
            Signal::Gpp => Clause::Gpp,
        };
        let mode = rule.mode.at(wanted.now);
        add(clause, ReasonCode::SignalIgnored, mode, rule.line, Finding::Signal);
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
        let mode = limit.mode.at(wanted.now);
        add(Clause::Frequency, ReasonCode::TooOften, mode, limit.line, finding);
    }
}

/// Whether the purpose is followed in every place where the person may be.
pub(super) fn place(case: &Case<'_>, out: &mut Vec<Reason>) {
    let Case { purpose, .. } = case;
    if case.scope.places & !purpose.followed != 0 {
        out.push(Reason {
            clause: Clause::Place,
            code: ReasonCode::Country,
            mode: case.mode(),
            line: purpose.only_in_line,
            datum: None,
            finding: Finding::Elsewhere,
        });
    }
}

/// Recipient and channel against the purpose, which has the same of both in every place.
pub(super) fn reach(case: &Case<'_>, the_box: &CompiledBox, out: &mut Vec<Reason>) {
    let (scope, mode) = (&case.scope, case.mode());
    let mut add = |clause, code, line| {
        let finding = Finding::NotNamed;
        out.push(Reason { clause, code, mode, line, datum: None, finding });
    };
    if scope.recipient != 0 && scope.recipient & the_box.recipients == 0 {
        add(Clause::Recipient, ReasonCode::Recipient, the_box.recipients_line);
    }
    if scope.channel != 0 && scope.channel & the_box.channels == 0 {
        add(Clause::Channel, ReasonCode::Channel, the_box.channels_line);
    }
}

/// Basis of one datum against one box.
pub(super) fn basis(
    case: &Case<'_>,
    the_box: &CompiledBox,
    (at, leaves): (u16, &LeafSet),
    out: &mut Vec<Reason>,
) {
    let mode = case.mode();
    let mut add = |code, line, finding| {
        out.push(Reason { clause: Clause::Basis, code, mode, line, datum: Some(at), finding });
    };
    let on_permission = the_box.basis == Ground::Permission;
    let gap = |leaves| permission_gap(case, the_box, at, leaves).filter(|_| on_permission);
    if !leaves.is_subset(&the_box.data) {
        return add(ReasonCode::ExtraData, the_box.data_line, Finding::NotUsed);
    }
    if let Some((code, finding)) = gap(leaves) {
        return add(code, the_box.basis_line, finding);
    }
    if case.scope.wanted.act != Act::Infer {
        return;
    }
    // What is worked out stands on what it is worked out from.
    let sources = case.scope.policy.with_sources(leaves);
    if !sources.is_subset(&the_box.data) || gap(&sources).is_some() {
        add(ReasonCode::Inferred, the_box.data_line, Finding::Source);
    }
}

/// Age of one datum: past what the box keeps, or from under a narrower deal.
pub(super) fn age(
    case: &Case<'_>,
    the_box: &CompiledBox,
    (at, leaves): (u16, &LeafSet),
    out: &mut Vec<Reason>,
) {
    let mode = case.mode();
    if let Some((code, collected_at)) = too_old(&case.scope, the_box, at) {
        out.push(Reason {
            clause: Clause::Age,
            code,
            mode,
            line: the_box.keep_line,
            datum: Some(at),
            finding: Finding::Old { collected_at },
        });
    }
    sticky::deal(case, the_box, (at, leaves), out);
}

/// Why permission does not cover a datum, if it does not.
pub(super) fn permission_gap(
    case: &Case<'_>,
    the_box: &CompiledBox,
    at: u16,
    leaves: &LeafSet,
) -> Option<(ReasonCode, Finding)> {
    let Scope { policy, wanted, recipient, channel, places, .. } = case.scope;
    if policy.minors_below.is_some() && wanted.age == Age::Minor {
        return Some((ReasonCode::NoPermission, Finding::Minor));
    }
    let stands = |code, standing| Some((code, Finding::Stands(standing)));
    let collected_at = wanted.data.get(usize::from(at)).and_then(|it| it.collected_at);
    // What the policy itself keeps no longer is told as old, not as more than was agreed.
    let ages = wanted.act != Act::Collect && too_old(&case.scope, the_box, at).is_none();
    let datum = WantedDatum {
        leaves: *leaves,
        recipient: recipient & the_box.recipients,
        channel: channel & the_box.channels,
        collected_at: collected_at.filter(|_| ages),
        last_visit: wanted.last_visit,
        last_order: wanted.last_order,
    };
    match case.granted.covers(&datum) {
        Coverage::Covered => None,
        Coverage::Expired => stands(ReasonCode::Expired, Standing::Expired),
        Coverage::Outgrown => stands(ReasonCode::Outgrown, Standing::Outgrown),
        Coverage::Nothing
            if weigh::grants(case.purpose, places & the_box.places, &case.scope.signals) =>
        {
            None
        }
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
pub(super) fn too_old(
    scope: &Scope<'_>,
    the_box: &CompiledBox,
    at: u16,
) -> Option<(ReasonCode, Millis)> {
    let wanted = scope.wanted;
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
    period.has_passed(starts, wanted.now, &scope.policy.zone).then_some((code, collected_at))
}
