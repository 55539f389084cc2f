//! What can be said only once every line was read: whether the names used are declared, the
//! currencies agree, nothing is worked out from itself, and all fits the compiled form.

use std::collections::{BTreeMap, BTreeSet};

use super::Parts;
use super::desk::{Desk, Reference, shown};
use crate::policy::model::{Line, Never};
use crate::policy::place::is_within;
use crate::policy::problem::{Span, listed, nearest};
use crate::vocabulary::Name;

/// The compiled form keeps sets of leaves in 256 bits, and other sets in 64.
const LEAVES_MAX: usize = 256;
const NAMES_MAX: usize = 64;
const PURPOSES_MAX: usize = 4_096;
const DERIVED_MAX: usize = LEAVES_MAX * 8;
/// More names than this are not looked up: comparing each with each takes its time.
const UNKNOWN_MAX: usize = 100;

pub(super) fn resolve(desk: &mut Desk<'_>, parts: &Parts) {
    names(desk);
    limits(desk, parts);
    cycles(desk, parts);
    exceptions(desk, &parts.nevers);
    if let Some(header) = &parts.header {
        for (currency, span) in std::mem::take(&mut desk.currencies) {
            if currency != header.currency {
                let said = format!("`{currency}` is not the policy's currency");
                let help = format!("give the amount in `{}`", header.currency);
                desk.mistake(span, "currency-mismatch", said, help);
            }
        }
        for (language, span) in std::mem::take(&mut desk.languages) {
            if !header.languages.contains(&language) {
                let said = format!("`{}` is no language of this policy", shown(&language));
                let known = listed(header.languages.iter().map(String::as_str));
                let help = format!("use {known}, or add it to `languages`");
                desk.mistake(span, "undeclared-language", said, help);
            }
        }
        for (place, span) in std::mem::take(&mut desk.places) {
            if !header.applies_in.iter().any(|it| is_within(it, &place)) {
                let said = format!("this policy does not apply in `{place}`");
                let known = listed(header.applies_in.iter().map(String::as_str));
                let help = format!("use {known}, or add it to `applies-in`");
                desk.mistake(span, "foreign-place", said, help);
            }
        }
    }
    placeholders(desk, parts);
}

fn names(desk: &mut Desk<'_>) {
    let references = std::mem::take(&mut desk.references);
    let is_unknown = |it: &Reference| !desk.declared.contains_key(&(it.kind, it.name.clone()));
    let mut unknown: Vec<Reference> = references.into_iter().filter(is_unknown).collect();
    desk.more |= UNKNOWN_MAX < unknown.len();
    unknown.truncate(UNKNOWN_MAX);
    for Reference { kind, name, span } in unknown {
        let of_kind = || desk.declared.iter().filter(|((it, _), _)| *it == kind);
        let known = of_kind().map(|((_, name), _)| name.as_str());
        let near = nearest(name.as_str(), known);
        let line = of_kind().find(|((_, it), _)| Some(it.as_str()) == near);
        let what = kind.as_str();
        let help = match (near, line) {
            (Some(near), Some((_, Line(line)))) => {
                format!("did you mean `{near}`, declared in line {line}?")
            }
            _ => format!("declare it, or use {}", some(of_kind().map(|((_, it), _)| it))),
        };
        desk.mistake(span, kind.unknown(), format!("no {what} `{name}` is declared"), help);
    }
}

/// The first few names.
fn some<'a>(names: impl Iterator<Item = &'a Name>) -> String {
    let few: Vec<&str> = names.take(6).map(Name::as_str).collect();
    match few.is_empty() {
        true => "another".to_owned(),
        false => format!("one such as {}", listed(few)),
    }
}

