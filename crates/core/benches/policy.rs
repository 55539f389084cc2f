//! How long a verdict takes, and how long it takes to compare two policies, at 24, 240 and 2,400
//! rules. A rule is a purpose or a promise; every tenth is a promise.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and may panic")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use handshake_core::decision::{Age, DatumWanted, Situation, Term, decide};
use handshake_core::permission::Grant;
use handshake_core::policy::{self, Compiled, Policy, StatementBox};
use handshake_core::vocabulary::{Act, Code, Dictionary, Family, Millis, Name, Signals, Standing};

const ROUNDS: usize = 31;
const NOW: Millis = Millis(1_800_000_000_000);

const HEAD: &str = r#"policy shop version=1 effective="2020-01-01T00:00:00Z" {
  controller "Shop" contact="a@b.example"
  applies-in EU
  languages en
  currency EUR
  time-zone "Europe/London"
  anything-else not-allowed mode=enforce
}
data { seen "What you looked at" { viewed; searched; carted }; bought "What you bought" { items; value } }
tags { gift from=bought.items }
recipients { us "Us" kind=ourselves; mailer "Mailer" kind=processor country=NL; network "Network" kind=third-party country=US sale=yes }
channels { web; email; ads }
purpose suggest {
  says en="Use what you looked at and bought."
  basis permission
  uses seen bought.items
  with us mailer
  on web email
  keep 13 months after last-visit
  at-most 2 per=month
  stops-for objection gpc dnt
  mode enforce
}
never "Nothing is sold under a signal" { recipients network; when signal=gpc; mode enforce }
"#;

/// A policy of `rules` rules: the ones above, over and over under other names.
fn policy_of(rules: usize) -> Policy {
    let mut policy = policy::read(HEAD).unwrap();
    let (name, purpose) = policy.purposes.pop_first().unwrap();
    let never = policy.nevers.pop().unwrap();
    for at in 0..rules {
        let own = Name::new(&format!("{name}-{at}")).unwrap();
        match at % 10 {
            9 => {
                let mut never = never.clone();
                never.says = format!("{} {at}", never.says);
                never.purposes.insert(Name::new(&format!("{name}-{}", at - 1)).unwrap());
                policy.nevers.push(never);
            }
            _ => drop(policy.purposes.insert(own, purpose.clone())),
        }
    }
    policy
}

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
    let purpose = policy.purposes.keys().next_back().unwrap();
    let statement = policy::statement(policy, purpose, "en", None).unwrap();
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
        data: vec![datum("seen.viewed"), datum("bought.items")],
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
    for rules in [24, 240, 2_400] {
        let old = policy_of(rules);
        let mut new = old.clone();
        for purpose in new.purposes.values_mut().step_by(7) {
            purpose.uses.insert(Name::new("bought.value").unwrap());
        }
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
