//! The report for people: the answer first, then the tables, then how it is known.

use std::fmt::Write as _;

use handshake_core::impact::{Estimate, Evidence, Report, TallyCounts};
use handshake_core::vocabulary::{Standing, Tally};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::cli::print::table;

pub(super) fn text(site: &str, it: &Report) -> String {
    let mut out = String::new();
    head(&mut out, site, it);
    if it.uses.iter().sum::<u64>() == 0 && it.purposes.is_empty() {
        section(&mut out, "Duties with a time limit", &duties(it));
        out.push_str(
            "\nNothing was decided in this time. Ask `POST /v1/decide` before each use, or bring a \
             file with\n`handshake import --orders FILE --catalog FILE --policy FILE`.\n",
        );
        return out;
    }
    section(&mut out, "What became of every use", &uses(it));
    section(&mut out, "Why uses were not allowed", &reasons(it));
    section(&mut out, "Duties with a time limit", &duties(it));
    section(&mut out, "By caller", &callers(it));
    section(&mut out, "By month", &months(it));
    section(&mut out, &asks_title(it), &asks(it));
    section(&mut out, "Where people stand now", &standings(it));
    section(&mut out, "Money", &money(it));
    method(&mut out, it);
    out
}

fn tally(counts: &TallyCounts, wanted: Tally) -> u64 {
    Tally::ALL.iter().zip(counts).filter(|(it, _)| **it == wanted).map(|(_, count)| *count).sum()
}

/// The answer in plain sentences.
fn head(out: &mut String, site: &str, it: &Report) {
    let lapses = tally(&it.uses, Tally::Lapse).saturating_sub(it.rehearsed);
    let broken = lapses + tally(&it.uses, Tally::Violation);
    let done = broken + it.rehearsed + tally(&it.uses, Tally::Kept);
    let forgone = tally(&it.uses, Tally::Forgone);
    let period = it.quarter.map_or("all time".to_owned(), |it| it.to_string());
    let _infallible = writeln!(out, "{} ({site}), {period}", it.controller);
    if let Some((version, hash)) = &it.policy {
        let short: String = hash.chars().take(12).collect();
        let _infallible = writeln!(out, "policy version {version}, {short}…");
    }
    let _infallible = writeln!(
        out,
        "\n{} of {} uses made broke a promise ({}); {} more were forgone to keep promises.",
        number(broken),
        number(done),
        share(broken, done),
        number(forgone),
    );
    if it.rehearsed != 0 {
        let _infallible = writeln!(
            out,
            "{} uses would have broken a rule that is only rehearsed, and promised to nobody.",
            number(it.rehearsed)
        );
    }
    late_duties(out, it);
    let amounts: Vec<String> = it
        .books
        .amounts
        .iter()
        .map(|(currency, amount)| format!("{currency} {}", money_of(*amount)))
        .collect();
    let _infallible = writeln!(
        out,
        "{} people; {} orders seen, {} lines, worth {}.",
        number(it.people),
        number(it.books.orders),
        number(it.books.lines),
        if amounts.is_empty() { "nothing told".to_owned() } else { amounts.join(" and ") },
    );
    if it.simulated_answers != 0 {
        let _infallible = writeln!(
            out,
            "SIMULATED ANSWERS: {} answers below were drawn by a model, not given by people.",
            number(it.simulated_answers)
        );
    }
}

/// Who was or is still waiting for what should have been done.
fn late_duties(out: &mut String, it: &Report) {
    let late = it.duties.late();
    if late != 0 {
        let _infallible = writeln!(
            out,
            "{} with a time limit {} not done in time, for {} {}.",
            if late == 1 { "1 duty".to_owned() } else { format!("{} duties", number(late)) },
            if late == 1 { "was" } else { "were" },
            number(u64::try_from(it.duties.people().len()).unwrap_or(u64::MAX)),
            if it.duties.people().len() == 1 { "person" } else { "people" },
        );
    }
    for row in it.duties.rows.iter().filter(|it| !it.waiting.is_empty()) {
        let waiting = row.waiting.len();
        let oldest = if waiting == 1 { " since" } else { ", the oldest since" };
        let since = row.oldest.map_or(String::new(), |it| format!("{oldest} {it}"));
        let _infallible = writeln!(
            out,
            "{} {} still waiting for `{}` of `{}`{since}.",
            number(u64::try_from(waiting).unwrap_or(u64::MAX)),
            if waiting == 1 { "person is" } else { "people are" },
            row.duty,
            row.purpose,
        );
    }
}

