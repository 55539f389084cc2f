//! Policies as big as they may be: read, checked and compiled in time, whatever is in them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use handshake_core::policy::{self, Compiled, Policy, Problem};
use handshake_core::vocabulary::Dictionary;

const SMALL: &str = include_str!("../src/policy/small.kdl");
/// Nothing here takes a second in a release build; debug builds on a busy machine need more.
const PATIENCE: Duration = Duration::from_secs(240);

/// The small policy with so many purposes and promises more.
fn with_rules(purposes: usize, nevers: usize) -> String {
    let mut source = SMALL.to_owned();
    for at in 0..purposes {
        source.push_str(&format!(
            "purpose suggest-{at} {{\n  says en=\"Use what you viewed for suggestion {at}.\" \
             de=\"Nutzen, was Sie ansehen, für Vorschlag {at}.\"\n  basis permission\n  uses \
             behaviour.viewed\n  with us\n  on web\n  keep 13 months after last-visit\n  \
             ask-again after=24 months\n  at-most 2 per=month\n  stops-for objection\n}}\n"
        ));
    }
    for at in 0..nevers {
        source.push_str(&format!(
            "never \"Promise {at}\" {{ data body; purposes any; except fit; when tag=bought-toys }}\n"
        ));
    }
    source
}

fn compiled(policy: &Policy) -> Compiled {
    let mut names = Dictionary::default();
    for (family, name) in policy::declared_names(policy) {
        names.declare(family.number(), name.as_str());
    }
    Compiled::new(policy, &names, 1, policy::hash(policy))
}

#[track_caller]
fn refused(source: &str, slug: &str) -> Vec<Problem> {
    let begun = Instant::now();
    let problems = policy::read(source).unwrap_err();
    assert!(begun.elapsed() < PATIENCE, "{slug} took {:?}", begun.elapsed());
    assert!(problems.iter().any(|it| it.slug == slug), "{slug}: {:?}", problems.first());
    problems
}

#[test]
fn two_thousand_four_hundred_rules_are_one_policy() {
    let source = with_rules(1_596, 799);
    let begun = Instant::now();
    let policy = policy::read(&source).unwrap();
    assert_eq!(policy.purposes.len() + policy.nevers.len(), 2_400);
    assert_eq!(policy::check(&policy, &source).first(), None);
    let compiled = compiled(&policy);
    assert!(begun.elapsed() < PATIENCE, "took {:?}", begun.elapsed());
    assert_eq!((compiled.purposes.len(), compiled.nevers.len()), (1_600, 800));
}

/// A purpose as short as can be.
fn short(name: &str) -> String {
    format!(
        "purpose {name} {{ says en=\"x\" de=\"y\"; basis contract; uses body; with us; on web }}\n"
    )
}

#[test]
fn there_is_room_for_4096_purposes_and_promises_each() {
    let purposes: String = (0..4_092).map(|it| short(&format!("p{it}"))).collect();
    let never = "never \"x\" { data body; purposes any; except fit }\n";
    let source = format!("{SMALL}{purposes}{}", never.repeat(4_095));
    let begun = Instant::now();
    let policy = policy::read(&source).unwrap();
    let compiled = compiled(&policy);
    assert!(begun.elapsed() < PATIENCE, "took {:?}", begun.elapsed());
    assert_eq!((compiled.purposes.len(), compiled.nevers.len()), (4_096, 4_096));
    let one_more = format!("{source}{}{never}", short("one-more"));
    let problems = refused(&one_more, "too-many");
    assert_eq!(problems.len(), 2, "{:?}", problems.first());
}

#[test]
fn a_hostile_file_costs_little_more_than_a_big_one() {
    // Names that differ in their last letters only, and many of them misspelt.
    let long = "a".repeat(58);
    let declared: String = (0..2_000).map(|it| short(&format!("{long}{it}"))).collect();
    let misspelt = |it: usize| format!("never \"x\" {{ purposes {long}b{it} }}\n");
    let misspelt: String = (0..500).map(misspelt).collect();
    refused(&format!("{SMALL}{declared}{misspelt}"), "unknown-purpose");
    // A mistake in every other byte.
    let problems =
        refused(&format!("{SMALL}purpose x {{\n{}}}\n", "y\n".repeat(100_000)), "more-mistakes");
    assert!(problems.len() <= 1_001);
    // Every purpose uses everything there is, by way of nodes upon nodes.
    let many: String = (0..64).map(|it| format!("x{it} {{ a {{ b {{ c }}; d }}; e }}; ")).collect();
    let source = SMALL.replace("gravel }", &format!("gravel; {many} }}"));
    let all: String = (0..64).map(|it| format!(" interest.x{it} interest.x{it}.a")).collect();
    let greedy = |it: usize| short(&format!("p{it}")).replace("body", &format!("interest{all}"));
    let greedy: String = (0..500).map(greedy).collect();
    let source = format!("{source}{greedy}");
    let begun = Instant::now();
    let policy = policy::read(&source).unwrap();
    assert!(!policy::check(&policy, &source).is_empty());
    compiled(&policy);
    assert!(begun.elapsed() < PATIENCE, "took {:?}", begun.elapsed());
}
