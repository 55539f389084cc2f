//! Waivers: rules that a law demands and that are only watched for a while, by somebody's signature.

use std::fmt;

use super::compiled::Compiled;
use super::model::{Basis, Line, Policy, Purpose, SignalTerm};
use crate::vocabulary::{Millis, Mode, Name, Signal};

/// `waiver=w-7 until="2027-01-31T00:00:00Z"` behind a mode: until then the mode stands, afterwards
/// the rule enforces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    pub name: Name,
    pub until: Millis,
    pub line: Line,
}

/// A rule under a waiver: what somebody signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    pub waiver: Name,
    /// As `purpose retarget`, `never "…"` or `signal gpc`.
    pub rule: String,
    /// What demands the rule; empty where nothing does.
    pub law: String,
    pub mode: Mode,
    pub until: Millis,
    pub line: Line,
}

/// At most so many days after a policy takes effect may a waiver of it end.
pub const WAIVER_DAYS_MAX: i64 = 90;

/// How firmly a rule is held: the mode it names, for good or until its waiver ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompiledMode {
    mode: Mode,
    until: Option<Millis>,
    /// Its place among the waivers of the policy.
    waiver: Option<u16>,
}

impl CompiledMode {
    pub(super) fn of(policy: &Policy, own: Option<Mode>, waiver: Option<&Waiver>) -> CompiledMode {
        let same = |at: &Waived| {
            waiver
                .is_some_and(|it| (&it.name, it.until, it.line) == (&at.waiver, at.until, at.line))
        };
        let place = waiver.and_then(|_| policy.waived().iter().position(same));
        CompiledMode {
            mode: policy.mode_of(own),
            until: waiver.map(|it| it.until),
            waiver: place.and_then(|it| u16::try_from(it).ok()),
        }
    }

    /// The mode that a signal names, else this one of the purpose it stops.
    pub(super) fn or_of(self, policy: &Policy, term: &SignalTerm) -> CompiledMode {
        match term.mode {
            Some(_) => CompiledMode::of(policy, term.mode, term.waiver.as_ref()),
            None => self,
        }
    }

    /// A mode that no waiver bounds.
    pub fn always(mode: Mode) -> CompiledMode {
        CompiledMode { mode, until: None, waiver: None }
    }

    /// The mode in force at `now`.
    pub fn at(self, now: Millis) -> Mode {
        if self.until.is_some_and(|it| it <= now) { Mode::Enforce } else { self.mode }
    }

    /// The place of the waiver that softens the rule at `now`, if one does.
    fn waiver_at(self, now: Millis) -> Option<u16> {
        self.waiver.filter(|_| self.at(now) != Mode::Enforce)
    }

    /// Whether a rule in this mode is held less firmly, or for longer so, than in `old`.
    pub(super) fn is_softer_than(self, old: CompiledMode) -> bool {
        let end = |it: CompiledMode| it.until.unwrap_or(Millis(i64::MAX));
        let longer = self.mode == old.mode && self.mode != Mode::Enforce && end(old) < end(self);
        self.mode < old.mode || longer
    }
}

impl fmt::Display for CompiledMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mode.as_str())?;
        match self.until {
            Some(until) if self.mode != Mode::Enforce => write!(f, " until {until}"),
            Some(_) | None => Ok(()),
        }
    }
}

impl Compiled {
    /// The waiver that softens a rule in this mode at `now`.
    pub fn waiver_of(&self, mode: CompiledMode, now: Millis) -> Option<&Waived> {
        self.waivers.get(usize::from(mode.waiver_at(now)?))
    }
}

impl Policy {
    /// Every rule under a waiver: purposes and signals in order of name, promises as in the file.
    pub fn waived(&self) -> Vec<Waived> {
        let waived = |rule: String, law: String, own: Option<Mode>, it: &Waiver| Waived {
            waiver: it.name.clone(),
            rule,
            law,
            mode: self.mode_of(own),
            until: it.until,
            line: it.line,
        };
        let mut all = Vec::new();
        for (name, it) in &self.purposes {
            let of = |waiver| waived(format!("purpose {name}"), it.laws(), it.mode, waiver);
            all.extend(it.waiver.as_ref().map(of));
        }
        for it in &self.nevers {
            let law = it.law.clone().unwrap_or_default();
            let of = |waiver| waived(format!("never \"{}\"", it.says), law, it.mode, waiver);
            all.extend(it.waiver.as_ref().map(of));
        }
        for (signal, it) in &self.signals {
            let law = it.law.clone().unwrap_or_default();
            let rule = format!("signal {}", Signal::as_str(*signal));
            all.extend(it.waiver.as_ref().map(|waiver| waived(rule, law, it.mode, waiver)));
        }
        all
    }

    /// The mode in force at `now` of a rule that may name one.
    pub fn mode_at(&self, own: Option<Mode>, waiver: Option<&Waiver>, now: Millis) -> Mode {
        match waiver {
            Some(it) if it.until <= now => Mode::Enforce,
            Some(_) | None => self.mode_of(own),
        }
    }
}

impl Purpose {
    /// Every law that demands it, its basis or its keeping, each once; empty if none does.
    pub fn laws(&self) -> String {
        let basis = match &self.basis {
            Basis::LegalDuty { law } => law.as_deref(),
            Basis::Permission { .. } | Basis::Contract | Basis::LegitimateInterest { .. } => None,
        };
        let keep = self.keep.as_ref().and_then(|it| it.law.as_deref());
        let mut laws: Vec<&str> = Vec::new();
        for law in [self.law.as_deref(), basis, keep].into_iter().flatten() {
            if !laws.contains(&law) {
                laws.push(law);
            }
        }
        laws.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(mode: Mode, until: Option<i64>) -> CompiledMode {
        CompiledMode { mode, until: until.map(Millis), waiver: until.map(|_| 3) }
    }

    #[test]
    fn a_waived_rule_enforces_again_by_itself() {
        let it = until(Mode::Observe, Some(100));
        assert_eq!([0, 99, 100, 101].map(|now| it.at(Millis(now))), {
            [Mode::Observe, Mode::Observe, Mode::Enforce, Mode::Enforce]
        });
        assert_eq!([99, 100].map(|now| it.waiver_at(Millis(now))), [Some(3), None]);
        let for_good = CompiledMode::always(Mode::Rehearse);
        assert_eq!(for_good.at(Millis(i64::MAX)), Mode::Rehearse);
        assert_eq!(for_good.waiver_at(Millis(0)), None);
    }

    #[test]
    fn softer_is_less_firm_or_for_longer() {
        let modes = [Mode::Enforce, Mode::Observe, Mode::Rehearse].map(CompiledMode::always);
        let [enforce, observe, rehearse] = modes;
        let (short, long) = (until(Mode::Observe, Some(1)), until(Mode::Observe, Some(2)));
        for (old, new) in [
            (enforce, observe),
            (observe, rehearse),
            (enforce, short),
            (short, long),
            (long, observe),
            (short, rehearse),
        ] {
            assert!(new.is_softer_than(old), "{new} after {old}");
            assert!(!old.is_softer_than(new), "{old} after {new}");
        }
        assert!(!long.is_softer_than(long));
        assert_eq!(long.to_string(), "observe until 1970-01-01T00:00:00.002Z");
    }
}
