//! Deciding a use: resolve, decide, record.

use std::sync::Arc;

use handshake_core::decision::{
    self, Age, Datum, DatumWanted, Decision, ENGINE, Situation, Term, cures, explain,
};
use handshake_core::event::{
    Fact, Recorded, SignalPersonal, SignalReceived, SituationMessage, UseCounted, UseDecided,
};
use handshake_core::permission::Grant;
use handshake_core::policy::Compiled;
use handshake_core::projection::Person;
use handshake_core::vocabulary::{
    Act, Advice, Clause, Code, EventId, Family, Millis, Mode, Name, Position, ReasonCode, Signal,
    Signals, Slot, Standing, StatementId, Verdict,
};

use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::site::Site;
use super::turn::{Stamp, Turn};

/// A use that somebody wants to make.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub who: Who<'a>,
    pub act: Act,
    pub purpose: &'a str,
    pub data: &'a [WantedDatum<'a>],
    pub recipient: &'a str,
    pub channel: &'a str,
    pub tags: &'a [&'a str],
    /// Signals of the device the use is for.
    pub signals: Signals,
    pub jurisdiction: &'a str,
    pub campaign: Option<&'a str>,
    pub assignment: Option<Assignment<'a>>,
}

/// The experiment that made a use what it is, and with which probability (propensity) it did.
#[derive(Debug, Clone, Copy)]
pub struct Assignment<'a> {
    pub experiment: &'a str,
    pub arm: u32,
    /// Probability of every arm, in millionths; together a million.
    pub allocation: &'a [u32],
}

/// A datum of a use. Without a time, the oldest that is held counts.
#[derive(Debug, Clone, Copy)]
pub struct WantedDatum<'a> {
    pub name: &'a str,
    pub collected_at: Option<Millis>,
}

/// What is answered, in words.
#[derive(Debug, Clone)]
pub struct Decided {
    pub position: Position,
    pub verdict: Verdict,
    pub advice: Advice,
    pub mode: Mode,
    pub reasons: Vec<ReasonReply>,
    pub cures: Vec<String>,
    pub duties: Vec<String>,
    pub covered: Vec<String>,
    pub uncovered: Vec<String>,
    pub policy: Arc<Compiled>,
    pub permissions: Vec<(StatementId, Millis)>,
    /// The same request was decided before; this is the decision then made.
    pub duplicate: bool,
}

/// A reason, in words.
#[derive(Debug, Clone)]
pub struct ReasonReply {
    pub code: ReasonCode,
    pub clause: Clause,
    pub mode: Mode,
    pub line: u32,
    pub rule: String,
    pub datum: String,
    pub fact: String,
    pub required: String,
}

/// How many data, tags and characters a use may name.
const DATA_MAX: usize = 256;
const TAGS_MAX: usize = 64;
const ARMS_MAX: usize = 64;
const WHOLE: u32 = 1_000_000;
const JURISDICTION_MAX: usize = 16;

