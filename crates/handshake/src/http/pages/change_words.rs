//! What changed between two versions, in the words of whoever it concerns.
//!
//! The comparison itself speaks to the author of the file, by names and lines. Here the same
//! difference is said with labels and sentences that customers know.

use std::collections::BTreeSet;

use handshake_core::policy::{Class, Difference, Effect, Limit, Policy, Purpose};
use handshake_core::vocabulary::{Name, Signal};

use super::policy_page::{label_language, says};
use super::words::Words;
use crate::ingest::data_in_words;

/// One difference, ready to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub text: &'static str,
    /// What exactly, and the language it is written in.
    pub detail: Option<(String, String)>,
    /// The sentence of the purpose it concerns, and its language.
    pub purpose: Option<(String, String)>,
}

/// A difference in words. `before` and `after` are the promised parts of the two versions.
pub(super) fn change(
    words: &Words,
    (before, after): (&Policy, &Policy),
    it: &Difference,
    language: &str,
) -> Change {
    let bad = match it.effect {
        Effect::Widened | Effect::Worse | Effect::Reworded => true,
        Effect::Narrowed | Effect::Better => false,
    };
    let of = |policy: &Policy| {
        let purpose = it.purpose.as_ref().and_then(|name| policy.purposes.get(name))?;
        Some(says(policy, purpose, language))
    };
    let (english, german) = phrase(it.class, it.effect, bad);
    Change {
        text: if words.is_german() { german } else { english },
        detail: detail(words, (before, after), it, language),
        purpose: of(after).or_else(|| of(before)),
    }
}

fn phrase(class: Class, effect: Effect, bad: bool) -> (&'static str, &'static str) {
    match (class, bad) {
        (Class::Purpose, true) => ("Something new", "Etwas Neues"),
        (Class::Purpose, false) => ("We do this no more", "Das tun wir nicht mehr"),
        (Class::Data, true) => ("It uses more data", "Es nutzt mehr Daten"),
        (Class::Data, false) => ("It uses less data", "Es nutzt weniger Daten"),
        (Class::Recipient, true) => ("More of others get it", "Andere bekommen mehr davon"),
        (Class::Recipient, false) => ("Fewer others get it", "Weniger andere bekommen es"),
        (Class::Country, _) => ("It goes to another country", "Es geht in ein anderes Land"),
        (Class::Channel, true) => ("It shows in more places", "Es zeigt sich an mehr Orten"),
        (Class::Channel, false) => ("It shows in fewer places", "Es zeigt sich an weniger Orten"),
        (Class::Keep, true) => ("Kept longer", "Länger aufbewahrt"),
        (Class::Keep, false) => ("Kept shorter", "Kürzer aufbewahrt"),
        (Class::Basis, true) if effect == Effect::Worse => {
            ("Your yes need no longer be explicit", "Ihr Ja muss nicht mehr ausdrücklich sein")
        }
        (Class::Basis, true) => ("We no longer ask you first", "Wir fragen Sie nicht mehr vorher"),
        (Class::Basis, false) => ("We now ask you first", "Wir fragen Sie jetzt vorher"),
        (Class::Minors, true) => {
            ("The young are asked without a guardian", "Junge fragen wir ohne Erziehende")
        }
        (Class::Minors, false) => {
            ("The young need a guardian's yes", "Bei Jungen braucht es das Ja von Erziehenden")
        }
        (Class::Objection, true) => {
            ("Your objection no longer stops it", "Ihr Widerspruch beendet es nicht mehr")
        }
        (Class::Objection, false) => {
            ("Your objection now stops it", "Ihr Widerspruch beendet es jetzt")
        }
        (Class::Signals, true) => (
            "A signal of your browser no longer stops it",
            "Ein Signal Ihres Browsers beendet es nicht mehr",
        ),
        (Class::Signals, false) => {
            ("A signal of your browser now stops it", "Ein Signal Ihres Browsers beendet es jetzt")
        }
        (Class::Promise, true) => {
            ("A promise no longer covers it", "Ein Versprechen gilt dafür nicht mehr")
        }
        (Class::Promise, false) => ("A promise now covers it", "Ein Versprechen gilt jetzt dafür"),
        (Class::Frequency, true) => ("It may happen more often", "Es darf öfter geschehen"),
        (Class::Frequency, false) => ("It may happen less often", "Es darf seltener geschehen"),
        (Class::Mode, _) => (
            "We watch it now, and no longer make sure of it",
            "Wir beobachten es jetzt und stellen es nicht mehr sicher",
        ),
        (Class::Words, _) if effect == Effect::Worse => {
            ("No longer said in one of the languages", "In einer Sprache nicht mehr gesagt")
        }
        (Class::Words, _) => ("Other words", "Andere Worte"),
        (Class::Benefit, true) => (
            "You get less in return, or something else",
            "Sie bekommen weniger dafür, oder etwas anderes",
        ),
        (Class::Benefit, false) => ("You get something in return", "Sie bekommen etwas dafür"),
        (Class::Duty, true) => ("We owe you less", "Wir schulden Ihnen weniger"),
        (Class::Duty, false) => ("We owe you more", "Wir schulden Ihnen mehr"),
        (Class::AskBudget | Class::AskAgain, true) => {
            ("We may ask you more often", "Wir dürfen Sie öfter fragen")
        }
        (Class::AskBudget | Class::AskAgain, false) => {
            ("We may ask you less often", "Wir dürfen Sie seltener fragen")
        }
        (Class::Controller, _) => {
            ("Somebody else answers for your data", "Jemand anderes steht für Ihre Daten ein")
        }
        (Class::Sensitive, _) => {
            ("No longer marked as sensitive", "Nicht mehr als heikel gekennzeichnet")
        }
    }
}

