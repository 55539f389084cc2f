//! Simulated riders and a simulated merchant, as `docs/SIMULATION.md` describes them.
//!
//! All of it is drawn from a seed by a hash, so that the same orders make the same days for ever,
//! on any machine and however often the replay was cut off. Nothing here knows of time or files.

use std::collections::BTreeMap;

use handshake_core::policy::RecipientKind;
use handshake_core::vocabulary::Answer;

use super::orders::Order;
use crate::ingest::import::AnswerModel;

/// What the simulated riders are asked for, and by whom the data would be had.
pub(super) const SHOW: &str = "show-recommendations";
pub(super) const HELP: &str = "help-others-choose";
pub(super) const MAIL: &str = "follow-up-email";
pub(super) const ADS: &str = "retarget";

/// One day: what its riders do, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Day {
    /// Days since 1970, as the source has them.
    pub day: i64,
    pub visits: Vec<Visit>,
    pub uses: Vec<Intended>,
}

/// One order, and the visit it was made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    pub order: Order,
    /// The customer was never here before.
    pub new: bool,
    /// What happens on a page, and what at the checkout.
    pub on_page: Option<Asked>,
    pub at_checkout: Option<Asked>,
}

/// Somebody is asked and answers, or takes a yes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub purpose: &'static str,
    pub answer: Answer,
}

/// A use that one of the merchant's programs wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intended {
    pub customer: String,
    /// Order it follows from, and how many such uses came before.
    pub order: String,
    pub nth: u64,
    pub program: Program,
    pub gpc: bool,
    pub dnt: bool,
    /// What the order was worth, for what may come of a use.
    pub cents: u64,
}

/// The merchant's programs that ask before they use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Program {
    RecoWeb,
    MailSender,
    AdsSync,
}

/// What a program does with the advice it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    /// Nothing is told of it.
    Untold,
    Withheld(&'static str),
    Done(&'static str, CameOf),
}

/// What came of a use that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CameOf {
    Nothing,
    Click,
    Order,
}

/// Chances in thousandths.
const PAGE_ASKS_SHOW: u64 = 600;
const CHECKOUT_ASKS_MAIL: u64 = 600;
const SENDS_GPC: u64 = 80;
const SENDS_DNT: u64 = 60;
const DNT_LATER: u64 = 80;
const UNTOLD_ADS: u64 = 80;
const UNTOLD_MAIL: u64 = 20;
const TOO_SLOW: u64 = 10;
const AGAINST_MAIL: u64 = 4;
const AGAINST_ADS: u64 = 3;
const AGAINST_ADS_BROKEN: u64 = 180;
const SECOND_MAIL: u64 = 700;
const THIRD_MAIL: u64 = 40;
const CLICKS_RECO: u64 = 120;
const CLICKS_MAIL: u64 = 90;
const ORDERS_MAIL: u64 = 15;
const CLICKS_ADS: u64 = 8;
/// Days before the newest order on which the vendor's filter was broken.
const BROKEN_DAYS: std::ops::RangeInclusive<i64> = 34..=44;

/// The riders of all days, walked through in order.
#[derive(Debug)]
pub(super) struct Riders {
    answers: AnswerModel,
    newest_day: i64,
    seen: BTreeMap<String, u64>,
    /// Where each stands: customer, purpose.
    stands: BTreeMap<(String, &'static str), Answer>,
    /// Follow-up messages of later days.
    later: BTreeMap<i64, Vec<Intended>>,
}

impl Riders {
    pub(super) fn new(seed: u64, newest_day: i64) -> Riders {
        Riders {
            answers: AnswerModel { seed },
            newest_day,
            seen: BTreeMap::new(),
            stands: BTreeMap::new(),
            later: BTreeMap::new(),
        }
    }

    /// The next day, with its orders.
    pub(super) fn day(&mut self, day: i64, orders: &[Order]) -> Day {
        let mut uses = Vec::new();
        // Messages promised for a day without orders go out on the next one that has some.
        while let Some(entry) = self.later.first_entry().filter(|it| *it.key() <= day) {
            uses.extend(entry.remove());
        }
        uses.retain(|it| self.granted(&it.customer, MAIL));
        let mut visits = Vec::with_capacity(orders.len());
        for order in orders {
            let (visit, wants) = self.visit(day, order);
            visits.push(visit);
            uses.extend(wants);
        }
        Day { day, visits, uses }
    }

    fn visit(&mut self, day: i64, order: &Order) -> (Visit, Vec<Intended>) {
        let nth = self.seen.entry(order.customer.clone()).or_default();
        *nth += 1;
        let nth = *nth;
        let customer = order.customer.as_str();
        let draws = |what: &str, chance| self.answers.draw(what, (customer, ""), 1) < chance;
        let gpc = draws("gpc", SENDS_GPC);
        // Some send it always; others begin to with their second order.
        let dnt = draws("dnt", SENDS_DNT) || (1 < nth && draws("dnt-later", DNT_LATER));
        let page = self.answers.draw("page", (customer, ""), nth) < PAGE_ASKS_SHOW;
        let checkout = self.answers.draw("checkout", (customer, ""), nth) < CHECKOUT_ASKS_MAIL;
        let on_page = self.ask(order, if page { SHOW } else { HELP }, (nth, dnt));
        let stopped = gpc || dnt;
        let at_checkout = match checkout {
            true => self.ask(order, MAIL, (nth, false)),
            false => self.ask(order, ADS, (nth, stopped)),
        };
        let wants = |program, nth| Intended {
            customer: order.customer.clone(),
            order: order.number.clone(),
            nth,
            program,
            gpc,
            dnt,
            cents: order.cents,
        };
        if self.granted(customer, MAIL) {
            let again = |what, chance| self.answers.draw(what, (customer, MAIL), nth) < chance;
            let (second, third) = (again("second", SECOND_MAIL), again("third", THIRD_MAIL));
            if second {
                self.later.entry(day + 7).or_default().push(wants(Program::MailSender, 2));
            }
            if second && third {
                self.later.entry(day + 14).or_default().push(wants(Program::MailSender, 3));
            }
        }
        let programs = [Program::RecoWeb, Program::MailSender, Program::AdsSync];
        let uses = programs.map(|program| wants(program, 1)).to_vec();
        (Visit { order: order.clone(), new: nth == 1, on_page, at_checkout }, uses)
    }

