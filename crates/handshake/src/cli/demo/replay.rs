//! The replay: days of orders sent through our own doors, as a merchant's servers would send them.
//!
//! A day is sent in stages, each acknowledged before the next begins; what concerns one customer
//! stays in order. Every request has an id drawn from the seed, so that a day sent twice is
//! recorded once. A day ends with the count of its visits, and nothing else counts visits before
//! all days are done: so the ledger itself tells which days are acknowledged, and a replay that
//! was cut off sends the first day that is not, whole.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use handshake_core::vocabulary::{Answer, EventId, Millis};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::link::{Link, LinkError};
use super::model::{ADS, Asked, CameOf, Day, Did, Intended, MAIL, Program, Riders, SHOW, Visit};
use super::orders::Orders;

/// What to replay, and how far it is.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub orders: &'a Orders,
    pub seed: u64,
    /// Whole weeks to move every date by.
    pub shift_weeks: i64,
    /// Visits that were acknowledged before.
    pub visits_before: u64,
}

/// Why it stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplayError {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error("a part of the replay ended early")]
    Ended(#[from] tokio::task::JoinError),
    #[error(
        "{0} visits are in the ledger, which is no whole number of days of this demo; it was begun with other data: choose another directory with `--data`"
    )]
    Other(u64),
    #[error("`/v1/decide/batch` answered {got} decisions to {sent} uses")]
    Decisions { sent: usize, got: usize },
}

/// A request; where `answers` is set, it names the statement that the one before was told.
struct Step {
    path: &'static str,
    body: Value,
    answers: bool,
}

type Chain = Vec<Step>;

/// Connections at once. More wait for one disk no better.
const LINKS: usize = 48;
const BATCH: usize = 1000;
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Between the stages of a day.
const STAGE_MS: i64 = 300_000;

/// The time of a day's stage. The source tells days only, so each has one hour of its own.
pub(super) fn at(day: i64, shift_weeks: i64, stage: i64) -> Millis {
    let hour = 8 + (day * 7).rem_euclid(11);
    Millis((day + 7 * shift_weeks) * DAY_MS + hour * HOUR_MS + stage * STAGE_MS)
}

/// Sends every day that is not acknowledged yet. Tells `progress` how many orders are done.
pub(super) async fn replay(
    (address, key): (SocketAddr, &str),
    plan: &Plan<'_>,
    progress: &dyn Fn(u64),
) -> Result<(), ReplayError> {
    let newest = plan.orders.days.last().map_or(0, |it| it.0);
    let mut riders = Riders::new(plan.seed, newest);
    let mut sender = Sender { links: Vec::new(), seed: plan.seed, shift_weeks: plan.shift_weeks };
    let mut done = 0;
    for (day, orders) in &plan.orders.days {
        let day = riders.day(*day, orders);
        let before = done;
        done += u64::try_from(orders.len()).unwrap_or(0);
        if plan.visits_before < done {
            if before < plan.visits_before {
                return Err(ReplayError::Other(plan.visits_before));
            }
            while sender.links.len() < LINKS {
                sender.links.push(Link::open(address, key).await?);
            }
            sender.day(&riders, &day).await?;
        }
        progress(done);
    }
    Ok(())
}

struct Sender {
    links: Vec<Link>,
    seed: u64,
    shift_weeks: i64,
}

impl Sender {
    async fn day(&mut self, riders: &Riders, day: &Day) -> Result<(), ReplayError> {
        self.each(self.chains(day, |it| self.arrival(day.day, it))).await?;
        self.happenings(day).await?;
        self.each(self.chains(day, |it| self.asked(it.at_checkout, it, (day.day, 3)))).await?;
        let advices = self.decisions(day).await?;
        self.outcomes(riders, day, &advices).await?;
        let visits = day.visits.len();
        for metric in ["orders", "visits"] {
            let at = at(day.day, self.shift_weeks, 6);
            let event = self.event(at, (metric, ""), day.day.unsigned_abs());
            let body =
                json!({ "event": event, "metric": metric, "count": visits, "at": at.to_string() });
            self.one("/v1/counts", &body).await?;
        }
        Ok(())
    }

    /// What each customer does in one stage, one after the other.
    fn chains(&self, day: &Day, steps: impl Fn(&Visit) -> Chain) -> Vec<Chain> {
        let mut chains: BTreeMap<&str, Chain> = BTreeMap::new();
        for visit in &day.visits {
            chains.entry(&visit.order.customer).or_default().extend(steps(visit));
        }
        chains.into_values().filter(|it| !it.is_empty()).collect()
    }

