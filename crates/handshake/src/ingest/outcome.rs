//! Outcomes: what was really done with a decision, and what came of it.

use handshake_core::event::{
    CarriedPersonal, Fact, OutcomeObserved, OutcomePersonal, UseCarriedOut,
};
use handshake_core::vocabulary::{Carried, EventId, Family, Position, Slot, Tally};

use super::collect::{Value, check_value};
use super::refusal::Refusal;
use super::request::{Caller, Request};
use super::turn::{Stamp, Turn};

/// A report on a decision.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    pub decision: Position,
    pub carried: Option<Carried>,
    /// Why a use was made against the policy, in the words of who made it.
    pub because: &'a str,
    pub metric: Option<&'a str>,
    pub value: Option<Value<'a>>,
    /// Nobody reported it: an import takes it that the advice was followed.
    pub assumed: bool,
    /// Set where only a person's own decisions may be reported on.
    pub only_of: Option<Slot>,
}

/// Where the decision is counted now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    pub tally: Tally,
    pub duplicate: bool,
}

const BECAUSE_MAX: usize = 1000;

impl Turn<'_> {
    /// Records what was done with a decision, what came of it, or both.
    pub fn report(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Outcome<'_>,
    ) -> Result<Reported, Refusal> {
        let open = self.state().tallies.open(it.decision).copied();
        let open = open.filter(|open| it.only_of.is_none() || open.slot == it.only_of);
        let open = open.ok_or(Refusal::UnknownDecision)?;
        if self.seen(caller, request)?.is_some() {
            return Ok(Reported { tally: open.key.tally, duplicate: true });
        }
        check(it)?;
        // Before anything is recorded: a report is taken whole or not at all.
        let metric =
            it.metric.map(|it| self.coined(caller, "metric", (Family::Metric, it))).transpose()?;
        let mut stamp = self.stamp(caller, request);
        if let Some(carried) = it.carried {
            let because = it.because.to_owned();
            let (clear, personal) = match open.slot {
                Some(_) => (String::new(), Some(CarriedPersonal { because })),
                None => (because, None),
            };
            let clear = UseCarriedOut {
                decision: it.decision.0,
                carried: carried.number(),
                assumed: it.assumed,
                request: stamp.digest,
                because: clear,
            };
            self.push(&stamp, open.slot, Fact::UseCarriedOut(clear, personal));
            stamp = Stamp { event: EventId::NONE, ..stamp };
        }
        if let Some(metric) = metric {
            let amount = it.value.map_or(String::new(), |it| it.amount.to_owned());
            let currency = it.value.map_or(String::new(), |it| it.currency.to_owned());
            let mut clear = OutcomeObserved {
                decision: it.decision.0,
                metric: metric.0,
                request: stamp.digest,
                ..OutcomeObserved::default()
            };
            let personal = match open.slot {
                Some(_) => Some(OutcomePersonal { amount, currency }),
                None => {
                    (clear.amount, clear.currency) = (amount, currency);
                    None
                }
            };
            self.push(&stamp, open.slot, Fact::OutcomeObserved(clear, personal));
        }
        let now = self.state().tallies.open(it.decision).map_or(open.key.tally, |it| it.key.tally);
        Ok(Reported { tally: now, duplicate: false })
    }
}

fn check(it: &Outcome<'_>) -> Result<(), Refusal> {
    if it.carried.is_none() && it.metric.is_none() {
        let said = "is missing; say `done` or `withheld`, or name a `metric`";
        return Err(Refusal::invalid("carried_out", said));
    }
    if BECAUSE_MAX < it.because.len() {
        return Err(Refusal::invalid("because", format!("has more than {BECAUSE_MAX} bytes")));
    }
    if it.value.is_some() && it.metric.is_none() {
        return Err(Refusal::invalid("metric", "is missing; say what the `value` measures"));
    }
    it.value.map_or(Ok(()), check_value)
}