fn limits(desk: &mut Desk<'_>, parts: &Parts) {
    let parent = |it: &'_ Name| it.as_str().rsplit_once('.').map(|(above, _)| above.to_owned());
    let parents: BTreeSet<String> = parts.data.keys().filter_map(parent).collect();
    let leaves = parts.data.keys().filter(|it| !parents.contains(it.as_str())).count();
    let counts = [
        ("data leaves", leaves, LEAVES_MAX, parts.data.values().map(|it| it.line).max()),
        ("tags", parts.tags.len(), NAMES_MAX, parts.tags.values().map(|it| it.line).max()),
        (
            "recipients",
            parts.recipients.len(),
            NAMES_MAX,
            parts.recipients.values().map(|it| it.line).max(),
        ),
        (
            "channels",
            parts.channels.len(),
            NAMES_MAX,
            parts.channels.values().map(|it| it.line).max(),
        ),
        (
            "purposes",
            parts.purposes.len(),
            PURPOSES_MAX,
            parts.purposes.values().map(|it| it.line).max(),
        ),
        (
            "`never` promises",
            parts.nevers.len(),
            PURPOSES_MAX,
            parts.nevers.last().map(|it| it.line),
        ),
    ];
    for (what, count, most, line) in counts {
        if most < count {
            let span = desk.sheet.span_of_line(line.unwrap_or_default().0);
            let said = format!("there are {count} {what}");
            desk.mistake(span, "too-many", said, format!("declare at most {most}"));
        }
    }
}

/// Nothing may be worked out from itself, by however many steps.
fn cycles(desk: &mut Desk<'_>, parts: &Parts) {
    if DERIVED_MAX < parts.data_from.len() {
        return; // There are too many leaves then, which is said elsewhere.
    }
    let near = |a: &Name, b: &Name| a == b || is_below(a, b) || is_below(b, a);
    let derived: Vec<(&Name, &BTreeSet<Name>)> = parts
        .data
        .iter()
        .filter(|(_, it)| !it.from.is_empty())
        .map(|(name, it)| (name, &it.from))
        .collect();
    let steps: BTreeMap<&Name, Vec<&Name>> = derived
        .iter()
        .map(|(name, from)| {
            let next = derived.iter().filter(|(it, _)| from.iter().any(|from| near(it, from)));
            (*name, next.map(|(it, _)| *it).collect())
        })
        .collect();
    for (name, _) in &derived {
        let mut reached: BTreeSet<&Name> = BTreeSet::new();
        let mut ahead: Vec<&Name> = steps.get(*name).cloned().unwrap_or_default();
        while let Some(next) = ahead.pop() {
            if reached.insert(next) {
                ahead.extend(steps.get(next).into_iter().flatten());
            }
        }
        let Some(&span) = parts.data_from.get(*name) else { continue };
        if reached.contains(*name) {
            let said = format!("`{name}` would be worked out from itself");
            desk.mistake(span, "cycle", said, "leave out what is made from it");
        }
    }
}

fn is_below(name: &Name, above: &Name) -> bool {
    let rest = name.as_str().strip_prefix(above.as_str());
    rest.is_some_and(|it| it.starts_with('.'))
}

/// An exception must be one of the purposes forbidden.
fn exceptions(desk: &mut Desk<'_>, nevers: &[Never]) {
    for never in nevers {
        let outside = never.except.iter().find(|it| !never.purposes.contains(*it));
        if let (false, Some(purpose)) = (never.purposes.is_empty(), outside) {
            let span: Span = desk.sheet.span_of_line(never.line.0);
            let said = format!("`{purpose}` is an exception to nothing");
            let help = "name it in `purposes` too, or say `purposes any`";
            desk.mistake(span, "bad-except", said, help);
        }
    }
}

fn placeholders(desk: &mut Desk<'_>, parts: &Parts) {
    let declared = parts.data.keys().any(|it| it.as_str() == "interest");
    for (inside, span) in std::mem::take(&mut desk.placeholders) {
        if inside != "interest" {
            let said = format!("`{{{}}}` stands for nothing", shown(&inside));
            let help = "use `{interest}`, or write the words themselves";
            desk.mistake(span, "unknown-placeholder", said, help);
        } else if !declared {
            let said = "`{interest}` stands for the data category `interest`";
            desk.mistake(span, "no-interest", said, "declare `interest` in `data`");
        }
    }
}
