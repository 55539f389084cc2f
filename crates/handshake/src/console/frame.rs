//! The frame of every page: mark, site, user, the places one can go, and what must never be
//! overlooked: that a shop is fictional, or answers simulated.

use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::projection::{Quarter, State};
use handshake_core::vocabulary::Millis;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};

use super::answer;
use super::assets::{icon_path, script_path, style_path};
use super::numbers::{quarter, quarter_days};
use super::visit::{Period, Visit};

/// Where one can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Today,
    Policy,
    Asking,
    Promises,
    Money,
    People,
    Ledger,
}

/// What every page needs to know of a site.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) simulated: bool,
    pub(super) quarters: Vec<Quarter>,
    pub(super) zone: TimeZone,
    /// Events seen when the page was made.
    pub(super) events: u64,
    pub(super) has_policy: bool,
}

/// What a page says of itself.
#[derive(Debug)]
pub(super) struct Head<'a> {
    pub(super) place: Place,
    pub(super) title: &'a str,
    /// The period shown, where the page has one to pick.
    pub(super) period: Option<Period>,
    /// A further picker beside that of the quarter.
    pub(super) picker: Option<Markup>,
}

impl Place {
    const ALL: [Place; 7] = [
        Place::Today,
        Place::Policy,
        Place::Asking,
        Place::Promises,
        Place::Money,
        Place::People,
        Place::Ledger,
    ];

    fn named(self) -> (&'static str, &'static str) {
        match self {
            Place::Today => ("Today", ""),
            Place::Policy => ("Policy", "policy"),
            Place::Asking => ("Asking", "asking"),
            Place::Promises => ("Promises", "promises"),
            Place::Money => ("Money", "money"),
            Place::People => ("People", "people"),
            Place::Ledger => ("Ledger", "evidence"),
        }
    }
}

impl Facts {
    pub(super) fn of(state: &State, now: Millis) -> Facts {
        let policy = state.policies.in_force(now).or(state.policies.newest());
        let drawn = state.imports.iter().any(|it| it.answers_seed != 0);
        Facts {
            simulated: drawn || state.asks.counts.keys().any(|(_, _, simulated)| *simulated),
            quarters: handshake_core::impact::quarters(state),
            zone: policy.map_or(TimeZone::UTC, |it| it.compiled.zone.clone()),
            events: state.events,
            has_policy: policy.is_some(),
        }
    }
}

pub(super) fn page(visit: &Visit, facts: &Facts, head: &Head<'_>, body: &Markup) -> Response {
    let marks = match (visit.site.fictional, facts.simulated) {
        (true, true) => Some("Fictional shop · Simulated answers"),
        (true, false) => Some("Fictional shop"),
        (false, true) => Some("Simulated answers"),
        (false, false) => None,
    };
    let content = html! {
        (super::plot::hatch())
        a.skip href="#main" { "Skip to the answer" }
        header.top {
            a.brand href=(visit.to("")) { (mark()) span { "Handshake" } }
            (site_picker(visit))
            span.grow {}
            span.who { (visit.user.name) ", " (visit.user.role.as_str()) }
            form method="post" action="/console/sign-out" { button.plain type="submit" { "Sign out" } }
            a.menu href="#places" { "Menu" }
            @if let Some(marks) = marks { (watermark(marks)) }
        }
        @if let Some(marks) = marks { div.stamp aria-hidden="true" { (marks) } }
        div.columns {
            (places(visit, head.place))
            main #main {
                div.crumbs {
                    span.here { (head.title) }
                    @if let Some(period) = head.period { (quarter_picker(period, &facts.quarters)) }
                    @if let Some(picker) = &head.picker { (picker) }
                }
                (body)
            }
        }
    };
    let title = format!("{} · {} · Handshake", head.title, visit.site.name);
    answer::html(StatusCode::OK, document(&title, &content))
}

/// Said on every page, and on every sheet of paper.
fn watermark(marks: &str) -> Markup {
    html! {
        p.watermark role="note" {
            b { (marks) }
            @if marks.contains("Simulated") {
                " A model drew them; no person gave them."
            }
        }
    }
}

