//! The state of one site: all its projections, and the one fold that feeds them.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::access::Access;
use super::asks::Asks;
use super::books::Books;
use super::calendar::{Calendar, Day};
use super::catalogue::Catalogue;
use super::duties::Duties;
use super::imports::Imports;
use super::incidents::Incidents;
use super::people::People;
use super::policies::Policies;
use super::requests::{Remembered, Requests};
use super::tallies::{OpenUse, Tallies};
use super::uses;
use super::waivers::Waivers;
use super::watched::Watched;
use crate::decision::Age;
use crate::event::{
    AnswerGiven, DataCollected, DataPersonal, DutyDone, Fact, IdentityPersonal, OutcomeObserved,
    OutcomePersonal, Recorded, UseCarriedOut, UseDecided,
};
use crate::policy::Moment;
use crate::vocabulary::{
    Act, Advice, Answer, Carried, Code, Dictionary, Family, Millis, PersonId, Position, Signals,
    Slot,
};

/// Everything known of one site.
#[derive(Debug)]
pub struct State {
    pub names: Dictionary,
    pub policies: Policies,
    pub people: People,
    pub tallies: Tallies,
    pub books: Books,
    pub asks: Asks,
    pub catalogue: Catalogue,
    pub imports: Imports,
    pub incidents: Incidents,
    pub watched: Watched,
    pub requests: Requests,
    pub access: Access,
    pub duties: Duties,
    pub waivers: Waivers,
    /// Events folded so far.
    pub events: u64,
    /// Events of kinds or versions newer than this Handshake: kept in the ledger, not understood.
    pub unknown: u64,
    calendar: Calendar,
}

impl Default for State {
    fn default() -> State {
        State {
            names: Dictionary::default(),
            policies: Policies::default(),
            people: People::default(),
            tallies: Tallies::default(),
            books: Books::default(),
            asks: Asks::default(),
            catalogue: Catalogue::default(),
            imports: Imports::default(),
            incidents: Incidents::default(),
            watched: Watched::default(),
            requests: Requests::default(),
            access: Access::default(),
            duties: Duties::default(),
            waivers: Waivers::default(),
            events: 0,
            unknown: 0,
            calendar: Calendar::new(TimeZone::UTC),
        }
    }
}

impl State {
    /// Folds one fact.
    pub fn fold(&mut self, it: &Recorded) {
        self.events += 1;
        let day = self.calendar.day(it.at);
        self.remember(it);
        match &it.fact {
            Fact::NameDeclared(name) => {
                let code = self.names.declare(name.family, &name.name);
                if name.family == Family::Statement.number() {
                    self.policies.state(code, &name.document, &self.names);
                }
            }
            Fact::PolicyPublished(published) => {
                self.policies.publish(published, &self.names, (it.at, it.caller));
                if let Some(newest) = self.policies.newest() {
                    self.calendar = Calendar::new(newest.compiled.zone.clone());
                }
            }
            Fact::AskShown(shown) => self.asks.shown(day, shown),
            Fact::AnswerGiven(answer, _) => self.answered(it, day, answer),
            Fact::ObjectionMade(objection) => {
                if let Some(slot) = it.slot {
                    self.people.object(slot, Code(objection.purpose), objection.lifted);
                    if !objection.lifted {
                        self.open_duties((slot, it.at), Some(objection.purpose), Moment::Objection);
                    }
                }
            }
            Fact::ConflictShown(_) | Fact::AffirmationGiven(_) | Fact::SignalReceived(..) => {
                self.signalled(it);
            }
            Fact::DataCollected(data, personal) => {
                self.collected(it, day, data, personal.as_ref());
            }
            Fact::UseDecided(decided, _) => self.decided(it, day, decided),
            Fact::UseCounted(counted) => {
                if let Some(decided) = &counted.decided {
                    self.decided(it, day, decided);
                }
            }
            Fact::UseCarriedOut(carried, _) => self.carried_out(it.at, carried),
            Fact::OutcomeObserved(outcome, personal) => {
                self.outcome(day, outcome, personal.as_ref());
            }
            Fact::IdentityLinked(_, personal) => {
                if let Some((slot, identity)) = it.slot.zip(personal.as_ref()) {
                    self.linked(slot, identity);
                }
            }
            Fact::CatalogueChanged(change) => {
                change.items.iter().for_each(|item| self.catalogue.change(item));
            }
            Fact::VisitsCounted(count) => self.books.count(day, Code(count.metric), count.count),
            Fact::AccessChanged(change) => self.access.changed(change),
            Fact::FileImported(progress) => self.imports.advance(progress),
            Fact::DutyDone(done) => self.duty_done(it, done),
            Fact::WaiverSigned(waiver) => self.waivers.sign(waiver, it.at),
            Fact::RequestMade(made) => {
                if let Some(slot) = it.slot {
                    self.open_duties((slot, it.at), Some(made.purpose), Moment::Request);
                }
            }
            Fact::Unknown(..) => self.unknown += 1,
        }
    }

