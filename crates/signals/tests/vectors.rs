//! Every line of every file in `vectors/`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::Value;

mod conformance;

use conformance::{Outcome, judge};

/// Every line that counts is met; `unscored` are those that do not count and are not met.
#[track_caller]
fn check(lines: &str, met: usize, unscored: &[&str]) {
    let (mut found, mut other, mut failed) = (0, Vec::new(), Vec::new());
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let id = line["id"].as_str().unwrap().to_owned();
        match judge(&line) {
            Outcome::Met => found += 1,
            Outcome::Unscored(_) => other.push(id),
            Outcome::Failed(instead) => failed.push(format!("{id} {}: {instead}", line["kind"])),
            Outcome::UnknownKind => failed.push(format!("{id}: nobody tests {}", line["kind"])),
        }
    }
    assert!(failed.is_empty(), "{} of {} failed\n{}", failed.len(), found, failed.join("\n"));
    assert_eq!((found, other), (met, unscored.iter().map(|it| (*it).to_owned()).collect()));
}

#[test]
fn bits() {
    check(include_str!("../vectors/bits.jsonl"), 102, &[]);
}

#[test]
fn tcf() {
    check(include_str!("../vectors/tcf.jsonl"), 129, &[]);
}

#[test]
fn tcf_of_real_sites() {
    check(include_str!("../vectors/tcf-realworld.jsonl"), 154, &[]);
}

#[test]
fn gpp() {
    check(include_str!("../vectors/gpp.jsonl"), 310, &[]);
}

#[test]
fn the_rest() {
    check(include_str!("../vectors/signals.jsonl"), 96, &[]);
}

/// Each line of a kind, spoiled: a judge that lets anything pass would not notice.
#[test]
fn a_spoiled_line_is_not_met() {
    let check = |line: &str, from: &str, to: &str| {
        let spoiled: Value = serde_json::from_str(&line.replace(from, to)).unwrap();
        assert!(matches!(judge(&spoiled), Outcome::Failed(_)), "{spoiled}");
    };
    let tc = include_str!("../vectors/tcf-realworld.jsonl").lines().next().unwrap();
    check(tc, r#""cmp_id": "#, r#""cmp_id": 1"#);
    check(tc, r#""vendor_consents_ranges": [[1, 1]"#, r#""vendor_consents_ranges": [[1, 3]"#);
    let gpp = include_str!("../vectors/gpp.jsonl");
    let line = |text: &str| gpp.lines().find(|it| it.contains(text)).unwrap().to_owned();
    check(&line(r#""expect": {"encoded": "BVWSSVg.YA"}"#), "BVWSSVg.YA", "BVWSSVg.QA");
    check(&line("gpp-7a107027bde2"), "1NYN", "1NYY");
    check(&line("gpp-5791a958f618"), r#"{"gpp": "z"}"#, r#"{"gpp": "DBABTA~1YNN"}"#);
    check(&line("field_value_reject"), r#""value": 3"#, r#""value": 2"#);
    check(&line("header_decode"), "[5, 6]", "[5]");
}
