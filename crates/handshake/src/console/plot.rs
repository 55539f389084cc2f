//! Uses by week, as two panels of bars: what was done as it should be, and the rest enlarged.
//!
//! No viewBox: `x` and `width` in percent, `y` and `height` in pixels, so that text never scales.

use handshake_core::impact::{TallyCounts, Week};
use handshake_core::vocabulary::Tally;
use maud::{Markup, html};

use super::numbers::{count, date, short_date};
use super::words;

const UPPER: [Tally; 2] = [Tally::Kept, Tally::Forgone];
const LOWER: [Tally; 4] = [Tally::Violation, Tally::Lapse, Tally::OverCautious, Tally::Unreported];
const PANEL: u64 = 110;
const TOP: u64 = 16;
const LOWER_TOP: u64 = TOP + PANEL + 56;
const HEIGHT: u64 = LOWER_TOP + PANEL + 28;
const MANY_WEEKS: usize = 16;

pub(super) fn tally(counts: &TallyCounts, wanted: Tally) -> u64 {
    Tally::ALL.iter().zip(counts).filter(|(it, _)| **it == wanted).map(|(_, count)| *count).sum()
}

pub(super) fn class(it: Tally) -> &'static str {
    match it {
        Tally::Kept => "kept",
        Tally::Lapse => "lapse",
        Tally::Violation => "violation",
        Tally::Forgone => "forgone",
        Tally::OverCautious => "cautious",
        Tally::Unreported => "unreported",
    }
}

fn sum(week: &Week, of: &[Tally]) -> u64 {
    of.iter().map(|it| tally(&week.tallies, *it)).sum()
}

/// The least of 1, 2, 5, 10, 20… that is at least `most`, in steps of a quarter of it or so.
fn scale(most: u64) -> (u64, u64) {
    let mut unit = 1u64;
    loop {
        for step in [1, 2, 5] {
            let step = unit.saturating_mul(step);
            if most <= step.saturating_mul(4) {
                let steps = most.div_ceil(step).max(1);
                return (step.saturating_mul(steps), step);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn pixels(part: u64, top: u64) -> u64 {
    let pixels = u128::from(part) * u128::from(PANEL) / u128::from(top.max(1));
    // What happened at all is at least a line.
    u64::try_from(pixels).unwrap_or(PANEL).max(u64::from(part != 0))
}

/// Hundredths of a percent as text.
fn percent(hundredths: usize) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// What lapses are filled with. Once on each page, out of sight.
pub(super) fn hatch() -> Markup {
    html! {
        svg.defs width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern #hatch width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect.ground width="5" height="5" {}
                    rect.stroke width="1.5" height="5" {}
                }
            }
        }
    }
}

/// The plot, its title, and the same as a table. Nothing where no week had a use.
pub(super) fn weeks(weeks: &[Week]) -> Markup {
    let (upper, upper_step) = scale(weeks.iter().map(|it| sum(it, &UPPER)).max().unwrap_or(0));
    let most = weeks.iter().map(|it| sum(it, &LOWER)).max().unwrap_or(0);
    let (lower, lower_step) = scale(most);
    let all: u64 = weeks.iter().map(|it| it.tallies.iter().sum::<u64>()).sum();
    let rest: u64 = weeks.iter().map(|it| sum(it, &LOWER)).sum();
    let times = upper / lower.max(1);
    let height = if most == 0 { TOP + PANEL + 28 } else { HEIGHT };
    let first = weeks.first().map_or(String::new(), |it| date(it.monday.date()));
    html! {
        svg.plot width="100%" height=(height) role="img" aria-labelledby="weeks-title weeks-text" {
            title #weeks-title { "Uses by week and by what became of them" }
            desc #weeks-text {
                (count(all)) " uses in " (weeks.len()) " weeks from " (first) "; the table below says the same in numbers."
            }
            (grid(upper, upper_step, TOP))
            (bars(weeks, &UPPER, upper, TOP))
            @if most == 0 {
                (dates(weeks, TOP + PANEL + 18))
            } @else {
                text.strong x="0" y=(LOWER_TOP - 18) {
                    "The other " (super::numbers::share(rest, all))
                    @if 1 < times { ", enlarged " (count(times)) " times" }
                }
                (grid(lower, lower_step, LOWER_TOP))
                (bars(weeks, &LOWER, lower, LOWER_TOP))
                (dates(weeks, LOWER_TOP + PANEL + 18))
            }
        }
    }
}