    /// What signals said of a person, and what the person said to that.
    #[expect(clippy::wildcard_enum_match_arm, reason = "called for these kinds alone")]
    fn signalled(&mut self, it: &Recorded) {
        let Some(slot) = it.slot else { return };
        match &it.fact {
            Fact::ConflictShown(conflict) => {
                self.people.conflict_shown(slot, Code(conflict.purpose), it.at);
            }
            Fact::AffirmationGiven(affirmed) => {
                self.people.affirmed(slot, Code(affirmed.purpose), it.at);
            }
            Fact::SignalReceived(_, Some(signal)) => {
                let signals = [signal.signals, signal.heard].map(Signals::from_bits);
                self.people.signal(slot, signals, it.at);
            }
            _ => (),
        }
    }

    /// Remembers the request that brought a fact, so that its repeat is known.
    fn remember(&mut self, it: &Recorded) {
        if it.event.is_none() {
            return;
        }
        let request = match &it.fact {
            Fact::AskShown(fact) => fact.request,
            Fact::AnswerGiven(fact, _) => fact.request,
            Fact::ObjectionMade(fact) => fact.request,
            Fact::ConflictShown(fact) => fact.request,
            Fact::AffirmationGiven(fact) => fact.request,
            Fact::DataCollected(fact, _) => fact.request,
            Fact::UseDecided(fact, _) => fact.request,
            Fact::UseCarriedOut(fact, _) => fact.request,
            Fact::OutcomeObserved(fact, _) => fact.request,
            Fact::IdentityLinked(fact, _) => fact.request,
            Fact::CatalogueChanged(fact) => fact.request,
            Fact::VisitsCounted(fact) => fact.request,
            Fact::DutyDone(fact) => fact.request,
            Fact::RequestMade(fact) => fact.request,
            Fact::NameDeclared(_)
            | Fact::PolicyPublished(_)
            | Fact::SignalReceived(..)
            | Fact::UseCounted(_)
            | Fact::AccessChanged(_)
            | Fact::FileImported(_)
            | Fact::WaiverSigned(_)
            | Fact::Unknown(..) => 0,
        };
        let remembered = Remembered { position: it.position, request };
        self.requests.remember((it.caller, it.event), it.at, remembered);
    }

    fn answered(&mut self, it: &Recorded, day: Day, given: &AnswerGiven) {
        let Some(answer) = Answer::from_number(given.answer) else { return };
        self.asks.answered(day, (it.position, it.slot), (answer, given));
        if let Some(slot) = it.slot {
            let (purpose, statement) = (Code(given.purpose), Code(given.statement));
            self.people.answer(slot, (answer, purpose, statement), it.at);
            // What a model drew nobody waits for, and nobody could confirm.
            let moment = match answer {
                Answer::Granted => Some(Moment::Grant),
                Answer::Withdrawn => Some(Moment::Withdrawal),
                Answer::Refused | Answer::Deferred => None,
            };
            if let Some(moment) = moment.filter(|_| !given.simulated) {
                self.open_duties((slot, it.at), Some(given.purpose), moment);
            }
        }
    }

    fn collected(
        &mut self,
        it: &Recorded,
        day: Day,
        data: &DataCollected,
        personal: Option<&DataPersonal>,
    ) {
        for considered in &data.considered {
            self.tallies.considered(day, data.policy, it.caller, considered);
        }
        let is_order = self.names.name(Code(data.what)) == "order";
        self.collected_duties(it, data, is_order);
        let Some(personal) = personal else { return };
        if let Some(slot) = it.slot {
            self.people.collected(slot, &personal.leaves, it.at, is_order);
        }
        if is_order {
            let lines = (personal.items.len(), data.imported);
            self.books.order(day, lines, &personal.amount, &personal.currency);
        }
    }

    fn decided(&mut self, it: &Recorded, day: Day, decided: &UseDecided) {
        self.tallies.decided((it.position, it.slot, it.caller), day, decided);
        self.incidents.decided(it.position, day, decided);
        self.watched.decided(it.position, day, decided);
        if let Some(slot) = it.slot.filter(|_| uses::lets_through(decided)) {
            self.people.let_through(slot, Code(decided.purpose), (it.at, day));
        }
        let proceeds = decided.advice == Advice::Proceed.number();
        let counts = [Act::Use.number(), Act::Share.number()].contains(&decided.act);
        let purpose = Code(decided.purpose);
        if let Some(slot) = it.slot.filter(|_| proceeds && counts && self.is_limited(purpose)) {
            self.people.used(slot, purpose, it.position, it.at);
        }
    }

