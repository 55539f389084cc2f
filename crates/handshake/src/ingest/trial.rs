//! A trial: a policy, and people with an imagined past under it. Nothing is recorded; whatever
//! happened is folded by the code that folds a ledger, and decided by the code that decides live.

use std::collections::BTreeSet;

use handshake_core::decision::{self, Age};
use handshake_core::event::{
    AffirmationGiven, AnswerGiven, AnswerPersonal, ConflictShown, DataCollected, DataPersonal,
    Fact, IdentityLinked, IdentityPersonal, NameDeclared, ObjectionMade, PolicyPublished, Recorded,
    SignalPersonal, SignalReceived, UseCarriedOut, UseDecided,
};
use handshake_core::policy::{self, Policy, Statement, StatementError, declared_names};
use handshake_core::projection::{Published, State};
use handshake_core::vocabulary::{
    Act, Advice, Answer, Carried, Code, EventId, Family, Millis, Mode, Name, PersonId, Position,
    Signals, Slot, StatementId, Verdict,
};

use super::decide::{Decided, Wanted};
use super::identity::check_number;
use super::judging;
use super::objection::stopping;
use super::refusal::Refusal;
use super::request::Who;

/// A policy that decides whenever it says it takes effect, those it replaced, and the people it is
/// tried on.
#[derive(Debug)]
pub struct Trial {
    /// Oldest first; the last decides.
    sources: Vec<(Policy, String)>,
    state: State,
    next: u64,
    people: u32,
    order: Code,
}

/// An answer somebody gave, to a statement of the policy or of an older one.
#[derive(Debug, Clone, Copy)]
pub struct PastAnswer<'a> {
    pub purpose: &'a str,
    pub answer: Answer,
    pub statement: Option<StatementId>,
    pub language: Option<&'a str>,
    pub interest: Option<&'a str>,
    /// What was agreed to, where that is not what the policy now wants.
    pub agreed: Option<AgreedBox<'a>>,
}

/// The box of an older statement. What is not given is as in the policy.
#[derive(Debug, Clone, Copy)]
pub struct AgreedBox<'a> {
    pub data: Option<&'a [String]>,
    pub recipients: Option<&'a [String]>,
    pub channels: Option<&'a [String]>,
}

/// After so many people everything is forgotten, so that a long list takes no more memory than a
/// short one.
const PEOPLE_MAX: u32 = 10_000;
/// What the shop calls an order.
const ORDER: &str = "order";

impl Trial {
    /// Tries the last of these versions. Those before it say under which promises data were
    /// collected and what people agreed to in their time.
    pub fn new(versions: &[String]) -> Result<Trial, Refusal> {
        let mut sources: Vec<(Policy, String)> = Vec::new();
        for source in versions {
            let policy = policy::read(source).map_err(Refusal::PolicyMistakes)?;
            if let Some((before, _)) = sources.last().filter(|it| policy.effective < it.0.effective)
            {
                let (version, old) = (policy.version, before.version);
                let said = format!(
                    "of version {version} is before that of version {old}, which was given \
                     first; give the versions in the order in which they took effect"
                );
                return Err(Refusal::invalid("effective", said));
            }
            sources.push((policy, source.clone()));
        }
        let state = State::default();
        let mut trial = Trial { sources, state, next: 0, people: 0, order: Code::NONE };
        trial.begin();
        Ok(trial)
    }

    fn begin(&mut self) {
        self.state = State::default();
        (self.next, self.people) = (0, 0);
        let sources = std::mem::take(&mut self.sources);
        for (number, (policy, source)) in (1..).zip(&sources) {
            for (family, name) in declared_names(policy) {
                if self.state.names.code(family, name.as_str()).is_none() {
                    self.declare(family, name.as_str(), Vec::new());
                }
            }
            let hash = policy::hash(policy).to_vec();
            let source = source.clone();
            let published = PolicyPublished { number, hash, source, ..PolicyPublished::default() };
            self.push(policy.effective, None, Fact::PolicyPublished(published));
        }
        self.sources = sources;
        self.order = self.declare(Family::Happening, ORDER, Vec::new());
    }

