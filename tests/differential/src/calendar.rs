//! Periods on the calendar, by jiff alone: the only arithmetic that the engines are spared.

use handshake_core::vocabulary::{Millis, Period, Unit};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// An end that never comes.
pub(crate) const NEVER: Millis = Millis(i64::MAX);

/// One period after `start`, calendar in `zone`.
pub(crate) fn after(start: Millis, period: Period, zone: &TimeZone) -> Millis {
    let from = Timestamp::from_millisecond(start.0).unwrap().to_zoned_datetime(zone.clone());
    Millis(from.checked_add(span(period)).unwrap().timestamp().as_millisecond())
}

/// About one period before `end`: close enough to its edge to try both sides of it.
pub(crate) fn before(end: Millis, period: Period, zone: &TimeZone) -> Millis {
    let from = Timestamp::from_millisecond(end.0).unwrap().to_zoned_datetime(zone.clone());
    Millis(from.checked_sub(span(period)).unwrap().timestamp().as_millisecond())
}

fn span(period: Period) -> Span {
    let count = i64::from(period.count);
    match period.unit {
        Unit::Hours => Span::new().hours(count),
        Unit::Days => Span::new().days(count),
        Unit::Weeks => Span::new().weeks(count),
        Unit::Months => Span::new().months(count),
        Unit::Years => Span::new().years(count),
    }
}