    /// Somebody signs in, and is asked on the page.
    fn arrival(&self, day: i64, it: &Visit) -> Chain {
        let mut steps = Chain::new();
        if it.new {
            let at = at(day, self.shift_weeks, 0);
            let event = self.event(at, ("identity", &it.order.number), 0);
            let body =
                json!({ "event": event, "customer": it.order.customer, "at": at.to_string() });
            steps.push(Step { path: "/v1/identities", body, answers: false });
        }
        steps.extend(self.asked(it.on_page, it, (day, 1)));
        steps
    }

    fn asked(&self, asked: Option<Asked>, it: &Visit, (day, stage): (i64, i64)) -> Chain {
        let Some(asked) = asked else { return Chain::new() };
        let at = at(day, self.shift_weeks, stage);
        let about = (asked.purpose, it.order.number.as_str());
        let mut steps = Chain::new();
        let shown = asked.answer != Answer::Withdrawn;
        if shown {
            let mut body = json!({ "event": self.event(at, about, 1), "simulated": true,
                "customer": it.order.customer, "purpose": asked.purpose, "at": at.to_string() });
            if asked.purpose == SHOW {
                put(&mut body, "interest", it.order.interest.into());
            }
            steps.push(Step { path: "/v1/shown", body, answers: false });
        }
        let body = json!({ "event": self.event(at, about, 2), "simulated": true,
            "customer": it.order.customer, "purpose": asked.purpose, "gesture": "click",
            "answer": asked.answer.as_str(), "at": at.to_string() });
        steps.push(Step { path: "/v1/answers", body, answers: shown });
        steps
    }

    /// Everything looked at, and every order.
    async fn happenings(&mut self, day: &Day) -> Result<(), ReplayError> {
        let at = at(day.day, self.shift_weeks, 2);
        let mut events = Vec::new();
        for visit in &day.visits {
            let it = &visit.order;
            let items: Vec<Value> = it.items.iter().map(|it| json!({ "item": it })).collect();
            for (n, item) in (0..).zip(&items) {
                events.push(
                    json!({ "event": self.event(at, ("view", &it.number), n), "type": "view",
                    "customer": it.customer, "items": [item], "channel": "web",
                    "at": at.to_string() }),
                );
            }
            events.push(
                json!({ "event": self.event(at, ("order", &it.number), 0), "type": "order",
                "customer": it.customer, "items": items, "order": it.number, "channel": "web",
                "value": value(it.cents), "at": at.to_string() }),
            );
        }
        for batch in events.chunks(BATCH) {
            self.one("/v1/events", &json!({ "events": batch })).await?;
        }
        Ok(())
    }

    /// Asks before each use. Gives the decisions and whether they advise to proceed.
    async fn decisions(&mut self, day: &Day) -> Result<Vec<(String, bool)>, ReplayError> {
        let at = at(day.day, self.shift_weeks, 4);
        let uses: Vec<Value> = day.uses.iter().map(|it| self.wanted(it, at)).collect();
        let mut advices = Vec::with_capacity(uses.len());
        for batch in uses.chunks(BATCH) {
            let reply = self.one("/v1/decide/batch", &json!({ "uses": batch })).await?;
            let decisions = reply.get("decisions").and_then(Value::as_array);
            for it in decisions.into_iter().flatten() {
                let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default();
                advices.push((text("decision").to_owned(), text("advice") == "proceed"));
            }
        }
        match (day.uses.len(), advices.len()) {
            (sent, got) if sent == got => Ok(advices),
            (sent, got) => Err(ReplayError::Decisions { sent, got }),
        }
    }

    fn wanted(&self, it: &Intended, at: Millis) -> Value {
        let mut body = match it.program {
            Program::RecoWeb => json!({ "act": "use", "purpose": SHOW, "recipient": "us",
                "data": ["behaviour.viewed"], "channel": "web" }),
            Program::MailSender => json!({ "act": "use", "purpose": MAIL, "recipient": "mailer",
                "data": ["contact.email", "behaviour.viewed"], "channel": "email",
                "campaign": if it.nth == 1 { "after-your-order" } else { "more-to-ride" } }),
            Program::AdsSync => json!({ "act": "share", "purpose": ADS,
                "recipient": "velo-exchange", "data": ["device.ad-id", "behaviour.viewed"],
                "channel": "ads", "campaign": "see-us-again" }),
        };
        let caller = it.program.caller();
        let mut signals = json!({});
        for (name, _) in [("gpc", it.gpc), ("dnt", it.dnt)].into_iter().filter(|it| it.1) {
            put(&mut signals, name, "1".into());
        }
        put(&mut body, "event", self.event(at, (caller, &it.order), it.nth).into());
        put(&mut body, "person", json!({ "customer": it.customer }));
        put(&mut body, "caller", caller.into());
        put(&mut body, "signals", signals);
        put(&mut body, "at", at.to_string().into());
        body
    }