    /// The policy that is tried.
    pub fn policy(&self) -> Result<&Published, Refusal> {
        self.state.policies.newest().ok_or(Refusal::NoPolicy)
    }

    /// A new person, of whom nothing is known but this. All before may be forgotten.
    pub fn somebody(&mut self, age: Age) -> Result<Slot, Refusal> {
        if PEOPLE_MAX <= self.people {
            self.begin();
        }
        let slot = Slot(self.people);
        self.people += 1;
        let mut id = [0; 16];
        id.iter_mut().zip(self.people.to_be_bytes()).for_each(|(to, from)| *to = from);
        let person = PersonId(id).0.to_vec();
        let personal = IdentityPersonal { person, alias: Vec::new(), age: age.number() };
        let fact = Fact::IdentityLinked(IdentityLinked::default(), Some(personal));
        self.push(Millis(0), Some(slot), fact);
        Ok(slot)
    }

    pub fn answered(
        &mut self,
        (slot, at): (Slot, Millis),
        it: &PastAnswer<'_>,
    ) -> Result<(), Refusal> {
        let purpose = self.declared("purpose", (Family::Purpose, "purpose"), it.purpose)?;
        let statement = match it.answer {
            Answer::Withdrawn if it.is_about_statement() => {
                let said = "takes back all that was agreed for the purpose; leave out `statement`, \
                            `language`, `interest` and `box`";
                return Err(Refusal::invalid("answer", said));
            }
            Answer::Withdrawn => Code::NONE,
            Answer::Granted | Answer::Refused | Answer::Deferred => {
                let statement = self.statement(it, at)?;
                let name = statement.id.to_string();
                let known = self.state.names.code(Family::Statement, &name);
                let document = || statement.document();
                match known {
                    Some(code) => code,
                    None => self.declare(Family::Statement, &name, document()),
                }
            }
        };
        let clear = AnswerGiven {
            purpose: purpose.0,
            statement: statement.0,
            answer: it.answer.number(),
            ..AnswerGiven::default()
        };
        self.push(at, Some(slot), Fact::AnswerGiven(clear, Some(AnswerPersonal::default())));
        Ok(())
    }

    /// Data were collected; that was a visit, too.
    pub fn collected(&mut self, (slot, at): (Slot, Millis), data: &str) -> Result<(), Refusal> {
        self.declared("data", (Family::Data, "data"), data)?;
        let leaves = self.leaves_of(data)?;
        let names = &self.state.names;
        let code = |it: &Name| names.code(Family::Data, it.as_str()).map(|it| it.0);
        let leaves = leaves.iter().filter_map(code).collect();
        self.happened((slot, at), Code::NONE, leaves);
        Ok(())
    }

    pub fn visited(&mut self, slot: Slot, at: Millis) {
        self.happened((slot, at), Code::NONE, Vec::new());
    }

    /// An order, which was a visit, too.
    pub fn ordered(&mut self, slot: Slot, at: Millis) {
        self.happened((slot, at), self.order, Vec::new());
    }

    /// A use was let through and carried out.
    pub fn used(&mut self, (slot, at): (Slot, Millis), purpose: &str) -> Result<(), Refusal> {
        let purpose = self.declared("purpose", (Family::Purpose, "purpose"), purpose)?;
        let decided = UseDecided {
            policy: self.policy()?.number(),
            engine: decision::ENGINE,
            act: Act::Use.number(),
            purpose: purpose.0,
            verdict: Verdict::Allowed.number(),
            advice: Advice::Proceed.number(),
            mode: Mode::Enforce.number(),
            ..UseDecided::default()
        };
        let decision = self.push(at, Some(slot), Fact::UseDecided(decided, None)).0;
        let carried = Carried::Done.number();
        let done = UseCarriedOut { decision, carried, ..UseCarriedOut::default() };
        self.push(at, Some(slot), Fact::UseCarriedOut(done, None));
        Ok(())
    }

