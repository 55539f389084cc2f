//! The policy as Rego: one module that says what a policy means, the policy as its data, and a
//! use as its input. All data of a use are answered at once.

mod document;

use std::sync::Arc;

use handshake_core::vocabulary::Verdict;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::program::Program;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

use crate::answer::Answer;
use crate::case::Case;
use crate::facts::Facts;
use crate::world::World;

const MODULE: &str = include_str!("policy.rego");
const INSTRUCTIONS_MAX: usize = 1_000_000;
const QUERY: &str = "data.handshake.answer";

/// The module, compiled once for regorus' machine.
#[derive(Debug, Clone)]
pub struct Module(Arc<Program>);

/// The module with a policy as its data.
#[derive(Debug)]
pub struct Rego(RegoVM);

impl Module {
    pub fn read() -> Module {
        let mut engine = Engine::new();
        engine.add_policy("policy.rego".to_owned(), MODULE.to_owned()).unwrap();
        let compiled = engine.compile_with_entrypoint(&QUERY.into()).unwrap();
        Module(Compiler::compile_from_policy(&compiled, &[QUERY]).unwrap())
    }
}

impl Rego {
    pub fn new(world: &World, module: &Module) -> Rego {
        let mut machine = RegoVM::new();
        // A use of several data in several places takes more than the machine allows by itself.
        machine.set_max_instructions(INSTRUCTIONS_MAX);
        machine.load_program(Arc::clone(&module.0));
        machine.set_data(document::policies(world).into()).unwrap();
        Rego(machine)
    }

    pub fn answer(&mut self, case: &Case, facts: &Facts) -> Answer {
        self.decide(&input(case, facts))
    }

    pub fn decide(&mut self, input: &Value) -> Answer {
        self.0.set_input(input.clone());
        let said = self.0.execute().unwrap_or_else(|it| panic!("Rego: {it:?}"));
        let verdict = said["verdict"].as_string().map(|it| Verdict::parse(it));
        let verdict = verdict.unwrap().unwrap_or_else(|| panic!("Rego said {said}"));
        let covered = said["covered"].as_array().unwrap();
        let covered = covered.iter().map(|it| *it.as_bool().unwrap()).collect();
        Answer { verdict, covered }
    }
}

/// A use as Rego's input.
pub fn input(case: &Case, facts: &Facts) -> Value {
    document::input(case, facts).into()
}