    fn is_limited(&self, purpose: Code) -> bool {
        let newest = self.policies.newest();
        let compiled = newest.and_then(|it| it.compiled.purpose_of(purpose));
        compiled.is_some_and(|it| !it.limits.is_empty())
    }

    fn carried_out(&mut self, at: Millis, it: &UseCarriedOut) {
        let decision = Position(it.decision);
        let before = self.tallies.open(decision).copied();
        let now = self.tallies.carried_out(it);
        let Some((before, now)) = before.zip(now) else { return };
        self.used_duties(at, (&before, &now), it.assumed);
        self.incidents.carried_out((at, decision), before.key, &now);
        self.watched.carried_out(decision, &before.key, &now);
        if let Some(slot) = now.slot.filter(|_| uses::changes(&before, &now)) {
            self.people.came_of(slot, at, (&before, &now));
        }
        if let Some((slot, carried)) = now.slot.zip(Carried::from_number(it.carried)) {
            self.people.carried(slot, decision, carried);
        }
    }

    fn outcome(&mut self, day: Day, it: &OutcomeObserved, personal: Option<&OutcomePersonal>) {
        let open = self.tallies.open(Position(it.decision));
        let Some(key) = open.map(|it| it.key) else { return };
        let (amount, currency) = match personal {
            Some(personal) => (&personal.amount, &personal.currency),
            None => (&it.amount, &it.currency),
        };
        self.books.outcome((day, key.purpose, key.tally, Code(it.metric)), amount, currency);
    }

    fn linked(&mut self, slot: Slot, it: &IdentityPersonal) {
        if let Ok(id) = <[u8; 16]>::try_from(it.person.as_slice()) {
            self.people.know(slot, PersonId(id));
        }
        if let Some(alias) = it.alias.first_chunk() {
            self.people.alias(slot, *alias);
        }
        if it.age != 0 {
            self.people.age(slot, Age::from_number(it.age));
        }
    }

    /// Opens the duties of one purpose, or of all, that count from what just happened to a person.
    fn open_duties(&mut self, (slot, at): (Slot, Millis), purpose: Option<u32>, moment: Moment) {
        let Some(policy) = self.policies.in_force(at) else { return };
        let compiled = &policy.compiled;
        let bound =
            compiled.purposes.iter().filter(|it| purpose.is_none_or(|at| it.code == Code(at)));
        for bound in bound {
            for duty in bound.timed_duties.iter().filter(|it| it.of == moment) {
                self.duties.happened(slot, (bound.code, duty), (at, &compiled.zone));
            }
        }
    }

    /// What was brought from a file happened before anybody could confirm anything.
    fn collected_duties(&mut self, it: &Recorded, data: &DataCollected, is_order: bool) {
        let Some(slot) = it.slot.filter(|_| !data.imported) else { return };
        if is_order {
            self.open_duties((slot, it.at), None, Moment::Order);
        }
        for one in data.considered.iter().filter(|it| it.advice == Advice::Proceed.number()) {
            self.open_duties((slot, it.at), Some(one.purpose), Moment::Collection);
        }
    }

    /// A use was reported done that was not before.
    fn used_duties(&mut self, at: Millis, (before, now): (&OpenUse, &OpenUse), assumed: bool) {
        let is_done = |it: &OpenUse| it.carried == Some(Carried::Done);
        let counts = matches!(now.key.act, Act::Use | Act::Share) && !assumed;
        if let Some(slot) = now.slot.filter(|_| counts && is_done(now) && !is_done(before)) {
            self.open_duties((slot, at), Some(now.key.purpose.0), Moment::Use);
        }
    }

    fn duty_done(&mut self, it: &Recorded, done: &DutyDone) {
        let Some(slot) = it.slot else { return };
        let calendar = &mut self.calendar;
        let quarter = |at| calendar.day(at).quarter();
        self.duties.done(slot, (Code(done.purpose), &done.duty), it.at, quarter);
    }

    /// The whole state as text, in one fixed order: equal states are equal text.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        for (code, family, name) in self.names.iter() {
            let _infallible = writeln!(out, "name {} {family} {name}", code.0);
        }
        self.policies.dump(&mut out);
        self.people.dump(&mut out);
        self.tallies.dump(&mut out);
        self.books.dump(&mut out);
        self.asks.dump(&mut out);
        self.catalogue.dump(&mut out);
        self.imports.dump(&mut out);
        self.incidents.dump(&mut out);
        self.watched.dump(&mut out);
        self.requests.dump(&mut out);
        self.access.dump(&mut out);
        self.duties.dump(&mut out);
        self.waivers.dump(&mut out);
        let _infallible = writeln!(out, "events {} unknown {}", self.events, self.unknown);
        out
    }
}
