//! The report for programs. Money is text, so that no reader rounds it.

use handshake_core::impact::{Booked, DutyRow, Estimate, Evidence, Report, TallyCounts};
use handshake_core::vocabulary::{ReasonCode, Tally};
use serde_json::{Map, Value, json};

pub(super) fn json(site: &str, it: &Report) -> Value {
    json!({
        "site": site,
        "quarter": it.quarter.map(|it| it.to_string()),
        "as_of": it.as_of.map(|it| it.to_string()),
        "policy": it.policy.as_ref().map(|(version, hash)| json!({"version": version, "hash": hash})),
        "controller": it.controller,
        "events": it.events,
        "people": it.people,
        "simulated_answers": it.simulated_answers,
        "assumed_uses": it.assumed_uses,
        "books": {
            "orders": it.books.orders,
            "lines": it.books.lines,
            "imported_orders": it.books.imported_orders,
            "amounts": it.books.amounts.iter().map(|(currency, amount)| json!({
                "currency": currency.to_string(), "amount": amount.to_string(),
            })).collect::<Vec<_>>(),
            "counts": it.books.counts,
        },
        "uses": tallies(&it.uses),
        "rehearsed": it.rehearsed,
        "purposes": it.purposes.iter().map(|it| json!({
            "purpose": it.purpose, "act": it.act.as_str(), "tallies": tallies(&it.tallies),
        })).collect::<Vec<_>>(),
        "reasons": it.reasons.iter().map(|it| json!({
            "purpose": it.purpose, "clause": it.clause.as_str(), "code": it.code.as_str(),
            "tallies": tallies(&it.tallies),
        })).collect::<Vec<_>>(),
        "callers": it.callers.iter().map(|it| json!({
            "caller": it.caller, "tallies": tallies(&it.tallies),
        })).collect::<Vec<_>>(),
        "months": it.months.iter().map(|it| json!({
            "month": it.month, "tallies": tallies(&it.tallies),
        })).collect::<Vec<_>>(),
        "asks": it.asks.iter().map(|it| json!({
            "purpose": it.purpose, "simulated": it.simulated, "shown": it.shown,
            "granted": it.granted, "refused": it.refused, "deferred": it.deferred,
            "withdrawn": it.withdrawn,
        })).collect::<Vec<_>>(),
        "standings": it.standings.iter().map(|it| {
            let standings: Map<String, Value> = it.standings.iter()
                .map(|(standing, count)| (standing.as_str().to_owned(), json!(count))).collect();
            json!({"purpose": it.purpose, "standings": standings})
        }).collect::<Vec<_>>(),
        "impact": it.impact.iter().map(|it| json!({
            "purpose": it.purpose, "per": it.per, "done": it.done, "lapses": it.lapses,
            "violations": it.violations, "forgone": it.forgone, "rehearsed": it.rehearsed,
            "lapses_earned": it.lapses_earned.as_ref().map(estimate),
            "forgone_worth": it.forgone_worth.as_ref().map(estimate),
            "rehearsed_worth": it.rehearsed_worth.as_ref().map(estimate),
            "cost": it.cost.as_ref().map(booked),
        })).collect::<Vec<_>>(),
        "asking_cost": it.asking_cost.as_ref().map(booked),
        "duties": it.duties.rows.iter().map(duty).collect::<Vec<_>>(),
        "people_waiting": it.duties.waiting().len(),
        "people_of_late_duties": it.duties.people().len(),
        "imports": it.imports.iter().map(|it| json!({
            "rows": it.rows, "rejected": it.rejected, "orders": it.orders,
            "shift_weeks": it.shift_weeks, "finished": it.finished,
            "simulated_answers_seed": (it.answers_seed != 0).then_some(it.answers_seed),
        })).collect::<Vec<_>>(),
    })
}

fn duty(it: &DutyRow) -> Value {
    json!({
        "purpose": it.purpose, "duty": it.duty, "of": it.of.as_str(),
        "code": it.code().map(ReasonCode::as_str),
        "open": it.open, "waiting": it.waiting.len(),
        "waiting_since": it.oldest.map(|it| it.to_string()),
        "in_time": it.in_time, "late": it.late, "people": it.people.len(),
        "latest_seconds": it.worst_ms.div_euclid(1000),
    })
}

fn tallies(counts: &TallyCounts) -> Map<String, Value> {
    let named = Tally::ALL.iter().zip(counts);
    named.map(|(tally, count)| (tally.as_str().to_owned(), json!(count))).collect()
}

fn estimate(it: &Estimate) -> Value {
    let evidence = match &it.evidence {
        Evidence::Booked => json!({"label": "booked"}),
        Evidence::Stated(source) => json!({"label": "stated", "source": source}),
        Evidence::Guess { by, on } => json!({"label": "guess", "by": by, "on": on}),
    };
    json!({
        "amount": it.amount.to_string(), "currency": it.currency.to_string(), "evidence": evidence,
    })
}

fn booked(it: &Booked) -> Value {
    json!({
        "amount": it.amount.to_string(), "currency": it.currency.to_string(),
        "evidence": {"label": "booked"},
    })
}