    fn granted(&self, customer: &str, purpose: &'static str) -> bool {
        self.stands.get(&(customer.to_owned(), purpose)) == Some(&Answer::Granted)
    }

    /// Asks somebody who never answered for good; lets somebody who said yes take it back.
    fn ask(
        &mut self,
        order: &Order,
        purpose: &'static str,
        (nth, stopped): (u64, bool),
    ) -> Option<Asked> {
        let about = (order.customer.as_str(), purpose);
        let stood = self.stands.get(&(order.customer.clone(), purpose)).copied();
        let answer = match stood {
            Some(Answer::Granted) if self.answers.withdraws(about, nth) => Answer::Withdrawn,
            Some(Answer::Granted | Answer::Refused | Answer::Withdrawn) => return None,
            Some(Answer::Deferred) | None if stopped => return None,
            Some(Answer::Deferred) | None => {
                self.answers.answer(about, nth, farthest(purpose)).answer
            }
        };
        self.stands.insert((order.customer.clone(), purpose), answer);
        Some(Asked { purpose, answer })
    }

    /// What a program does with a use, once it knows the advice.
    pub(super) fn does(&self, it: &Intended, day: i64, proceed: bool) -> Did {
        let nth = it.nth;
        let about = (it.customer.as_str(), it.order.as_str());
        let draw = |what: &str| self.answers.draw(what, about, nth);
        let came_of = |clicks: u64, orders: u64| match draw("came-of") {
            draw if draw < orders => CameOf::Order,
            draw if draw < orders + clicks => CameOf::Click,
            _ => CameOf::Nothing,
        };
        match (it.program, proceed) {
            (Program::RecoWeb, true) if draw("too-slow") < TOO_SLOW => {
                Did::Withheld("the page was ready before the answer came")
            }
            (Program::RecoWeb, true) => Did::Done("", came_of(CLICKS_RECO, 0)),
            (Program::RecoWeb, false) => Did::Withheld(""),
            (Program::MailSender, _) if draw("untold-mail") < UNTOLD_MAIL => Did::Untold,
            (Program::MailSender, true) => Did::Done("", came_of(CLICKS_MAIL, ORDERS_MAIL)),
            (Program::MailSender, false) if draw("against-mail") < AGAINST_MAIL => {
                Did::Done("the mailing was queued before we asked", CameOf::Nothing)
            }
            (Program::MailSender, false) => Did::Withheld(""),
            (Program::AdsSync, _) if draw("untold-ads") < UNTOLD_ADS => Did::Untold,
            (Program::AdsSync, true) => Did::Done("", came_of(CLICKS_ADS, 0)),
            (Program::AdsSync, false) => {
                let broken = BROKEN_DAYS.contains(&(self.newest_day - day));
                let (chance, why) = match broken {
                    true => (AGAINST_ADS_BROKEN, "the vendor's connector ignored our filter"),
                    false => (AGAINST_ADS, "the nightly list had been sent already"),
                };
                match draw("against-ads") < chance {
                    true => Did::Done(why, CameOf::Nothing),
                    false => Did::Withheld(""),
                }
            }
        }
    }
}

/// Who would get the data at the farthest, which is what the chances of an answer depend on.
fn farthest(purpose: &str) -> RecipientKind {
    match purpose {
        MAIL => RecipientKind::Processor,
        ADS => RecipientKind::ThirdParty,
        _ => RecipientKind::Ourselves,
    }
}

impl Program {
    pub(super) fn caller(self) -> &'static str {
        match self {
            Program::RecoWeb => "reco-web",
            Program::MailSender => "mail-sender",
            Program::AdsSync => "ads-sync",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::orders;
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_days() {
        let all = orders::read(handshake_shop::ORDERS, None).unwrap();
        let walk = || {
            let newest = all.days.last().map_or(0, |it| it.0);
            let mut riders = Riders::new(7, newest);
            all.days.iter().map(|(day, orders)| riders.day(*day, orders)).collect::<Vec<_>>()
        };
        let days = walk();
        assert_eq!(days, walk());
        let visits: usize = days.iter().map(|it| it.visits.len()).sum();
        assert_eq!(visits, 17_991);
        let asked = |purpose| {
            let visits = days.iter().flat_map(|it| &it.visits);
            let asked = visits.flat_map(|it| [it.on_page, it.at_checkout]).flatten();
            let (mut yes, mut all) = (0, 0);
            for it in asked.filter(|it| it.purpose == purpose && it.answer != Answer::Withdrawn) {
                all += 1;
                yes += usize::from(it.answer == Answer::Granted);
            }
            yes * 1000 / all
        };
        for (purpose, chance) in [(SHOW, 550usize), (HELP, 550), (MAIL, 350), (ADS, 120)] {
            assert!(asked(purpose).abs_diff(chance) < 25, "{purpose}: {}", asked(purpose));
        }
    }
}
