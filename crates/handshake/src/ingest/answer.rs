//! Answering: the handshake itself, and taking it back.

use handshake_core::event::{AnswerGiven, AnswerPersonal, Fact};
use handshake_core::permission::standing;
use handshake_core::policy;
use handshake_core::vocabulary::{
    Answer, Code, EventId, Family, Millis, Name, PersonId, Slot, Standing, StatementId,
};

use super::ask::{AskedRef, REFUSAL_STANDS};
use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::turn::{Stamp, Turn};

/// An answer and what it answers.
#[derive(Debug, Clone)]
pub struct Answering<'a> {
    pub question: Question<'a>,
    pub answer: Answer,
    /// How it was given: `click`, `key`, `form`, `phone`, `paper`…
    pub gesture: &'a str,
    /// Drawn by a model. Said wherever it is shown.
    pub simulated: bool,
    /// For a person who becomes known by granting.
    pub new_person: PersonId,
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Question<'a> {
    /// A question that was shown, by its token; and who answers, where the device knows.
    Shown(&'a AskedRef, Option<PersonId>),
    /// A statement of the policy in force that a server put to somebody, as on the telephone.
    Stated {
        who: Who<'a>,
        purpose: &'a str,
        statement: Option<StatementId>,
        language: Option<&'a str>,
    },
}

/// Where the person stands now.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Nobody where a refusal came from somebody unknown: the device keeps it.
    pub person: Option<PersonId>,
    pub new: bool,
    pub purpose: String,
    /// The answer that stands for this ask; another than was sent, where the ask was used before.
    pub answer: Answer,
    /// How long a refusal is to be remembered on the device.
    pub refused_until: Millis,
    pub duplicate: bool,
}

/// Where a person stands on everything that may be asked.
#[derive(Debug, Clone)]
pub struct Permissions {
    pub person: PersonId,
    pub permissions: Vec<PermissionView>,
}

/// Where a person stands on one purpose.
#[derive(Debug, Clone)]
pub struct PermissionView {
    pub purpose: String,
    pub standing: Standing,
    /// Statements agreed to, with the words and the time.
    pub agreed: Vec<(StatementId, String, Millis)>,
    pub since: Option<Millis>,
    pub expires_at: Option<Millis>,
}

/// What an answer comes down to, once its question is known.
struct Resolved {
    slot: Option<Slot>,
    purpose: Code,
    statement: Code,
    ask: Option<AskedRef>,
    who: PersonId,
}

const GESTURE_MAX: usize = 32;
/// The gesture of a page without scripts.
pub const BY_FORM: &str = "form";

