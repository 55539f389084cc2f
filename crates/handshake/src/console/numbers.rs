//! Numbers as the console writes them: narrow spaces for thousands, a true minus, and never a
//! whole where a part is missing.

use handshake_core::projection::Quarter;
use handshake_core::vocabulary::{Currency, Millis};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};

/// Narrow no-break space.
const THIN: char = '\u{202f}';
/// Word joiner: no break here.
const JOIN: char = '\u{2060}';
const MINUS: char = '\u{2212}';

/// A count: `1 304 210`.
pub(super) fn count(it: u64) -> String {
    grouped(&it.to_string())
}

fn grouped(digits: &str) -> String {
    let len = digits.len();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at != 0 && (len - at).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(digit);
    }
    out
}

/// A count in a headline: `1.3 million` from a million on.
pub(super) fn headline(it: u64) -> String {
    const MILLION: u64 = 1_000_000;
    match it {
        0..MILLION => count(it),
        _ => {
            let tenths = it / (MILLION / 10);
            format!("{}.{}\u{a0}million", count(tenths / 10), tenths % 10)
        }
    }
}

/// `one person was`, `812 people were`.
pub(super) fn people(it: u64) -> String {
    match it {
        1 => "1\u{a0}person".to_owned(),
        _ => format!("{}\u{a0}people", headline(it)),
    }
}

/// A noun after its count, in the right number.
pub(super) fn of(it: u64, one: &str, many: &str) -> String {
    format!("{}\u{a0}{}", count(it), if it == 1 { one } else { many })
}

/// A share of a whole, to a tenth of a percent and never rounded up to all or down to nothing.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "no share".to_owned();
    }
    let tenths = u128::from(part) * 1000 / u128::from(whole);
    match (tenths, part) {
        (0, 0) => format!("0{THIN}%"),
        (0, _) => format!("under 0.1{THIN}%"),
        (1000, _) => format!("100{THIN}%"),
        _ => format!("{}.{}{THIN}%", tenths / 10, tenths % 10),
    }
}

/// Booked money: to the cent under 100, else to the unit.
pub(super) fn booked(amount: Decimal, currency: Currency) -> String {
    let places = if amount.abs() < Decimal::ONE_HUNDRED { 2 } else { 0 };
    written(amount, currency, places)
}

/// Estimated money: to the nearest ten, since nobody knows it better.
pub(super) fn estimated(amount: Decimal, currency: Currency) -> String {
    let tens = rounded(amount / Decimal::TEN, 0) * Decimal::TEN;
    if tens.is_zero() && !amount.is_zero() {
        return format!("under {}", written(Decimal::TEN, currency, 0));
    }
    written(tens, currency, 0)
}

/// Money in a headline: two digits.
pub(super) fn headline_money(amount: Decimal, currency: Currency) -> String {
    let mut unit = Decimal::ONE;
    while unit * Decimal::ONE_HUNDRED <= amount.abs() {
        unit *= Decimal::TEN;
    }
    written(rounded(amount / unit, 0) * unit, currency, 0)
}

