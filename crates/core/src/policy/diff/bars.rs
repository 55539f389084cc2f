//! Bars: what keeps a use inside a box from being allowed, one condition each.
//!
//! Every bar says "not while …", of conditions that are independent of each other: no permission,
//! an objection, a signal, a tag, an age, a count. So the uses that a policy allows in one cell of
//! data, recipient and channel are a conjunction of bars, and one bar follows from others only if
//! it follows from a single one of them. That is what makes the comparison of policies exact.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::policy::compiled::{Compiled, CompiledBox, CompiledNever, CompiledPurpose, Ground};
use crate::policy::model::{Anchor, Line};
use crate::policy::waiver::CompiledMode;
use crate::vocabulary::{Code, Period, Signal, Signals, Unit};

/// One condition under which a use is not allowed, with the line that says so and how firmly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    pub when: When,
    pub line: Line,
    pub mode: CompiledMode,
}

/// What must be the case for a bar to bite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    /// No live permission covers it, and no signal grants it.
    NoPermission {
        granting: Signals,
        needs: u32,
    },
    /// It is worked out now, and the person did not agree to all it is worked out from, or the
    /// purpose does not use all of that.
    Inferring {
        sources: BTreeSet<Code>,
        outside: bool,
    },
    /// The person is a minor, and no guardian agreed.
    Minor,
    Objected,
    /// Signal and tag together; a bar with neither always bites.
    Never {
        signal: Option<Signal>,
        tag: Option<Code>,
        says: String,
        needs: u32,
    },
    /// A signal stops the purpose. A TCF string does if it refuses any purpose that is needed.
    Signal {
        signal: Signal,
        needs: u32,
    },
    Old {
        keep: Period,
        after: Anchor,
    },
    Often {
        count: u32,
        window_hours: u32,
    },
}

impl When {
    /// Whether whatever this bar stops, `other` would have stopped too: whether `other` may be
    /// dropped where this stands.
    pub(super) fn covers(&self, other: &When, zone: &TimeZone) -> bool {
        match (self, other) {
            (When::Minor, When::Minor) | (When::Objected, When::Objected) => true,
            (
                When::NoPermission { granting, needs },
                When::NoPermission { granting: others, needs: fewer },
            ) => {
                let more = granting.iter().any(|it| !others.has(it));
                !more && (!granting.has(Signal::Tcf) || fewer & !needs == 0)
            }
            (
                When::Inferring { sources, outside },
                When::Inferring { sources: fewer, outside: others },
            ) => *outside || (!others && fewer.is_subset(sources)),
            (When::Old { keep, after }, When::Old { keep: longer, after: since }) => {
                is_within(*after, *since) && never_longer(*keep, *longer, zone)
            }
            (
                When::Often { count, window_hours },
                When::Often { count: most, window_hours: window },
            ) => count <= most && window <= window_hours,
            _ => match (self.facts(), other.facts()) {
                (Some((signal, tag)), Some((other_signal, other_tag))) => {
                    let needs = other.needs() & !self.needs() == 0;
                    (signal.is_none() || (signal == other_signal && needs))
                        && (tag.is_none() || tag == other_tag)
                }
                (None, _) | (_, None) => false,
            },
        }
    }

    /// The signal and the tag that must be in force together, for bars on those alone.
    pub(super) fn facts(&self) -> Option<(Option<Signal>, Option<Code>)> {
        match self {
            When::Never { signal, tag, .. } => Some((*signal, *tag)),
            When::Signal { signal, .. } => Some((Some(*signal), None)),
            When::NoPermission { .. }
            | When::Inferring { .. }
            | When::Minor
            | When::Objected
            | When::Old { .. }
            | When::Often { .. } => None,
        }
    }

    /// TCF purposes that must all be granted, as bits.
    fn needs(&self) -> u32 {
        match self {
            When::NoPermission { needs, .. }
            | When::Never { needs, .. }
            | When::Signal { needs, .. } => *needs,
            When::Inferring { .. }
            | When::Minor
            | When::Objected
            | When::Old { .. }
            | When::Often { .. } => 0,
        }
    }

    /// Whether it bites always: nothing is allowed here.
    pub(super) fn always(&self) -> bool {
        self.facts() == Some((None, None))
    }
}

/// Bars that hold in all cells of one box of a purpose, for people who may be in any of some
/// places.
pub(super) fn of_box(
    policy: &Compiled,
    purpose: &CompiledPurpose,
    (it, places): (&CompiledBox, u64),
) -> Vec<Bar> {
    let mode = purpose.mode;
    let bar = |when, line, mode| Bar { when, line, mode };
    let rules = || purpose.signals.iter().filter(|it| it.places & places != 0);
    let needs = |signal| if signal == Signal::Tcf { purpose.tcf_purposes } else { 0 };
    let mut bars = Vec::new();
    if it.basis == Ground::Permission {
        let asking = places & it.places;
        let everywhere = |signal: &Signal| {
            let granting = rules().filter(|it| it.grants && it.signal == *signal);
            granting.fold(0, |covered, it| covered | it.places) & asking == asking
        };
        let granting = Signal::ALL.into_iter().filter(everywhere);
        let granting = granting.fold(Signals::NONE, Signals::with);
        let needs = if granting.has(Signal::Tcf) { purpose.tcf_purposes } else { 0 };
        bars.push(bar(When::NoPermission { granting, needs }, it.basis_line, mode));
        if policy.minors_below.is_some() {
            bars.push(bar(When::Minor, it.basis_line, mode));
        }
    }
    if let Some(line) = purpose.objection {
        bars.push(bar(When::Objected, line, mode));
    }
    for rule in rules() {
        let when = When::Signal { signal: rule.signal, needs: needs(rule.signal) };
        bars.push(bar(when, rule.line, rule.mode));
    }
    if let Some((keep, after)) = it.keep.filter(|it| it.1 != Anchor::LastDecision) {
        bars.push(bar(When::Old { keep, after }, it.keep_line, mode));
    }
    for limit in &purpose.limits {
        let when = When::Often { count: limit.count, window_hours: limit.window_hours };
        bars.push(bar(when, limit.line, limit.mode));
    }
    bars
}

