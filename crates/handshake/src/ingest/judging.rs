//! A use against what is known: its situation before the verdict, and its words after. The same
//! for uses that are recorded and for uses that are only tried.

use std::sync::Arc;

use handshake_core::decision::{
    Age, Datum, DatumWanted, Decision, Situation, Term, cures, explain, waiver,
};
use handshake_core::permission::Grant;
use handshake_core::policy::{Compiled, Policy};
use handshake_core::projection::{Person, Published, State};
use handshake_core::vocabulary::{
    Code, Family, Millis, Name, Position, Signal, Signals, Slot, Standing,
};

use super::decide::{Assignment, Decided, Device, ReasonReply, Wanted, WantedDatum};
use super::refusal::Refusal;
use super::strings;

/// How many data, tags and characters a use may name.
const DATA_MAX: usize = 256;
const TAGS_MAX: usize = 64;
const ARMS_MAX: usize = 64;
const WHOLE: u32 = 1_000_000;
const JURISDICTION_MAX: usize = 16;

/// The use with every fact a policy may look at.
pub(super) fn situation(
    state: &State,
    policy: &Published,
    (slot, at): (Option<Slot>, Millis),
    wanted: &Wanted<'_>,
) -> Situation {
    let term = |family, name: &str| match state.names.code(family, name) {
        Some(code) => Term::Declared(code),
        None => Term::Undeclared(name.to_owned()),
    };
    let person = slot.and_then(|it| state.people.person(it));
    let purpose = term(Family::Purpose, wanted.purpose);
    let now = if person.is_some() { at } else { at.hour() };
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
        limits.iter().map(|limit| it.recent(code, (limit.window_hours, limit.count), now)).collect()
    };
    let signals = said(&wanted.device).union(person.map_or(Signals::NONE, |it| it.signals()));
    let recipient = term(Family::Recipient, wanted.recipient);
    let mut heard = person.map_or(Vec::new(), |it| it.heard(signals));
    heard.extend(strings::heard(&policy.compiled, (code, recipient.code()), &wanted.device));
    Situation {
        now,
        act: wanted.act,
        data: wanted.data.iter().map(datum).collect(),
        recipient,
        channel: term(Family::Channel, wanted.channel),
        tags: wanted.tags.iter().map(|it| term(Family::Tag, it)).collect(),
        signals,
        heard,
        other_device: wanted.device.is_other,
        affirmed_at: person.and_then(|it| it.affirmed_at(code)),
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
    }
}

/// A decision, in words.
pub(super) fn told(
    state: &State,
    policy: &Arc<Compiled>,
    position: Position,
    (situation, decision): (&Situation, &Decision),
) -> Decided {
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
            waiver: waiver(it, policy, situation).map(|it| it.waiver.to_string()),
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
    let grants = if decision.on_permission { situation.grants.as_slice() } else { &[] };
    Decided {
        position,
        verdict: decision.verdict,
        advice: decision.advice,
        mode: decision.mode,
        reasons: reasons.collect(),
        cures: cures(decision, policy, names, situation),
        duties: purpose.map_or(Vec::new(), |it| it.duties.clone()),
        covered: of(Datum::Covered).collect(),
        uncovered: of(Datum::Uncovered).collect(),
        flags: decision.flags,
        policy: Arc::clone(policy),
        permissions: grants.iter().filter_map(statement).collect(),
        duplicate: false,
    }
}

/// Every signal of a device that says no, its strings included.
pub(super) fn said(device: &Device<'_>) -> Signals {
    device.signals.union(strings::opt_outs(device.gpp))
}

/// Those of some signals that bind the person, and not only the device that gave them.
pub(super) fn binding(policy: &Policy, signals: Signals) -> Signals {
    let binds = |it: &Signal| policy.signals.get(it).is_some_and(|term| term.binds_person);
    signals.iter().filter(binds).fold(Signals::NONE, Signals::with)
}

/// Whether a use makes sense, whatever the policy says of it.
pub(super) fn check(wanted: &Wanted<'_>) -> Result<(), Refusal> {
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
