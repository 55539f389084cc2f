//! Signals weighed against a person's own answers: *specific beats general, later beats earlier,
//! refusal wins ties*.
//!
//! GPC yields only to an affirmation that was given later, after the conflict was shown, while the
//! device is known to be the person's (11 CCR 7025(c)(3)). DNT, TCF and GPP yield to a direct
//! answer that was given later. A string that cannot be read neither grants nor refuses.

use super::clauses::{Case, Scope};
use super::situation::{Says, Situation};
use crate::policy::{CompiledPurpose, SignalRule};
use crate::vocabulary::{Flag, Flags, Signal, Signals, Standing};

/// What the signals of a use come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weighed {
    /// Those that refuse and are not overridden.
    pub in_force: Signals,
    /// Those that grant, to somebody who never answered.
    pub granting: Signals,
}

pub(super) fn weigh(wanted: &Situation) -> Weighed {
    if wanted.signals.is_empty() && wanted.heard.is_empty() {
        return Weighed { in_force: Signals::NONE, granting: Signals::NONE };
    }
    let mut in_force = wanted.signals;
    let mut granting = Signals::NONE;
    for it in &wanted.heard {
        match it.says {
            Says::Refuses => in_force = in_force.with(it.signal),
            Says::Grants => granting = granting.with(it.signal),
            Says::Unreadable => (),
        }
    }
    let overridden = in_force.iter().filter(|it| yields(*it, wanted));
    let in_force = overridden.fold(in_force, Signals::without);
    let answered = match wanted.standing {
        Standing::NotAsked | Standing::Asked | Standing::Deferred => false,
        Standing::Granted
        | Standing::Refused
        | Standing::Withdrawn
        | Standing::Expired
        | Standing::Outgrown => true,
    };
    Weighed { in_force, granting: if answered { Signals::NONE } else { granting } }
}

/// Whether the person's own word, given later, stands above a refusing signal. A signal whose
/// beginning is not known is of now, and so is never earlier.
fn yields(signal: Signal, wanted: &Situation) -> bool {
    let Some(since) = wanted.heard.iter().find(|it| it.signal == signal).and_then(|it| it.at)
    else {
        return false;
    };
    match signal {
        Signal::Gpc => {
            let theirs = wanted.known && !wanted.other_device;
            theirs && wanted.affirmed_at.is_some_and(|it| since < it)
        }
        Signal::Dnt | Signal::Tcf | Signal::Gpp => {
            wanted.standing == Standing::Granted && since < wanted.since
        }
    }
}

/// Rules of a purpose that bear on people in these places.
pub(super) fn rules(purpose: &CompiledPurpose, places: u64) -> impl Iterator<Item = &SignalRule> {
    purpose.signals.iter().filter(move |it| it.places & places != 0)
}

/// What the caller should know of the signals beside the verdict.
pub(super) fn flags(case: &Case<'_>) -> Flags {
    let Scope { wanted, places, signals: weighed, .. } = case.scope;
    let mut flags = Flags::NONE;
    if wanted.signals.is_empty() && wanted.heard.is_empty() {
        return flags;
    }
    for rule in rules(case.purpose, places) {
        let heard = wanted.heard.iter().find(|it| it.signal == rule.signal);
        let refuses =
            wanted.signals.has(rule.signal) || heard.is_some_and(|it| it.says == Says::Refuses);
        if heard.is_some_and(|it| it.says == Says::Unreadable) {
            flags = flags.with(Flag::SignalUnreadable);
        }
        if refuses && !weighed.in_force.has(rule.signal) {
            let flag = match rule.signal {
                Signal::Gpc => Flag::Affirmed,
                Signal::Dnt | Signal::Tcf | Signal::Gpp => Flag::SignalConflict,
            };
            flags = flags.with(flag);
        }
    }
    flags
}

/// Whether a signal that may grant does, for everything the purpose wants.
pub(super) fn grants(purpose: &CompiledPurpose, places: u64, weighed: &Weighed) -> bool {
    // In each place where permission is needed, some rule there must grant.
    let granting = rules(purpose, places)
        .filter(|it| it.grants && weighed.granting.has(it.signal))
        .fold(0, |covered, it| covered | it.places);
    granting & places == places
}