    pub fn objected(&mut self, slot: Slot, purpose: &str) -> Result<(), Refusal> {
        let purpose = stopping(&self.policy()?.compiled, purpose)?;
        let fact = ObjectionMade { purpose: purpose.0, ..ObjectionMade::default() };
        self.push(Millis(0), Some(slot), Fact::ObjectionMade(fact));
        Ok(())
    }

    /// A device of the person's gave signals earlier. Those that bind the person still hold.
    pub fn signalled(
        &mut self,
        (slot, at): (Slot, Millis),
        signals: Signals,
    ) -> Result<(), Refusal> {
        let binding = judging::binding(&self.policy()?.policy, signals);
        let person = self.state.people.person(slot);
        let before = person.map_or(Signals::NONE, |it| it.signals());
        let heard = person.map_or(Signals::NONE, |it| it.heard_of()).union(signals);
        let personal =
            SignalPersonal { signals: before.union(binding).bits(), heard: heard.bits() };
        let fact = Fact::SignalReceived(SignalReceived {}, Some(personal));
        self.push(at, Some(slot), fact);
        Ok(())
    }

    /// The person was shown that a signal speaks against a purpose, and affirmed it.
    pub fn affirmed(&mut self, (slot, at): (Slot, Millis), purpose: &str) -> Result<(), Refusal> {
        let purpose = self.declared("purpose", (Family::Purpose, "purpose"), purpose)?.0;
        let shown = ConflictShown { purpose, ..ConflictShown::default() };
        self.push(at, Some(slot), Fact::ConflictShown(shown));
        let affirmed = AffirmationGiven { purpose, ..AffirmationGiven::default() };
        self.push(at, Some(slot), Fact::AffirmationGiven(affirmed));
        Ok(())
    }

    /// What would be decided.
    pub fn decide(
        &self,
        (slot, now): (Option<Slot>, Millis),
        wanted: &Wanted<'_>,
    ) -> Result<Decided, Refusal> {
        judging::check(wanted)?;
        if let Who::Customer(number) = wanted.who {
            check_number(number)?;
        }
        let experiment = wanted.assignment.map(|it| ("assignment.experiment", it.experiment));
        for (field, name) in
            wanted.campaign.map(|it| ("campaign", it)).into_iter().chain(experiment)
        {
            Name::new(name).map_err(|error| Refusal::invalid(field, error.to_string()))?;
        }
        let policy = self.policy()?;
        let situation = judging::situation(&self.state, policy, (slot, now), wanted);
        let decision = decision::decide(&policy.compiled, &policy.statements, &situation);
        let position = Position(self.next);
        Ok(judging::told(&self.state, &policy.compiled, position, (&situation, &decision)))
    }

    /// The statement that was answered: of the policy that ruled then.
    fn statement(&self, it: &PastAnswer<'_>, at: Millis) -> Result<Statement, Refusal> {
        let policies = &self.state.policies;
        let ruling = policies.in_force(at).or(policies.iter().next());
        let policy = &ruling.ok_or(Refusal::NoPolicy)?.policy;
        if let Some(id) = it.statement {
            if it.language.is_some() || it.interest.is_some() || it.agreed.is_some() {
                let said =
                    "names the words and the box; leave out `language`, `interest` and `box`";
                return Err(Refusal::invalid("statement", said));
            }
            let named = |other: &Statement| other.id == id && other.purpose.as_str() == it.purpose;
            let mut all = policies.iter().flat_map(|it| policy::statements(&it.policy));
            return all.find(named).ok_or_else(|| {
                let said = "is none of this policy for the purpose; for one of an older policy, \
                            give that policy too, or say with `box` what was agreed to";
                Refusal::invalid("statement", said)
            });
        }
        let name = |field, text: &str| {
            Name::new(text).map_err(|error| Refusal::invalid(field, error.to_string()))
        };
        let purpose = name("purpose", it.purpose)?;
        let interest = it.interest.map(|it| name("interest", it)).transpose()?;
        let language = it.language.or(policy.languages.first().map(String::as_str)).unwrap_or("en");
        let statement = policy::statement(policy, &purpose, language, interest.as_ref());
        let statement = statement.map_err(|error| {
            let field = match &error {
                StatementError::Purpose(_) | StatementError::Basis(_) => "purpose",
                StatementError::Language { .. } => "language",
                StatementError::Interest { .. } => "interest",
                StatementError::Document => "statement",
            };
            Refusal::invalid(field, error.to_string())
        })?;
        match &it.agreed {
            Some(agreed) => self.of_an_older_policy(statement, agreed),
            None => Ok(statement),
        }
    }