impl Turn<'_> {
    /// Decides a use and records the verdict. The caller commits the turn and waits before
    /// answering.
    pub fn decide(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<Decided, Refusal> {
        if let Some(position) = self.seen(caller, request)? {
            return self.decided_before(position);
        }
        check_sizes(wanted)?;
        self.policy()?;
        let slot = self.find(wanted.who)?;
        let campaign = match wanted.campaign {
            Some(name) => self.coined(caller, "campaign", (Family::Campaign, name))?,
            None => Code::NONE,
        };
        let experiment = match wanted.assignment {
            Some(it) => {
                self.coined(caller, "assignment.experiment", (Family::Experiment, it.experiment))?
            }
            None => Code::NONE,
        };
        let stamp = self.stamp(caller, request);
        self.heed_signals(&stamp, slot, wanted.signals)?;
        let situation = self.situation(slot, wanted)?;
        let decision = self.judge(&situation)?;
        let decided = self.decided_fact(&situation, &decision)?;
        let assigned = wanted.assignment.as_ref();
        let decided = UseDecided {
            campaign: campaign.0,
            request: stamp.digest,
            experiment: experiment.0,
            arm: assigned.map_or(0, |it| it.arm),
            allocation: assigned.map_or(Vec::new(), |it| it.allocation.to_vec()),
            ..decided
        };
        let position = self.record(&stamp, slot, decided, situation.message());
        self.reply(position, &self.policy()?.compiled, (&situation, &decision))
    }

    fn record(
        &mut self,
        stamp: &Stamp,
        slot: Option<Slot>,
        mut decided: UseDecided,
        mut situation: SituationMessage,
    ) -> Position {
        if slot.is_some() {
            return self.push(stamp, slot, Fact::UseDecided(decided, Some(situation)));
        }
        // I9: of somebody unknown only the situation is counted, by the hour and under no id.
        decided.request = 0;
        situation.now = self.at.hour().0;
        let counted = UseCounted { decided: Some(decided), situation: Some(situation), count: 1 };
        let nameless = Stamp { event: EventId::NONE, claimed_at: None, ..*stamp };
        self.push(&nameless, None, Fact::UseCounted(counted))
    }

    /// The use with every fact a policy may look at.
    pub(super) fn situation(
        &self,
        slot: Option<Slot>,
        wanted: &Wanted<'_>,
    ) -> Result<Situation, Refusal> {
        let state = self.state();
        let policy = self.policy()?;
        let term = |family, name: &str| match state.names.code(family, name) {
            Some(code) => Term::Declared(code),
            None => Term::Undeclared(name.to_owned()),
        };
        let person = slot.and_then(|it| state.people.person(it));
        let purpose = term(Family::Purpose, wanted.purpose);
        let now = if person.is_some() { self.at } else { self.at.hour() };
        let datum = |it: &WantedDatum<'_>| {
            let name = term(Family::Data, it.name);
            let held = || oldest(person.as_ref(), &policy.compiled, name.code());
            DatumWanted { collected_at: it.collected_at.or_else(held), name }
        };
        let code = purpose.code();
        let (standing, since) =
            person.map_or((Standing::NotAsked, Millis(0)), |it| it.permissions.answered(code));
        let limits = policy.compiled.purpose_of(code).map_or(&[][..], |it| it.limits.as_slice());
        let recent = |it: &Person<'_>| {
            limits
                .iter()
                .map(|limit| it.recent(code, (limit.window_hours, limit.count), now))
                .collect()
        };
        Ok(Situation {
            now,
            act: wanted.act,
            data: wanted.data.iter().map(datum).collect(),
            recipient: term(Family::Recipient, wanted.recipient),
            channel: term(Family::Channel, wanted.channel),
            tags: wanted.tags.iter().map(|it| term(Family::Tag, it)).collect(),
            signals: wanted.signals.union(person.map_or(Signals::NONE, |it| it.signals())),
            known: person.is_some(),
            age: person.map_or(Age::Unknown, |it| it.age()),
            standing,
            since,
            objected: person.is_some_and(|it| it.objected(code)),
            grants: person.map_or(Vec::new(), |it| it.permissions.grants(code).collect()),
            recent: person.as_ref().map_or(Vec::new(), recent),
            last_visit: person.and_then(|it| it.last_visit()),
            last_order: person.and_then(|it| it.last_order()),
            jurisdiction: wanted.jurisdiction.to_owned(),
            purpose,
        })
    }

    pub(super) fn judge(&self, situation: &Situation) -> Result<Decision, Refusal> {
        let policy = self.policy()?;
        Ok(decision::decide(&policy.compiled, &policy.statements, situation))
    }

    fn decided_fact(
        &self,
        situation: &Situation,
        decision: &Decision,
    ) -> Result<UseDecided, Refusal> {
        let mut reasons: Vec<u32> = Vec::new();
        for it in &decision.reasons {
            let reason = it.clause.number() << 8 | it.code.number();
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Ok(UseDecided {
            policy: self.policy()?.number(),
            engine: ENGINE,
            act: situation.act.number(),
            purpose: situation.purpose.code().0,
            verdict: decision.verdict.number(),
            advice: decision.advice.number(),
            mode: decision.mode.number(),
            reasons,
            recipient: situation.recipient.code().0,
            channel: situation.channel.code().0,
            digest: decision::digest(decision),
            ..UseDecided::default()
        })
    }

    /// Makes the decision again that a repeated request got (I5).
    fn decided_before(&self, position: Position) -> Result<Decided, Refusal> {
        let recorded = self.site.recorded(position)?;
        let recorded = recorded.ok_or(Refusal::InFlight)?;
        let Fact::UseDecided(decided, Some(situation)) = &recorded.fact else {
            return Err(Refusal::EventReused(recorded.event.to_string()));
        };
        let situation = Situation::from_message(situation, recorded.at).ok_or(Refusal::Broken)?;
        let policy = self.state().policies.number(decided.policy).ok_or(Refusal::Broken)?;
        let decision = decision::decide(&policy.compiled, &policy.statements, &situation);
        let reply = self.reply(position, &policy.compiled, (&situation, &decision))?;
        Ok(Decided { duplicate: true, ..reply })
    }

    fn reply(
        &self,
        position: Position,
        policy: &Arc<Compiled>,
        (situation, decision): (&Situation, &Decision),
    ) -> Result<Decided, Refusal> {
        let state = self.state();
        let names = &state.names;
        let reasons = decision.reasons.iter().map(|it| {
            let words = explain(it, policy, names, situation);
            ReasonReply {
                code: it.code,
                clause: it.clause,
                mode: it.mode,
                line: it.line.0,
                rule: words.rule,
                datum: words.datum,
                fact: words.fact,
                required: words.required,
            }
        });
        let of = |wanted: Datum| {
            let pairs = situation.data.iter().zip(&decision.data);
            pairs.filter(move |(_, it)| **it == wanted).map(|(datum, _)| match &datum.name {
                Term::Declared(code) => names.name(*code).to_owned(),
                Term::Undeclared(text) => text.clone(),
            })
        };
        let statement = |it: &Grant| {
            let statement = state.policies.statement(it.statement)?;
            Some((statement.id, it.granted_at))
        };
        let purpose = policy.purpose_of(situation.purpose.code());
        Ok(Decided {
            position,
            verdict: decision.verdict,
            advice: decision.advice,
            mode: decision.mode,
            reasons: reasons.collect(),
            cures: cures(decision, policy, names, situation),
            duties: purpose.map_or(Vec::new(), |it| it.duties.clone()),
            covered: of(Datum::Covered).collect(),
            uncovered: of(Datum::Uncovered).collect(),
            policy: Arc::clone(policy),
            permissions: decision.permissions.iter().filter_map(statement).collect(),
            duplicate: false,
        })
    }

    /// Records a signal that binds the person, once, when it is first seen with them.
    pub(super) fn heed_signals(
        &mut self,
        stamp: &Stamp,
        slot: Option<Slot>,
        signals: Signals,
    ) -> Result<(), Refusal> {
        let Some(slot) = slot.filter(|_| !signals.is_empty()) else { return Ok(()) };
        let terms = &self.policy()?.policy.signals;
        let binds = |it: &Signal| terms.get(it).is_some_and(|term| term.binds_person);
        let binding = signals.iter().filter(binds).fold(Signals::NONE, Signals::with);
        let before = self.state().people.person(slot).map_or(Signals::NONE, |it| it.signals());
        let now = before.union(binding);
        if now != before {
            let personal = SignalPersonal { signals: now.bits() };
            let fact = Fact::SignalReceived(SignalReceived {}, Some(personal));
            let nameless = Stamp { event: EventId::NONE, ..*stamp };
            self.push(&nameless, Some(slot), fact);
        }
        Ok(())
    }
}

