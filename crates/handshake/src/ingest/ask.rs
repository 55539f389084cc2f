//! Asking: which question to show now, if any, and that it was shown.
//!
//! The first program asks for each purpose of the policy that stands on permission, in order of
//! name, in the words the policy's `says` has; one arm, drawn with certainty.

use std::sync::Arc;

use handshake_core::event::{AskShown, Fact};
use handshake_core::permission::standing;
use handshake_core::policy::{self, CompiledPurpose, Statement};
use handshake_core::projection::Published;
use handshake_core::vocabulary::{
    Code, Family, Millis, Name, Period, PersonId, Signals, Slot, Standing, Unit,
};

use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::terms::Terms;
use super::turn::Turn;

/// Who may be asked, about what, and what their device remembers.
#[derive(Debug, Clone, Copy)]
pub struct AskWanted<'a> {
    pub visitor: Visitor<'a>,
    /// Ask for this purpose or for none; else for the first that may be asked.
    pub purpose: Option<&'a str>,
    /// The interest on the page, a leaf under `interest`: narrows the statement to it.
    pub interest: Option<&'a str>,
    pub language: Option<&'a str>,
    pub signals: Signals,
}

/// A visitor as the device tells.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    pub person: Option<PersonId>,
    /// Purposes refused on this device, and until when they are not asked again.
    pub refused: &'a [(String, Millis)],
    pub asked_this_visit: u32,
    pub asked_this_quarter: u32,
}

/// A question to show.
#[derive(Debug, Clone)]
pub struct Asked {
    pub shown: AskedRef,
    pub purpose: String,
    pub statement: Statement,
    pub offer: Option<(String, String)>,
    pub program: String,
    pub wording: String,
    /// Names of the recipients as customers know them.
    pub who: Vec<String>,
    pub controller: String,
    /// The statement in the words a customer reads.
    pub terms: Terms,
}

/// What a token says of the question that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRef {
    pub ask: [u8; 16],
    pub statement: Code,
    pub purpose: Code,
    pub program: Code,
    pub wording: Code,
    pub offer: Code,
    pub arm: u32,
    /// Probability of every arm, in millionths.
    pub allocation: Vec<u32>,
    pub person: Option<PersonId>,
    /// Put to nobody: a model draws the answer. Never in a token.
    pub simulated: bool,
}

const PROGRAM: &str = "first-deal";
const WORDING: &str = "as-written";
const CERTAIN: u32 = 1_000_000;
/// How long a refusal stands before anybody asks again, unless the policy says longer.
pub(super) const REFUSAL_STANDS: Period = Period { count: 6, unit: Unit::Months };
/// "Ask me later" is taken at its word for a week.
const LATER: Period = Period { count: 7, unit: Unit::Days };

