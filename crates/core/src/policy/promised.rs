//! The promised part of a policy: what the public reads. Rules that are only rehearsed are promised
//! to nobody, and what things cost and earn is the merchant's own.

use std::collections::BTreeSet;

use super::model::{Policy, SignalTerm};
use crate::vocabulary::{Mode, Name, Signal};

/// The policy without what is only rehearsed.
///
/// A purpose in `rehearse` goes with all its lines. Whatever loses all purposes it named goes too,
/// since naming none would mean all of them.
pub fn promised(policy: &Policy) -> Policy {
    let mut it = policy.clone();
    let rehearsed = |own: Option<Mode>| policy.mode_of(own) == Mode::Rehearse;
    let gone: BTreeSet<Name> =
        policy.purposes.iter().filter(|it| rehearsed(it.1.mode)).map(|it| it.0.clone()).collect();
    it.purposes.retain(|name, _| !gone.contains(name));
    for purpose in it.purposes.values_mut() {
        // A limit without a mode of its own has that of its purpose, which is promised.
        purpose.limits.retain(|limit| limit.mode != Some(Mode::Rehearse));
        purpose.unit_cost = None;
    }
    it.nevers.retain_mut(|never| {
        let named = !never.purposes.is_empty();
        never.purposes.retain(|name| !gone.contains(name));
        never.except.retain(|name| !gone.contains(name));
        !rehearsed(never.mode) && (!named || !never.purposes.is_empty())
    });
    for (signal, term) in &policy.signals {
        stop(&mut it, *signal, term, &gone);
    }
    it.ledger_costs.clear();
    it.worth.clear();
    it
}

/// A signal's own mode stands for the purposes it names, whatever they say themselves.
fn stop(it: &mut Policy, signal: Signal, term: &SignalTerm, gone: &BTreeSet<Name>) {
    if term.mode == Some(Mode::Rehearse) {
        it.signals.remove(&signal);
        let named = it.purposes.iter_mut().filter(|(name, _)| term.to.contains(*name));
        named.for_each(|(_, purpose)| {
            purpose.stops_for.remove(&signal);
        });
    } else if let Some(own) = it.signals.get_mut(&signal) {
        own.to.retain(|name| !gone.contains(name));
        if own.to.is_empty() {
            it.signals.remove(&signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read;

    const MODEL: &str = include_str!("../../../../examples/ridgeline-bikes/policy.kdl");

    fn with(changes: &[(&str, &str)]) -> Policy {
        let text = changes.iter().fold(MODEL.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "`{from}` is not in the model");
            text.replacen(from, to, 1)
        });
        promised(&read(&text).unwrap())
    }

    #[test]
    fn what_is_promised_stays() {
        let (all, it) = (read(MODEL).unwrap(), with(&[]));
        assert_eq!(all.purposes.keys().collect::<Vec<_>>(), it.purposes.keys().collect::<Vec<_>>());
        assert_eq!((&all.nevers, &all.signals), (&it.nevers, &it.signals));
        assert!(it.worth.is_empty() && it.ledger_costs.is_empty());
        assert!(it.purposes.values().all(|it| it.unit_cost.is_none()));
    }

    #[test]
    fn what_is_rehearsed_is_nobodys_business() {
        let it = with(&[("at-most 2 per=month mode=observe", "at-most 2 per=month mode=rehearse")]);
        let mail = it.purposes.get(&Name::new("follow-up-email").unwrap()).unwrap();
        assert!(mail.limits.is_empty());

        let never =
            "recipients kind=third-party; when signal=gpc; mode enforce; law \"11 CCR 7025(c)(1)\"";
        let before = with(&[]).nevers.len();
        assert_eq!(
            with(&[(never, "recipients kind=third-party; when signal=gpc; mode rehearse")])
                .nevers
                .len(),
            before - 1
        );

        let it = with(&[(
            "to=retarget,show-recommendations,help-others-choose mode=observe",
            "to=retarget,show-recommendations,help-others-choose mode=rehearse",
        )]);
        assert!(!it.signals.contains_key(&Signal::Dnt));
        let retarget = it.purposes.get(&Name::new("retarget").unwrap()).unwrap();
        assert!(!retarget.stops_for.contains(&Signal::Dnt), "no line of it speaks of the signal");
        assert!(retarget.stops_for.contains(&Signal::Gpc));
    }
}
