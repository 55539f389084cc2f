//! What is said of broken policies, word for word.

use crate::policy::{check, read};

const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

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
    insta::assert_snapshot!(said(MODEL), @r#"
Warning unused-data: line 25, column 5: no purpose uses `derived.churn-risk`; use it in a purpose, or do not collect it
Warning not-named: line 141, column 3: the words of purpose `learn-what-works` do not name `deal`; say it in `says`, or do not use it
Warning holdout-in-return: line 146, column 3: `show-recommendations` gives `demo-days` in return; see that those held out still get it
"#);
}
