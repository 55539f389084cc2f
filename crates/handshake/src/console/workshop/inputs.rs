//! The parts of the forms: texts, choices, and the data as a tree of boxes to tick.

use handshake_core::policy::Policy;
use handshake_core::vocabulary::Name;
use maud::{Markup, html};

use super::fields::Fields;

/// A short text.
pub(super) fn text(fields: &Fields, name: &str, label: &str, hint: &str) -> Markup {
    let hint_id = format!("{name}-hint");
    let described = (!hint.is_empty()).then_some(hint_id.as_str());
    html! {
        label for=(name) { (label) }
        input id=(name) name=(name) value=(fields.get(name)) autocomplete="off" aria-describedby=[described];
        @if !hint.is_empty() { p.hint id=(hint_id) { (hint) } }
    }
}

/// A sentence.
pub(super) fn sentence(fields: &Fields, name: &str, label: &str, lang: &str, hint: &str) -> Markup {
    let hint_id = format!("{name}-hint");
    html! {
        label for=(name) { (label) }
        textarea.sentence id=(name) name=(name) rows="3" lang=(lang) aria-describedby=(hint_id) { (fields.get(name)) }
        p.hint id=(hint_id) { (hint) }
    }
}

/// A small number or word beside others of its line.
pub(super) fn part(fields: &Fields, name: &str, label: &str) -> Markup {
    html! {
        span.part {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(fields.get(name)) autocomplete="off";
        }
    }
}

/// One of several words; the first pair of each is what is sent.
pub(super) fn select(fields: &Fields, name: &str, label: &str, of: &[(&str, &str)]) -> Markup {
    let chosen = fields.get(name);
    html! {
        span.part {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, words) in of { option value=(value) selected[*value == chosen] { (words) } }
            }
        }
    }
}

pub(super) fn radio(fields: &Fields, name: &str, value: &str, words: &str) -> Markup {
    html! {
        label.choice { input type="radio" name=(name) value=(value) checked[fields.get(name) == value]; span { (words) } }
    }
}

pub(super) fn tick(fields: &Fields, name: &str, value: &str, words: &Markup) -> Markup {
    html! {
        label.choice { input type="checkbox" name=(name) value=(value) checked[fields.has(name, value)]; span { (words) } }
    }
}

/// Everything that may be known, as a tree: ticking a branch ticks what is below it.
pub(super) fn data(fields: &Fields, name: &str, legend: &str, policy: &Policy) -> Markup {
    let mut tops = policy.data.keys().filter(|it| !it.as_str().contains('.')).peekable();
    html! {
        fieldset {
            legend { (legend) }
            @if tops.peek().is_none() { p.hint { "The policy knows of no data yet." } }
            ul.tree { @for top in tops { (branch(fields, name, policy, top)) } }
        }
    }
}

/// Nesting is at most as deep as a policy file.
fn branch(fields: &Fields, name: &str, policy: &Policy, at: &Name) -> Markup {
    let below: Vec<&Name> =
        policy.data.keys().filter(|it| parent(it) == Some(at.as_str())).collect();
    let category = policy.data.get(at);
    let own = at.as_str().rsplit_once('.').map_or(at.as_str(), |it| it.1);
    let words = html! {
        (own)
        @if let Some(label) = category.and_then(|it| it.label.as_ref()) { span.second { (label) } }
        @if category.is_some_and(|it| it.sensitive) { span.second.warn { "sensitive" } }
    };
    html! {
        li {
            (tick(fields, name, at.as_str(), &words))
            @if !below.is_empty() { ul { @for it in below { (branch(fields, name, policy, it)) } } }
        }
    }
}

fn parent(name: &Name) -> Option<&str> {
    name.as_str().rsplit_once('.').map(|it| it.0)
}

/// Declared names to tick, each with its own words.
pub(super) fn names<'a>(
    fields: &Fields,
    name: &str,
    legend: &str,
    of: impl IntoIterator<Item = (&'a str, String)>,
) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            div.choices {
                @for (value, words) in of {
                    (tick(fields, name, value, &html! { (value) @if !words.is_empty() { span.second { (words) } } }))
                }
            }
        }
    }
}

pub(super) fn recipients(policy: &Policy) -> impl Iterator<Item = (&str, String)> {
    policy.recipients.iter().map(|(name, it)| {
        let country = it.country.as_ref().map_or(String::new(), |it| format!(", {it}"));
        (name.as_str(), format!("{}, {}{country}", it.label, it.kind.as_str().replace('-', " ")))
    })
}

pub(super) fn channels(policy: &Policy) -> impl Iterator<Item = (&str, String)> {
    policy.channels.keys().map(|it| (it.as_str(), String::new()))
}

/// What a rule does when it fails.
pub(super) fn mode(fields: &Fields, policy: &Policy) -> Markup {
    let own = format!("as the policy says: {}", policy.mode.as_str());
    select(
        fields,
        "mode",
        "When it is not kept to",
        &[
            ("", &own),
            ("enforce", "enforce: advise against it"),
            ("observe", "observe: let it happen, and count it"),
            ("rehearse", "rehearse: only count what it would do"),
        ],
    )
}

/// What is sent for a purpose to be looked at again with what was typed.
pub(super) fn mistakes(said: &[String]) -> Markup {
    html! {
        @if !said.is_empty() {
            div.failed role="alert" {
                p { b { "Nothing was changed yet." } }
                ul.plain { @for it in said { li { (super::bench::ticked(it)) } } }
            }
        }
    }
}