fn section(out: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let _infallible = writeln!(out, "\n{title}\n{body}");
    }
}

const TALLY_HEADINGS: [&str; 6] =
    ["kept", "lapse", "violation", "forgone", "over-cautious", "unreported"];

fn cells<const N: usize, const M: usize>(front: [String; N], counts: &TallyCounts) -> [String; M] {
    let counts = counts.iter().map(|it| number(*it));
    let mut all = front.into_iter().chain(counts);
    std::array::from_fn(|_| all.next().unwrap_or_default())
}

fn headings<const M: usize>(front: &[&'static str]) -> [&'static str; M] {
    let mut all = front.iter().copied().chain(TALLY_HEADINGS);
    std::array::from_fn(|_| all.next().unwrap_or_default())
}

fn uses(it: &Report) -> String {
    let row = |row: &handshake_core::impact::PurposeRow| {
        cells::<2, 8>([row.purpose.clone(), row.act.as_str().to_owned()], &row.tallies)
    };
    let rows: Vec<_> = it.purposes.iter().map(row).collect();
    table(headings(&["purpose", "act"]), &rows)
}

const REASONS_SHOWN: usize = 12;

fn reasons(it: &Report) -> String {
    let row = |row: &handshake_core::impact::ReasonRow| {
        let reason = format!("{} ({})", row.code.as_str(), row.clause.as_str());
        cells::<2, 8>([reason, row.purpose.clone()], &row.tallies)
    };
    let rows: Vec<_> = it.reasons.iter().take(REASONS_SHOWN).map(row).collect();
    if rows.is_empty() { String::new() } else { table(headings(&["reason", "purpose"]), &rows) }
}

/// A late duty is a breach of its promise, in the quarter in which it was due.
fn duties(it: &Report) -> String {
    let count = |it: usize| number(u64::try_from(it).unwrap_or(u64::MAX));
    let row = |row: &handshake_core::impact::DutyRow| {
        [
            format!("{} (of {})", row.duty, row.of.as_str()),
            row.purpose.clone(),
            number(row.in_time),
            number(row.late),
            count(row.people.len()),
            number(row.open),
            count(row.waiting.len()),
            row.code().map_or(String::new(), |it| it.as_str().to_owned()),
        ]
    };
    let rows: Vec<_> = it.duties.rows.iter().map(row).collect();
    let headings = ["duty", "purpose", "in time", "late", "people", "open", "waiting", "reason"];
    if rows.is_empty() { String::new() } else { table(headings, &rows) }
}

fn callers(it: &Report) -> String {
    let rows: Vec<_> =
        it.callers.iter().map(|it| cells::<1, 7>([it.caller.clone()], &it.tallies)).collect();
    table(headings(&["caller"]), &rows)
}

fn months(it: &Report) -> String {
    let rows: Vec<_> =
        it.months.iter().map(|it| cells::<1, 7>([it.month.clone()], &it.tallies)).collect();
    if rows.is_empty() { String::new() } else { table(headings(&["month"]), &rows) }
}

fn asks_title(it: &Report) -> String {
    match it.simulated_answers {
        0 => "Asks and answers".to_owned(),
        _ => "Asks and SIMULATED answers".to_owned(),
    }
}

fn asks(it: &Report) -> String {
    let row = |it: &handshake_core::impact::AskRow| {
        let answers = if it.simulated { "simulated" } else { "given" };
        let counts = [it.shown, it.granted, it.refused, it.deferred, it.withdrawn].map(number);
        let [shown, granted, refused, deferred, withdrawn] = counts;
        [it.purpose.clone(), answers.to_owned(), shown, granted, refused, deferred, withdrawn]
    };
    let rows: Vec<_> = it.asks.iter().map(row).collect();
    let headings = ["purpose", "answers", "shown", "granted", "refused", "deferred", "withdrawn"];
    if rows.is_empty() { String::new() } else { table(headings, &rows) }
}

fn standings(it: &Report) -> String {
    let order = [
        Standing::Granted,
        Standing::Outgrown,
        Standing::Expired,
        Standing::Deferred,
        Standing::Refused,
        Standing::Withdrawn,
        Standing::NotAsked,
    ];
    let row = |row: &handshake_core::impact::StandingRow| {
        let counts = order.map(|it| number(row.standings.get(&it).copied().unwrap_or(0)));
        let [a, b, c, d, e, f, g] = counts;
        [row.purpose.clone(), a, b, c, d, e, f, g]
    };
    let rows: Vec<_> = it.standings.iter().map(row).collect();
    let headings = [
        "purpose",
        "granted",
        "outgrown",
        "expired",
        "deferred",
        "refused",
        "withdrawn",
        "not asked",
    ];
    if rows.is_empty() { String::new() } else { table(headings, &rows) }
}

fn money(it: &Report) -> String {
    let figure = |it: &Option<Estimate>| match it {
        Some(it) => format!("{} {}", it.currency, money_of(it.amount)),
        None => "no figure".to_owned(),
    };
    let known = |it: &Option<Estimate>| match it.as_ref().map(|it| &it.evidence) {
        Some(Evidence::Guess { by, on }) => format!("guess ({by}, {on})"),
        Some(Evidence::Stated(source)) => format!("stated ({source})"),
        Some(Evidence::Booked) => "booked".to_owned(),
        None => "the policy states no worth".to_owned(),
    };
    let row = |it: &handshake_core::impact::ImpactRow| {
        let cost = it.cost.as_ref().map(|it| format!("{} {}", it.currency, money_of(it.amount)));
        [
            it.purpose.clone(),
            number(it.lapses + it.violations),
            figure(&it.lapses_earned),
            number(it.forgone),
            figure(&it.forgone_worth),
            number(it.rehearsed),
            figure(&it.rehearsed_worth),
            known(&it.forgone_worth),
            cost.unwrap_or_else(|| "no figure".to_owned()),
        ]
    };
    let rows: Vec<_> = it.impact.iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let headings = [
        "purpose",
        "broken",
        "earned by it",
        "forgone",
        "worth",
        "rehearsed",
        "worth",
        "how it is known",
        "unit costs",
    ];
    let mut body = table(headings, &rows);
    if let Some(cost) = &it.asking_cost {
        let _infallible =
            write!(body, "\n\nAsking cost {} {} (booked).", cost.currency, money_of(cost.amount));
    }
    body
}

fn method(out: &mut String, it: &Report) {
    out.push_str(
        "\nHow it is known\nUses are counted from the ledger. Unit costs are counted uses times the \
         policy's `unit-cost`.\nWorth is counted uses times the policy's `worth`, on the authority \
         named beside it; no interval is\nknown for a guess. Costs and worth are never added up.\n",
    );
    if it.assumed_uses != 0 {
        let _infallible = writeln!(
            out,
            "{} uses come from a file of orders: one was put for each order and each purpose whose \
             uses the policy\nprices, and it is taken that the shop followed the advice.",
            number(it.assumed_uses)
        );
    }
    for import in &it.imports {
        let state = if import.finished { "imported" } else { "NOT YET WHOLLY IMPORTED" };
        let _infallible = writeln!(
            out,
            "{state}: {} orders from {} rows, {} rejected, dates moved by {} weeks.",
            number(import.orders),
            number(import.rows),
            number(import.rejected),
            import.shift_weeks,
        );
    }
}

/// Thousands apart by a narrow space that does not break.
fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at != 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "none was made".to_owned();
    }
    let percent = Decimal::from(part) * Decimal::from(100) / Decimal::from(whole);
    let rounded = percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded} %")
}

fn money_of(amount: Decimal) -> String {
    let rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{:.2}", rounded.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let sign = if rounded.is_sign_negative() { "−" } else { "" };
    format!("{sign}{}.{cents}", number(whole.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(number(0), "0");
        assert_eq!(number(1_304_210), "1\u{202f}304\u{202f}210");
        assert_eq!(money_of("1234.565".parse().unwrap()), "1\u{202f}234.57");
        assert_eq!(money_of("-0.5".parse().unwrap()), "−0.50");
        assert_eq!(share(8, 1000), "0.8 %");
        assert_eq!(share(0, 0), "none was made");
    }
}
