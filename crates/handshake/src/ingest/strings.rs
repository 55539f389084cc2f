//! What the strings of a device say of one use: TCF for the vendor and the purposes that the policy
//! names, GPP for sale, sharing and targeted advertising.

use handshake_core::decision::{Heard, Says};
use handshake_core::policy::Compiled;
use handshake_core::vocabulary::{Code, Millis, Signal, Signals};
use handshake_signals::gpp::{GppString, Section};
use handshake_signals::tcf::{PolicyFault, TcString, VendorFacts};

use super::decide::Device;

/// What is heard beside plain signals, for a purpose and the recipient.
pub(super) fn heard(policy: &Compiled, of: (Code, Code), device: &Device<'_>) -> Vec<Heard> {
    let mut all = Vec::new();
    if let Some(text) = device.tcf {
        all.extend(tcf(policy, of, text));
    }
    if let Some(text) = device.gpp {
        let unreadable = Heard { signal: Signal::Gpp, says: Says::Unreadable, at: None };
        match GppString::parse(text) {
            Err(_) => all.push(unreadable),
            Ok(gpp) => {
                let mut sections = gpp.sections();
                if sections.any(|(_, it)| it.is_err()) {
                    all.push(unreadable);
                }
                // A section of the European framework is that framework's string.
                let european = gpp.section_text(2).filter(|_| device.tcf.is_none());
                all.extend(european.and_then(|it| tcf(policy, of, it)));
            }
        }
    }
    all
}

/// Signals that a GPP string gives: an opt-out of its own, and Global Privacy Control within it.
pub(super) fn opt_outs(gpp: Option<&str>) -> Signals {
    let mut signals = Signals::NONE;
    let Some(gpp) = gpp.and_then(|it| GppString::parse(it).ok()) else { return signals };
    for section in gpp.sections().filter_map(|(_, it)| it.ok()) {
        let (refuses, gpc) = match section {
            Section::Us(it) => {
                let refuses =
                    it.opts_out_of_sale_or_sharing() || it.opts_out_of_targeted_advertising();
                (refuses, it.gpc == Some(true))
            }
            Section::UspV1(it) => (it.opts_out_of_sale(), false),
            Section::TcfEuV1(_)
            | Section::TcfEuV2(_)
            | Section::TcfCaV1(_)
            | Section::Unknown(_) => (false, false),
        };
        if refuses {
            signals = signals.with(Signal::Gpp);
        }
        if gpc {
            signals = signals.with(Signal::Gpc);
        }
    }
    signals
}

/// Nothing where the policy names no purposes of the framework to look at.
fn tcf(policy: &Compiled, (purpose, recipient): (Code, Code), text: &str) -> Option<Heard> {
    let needed = policy.purpose_of(purpose)?.tcf_purposes;
    if needed == 0 {
        return None;
    }
    let says = |says, at| Some(Heard { signal: Signal::Tcf, says, at });
    let Ok(string) = TcString::parse(text) else { return says(Says::Unreadable, None) };
    let at = i64::try_from(string.last_updated.unix_ms()).ok().map(Millis);
    let purposes = || (1u8..=11).filter(|it| needed >> it & 1 == 1);
    let vendor = policy.recipients.iter().find(|it| it.code == recipient);
    let vendor = vendor.and_then(|it| it.tcf_vendor).and_then(|it| u16::try_from(it).ok());
    let grants = match vendor {
        Some(vendor) => {
            let facts = VendorFacts::new(purposes(), [], []);
            purposes().all(|it| string.legal_basis(vendor, it, &facts).is_yes())
        }
        None => purposes().all(|it| string.purposes_consent.contains(it)),
    };
    match grants {
        false => says(Says::Refuses, at),
        // What the framework's own policies do not let anybody rely on grants nothing.
        true if string.policy_faults().any(PolicyFault::invalidates) => says(Says::Unreadable, at),
        true => says(Says::Grants, at),
    }
}
