//! The import itself: each order one turn, each turn one durable batch with its own place in the
//! file, so that a killed import carries on exactly where it stopped.

use std::collections::HashMap;

use handshake_core::event::FileImported;
use handshake_core::projection::Import;
use handshake_core::vocabulary::{Answer, Millis, PersonId, Signals, Standing};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::answers::AnswerModel;
use super::items::ItemRow;
use super::orders::{Order, Orders};
use super::wanted::{farthest, uses};
use crate::ingest::{
    Answering, AskWanted, AskedRef, Behaviour, Caller, CatalogueItem, Line, Publishing, Question,
    Refusal, Request, Site, Turn, Value, Visitor, Who,
};
use crate::ledger::Ticket;

/// What to import, and how.
#[derive(Debug)]
pub struct ImportPlan<'a> {
    pub policy: &'a str,
    pub items: &'a [ItemRow],
    pub orders: &'a Orders,
    pub answers: Option<AnswerModel>,
    /// Whole weeks to move every date by.
    pub shift_weeks: i64,
    /// SHA-256 of the catalogue file: other prices are another import.
    pub items_hash: [u8; 32],
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub orders: u64,
    pub of: u64,
}

/// What an import ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    pub orders: u64,
    /// Orders that an earlier run had brought.
    pub resumed_at: u64,
    pub rejected: u64,
}

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("no order is left after rejecting broken rows; see the rejects file")]
    NoOrders,
    #[error(
        "the policy takes effect {effective}, after the oldest order {oldest}; give it an earlier `effective`"
    )]
    PolicyTooLate { effective: Millis, oldest: Millis },
    #[error("this import began with `{began}`; carry on with the same, or start a new site")]
    OtherAnswers { began: String },
    #[error("no random number could be had from the system")]
    Random,
}

pub(super) const CALLER: Caller<'static> = Caller { name: "import", coins: true };
/// Batches on their way to the disk at once.
const IN_FLIGHT: usize = 512;
const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;

/// How many whole weeks to move dates by, so that the newest order falls in the last seven days.
pub fn weeks_to_shift(orders: &Orders, now: Millis) -> i64 {
    orders.orders.last().map_or(0, |newest| (now.0 - newest.at.0).div_euclid(WEEK_MS).max(0))
}

/// Imports into a site, telling `progress` after each order. `fresh` gives random ids.
pub fn import(
    site: &Site,
    plan: &ImportPlan<'_>,
    fresh: &mut dyn FnMut() -> Option<[u8; 16]>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Imported, ImportError> {
    let file = file_hash(plan);
    let (before, _) = site.look(|state| state.imports.file(&file).copied())?;
    let began = begun(plan, before)?;
    let mut run = Run { site, plan, file, began, fresh, waiting: Vec::new(), nth: HashMap::new() };
    let of = u64::try_from(plan.orders.orders.len()).unwrap_or(u64::MAX);
    if before.is_none() {
        run.open()?;
    }
    for (done, order) in (1u64..).zip(&plan.orders.orders) {
        let nth = run.nth.entry(order.customer.clone()).or_default();
        *nth += 1;
        let nth = *nth;
        if began.orders < done {
            run.order(order, nth, done)?;
        }
        progress(Progress { orders: done, of });
    }
    run.finish(of)?;
    let rejected = u64::try_from(plan.orders.rejects.len()).unwrap_or(u64::MAX);
    Ok(Imported { orders: of, resumed_at: began.orders, rejected })
}

/// Where an earlier run stopped, or the very beginning; checks that it was the same import.
fn begun(plan: &ImportPlan<'_>, before: Option<Import>) -> Result<Import, ImportError> {
    let seed = plan.answers.map_or(0, |it| it.seed);
    let Some(before) = before else {
        let shift_weeks = plan.shift_weeks;
        return Ok(Import { shift_weeks, answers_seed: seed, ..Import::default() });
    };
    if before.answers_seed != seed {
        let began = match before.answers_seed {
            0 => "no simulated answers".to_owned(),
            seed => format!("--simulate-answers {seed}"),
        };
        return Err(ImportError::OtherAnswers { began });
    }
    Ok(before)
}

fn file_hash(plan: &ImportPlan<'_>) -> [u8; 32] {
    let hash = Sha256::new().chain_update(plan.orders.hash).chain_update(plan.items_hash);
    hash.finalize().into()
}

struct Run<'a> {
    site: &'a Site,
    plan: &'a ImportPlan<'a>,
    file: [u8; 32],
    began: Import,
    fresh: &'a mut dyn FnMut() -> Option<[u8; 16]>,
    waiting: Vec<Ticket>,
    /// Orders seen of each customer.
    nth: HashMap<String, u64>,
}

