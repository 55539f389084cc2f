//! A person's deal as they read it: what they said, what was done with it, and what they may
//! change now.

use handshake_core::permission::standing;
use handshake_core::policy::{CompiledPurpose, Keep, Statement};
use handshake_core::projection::{Calendar, Day, Person, Published, PurposeUses};
use handshake_core::vocabulary::{
    Family, Millis, Name, PersonId, ReasonCode, Signal, Signals, Slot, Standing,
};
use jiff::tz::TimeZone;

use super::ask::{AskWanted, Asked, REFUSAL_STANDS, Visitor};
use super::refusal::Refusal;
use super::request::Who;
use super::terms::{Terms, what};
use super::turn::Turn;

/// Whose deal, in which language.
#[derive(Debug, Clone, Copy)]
pub struct DealWanted<'a> {
    pub person: Option<PersonId>,
    /// Purposes refused on this device, and until when they are not asked again.
    pub refused: &'a [(String, Millis)],
    pub language: &'a str,
}

/// Everything the page tells.
#[derive(Debug)]
pub struct Deal {
    pub known: bool,
    pub controller: String,
    pub contact: String,
    pub languages: Vec<String>,
    pub zone: TimeZone,
    pub today: Day,
    /// Purposes that stand on permission and were answered.
    pub terms: Vec<Term>,
    /// What stands on permission and was never answered, in words.
    pub open: Vec<String>,
    pub others: Vec<Other>,
    /// How often anything was used, and each purpose for which the deal was broken.
    pub used: u64,
    pub broken: Vec<Broken>,
    /// What should have been done for the person by now and is not told done.
    pub late: Vec<LateDuty>,
    /// Whether anything ever was, done late or not at all.
    pub was_late: bool,
    /// What each signal stops, in words.
    pub stopped_by: Vec<(Signal, Vec<String>)>,
}

/// One purpose that stands on permission.
#[derive(Debug)]
pub struct Term {
    pub purpose: String,
    pub standing: Standing,
    pub since: Option<Millis>,
    /// Statements in force, oldest first.
    pub agreed: Vec<Agreement>,
    /// Until when nobody asks again.
    pub quiet_until: Option<Millis>,
    /// What may be agreed to now, exactly as it would be.
    pub proposal: Option<Asked>,
    /// The data in it that was not agreed to before, where anything was.
    pub new: Vec<String>,
    pub uses: Option<PurposeUses>,
}

/// A statement agreed to.
#[derive(Debug)]
pub struct Agreement {
    pub says: String,
    pub language: String,
    pub terms: Terms,
    pub granted_at: Millis,
    /// When it would end if nothing more happened, where that can be said.
    pub ends_at: Option<Millis>,
}

/// A purpose for which something was done that the policy did not allow.
#[derive(Debug)]
pub struct Broken {
    pub says: String,
    pub count: u32,
    /// The newest time.
    pub day: Day,
    pub reason: Option<ReasonCode>,
}

/// A duty whose time is over.
#[derive(Debug)]
pub struct LateDuty {
    pub says: String,
    pub what: String,
    /// When it was due.
    pub due: Day,
}

/// A purpose that stands on something else.
#[derive(Debug)]
pub struct Other {
    pub purpose: String,
    pub says: String,
    pub keep: Option<Keep>,
    /// Whether the policy stops for an objection.
    pub stops: bool,
    pub objected: bool,
}

const PROGRAM: &str = "my-deal";

