//! Two policies side by side: changed lines left and right, with what stands around them.

use maud::{Markup, html};

use super::lines::{Step, steps};

/// Unchanged lines shown before and after a change.
const AROUND: usize = 3;

/// A row of the two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Same(usize, usize),
    Changed(Option<usize>, Option<usize>),
}

/// How many lines differ on each side.
pub(super) fn counts(old: &str, new: &str) -> (usize, usize) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    steps(&old, &new).iter().fold((0, 0), |(gone, fresh), it| match it {
        Step::Same(..) => (gone, fresh),
        Step::Gone(_) => (gone + 1, fresh),
        Step::New(_) => (gone, fresh + 1),
    })
}

/// The table, without anything where both texts are the same.
pub(super) fn sides((old_name, old): (&str, &str), (new_name, new): (&str, &str)) -> Markup {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let rows = paired(&steps(&before, &after));
    let near = shown(&rows);
    let mut markup = Vec::new();
    let mut hidden = 0;
    for (row, near) in rows.iter().zip(near) {
        if near {
            markup.extend(gap(std::mem::take(&mut hidden)));
            markup.push(line(row, &before, &after));
        } else {
            hidden += 1;
        }
    }
    markup.extend(gap(hidden));
    html! {
        div.both tabindex="0" role="region" aria-label="Changed lines, side by side" {
            table.sides {
                colgroup { col.no; col; col.no; col; }
                thead { tr {
                    th scope="col" colspan="2" { (old_name) }
                    th scope="col" colspan="2" { (new_name) }
                } }
                tbody { @for it in markup { (it) } }
            }
        }
    }
}

/// Lines that are gone beside those that came in their place.
fn paired(steps: &[Step]) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut gone, mut fresh) = (Vec::new(), Vec::new());
    let flush = |gone: &mut Vec<usize>, fresh: &mut Vec<usize>, rows: &mut Vec<Row>| {
        let most = gone.len().max(fresh.len());
        rows.extend(
            (0..most).map(|at| Row::Changed(gone.get(at).copied(), fresh.get(at).copied())),
        );
        gone.clear();
        fresh.clear();
    };
    for step in steps {
        match *step {
            Step::Gone(a) => gone.push(a),
            Step::New(b) => fresh.push(b),
            Step::Same(a, b) => {
                flush(&mut gone, &mut fresh, &mut rows);
                rows.push(Row::Same(a, b));
            }
        }
    }
    flush(&mut gone, &mut fresh, &mut rows);
    rows
}

/// Which rows are near a change.
fn shown(rows: &[Row]) -> Vec<bool> {
    let changed: Vec<usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, it)| matches!(it, Row::Changed(..)))
        .map(|it| it.0)
        .collect();
    let mut near = vec![false; rows.len()];
    for at in changed {
        for it in near.iter_mut().take(at + AROUND + 1).skip(at.saturating_sub(AROUND)) {
            *it = true;
        }
    }
    near
}

fn gap(hidden: usize) -> Option<Markup> {
    let words = if hidden == 1 { "line" } else { "lines" };
    (0 < hidden).then(|| html! { tr.gap { td colspan="4" { (hidden) " unchanged " (words) } } })
}

fn line(row: &Row, before: &[&str], after: &[&str]) -> Markup {
    let text = |lines: &[&str], at: usize| lines.get(at).copied().unwrap_or_default().to_owned();
    match *row {
        Row::Same(a, b) => html! {
            tr.same {
                td.no { (a + 1) } td { code { (text(before, a)) } }
                td.no { (b + 1) } td { code { (text(after, b)) } }
            }
        },
        Row::Changed(a, b) => html! {
            tr.changed {
                @match a {
                    Some(a) => { td.no { "−\u{a0}" (a + 1) } td.gone #{ "old-" (a + 1) } { del { code { (text(before, a)) } } } },
                    None => { td.no.empty {} td.empty {} },
                }
                @match b {
                    Some(b) => { td.no { "+\u{a0}" (b + 1) } td.new #{ "new-" (b + 1) } { ins { code { (text(after, b)) } } } },
                    None => { td.no.empty {} td.empty {} },
                }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_a_change_is_shown() {
        let old: Vec<String> = (0..20).map(|it| format!("line {it}")).collect();
        let new = old.join("\n").replace("line 10", "other 10");
        let page = sides(("old", &old.join("\n")), ("new", &new)).into_string();
        assert_eq!(page.matches("<tr class=\"same\"").count(), 6, "{page}");
        assert_eq!(page.matches("<tr class=\"changed\"").count(), 1);
        assert!(page.contains("7 unchanged lines") && page.contains("6 unchanged lines"), "{page}");
        assert!(page.contains("id=\"new-11\""), "{page}");
        assert_eq!(counts(&old.join("\n"), &new), (1, 1));
    }
}
