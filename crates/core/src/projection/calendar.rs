//! Days and quarters, as the policy's time zone counts them.

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::vocabulary::Millis;

/// A calendar day: days since 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// A quarter of a calendar year, as `2026Q4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    pub year: i16,
    /// 1 to 4.
    pub number: i8,
}

/// Text that is no quarter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quarter; write it as `2026Q4`")]
pub struct QuarterError(String);

/// Finds the day of an instant. Remembers the last answer, since events come in order.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    last: Option<(Millis, Millis, Day)>,
}

impl Calendar {
    pub fn new(zone: TimeZone) -> Calendar {
        Calendar { zone, last: None }
    }

    pub fn day(&mut self, at: Millis) -> Day {
        if let Some((from, to, day)) = self.last
            && from <= at
            && at < to
        {
            return day;
        }
        let Ok(instant) = Timestamp::from_millisecond(at.0) else { return Day(0) };
        let date = instant.to_zoned_datetime(self.zone.clone()).date();
        let day = Day::of(date);
        let starts = |date: Date| {
            let midnight = date.to_zoned_datetime(self.zone.clone()).ok();
            midnight.map(|it| Millis(it.timestamp().as_millisecond()))
        };
        self.last =
            starts(date).zip(date.tomorrow().ok().and_then(starts)).map(|(a, b)| (a, b, day));
        day
    }
}

impl Day {
    fn of(date: Date) -> Day {
        let since = date.duration_since(Date::constant(1970, 1, 1));
        Day(i32::try_from(since.as_hours() / 24).unwrap_or(0))
    }

    pub fn date(self) -> Date {
        let day = jiff::Span::new().try_days(self.0);
        let date = day.and_then(|it| Date::constant(1970, 1, 1).checked_add(it));
        date.unwrap_or(Date::constant(1970, 1, 1))
    }

    pub fn quarter(self) -> Quarter {
        let date = self.date();
        Quarter { year: date.year(), number: (date.month() - 1) / 3 + 1 }
    }
}

impl Quarter {
    /// The quarter before it.
    pub fn before(self) -> Quarter {
        match self.number {
            1 => Quarter { year: self.year - 1, number: 4 },
            number => Quarter { year: self.year, number: number - 1 },
        }
    }

    pub fn first_day(self) -> Day {
        let month = (self.number - 1) * 3 + 1;
        Date::new(self.year, month, 1).map_or(Day(0), Day::of)
    }

    pub fn last_day(self) -> Day {
        let after = match self.number {
            4 => Quarter { year: self.year + 1, number: 1 },
            number => Quarter { year: self.year, number: number + 1 },
        };
        Day(after.first_day().0 - 1)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = QuarterError;

    fn from_str(text: &str) -> Result<Quarter, QuarterError> {
        let error = || QuarterError(text.chars().take(20).collect());
        let (year, number) = text.split_once('Q').ok_or_else(error)?;
        let year = year.parse().ok().filter(|it| (1970..=9999).contains(it)).ok_or_else(error)?;
        let number = number.parse().ok().filter(|it| (1..=4).contains(it)).ok_or_else(error)?;
        Ok(Quarter { year, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(at: &str, day: &str, quarter: &str) {
        let mut calendar = Calendar::new(TimeZone::get("Europe/London").unwrap());
        let it = calendar.day(Millis::parse(at).unwrap());
        assert_eq!((it.to_string().as_str(), it.quarter().to_string().as_str()), (day, quarter));
        assert_eq!(calendar.day(Millis::parse(at).unwrap()), it);
    }

    #[test]
    fn days_are_those_of_the_zone() {
        check("2026-06-30T23:30:00Z", "2026-07-01", "2026Q3");
        check("2026-12-31T23:30:00Z", "2026-12-31", "2026Q4");
        check("1970-01-01T00:00:00Z", "1970-01-01", "1970Q1");
        check("1969-12-31T22:30:00Z", "1969-12-31", "1969Q4");
    }

    #[test]
    fn quarters_follow_each_other() {
        let quarter: Quarter = "2027Q1".parse().unwrap();
        assert_eq!(quarter.before().to_string(), "2026Q4");
        assert_eq!(quarter.first_day().to_string(), "2027-01-01");
        assert_eq!(quarter.before().last_day().to_string(), "2026-12-31");
        assert_eq!(quarter.before().before().to_string(), "2026Q3");
        assert_eq!(quarter.last_day().to_string(), "2027-03-31");
    }

    #[test]
    fn a_quarter_is_read_as_it_is_written() {
        assert_eq!("2026Q4".parse(), Ok(Quarter { year: 2026, number: 4 }));
        for bad in ["2026Q5", "2026q4", "Q4", "26Q4", ""] {
            assert!(bad.parse::<Quarter>().is_err(), "{bad}");
        }
    }
}
