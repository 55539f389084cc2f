//! Laws: what they demand is enforced, but for a while under a waiver.

use super::Notes;
use crate::policy::model::{Basis, Line, Purpose, SignalTerm};
use crate::policy::waiver::{WAIVER_DAYS_MAX, Waiver};
use crate::vocabulary::{Millis, Mode};

/// A line that may name a law, and how firmly it is held.
struct Rule<'a> {
    line: Line,
    law: Option<&'a String>,
    mode: Mode,
    waiver: Option<&'a Waiver>,
}

/// Track your own promises; enforce the law.
pub(super) fn laws(notes: &mut Notes<'_>) {
    for rule in rules(notes) {
        let softer = matches!(rule.mode, Mode::Observe | Mode::Rehearse);
        if let (Some(law), true, None) = (rule.law, softer, rule.waiver) {
            let said = format!("`{law}` is law, and this line is in `{}`", rule.mode.as_str());
            let help = "use `enforce`, or add `waiver=NAME until=TIME` to its mode, at most 90 \
                        days on, and have that signed";
            notes.mistake(rule.line, "law-not-enforced", said, help);
        }
    }
}

fn rules<'a>(notes: &Notes<'a>) -> Vec<Rule<'a>> {
    let policy = notes.policy;
    let mut rules = Vec::new();
    for it in policy.purposes.values() {
        let mode = policy.mode_of(it.mode);
        let mut add = |line, law| {
            rules.push(Rule { line, law, mode, waiver: it.waiver.as_ref() });
        };
        add(it.line, it.law.as_ref());
        for (basis, line) in it.grounds() {
            if let Basis::LegalDuty { law } = basis {
                add(line, law.as_ref());
            }
        }
        if let Some(keep) = &it.keep {
            add(keep.line, keep.law.as_ref());
        }
    }
    for it in &policy.nevers {
        let (line, law, mode) = (it.line, it.law.as_ref(), policy.mode_of(it.mode));
        rules.push(Rule { line, law, mode, waiver: it.waiver.as_ref() });
    }
    for it in policy.signals.values() {
        let (line, law, mode) = (it.line, it.law.as_ref(), signal_mode(notes, it));
        rules.push(Rule { line, law, mode, waiver: it.waiver.as_ref() });
    }
    rules
}

/// A signal that names no mode is held as the purposes it stops are: as the least firm of them.
fn signal_mode(notes: &Notes<'_>, it: &SignalTerm) -> Mode {
    let policy = notes.policy;
    let of = |it: &Purpose| policy.mode_of(it.mode);
    let purposes = it.to.iter().filter_map(|name| policy.purposes.get(name)).map(of);
    it.mode.or_else(|| purposes.min()).unwrap_or(policy.mode)
}

/// Waivers that are too long, over already, or of nothing.
pub(super) fn waivers(notes: &mut Notes<'_>, now: Millis) {
    let policy = notes.policy;
    let latest = policy.effective.plus_days(WAIVER_DAYS_MAX);
    for it in policy.waived() {
        let (name, until) = (&it.waiver, it.until);
        if it.law.is_empty() || it.mode == Mode::Enforce {
            let said = format!("waiver `{name}` waives nothing");
            let help = match it.mode {
                Mode::Enforce => "leave `waiver=` and `until=` out; an enforced rule needs none",
                Mode::Observe | Mode::Rehearse => {
                    "leave `waiver=` and `until=` out; no `law` demands this rule"
                }
            };
            notes.mistake(it.line, "needless-waiver", said, help);
        }
        if latest < until {
            let said =
                format!("waiver `{name}` ends more than {WAIVER_DAYS_MAX} days after the start");
            let help =
                format!("use `until=\"{latest}\"` or earlier; the days count from `effective`");
            notes.mistake(it.line, "waiver-too-long", said, &help);
        }
        if until <= now {
            let said = format!("waiver `{name}` is over: `{}` is enforced", it.rule);
            notes.warning(it.line, "waiver-ended", said, "use `mode enforce`");
        }
    }
}
