//! `cargo xtask check`: what must hold before a change goes in. CI runs this line and no other.

use std::time::Duration;

use crate::needs;
use crate::run::{self, Step};
use crate::sim;

/// Files that tests compare with; none may change by running tests.
pub(crate) const GOLDEN: [&str; 3] = ["*golden/*", "*.snap", "*/vectors/*"];

/// What may be depended on, in either workspace.
const DENY: &str = "deny.toml";

pub(crate) fn check() -> Result<(), String> {
    needs::see_to_it()?;
    let mut times = Vec::new();
    for step in before_golden() {
        heading(step.name);
        times.push(step.timed()?);
    }
    heading("tests");
    let before = golden_state()?;
    times.push(tests().timed()?);
    if golden_state()? != before {
        return Err("tests changed golden files. To see how: git diff".to_owned());
    }
    for step in after_golden().into_iter().chain(in_a_browser()) {
        heading(step.name);
        times.push(step.timed()?);
    }
    println!("\nall is well: {}", written(&times));
    Ok(())
}

fn before_golden() -> Vec<Step> {
    let lints = ["clippy", "--workspace", "--all-targets", "--release", "--", "-D", "warnings"];
    let differential = ["clippy", "--all-targets", "--release", "--", "-D", "warnings"];
    vec![
        Step::cargo("format", &["fmt", "--all", "--check"]).fix("cargo fmt --all"),
        Step::cargo("differential format", &["fmt", "--manifest-path", sim::MANIFEST, "--check"])
            .fix("cargo fmt --manifest-path tests/differential/Cargo.toml"),
        Step::cargo("lints", &lints)
            .fix("cargo clippy --workspace --all-targets --release --fix --allow-dirty"),
        sim::step("differential lints", &differential)
            .fix("mend what it names in tests/differential"),
    ]
}

/// Documentation examples are tests too. Snapshots are never written here.
fn tests() -> Step {
    Step::cargo("tests", &["test", "--workspace", "--release"])
        .env("INSTA_UPDATE", "no")
        .fix("read what the test says; if the new text is the right one: cargo xtask golden")
}

fn after_golden() -> Vec<Step> {
    let docs = ["doc", "--workspace", "--no-deps", "--release"];
    let mut steps = vec![
        sim::step("differential", &["test", "--release"])
            .fix("read the policy and the situation it prints: who is right? docs/DIFFERENTIAL.md"),
        Step::cargo("documentation", &docs)
            .env("RUSTDOCFLAGS", "-D warnings")
            .fix("mend the link or the code block it names"),
    ];
    match run::installed("cargo-deny", "--version") {
        true => {
            let others = ["deny", "--manifest-path", sim::MANIFEST, "check", "--config", DENY];
            let checks = [&["deny", "check"][..], &others];
            steps.extend(checks.map(|it| {
                Step::new("licences and advisories", "cargo", it)
                    .fix("read the crate it names, then its Cargo.toml or deny.toml")
            }));
        }
        false => println!("cargo-deny is not installed: licences and advisories are not checked"),
    }
    match (run::root().join("sdk").exists(), run::installed("node", "--version")) {
        (true, true) => {
            steps.push(Step::new("sdk", "node", &["--test", "sdk/"]).fix("node --test sdk/"));
        }
        (true, false) => println!("node is not installed: the SDK is not checked"),
        (false, _) => (),
    }
    steps
}

/// What people see, in a real browser, against the binary that the tests were built with.
fn in_a_browser() -> Vec<Step> {
    if !needs::has_a_browser() {
        return Vec::new();
    }
    let prefix = ["--prefix", "tests/browser"];
    let packages = [&prefix[..], &["ci", "--no-audit", "--no-fund"]].concat();
    let tests = [&prefix[..], &["test"]].concat();
    vec![
        Step::new("browser packages", "npm", &packages)
            .fix("npm --prefix tests/browser ci, with a way to the registry"),
        Step::new("browser", "npm", &tests)
            .env("HANDSHAKE_BIN", &run::built("handshake").to_string_lossy())
            .env("CHROMIUM", needs::CHROMIUM)
            .fix("npm --prefix tests/browser test"),
    ]
}

/// What git sees of the golden files; nothing where there is no git.
fn golden_state() -> Result<String, String> {
    if !run::in_git() {
        return Ok(String::new());
    }
    let difference = run::output("git", &[&["diff", "--"][..], &GOLDEN].concat())?;
    let status = [&["status", "--porcelain", "--untracked-files=all", "--"][..], &GOLDEN].concat();
    Ok(difference + &run::output("git", &status)?)
}

fn heading(name: &str) {
    println!("\n== {name}");
}

fn written(times: &[(&str, Duration)]) -> String {
    let each: Vec<String> =
        times.iter().map(|(name, took)| format!("{name} {}", seconds(*took))).collect();
    let total = times.iter().map(|(_, took)| *took).sum();
    format!("{}; {} in all", each.join(", "), seconds(total))
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_tells_each_step_and_the_sum() {
        let times =
            [("format", Duration::from_millis(840)), ("tests", Duration::from_millis(61_260))];
        assert_eq!(written(&times), "format 0.8 s, tests 61.3 s; 62.1 s in all");
    }
}