/// What it takes to work a leaf out, if it is worked out from anything.
pub(super) fn of_inferring(
    policy: &Compiled,
    purpose: &CompiledPurpose,
    (it, leaf): (&CompiledBox, usize),
) -> Option<Bar> {
    let sources = policy.sources.get(leaf).filter(|it| !it.is_empty())?;
    let outside = !sources.is_subset(&it.data);
    if !outside && it.basis != Ground::Permission {
        return None;
    }
    let codes = sources.iter().filter_map(|leaf| policy.leaves.get(leaf).map(|it| it.0));
    let when = When::Inferring { sources: codes.collect(), outside };
    Some(Bar { when, line: it.data_line, mode: purpose.mode })
}

/// The bar of a `never`. Its tag is one, since a `never` names at most one.
pub(super) fn of_never(policy: &Compiled, purpose: &CompiledPurpose, it: &CompiledNever) -> Bar {
    let tag = it.when_tag.map(|set| {
        let at = usize::try_from(set.trailing_zeros()).unwrap_or(usize::MAX);
        policy.tags.get(at).map_or(Code::NONE, |it| it.0)
    });
    let needs = if it.when_signal == Some(Signal::Tcf) { purpose.tcf_purposes } else { 0 };
    let when = When::Never { signal: it.when_signal, tag, says: it.says.clone(), needs };
    Bar { when, line: it.line, mode: it.mode }
}

/// Whether the time since `of` is never longer than the time since `since`. A visit or an order
/// only ever renews: the time since the last one is at most the time since collection.
fn is_within(since: Anchor, of: Anchor) -> bool {
    let collected = |it| matches!(it, Anchor::Collection | Anchor::Order);
    since == of || collected(since)
}

/// Whether `keep` ends no later than `longer`, whenever it starts.
fn never_longer(keep: Period, longer: Period, zone: &TimeZone) -> bool {
    match (in_months(keep), in_months(longer)) {
        (Some(keep), Some(longer)) => keep <= longer,
        _ if keep.unit == longer.unit => keep.count <= longer.count,
        _ => STARTS.iter().all(|&start| {
            let start = crate::vocabulary::Millis(start);
            keep.after(start, zone) <= longer.after(start, zone)
        }),
    }
}

fn in_months(it: Period) -> Option<u32> {
    match it.unit {
        Unit::Months => Some(it.count),
        Unit::Years => Some(it.count.saturating_mul(12)),
        Unit::Hours | Unit::Days | Unit::Weeks => None,
    }
}

/// The first of each month of eight years from 2027, at noon UTC, and the days around its end:
/// between them every length that so many months or days can have. Eight years hold both kinds
/// of year on each side of a leap day.
static STARTS: std::sync::LazyLock<Vec<i64>> = std::sync::LazyLock::new(|| {
    const FIRST: i64 = 1_798_804_800_000; // 2027-01-01T12:00:00Z
    (0..8 * 366).map(|day| FIRST + day * 86_400_000).collect()
});

/// A start from which `keep` has run out when `other` has not, if there is one; else any.
pub(super) fn start_between(
    old: Period,
    new: Option<Period>,
    zone: &TimeZone,
) -> crate::vocabulary::Millis {
    let starts = STARTS.iter().map(|&it| crate::vocabulary::Millis(it));
    let outlived = |it: &crate::vocabulary::Millis| {
        new.is_none_or(|new| old.after(*it, zone) < new.after(*it, zone))
    };
    let mut starts = starts.filter(outlived);
    starts.next().unwrap_or(crate::vocabulary::Millis(STARTS.first().copied().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keep: (u32, Unit), longer: (u32, Unit), expected: bool) {
        let period = |(count, unit)| Period { count, unit };
        let zone = TimeZone::get("Europe/London").unwrap();
        assert_eq!(never_longer(period(keep), period(longer), &zone), expected);
    }

    #[test]
    fn periods_compare_whenever_they_start() {
        check((13, Unit::Months), (13, Unit::Months), true);
        check((1, Unit::Years), (12, Unit::Months), true);
        check((13, Unit::Months), (1, Unit::Years), false);
        check((28, Unit::Days), (1, Unit::Months), true);
        check((30, Unit::Days), (1, Unit::Months), false);
        check((1, Unit::Months), (30, Unit::Days), false);
        check((1, Unit::Months), (31, Unit::Days), true);
        check((48, Unit::Hours), (3, Unit::Days), true);
        check((366, Unit::Days), (1, Unit::Years), false);
        check((1, Unit::Years), (366, Unit::Days), true);
        check((1, Unit::Years), (365, Unit::Days), false);
    }
}