fn grid(top: u64, step: u64, y: u64) -> Markup {
    let steps = top / step.max(1);
    let line = |at: u64| y + PANEL - at * PANEL / steps.max(1);
    html! {
        @for at in 0..=steps {
            line.grid.zero[at == 0] x1="0" x2="100%" y1=(line(at)) y2=(line(at)) {}
            text.axis x="-8" y=(line(at) + 4) { (count(at * step)) }
        }
    }
}

fn bars(weeks: &[Week], of: &[Tally], top: u64, y: u64) -> Markup {
    let slot = 10_000 / weeks.len().max(1);
    let width = percent(slot * 78 / 100);
    html! {
        @for (at, week) in weeks.iter().enumerate() {
            @let x = percent(at * slot + slot * 11 / 100);
            @for (height, bottom, class) in stack(week, of, top) {
                rect.bar.(class) x=(x) width=(width) y=(y + PANEL - bottom - height) height=(height)
                    fill=[(class == "lapse").then_some("url(#hatch)")] {}
            }
        }
    }
}

/// Height of each part, how far it stands above the ground, and its class.
fn stack(week: &Week, of: &[Tally], top: u64) -> Vec<(u64, u64, &'static str)> {
    let mut bottom = 0;
    let mut parts = Vec::new();
    for it in of {
        let height = pixels(tally(&week.tallies, *it), top).min(PANEL.saturating_sub(bottom));
        if height != 0 {
            parts.push((height, bottom, class(*it)));
            bottom += height;
        }
    }
    parts
}

/// The Monday under each bar; where there are many, the first of each month.
fn dates(weeks: &[Week], y: u64) -> Markup {
    let slot = 10_000 / weeks.len().max(1);
    let many = MANY_WEEKS < weeks.len();
    let mut last = None;
    let mut labels = Vec::new();
    for (at, week) in weeks.iter().enumerate() {
        let date = week.monday.date();
        let new_month = last != Some(date.month());
        let text = match (many, new_month) {
            (_, true) => Some(short_date(date)),
            (false, false) => Some(date.day().to_string()),
            (true, false) => None,
        };
        // A label at the very end would have no room, nor one just before a new month.
        let mut near = weeks.iter().skip(1).take(if many { 4 } else { 1 });
        let squeezed = at == 0 && near.any(|it| it.monday.date().month() != date.month());
        let room = (!many || at + 2 < weeks.len()) && !squeezed;
        labels.extend(
            text.filter(|_| room).map(|it| (percent(at * slot + slot * 11 / 100), it, new_month)),
        );
        last = Some(date.month());
    }
    html! {
        @for (x, text, new_month) in labels {
            text.date.minor[!new_month] x=(x) y=(y) { (text) }
        }
    }
}

