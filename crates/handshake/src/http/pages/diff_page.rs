//! A comparison of two policies as HTML: one rendering for the page that is attached to a merge
//! request and for the console.
//!
//! [`diff_body`] is the part to put into a page that has [`DIFF_STYLE`]; [`diff_document`] stands
//! by itself. Every class begins with `hs-diff`, so that it meets no other.

use std::collections::BTreeSet;

use handshake_core::policy::{Diff, Difference, Effect, Line, Policy, Purpose, promised};
use handshake_core::projection::{Outgrown, concerned};
use handshake_core::vocabulary::Name;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::sheet::{label_language, says};
use super::words::{Words, words};
use crate::ingest::data_in_words;

/// Two policies and what differs.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    pub old: &'a Policy,
    pub new: &'a Policy,
    pub diff: &'a Diff,
    /// Whose permission covers the new one no longer; nothing where no ledger was looked at.
    pub outgrown: Option<&'a [Outgrown]>,
}

/// What the classes of a comparison look like.
pub const DIFF_STYLE: &str = include_str!("diff.css");

const EFFECTS: [(Effect, &str, &str); 5] = [
    (Effect::Widened, "widened", "Allowed now, and not before"),
    (Effect::Worse, "worse", "Worse for people"),
    (Effect::Reworded, "reworded", "Said in other words"),
    (Effect::Narrowed, "narrowed", "No longer allowed"),
    (Effect::Better, "better", "Better for people"),
];

/// A whole page that loads nothing.
pub fn diff_document(it: &Compared<'_>) -> String {
    let (was, is) = (it.old.version, it.new.version);
    let title = format!("{}: version {was} to version {is}", it.new.name);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // From our own file, and nothing of anybody else's is in it.
                style { (PreEscaped(DIFF_STYLE)) }
            }
            body.hs-diff-page {
                header { p { (title) } }
                main { h1 { (headline(it)) } (diff_body(it)) }
            }
        }
    };
    page.into_string()
}

/// The answer in one or two sentences.
pub fn headline(it: &Compared<'_>) -> String {
    let (was, is) = (it.old.version, it.new.version);
    let count = it.diff.of(Effect::Widened).count();
    let worse = it.diff.of(Effect::Worse).count();
    let what = match (it.diff.differences.is_empty(), count, worse) {
        (true, _, _) => format!("Version {is} means the same as version {was}."),
        (false, 0, 0) => format!("Version {is} allows nothing that version {was} did not."),
        (false, 0, _) => {
            format!(
                "Version {is} allows nothing that version {was} did not, and gives people less."
            )
        }
        (false, 1, _) => format!("Version {is} widens the deal of version {was} in 1 way."),
        (false, n, _) => format!("Version {is} widens the deal of version {was} in {n} ways."),
    };
    let people = it.outgrown.map(|all| all.iter().map(|it| it.people).sum::<u64>());
    match people {
        None => what,
        Some(0) => format!("{what} Everybody's permission still covers it."),
        Some(1) => format!("{what} 1 permission no longer covers it."),
        Some(n) => format!("{what} {} permissions no longer cover it.", grouped(n)),
    }
}

/// Everything below the headline.
pub fn diff_body(it: &Compared<'_>) -> Markup {
    html! {
        @for (effect, name, heading) in EFFECTS {
            @let some: Vec<&Difference> = it.diff.of(effect).collect();
            @if !some.is_empty() {
                section.hs-diff aria-labelledby={ "hs-diff-" (name) } {
                    h2 id={ "hs-diff-" (name) } { (heading) }
                    ul.hs-diff-list { @for own in some { (difference(it, own)) } }
                }
            }
        }
        (again(it))
        (sides(it))
    }
}

