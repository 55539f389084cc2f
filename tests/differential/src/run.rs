//! A run over many policies, on all cores: policy by policy, each with its own stream of chance, so
//! that the number of threads changes nothing.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use handshake_core::vocabulary::Verdict;

use crate::case::Case;
use crate::draw::Draw;
use crate::engines::{Desk, Engines, Told};
use crate::exhaustive::Exhaustive;
use crate::generate;
use crate::shrink::Disagreement;
use crate::world::World;

/// Disagreements that are kept to be shown; the rest are counted.
const SHOWN: usize = 3;

/// Random policies, each with some situations.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub seed: u64,
    pub policies: u64,
    pub cases: u64,
    pub told: Told,
    /// Ends at the first disagreement.
    pub stop_at_first: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    pub policies: u64,
    pub pairs: u64,
    pub allowed: u64,
    pub undeclared: u64,
    /// Uses of which only some data are covered.
    pub partly: u64,
    pub disagreements: u64,
    /// Some of them, under a policy each.
    pub shown: Vec<Disagreement>,
}

impl Run {
    /// Random policies. `progress` is told the number of pairs so far.
    pub fn random(&self, progress: &(dyn Fn(u64) + Sync)) -> Outcome {
        self.spread(self.policies, progress, |place, desk, found| {
            let mut draw = Draw::new(self.seed, place);
            let world = generate::world(&mut draw);
            let mut engines = Engines::new(&world, &self.told, desk);
            let zone = engines.zone().clone();
            for _ in 0..self.cases {
                let case = generate::case(&world, &zone, &mut draw);
                found.take(&world, &case, &mut engines);
            }
        })
    }

    /// Every policy of at most two rules over a small vocabulary, with every situation.
    pub fn exhaustive(&self, all: &Exhaustive, progress: &(dyn Fn(u64) + Sync)) -> Outcome {
        self.spread(all.policies(), progress, |place, desk, found| {
            let world = all.world(place);
            let mut engines = Engines::new(&world, &self.told, desk);
            for case in all.cases(&world) {
                found.take(&world, &case, &mut engines);
            }
        })
    }

    fn spread(
        &self,
        policies: u64,
        progress: &(dyn Fn(u64) + Sync),
        work: impl Fn(u64, &mut Desk, &mut Outcome) + Sync,
    ) -> Outcome {
        let (next, pairs) = (AtomicU64::new(0), AtomicU64::new(0));
        let stop = AtomicBool::new(false);
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let one = || {
            let (mut desk, mut found) = (Desk::new(), Outcome::default());
            while !stop.load(Ordering::Relaxed) {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if policies <= place {
                    break;
                }
                let before = found.pairs;
                work(place, &mut desk, &mut found);
                found.policies += 1;
                let more = found.pairs - before;
                progress(pairs.fetch_add(more, Ordering::Relaxed) + more);
                if self.stop_at_first && 0 < found.disagreements {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            found
        };
        let mut all = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
            let found = threads.into_iter().map(|it| it.join().unwrap());
            found.fold(Outcome::default(), Outcome::with)
        });
        all.shown.truncate(SHOWN);
        all
    }
}

impl Outcome {
    fn take(&mut self, world: &World, case: &Case, engines: &mut Engines<'_>) {
        let answers = engines.answers(case);
        self.pairs += 1;
        match answers.ours.verdict {
            Verdict::Allowed => self.allowed += 1,
            Verdict::Undeclared => self.undeclared += 1,
            Verdict::NotAllowed => (),
        }
        let covered = &answers.ours.covered;
        self.partly += u64::from(covered.contains(&true) && covered.contains(&false));
        if !answers.agree() {
            self.disagreements += 1;
            let new = self.shown.iter().all(|it| it.world.source != world.source);
            if new && self.shown.len() < SHOWN {
                self.shown.push(Disagreement { world: world.clone(), case: case.clone(), answers });
            }
        }
    }

    fn with(mut self, other: Outcome) -> Outcome {
        self.policies += other.policies;
        self.pairs += other.pairs;
        self.allowed += other.allowed;
        self.undeclared += other.undeclared;
        self.partly += other.partly;
        self.disagreements += other.disagreements;
        self.shown.extend(other.shown);
        self
    }

    /// Nothing, or the disagreements kept, made small, for a person to read.
    pub fn text(&self, told: &Told) -> String {
        let small = self.shown.iter().map(|it| it.clone().shrunk(told).text());
        small.collect::<Vec<_>>().join("\n")
    }
}
