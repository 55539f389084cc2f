//! Reasons and evidence in plain words.

use handshake_core::impact::{Estimate, Evidence};
use handshake_core::vocabulary::{ReasonCode, Tally};
use maud::{Markup, html};

/// What happened, for somebody who never read the policy.
pub(super) fn happened(code: Option<ReasonCode>) -> &'static str {
    match code {
        Some(ReasonCode::Never) => "Done although we said never",
        Some(ReasonCode::Objection) => "Done despite an objection",
        Some(ReasonCode::NoPermission) => "Done without having asked",
        Some(ReasonCode::Refused) => "Done although the person said no",
        Some(ReasonCode::Withdrawn) => "Done after the yes was taken back",
        Some(ReasonCode::Expired) => "Done after the yes had run out",
        Some(ReasonCode::Outgrown) => "More than the person agreed to",
        Some(ReasonCode::SignalIgnored) => "Done despite a browser's signal",
        Some(ReasonCode::WrongPurpose) => "Done for another purpose",
        Some(ReasonCode::ExtraData) => "More data than the purpose uses",
        Some(ReasonCode::Recipient) => "Told somebody we had not named",
        Some(ReasonCode::Country) => "Sent to a country we had not named",
        Some(ReasonCode::Channel) => "On a channel we had not named",
        Some(ReasonCode::TooOld) => "Data older than we said we keep",
        Some(ReasonCode::KeptTooLong) => "Kept longer than we said",
        Some(ReasonCode::TooOften) => "More often than we said",
        Some(ReasonCode::WrongPerson) => "Done to somebody it must not be done to",
        Some(ReasonCode::DutyLate) => "Not done in time",
        Some(ReasonCode::Undeclared) => "No line of the policy speaks of it",
        Some(
            ReasonCode::InFlight
            | ReasonCode::DealChanged
            | ReasonCode::SignalConflict
            | ReasonCode::SignalUnreadable
            | ReasonCode::Inferred
            | ReasonCode::NoDecision
            | ReasonCode::NoOutcome
            | ReasonCode::Overridden
            | ReasonCode::Waiver
            | ReasonCode::SystemDown
            | ReasonCode::Clock,
        )
        | None => "Done against the policy",
    }
}

/// What a tally is called, and what it means.
pub(super) fn tally(it: Tally) -> (&'static str, &'static str) {
    match it {
        Tally::Kept => ("kept", "allowed, and done"),
        Tally::Lapse => ("lapse", "not allowed, only observed, done"),
        Tally::Violation => ("violation", "advised against, done anyway"),
        Tally::Forgone => ("forgone", "not allowed, left alone"),
        Tally::OverCautious => ("over-cautious", "allowed, but not done"),
        Tally::Unreported => ("unreported", "nobody told us what happened"),
    }
}

/// Mark and word of how a figure is known.
pub(super) fn evidence(it: &Evidence) -> Markup {
    let (class, word, source) = match it {
        Evidence::Booked => ("booked", "booked", String::new()),
        Evidence::Stated(source) => ("stated", "stated", source.clone()),
        Evidence::Guess { by, .. } if by.is_empty() => ("guess", "guess", String::new()),
        Evidence::Guess { by, on } => ("guess", "guess", format!("by {by}, {on}")),
    };
    html! {
        span.ev {
            svg.dot width="12" height="12" aria-hidden="true" focusable="false" {
                @match class {
                    "booked" => rect.ink x="2" y="2" width="8" height="8" {},
                    "stated" => rect.ring x="2" y="2" width="8" height="8" {},
                    _ => circle.dashed cx="6" cy="6" r="4.5" {},
                }
            }
            (word)
            @if !source.is_empty() { span.by { " " (source) } }
        }
    }
}

/// The same without its source, where a note names it.
pub(super) fn evidence_word(it: &Evidence) -> Markup {
    let bare = match it {
        Evidence::Booked => Evidence::Booked,
        Evidence::Stated(_) => Evidence::Stated(String::new()),
        Evidence::Guess { .. } => Evidence::Guess { by: String::new(), on: String::new() },
    };
    evidence(&bare)
}

/// An estimate, or why there is none. It has no interval, and says so.
pub(super) fn estimate(it: Option<&Estimate>) -> Markup {
    html! {
        @match it {
            Some(it) => {
                b { (super::numbers::estimated(it.amount, it.currency)) }
                span.interval { "no interval" }
            },
            None => {
                span.none { "no figure" }
                span.interval { "the policy states no worth" }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_a_mark_and_a_word() {
        let guess = Evidence::Guess { by: "marketing".to_owned(), on: "2026-11-15".to_owned() };
        insta::assert_snapshot!(evidence(&guess).into_string(), @r#"<span class="ev"><svg class="dot" width="12" height="12" aria-hidden="true" focusable="false"><circle class="dashed" cx="6" cy="6" r="4.5"></circle></svg>guess<span class="by"> by marketing, 2026-11-15</span></span>"#);
        let amount = rust_decimal::Decimal::new(1368, 2);
        let currency = "GBP".parse().unwrap();
        let it = Estimate { amount, currency, evidence: guess };
        insta::assert_snapshot!(estimate(Some(&it)).into_string(), @r#"<b>£10</b><span class="interval">no interval</span>"#);
        insta::assert_snapshot!(estimate(None).into_string(), @r#"<span class="none">no figure</span><span class="interval">the policy states no worth</span>"#);
    }
}
