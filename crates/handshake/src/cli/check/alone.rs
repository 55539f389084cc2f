//! Deciding by a policy file alone, by the code that answers `handshake decide --situations`.

use std::path::Path;

use serde_json::Value;

use super::Decider;
use super::told::Told;
use crate::cli::failure::Failure;
use crate::cli::policy::read_policy_file;
use crate::cli::print::Printer;
use crate::clock;
use crate::http::doors::offline::{answer, bad_line};
use crate::ingest::Trial;

pub(super) struct Alone(Trial);

impl Alone {
    pub(super) fn new(policy: &Path, printer: &Printer) -> Result<Alone, Failure> {
        Ok(Alone(Trial::new(&[read_policy_file(policy, printer)?])?))
    }
}

impl Decider for Alone {
    fn decide(&mut self, uses: &[String]) -> Result<Vec<Told>, Failure> {
        Ok(uses.iter().map(|it| self.one(it)).collect())
    }
}

impl Alone {
    fn one(&mut self, wanted: &str) -> Told {
        match answer(&mut self.0, wanted.as_bytes(), clock::now()) {
            Ok(reply) => Told::of(&serde_json::from_str(&reply).unwrap_or(Value::Null)),
            Err(problem) => {
                let bad = bad_line(0, &problem);
                let field = bad.field.map_or_else(String::new, |it| format!("{it}: "));
                Told::wrong(&format!("{field}{}", bad.error))
            }
        }
    }
}
