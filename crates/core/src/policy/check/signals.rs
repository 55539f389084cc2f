//! Signals: a purpose and the `signals` part must say the same, and what is sold must stop for GPC.

use std::collections::BTreeSet;

use super::Notes;
use crate::policy::model::{Never, Purpose, RecipientKind, SignalMeaning};
use crate::policy::place::is_within;
use crate::vocabulary::{Name, Signal};

pub(super) fn purpose(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    sale(notes, name, it);
    tcf(notes, name, it);
    let policy = notes.policy;
    for signal in &it.stops_for {
        let said_there = policy.signals.get(signal).is_some_and(|term| term.to.contains(name));
        if !said_there {
            let signal = signal.as_str();
            let said =
                format!("purpose `{name}` stops for `{signal}`, and `signals` does not say so");
            let help = format!("add `{signal} means=objection to={name}` to `signals`");
            notes.warning(it.stops_for_line, "signal-unsaid", said, &help);
        }
    }
}

/// What is sold ends with the signal of Global Privacy Control (11 CCR 7025).
fn sale(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let policy = notes.policy;
    let sold = |it: &&Name| policy.recipients.get(*it).is_some_and(|it| it.sale);
    let Some(buyer) = it.with.iter().find(sold) else { return };
    let term = policy.signals.get(&Signal::Gpc);
    let law = |place: &&String| matches!(place.as_str(), "US" | "US-CA" | "US-CO" | "US-CT");
    let wanted: Vec<&String> = policy.applies_in.iter().filter(law).collect();
    let within = |regions: &BTreeSet<String>| {
        let named = |place: &&String| regions.iter().any(|it| is_within(place, it));
        regions.is_empty() || (!wanted.is_empty() && wanted.iter().all(named))
    };
    let bound = term.is_some_and(|term| {
        term.means == SignalMeaning::Objection && term.to.contains(name) && within(&term.places)
    });
    let promised =
        policy.nevers.iter().any(|never| forbids(never, name, buyer) && within(&never.places));
    if bound || promised || it.stops_for.contains(&Signal::Gpc) {
        return;
    }
    let said = format!("purpose `{name}` sells to `{buyer}` in spite of a GPC signal");
    let help = "add `stops-for gpc`, and `gpc means=objection` to `signals`";
    match !wanted.is_empty() {
        true => notes.mistake(it.with_line, "sale-despite-gpc", said, help),
        false => notes.warning(it.with_line, "sale-despite-gpc", said, help),
    }
}

/// Whether a promise forbids the sale while GPC is in force.
fn forbids(never: &Never, purpose: &Name, buyer: &Name) -> bool {
    let anyone = never.recipients.is_empty() && never.recipient_kinds.is_empty();
    never.when_signal == Some(Signal::Gpc)
        && never.when_tag.is_none()
        && never.data.is_empty()
        && never.channels.is_empty()
        && never.recipient_countries.is_empty()
        && (never.purposes.is_empty() || never.purposes.contains(purpose))
        && !never.except.contains(purpose)
        && (anyone
            || never.recipients.contains(buyer)
            || never.recipient_kinds.contains(&RecipientKind::ThirdParty))
}

/// TCF speaks of numbered purposes and vendors: without both, and someone to read it, it says
/// nothing.
fn tcf(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let policy = notes.policy;
    if it.tcf_purposes.is_empty() {
        return;
    }
    let vendor = |it: &Name| policy.recipients.get(it).is_some_and(|it| it.tcf_vendor.is_some());
    if !it.with.iter().any(vendor) {
        let said =
            format!("purpose `{name}` has TCF purposes, and no recipient that is a TCF vendor");
        let help = "add `tcf-vendor=` to the recipient, or take `tcf-purposes` away";
        notes.warning(it.with_line, "no-tcf-vendor", said, help);
    }
    if !policy.signals.get(&Signal::Tcf).is_some_and(|term| term.to.contains(name)) {
        let said = format!("purpose `{name}` has TCF purposes, and `signals` reads no TCF for it");
        let help = format!("add `tcf means=permission-or-refusal to={name}` to `signals`");
        notes.warning(it.line, "tcf-unread", said, &help);
    }
}

/// The other way round: what `signals` says of a purpose, the purpose says too.
pub(super) fn terms(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    for (signal, term) in &policy.signals {
        let word = signal.as_str();
        for name in &term.to {
            let Some(it) = policy.purposes.get(name) else { continue };
            if term.means == SignalMeaning::Objection && !it.stops_for.contains(signal) {
                let said = format!("`{word}` stops `{name}`, and that purpose does not say so");
                let help = format!("add `{word}` to its `stops-for`, where customers read it");
                notes.warning(term.line, "stop-unsaid", said, &help);
            }
            if *signal == Signal::Tcf && it.tcf_purposes.is_empty() {
                let said = format!("TCF is read for `{name}`, which has no TCF purposes");
                let help = "add `tcf-purposes 1 3 4`, or what its vendor registered";
                notes.warning(term.line, "no-tcf-purposes", said, help);
            }
        }
    }
}
