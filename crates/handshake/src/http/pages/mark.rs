//! The deal mark: what the policy wants and what a person agreed to, as two circles.

use maud::{Markup, html};

/// How the two circles stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Mark {
    /// Agreed: the lens where they meet is filled.
    Agreed,
    /// More is wanted than was agreed to: the rest of the policy's circle shows.
    Less,
    /// No: apart, one closed.
    Apart,
    /// Not answered: apart, both open.
    Open,
}

const LENS: &str = "M13 1.67a7 7 0 0 1 0 12.66a7 7 0 0 1 0-12.66Z";

/// The picture; the words beside it say the same, so it is hidden from screen readers.
pub(in crate::http) fn mark(it: Mark) -> Markup {
    let (left, right) = match it {
        Mark::Agreed | Mark::Less => ("10", "16"),
        Mark::Apart | Mark::Open => ("7.5", "18.5"),
    };
    let radius = if matches!(it, Mark::Agreed | Mark::Less) { "7" } else { "5" };
    html! {
        svg.hs-mark viewBox="0 0 26 16" width="26" height="16" aria-hidden="true" focusable="false" {
            @if it == Mark::Less { circle.hs-wanted cx=(left) cy="8" r=(radius) {} }
            @if matches!(it, Mark::Agreed | Mark::Less) { path.hs-lens d=(LENS) {} }
            circle.hs-ring cx=(left) cy="8" r=(radius) {}
            circle.hs-ring.hs-closed[it == Mark::Apart] cx=(right) cy="8" r=(radius) {}
        }
    }
}
