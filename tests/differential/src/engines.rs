//! The three engines beside each other, for one policy.

use handshake_core::vocabulary::Family;
use jiff::tz::TimeZone;

use crate::answer::Answer;
use crate::case::Case;
use crate::cedar::{Cache, Cedar};
use crate::facts::Facts;
use crate::ours::Ours;
use crate::rego::{Module, Rego};
use crate::world::World;

/// A change made to what one engine is told, to see that its answer counts.
pub type Change = fn(&mut World);

/// The same for a situation.
pub type CaseChange = fn(&mut Case);

/// What the engines are told beside a policy and what people agreed to.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub cedar: Change,
    pub rego: Change,
    pub cedar_case: Option<CaseChange>,
    pub rego_case: Option<CaseChange>,
    /// Names that earlier policies declared.
    pub earlier: &'static [(Family, &'static str)],
}

impl Told {
    /// All engines are told the policy as it is.
    pub const TRUTH: Told =
        Told { cedar: |_| (), rego: |_| (), cedar_case: None, rego_case: None, earlier: &[] };
}

/// What is kept from one policy to the next on a thread.
#[derive(Debug)]
pub(crate) struct Desk {
    cache: Cache,
    module: Module,
}

#[derive(Debug)]
pub(crate) struct Engines<'a> {
    world: &'a World,
    told: Told,
    zone: TimeZone,
    ours: Ours,
    cedar: Cedar,
    rego: Rego,
}

/// Three answers to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    pub ours: Answer,
    pub cedar: Answer,
    pub rego: Answer,
}

impl Answers {
    pub fn agree(&self) -> bool {
        self.ours == self.cedar && self.ours == self.rego
    }
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk { cache: Cache::new(), module: Module::read() }
    }
}

impl<'a> Engines<'a> {
    pub(crate) fn new(world: &'a World, told: &Told, desk: &mut Desk) -> Engines<'a> {
        if 100_000 < desk.cache.len() {
            desk.cache.clear();
        }
        let changed = |change: Change| {
            let mut world = world.clone();
            change(&mut world);
            world
        };
        Engines {
            world,
            told: *told,
            zone: world.zone(),
            ours: Ours::new(world, told.earlier),
            cedar: Cedar::new(&changed(told.cedar), &mut desk.cache),
            rego: Rego::new(&changed(told.rego), &desk.module),
        }
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(crate) fn answers(&mut self, case: &Case) -> Answers {
        let facts = |case: &Case| Facts::new(self.world, &self.zone, case);
        let changed = |change: CaseChange| {
            let mut case = case.clone();
            change(&mut case);
            let facts = facts(&case);
            (case, facts)
        };
        let truth = facts(case);
        let for_cedar = self.told.cedar_case.map(changed);
        let for_rego = self.told.rego_case.map(changed);
        let (cedars, its) = for_cedar.as_ref().map_or((case, &truth), |it| (&it.0, &it.1));
        let cedar = self.cedar.answer(cedars, its);
        let (regos, its) = for_rego.as_ref().map_or((case, &truth), |it| (&it.0, &it.1));
        Answers { ours: self.ours.answer(case), cedar, rego: self.rego.answer(regos, its) }
    }
}
