//! The page `/my-deal`: what was agreed, what was done with it, and the buttons to change it.

use handshake_core::policy::Keep;
use handshake_core::projection::{Day, PurposeUses};
use handshake_core::vocabulary::{Signals, Standing};
use maud::{DOCTYPE, Markup, html};

use super::ask_card::underlined;
use super::mark::{Mark, mark};
use super::words::{ALL, Words, words};
use crate::http::problem::Problem;
use crate::ingest::{Agreement, Asked, Broken, Deal, Other, Term, Terms};

/// Everything the page is made from.
pub(in crate::http) struct DealPage<'a> {
    pub deal: &'a Deal,
    pub language: &'a str,
    /// What this request says of its user's wishes.
    pub signals: Signals,
    /// Something was changed just now.
    pub done: bool,
    pub fictional: bool,
    /// The site as named in the address.
    pub site: Option<&'a str>,
    /// The shop's own page.
    pub shop: Option<&'a str>,
    /// Signs a question exactly as it is shown.
    pub sign: &'a dyn Fn(&Asked) -> String,
    /// A fresh id for a form.
    pub event: &'a dyn Fn() -> Result<String, Problem>,
}

/// The page.
pub(in crate::http) fn deal_page(it: &DealPage<'_>) -> Result<Markup, Problem> {
    let words = words(it.language);
    let deal = it.deal;
    let title = words.title(&deal.controller);
    let terms: Vec<Markup> =
        deal.terms.iter().map(|term| one_term(it, words, term)).collect::<Result<_, _>>()?;
    let others: Vec<Markup> =
        deal.others.iter().map(|other| one_other(it, words, other)).collect::<Result<_, _>>()?;
    Ok(html! {
        (DOCTYPE)
        html lang=(words.lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/my-deal.css";
            }
            body {
                header {
                    @if it.fictional { p.fictional { (words.deal.fictional) } }
                    (shop(it))
                }
                main {
                    h1 { (title) }
                    @if it.done { p.done role="status" { (words.deal.done) } }
                    (summary(words, deal))
                    @for term in &terms { (term) }
                    (open(words, it))
                    section.others aria-labelledby="others" {
                        h2 id="others" { (words.deal.without_asking) }
                        @for other in &others { (other) }
                        (signals(words, it))
                    }
                }
                (foot(words, it))
            }
        }
    })
}

fn shop(it: &DealPage<'_>) -> Markup {
    html! {
        @match it.shop {
            Some(shop) => a href=(shop) { (it.deal.controller) },
            None => span { (it.deal.controller) },
        }
    }
}

/// What the person said, and whether the deal was kept: what was broken comes first.
fn summary(words: &Words, deal: &Deal) -> Markup {
    let yes = |it: &&Term| matches!(it.standing, Standing::Granted | Standing::Outgrown);
    let no = |it: &&Term| matches!(it.standing, Standing::Refused | Standing::Withdrawn);
    let (yes, no) = (deal.terms.iter().filter(yes).count(), deal.terms.iter().filter(no).count());
    let broken: u32 = deal.broken.iter().map(|it| it.count).fold(0, u32::saturating_add);
    html! {
        p.summary {
            @if !deal.known { (words.deal.know_nothing) " " }
            @if deal.known { (words.answered(yes, no)) " " }
            @if !deal.known && no != 0 { (words.deal.refused_here) }
            @if broken != 0 { (words.we_kept()) " " strong { (words.all_but(broken)) } "." }
            @if deal.known && broken == 0 && deal.used != 0 && !deal.was_late { (words.deal.kept_every_time) }
            @if deal.known && broken == 0 && deal.used == 0 { (words.deal.never_used_yet) }
        }
        @for it in &deal.late { p.broke { (words.late(it)) " " q { (it.says) } } }
        @for it in &deal.broken { (broke(words, it)) }
    }
}

fn broke(words: &Words, it: &Broken) -> Markup {
    html! { p.broke { (words.broke(it)) " " q { (it.says) } } }
}

