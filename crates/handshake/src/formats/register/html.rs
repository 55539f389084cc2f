//! The register as a page for people and paper: one section a purpose, in the order of Art. 30(1).

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::csv::{erasure, recipient, words};
use super::{Activity, LegalBasis, NOT_STATED, PersonalData, RecipientEntry, Register};

const STYLE: &str = include_str!("register.css");

/// A whole page that needs nothing beside it.
pub fn html(register: &Register, language: &str) -> String {
    let title = format!("Register of processing: {}", register.controller.name);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head(register))
                    (contents(register))
                    @for it in &register.activities { (activity(it, language)) }
                    (promises(register))
                }
                footer { (origin(register)) }
            }
        }
    };
    page.into_string()
}

fn head(register: &Register) -> Markup {
    let count = register.activities.len();
    let purposes = if count == 1 { "purpose" } else { "purposes" };
    html! {
        p.law { "Record of processing activities, " (register.law) }
        h1 { (register.controller.name) " uses personal data for " (count) " " (purposes) "." }
        dl.facts {
            (fact("Controller (a)", &html! { (register.controller.name) }))
            (fact("Contact (a)", &html! { (register.controller.contact) }))
            (fact("Joint controllers (a)", &stated(register.joint_controllers.as_deref())))
            (fact("Representative (a)", &stated(register.representative.as_deref())))
            (fact("Data protection officer (a)", &stated(register.data_protection_officer.as_deref())))
            (fact("Applies in", &html! { (register.applies_in.join(", ")) }))
        }
    }
}

/// All purposes at a glance; where there is no room, only their names.
fn contents(register: &Register) -> Markup {
    let names = |it: &Activity| {
        it.recipients.iter().map(|it| it.label.clone()).collect::<Vec<_>>().join(", ")
    };
    html! {
        section aria-labelledby="all" {
            h2 #all { "All purposes" }
            table {
                thead { tr {
                    th scope="col" { "Purpose" } th scope="col" { "Legal basis" }
                    th scope="col" { "Recipients" } th scope="col" { "Erased" }
                } }
                tbody {
                    @for it in &register.activities { tr {
                        th scope="row" { a href={ "#" (it.purpose) } { (it.purpose) } }
                        td { (basis(&it.legal_basis)) }
                        td { (names(it)) }
                        td { (erasure(it)) }
                    } }
                }
            }
        }
    }
}

fn activity(it: &Activity, language: &str) -> Markup {
    let (said_in, says) = words(it, language);
    html! {
        section aria-labelledby=(it.purpose) {
            h2 id=(it.purpose) { (it.purpose) }
            dl {
                (fact("Purpose (b)", &html! { span.says lang=(said_in) { (says) } }))
                (fact("Legal basis", &html! {
                    (legal_basis(&it.legal_basis))
                    @for own in &it.legal_bases_in {
                        br; "in " (own.places.join(", ")) ": " (legal_basis(&own.legal_basis))
                    }
                }))
                @if !it.only_in.is_empty() { (fact("Only in", &html! { (it.only_in.join(", ")) })) }
                (fact("People (c)", &html! {
                    (it.data_subjects.categories.join(" and "))
                    @if let Some(age) = it.data_subjects.minors_below {
                        ", below " (age) " with a guardian's assertion only"
                    }
                    br; small { "From " (it.data_subjects.known_from) "." }
                }))
                (fact("Personal data (c)", &personal_data(&it.personal_data)))
                (fact("Recipients (d)", &recipients(&it.recipients)))
                (fact("Transfers and safeguards (e)", &transfers(&it.recipients)))
                (fact("Erased (f)", &html! { (erasure(it)) }))
                (fact("Security measures (g)", &stated(it.security_measures.as_deref())))
                (fact("Channels", &html! { (it.channels.join(", ")) }))
                @if !it.duties.is_empty() {
                    (fact("Duties", &html! { (it.duties.join("; ").replace('-', " ")) }))
                }
                @if it.stops_for_objection {
                    (fact("Objection", &html! { "ends it" }))
                }
            }
        }
    }
}

fn legal_basis(it: &LegalBasis) -> Markup {
    html! {
        (basis(it))
        @if it.basis == "legitimate-interest" {
            br; "weighed in " (stated(it.assessment.as_deref()))
        }
        @if it.basis == "legal-duty" || it.law.is_some() {
            br; "law: " (stated(it.law.as_deref()))
        }
    }
}

fn basis(it: &LegalBasis) -> String {
    let words = it.basis.replace('-', " ");
    match it.articles.is_empty() {
        true => words,
        false => format!("{words}, Art. {} GDPR", it.articles.join(" and ")),
    }
}

fn personal_data(all: &[PersonalData]) -> Markup {
    html! { ul { @for it in all { li {
        (it.label)
        @if it.sensitive { " " strong { "sensitive" } }
        @if !it.worked_out_from.is_empty() {
            " " small { "worked out from " (it.worked_out_from.join(", ")) }
        }
    } } } }
}

fn recipients(all: &[RecipientEntry]) -> Markup {
    html! { ul { @for it in all { li { (recipient(it)) } } } }
}

fn transfers(all: &[RecipientEntry]) -> Markup {
    let others = || all.iter().filter(|it| !it.is_ourselves());
    html! {
        @if others().all(|it| it.outside.is_empty() && it.country.is_some()) {
            "none declared"
        } @else {
            ul {
                @for it in others().filter(|it| it.country.is_none()) { li {
                    (it.label) ": country " (stated(None))
                } }
                @for it in others().filter(|it| !it.outside.is_empty()) { li {
                    (it.label) ": " (it.country.as_deref().unwrap_or_default())
                    ", outside " (it.outside.join(" and "))
                    "; safeguards: " (stated(it.safeguards.as_deref()))
                } }
            }
        }
    }
}

fn promises(register: &Register) -> Markup {
    html! {
        @if !register.promises.is_empty() {
            section aria-labelledby="promises" {
                h2 #promises { "Promises that beat every purpose" }
                ul { @for it in &register.promises { li {
                    (it.says)
                    @if let Some(law) = &it.law { " (" (law) ")" }
                } } }
            }
        }
    }
}

fn origin(register: &Register) -> Markup {
    html! {
        p {
            "Made from version " (register.policy.version) " of the policy "
            (register.policy.name) ", effective " (register.policy.effective)
            ". Its hash is " code { (register.policy.hash) } "."
        }
    }
}

fn fact(term: &str, value: &Markup) -> Markup {
    html! { div { dt { (term) } dd { (value) } } }
}

fn stated(it: Option<&str>) -> Markup {
    match it {
        Some(it) => html! { (it) },
        None => html! { em { (NOT_STATED) } },
    }
}
