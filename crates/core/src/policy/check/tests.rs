//! What is said of policies that can be read and should not be: each lint where it fires and where,
//! a hair away, it does not.

use std::collections::BTreeSet;

use super::cases::{CASES, Case};
use crate::policy::manual;
use crate::policy::{Severity, check, read};

const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");
/// A small policy with nothing to be said of it.
const SMALL: &str = include_str!("../small.kdl");

/// Everything said of a source, by the reader or else by the check.
fn said(source: &str) -> String {
    let problems = match read(source) {
        Ok(policy) => check(&policy, source),
        Err(problems) => problems,
    };
    let lines = problems.iter().map(|it| format!("{:?} {}: {it}", it.severity, it.slug));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_model_has_no_mistakes() {
    insta::assert_snapshot!(said(MODEL), @r"
Warning unused-data: line 25, column 5: no purpose uses `derived.churn-risk`; use it in a purpose, or do not collect it
Warning no-ask-again: line 67, column 1: a permission for `help-others-choose` never ends; add `ask-again after=24 months`
Warning no-ask-again: line 78, column 1: a permission for `follow-up-email` never ends; add `ask-again after=24 months`
Warning keep-without-orders: line 84, column 3: `follow-up-email` counts from `last-order`, and uses nothing about orders; who never orders is counted from `collection`; say so, or use `last-visit`
Warning no-ask-again: line 94, column 1: a permission for `retarget` never ends; add `ask-again after=24 months`
Warning no-ask-again: line 108, column 1: a permission for `fit-advice` never ends; add `ask-again after=24 months`
Warning not-named: line 141, column 8: the words of purpose `learn-what-works` do not name `deal` (de, en); say it in `says`, or do not use it
Warning holdout-in-return: line 146, column 3: `show-recommendations` gives `demo-days` in return; see that those held out still get it
");
}

/// The small policy with its edits.
fn edited((was, is): (&str, &str)) -> String {
    let mut source = SMALL.to_owned();
    for (was, is) in was.split('|').zip(is.split('|')) {
        assert!(source.contains(was), "{was}");
        source = source.replacen(was, is, 1);
    }
    assert_ne!(source, SMALL);
    source
}

#[test]
fn every_lint_fires_where_it_should_and_nowhere_else() {
    assert_eq!(said(SMALL), "");
    let mut table = String::new();
    for Case { slug, fires, quiet } in CASES {
        let source = edited(*fires);
        let policy = read(&source).unwrap_or_else(|it| panic!("{slug}: {it:?}"));
        let of_this: Vec<String> = check(&policy, &source)
            .iter()
            .filter(|it| it.slug == *slug)
            .map(|it| format!("{:?} {it}", it.severity))
            .collect();
        assert!(!of_this.is_empty(), "`{slug}` does not fire on {}:\n{}", fires.1, said(&source));
        let (was, is) = (fires.0.escape_default(), fires.1.escape_default());
        table.push_str(&format!("{slug}: {was}  →  {is}\n    {}\n", of_this.join("\n    ")));
        let source = edited(*quiet);
        let policy = read(&source).unwrap_or_else(|it| panic!("{slug}: {it:?}"));
        let others: Vec<&str> = check(&policy, &source).iter().map(|it| it.slug).collect();
        assert!(!others.contains(slug), "`{slug}` fires on {}:\n{}", quiet.1, said(&source));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_lint_has_a_case_and_a_page() {
    let cases: BTreeSet<&str> = CASES.iter().map(|it| it.slug).collect();
    let pages: BTreeSet<&str> = manual::slugs_of("docs/POLICY-LINTS.md").collect();
    assert_eq!(cases, pages);
}

#[test]
fn a_sale_despite_gpc_is_a_mistake_where_the_law_says_so() {
    let sale = (
        "country=US|stops-for objection gpc|to=retarget binds",
        "country=US sale=yes|stops-for objection|to=recommend binds",
    );
    let severity = |source: &str| {
        let found = check(&read(source).unwrap(), source);
        found.iter().find(|it| it.slug == "sale-despite-gpc").map(|it| it.severity)
    };
    let source = edited(sale);
    assert_eq!(severity(&source), Some(Severity::Warning));
    let source = source.replace("applies-in EU", "applies-in EU US-CA");
    assert_eq!(severity(&source), Some(Severity::Mistake));
}

#[test]
fn a_problem_points_into_the_source() {
    let source = SMALL.replace("uses body", "uses body income");
    let problem = read(&source).unwrap_err().remove(0);
    let end = problem.offset + problem.length;
    assert_eq!(source.get(problem.offset..end), Some("income"));
    let report = miette::Report::new(problem).with_source_code(source);
    let drawn = miette::NarratableReportHandler::new();
    let mut text = String::new();
    drawn.render_report(&mut text, report.as_ref()).unwrap();
    assert!(text.contains("no data `income` is declared"), "{text}");
}
