//! What stands beside the box of a purpose: limits, duties, holdouts and costs.

use kdl::KdlEntry;
use rust_decimal::Decimal;

use super::desk::{Desk, Kind, shown, span_of};
use super::document::mode;
use super::words::Words;
use crate::policy::model::{Cost, Duty, Holdout, Limit, Line, Window};

/// `unit-cost 0.0009 EUR per message`.
pub(super) fn unit_cost(desk: &mut Desk<'_>, words: &mut Words<'_>, line: Line) -> Option<Cost> {
    let value = words.need(desk, "an amount")?;
    let currency = words.need(desk, "a currency")?;
    let amount = desk.amount(value, currency);
    words.need(desk, "`per`").and_then(|it| desk.just(it, "per"))?;
    let per = words.need(desk, "what it is paid for").and_then(|it| desk.name(it))?;
    Some(Cost { amount: amount?, per: per.as_str().to_owned(), line })
}

/// `at-most 2 per=month mode=observe`.
pub(super) fn at_most(desk: &mut Desk<'_>, words: &mut Words<'_>, line: Line) -> Option<Limit> {
    let count = words.need(desk, "a number").and_then(|it| desk.number(it, 1, 1_000_000));
    let per = words.need_property(desk, "per", "month");
    let known = ["day", "week", "month"];
    let per = per.and_then(|it| desk.one_of(it, "window", &known, Window::parse));
    let mode = words.property("mode").and_then(|it| mode(desk, it));
    Some(Limit { count: count?, per: per?, mode, line })
}

/// `must stop within=48 hours of=withdrawal`.
pub(super) fn must(desk: &mut Desk<'_>, words: &mut Words<'_>, line: Line) -> Option<Duty> {
    let what = words.need(desk, "a duty").and_then(|it| desk.name(it));
    let within = match words.property("within") {
        None => None,
        Some(count) => {
            let unit = words.need(desk, "a unit such as `hours`")?;
            Some(desk.period(count, unit)?)
        }
    };
    let mut name = |desk: &mut Desk<'_>, key| {
        let entry: Option<&KdlEntry> = words.property(key);
        entry.and_then(|it| desk.name(it)).map(|it| it.as_str().to_owned())
    };
    let (when, of) = (name(desk, "in"), name(desk, "of"));
    Some(Duty { what: what?, when, within, of, line })
}

/// `holdout 5 percent of=show-recommendations rotates=quarterly`.
pub(super) fn holdout(desk: &mut Desk<'_>, words: &mut Words<'_>, line: Line) -> Option<Holdout> {
    let entry = words.need(desk, "a number")?;
    let percent = desk.decimal(entry);
    let word = words.need(desk, "`percent`").and_then(|it| desk.just(it, "percent"));
    let of_entry = words.need_property(desk, "of", "show-recommendations");
    let of = of_entry.and_then(|it| desk.name(it).map(|name| (name, span_of(it))));
    let rotates = words.need_property(desk, "rotates", "quarterly");
    let known = ["weekly", "monthly", "quarterly", "yearly", "never"];
    let word_of = |text: &str| known.into_iter().find(|it| *it == text);
    let rotates = rotates.and_then(|it| desk.one_of(it, "rhythm", &known, word_of));
    let (of, span) = of?;
    desk.refer(Kind::Purpose, of.clone(), span);
    let percent = percent?;
    if percent <= Decimal::ZERO || Decimal::ONE_HUNDRED <= percent {
        let said = format!("{} percent is no part", shown(&percent.to_string()));
        desk.mistake(span_of(entry), "bad-percent", said, "use more than 0 and less than 100");
    }
    word?;
    Some(Holdout { percent, of, rotates: rotates?.to_owned(), line })
}
