//! Asking: how long an answer lasts, how often people are asked, and from what age.

use super::Notes;
use crate::policy::model::Purpose;
use crate::vocabulary::{Name, Period, Unit};

/// A permission older than this should be asked for again (EDPB 05/2020, 110 and 111).
const MONTHS_MAX: u32 = 24;
/// So long does a refusal stand in any case (CNIL, recommendation on trackers, 2020).
const MONTHS_MIN: u32 = 6;
/// No member state may let younger children agree by themselves (GDPR 8(1)).
const AGE_MIN: u32 = 13;

pub(super) fn again(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    if !it.asks() {
        return;
    }
    let line = it.line;
    match it.ask_again {
        None => {
            let said = format!("a permission for `{name}` never ends");
            notes.warning(line, "no-ask-again", said, "add `ask-again after=24 months`");
        }
        Some(period) if longer_than(period, MONTHS_MAX) => {
            let said = format!("a permission for `{name}` is asked for again after {period}");
            let help = format!("ask again after {MONTHS_MAX} months or less");
            notes.warning(line, "late-ask-again", said, &help);
        }
        Some(period) if !longer_than(period, MONTHS_MIN - 1) => {
            let said = format!("a permission for `{name}` ends after {period} already");
            let help = format!(
                "use {MONTHS_MIN} months or more: so long does a refusal stand, and who agreed \
                 should not be asked more often"
            );
            notes.warning(line, "early-ask-again", said, &help);
        }
        Some(_) => (),
    }
}

/// What bears on all asks of the policy.
pub(super) fn people(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    if !policy.purposes.values().any(Purpose::asks) {
        return;
    }
    let line = notes.line_of("policy");
    if policy.ask_budget.is_none() {
        let said = "nothing limits how often people are asked".to_owned();
        notes.warning(line, "no-ask-budget", said, "add `ask-budget per-visit=1 per-quarter=3`");
    }
    match policy.minors {
        None => {
            let said = "the policy does not say from what age a permission is valid".to_owned();
            notes.warning(line, "no-minors", said, "add `minors below=16 need=guardian`");
        }
        Some(minors) if minors.below < AGE_MIN => {
            let said = format!("children of {} may agree by themselves", minors.below);
            let help = format!("use 16, or what your law says, and not less than {AGE_MIN}");
            notes.warning(minors.line, "low-age", said, &help);
        }
        Some(_) => (),
    }
}

/// Whether a period is longer than so many months, a month being 31 days at most.
pub(super) fn longer_than(period: Period, months: u32) -> bool {
    let Period { count, unit } = period;
    let hours_of_month = 31 * 24;
    match unit {
        Unit::Hours => months * hours_of_month < count,
        Unit::Days => months * 31 < count,
        Unit::Weeks => months * 31 < count * 7,
        Unit::Months => months < count,
        Unit::Years => months < count * 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_compared_in_months() {
        let longer = |count, unit, months| longer_than(Period { count, unit }, months);
        assert!(!longer(24, Unit::Months, 24) && longer(25, Unit::Months, 24));
        assert!(!longer(2, Unit::Years, 24) && longer(3, Unit::Years, 24));
        assert!(!longer(730, Unit::Days, 24) && longer(745, Unit::Days, 24));
        assert!(!longer(5, Unit::Months, 5) && longer(180, Unit::Days, 5));
        assert!(longer(10_000, Unit::Hours, 12) && longer(200, Unit::Weeks, 24));
    }
}