fn one_term(it: &DealPage<'_>, words: &Words, term: &Term) -> Result<Markup, Problem> {
    let (picture, state) = match term.standing {
        Standing::Granted => (Mark::Agreed, words.deal.said_yes),
        Standing::Outgrown => (Mark::Less, words.deal.said_less),
        Standing::Refused => (Mark::Apart, words.deal.said_no),
        Standing::Withdrawn => (Mark::Apart, words.deal.took_back),
        Standing::Deferred => (Mark::Open, words.deal.put_off),
        Standing::Expired => (Mark::Open, words.deal.ran_out),
        Standing::Asked | Standing::NotAsked => (Mark::Open, words.deal.not_asked),
    };
    let id = format!("term-{}", term.purpose);
    let withdraw = match term.agreed.is_empty() {
        true => None,
        false => Some(form(
            it,
            &[("purpose", &term.purpose), ("answer", "withdrawn")],
            &html! {
                button.answer { (words.deal.take_this_back) }
            },
        )?),
    };
    let proposal = match &term.proposal {
        Some(asked) => Some(propose(it, words, (term, asked), &id)?),
        None => None,
    };
    let since = term.since.filter(|_| term.agreed.is_empty());
    Ok(html! {
        section.term aria-labelledby=(id) {
            p.state { (mark(picture)) " " (state)
                @if let Some(since) = since { ", " (words.date(since, &it.deal.zone)) } }
            @for (n, one) in term.agreed.iter().enumerate() {
                (agreement(it, words, one, (n == 0).then_some(id.as_str())))
            }
            @if !term.agreed.is_empty() { (used(words, it.deal, term.uses.as_ref())) }
            (withdraw.unwrap_or_default())
            (proposal.unwrap_or_default())
        }
    })
}

/// A statement agreed to. The first carries the section's heading.
fn agreement(it: &DealPage<'_>, words: &Words, one: &Agreement, id: Option<&str>) -> Markup {
    let foreign = Some(&*one.terms.label_language).filter(|it| *it != words.lang);
    let zone = &it.deal.zone;
    html! {
        @let says = underlined(&one.says, one.terms.interest.as_deref());
        @match id {
            Some(id) => h2 id=(id) lang=(one.language) { (says) },
            None => h3 lang=(one.language) { (says) },
        }
        dl {
            div { dt { (words.deal.since) } dd { (words.date(one.granted_at, zone)) } }
            div { dt { (words.who) } dd { (words.parties(&one.terms.who)) } }
            div { dt { (words.deal.until) } dd {
                (kept(words, one.terms.keep.as_ref()))
                @if let Some(at) = one.ends_at { (words.now_ends(at, zone)) }
            } }
            @if let Some(offer) = &one.terms.you_get {
                div { dt { (words.you_get) } dd lang=[foreign] { (offer) } }
            }
        }
    }
}

fn kept(words: &Words, keep: Option<&Keep>) -> String {
    keep.map_or_else(|| words.until_taken_back.to_owned(), |it| words.keep(it))
}

/// What may be agreed to now: with yes and no where it is open, with one button after a no.
fn propose(
    it: &DealPage<'_>,
    words: &Words,
    (term, asked): (&Term, &Asked),
    id: &str,
) -> Result<Markup, Problem> {
    let token = (it.sign)(asked);
    let was_no = matches!(term.standing, Standing::Refused | Standing::Withdrawn);
    let answers = html! {
        @if was_no {
            button.answer name="answer" value="granted" { (words.deal.change_to_yes) }
        } @else {
            button.answer name="answer" value="granted" { (words.yes) }
            button.answer name="answer" value="refused" { (words.no) }
            button.later name="answer" value="deferred" { (words.later) }
        }
    };
    let says = underlined(&asked.statement.says, asked.terms.interest.as_deref());
    let lang = &asked.statement.language;
    let foreign = Some(&*asked.terms.label_language).filter(|it| *it != words.lang);
    let form = form(it, &[("token", &token)], &answers)?;
    Ok(html! {
        @if term.agreed.is_empty() {
            h2 id=(id) lang=(lang) { (says) }
        } @else {
            p { (words.deal.now_wanted) }
            h3 lang=(lang) { (says) }
        }
        @if !term.new.is_empty() { p { (words.deal.new) " " strong lang=[foreign] { (term.new.join("; ")) } } }
        (proposed(words, &asked.terms))
        @if !term.agreed.is_empty() { p { (words.deal.until_you_answer) } }
        @if term.agreed.is_empty() && term.uses.is_some() {
            (used(words, it.deal, term.uses.as_ref()))
        }
        @if let Some(until) = term.quiet_until { p { (words.quiet(until, &it.deal.zone)) } }
        (form)
    })
}

fn proposed(words: &Words, terms: &Terms) -> Markup {
    let foreign = Some(&*terms.label_language).filter(|it| *it != words.lang);
    html! {
        dl {
            div {
                dt { (words.what) }
                @for line in &terms.what { dd lang=[foreign] { (line) } }
            }
            div { dt { (words.who) } dd { (words.parties(&terms.who)) } }
            div { dt { (words.how_long) } dd { (words.until(terms.keep.as_ref())) } }
            @if let Some(offer) = &terms.you_get {
                div { dt { (words.you_get) } dd lang=[foreign] { (offer) } }
            }
        }
    }
}

