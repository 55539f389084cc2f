//! Bars: what keeps a use inside a box from being allowed, one condition each.
//!
//! Every bar says "not while …", of conditions that are independent of each other: no permission,
//! an objection, a signal, a tag, an age, a count. So the uses that a policy allows in one cell of
//! data, recipient and channel are a conjunction of bars, and one bar follows from others only if
//! it follows from a single one of them. That is what makes the comparison of policies exact.

use jiff::tz::TimeZone;

use crate::policy::compile::{Compiled, CompiledBox, CompiledNever, CompiledPurpose, Ground};
use crate::policy::model::{Anchor, Line};
use crate::policy::waiver::CompiledMode;
use crate::vocabulary::{Code, Period, Signal, Unit};

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
    /// No live permission covers it.
    NoPermission,
    /// The person is a minor, and no guardian agreed.
    Minor,
    Objected,
    /// Signal and tag together; a bar with neither always bites.
    Never {
        signal: Option<Signal>,
        tag: Option<Code>,
        says: String,
    },
    /// A signal stops the purpose.
    Signal(Signal),
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
            (When::NoPermission, When::NoPermission)
            | (When::Minor, When::Minor)
            | (When::Objected, When::Objected) => true,
            (When::Old { keep, after }, When::Old { keep: longer, after: since }) => {
                is_within(*after, *since) && never_longer(*keep, *longer, zone)
            }
            (
                When::Often { count, window_hours },
                When::Often { count: most, window_hours: window },
            ) => count <= most && window <= window_hours,
            _ => match (self.facts(), other.facts()) {
                (Some((signal, tag)), Some((other_signal, other_tag))) => {
                    (signal.is_none() || signal == other_signal)
                        && (tag.is_none() || tag == other_tag)
                }
                (None, _) | (_, None) => false,
            },
        }
    }

    /// The signal and the tag that must be in force together, for bars on those alone.
    pub(super) fn facts(&self) -> Option<(Option<Signal>, Option<Code>)> {
        match self {
            When::Never { signal, tag, says: _ } => Some((*signal, *tag)),
            When::Signal(signal) => Some((Some(*signal), None)),
            When::NoPermission
            | When::Minor
            | When::Objected
            | When::Old { .. }
            | When::Often { .. } => None,
        }
    }

    /// Whether it bites always: nothing is allowed here.
    pub(super) fn always(&self) -> bool {
        self.facts() == Some((None, None))
    }
}

/// Bars of a purpose that hold in all cells of one box.
pub(super) fn of_box(policy: &Compiled, purpose: &CompiledPurpose, it: &CompiledBox) -> Vec<Bar> {
    let mode = purpose.mode;
    let bar = |when, line, mode| Bar { when, line, mode };
    let mut bars = Vec::new();
    if it.basis == Ground::Permission {
        bars.push(bar(When::NoPermission, it.basis_line, mode));
        if policy.minors_below.is_some() {
            bars.push(bar(When::Minor, it.basis_line, mode));
        }
    }
    if let Some(line) = purpose.objection {
        bars.push(bar(When::Objected, line, mode));
    }
    for rule in &purpose.signals {
        // No TCF or GPP string is read into a decision yet, so neither ever stops a purpose.
        if matches!(rule.signal, Signal::Gpc | Signal::Dnt) {
            bars.push(bar(When::Signal(rule.signal), rule.line, rule.mode));
        }
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

/// The bar of a `never`. Its tag is one, since a `never` names at most one.
pub(super) fn of_never(policy: &Compiled, it: &CompiledNever) -> Bar {
    let tag = it.when_tag.map(|set| {
        let at = usize::try_from(set.trailing_zeros()).unwrap_or(usize::MAX);
        policy.tags.get(at).map_or(Code::NONE, |it| it.0)
    });
    let when = When::Never { signal: it.when_signal, tag, says: it.says.clone() };
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