fn difference(it: &Compared<'_>, own: &Difference) -> Markup {
    let people = it.outgrown.and_then(|all| concerned(all, own)).filter(|it| *it != 0);
    html! {
        li class={ "hs-diff-row hs-diff-" (own.effect.as_str()) } {
            p.hs-diff-lines { (lines(own.lines)) }
            div {
                p.hs-diff-said {
                    @if let Some(purpose) = &own.purpose { strong { (purpose) } ": " }
                    (marked(&own.said)) " "
                    span.hs-diff-class { (own.class.as_str()) }
                }
                @if let Some(witness) = &own.witness {
                    p.hs-diff-witness { "As in: " (marked(&witness.to_string())) }
                }
                @if let Some(people) = people {
                    p.hs-diff-people { (count(people)) " agreed to less." }
                }
            }
        }
    }
}

/// `line 92 → 95`; a side that has no line is said so.
fn lines((old, new): (Option<Line>, Option<Line>)) -> Markup {
    let one = |line: Option<Line>| line.map_or_else(|| "–".to_owned(), |it| it.0.to_string());
    html! { "line " (one(old)) " → " (one(new)) }
}

/// Names between backticks as code.
fn marked(text: &str) -> Markup {
    html! {
        @for (n, part) in text.split('`').enumerate() {
            @if n % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

/// Whom to ask again, and for what: the difference only.
fn again(it: &Compared<'_>) -> Markup {
    html! {
        @if let Some(all) = it.outgrown.filter(|it| !it.is_empty()) {
            section.hs-diff aria-labelledby="hs-diff-again" {
                h2 #hs-diff-again { "Whom to ask again, and for what" }
                table.hs-diff-table {
                    thead { tr { th scope="col" { "Purpose" } th.hs-diff-number scope="col" { "People" } th scope="col" { "Not agreed to" } } }
                    tbody {
                        @for own in all {
                            tr {
                                th scope="row" { (own.purpose) }
                                td.hs-diff-number { (grouped(own.people)) }
                                td { (missing(own)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn missing(it: &Outgrown) -> Markup {
    let names: Vec<&Name> =
        [&it.data, &it.recipients, &it.channels].into_iter().flatten().collect();
    html! {
        @if names.is_empty() { "all of it at once" }
        @for (n, name) in names.iter().enumerate() {
            @if n != 0 { ", " }
            code { (name) }
        }
    }
}

/// The deal as customers read it, before and after: the sentence of each purpose that changed, and
/// what is new about it.
fn sides(it: &Compared<'_>) -> Markup {
    let touched: BTreeSet<&Name> =
        it.diff.differences.iter().filter_map(|it| it.purpose.as_ref()).collect();
    html! {
        @if !touched.is_empty() {
            section.hs-diff aria-labelledby="hs-diff-sides" {
                h2 #hs-diff-sides { "The customer's side" }
                @for name in touched { (side_by_side(it, name)) }
            }
        }
    }
}

fn side_by_side(it: &Compared<'_>, name: &Name) -> Markup {
    // Nobody reads of what is only rehearsed.
    let of = |policy: &Policy| {
        let policy = promised(policy);
        policy.purposes.get(name).map(|own| terms(&policy, own))
    };
    let (was, is) = (of(it.old), of(it.new));
    let first = label_language(it.new);
    let foreign = Some(first).filter(|it| *it != "en");
    let labels = [
        "In words",
        "What",
        "Who",
        "Where",
        "How long",
        "How often",
        "In return",
        "Duties",
        "Stops for",
    ];
    html! {
        table.hs-diff-table.hs-diff-sides {
            caption { code { (name) } }
            thead { tr { td {} th scope="col" { "Version " (it.old.version) } th scope="col" { "Version " (it.new.version) } } }
            tbody {
                @for (n, label) in labels.iter().enumerate() {
                    @let of = |it: &Option<Vec<String>>| it.as_ref().and_then(|it| it.get(n)).cloned().unwrap_or_default();
                    @let (was, is) = (of(&was), of(&is));
                    @if was != is || n == 0 {
                        tr.hs-diff-changed[was != is] {
                            th scope="row" { (label) @if was != is { span.hs-diff-class { "changed" } } }
                            td data-name={ "Version " (it.old.version) } lang=[foreign] { @if was == is { (was) } @else { del { (was) } } }
                            td data-name={ "Version " (it.new.version) } lang=[foreign] { @if was == is { (is) } @else { ins { (is) } } }
                        }
                    }
                }
            }
        }
    }
}

/// In the order of the labels above.
fn terms(policy: &Policy, it: &Purpose) -> Vec<String> {
    let own: &'static Words = words(label_language(policy));
    let leaves = it.uses.iter().flat_map(|name| policy.leaves_of(name));
    let mut who: Vec<_> = it.with.iter().filter_map(|name| policy.recipients.get(name)).collect();
    who.sort_by_key(|it| it.kind);
    let who: Vec<String> = who.into_iter().map(|it| own.recipient(it)).collect();
    let on: Vec<String> = it.on.iter().map(|name| own.channel(name.as_str())).collect();
    let limits: Vec<String> = it.limits.iter().map(|it| own.limit(it)).collect();
    let duties: Vec<String> = it.duties.iter().map(|it| own.duty(it)).collect();
    let objection = it.stops_for_objection.then_some(own.policy.your_objection);
    let signals = it.stops_for.iter().map(|it| own.signal(*it));
    let stops: Vec<&str> = objection.into_iter().chain(signals).collect();
    vec![
        says(policy, it, label_language(policy)).0,
        data_in_words(policy, leaves).join("; "),
        who.join("; "),
        on.join(", "),
        it.keep.as_ref().map_or_else(|| own.policy.not_said.to_owned(), |it| own.keep(it)),
        limits.join(", "),
        it.in_return.as_ref().map_or_else(String::new, |it| it.label.clone()),
        duties.join("; "),
        stops.join(", "),
    ]
}

fn count(people: u64) -> String {
    match people {
        1 => "1 person".to_owned(),
        n => format!("{} people", grouped(n)),
    }
}

/// Thousands set apart by a narrow space that does not break.
fn grouped(it: u64) -> String {
    let digits = it.to_string();
    let mut said = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n != 0 && (digits.len() - n).is_multiple_of(3) {
            said.push('\u{202f}');
        }
        said.push(digit);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::{diff, read};

    const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

    #[test]
    fn what_differs_stands_with_its_lines_and_both_sides() {
        let old = read(MODEL).unwrap();
        let text = MODEL.replacen("on ads\n", "on ads email\n", 1).replacen(
            "\"5 EUR off your next service\"",
            "\"<b>4 EUR</b> off\"",
            1,
        );
        let new = read(&text).unwrap();
        let diff = diff(&old, &new);
        let outgrown = [Outgrown {
            purpose: Name::new("retarget").unwrap(),
            statements: Box::default(),
            people: 24_600,
            data: Vec::new(),
            recipients: Vec::new(),
            channels: vec![Name::new("email").unwrap()],
        }];
        let compared = Compared { old: &old, new: &new, diff: &diff, outgrown: Some(&outgrown) };
        let html = diff_document(&compared);
        for part in [
            "in 1 way. 24\u{202f}600 permissions no longer cover it.",
            "<h2 id=\"hs-diff-widened\">Allowed now, and not before</h2>",
            "<code>email</code>",
            "24\u{202f}600 people agreed to less",
            "<del>5 EUR off your next service</del>",
            "<ins>&lt;b&gt;4 EUR&lt;/b&gt; off</ins>",
            "As in: <code>behaviour.viewed</code> for <code>retarget</code>",
        ] {
            assert!(html.contains(part), "`{part}` is not in {html}");
        }
        assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("href="));
        let line = MODEL.lines().position(|it| it.contains("on ads")).unwrap() + 1;
        assert!(html.contains(&format!("→ {line}</p>")), "{line}: {html}");
    }
}
