//! Any two published versions, side by side.

use axum::response::Response;
use maud::html;

use super::super::frame::{self, Facts, Head, Place};
use super::super::numbers::{count, day};
use super::super::visit::{Turned, Visit};
use super::bench::{Tab, tabs};
use super::changes::weigh;
use super::sides::{counts, sides};

pub(in crate::console) async fn compare(visit: Visit) -> Result<Response, Turned> {
    let number = |name| visit.asked(name).and_then(|it| it.parse::<u32>().ok());
    let (from, to) = number("from").zip(number("to")).ok_or(Turned::Nowhere)?;
    let now = visit.now;
    let (facts, old, new) = visit
        .look(move |state| {
            let version = |it| state.policies.version(it).cloned();
            (Facts::of(state, now), version(from), version(to))
        })
        .await?;
    let (old, new) = old.zip(new).ok_or(Turned::Nowhere)?;
    let weighed = weigh(&visit, &old.policy, &new.policy).await?;
    let names = (format!("Version {from}"), format!("Version {to}"));
    let (gone, fresh) = counts(&old.source, &new.source);
    let lines = |it: usize| count(u64::try_from(it).unwrap_or(u64::MAX));
    let body = html! {
        h1.answer { (weighed.answer(&names.1, &format!("version {from}"))) }
        p.subtitle {
            "Version " (from) " ruled from " (day(old.policy.effective, &facts.zone)) ", version " (to) " from " (day(new.policy.effective, &facts.zone))
        }
        @if let Some(change) = &new.policy.change { p.lead { "Its author said: “" (change.text) "”" } }
        (weighed.list())
        section aria-labelledby="sides-title" {
            h2 #sides-title { "Line by line" }
            p.subtitle { (lines(gone)) " taken away or changed, " (lines(fresh)) " new or changed" }
            (sides((&names.0, &old.source), (&names.1, &new.source)))
        }
        p.note { a href=(visit.to("policy")) { "Back to all versions" } }
    };
    let picker = Some(tabs(&visit, Some(Tab::Published)));
    let head = Head { place: Place::Policy, title: "Policy", period: None, picker };
    Ok(frame::page(&visit, &facts, &head, &body))
}
