//! Reasons and cures in words: what failed, by which rule, and the smallest change that mends it.

use super::clauses::{Finding, Reason};
use super::decide::Decision;
use super::situation::{Situation, Term};
use crate::policy::{Compiled, CompiledPurpose};
use crate::vocabulary::{Clause, Dictionary, Millis, ReasonCode, Standing};

/// A reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonText {
    /// The rule, as `purpose retarget` or `never "…"`.
    pub rule: String,
    /// The datum it concerns, or empty for the whole use.
    pub datum: String,
    /// What is the case.
    pub fact: String,
    /// What would have to be.
    pub required: String,
}

/// A cure in words, such as `ask` with its statement.
pub type CureText = String;

/// Puts a reason into words.
pub fn explain(
    reason: &Reason,
    policy: &Compiled,
    names: &Dictionary,
    wanted: &Situation,
) -> ReasonText {
    let datum = reason.datum.and_then(|at| wanted.data.get(usize::from(at)));
    let datum = datum.map_or(String::new(), |it| text(&it.name, names));
    let purpose = text(&wanted.purpose, names);
    let (fact, required) = match reason.finding {
        Finding::UndeclaredPurpose => undeclared("purpose", &purpose),
        Finding::UndeclaredDatum => undeclared("data", &datum),
        Finding::UndeclaredRecipient => undeclared("recipient", &text(&wanted.recipient, names)),
        Finding::UndeclaredChannel => undeclared("channel", &text(&wanted.channel, names)),
        Finding::UndeclaredTag(at) => {
            let tag = wanted.tags.get(usize::from(at));
            undeclared("tag", &tag.map_or(String::new(), |it| text(it, names)))
        }
        Finding::Never(_) => {
            let fact = if reason.code == ReasonCode::Inferred {
                format!("the promise bears on what `{datum}` is made of")
            } else {
                "the promise bears on this use".to_owned()
            };
            (fact, "a use that it leaves alone".to_owned())
        }
        Finding::Objected => (
            format!("the person objected to `{purpose}`"),
            "that the person lifts the objection".to_owned(),
        ),
        Finding::Signal => {
            let signal = reason.clause.as_str();
            (format!("the {signal} signal is in force"), format!("no {signal} signal"))
        }
        Finding::NotUsed => (
            format!("`{purpose}` does not use `{datum}`"),
            "a datum that the purpose uses".to_owned(),
        ),
        Finding::Source => (
            format!("`{purpose}` may not use all that `{datum}` is worked out from"),
            "sources that the purpose uses, and permission for them".to_owned(),
        ),
        Finding::Elsewhere => elsewhere(policy, wanted, &purpose),
        Finding::Stands(standing) => permission_words(standing, &purpose),
        Finding::Minor => (
            "the person is a minor and no guardian agreed".to_owned(),
            "a guardian's agreement".to_owned(),
        ),
        Finding::NotNamed => not_named(reason, policy, names, wanted),
        Finding::Often { count, window_hours, frees_at } => (
            format!("used {count} times within {window_hours} hours"),
            format!("to wait until {frees_at}"),
        ),
        Finding::Old { collected_at } => {
            (format!("collected {collected_at}"), "data no older than the purpose keeps".to_owned())
        }
        Finding::DealChanged { version } => (
            format!("collected under version {version}, which did not allow this"),
            "permission, or data collected since".to_owned(),
        ),
    };
    ReasonText { rule: rule(reason, policy, &purpose), datum, fact, required }
}

fn text(term: &Term, names: &Dictionary) -> String {
    match term {
        Term::Declared(code) => names.name(*code).to_owned(),
        Term::Undeclared(text) => text.clone(),
    }
}

fn undeclared(kind: &str, name: &str) -> (String, String) {
    (format!("the policy declares no {kind} `{name}`"), format!("a declared {kind}"))
}

fn permission_words(standing: Standing, purpose: &str) -> (String, String) {
    let fact = match standing {
        Standing::NotAsked | Standing::Asked | Standing::Granted => {
            format!("the person has not agreed to `{purpose}`")
        }
        Standing::Deferred => format!("the person put off answering about `{purpose}`"),
        Standing::Refused => format!("the person refused `{purpose}`"),
        Standing::Withdrawn => format!("the person took permission for `{purpose}` back"),
        Standing::Expired => format!("permission for `{purpose}` has run out"),
        Standing::Outgrown => format!("what was agreed for `{purpose}` is less than this"),
    };
    (fact, "permission that covers it".to_owned())
}

fn not_named(
    reason: &Reason,
    policy: &Compiled,
    names: &Dictionary,
    wanted: &Situation,
) -> (String, String) {
    let purpose = text(&wanted.purpose, names);
    let (recipients, channels) = reach_names(policy.purpose_of(wanted.purpose.code()), policy);
    if reason.clause == Clause::Recipient {
        let recipient = text(&wanted.recipient, names);
        (format!("`{purpose}` is not with `{recipient}`"), format!("one of: {recipients}"))
    } else {
        let channel = text(&wanted.channel, names);
        (format!("`{purpose}` is not on `{channel}`"), format!("one of: {channels}"))
    }
}

fn elsewhere(policy: &Compiled, wanted: &Situation, purpose: &str) -> (String, String) {
    let followed = policy.purpose_of(wanted.purpose.code()).map_or(0, |it| it.followed);
    let names = policy.applies_in.iter().enumerate().filter(|(bit, _)| followed >> bit & 1 != 0);
    let names: Vec<&str> = names.map(|(_, it)| it.as_str()).collect();
    let fact = match wanted.jurisdiction.as_str() {
        "" => format!("nobody said where the person is, and `{purpose}` is not for everywhere"),
        place => format!("`{purpose}` is not for people in `{place}`"),
    };
    (fact, format!("somebody in one of: {}", names.join(", ")))
}