impl Run<'_> {
    fn moved(&self, at: Millis) -> Millis {
        Millis(at.0 + self.began.shift_weeks * WEEK_MS)
    }

    /// The policy and the catalogue, a moment before the oldest order.
    fn open(&mut self) -> Result<(), ImportError> {
        let oldest = self.plan.orders.orders.first().ok_or(ImportError::NoOrders)?;
        let at = Millis(self.moved(oldest.at).0 - 1);
        let request = Request::internal(Some(at));
        let mut turn = self.site.turn(at, &request)?;
        if at < turn.at {
            return Err(Refusal::ImportTooLate(turn.at.to_string()).into());
        }
        let newest = turn.state().policies.newest().map(|it| it.hash());
        let publishing = Publishing { source: self.plan.policy, replaces: newest };
        let published = turn.publish(CALLER, &request, &publishing)?;
        let (effective, oldest) = (published.policy.effective, self.moved(oldest.at));
        let currency = published.policy.currency.to_string();
        let price = |it: &'_ ItemRow| (!it.price.is_empty()).then(|| it.price.clone());
        let prices: Vec<Option<String>> = self.plan.items.iter().map(price).collect();
        let items: Vec<CatalogueItem<'_>> = self
            .plan
            .items
            .iter()
            .zip(&prices)
            .map(|(it, price)| CatalogueItem {
                item: &it.item,
                name: &it.name,
                category: &it.category,
                price: price.as_ref().map(|amount| Value { amount, currency: &currency }),
                withdrawn: false,
            })
            .collect();
        turn.catalogue(CALLER, &request, &items)?;
        turn.imported(self.progress(0, false));
        self.commit(turn)?;
        match effective <= oldest {
            true => Ok(()),
            false => Err(ImportError::PolicyTooLate { effective, oldest }),
        }
    }

    fn order(&mut self, order: &Order, nth: u64, done: u64) -> Result<(), ImportError> {
        let at = self.moved(order.at);
        let request = Request::internal(Some(at));
        let mut turn = self.site.turn(at, &request)?;
        let who = Who::Customer(&order.customer);
        let (amount, currency) = self.worth(&turn, order);
        let lines: Vec<Line<'_>> = order.items.iter().map(|item| Line { item }).collect();
        turn.collect(
            CALLER,
            &request,
            &Behaviour {
                who,
                what: "order",
                lines: &lines,
                query: "",
                order: &order.number,
                value: Some(Value { amount: &amount, currency: &currency }),
                channel: None,
                signals: Signals::NONE,
                imported: true,
                new_person: self.random()?,
            },
        )?;
        if let Some(model) = self.plan.answers {
            self.answers(&mut turn, (&request, order), (model, nth))?;
        }
        uses(&mut turn, &request, who)?;
        turn.imported(self.progress(done, false));
        self.commit(turn)
    }

    /// What an order is worth by the catalogue's prices; lines without a price add nothing.
    fn worth(&self, turn: &Turn<'_>, order: &Order) -> (String, String) {
        let catalogue = &turn.state().catalogue;
        let prices = order.items.iter().filter_map(|item| catalogue.item(item)?.price);
        let sum = prices.fold(Decimal::ZERO, |sum, (price, _)| sum.saturating_add(price));
        let newest = turn.state().policies.newest();
        (sum.to_string(), newest.map_or(String::new(), |it| it.policy.currency.to_string()))
    }

    /// Asks about each purpose that may be asked for, and takes back what the model takes back.
    fn answers(
        &mut self,
        turn: &mut Turn<'_>,
        (request, order): (&Request<'_>, &Order),
        (model, nth): (AnswerModel, u64),
    ) -> Result<(), ImportError> {
        let person = turn.permissions(Who::Customer(&order.customer))?;
        for it in &person.permissions {
            let about = (order.customer.as_str(), it.purpose.as_str());
            let stood = it.standing;
            if stood == Standing::Granted {
                if model.withdraws(about, nth) {
                    let question = Question::Stated {
                        who: Who::Person(person.person),
                        purpose: &it.purpose,
                        statement: None,
                        language: None,
                    };
                    self.give(turn, request, (question, Answer::Withdrawn))?;
                }
                continue;
            }
            if ![Standing::NotAsked, Standing::Asked, Standing::Deferred].contains(&stood) {
                continue;
            }
            let visitor = Visitor {
                person: Some(person.person),
                refused: &[],
                asked_this_visit: 0,
                asked_this_quarter: 0,
            };
            let purpose = Some(it.purpose.as_str());
            let wanted = AskWanted {
                visitor,
                purpose,
                interest: None,
                language: None,
                signals: Signals::NONE,
            };
            let Some(asked) = turn.next_ask(self.random()?.0, &wanted)? else { continue };
            let shown = AskedRef { simulated: true, ..asked.shown };
            turn.shown(CALLER, request, &shown)?;
            let farthest = farthest(turn, &it.purpose);
            let drawn = model.answer(about, nth, farthest);
            let question = Question::Shown(&shown, Some(person.person));
            self.give(turn, request, (question, drawn.answer))?;
        }
        Ok(())
    }

    fn give(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Request<'_>,
        (question, answer): (Question<'_>, Answer),
    ) -> Result<(), ImportError> {
        let new_person = self.random()?;
        let gesture = "simulated";
        turn.answer(
            CALLER,
            request,
            &Answering { question, answer, gesture, simulated: true, new_person },
        )?;
        Ok(())
    }

    fn random(&mut self) -> Result<PersonId, ImportError> {
        (self.fresh)().map(PersonId).ok_or(ImportError::Random)
    }

    fn progress(&self, orders: u64, finished: bool) -> FileImported {
        FileImported {
            file: self.file.to_vec(),
            rows: self.plan.orders.rows,
            rejected: u64::try_from(self.plan.orders.rejects.len()).unwrap_or(u64::MAX),
            shift_weeks: self.began.shift_weeks,
            finished,
            answers_seed: self.began.answers_seed,
            orders,
        }
    }

    /// Hands over a turn; waits for the oldest once many are on their way.
    fn commit(&mut self, turn: Turn<'_>) -> Result<(), ImportError> {
        self.waiting.extend(turn.commit()?);
        if IN_FLIGHT <= self.waiting.len() {
            self.wait()?;
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), ImportError> {
        for ticket in self.waiting.drain(..) {
            ticket.wait().map_err(Refusal::Stopped)?;
        }
        Ok(())
    }

    fn finish(&mut self, orders: u64) -> Result<(), ImportError> {
        if !self.began.finished {
            let newest = self.plan.orders.orders.last().ok_or(ImportError::NoOrders)?;
            let at = self.moved(newest.at);
            let mut turn = self.site.turn(at, &Request::internal(Some(at)))?;
            turn.imported(self.progress(orders, true));
            self.commit(turn)?;
        }
        self.wait()
    }
}
