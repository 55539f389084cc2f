//! Waivers that were signed: by whom, why, and until when.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::event::WaiverSigned;
use crate::policy::Waived;
use crate::vocabulary::Millis;

/// What stands under a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub law: String,
    pub until: Millis,
    pub by: String,
    pub because: String,
    pub at: Millis,
}

/// The last signature of each waiver and rule.
#[derive(Debug, Default)]
pub struct Waivers {
    signed: BTreeMap<(String, String), Signed>,
}

impl Waivers {
    /// Whether exactly this was signed: the same rule, law and end.
    pub fn is_signed(&self, it: &Waived) -> bool {
        let signed = self.signed.get(&(it.waiver.to_string(), it.rule.clone()));
        signed.is_some_and(|signed| signed.until == it.until && signed.law == it.law)
    }

    /// Name, rule and signature of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Signed)> {
        self.signed.iter().map(|((name, rule), it)| (name.as_str(), rule.as_str(), it))
    }

    pub(super) fn sign(&mut self, it: &WaiverSigned, at: Millis) {
        let signed = Signed {
            law: it.law.clone(),
            until: Millis(it.until),
            by: it.by.clone(),
            because: it.because.clone(),
            at,
        };
        self.signed.insert((it.name.clone(), it.rule.clone()), signed);
    }

    pub(super) fn dump(&self, out: &mut String) {
        for (key, it) in &self.signed {
            let _infallible = writeln!(out, "waiver {key:?} {it:?}");
        }
    }
}
