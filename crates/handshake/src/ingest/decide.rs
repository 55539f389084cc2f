//! Deciding a use: resolve, decide, record.

use std::sync::Arc;

use handshake_core::decision::{self, Decision, ENGINE, Situation};
use handshake_core::event::{
    Fact, Recorded, SignalPersonal, SignalReceived, SituationMessage, UseCounted, UseDecided,
};
use handshake_core::policy::Compiled;
use handshake_core::vocabulary::{
    Act, Advice, Clause, Code, EventId, Family, Flags, Millis, Mode, Position, ReasonCode, Signals,
    Slot, StatementId, Verdict,
};

use super::judging;
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
    pub device: Device<'a>,
    pub jurisdiction: &'a str,
    pub campaign: Option<&'a str>,
    pub assignment: Option<Assignment<'a>>,
}

/// What the device that a use is for says of its user's wishes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Device<'a> {
    pub signals: Signals,
    /// Strings of the Transparency and Consent Framework and of the Global Privacy Platform.
    pub tcf: Option<&'a str>,
    pub gpp: Option<&'a str>,
    /// Whether it is not known to be the person's.
    pub is_other: bool,
}

impl Device<'_> {
    /// A device that gave these signals and nothing else.
    pub fn of(signals: Signals) -> Device<'static> {
        Device { signals, ..Device::default() }
    }
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
    /// Where it is recorded; where it would be, if it was only tried.
    pub position: Position,
    pub verdict: Verdict,
    pub advice: Advice,
    pub mode: Mode,
    pub reasons: Vec<ReasonReply>,
    pub cures: Vec<String>,
    pub duties: Vec<String>,
    pub covered: Vec<String>,
    pub uncovered: Vec<String>,
    pub flags: Flags,
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
    /// The waiver under which the rule is not enforced now.
    pub waiver: Option<String>,
}

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
        judging::check(wanted)?;
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
        let said = judging::said(&wanted.device);
        let theirs = if wanted.device.is_other { Signals::NONE } else { said };
        self.heed_signals(&stamp, slot, theirs)?;
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
        let compiled = &self.policy()?.compiled;
        Ok(judging::told(self.state(), compiled, position, (&situation, &decision)))
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

    pub(super) fn situation(
        &self,
        slot: Option<Slot>,
        wanted: &Wanted<'_>,
    ) -> Result<Situation, Refusal> {
        Ok(judging::situation(self.state(), self.policy()?, (slot, self.at), wanted))
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
        let (mut reasons, mut observed): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        for it in &decision.reasons {
            if it.mode == Mode::Observe && !observed.contains(&it.line.0) {
                observed.push(it.line.0);
            }
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
            flags: decision.flags.bits(),
            observed,
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
        let decision = (&situation, &decision);
        let told = judging::told(self.state(), &policy.compiled, position, decision);
        Ok(Decided { duplicate: true, ..told })
    }

    /// Records a signal once, when it is first seen with a person; from then on it binds the
    /// person too, if the policy says so.
    pub(super) fn heed_signals(
        &mut self,
        stamp: &Stamp,
        slot: Option<Slot>,
        signals: Signals,
    ) -> Result<(), Refusal> {
        let Some(slot) = slot.filter(|_| !signals.is_empty()) else { return Ok(()) };
        let binding = judging::binding(&self.policy()?.policy, signals);
        let person = self.state().people.person(slot);
        let before = person.map_or(Signals::NONE, |it| it.signals());
        let heard = person.map_or(Signals::NONE, |it| it.heard_of());
        let (now, all) = (before.union(binding), heard.union(signals));
        if (now, all) != (before, heard) {
            let personal = SignalPersonal { signals: now.bits(), heard: all.bits() };
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