impl Turn<'_> {
    /// Reads a deal. `fresh` gives an id for each question that may be answered on the page.
    pub fn deal(
        &mut self,
        it: &DealWanted<'_>,
        fresh: &mut dyn FnMut() -> Option<[u8; 16]>,
    ) -> Result<Deal, Refusal> {
        let policy = self.policy()?.clone();
        let slot = match it.person {
            Some(person) => self.find(Who::Person(person))?,
            None => None,
        };
        let says = |purpose: &CompiledPurpose| in_words(&policy, purpose, it.language);
        let mut terms = Vec::new();
        let mut open = Vec::new();
        for purpose in policy.compiled.purposes.iter().filter(|it| it.needs_permission()) {
            match self.term(&policy, purpose, (slot, it), fresh)? {
                Some(term) => terms.push(term),
                None => open.push(says(purpose)),
            }
        }
        terms.sort_by_key(|it| order(it.standing));
        let person = slot.and_then(|it| self.state().people.person(it));
        let others = policy.compiled.purposes.iter().filter(|it| !it.needs_permission());
        let uses = person.as_ref().map_or(&[][..], |it| it.uses());
        let broken = |it: &PurposeUses| {
            let (day, reason) = it.last_broken()?;
            let purpose = policy.compiled.purpose_of(it.purpose);
            let name = || self.state().names.name(it.purpose).to_owned();
            Some(Broken {
                says: purpose.map_or_else(name, says),
                count: it.broken,
                day,
                reason: ReasonCode::from_number(reason & 0xff),
            })
        };
        let other = |purpose: &CompiledPurpose| Other {
            purpose: purpose.name.to_string(),
            says: says(purpose),
            keep: policy.policy.purposes.get(&purpose.name).and_then(|it| it.keep.clone()),
            stops: purpose.objection.is_some(),
            objected: person.is_some_and(|it| it.objected(purpose.code)),
        };
        let stopped = |signal: Signal| {
            let stops = |it: &&CompiledPurpose| it.stopping_signals().has(signal);
            (signal, policy.compiled.purposes.iter().filter(stops).map(says).collect())
        };
        Ok(Deal {
            known: slot.is_some(),
            controller: policy.policy.controller.name.clone(),
            contact: policy.policy.controller.contact.clone(),
            languages: policy.policy.languages.clone(),
            zone: policy.compiled.zone.clone(),
            today: Calendar::new(policy.compiled.zone.clone()).day(self.at),
            others: others.map(other).collect(),
            used: uses.iter().map(|it| u64::from(it.count)).sum(),
            broken: uses.iter().filter_map(broken).collect(),
            late: self.late_duties(&policy, slot, says),
            was_late: slot.is_some_and(|it| self.state().duties.was_late(it, self.at)),
            stopped_by: [Signal::Gpc, Signal::Dnt].map(stopped).into(),
            terms,
            open,
        })
    }

    fn late_duties(
        &self,
        policy: &Published,
        slot: Option<Slot>,
        says: impl Fn(&CompiledPurpose) -> String,
    ) -> Vec<LateDuty> {
        let mut calendar = Calendar::new(policy.compiled.zone.clone());
        let open = slot.into_iter().flat_map(|it| self.state().duties.of(it));
        let late = open.filter(|it| it.due < self.at).map(|it| {
            let purpose = policy.compiled.purpose_of(it.kind.purpose);
            let name = || self.state().names.name(it.kind.purpose).to_owned();
            LateDuty {
                says: purpose.map_or_else(name, &says),
                what: it.kind.what.to_string(),
                due: calendar.day(it.due),
            }
        });
        late.collect()
    }

    /// None where the purpose was never answered.
    fn term(
        &mut self,
        policy: &Published,
        purpose: &CompiledPurpose,
        (slot, it): (Option<Slot>, &DealWanted<'_>),
        fresh: &mut dyn FnMut() -> Option<[u8; 16]>,
    ) -> Result<Option<Term>, Refusal> {
        let zone = policy.compiled.zone.clone();
        let on_device = it
            .refused
            .iter()
            .find(|(name, until)| name.as_str() == purpose.name.as_str() && self.at < *until);
        let person = slot.and_then(|it| self.state().people.person(it));
        let stood = person.map(|person| {
            standing(person.permissions, purpose, &policy.compiled, &policy.statements, self.at)
        });
        let (standing, since) = match (&stood, on_device) {
            (Some(it), _) if it.standing != Standing::NotAsked => (it.standing, Some(it.since)),
            (_, Some(_)) => (Standing::Refused, None),
            (_, None) => return Ok(None),
        };
        let agreed: Vec<Agreement> = stood
            .iter()
            .flat_map(|it| &it.grants)
            .filter_map(|grant| {
                let statement = self.state().policies.statement(grant.statement)?;
                Some(agreement(policy, statement, (grant.granted_at, person)))
            })
            .collect();
        let quiet_until = match standing {
            Standing::Refused | Standing::Withdrawn => match (since, on_device) {
                (Some(since), _) => Some(REFUSAL_STANDS.after(since, &zone)),
                (None, until) => until.map(|it| it.1),
            },
            Standing::NotAsked
            | Standing::Asked
            | Standing::Deferred
            | Standing::Granted
            | Standing::Expired
            | Standing::Outgrown => None,
        };
        let uses = person
            .and_then(|person| person.uses().iter().copied().find(|it| it.purpose == purpose.code));
        // Changing an answer changes what it was about, and no more.
        let last = self.last_statement(slot, purpose.code);
        let interest = self.state().policies.statement(last).and_then(|it| it.interest.clone());
        let proposal = if standing == Standing::Granted {
            None
        } else {
            self.proposal(policy, purpose, (it, interest.as_ref()), fresh)
        };
        let grants = stood.iter().flat_map(|it| &it.grants);
        let held: Vec<_> =
            grants.filter_map(|it| self.state().policies.statement(it.statement)).collect();
        let new = proposal.as_ref().filter(|_| !held.is_empty()).map_or(Vec::new(), |asked| {
            let leaves = asked.statement.data.iter();
            let leaves = leaves.filter(|leaf| !held.iter().any(|it| it.data.contains(*leaf)));
            what(&policy.policy, leaves, None)
        });
        let purpose = purpose.name.to_string();
        Ok(Some(Term { purpose, standing, since, agreed, quiet_until, proposal, new, uses }))
    }

    /// What may be agreed to now, in the page's language where the policy speaks it. None where
    /// it cannot be put, so that nothing is offered that could not be kept.
    fn proposal(
        &mut self,
        policy: &Published,
        purpose: &CompiledPurpose,
        (it, interest): (&DealWanted<'_>, Option<&Name>),
        fresh: &mut dyn FnMut() -> Option<[u8; 16]>,
    ) -> Option<Asked> {
        let id = fresh()?;
        let visitor =
            Visitor { person: it.person, refused: &[], asked_this_visit: 0, asked_this_quarter: 0 };
        let mut put = |interest: Option<&Name>| {
            let wanted = AskWanted {
                visitor,
                purpose: None,
                interest: interest.map(Name::as_str),
                language: Some(it.language),
                signals: Signals::NONE,
            };
            // An interest that the policy dropped since is asked for no more.
            self.question(id, policy, purpose, &wanted).ok()
        };
        let mut asked = put(interest).or_else(|| put(None))?;
        asked.shown.program = self.code(Family::Program, PROGRAM);
        asked.program = PROGRAM.to_owned();
        Some(asked)
    }
}

fn agreement(
    policy: &Published,
    statement: &Statement,
    (granted_at, person): (Millis, Option<Person<'_>>),
) -> Agreement {
    use handshake_core::policy::Anchor;
    let zone = &policy.compiled.zone;
    let begins = |keep: &Keep| match keep.after {
        Anchor::LastVisit => person?.last_visit(),
        Anchor::LastOrder | Anchor::Order => person?.last_order(),
        Anchor::Collection | Anchor::LastDecision => None,
    };
    let ends = |keep: &Keep| Some(keep.period.after(begins(keep)?, zone));
    Agreement {
        says: statement.says.clone(),
        language: statement.language.clone(),
        terms: Terms::of(&policy.policy, statement),
        granted_at,
        ends_at: statement.keep.as_ref().and_then(ends),
    }
}

/// The words of a purpose, in the language asked for or else the policy's first.
fn in_words(policy: &Published, purpose: &CompiledPurpose, language: &str) -> String {
    let says = policy.policy.purposes.get(&purpose.name).map(|it| &it.says);
    let first = policy.policy.languages.first().map_or("en", String::as_str);
    let text = says.and_then(|it| it.get(language).or_else(|| it.get(first)));
    let interest = policy.policy.data.iter().find(|it| it.0.as_str() == "interest");
    let label = interest.and_then(|it| it.1.label.clone());
    let label = label.map_or_else(|| "interest".to_owned(), |it| it.to_lowercase());
    text.map_or_else(|| purpose.name.to_string(), |it| it.replace("{interest}", &label))
}

fn order(it: Standing) -> u8 {
    match it {
        Standing::Granted => 0,
        Standing::Outgrown => 1,
        Standing::Expired => 2,
        Standing::Deferred => 3,
        Standing::Refused => 4,
        Standing::Withdrawn => 5,
        Standing::Asked | Standing::NotAsked => 6,
    }
}