/// What exactly changed, where labels can say it.
fn detail(
    words: &Words,
    (before, after): (&Policy, &Policy),
    it: &Difference,
    language: &str,
) -> Option<(String, String)> {
    let purposes =
        it.purpose.as_ref().map(|name| (before.purposes.get(name), after.purposes.get(name)));
    let labels = label_language(after).to_owned();
    let own = words.lang.to_owned();
    match (it.class, purposes) {
        (Class::Controller, _) => Some((after.controller.name.clone(), own)),
        (Class::Country | Class::Recipient, None) => Some((moved(words, before, after)?, own)),
        (Class::Data, Some((Some(was), Some(is)))) => {
            Some((data(before, after, (was, is)).join("; "), labels))
        }
        (Class::Recipient, Some((Some(was), Some(is)))) => {
            let names = apart(&was.with, &is.with);
            let known = names.iter().filter_map(|name| {
                after.recipients.get(name).or_else(|| before.recipients.get(name))
            });
            Some((known.map(|it| words.recipient(it)).collect::<Vec<_>>().join("; "), own))
        }
        (Class::Channel, Some((Some(was), Some(is)))) => {
            let names = apart(&was.on, &is.on);
            Some((
                names.iter().map(|it| words.channel(it.as_str())).collect::<Vec<_>>().join(", "),
                own,
            ))
        }
        (Class::Keep, Some((was, is))) => {
            let keep = |it: Option<&Purpose>| {
                let keep = it.and_then(|it| it.keep.as_ref());
                keep.map_or_else(|| words.policy.not_said.to_owned(), |it| words.keep(it))
            };
            Some((from_to(&keep(was), &keep(is)), own))
        }
        (Class::Frequency, Some((was, is))) => {
            let limits = |it: Option<&Purpose>| {
                let all: Vec<String> = it
                    .map_or(&[][..], |it| &it.limits)
                    .iter()
                    .map(|it: &Limit| words.limit(it))
                    .collect();
                if all.is_empty() { "–".to_owned() } else { all.join(", ") }
            };
            Some((from_to(&limits(was), &limits(is)), own))
        }
        (Class::Signals, Some((_, _))) => {
            Some((signals(words, (before, after), it.purpose.as_ref()?), own))
        }
        (Class::Promise, _) => {
            let of = |policy: &Policy| -> BTreeSet<String> {
                policy.nevers.iter().map(|it| it.says.clone()).collect()
            };
            let changed: Vec<String> =
                of(before).symmetric_difference(&of(after)).cloned().collect();
            Some((changed.join("; "), labels))
        }
        (Class::Benefit, Some((was, is))) => {
            let label = |it: Option<&Purpose>| {
                it.and_then(|it| it.in_return.as_ref())
                    .map_or_else(|| "–".to_owned(), |it| it.label.clone())
            };
            Some((from_to(&label(was), &label(is)), labels))
        }
        (Class::Duty, Some((Some(was), Some(is)))) => {
            let of = |it: &Purpose| -> BTreeSet<String> {
                it.duties.iter().map(|it| words.duty(it)).collect()
            };
            let (was, is) = (of(was), of(is));
            let gone: Vec<String> = was.difference(&is).cloned().collect();
            let new: Vec<String> = is.difference(&was).cloned().collect();
            let dash =
                |it: Vec<String>| if it.is_empty() { "–".to_owned() } else { it.join(", ") };
            Some((from_to(&dash(gone), &dash(new)), own))
        }
        (Class::Words, Some((Some(was), Some(_)))) => Some(says(before, was, language)),
        _ => None,
    }
    .filter(|it| !it.0.is_empty())
}

fn from_to(was: &str, is: &str) -> String {
    format!("{was} → {is}")
}

fn apart(was: &BTreeSet<Name>, is: &BTreeSet<Name>) -> Vec<Name> {
    was.symmetric_difference(is).cloned().collect()
}

/// The leaves on one side only. New ones are labelled by the new version, gone ones by the old.
fn data(before: &Policy, after: &Policy, (was, is): (&Purpose, &Purpose)) -> Vec<String> {
    let leaves = |policy: &Policy, it: &Purpose| -> BTreeSet<Name> {
        it.uses.iter().flat_map(|name| policy.leaves_of(name)).cloned().collect()
    };
    let (was, is) = (leaves(before, was), leaves(after, is));
    let gone = data_in_words(before, was.difference(&is));
    data_in_words(after, is.difference(&was)).into_iter().chain(gone).collect()
}

/// Recipients that are now elsewhere, somebody else, or pay for it.
fn moved(words: &Words, before: &Policy, after: &Policy) -> Option<String> {
    let changed = after.recipients.iter().filter(|(name, is)| {
        before.recipients.get(*name).is_some_and(|was| {
            was.country != is.country || was.kind != is.kind || was.sale != is.sale
        })
    });
    let all: Vec<String> = changed.map(|it| words.recipient(it.1)).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn signals(words: &Words, (before, after): (&Policy, &Policy), name: &Name) -> String {
    let stops = |policy: &Policy, signal: Signal| {
        let named = policy.signals.get(&signal).is_some_and(|it| it.to.contains(name));
        named || policy.purposes.get(name).is_some_and(|it| it.stops_for.contains(&signal))
    };
    let all = Signal::ALL.into_iter().filter(|it| stops(before, *it) != stops(after, *it));
    all.map(|it| words.signal(it)).collect::<Vec<_>>().join(", ")
}