/// How often it was used, in words and, for the eye, by week.
fn used(words: &Words, deal: &Deal, it: Option<&PurposeUses>) -> Markup {
    let Some((it, last)) = it.and_then(|it| Some((it, it.last()?))) else {
        return html! { p { (words.deal.not_used) } };
    };
    let (count, rest) = words.used(it.count, last, &deal.zone);
    html! {
        div.used {
            p { strong { (count) } (rest) }
            (by_week(words, it, deal.today))
        }
    }
}

/// Bars from zero. Places in percent and heights in pixels, so that no text or style scales.
fn by_week(words: &Words, it: &PurposeUses, today: Day) -> Markup {
    const HEIGHT: u32 = 40;
    let weeks = it.weeks(today);
    let most = weeks.iter().copied().max().unwrap_or(0).max(1);
    let bars = weeks.iter().enumerate().filter(|it| *it.1 != 0).map(|(n, count)| {
        let height = (count * HEIGHT).div_ceil(most).max(2);
        (format!("{}.5%", n * 25 / 2), HEIGHT - height, height)
    });
    html! {
        div.weeks aria-hidden="true" {
            svg width="100%" height=(HEIGHT + 1) focusable="false" {
                @for (x, y, height) in bars {
                    rect.bar x=(x) y=(y) width="9.5%" height=(height) {}
                }
                line.axis x1="0" x2="100%" y1=(HEIGHT) y2=(HEIGHT) {}
            }
            p { span { (words.deal.weeks_ago) } span { (words.deal.now) } }
        }
    }
}

/// What was never answered. Said, not asked again: nobody is nagged here.
fn open(words: &Words, it: &DealPage<'_>) -> Markup {
    html! {
        @if !it.deal.open.is_empty() {
            section.open aria-labelledby="open" {
                h2 id="open" { (words.deal.not_answered) }
                p { (words.deal.only_if_yes) }
                ul { @for says in &it.deal.open { li lang=(it.language) { (says) } } }
            }
        }
    }
}

fn one_other(it: &DealPage<'_>, words: &Words, other: &Other) -> Result<Markup, Problem> {
    let (value, label) = match other.objected {
        true => ("lifted", words.deal.lift),
        false => ("made", words.deal.object),
    };
    let form = match other.stops && it.deal.known {
        false => None,
        true => Some(form(
            it,
            &[("purpose", &other.purpose), ("objection", value)],
            &html! {
                button.answer { (label) }
            },
        )?),
    };
    Ok(html! {
        div.other {
            p {
                strong lang=(it.language) { (other.says) }
                @if let Some(keep) = &other.keep { " " (words.deal.kept) " " (words.keep(keep)) "." }
                @if other.objected { " " (words.deal.objected) }
                @else if other.stops && it.deal.known { " " (words.deal.you_may_object) }
            }
            (form.unwrap_or_default())
        }
    })
}

/// What the browser says by itself, and what it stops.
fn signals(words: &Words, it: &DealPage<'_>) -> Markup {
    use handshake_core::vocabulary::Signal;
    let heard = it.deal.stopped_by.iter().filter(|(signal, _)| it.signals.has(*signal));
    let heard: Vec<_> = heard.collect();
    html! {
        div.signals {
            h3 { (words.deal.signals) }
            @if heard.is_empty() { p { (words.deal.no_signal) } }
            @for (signal, stops) in heard {
                p { (if *signal == Signal::Gpc { words.deal.gpc } else { words.deal.dnt }) }
                ul { @for says in stops { li lang=(it.language) { (says) } } }
            }
        }
    }
}

fn foot(words: &Words, it: &DealPage<'_>) -> Markup {
    let spoken = |own: &&&Words| it.deal.languages.iter().any(|it| it == own.lang);
    let address = |own: &Words| match it.site {
        Some(site) => format!("/my-deal?site={site}&language={}", own.lang),
        None => format!("/my-deal?language={}", own.lang),
    };
    let policy = super::sheet::address("/policy", it.site, Some(it.language));
    html! {
        footer {
            p {
                (words.deal.ledger) " " (words.deal.questions) " " (it.deal.contact)
                " · " a href=(policy) { (words.policy.whole_policy) }
                @for own in ALL.iter().filter(spoken).filter(|own| own.lang != words.lang) {
                    " · " a href=(address(own)) lang=(own.lang) hreflang=(own.lang) { (own.name) }
                }
            }
        }
    }
}

/// A form to this very page.
fn form(it: &DealPage<'_>, fields: &[(&str, &str)], buttons: &Markup) -> Result<Markup, Problem> {
    let event = (it.event)()?;
    let all = fields.iter().copied().chain([("event", &*event), ("language", it.language)]);
    Ok(html! {
        form method="post" action="/my-deal" {
            @for (name, value) in all { input type="hidden" name=(name) value=(value); }
            @if let Some(site) = it.site { input type="hidden" name="site" value=(site); }
            (buttons)
        }
    })
}
