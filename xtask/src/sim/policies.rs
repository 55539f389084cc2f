//! `cargo xtask sim policies`: verdicts held against two other engines, which live in a workspace of
//! their own.

use crate::run::Step;

pub(crate) const MANIFEST: &str = "tests/differential/Cargo.toml";

pub(crate) fn policies(options: &[&str]) -> Result<(), String> {
    let run = ["run", "--quiet", "--release", "--bin", "sim", "--"];
    step("sim policies", &[&run[..], options].concat()).run()
}

/// A cargo command in that workspace.
pub(crate) fn step(name: &'static str, arguments: &[&str]) -> Step {
    let (command, rest) = arguments.split_at(1.min(arguments.len()));
    Step::cargo(name, &[command, &["--manifest-path", MANIFEST], rest].concat())
}
