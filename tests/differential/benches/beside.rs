//! A verdict with its reasons, by Handshake, Cedar and regorus, at 24, 240 and 2,400 rules: in turns,
//! in CPU time, after all three gave the same answer. Then what only Handshake does: compiling and
//! comparing.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and may panic"
)]

#[path = "../../../crates/core/benches/rules/mod.rs"]
mod rules;

use std::hint::black_box;

use handshake_core::decision::Age;
use handshake_core::policy::{self, Compiled, Policy};
use handshake_core::vocabulary::{Act, Dictionary, Standing, Verdict};
use handshake_differential::{
    Agreement, Cache, Case, Cedar, Datum, Facts, Granted, Module, Ours, Rego, World, input,
};
use rustix::time::{ClockId, clock_gettime};

use rules::{DATA, NOW, RULES, policy_of, purpose_of, widened};

const ROUNDS: usize = 15;
/// CPU time of one engine's turn.
const TURN_NS: f64 = 2e7;

/// Of the whole process, which has one thread.
fn cpu_ns() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    std::time::Duration::new(
        u64::try_from(now.tv_sec).unwrap(),
        u32::try_from(now.tv_nsec).unwrap(),
    )
    .as_secs_f64()
        * 1e9
}

/// CPU nanoseconds a call, over as many calls as fill a turn.
struct Turns<'a> {
    work: Box<dyn FnMut() + 'a>,
    calls: u32,
    rounds: Vec<f64>,
}

impl<'a> Turns<'a> {
    fn new(work: impl FnMut() + 'a) -> Turns<'a> {
        let mut turns = Turns { work: Box::new(work), calls: 1, rounds: Vec::new() };
        while turns.turn() * f64::from(turns.calls) < TURN_NS / 2.0 {
            turns.calls *= 2;
        }
        turns
    }

    fn turn(&mut self) -> f64 {
        let begun = cpu_ns();
        (0..self.calls).for_each(|_| (self.work)());
        (cpu_ns() - begun) / f64::from(self.calls)
    }

    fn median(&mut self) -> f64 {
        self.rounds.sort_by(f64::total_cmp);
        self.rounds[self.rounds.len() / 2]
    }
}

/// Medians, after as many rounds in which each has its turn.
fn medians<const N: usize>(mut turns: [Turns<'_>; N]) -> [f64; N] {
    for _ in 0..ROUNDS {
        for it in &mut turns {
            let took = it.turn();
            it.rounds.push(took);
        }
    }
    turns.each_mut().map(Turns::median)
}

fn world(rules: usize) -> World {
    let policy = policy_of(rules);
    let agreements =
        policy.purposes.keys().map(|purpose| Agreement::whole(&policy, purpose)).collect();
    World { source: String::new(), policy, before: None, agreements }
}

/// A use that permission covers, and the same one of somebody who said no.
fn cases(world: &World) -> [(&'static str, Case, Verdict); 2] {
    let purpose = purpose_of(&world.policy);
    let agreement = world.agreements.iter().position(|it| it.purpose == purpose).unwrap();
    let datum = |it: &str| Datum { name: it.to_owned(), collected_at: Some(NOW.plus_days(-3)) };
    let allowed = Case {
        now: NOW,
        act: Act::Use,
        purpose: purpose.to_string(),
        data: DATA.map(datum).into(),
        recipient: "us".to_owned(),
        channel: "web".to_owned(),
        jurisdiction: String::new(),
        tags: Vec::new(),
        signals: Vec::new(),
        heard: Vec::new(),
        other_device: false,
        known: true,
        affirmed_at: None,
        age: Age::Adult,
        objected: false,
        answer: Standing::NotAsked,
        grants: vec![Granted { agreement, at: NOW.plus_days(-9) }],
        recent: Vec::new(),
        last_visit: Some(NOW),
        last_order: Some(NOW),
    };
    let refused = Case { answer: Standing::Refused, grants: Vec::new(), ..allowed.clone() };
    [("allowed", allowed, Verdict::Allowed), ("not allowed", refused, Verdict::NotAllowed)]
}

fn verdicts(rules: usize, module: &Module) {
    let world = world(rules);
    let ours = Ours::new(&world, &[]);
    let cedar = Cedar::new(&world, &mut Cache::new());
    let mut rego = Rego::new(&world, module);
    for (name, case, expected) in cases(&world) {
        let facts = Facts::new(&world, &world.zone(), &case);
        let (situation, asked, said) =
            (ours.situation(&case), cedar.requests(&case, &facts), input(&case, &facts));
        let answers = [ours.answer(&case), cedar.decide(&asked), rego.decide(&said)];
        assert!(
            answers.iter().all(|it| it.verdict == expected && *it == answers[0]),
            "{answers:?}"
        );
        let [us, cedar_ns, rego_ns] = medians([
            Turns::new(|| drop(black_box(ours.decision(black_box(&situation))))),
            Turns::new(|| drop(black_box(cedar.decide(black_box(&asked))))),
            Turns::new(|| drop(black_box(rego.decide(black_box(&said))))),
        ]);
        println!(
            "{rules:>5}  {name:<11} {us:>10.0} {:>10.1} {:>11.1} {:>11.0} {:>14.0}",
            cedar_ns / 1e3,
            rego_ns / 1e3,
            cedar_ns / us,
            rego_ns / us
        );
    }
}

fn compiled(policy: &Policy) -> Compiled {
    let mut names = Dictionary::default();
    for (family, name) in policy::declared_names(policy) {
        names.declare(family.number(), name.as_str());
    }
    Compiled::new(policy, &names, 1, [0; 32])
}

fn comparison(rules: usize) {
    let old = policy_of(rules);
    let new = widened(&old);
    let [compile, compare] = medians([
        Turns::new(|| drop(black_box(compiled(black_box(&new))))),
        Turns::new(|| drop(black_box(policy::diff(black_box(&old), black_box(&new))))),
    ]);
    println!(
        "{rules:>5} rules: compiled in {:.2} ms, compared in {:.2} ms",
        compile / 1e6,
        compare / 1e6
    );
}

fn main() {
    println!("rules  verdict     Handshake ns  Cedar µs  regorus µs  Cedar/ours  regorus/ours");
    let module = Module::read();
    RULES.into_iter().for_each(|rules| verdicts(rules, &module));
    println!();
    RULES.into_iter().for_each(comparison);
}