    /// Tells what was done, and what came of it.
    async fn outcomes(
        &mut self,
        riders: &Riders,
        day: &Day,
        advices: &[(String, bool)],
    ) -> Result<(), ReplayError> {
        let at = at(day.day, self.shift_weeks, 5);
        let mut chains = Vec::with_capacity(advices.len());
        for (it, (decision, proceed)) in day.uses.iter().zip(advices) {
            let (carried, because, came_of) = match riders.does(it, day.day, *proceed) {
                Did::Untold => continue,
                Did::Withheld(because) => ("withheld", because, CameOf::Nothing),
                Did::Done(because, came_of) => ("done", because, came_of),
            };
            let about = ("outcome", &*format!("{}/{}", it.program.caller(), it.order));
            let mut body = json!({ "event": self.event(at, about, it.nth), "decision": decision,
                "carried_out": carried, "at": at.to_string() });
            if !because.is_empty() {
                put(&mut body, "because", because.into());
            }
            match came_of {
                CameOf::Nothing => (),
                CameOf::Click => put(&mut body, "metric", "click".into()),
                CameOf::Order => {
                    put(&mut body, "metric", "order".into());
                    put(&mut body, "value", value(it.cents));
                }
            }
            chains.push(vec![Step { path: "/v1/outcomes", body, answers: false }]);
        }
        self.each(chains).await
    }

    async fn one(&mut self, path: &'static str, body: &Value) -> Result<Value, ReplayError> {
        let mut link = self.links.pop().ok_or(LinkError::Header)?;
        let reply = link.post(path, body).await?;
        self.links.push(link);
        Ok(reply)
    }

    /// Sends every chain, as many at once as there are connections.
    async fn each(&mut self, chains: Vec<Chain>) -> Result<(), ReplayError> {
        let count = self.links.len().max(1);
        let mut shares: Vec<Vec<Chain>> = (0..count).map(|_| Vec::new()).collect();
        for (n, chain) in chains.into_iter().enumerate() {
            if let Some(share) = shares.get_mut(n % count) {
                share.push(chain);
            }
        }
        let mut running = JoinSet::new();
        for (mut link, share) in self.links.drain(..).zip(shares) {
            running.spawn(async move {
                for chain in share {
                    send(&mut link, chain).await?;
                }
                Ok::<Link, LinkError>(link)
            });
        }
        while let Some(ended) = running.join_next().await {
            self.links.push(ended??);
        }
        Ok(())
    }

    /// The id of something that happened: the same for ever, and a UUIDv7 of its time.
    fn event(&self, at: Millis, (what, order): (&str, &str), nth: u64) -> String {
        let text = [&self.seed.to_string(), what, order, &nth.to_string()].join("\u{1f}");
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let random = u128::from_be_bytes(hash.first_chunk().copied().unwrap_or_default());
        let time = u128::from(at.0.unsigned_abs()) & 0xffff_ffff_ffff;
        let below = random & !(0xffff_ffff_ffff << 80) & !(0xf << 76) & !(0b11 << 62);
        EventId(time << 80 | 0x7 << 76 | 0b10 << 62 | below).to_string()
    }
}

async fn send(link: &mut Link, chain: Chain) -> Result<(), LinkError> {
    let mut told = Value::Null;
    for Step { path, mut body, answers } in chain {
        if answers && let Some(statement) = told.get("statement") {
            put(&mut body, "statement", statement.clone());
        }
        told = link.post(path, &body).await?;
    }
    Ok(())
}

fn put(body: &mut Value, name: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

fn value(cents: u64) -> Value {
    json!({ "amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": "EUR" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_id_and_its_time() {
        let it = Sender { links: Vec::new(), seed: 7, shift_weeks: 0 };
        let at = at(19_000, 200, 0);
        let id = it.event(at, ("view", "3199"), 0);
        assert_eq!(id, it.event(at, ("view", "3199"), 0));
        assert_ne!(id, it.event(at, ("view", "3199"), 1));
        assert_eq!(id.parse::<EventId>().unwrap().millis(), Some(at.0));
    }
}
