//! Where people stand, by purpose: bars of how many said yes, no, or nothing.

use std::collections::BTreeMap;

use handshake_core::impact::standings;
use handshake_core::policy::CompiledPurpose;
use handshake_core::projection::State;
use handshake_core::vocabulary::{Millis, Standing};
use maud::{Markup, html};

use super::numbers::{count, people};
use super::visit::{Turned, Visit};

/// One purpose, in the words people read, and where everyone stands on it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) purpose: String,
    says: String,
    language: String,
    standings: BTreeMap<Standing, u64>,
}

/// The parts of a bar from left to right, with what they are called.
const PARTS: [(&[Standing], &str, &str); 6] = [
    (&[Standing::Granted], "granted", "granted"),
    (&[Standing::Outgrown], "outgrown", "outgrown"),
    (&[Standing::Deferred], "later", "ask later"),
    (&[Standing::Withdrawn, Standing::Expired], "withdrawn", "withdrawn, expired"),
    (&[Standing::Refused], "refused", "refused"),
    (&[Standing::NotAsked, Standing::Asked], "not-asked", "not asked"),
];

impl Row {
    pub(super) fn count(&self, of: Standing) -> u64 {
        self.standings.get(&of).copied().unwrap_or(0)
    }

    fn sum(&self, of: &[Standing]) -> u64 {
        of.iter().map(|it| self.count(*it)).sum()
    }

    fn all(&self) -> u64 {
        self.standings.values().sum()
    }
}

/// People whose standing is added up at once: whoever decides meanwhile waits that long.
const AT_ONCE: u32 = 5_000;

/// A row for each purpose that stands on permission, with its words in the policy's own language.
/// Looks again and again, so that a site with many people is never held up for long.
pub(super) async fn rows(visit: &Visit) -> Result<Vec<Row>, Turned> {
    let now = visit.now;
    let (mut rows, slots) =
        visit.look(move |state| (named(state, now), state.people.slots())).await?;
    for from in (0..slots).step_by(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
        let part = from..from.saturating_add(AT_ONCE).min(slots);
        for it in visit.look(move |state| standings(state, now, part)).await? {
            let Some(row) = rows.iter_mut().find(|row| row.purpose == it.purpose) else { continue };
            for (standing, count) in it.standings {
                *row.standings.entry(standing).or_default() += count;
            }
        }
    }
    Ok(rows)
}

fn named(state: &State, now: Millis) -> Vec<Row> {
    let Some(policy) = state.policies.in_force(now) else { return Vec::new() };
    let language = policy.policy.languages.first().map_or("en", String::as_str);
    let asked = policy.compiled.purposes.iter().filter(|it| it.needs_permission());
    let row = |it: &CompiledPurpose| {
        let says = policy.policy.purposes.get(&it.name).and_then(|it| it.says.get(language));
        Row {
            purpose: it.name.to_string(),
            says: says.cloned().unwrap_or_default(),
            language: language.to_owned(),
            standings: BTreeMap::new(),
        }
    };
    asked.map(row).collect()
}

pub(super) fn section(rows: &[Row], known: u64) -> Markup {
    html! {
           section aria-labelledby="stand-title" {
               h2 #stand-title { (title(rows)) }
               @if rows.is_empty() {
                   p.subtitle { "No purpose of the policy in force stands on permission." }
               } @else {
                   p.subtitle { "Where " (people(known)) " known to the shop stand on each purpose now" }
                   table.rows.standing {
                       thead { tr {
                           th scope="col" { "Purpose, in the words people read" }
                           th scope="col" { "Where people stand" }
                       } }
                       tbody {
                           @for row in rows {
                               tr {
                                   th scope="row" {
    b { (row.purpose) }
    @if !row.says.is_empty() { span.says lang=(row.language) { "“" (row.says) "”" } }
    }
                                   td data-name="Where people stand" { (bar(row)) (numbers(row)) }
                               }
                           }
                       }
                   }
                   ul.key aria-label="Colours" {
                       @for (_, class, name) in PARTS {
                           li {
                               svg.swatch width="12" height="12" aria-hidden="true" focusable="false" {
                                   rect.part.(class) x="1" y="1" width="10" height="10" {}
                               }
                               (name)
                           }
                       }
                   }
               }
           }
       }
}

