//! What a new version means for people: exactly, most serious first, each with a use that shows it.

use std::collections::BTreeMap;

use handshake_core::policy::{Class, Diff, Difference, Effect, Policy};
use handshake_core::projection::Outgrown;
use handshake_core::vocabulary::Name;
use maud::{Markup, html};

use super::super::numbers::{count, of, people};
use super::super::visit::{Turned, Visit};
use super::bench::ticked;

/// A comparison, and whose permission the new version outgrows.
#[derive(Debug)]
pub(super) struct Weighed {
    pub(super) diff: Diff,
    pub(super) outgrown: Vec<Outgrown>,
}

/// A purpose, and the data, recipients and channels that some who agreed to it did not.
type NewToThem<'a> = (&'a Name, &'a [Name], &'a [Name], &'a [Name]);

/// Compares two policies. Whose permission `new` outgrows is asked of the site as it is now.
pub(super) async fn weigh(visit: &Visit, old: &Policy, new: &Policy) -> Result<Weighed, Turned> {
    let (old, new) = (old.clone(), new.clone());
    let both = (old, new);
    let compared = tokio::task::spawn_blocking(move || {
        (handshake_core::policy::diff(&both.0, &both.1), both.1)
    });
    let (diff, new) = compared.await.map_err(|_| Turned::down())?;
    let outgrown = visit
        .look(move |state| {
            let (imagined, boxes) = state.policies.imagined(&new, &state.names);
            state.people.agreed.outgrown(&imagined, &boxes)
        })
        .await?;
    Ok(Weighed { diff, outgrown })
}

impl Weighed {
    /// People whose permission no longer covers a purpose. Each holds one set of statements of
    /// it, so nobody is counted twice.
    fn people(&self, purpose: &Name) -> u64 {
        self.outgrown.iter().filter(|it| it.purpose == *purpose).map(|it| it.people).sum()
    }

    fn outgrown_purposes(&self) -> BTreeMap<&Name, u64> {
        self.outgrown.iter().map(|it| (&it.purpose, self.people(&it.purpose))).collect()
    }