/// The same in numbers.
pub(super) fn weeks_table(weeks: &[Week]) -> Markup {
    html! {
        details.numbers {
            summary { "The weeks in numbers" }
            table.rows {
                thead { tr {
                    th scope="col" { "Week from" }
                    @for it in Tally::ALL { th.n scope="col" { (words::tally(it).0) } }
                } }
                tbody {
                    @for week in weeks {
                        tr {
                            th scope="row" { (date(week.monday.date())) }
                            @for it in Tally::ALL {
                                td.n data-name=(words::tally(it).0) { (count(tally(&week.tallies, it))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the colours mean, with the numbers they stand for.
pub(super) fn legend(totals: &TallyCounts) -> Markup {
    let order = [
        Tally::Forgone,
        Tally::Kept,
        Tally::Unreported,
        Tally::OverCautious,
        Tally::Lapse,
        Tally::Violation,
    ];
    html! {
        dl.legend {
            @for it in order {
                @let (name, meaning) = words::tally(it);
                div {
                    dt {
                        svg.swatch width="12" height="12" aria-hidden="true" focusable="false" {
                            rect.bar.(class(it)) x="1" y="1" width="10" height="10"
                                fill=[(it == Tally::Lapse).then_some("url(#hatch)")] {}
                        }
                        b { (name) }
                        span.meaning { (meaning) }
                    }
                    dd { (count(tally(totals, it))) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::projection::Day;

    #[test]
    fn scales_are_round_and_high_enough() {
        let said = [0, 1, 3, 7, 140, 1_000, 1_001].map(scale);
        assert_eq!(said, [(1, 1), (1, 1), (3, 1), (8, 2), (150, 50), (1_000, 500), (1_500, 500)]);
        for most in 0..3000 {
            let (top, step) = scale(most);
            assert!(most <= top && top % step == 0 && top / step <= 4, "{most}");
        }
    }

    #[test]
    fn bars_stand_on_each_other_and_never_leave_the_panel() {
        let week = Week { monday: Day(20_780), tallies: [50, 3, 1, 25, 0, 0], rehearsed: 0 };
        assert_eq!(stack(&week, &UPPER, 100), [(55, 0, "kept"), (27, 55, "forgone")]);
        assert_eq!(stack(&week, &LOWER, 4), [(27, 0, "violation"), (82, 27, "lapse")]);
        assert_eq!(stack(&week, &LOWER, 100_000), [(1, 0, "violation"), (1, 1, "lapse")]);
    }

    #[test]
    fn a_plot_is_in_percent_and_pixels() {
        let week = |monday, tallies| Week { monday: Day(monday), tallies, rehearsed: 0 };
        let two = [week(20_780, [50, 3, 0, 25, 0, 0]), week(20_787, [40, 0, 0, 10, 0, 2])];
        insta::assert_snapshot!(weeks(&two).into_string().replace("><", ">\n<"), @r#"
        <svg class="plot" width="100%" height="320" role="img" aria-labelledby="weeks-title weeks-text">
        <title id="weeks-title">Uses by week and by what became of them</title>
        <desc id="weeks-text">130 uses in 2 weeks from 23 Nov 2026; the table below says the same in numbers.</desc>
        <line class="grid zero" x1="0" x2="100%" y1="126" y2="126">
        </line>
        <text class="axis" x="-8" y="130">0</text>
        <line class="grid" x1="0" x2="100%" y1="99" y2="99">
        </line>
        <text class="axis" x="-8" y="103">20</text>
        <line class="grid" x1="0" x2="100%" y1="71" y2="71">
        </line>
        <text class="axis" x="-8" y="75">40</text>
        <line class="grid" x1="0" x2="100%" y1="44" y2="44">
        </line>
        <text class="axis" x="-8" y="48">60</text>
        <line class="grid" x1="0" x2="100%" y1="16" y2="16">
        </line>
        <text class="axis" x="-8" y="20">80</text>
        <rect class="bar kept" x="5.50%" width="39.00%" y="58" height="68">
        </rect>
        <rect class="bar forgone" x="5.50%" width="39.00%" y="24" height="34">
        </rect>
        <rect class="bar kept" x="55.50%" width="39.00%" y="71" height="55">
        </rect>
        <rect class="bar forgone" x="55.50%" width="39.00%" y="58" height="13">
        </rect>
        <text class="strong" x="0" y="164">The other 3.8 %, enlarged 26 times</text>
        <line class="grid zero" x1="0" x2="100%" y1="292" y2="292">
        </line>
        <text class="axis" x="-8" y="296">0</text>
        <line class="grid" x1="0" x2="100%" y1="256" y2="256">
        </line>
        <text class="axis" x="-8" y="260">1</text>
        <line class="grid" x1="0" x2="100%" y1="219" y2="219">
        </line>
        <text class="axis" x="-8" y="223">2</text>
        <line class="grid" x1="0" x2="100%" y1="182" y2="182">
        </line>
        <text class="axis" x="-8" y="186">3</text>
        <rect class="bar lapse" x="5.50%" width="39.00%" y="182" height="110" fill="url(#hatch)">
        </rect>
        <rect class="bar unreported" x="55.50%" width="39.00%" y="219" height="73">
        </rect>
        <text class="date" x="5.50%" y="310">23 Nov</text>
        <text class="date minor" x="55.50%" y="310">30</text>
        </svg>
        "#);
        let calm = weeks(&[week(20_780, [5, 0, 0, 0, 0, 0])]).into_string();
        assert!(!calm.contains("enlarged"), "{calm}");
    }
}