fn title(rows: &[Row]) -> String {
    let yes = |it: &&Row| it.count(Standing::Granted) + it.count(Standing::Outgrown);
    let most = rows.iter().max_by_key(yes).filter(|it| yes(it) != 0);
    let least = rows.iter().min_by_key(yes);
    match (most, least) {
        (Some(most), Some(least)) if most.purpose != least.purpose => {
            format!("Most people said yes to {}, fewest to {}", most.purpose, least.purpose)
        }
        (Some(most), _) => format!("{} said yes to {}", people(yes(&most)), most.purpose),
        (None, _) => "Nobody has said yes to anything yet".to_owned(),
    }
}

fn numbers(row: &Row) -> Markup {
    let yes = row.count(Standing::Granted);
    let outgrown = row.count(Standing::Outgrown);
    html! {
        p.counts {
            b { (count(yes)) } " yes"
            @if outgrown != 0 { " · " span.warn { (count(outgrown)) " outgrown" } }
            " · " (count(row.count(Standing::Refused))) " no"
            @for (standings, class, name) in PARTS {
                @let it = row.sum(standings);
                @if it != 0 && !["granted", "outgrown", "refused"].contains(&class) {
                    " · " (count(it)) " " (name)
                }
            }
        }
    }
}

/// Hidden from screen readers: the numbers under it say the same.
fn bar(row: &Row) -> Markup {
    let all = u128::from(row.all().max(1));
    let at = |part: u64| u128::from(part) * 10_000 / all;
    let mut left = 0;
    let mut parts = Vec::new();
    for (standings, class, _) in PARTS {
        let (x, width) = (at(left), at(left + row.sum(standings)) - at(left));
        left += row.sum(standings);
        parts.push((percent(x), percent(width), class, width));
    }
    html! {
        svg.tally width="100%" height="14" aria-hidden="true" focusable="false" {
            @for (x, width, class, wide) in parts {
                @if wide != 0 { rect.part.(class) x=(x) y="1" width=(width) height="12" {} }
            }
        }
    }
}

fn percent(hundredths: u128) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_whole_and_its_numbers_stand_under_it() {
        let standings = [
            (Standing::Granted, 2),
            (Standing::Outgrown, 1),
            (Standing::Refused, 2),
            (Standing::NotAsked, 1),
        ];
        let row = Row {
            purpose: "retarget".to_owned(),
            says: "Show you…".to_owned(),
            language: "en".to_owned(),
            standings: standings.into_iter().collect(),
        };
        let said = format!("{}{}", bar(&row).into_string(), numbers(&row).into_string());
        insta::assert_snapshot!(said.replace("><", ">\n<"), @r#"
        <svg class="tally" width="100%" height="14" aria-hidden="true" focusable="false">
        <rect class="part granted" x="0.00%" y="1" width="33.33%" height="12">
        </rect>
        <rect class="part outgrown" x="33.33%" y="1" width="16.67%" height="12">
        </rect>
        <rect class="part refused" x="50.00%" y="1" width="33.33%" height="12">
        </rect>
        <rect class="part not-asked" x="83.33%" y="1" width="16.67%" height="12">
        </rect>
        </svg>
        <p class="counts">
        <b>2</b> yes · <span class="warn">1 outgrown</span> · 2 no · 1 not asked</p>
        "#);
        assert_eq!(title(&[row]), "3\u{a0}people said yes to retarget");
        assert_eq!(title(&[]), "Nobody has said yes to anything yet");
    }
}