impl Turn<'_> {
    /// Records an answer. A grant by somebody unknown makes them known; a refusal does not.
    pub fn answer(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Answering<'_>,
    ) -> Result<Answered, Refusal> {
        Name::new(it.gesture)
            .ok()
            .filter(|name| name.as_str().len() <= GESTURE_MAX)
            .ok_or_else(|| Refusal::invalid("gesture", "says how it was given, as `click`"))?;
        if let Question::Shown(shown, _) = &it.question
            && let Some(used) = self.state().asks.used(&shown.ask).copied()
        {
            return self.answered(used.slot, shown.purpose, (used.answer, true, false));
        }
        let resolved = self.resolve(it)?;
        if self.seen(caller, request)?.is_some() {
            return self.answered(resolved.slot, resolved.purpose, (it.answer, true, false));
        }
        let mut stamp = self.stamp(caller, request);
        let new = resolved.slot.is_none() && it.answer == Answer::Granted;
        let slot = match (resolved.slot, new) {
            (None, true) => {
                let nameless = Stamp { event: EventId::NONE, ..stamp };
                let who = match &it.question {
                    Question::Stated { who, .. } => *who,
                    Question::Shown(..) => Who::Nobody,
                };
                Some(self.make_known(&nameless, who, resolved.who)?)
            }
            (slot, _) => slot,
        };
        if slot.is_none() {
            // I9: of a refusal by somebody unknown only the ask's own id is kept.
            stamp.claimed_at = None;
        }
        let ask = resolved.ask.as_ref();
        if let Some(ask) = ask.filter(|_| it.gesture == BY_FORM) {
            // Nobody can answer what was not shown, and a page without scripts cannot say that
            // it was: the answer is when we learn of it.
            let nameless = Stamp { event: EventId::NONE, digest: 0, ..stamp };
            self.push(&nameless, slot, Fact::AskShown(ask.fact(0)));
        }
        let clear = AnswerGiven {
            ask: ask.map_or(Vec::new(), |it| it.ask.to_vec()),
            purpose: resolved.purpose.0,
            statement: resolved.statement.0,
            answer: it.answer.number(),
            program: ask.map_or(0, |it| it.program.0),
            wording: ask.map_or(0, |it| it.wording.0),
            offer: ask.map_or(0, |it| it.offer.0),
            arm: ask.map_or(0, |it| it.arm),
            simulated: it.simulated,
            request: stamp.digest,
        };
        let personal = slot.map(|_| AnswerPersonal { gesture: it.gesture.to_owned() });
        self.push(&stamp, slot, Fact::AnswerGiven(clear, personal));
        self.answered(slot, resolved.purpose, (it.answer, false, new))
    }

    fn resolve(&mut self, it: &Answering<'_>) -> Result<Resolved, Refusal> {
        match &it.question {
            Question::Shown(shown, device) => {
                let (asked, answering) = (shown.person, *device);
                if asked.is_some() && answering.is_some() && asked != answering {
                    let said = "was shown to another person; ask again";
                    return Err(Refusal::invalid("token", said));
                }
                let person = answering.or(asked);
                let slot = match person {
                    Some(person) => self.find(Who::Person(person))?,
                    None => None,
                };
                if it.answer == Answer::Withdrawn {
                    let said =
                        "`withdrawn` answers no question; send the person's token and a `purpose`";
                    return Err(Refusal::invalid("answer", said));
                }
                let (purpose, statement) = (shown.purpose, shown.statement);
                let ask = Some((*shown).clone());
                Ok(Resolved { slot, purpose, statement, ask, who: it.new_person })
            }
            Question::Stated { who, purpose, statement, language } => {
                let slot = self.find(*who)?;
                let purpose_code = self.purpose_code(purpose)?;
                let statement = match it.answer {
                    // It ends all of them; the newest is named, so that it can be agreed to anew.
                    Answer::Withdrawn => self.last_statement(slot, purpose_code),
                    Answer::Granted | Answer::Refused | Answer::Deferred => {
                        self.stated(purpose, *statement, *language)?
                    }
                };
                let (purpose, ask) = (purpose_code, None);
                Ok(Resolved { slot, purpose, statement, ask, who: it.new_person })
            }
        }
    }

    /// The statement of a person's newest answer about a purpose.
    pub(super) fn last_statement(&self, slot: Option<Slot>, purpose: Code) -> Code {
        let person = slot.and_then(|it| self.state().people.person(it));
        let entries = person.iter().flat_map(|it| it.permissions.entries());
        let of_purpose = entries.filter(|it| it.purpose() == purpose);
        of_purpose.max_by_key(|it| it.since()).map_or(Code::NONE, |it| it.statement())
    }

    /// The words that a person's newest answer about a purpose was about.
    pub fn last_answered(&self, person: PersonId, purpose: &str) -> Code {
        let purpose = self.state().names.code(Family::Purpose, purpose);
        purpose.map_or(Code::NONE, |it| self.last_statement(self.state().people.by_id(person), it))
    }

    fn purpose_code(&self, name: &str) -> Result<Code, Refusal> {
        // A purpose of an older policy can still be taken back.
        self.state().names.code(Family::Purpose, name).ok_or_else(|| {
            let policy = self.policy().map(|it| it.compiled.purposes.iter());
            let declared: Vec<&str> =
                policy.map(|it| it.map(|it| it.name.as_str()).collect()).unwrap_or_default();
            Refusal::UnknownName {
                field: "purpose",
                family: "purpose",
                name: name.chars().take(64).collect(),
                declared: declared.join(", "),
            }
        })
    }

    /// The statement of the policy in force for a purpose, whole; or the one named, if it was
    /// put before or is one of the policy's.
    fn stated(
        &mut self,
        purpose: &str,
        named: Option<StatementId>,
        language: Option<&str>,
    ) -> Result<Code, Refusal> {
        if let Some(id) = named
            && let Some(code) = self.state().names.code(Family::Statement, &id.to_string())
        {
            return Ok(code);
        }
        let policy = self.policy()?.policy.clone();
        let language = language.or(policy.languages.first().map(String::as_str)).unwrap_or("en");
        let name =
            Name::new(purpose).map_err(|error| Refusal::invalid("purpose", error.to_string()))?;
        let statement = policy::statement(&policy, &name, language, None)
            .map_err(|error| Refusal::invalid("purpose", error.to_string()))?;
        if named.is_some_and(|id| id != statement.id) {
            let said = "is no statement of the policy in force; see `handshake policy show`";
            return Err(Refusal::invalid("statement", said));
        }
        Ok(self.statement_code(&statement))
    }

    fn answered(
        &self,
        slot: Option<Slot>,
        purpose: Code,
        (answer, duplicate, new): (Answer, bool, bool),
    ) -> Result<Answered, Refusal> {
        let policy = self.policy()?;
        let ask_again = policy.compiled.purpose_of(purpose).and_then(|it| it.ask_again);
        let zone = &policy.compiled.zone;
        let stands = REFUSAL_STANDS.after(self.at, zone);
        let refused_until = ask_again.map_or(stands, |it| it.after(self.at, zone).max(stands));
        Ok(Answered {
            person: slot.and_then(|it| self.state().people.person(it)).map(|it| it.id),
            new,
            purpose: self.state().names.name(purpose).to_owned(),
            answer,
            refused_until,
            duplicate,
        })
    }

    /// Where a person stands on every purpose of the policy in force that stands on permission,
    /// and on every other they ever answered about.
    pub fn permissions(&self, who: Who<'_>) -> Result<Permissions, Refusal> {
        let unknown = Refusal::UnknownPerson {
            field: match who {
                Who::Customer(_) => "customer",
                Who::Nobody | Who::Person(_) => "person",
            },
        };
        let slot = self.find(who)?.ok_or(unknown)?;
        let state = self.state();
        let person = state.people.person(slot).ok_or(Refusal::Broken)?;
        let policy = self.policy()?;
        let mut permissions = Vec::new();
        for purpose in policy.compiled.purposes.iter().filter(|it| it.needs_permission()) {
            let stood = standing(
                person.permissions,
                purpose,
                &policy.compiled,
                &policy.statements,
                self.at,
            );
            let agreed = stood.grants.iter().filter_map(|grant| {
                let statement = state.policies.statement(grant.statement)?;
                Some((statement.id, statement.says.clone(), grant.granted_at))
            });
            let expires = stood.grants.iter().filter_map(|grant| {
                let period = state.policies.statement(grant.statement)?.ask_again?;
                Some(period.after(grant.granted_at, &policy.compiled.zone))
            });
            permissions.push(PermissionView {
                purpose: purpose.name.to_string(),
                standing: stood.standing,
                agreed: agreed.collect(),
                since: (stood.standing != Standing::NotAsked).then_some(stood.since),
                expires_at: expires.max(),
            });
        }
        Ok(Permissions { person: person.id, permissions })
    }
}