impl Turn<'_> {
    /// The question to show now, if any. `ask` is a fresh random id for this one showing.
    pub fn next_ask(
        &mut self,
        ask: [u8; 16],
        it: &AskWanted<'_>,
    ) -> Result<Option<Asked>, Refusal> {
        let slot = match it.visitor.person {
            Some(person) => self.find(Who::Person(person))?,
            None => None,
        };
        let policy = self.policy()?.clone();
        let wanted = it.purpose.map(|name| named(&policy, name)).transpose()?;
        if let Some(budget) = policy.policy.ask_budget
            && (budget.per_visit <= it.visitor.asked_this_visit
                || budget.per_quarter <= it.visitor.asked_this_quarter)
        {
            return Ok(None);
        }
        let candidates = policy.compiled.purposes.iter().filter(|purpose| {
            purpose.needs_permission() && wanted.is_none_or(|code| code == purpose.code)
        });
        for purpose in candidates {
            if self.may_ask(&policy, purpose, slot, it) {
                return self.question(ask, &policy, purpose, it).map(Some);
            }
        }
        Ok(None)
    }

    /// A question that was put elsewhere, as an import tells: whatever may be asked now.
    pub fn ask_put_elsewhere(
        &mut self,
        ask: [u8; 16],
        it: &AskWanted<'_>,
    ) -> Result<Asked, Refusal> {
        let policy = self.policy()?.clone();
        let code = named(&policy, it.purpose.unwrap_or_default())?;
        let purpose = policy.compiled.purpose_of(code).ok_or(Refusal::Broken)?;
        self.question(ask, &policy, purpose, it)
    }

    fn may_ask(
        &self,
        policy: &Published,
        purpose: &CompiledPurpose,
        slot: Option<Slot>,
        it: &AskWanted<'_>,
    ) -> bool {
        let zone = &policy.compiled.zone;
        let on_device =
            |(name, until): &(String, Millis)| name == purpose.name.as_str() && self.at < *until;
        let person = slot.and_then(|it| self.state().people.person(it));
        let signals = it.signals.union(person.map_or(Signals::NONE, |it| it.signals()));
        let stopped = purpose.signals.iter().any(|rule| signals.has(rule.signal));
        if stopped || it.visitor.refused.iter().any(on_device) {
            return false;
        }
        let Some(person) = person else { return true };
        if person.objected(purpose.code) {
            return false;
        }
        let statements = &policy.statements;
        let stood = standing(person.permissions, purpose, &policy.compiled, statements, self.at);
        match stood.standing {
            Standing::NotAsked | Standing::Asked | Standing::Expired | Standing::Outgrown => true,
            Standing::Deferred => LATER.has_passed(stood.since, self.at, zone),
            Standing::Refused | Standing::Withdrawn => {
                REFUSAL_STANDS.has_passed(stood.since, self.at, zone)
            }
            Standing::Granted => false,
        }
    }

    pub(super) fn question(
        &mut self,
        ask: [u8; 16],
        policy: &Published,
        purpose: &CompiledPurpose,
        it: &AskWanted<'_>,
    ) -> Result<Asked, Refusal> {
        let languages = &policy.policy.languages;
        let spoken = languages.iter().find(|own| Some(own.as_str()) == it.language);
        let language = spoken.or(languages.first()).map_or("en", String::as_str);
        let interest = it.interest.map(Name::new).transpose();
        let interest = interest.map_err(|error| Refusal::invalid("interest", error.to_string()))?;
        let statement =
            policy::statement(&policy.policy, &purpose.name, language, interest.as_ref())
                .map_err(|error| Refusal::invalid("interest", error.to_string()))?;
        let offer = policy.policy.purposes.get(&purpose.name).and_then(|it| it.in_return.as_ref());
        let mut terms = Terms::of(&policy.policy, &statement);
        let agreed = self.agreed(policy, purpose, it.visitor.person);
        let agreed: Vec<&Statement> = agreed.iter().map(|it| &**it).collect();
        terms.set_added(&policy.policy, &statement, &agreed);
        let shown = AskedRef {
            ask,
            statement: self.statement_code(&statement),
            purpose: purpose.code,
            program: self.code(Family::Program, PROGRAM),
            wording: self.code(Family::Wording, WORDING),
            offer: purpose.offer,
            arm: 0,
            allocation: vec![CERTAIN],
            person: it.visitor.person,
            simulated: false,
        };
        Ok(Asked {
            shown,
            purpose: purpose.name.to_string(),
            statement,
            offer: offer.map(|it| (it.name.to_string(), it.label.clone())),
            program: PROGRAM.to_owned(),
            wording: WORDING.to_owned(),
            who: terms.who.iter().map(|it| it.label.clone()).collect(),
            terms,
            controller: policy.policy.controller.name.clone(),
        })
    }

    /// What the person agreed to for a purpose that now wants more.
    fn agreed(
        &self,
        policy: &Published,
        purpose: &CompiledPurpose,
        person: Option<PersonId>,
    ) -> Vec<Arc<Statement>> {
        let state = self.state();
        let slot = person.and_then(|it| state.people.by_id(it));
        let Some(person) = slot.and_then(|it| state.people.person(it)) else { return Vec::new() };
        let (permissions, statements) = (person.permissions, &policy.statements);
        let stood = standing(permissions, purpose, &policy.compiled, statements, self.at);
        if stood.standing != Standing::Outgrown {
            return Vec::new();
        }
        let grants = permissions.grants(purpose.code);
        grants.filter_map(|it| state.policies.statement(it.statement).cloned()).collect()
    }

    /// The number of a statement; its words and box go into the ledger when it is first asked.
    pub(super) fn statement_code(&mut self, statement: &Statement) -> Code {
        let name = statement.id.to_string();
        match self.state().names.code(Family::Statement, &name) {
            Some(code) => code,
            None => self.declare(Family::Statement, &name, statement.document()),
        }
    }

    /// Records that a question became visible.
    pub fn shown(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &AskedRef,
    ) -> Result<bool, Refusal> {
        if self.seen(caller, request)?.is_some() {
            return Ok(true);
        }
        let slot = match it.person {
            Some(person) => self.find(Who::Person(person))?,
            None => None,
        };
        let stamp = self.stamp(caller, request);
        self.push(&stamp, slot, Fact::AskShown(it.fact(stamp.digest)));
        Ok(false)
    }
}

impl AskedRef {
    /// That it was shown, as the ledger keeps it.
    pub(super) fn fact(&self, request: u64) -> AskShown {
        AskShown {
            ask: self.ask.to_vec(),
            purpose: self.purpose.0,
            statement: self.statement.0,
            program: self.program.0,
            wording: self.wording.0,
            offer: self.offer.0,
            arm: self.arm,
            allocation: self.allocation.clone(),
            simulated: self.simulated,
            request,
        }
    }
}

/// The code of a purpose that may be asked for.
fn named(policy: &Published, name: &str) -> Result<Code, Refusal> {
    let purposes = || policy.compiled.purposes.iter().filter(|it| it.needs_permission());
    let found = purposes().find(|it| it.name.as_str() == name);
    found.map(|it| it.code).ok_or_else(|| {
        let declared: Vec<&str> = purposes().map(|it| it.name.as_str()).collect();
        Refusal::UnknownName {
            field: "purpose",
            family: "purpose that stands on permission",
            name: name.chars().take(64).collect(),
            declared: declared.join(", "),
        }
    })
}