    /// The same words for another box. Its id, too, is the hash of both.
    fn of_an_older_policy(
        &self,
        mut statement: Statement,
        agreed: &AgreedBox<'_>,
    ) -> Result<Statement, Refusal> {
        if let Some(data) = agreed.data {
            statement.data = BTreeSet::new();
            for name in data {
                self.declared("box.data", (Family::Data, "data"), name)?;
                statement.data.extend(self.leaves_of(name)?);
            }
        }
        let names = |field, family, all: &[String]| -> Result<BTreeSet<Name>, Refusal> {
            let one = |name: &String| {
                self.declared(field, family, name)?;
                Name::new(name).map_err(|error| Refusal::invalid(field, error.to_string()))
            };
            all.iter().map(one).collect()
        };
        if let Some(all) = agreed.recipients {
            statement.recipients = names("box.recipients", (Family::Recipient, "recipient"), all)?;
        }
        if let Some(all) = agreed.channels {
            statement.channels = names("box.channels", (Family::Channel, "channel"), all)?;
        }
        Statement::from_document(&statement.document())
            .map_err(|error| Refusal::invalid("box", error.to_string()))
    }

    fn leaves_of(&self, data: &str) -> Result<Vec<Name>, Refusal> {
        let name = Name::new(data).map_err(|error| Refusal::invalid("data", error.to_string()))?;
        Ok(self.policy()?.policy.leaves_of(&name).cloned().collect())
    }

    /// The number of a name that the policy declares.
    fn declared(
        &self,
        field: &'static str,
        (family, said): (Family, &'static str),
        name: &str,
    ) -> Result<Code, Refusal> {
        let names = &self.state.names;
        names.code(family, name).ok_or_else(|| {
            let of_family = names.iter().filter(|(_, it, _)| *it == family.number());
            let declared: Vec<&str> = of_family.map(|(_, _, name)| name).collect();
            Refusal::UnknownName {
                field,
                family: said,
                name: name.chars().take(64).collect(),
                declared: declared.join(", "),
            }
        })
    }

    fn happened(&mut self, (slot, at): (Slot, Millis), what: Code, leaves: Vec<u32>) {
        let clear = DataCollected { policy: 1, what: what.0, ..DataCollected::default() };
        let personal = DataPersonal { leaves, ..DataPersonal::default() };
        self.push(at, Some(slot), Fact::DataCollected(clear, Some(personal)));
    }

    fn declare(&mut self, family: Family, name: &str, document: Vec<u8>) -> Code {
        let code = self.state.names.next();
        let (family, name) = (family.number(), name.to_owned());
        let declared = NameDeclared { code: code.0, family, name, document };
        self.push(Millis(0), None, Fact::NameDeclared(declared));
        code
    }

    /// Folds a fact, as the ledger's are.
    fn push(&mut self, at: Millis, slot: Option<Slot>, fact: Fact) -> Position {
        let position = Position(self.next);
        self.next += 1;
        let (event, caller) = (EventId::NONE, Code::NONE);
        self.state.fold(&Recorded { position, at, event, caller, slot, fact });
        position
    }
}

impl PastAnswer<'_> {
    fn is_about_statement(&self) -> bool {
        self.statement.is_some()
            || self.language.is_some()
            || self.interest.is_some()
            || self.agreed.is_some()
    }
}