fn rounded(amount: Decimal, places: u32) -> Decimal {
    amount.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

fn written(amount: Decimal, currency: Currency, places: usize) -> String {
    let amount = rounded(amount, u32::try_from(places).unwrap_or(0));
    let text = format!("{:.places$}", amount.abs());
    let (whole, part) = text.split_once('.').map_or((text.as_str(), None), |it| (it.0, Some(it.1)));
    let sign = if amount.is_sign_negative() && !amount.is_zero() {
        format!("{MINUS}{JOIN}")
    } else {
        String::new()
    };
    let code = currency.to_string();
    let symbol = match code.as_str() {
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "USD" => "$".to_owned(),
        _ => format!("{code}\u{a0}"),
    };
    let part = part.map_or(String::new(), |it| format!(".{it}"));
    format!("{sign}{symbol}{}{part}", grouped(whole))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn month(date: Date) -> &'static str {
    let at = usize::try_from(date.month() - 1).unwrap_or(0);
    MONTHS.get(at).copied().unwrap_or("")
}

/// `14 Nov 2026`.
pub(super) fn date(it: Date) -> String {
    format!("{}\u{a0}{}\u{a0}{}", it.day(), month(it), it.year())
}

/// `14 Nov`.
pub(super) fn short_date(it: Date) -> String {
    format!("{}\u{a0}{}", it.day(), month(it))
}

/// `14 Nov 2026, 09:14` where the shop is.
pub(super) fn moment(at: Millis, zone: &TimeZone) -> String {
    let Ok(instant) = Timestamp::from_millisecond(at.0) else { return String::new() };
    let it = instant.to_zoned_datetime(zone.clone());
    format!("{}, {:02}:{:02}", date(it.date()), it.hour(), it.minute())
}

/// The day of an instant where the shop is.
pub(super) fn day(at: Millis, zone: &TimeZone) -> String {
    let instant = Timestamp::from_millisecond(at.0).ok();
    instant.map_or(String::new(), |it| date(it.to_zoned_datetime(zone.clone()).date()))
}

/// `2026 Q4`.
pub(super) fn quarter(it: Quarter) -> String {
    format!("{}\u{a0}Q{}", it.year, it.number)
}

/// `1 Oct – 31 Dec`.
pub(super) fn quarter_days(it: Quarter) -> String {
    match it.number {
        1 => "1\u{a0}Jan – 31\u{a0}Mar",
        2 => "1\u{a0}Apr – 30\u{a0}Jun",
        3 => "1\u{a0}Jul – 30\u{a0}Sep",
        _ => "1\u{a0}Oct – 31\u{a0}Dec",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        "EUR".parse().unwrap()
    }

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn thousands_are_set_apart_by_narrow_spaces() {
        let said = [0, 999, 1000, 1_304_210, u64::MAX].map(count);
        assert_eq!(
            said,
            [
                "0",
                "999",
                "1\u{202f}000",
                "1\u{202f}304\u{202f}210",
                "18\u{202f}446\u{202f}744\u{202f}073\u{202f}709\u{202f}551\u{202f}615"
            ]
        );
        assert_eq!(headline(999_999), "999\u{202f}999");
        assert_eq!(headline(1_304_210), "1.3\u{a0}million");
        assert_eq!(headline(1_234_567_890), "1\u{202f}234.5\u{a0}million");
        assert_eq!(
            [people(0), people(1), people(812)],
            ["0\u{a0}people", "1\u{a0}person", "812\u{a0}people"]
        );
        assert_eq!(of(1, "incident", "incidents"), "1\u{a0}incident");
    }

    #[test]
    fn a_part_never_looks_like_the_whole() {
        #[track_caller]
        fn check(part: u64, whole: u64, expected: &str) {
            assert_eq!(share(part, whole).replace('\u{202f}', " "), expected);
        }
        check(992, 1000, "99.2 %");
        check(999_999, 1_000_000, "99.9 %");
        check(1, 1_000_000, "under 0.1 %");
        check(0, 7, "0 %");
        check(7, 7, "100 %");
        check(u64::MAX, u64::MAX, "100 %");
        check(0, 0, "no share");
    }

    #[test]
    fn money_is_no_more_exact_than_it_is_known() {
        #[track_caller]
        fn check(amount: &str, expected: [&str; 3]) {
            let it = decimal(amount);
            let said = [booked(it, euro()), estimated(it, euro()), headline_money(it, euro())];
            assert_eq!(
                said.map(|it| it.replace('\u{202f}', " ").replace('\u{2060}', "")),
                expected
            );
        }
        check("4100", ["€4 100", "€4 100", "€4 100"]);
        check("4167.20", ["€4 167", "€4 170", "€4 200"]);
        check("-310.5", ["−€311", "−€310", "−€310"]);
        check("10.704", ["€10.70", "€10", "€11"]);
        check("3.2", ["€3.20", "under €10", "€3"]);
        check("0", ["€0.00", "€0", "€0"]);
        check("-0.001", ["€0.00", "under €10", "€0"]);
        let yen = "JPY".parse().unwrap();
        assert_eq!(booked(decimal("1200"), yen), "JPY\u{a0}1\u{202f}200");
    }

    #[test]
    fn days_are_those_of_the_shop() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = Millis::parse("2026-11-13T23:14:00Z").unwrap();
        assert_eq!(moment(at, &berlin).replace('\u{a0}', " "), "14 Nov 2026, 00:14");
        assert_eq!(day(at, &berlin).replace('\u{a0}', " "), "14 Nov 2026");
        let it = "2026Q4".parse().unwrap();
        assert_eq!(
            format!("{}, {}", quarter(it), quarter_days(it)).replace('\u{a0}', " "),
            "2026 Q4, 1 Oct – 31 Dec"
        );
    }
}
