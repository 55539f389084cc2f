//! Two texts line by line: what is the same, what is gone and what is new.

/// A line of both texts, or of one, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Same(usize, usize),
    Gone(usize),
    New(usize),
}

/// Pairs of lines that are compared; beyond it, everything between the same beginning and the
/// same end counts as changed.
const PAIRS_MAX: usize = 4_000_000;

/// The fewest steps from one text to the other.
pub(super) fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let first = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (rest(old, first), rest(new, first));
    let last = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
    let middle_old = old_rest.get(..old_rest.len() - last).unwrap_or_default();
    let middle_new = new_rest.get(..new_rest.len() - last).unwrap_or_default();
    let mut all: Vec<Step> = (0..first).map(|at| Step::Same(at, at)).collect();
    all.extend(middle(middle_old, middle_new).into_iter().map(|it| match it {
        Step::Same(a, b) => Step::Same(a + first, b + first),
        Step::Gone(a) => Step::Gone(a + first),
        Step::New(b) => Step::New(b + first),
    }));
    let (a, b) = (first + middle_old.len(), first + middle_new.len());
    all.extend((0..last).map(|at| Step::Same(a + at, b + at)));
    all
}

fn rest<'a, 'b>(of: &'b [&'a str], from: usize) -> &'b [&'a str] {
    of.get(from..).unwrap_or_default()
}

/// By the longest sequence of lines that both have.
fn middle(old: &[&str], new: &[&str]) -> Vec<Step> {
    let width = new.len() + 1;
    if PAIRS_MAX < old.len().saturating_mul(new.len()) {
        let gone = (0..old.len()).map(Step::Gone);
        return gone.chain((0..new.len()).map(Step::New)).collect();
    }
    // `longest[a * width + b]` is how many lines `old[a..]` and `new[b..]` have in common.
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    let at = |longest: &[u32], a: usize, b: usize| longest.get(a * width + b).copied().unwrap_or(0);
    for (a, left) in old.iter().enumerate().rev() {
        for (b, right) in new.iter().enumerate().rev() {
            let best = match left == right {
                true => at(&longest, a + 1, b + 1) + 1,
                false => at(&longest, a + 1, b).max(at(&longest, a, b + 1)),
            };
            if let Some(cell) = longest.get_mut(a * width + b) {
                *cell = best;
            }
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut steps = Vec::new();
    while a < old.len() || b < new.len() {
        let step = match (old.get(a), new.get(b)) {
            (Some(left), Some(right)) if left == right => Step::Same(a, b),
            (Some(_), Some(_)) if at(&longest, a + 1, b) < at(&longest, a, b + 1) => Step::New(b),
            (Some(_), _) => Step::Gone(a),
            (None, _) => Step::New(b),
        };
        (a, b) = match step {
            Step::Same(..) => (a + 1, b + 1),
            Step::Gone(_) => (a + 1, b),
            Step::New(_) => (a, b + 1),
        };
        steps.push(step);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        let (old, new): (Vec<&str>, Vec<&str>) =
            (old.split(' ').collect(), new.split(' ').collect());
        let told: Vec<String> = steps(&old, &new)
            .into_iter()
            .map(|it| match it {
                Step::Same(a, _) => old[a].to_owned(),
                Step::Gone(a) => format!("-{}", old[a]),
                Step::New(b) => format!("+{}", new[b]),
            })
            .collect();
        assert_eq!(told.join(" "), expected);
    }

    #[test]
    fn lines_that_both_have_stay() {
        check("a b c", "a b c", "a b c");
        check("a b c", "a x c", "a -b +x c");
        check("a b c", "a c", "a -b c");
        check("a c", "a b c", "a +b c");
        check("a b a b", "b a b a", "-a b a b +a");
    }

    proptest! {
        /// The steps go through every line of both texts in order, and `Same` are the same.
        #[test]
        fn steps_lead_from_one_to_the_other(
            old in prop::collection::vec("[abc]", 0..12),
            new in prop::collection::vec("[abc]", 0..12),
        ) {
            let old: Vec<&str> = old.iter().map(String::as_str).collect();
            let new: Vec<&str> = new.iter().map(String::as_str).collect();
            let (mut a, mut b) = (0, 0);
            for step in steps(&old, &new) {
                match step {
                    Step::Same(left, right) => {
                        prop_assert_eq!((left, right), (a, b));
                        prop_assert_eq!(old[left], new[right]);
                        (a, b) = (a + 1, b + 1);
                    }
                    Step::Gone(left) => { prop_assert_eq!(left, a); a += 1; }
                    Step::New(right) => { prop_assert_eq!(right, b); b += 1; }
                }
            }
            prop_assert_eq!((a, b), (old.len(), new.len()));
        }
    }
}
