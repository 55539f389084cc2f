//! Instants, and the calendar periods of a policy.

use std::fmt;

use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};

/// Milliseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub i64);

/// A unit of a calendar period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

/// A length of time as people say it: `13 months`. Months and years are calendar in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub count: u32,
    pub unit: Unit,
}

/// Text that is no instant.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time; use RFC 3339 such as `2026-12-01T00:00:00Z`")]
pub struct TimeError(String);

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

impl Millis {
    pub fn parse(text: &str) -> Result<Millis, TimeError> {
        let instant: Result<Timestamp, _> = text.parse();
        instant
            .map(|it| Millis(it.as_millisecond()))
            .map_err(|_| TimeError(text.chars().take(40).collect()))
    }

    #[must_use]
    pub fn plus_hours(self, hours: i64) -> Millis {
        Millis(self.0.saturating_add(hours.saturating_mul(HOUR_MS)))
    }

    #[must_use]
    pub fn plus_days(self, days: i64) -> Millis {
        Millis(self.0.saturating_add(days.saturating_mul(DAY_MS)))
    }

    /// The start of the hour, for counts that must not tell when exactly.
    #[must_use]
    pub fn hour(self) -> Millis {
        Millis(self.0.div_euclid(HOUR_MS) * HOUR_MS)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl Unit {
    pub const WORDS: &'static [&'static str] = &["hours", "days", "weeks", "months", "years"];

    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Weeks => "weeks",
            Unit::Months => "months",
            Unit::Years => "years",
        }
    }

    /// Reads `month` as well as `months`.
    pub fn parse(text: &str) -> Option<Unit> {
        match text {
            "hour" | "hours" => Some(Unit::Hours),
            "day" | "days" => Some(Unit::Days),
            "week" | "weeks" => Some(Unit::Weeks),
            "month" | "months" => Some(Unit::Months),
            "year" | "years" => Some(Unit::Years),
            _ => None,
        }
    }

    /// Bounds on the true length of one unit, daylight saving included: (least, most).
    fn bounds_ms(self) -> (i64, i64) {
        match self {
            Unit::Hours => (HOUR_MS, HOUR_MS),
            Unit::Days => (DAY_MS - 2 * HOUR_MS, DAY_MS + 2 * HOUR_MS),
            Unit::Weeks => (7 * DAY_MS - 2 * HOUR_MS, 7 * DAY_MS + 2 * HOUR_MS),
            Unit::Months => (28 * DAY_MS - 2 * HOUR_MS, 31 * DAY_MS + 2 * HOUR_MS),
            Unit::Years => (365 * DAY_MS - 2 * HOUR_MS, 366 * DAY_MS + 2 * HOUR_MS),
        }
    }
}

impl Period {
    /// The instant one period after `start`, calendar in `zone`. Saturates at the end of time.
    pub fn after(self, start: Millis, zone: &TimeZone) -> Millis {
        let count = i64::from(self.count);
        let span: Span = match self.unit {
            Unit::Hours => return start.plus_hours(count),
            Unit::Days => count.min(1_000_000).days(),
            Unit::Weeks => count.min(100_000).weeks(),
            Unit::Months => count.min(100_000).months(),
            Unit::Years => count.min(9_000).years(),
        };
        let instant = Timestamp::from_millisecond(start.0).ok();
        let later =
            instant.and_then(|it| it.to_zoned_datetime(zone.clone()).checked_add(span).ok());
        later.map_or(Millis(i64::MAX), |it| Millis(it.timestamp().as_millisecond()))
    }

    /// Whether at `now` one whole period has passed since `start`. Asks the calendar only when
    /// the bounds on a period's length leave a doubt, which is almost never.
    pub fn has_passed(self, start: Millis, now: Millis, zone: &TimeZone) -> bool {
        let elapsed = now.0.saturating_sub(start.0);
        let (least, most) = self.unit.bounds_ms();
        let count = i64::from(self.count);
        if elapsed < least.saturating_mul(count) {
            return false;
        }
        if most.saturating_mul(count) <= elapsed {
            return true;
        }
        self.after(start, zone) <= now
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.unit.as_str();
        match self.count {
            1 => write!(f, "1 {}", unit.trim_end_matches('s')),
            count => write!(f, "{count} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn london() -> TimeZone {
        TimeZone::get("Europe/London").unwrap()
    }

    #[track_caller]
    fn check(count: u32, unit: Unit, start: &str, end: &str) {
        let (start, end) = (Millis::parse(start).unwrap(), Millis::parse(end).unwrap());
        let period = Period { count, unit };
        assert_eq!(period.after(start, &london()), end, "{}", period.after(start, &london()));
        assert!(period.has_passed(start, end, &london()));
        assert!(!period.has_passed(start, Millis(end.0 - 1), &london()));
    }

    #[test]
    fn months_are_calendar_months() {
        check(1, Unit::Months, "2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z");
        check(13, Unit::Months, "2026-01-31T12:00:00Z", "2027-02-28T12:00:00Z");
        check(1, Unit::Days, "2026-03-28T12:00:00Z", "2026-03-29T11:00:00Z");
        check(10, Unit::Years, "2024-02-29T00:00:00Z", "2034-02-28T00:00:00Z");
        check(36, Unit::Hours, "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z");
    }

    proptest! {
        #[test]
        fn the_quick_answer_is_the_calendars(
            start in 0..4_000_000_000_000i64,
            count in 0..40u32,
            unit in prop::sample::select(vec![Unit::Hours, Unit::Days, Unit::Weeks, Unit::Months, Unit::Years]),
            off in -100_000_000..100_000_000i64,
        ) {
            let period = Period { count, unit };
            let end = period.after(Millis(start), &london());
            let now = Millis(end.0 + off);
            prop_assert_eq!(period.has_passed(Millis(start), now, &london()), end <= now);
        }
    }
}
