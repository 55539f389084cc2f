//! What changed between two versions, in the words of whoever it concerns.
//!
//! The comparison itself speaks to the author of the file, by names and lines. Here the same
//! difference is said with labels and sentences that customers know.

use std::collections::BTreeSet;

use handshake_core::policy::{Class, Difference, Effect, Policy, Purpose};
use handshake_core::vocabulary::{Name, Signal};

use super::sheet::{label_language, says};
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
        (Class::Inferred, true) => {
            ("We may conclude more from your data", "Wir dürfen mehr aus Ihren Daten schließen")
        }
        (Class::Inferred, false) => {
            ("We may conclude less from your data", "Wir dürfen weniger aus Ihren Daten schließen")
        }
        (Class::Minors, true) => ("The young decide alone", "Junge entscheiden allein"),
        (Class::Minors, false) => ("The young need a guardian", "Junge entscheiden nicht allein"),
        (Class::Objection | Class::Signals | Class::Promise, _) => stopping(class, bad),
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

/// What ends a use: an objection, a signal, or else a promise.
fn stopping(class: Class, bad: bool) -> (&'static str, &'static str) {
    match (class, bad) {
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
        (_, true) => ("A promise no longer covers it", "Ein Versprechen gilt dafür nicht mehr"),
        (_, false) => ("A promise now covers it", "Ein Versprechen gilt jetzt dafür"),
    }
}

/// What exactly changed, where labels can say it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the phrase of most classes says it all")]
fn detail(
    words: &Words,
    (before, after): (&Policy, &Policy),
    it: &Difference,
    language: &str,
) -> Option<(String, String)> {
    let (labels, own) = (label_language(after).to_owned(), words.lang.to_owned());
    let said = match &it.purpose {
        None => match it.class {
            Class::Controller => (after.controller.name.clone(), own),
            Class::Country | Class::Recipient => (moved(words, before, after)?, own),
            Class::Promise => (promises(before, after), labels),
            _ => return None,
        },
        Some(name) => {
            let (was, is) = (before.purposes.get(name), after.purposes.get(name));
            match it.class {
                Class::Words => says(before, was?, language),
                Class::Data => (data(before, after, (was?, is?)).join("; "), labels),
                Class::Benefit => {
                    let label = |it: Option<&Purpose>| {
                        dash(it.and_then(|it| it.in_return.as_ref()).map(|it| it.label.clone()))
                    };
                    (from_to(&label(was), &label(is)), labels)
                }
                Class::Promise => (promises(before, after), labels),
                Class::Signals => (signals(words, (before, after), name), own),
                class => (terms(words, (before, after), (was, is), class)?, own),
            }
        }
    };
    Some(said).filter(|it| !it.0.is_empty())
}

/// What changed of a purpose's terms that we have our own words for.
#[expect(clippy::wildcard_enum_match_arm, reason = "the phrase of most classes says it all")]
fn terms(
    words: &Words,
    (before, after): (&Policy, &Policy),
    (was, is): (Option<&Purpose>, Option<&Purpose>),
    class: Class,
) -> Option<String> {
    match class {
        Class::Recipient => {
            let names = apart(&was?.with, &is?.with);
            let of = |name| after.recipients.get(name).or_else(|| before.recipients.get(name));
            let all: Vec<String> =
                names.iter().filter_map(of).map(|it| words.recipient(it)).collect();
            Some(all.join("; "))
        }
        Class::Channel => {
            let names = apart(&was?.on, &is?.on);
            let all: Vec<String> = names.iter().map(|it| words.channel(it.as_str())).collect();
            Some(all.join(", "))
        }
        Class::Keep => {
            let keep = |it: Option<&Purpose>| {
                let keep = it.and_then(|it| it.keep.as_ref());
                keep.map_or_else(|| words.policy.not_said.to_owned(), |it| words.keep(it))
            };
            Some(from_to(&keep(was), &keep(is)))
        }
        Class::Frequency => {
            let limits = |it: Option<&Purpose>| {
                let all = it.map_or(&[][..], |it| &it.limits).iter();
                let all: Vec<String> = all.map(|it| words.limit(it)).collect();
                dash((!all.is_empty()).then(|| all.join(", ")))
            };
            Some(from_to(&limits(was), &limits(is)))
        }
        Class::Duty => {
            let of = |it: &Purpose| -> BTreeSet<String> {
                it.duties.iter().map(|it| words.duty(it)).collect()
            };
            let (was, is) = (of(was?), of(is?));
            let only = |some: &BTreeSet<String>, rest: &BTreeSet<String>| {
                let all: Vec<String> = some.difference(rest).cloned().collect();
                dash((!all.is_empty()).then(|| all.join(", ")))
            };
            Some(from_to(&only(&was, &is), &only(&is, &was)))
        }
        _ => None,
    }
}

/// Promises of one version only.
fn promises(before: &Policy, after: &Policy) -> String {
    let of = |policy: &Policy| -> BTreeSet<String> {
        policy.nevers.iter().map(|it| it.says.clone()).collect()
    };
    let changed: Vec<String> = of(before).symmetric_difference(&of(after)).cloned().collect();
    changed.join("; ")
}

fn dash(it: Option<String>) -> String {
    it.unwrap_or_else(|| "–".to_owned())
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