impl Site {
    /// Reads one event back from the ledger.
    pub(super) fn recorded(&self, position: Position) -> Result<Option<Recorded>, Refusal> {
        Ok(self.reader().read(position)?)
    }
}

fn check_sizes(wanted: &Wanted<'_>) -> Result<(), Refusal> {
    if wanted.data.is_empty() {
        return Err(Refusal::invalid("data", "is empty; name at least one datum of the policy"));
    }
    if DATA_MAX < wanted.data.len() {
        return Err(Refusal::invalid("data", format!("has more than {DATA_MAX} entries")));
    }
    if TAGS_MAX < wanted.tags.len() {
        return Err(Refusal::invalid("tags", format!("has more than {TAGS_MAX} entries")));
    }
    if JURISDICTION_MAX < wanted.jurisdiction.len() {
        return Err(Refusal::invalid("jurisdiction", "is no code such as `EU` or `US-CA`"));
    }
    if let Some(it) = &wanted.assignment {
        check_assignment(it)?;
    }
    let names =
        [("purpose", wanted.purpose), ("recipient", wanted.recipient), ("channel", wanted.channel)];
    let data = wanted.data.iter().map(|it| ("data", it.name));
    let tags = wanted.tags.iter().map(|it| ("tags", *it));
    for (field, name) in names.into_iter().chain(data).chain(tags) {
        if !Name::is_name(name) {
            let said = Name::new(name).err().map(|it| it.to_string());
            return Err(Refusal::invalid(field, said.unwrap_or_default()));
        }
    }
    Ok(())
}

/// Statistics divide by these probabilities, so they must be whole and the arm one of them.
fn check_assignment(it: &Assignment<'_>) -> Result<(), Refusal> {
    let refused = |field, said: String| Err(Refusal::invalid(field, said));
    let drawn = usize::try_from(it.arm).ok().and_then(|arm| it.allocation.get(arm));
    let sum: u64 = it.allocation.iter().map(|&it| u64::from(it)).sum();
    if ARMS_MAX < it.allocation.len() {
        return refused("assignment.allocation", format!("has more than {ARMS_MAX} arms"));
    }
    if sum != u64::from(WHOLE) {
        let said =
            format!("adds up to {sum}; give each arm's probability in millionths, {WHOLE} in all");
        return refused("assignment.allocation", said);
    }
    match drawn {
        None => {
            let arms = it.allocation.len();
            refused("assignment.arm", format!("is {}; the first of {arms} arms is 0", it.arm))
        }
        Some(0) => {
            let said = format!("is {}, which `allocation` says is never drawn", it.arm);
            refused("assignment.arm", said)
        }
        Some(_) => Ok(()),
    }
}

/// The oldest time any leaf of a datum was collected.
fn oldest(person: Option<&Person<'_>>, policy: &Compiled, data: Code) -> Option<Millis> {
    let leaves = policy.data(data)?;
    let held = leaves.iter().filter_map(|leaf| {
        let (code, _) = policy.leaves.get(leaf)?;
        person?.oldest(*code)
    });
    held.min()
}