    /// People to whom the same would be new.
    fn alike(&self) -> BTreeMap<NewToThem<'_>, u64> {
        let mut all = BTreeMap::new();
        for it in &self.outgrown {
            let key = (&it.purpose, &*it.data, &*it.recipients, &*it.channels);
            *all.entry(key).or_default() += it.people;
        }
        all
    }

    /// The headline: whose deal changes.
    pub(super) fn answer(&self, new: &str, old: &str) -> Markup {
        let purposes = self.outgrown_purposes();
        let widened = self.diff.of(Effect::Widened).count();
        let worse = self.diff.of(Effect::Worse).count();
        html! {
            @match (purposes.values().collect::<Vec<_>>().as_slice(), widened, worse) {
                ([only], _, _) => {
                    (new) " wants more than " (people(**only)) " agreed to. They keep the old deal until you ask them again."
                },
                ([_, _, ..], _, _) => {
                    (new) " wants more than people agreed to, for " (count(u64::try_from(purposes.len()).unwrap_or(0))) " purposes. They keep the old deal until you ask them again."
                },
                ([], 0, 0) if self.diff.differences.is_empty() => { (new) " means the same as " (old) "." },
                ([], 0, 0) => { (new) " allows nothing that " (old) " did not." },
                ([], 0, _) => { (new) " allows nothing new, but people get less than under " (old) "." },
                ([], _, _) => { (new) " allows more than " (old) "; nobody’s permission is outgrown by it." },
            }
        }
    }

    /// The list of differences.
    pub(super) fn list(&self) -> Markup {
        let count = |effect: Effect| u64::try_from(self.diff.of(effect).count()).unwrap_or(0);
        let all =
            [Effect::Widened, Effect::Worse, Effect::Reworded, Effect::Narrowed, Effect::Better];
        let told: Vec<String> = all
            .into_iter()
            .filter(|it| count(*it) != 0)
            .map(|it| format!("{} {}", count(it), it.as_str()))
            .collect();
        html! {
            section aria-labelledby="changes-title" {
                h2 #changes-title {
                    @if told.is_empty() { "Nothing that concerns people changes" }
                    @else { (capital(&told.join(", "))) }
                }
                p.subtitle { "Decided exactly, over every use there can be. What is allowed that was not comes first." }
                @if !self.diff.differences.is_empty() {
                    ul.changes { @for it in &self.diff.differences { (self.change(it)) } }
                }
            }
            (self.affected())
        }
    }

    fn change(&self, it: &Difference) -> Markup {
        let (old, new) = it.lines;
        let affected = it.purpose.as_ref().map(|it| self.people(it)).filter(|it| *it != 0);
        let affected =
            affected.filter(|_| it.effect == Effect::Widened && concerns_agreement(it.class));
        html! {
            li {
                p.kind { (sign(it.effect)) " " b { (capital(it.effect.as_str())) ": " (words(it.class)) } }
                p {
                    @if let Some(purpose) = &it.purpose { code { (purpose) } ": " }
                    (ticked(&it.said)) "."
                    @if let Some(affected) = affected { " " b { (people(affected)) } " agreed to less." }
                }
                @if let Some(witness) = &it.witness {
                    p.witness { "Shown by " (ticked(&witness.to_string())) "." }
                }
                @if old.is_some() || new.is_some() {
                    p.witness {
                        @if let Some(it) = old { "Old line " (it.0) @if new.is_some() { ", " } }
                        @if let Some(it) = new { @if old.is_some() { "new line " } @else { "Line " } (it.0) }
                    }
                }
            }
        }
    }

    fn affected(&self) -> Markup {
        let purposes = self.outgrown_purposes();
        let list = |of: &[Name]| of.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
        html! {
            section aria-labelledby="affected-title" {
                h2 #affected-title {
                    @if purposes.is_empty() { "Everybody’s permission still covers what is wanted" }
                    @else { "Whose deal would change" }
                }
                @if purposes.is_empty() {
                    p.subtitle { "Nobody has to be asked again." }
                } @else {
                    p.subtitle { "People whose yes no longer covers what the new version wants, and what they would be asked" }
                    table.rows {
                        thead { tr {
                            th scope="col" { "Purpose" }
                            th.n scope="col" { "People" }
                            th scope="col" { "New to them" }
                        } }
                        tbody {
                            @for ((purpose, data, recipients, channels), people) in self.alike() {
                                tr {
                                    th scope="row" { code { (purpose) } }
                                    td.n data-name="People" { (count(people)) }
                                    td data-name="New to them" {
                                        span {
                                            @if !data.is_empty() { "data: " (list(data)) br; }
                                            @if !recipients.is_empty() { "recipients: " (list(recipients)) br; }
                                            @if !channels.is_empty() { "channels: " (list(channels)) }
                                            @if data.is_empty() && recipients.is_empty() && channels.is_empty() { "the whole of it, as newly put together" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                    p.note { "Counted by the words people agreed to, " (of(u64::try_from(self.outgrown.len()).unwrap_or(0), "set", "sets")) " of them; who they are is not looked at." }
                }
            }
        }
    }
}

/// Whether a widening of this kind goes beyond what people said yes to.
fn concerns_agreement(class: Class) -> bool {
    matches!(class, Class::Data | Class::Recipient | Class::Country | Class::Channel | Class::Keep)
}

/// Seen, not only read: the deal mark with its orange part for what was not agreed to.
fn sign(effect: Effect) -> Markup {
    html! {
        @match effect {
            Effect::Widened => svg.mark.outgrown width="22" height="14" aria-hidden="true" focusable="false" {
                circle.want cx="8" cy="7" r="6" {}
                path.lens d="M11 1.8a6 6 0 0 1 0 10.4a6 6 0 0 1 0-10.4z" {}
                circle cx="8" cy="7" r="6" {}
                circle cx="14" cy="7" r="6" {}
            },
            Effect::Worse => span.sign aria-hidden="true" { "−" },
            Effect::Reworded => span.sign aria-hidden="true" { "≈" },
            Effect::Narrowed => span.sign aria-hidden="true" { "✓" },
            Effect::Better => span.sign aria-hidden="true" { "+" },
        }
    }
}

fn words(class: Class) -> String {
    class.as_str().replace('-', " ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}
