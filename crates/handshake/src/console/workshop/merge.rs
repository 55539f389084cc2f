//! Two texts made from a third, brought together: what either changed is changed, and where both
//! changed the same lines differently, nobody decides for their authors.

use std::ops::Range;

use super::lines::{Step, steps};

/// Lines of the common text that one of the others says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hunk<'a> {
    at: Range<usize>,
    says: Vec<&'a str>,
}

/// The text with the changes of both, or the first line of `base` that both changed differently.
pub(super) fn merged(base: &str, mine: &str, theirs: &str) -> Result<String, usize> {
    let lines: Vec<&str> = base.split_inclusive('\n').collect();
    let (own, other) = (hunks(&lines, mine), hunks(&lines, theirs));
    if let Some(line) = conflict(&own, &other) {
        return Err(line + 1);
    }
    let mut all: Vec<&Hunk<'_>> = own.iter().chain(&other).collect();
    all.sort_by_key(|it| (it.at.start, it.at.end));
    all.dedup();
    let mut out = String::new();
    let mut from = 0;
    for it in all {
        out.extend(lines.get(from..it.at.start).unwrap_or_default().iter().copied());
        out.extend(it.says.iter().copied());
        from = it.at.end;
    }
    out.extend(lines.get(from..).unwrap_or_default().iter().copied());
    Ok(out)
}

fn hunks<'a>(base: &[&str], text: &'a str) -> Vec<Hunk<'a>> {
    let lines: Vec<&'a str> = text.split_inclusive('\n').collect();
    let mut all: Vec<Hunk<'a>> = Vec::new();
    let mut at = 0;
    let mut open = false;
    for step in steps(base, &lines) {
        if let Step::Same(line, _) = step {
            (at, open) = (line + 1, false);
            continue;
        }
        if !open {
            all.push(Hunk { at: at..at, says: Vec::new() });
            open = true;
        }
        let Some(hunk) = all.last_mut() else { continue };
        match step {
            Step::Gone(line) => {
                at = line + 1;
                hunk.at.end = at;
            }
            Step::New(line) => hunk.says.extend(lines.get(line)),
            Step::Same(..) => (),
        }
    }
    all
}

/// Where both say something else of the same lines, or of the same place between two.
fn conflict(own: &[Hunk<'_>], other: &[Hunk<'_>]) -> Option<usize> {
    let meets = |a: &Hunk<'_>, b: &Hunk<'_>| {
        let same_place = a.at.start == b.at.start;
        let overlap = a.at.start < b.at.end && b.at.start < a.at.end;
        let inside = |it: &Hunk<'_>, of: &Hunk<'_>| {
            it.at.is_empty() && of.at.start < it.at.start && it.at.start < of.at.end
        };
        same_place || overlap || inside(a, b) || inside(b, a)
    };
    let pairs = own.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let mut bad =
        pairs.filter(|(a, b)| a != b && meets(a, b)).map(|(a, b)| a.at.start.max(b.at.start));
    bad.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(base: &str, mine: &str, theirs: &str, expected: Result<&str, usize>) {
        let text = |it: &str| it.split(' ').map(|it| format!("{it}\n")).collect::<String>();
        let both = merged(&text(base), &text(mine), &text(theirs));
        assert_eq!(both, expected.map(text));
    }

    #[test]
    fn what_either_changed_is_changed() {
        check("a b c d", "a B c d", "a b c D", Ok("a B c D"));
        check("a b c d", "a c d", "a b c d e", Ok("a c d e"));
        check("a b c", "x a b c", "a b c y", Ok("x a b c y"));
        check("a b c", "a B c", "a B c", Ok("a B c"));
        check("a b c", "a B c", "a X c", Err(2));
        check("a b c", "a x b c", "a y b c", Err(2));
        check("a b c d", "a d", "a b X c d", Err(3));
        check("a b c", "A b c", "A B c", Err(1));
    }

    proptest! {
        /// Where one of the two changed nothing, the other's text comes out.
        #[test]
        fn one_alone_is_always_kept(base in "[ab\n]{0,12}", mine in "[ab\n]{0,12}") {
            prop_assert_eq!(merged(&base, &mine, &base), Ok(mine.clone()));
            prop_assert_eq!(merged(&base, &base, &mine), Ok(mine.clone()));
            prop_assert_eq!(merged(&base, &mine, &mine), Ok(mine));
        }
    }
}
