//! How long a verdict takes, and how long it takes to compare two policies, at 24, 240 and 2,400
//! rules: ours alone. `tests/differential` measures the same beside other engines.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and may panic")]

mod rules;

use std::hint::black_box;
use std::time::{Duration, Instant};

use handshake_core::decision::{Age, DatumWanted, Situation, Term, decide};
use handshake_core::permission::Grant;
use handshake_core::policy::{self, Compiled, Policy, StatementBox};
use handshake_core::vocabulary::{Act, Code, Dictionary, Family, Signals, Standing};

use rules::{DATA, NOW, RULES, policy_of, purpose_of, widened};

const ROUNDS: usize = 31;

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

fn compiled(policy: &Policy) -> (Dictionary, Compiled) {
    let mut names = Dictionary::default();
    for (family, name) in policy::declared_names(policy) {
        names.declare(family.number(), name.as_str());
    }
    let compiled = Compiled::new(policy, &names, 1, [0; 32]);
    (names, compiled)
}

/// A use that permission covers, and one that it does not and that says why.
fn situations(
    policy: &Policy,
    names: &Dictionary,
) -> ([Situation; 2], Vec<StatementBox>, Compiled) {
    let (_, compiled) = self::compiled(policy);
    let purpose = purpose_of(policy);
    let statement = policy::statement(policy, &purpose, "en", None).unwrap();
    let code = |family, name: &str| names.code(family, name).unwrap();
    let purpose = code(Family::Purpose, purpose.as_str());
    let boxes = vec![compiled.statement_box((Code(1_000_000), purpose), &statement)];
    let datum = |name: &str| DatumWanted {
        name: Term::Declared(code(Family::Data, name)),
        collected_at: Some(NOW.plus_days(-3)),
    };
    let covered = Situation {
        now: NOW,
        act: Act::Use,
        purpose: Term::Declared(purpose),
        data: DATA.map(datum).into(),
        recipient: Term::Declared(code(Family::Recipient, "us")),
        channel: Term::Declared(code(Family::Channel, "web")),
        tags: Vec::new(),
        signals: Signals::NONE,
        heard: Vec::new(),
        other_device: false,
        affirmed_at: None,
        known: true,
        age: Age::Adult,
        standing: Standing::Granted,
        since: NOW.plus_days(-9),
        objected: false,
        grants: vec![Grant { statement: Code(1_000_000), granted_at: NOW.plus_days(-9) }],
        recent: Vec::new(),
        last_visit: Some(NOW),
        last_order: Some(NOW),
        jurisdiction: String::new(),
    };
    let refused = Situation { standing: Standing::Refused, grants: Vec::new(), ..covered.clone() };
    ([covered, refused], boxes, compiled)
}

fn main() {
    println!("rules  allowed ns  not allowed ns  compile ms  compare ms  as text ms");
    for rules in RULES {
        let old = policy_of(rules);
        let new = widened(&old);
        let (names, _) = compiled(&old);
        let (situations, boxes, policy) = situations(&old, &names);
        let verdict = situations.map(|it| {
            const COUNT: u32 = 10_000;
            median(|| {
                for _ in 0..COUNT {
                    black_box(decide(&policy, &boxes, black_box(&it)));
                }
            }) / COUNT
        });
        let compile = median(|| drop(black_box(compiled(&new))));
        let compare = median(|| drop(black_box(policy::diff(&old, &new))));
        let text = median(|| drop(black_box(policy::canonical(&new))));
        let ms = |it: Duration| it.as_secs_f64() * 1e3;
        println!(
            "{rules:>5} {:>11} {:>15} {:>11.2} {:>11.2} {:>11.2}",
            verdict[0].as_nanos(),
            verdict[1].as_nanos(),
            ms(compile),
            ms(compare),
            ms(text)
        );
    }
}