fn reach_names(purpose: Option<&CompiledPurpose>, policy: &Compiled) -> (String, String) {
    let (recipients, channels) = purpose.map_or((0, 0), |it| {
        it.boxes.iter().fold((0, 0), |(r, c), it| (r | it.recipients, c | it.channels))
    });
    let recipients =
        policy.recipients.iter().enumerate().filter(|(bit, _)| recipients >> bit & 1 != 0);
    let channels = policy.channels.iter().enumerate().filter(|(bit, _)| channels >> bit & 1 != 0);
    let recipients: Vec<&str> = recipients.map(|(_, it)| it.name.as_str()).collect();
    let channels: Vec<&str> = channels.map(|(_, (_, name))| name.as_str()).collect();
    (recipients.join(", "), channels.join(", "))
}

fn rule(reason: &Reason, policy: &Compiled, purpose: &str) -> String {
    match reason.finding {
        Finding::Never(at) => {
            let never = policy.nevers.get(usize::from(at));
            format!("never \"{}\"", never.map_or("", |it| it.says.as_str()))
        }
        Finding::UndeclaredPurpose
        | Finding::UndeclaredDatum
        | Finding::UndeclaredRecipient
        | Finding::UndeclaredChannel
        | Finding::UndeclaredTag(_) => "anything-else".to_owned(),
        Finding::Objected
        | Finding::Signal
        | Finding::NotUsed
        | Finding::Source
        | Finding::Elsewhere
        | Finding::DealChanged { .. }
        | Finding::Stands(_)
        | Finding::Minor
        | Finding::NotNamed
        | Finding::Often { .. }
        | Finding::Old { .. } => format!("purpose {purpose}"),
    }
}

/// The changes that would make the use allowed, each once, in the order of the reasons.
pub fn cures(
    decision: &Decision,
    policy: &Compiled,
    names: &Dictionary,
    wanted: &Situation,
) -> Vec<CureText> {
    let mut cures: Vec<CureText> = Vec::new();
    let purpose = text(&wanted.purpose, names);
    let others = 1 < wanted.data.len();
    let frees_at = |it: &Reason| {
        if let Finding::Often { frees_at, .. } = it.finding { Some(frees_at) } else { None }
    };
    let latest = decision.reasons.iter().filter_map(frees_at).max().unwrap_or(Millis(0));
    for reason in &decision.reasons {
        let words = explain(reason, policy, names, wanted);
        let cure = match reason.finding {
            Finding::Never(_) if reason.datum.is_some() && others && drops(reason, decision) => {
                format!("drop {}", words.datum)
            }
            Finding::Never(at) => {
                let never = policy.nevers.get(usize::from(at));
                match never.and_then(|it| it.when_signal) {
                    Some(signal) => against_signal(signal.as_str(), policy, wanted, &purpose),
                    None => "none (never)".to_owned(),
                }
            }
            Finding::UndeclaredDatum
            | Finding::NotUsed
            | Finding::Source
            | Finding::Old { .. }
            | Finding::DealChanged { .. }
                if others =>
            {
                format!("drop {}", words.datum)
            }
            Finding::Stands(Standing::Outgrown) => format!("re-ask {purpose} (+ {})", words.datum),
            Finding::Stands(_) => format!("ask {purpose}"),
            Finding::Minor => "ask a guardian".to_owned(),
            Finding::NotNamed => {
                format!("use {} {}", reason.clause.as_str(), words.required)
            }
            // Of several limits, the one that frees last says how long to wait.
            Finding::Often { frees_at, .. } if frees_at < latest => continue,
            Finding::Often { frees_at, .. } => format!("wait until {frees_at} (frequency)"),
            Finding::Objected => "none (objection)".to_owned(),
            Finding::Signal => against_signal(reason.clause.as_str(), policy, wanted, &purpose),
            Finding::Source => "work it out from less".to_owned(),
            Finding::Elsewhere => "none (place)".to_owned(),
            Finding::DealChanged { .. } => format!("ask {purpose}"),
            Finding::UndeclaredPurpose
            | Finding::UndeclaredRecipient
            | Finding::UndeclaredChannel
            | Finding::UndeclaredTag(_)
            | Finding::UndeclaredDatum
            | Finding::NotUsed => format!("{} in the policy", words.required),
            Finding::Old { .. } => "delete it".to_owned(),
        };
        if !cures.contains(&cure) {
            cures.push(cure);
        }
    }
    // Where one fault has no cure, curing the others makes nothing allowed.
    let hopeless = |it: &CureText| it.starts_with("none (");
    if cures.iter().any(hopeless) {
        cures.retain(hopeless);
    }
    cures
}

/// Global Privacy Control yields to an affirmation alone, and only who agreed before has anything
/// to affirm; the other signals yield to a later answer.
fn against_signal(signal: &str, policy: &Compiled, wanted: &Situation, purpose: &str) -> String {
    let asks = policy.purpose_of(wanted.purpose.code()).is_some_and(|it| it.needs_permission());
    match (signal, wanted.grants.is_empty()) {
        ("gpc", false) => "show the conflict, and ask to affirm".to_owned(),
        ("gpc", true) => format!("none ({signal})"),
        _ if !asks => format!("none ({signal})"),
        _ => format!("ask {purpose}"),
    }
}

/// Whether leaving the datum out would leave another that is not under the same `never`.
fn drops(reason: &Reason, decision: &Decision) -> bool {
    let under = decision.reasons.iter().filter(|it| it.finding == reason.finding);
    under.count() < decision.data.len()
}
