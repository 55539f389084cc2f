//! Observed promises: for each promise that the public reads and nothing enforces, how often it was
//! missed. A promise that stands in several versions of the policy is one promise.

use crate::policy::{Line, Policy, Window};
use crate::projection::{Day, Missed, Published, Quarter, State, UsesSum};
use crate::vocabulary::{Code, Mode, Name, Signal};

/// A promise that is observed, known by what it says and not by its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// Every rule of a purpose.
    Purpose(Name),
    /// One of its limits.
    Limit(Name, u32, Window),
    /// That a signal stops the purposes it names.
    Signal(Signal),
    Never(String),
    /// That nothing is done that no line allows.
    AnythingElse,
}

/// How often a promise was missed in a quarter, and of how many uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub quarter: Quarter,
    /// The last day counted: that of the look, or the last of the quarter.
    pub until: Day,
    pub missed: u64,
    /// Missed at most so often: some records do not say which promise it was.
    pub at_most: bool,
    /// Uses that were done, on which the promise bears.
    pub uses: UsesSum,
}

/// The promises of a policy that are observed, as the public reads them.
pub fn observed(policy: &Policy) -> Vec<Promise> {
    let watched = |own: Option<Mode>| policy.mode_of(own) == Mode::Observe;
    let mut all = Vec::new();
    for (name, purpose) in &policy.purposes {
        let whole = watched(purpose.mode);
        if whole {
            all.push(Promise::Purpose(name.clone()));
        }
        let own = purpose.limits.iter().filter(|it| it.mode == Some(Mode::Observe) && !whole);
        all.extend(own.map(|it| Promise::Limit(name.clone(), it.count, it.per)));
    }
    let nevers = policy.nevers.iter().filter(|it| watched(it.mode));
    all.extend(nevers.map(|it| Promise::Never(it.says.clone())));
    let signals = policy.signals.iter().filter(|it| it.1.mode == Some(Mode::Observe));
    all.extend(signals.map(|it| Promise::Signal(*it.0)));
    if policy.mode == Mode::Observe {
        all.push(Promise::AnythingElse);
    }
    all
}

/// How a promise was kept in the quarter of `today` and in the one before, newest first.
pub fn kept(state: &State, promise: &Promise, today: Day) -> [Kept; 2] {
    let now = today.quarter();
    let before = now.before();
    [of(state, promise, (now, today)), of(state, promise, (before, before.last_day()))]
}

fn of(state: &State, promise: &Promise, (quarter, until): (Quarter, Day)) -> Kept {
    let mut kept = Kept { quarter, until, missed: 0, at_most: false, uses: UsesSum::default() };
    let ruled = state.policies.iter().filter(|it| state.watched.any(quarter, it.number()));
    for published in ruled {
        let Some((purposes, what)) = bears(published, promise) else { continue };
        for purpose in purposes {
            let key = (quarter, published.number(), purpose);
            let untold = state.watched.missed(key, Missed::Untold);
            // Of a whole purpose, any rule will do, told or not.
            let unsure = if what == Missed::Any { 0 } else { untold };
            let uses = state.watched.uses(key);
            kept.missed += state.watched.missed(key, what) + unsure;
            kept.at_most |= unsure != 0;
            kept.uses.done += uses.done;
            kept.uses.assumed += uses.assumed;
            kept.uses.open += uses.open;
        }
    }
    kept
}

/// The purposes a promise bears on in one version, and how it is counted there; nothing where the
/// version does not make it, or makes it firmer.
fn bears(it: &Published, promise: &Promise) -> Option<(Vec<Code>, Missed)> {
    let compiled = &it.compiled;
    let code = |name: &Name| compiled.purposes.iter().find(|it| it.name == *name).map(|it| it.code);
    let rule = |line: Line| Missed::Rule(line);
    if !observed(&it.policy).contains(promise) {
        return None;
    }
    Some(match promise {
        Promise::Purpose(name) => (vec![code(name)?], Missed::Any),
        Promise::Limit(name, count, per) => {
            let limits = &it.policy.purposes.get(name)?.limits;
            let own = |it: &&crate::policy::Limit| it.count == *count && it.per == *per;
            (vec![code(name)?], rule(limits.iter().find(own)?.line))
        }
        Promise::Signal(signal) => {
            let line = it.policy.signals.get(signal)?.line;
            let stops = |it: &&crate::policy::CompiledPurpose| {
                it.signals.iter().any(|rule| rule.signal == *signal && rule.line == line)
            };
            let purposes = compiled.purposes.iter().filter(stops).map(|it| it.code);
            (purposes.collect(), rule(line))
        }
        Promise::Never(says) => {
            let (at, never) = (0u16..).zip(&compiled.nevers).find(|it| it.1.says == *says)?;
            let bound = compiled.purposes.iter().filter(|it| it.nevers.contains(&at));
            (bound.map(|it| it.code).collect(), rule(never.line))
        }
        Promise::AnythingElse => {
            let purposes = compiled.purposes.iter().map(|it| it.code);
            (purposes.chain([Code::NONE]).collect(), rule(Line(0)))
        }
    })
}