fn places(visit: &Visit, here: Place) -> Markup {
    let link = |place: Place| {
        let (name, path) = place.named();
        let current = (place == here).then_some("page");
        html! { li { a href=(visit.to(path)) aria-current=[current] { (name) } } }
    };
    html! {
        nav #places aria-label="Places" {
            ul { @for place in Place::ALL.into_iter().take(6) { (link(place)) } }
            p { "Evidence" }
            ul { (link(Place::Ledger)) }
        }
    }
}

fn site_picker(visit: &Visit) -> Markup {
    html! {
        @if visit.sites.len() < 2 {
            span.site { (visit.site.name) }
        } @else {
            details.pick {
                summary { (visit.site.name) }
                ul {
                    @for site in &visit.sites {
                        li { a href={ "/console/" (site.name) "/" } { (site.name) } }
                    }
                }
            }
        }
    }
}

fn quarter_picker(period: Period, quarters: &[Quarter]) -> Markup {
    let words = match period {
        Period::All => "all time".to_owned(),
        Period::Quarter(it) => format!("{}, {}", quarter(it), quarter_days(it)),
    };
    let current = |it: Period| (it == period).then_some("true");
    html! {
        details.pick {
            summary { (words) }
            ul {
                @for it in quarters {
                    li {
                        a href={ "?quarter=" (it) } aria-current=[current(Period::Quarter(*it))] { (quarter(*it)) }
                    }
                }
                li { a href="?quarter=all" aria-current=[current(Period::All)] { "all time" } }
            }
        }
    }
}

/// A page without places: signing in, and whatever went wrong.
pub(super) fn bare(title: &str, body: &Markup) -> Markup {
    let content = html! {
        header.top { a.brand href="/console/" { (mark()) span { "Handshake" } } }
        div.columns.alone { main #main { (body) } }
    };
    document(&format!("{title} · Handshake"), &content)
}

fn document(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" type="image/svg+xml" href=(icon_path());
                link rel="stylesheet" href=(style_path());
                script type="module" src=(script_path()) {}
            }
            body { (content) }
        }
    }
}

/// The deal mark: what the policy wants, what a person agreed to, and the lens where they meet.
fn mark() -> Markup {
    html! {
        svg.mark width="26" height="16" aria-hidden="true" focusable="false" {
            path.lens d="M13 1.94a7 7 0 0 1 0 12.12a7 7 0 0 1 0-12.12z" {}
            circle cx="9" cy="8" r="7" {}
            circle cx="17" cy="8" r="7" {}
        }
    }
}

pub(super) fn too_slow() -> Markup {
    html! {
        h1.answer { "This took too long." }
        p { "Nothing was changed. Try again; if it stays slow, ask for one quarter instead of all time." }
    }
}

pub(super) fn foreign() -> Markup {
    html! {
        h1.answer { "This form came from somewhere else." }
        p { "Nothing was done. Open the console itself, and send it from there. If you did, your browser said neither `Origin` nor `Sec-Fetch-Site`, or a proxy changed `Host`." }
        p { a href="/console/" { "Open the console" } }
    }
}

pub(super) fn nowhere() -> Markup {
    html! {
        h1.answer { "There is nothing here." }
        p { "The page is gone, or never was, or belongs to a shop that is not open to you." }
        p { a href="/console/" { "Back to the beginning" } }
    }
}

pub(super) fn unread(why: &str) -> Markup {
    html! {
        h1.answer { "This form could not be read." }
        p.failed { (why) }
        p { "Nothing was changed. A policy has at most 1 MiB." }
    }
}

pub(super) fn forbidden(why: &str) -> Markup {
    html! {
        h1.answer { "Your role does not show this." }
        p { (why) " An administrator may give you another role." }
        p { a href="/console/" { "Back to the beginning" } }
    }
}

pub(super) fn down(why: &str) -> Markup {
    html! {
        h1.answer { "The ledger does not answer." }
        p.failed { (why) }
        p { "What is recorded is safe. Nothing new is accepted until this is mended, so nothing is lost." }
    }
}
