//! The developer's commands. No dependencies, so that they build at once.
//!
//! `check` is every test in one line, `golden` rewrites what tests compare against, `sim` goes on
//! testing for as long as one likes, `bench` prints figures beside their yardstick.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its terminal")]

mod bench_decide;
mod check;
mod contract;
mod needs;
mod run;
mod sim;
mod wrk;

use std::process::ExitCode;

use run::Step;

const HELP: &str = "\
cargo xtask COMMAND

  check           format, lints, tests, documentation, licences: everything, stopping at the first failure
  golden          rewrite golden files and snapshots from what the code says now, then show the difference
  sim policies [--pairs N] [--seed N]
                  verdicts by Handshake, Cedar and Rego on random policies and situations
  bench append    the ledger's append beside a raw fdatasync loop
  bench recommend [TRAIN TEST]
                  how well and how fast the recommender finds the next item
  bench policy    a verdict beside Cedar and regorus, and the comparison of two policies, at 24, 240
                  and 2,400 rules
  bench decide    POST /v1/decide beside a static reply of nginx (needs nginx and wrk)
  help            this

Everything is built with --release: one profile for running, testing and measuring.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["check"] => check::check(),
        ["golden"] => golden(),
        ["sim", "policies", options @ ..] => sim::policies(options),
        ["sim"] => {
            println!("{}", sim::HELP);
            Ok(())
        }
        ["bench", "append"] => bench_append(),
        ["bench", "recommend", files @ ..] => bench_recommend(files),
        ["bench", "policy"] => bench_policy(),
        ["bench", "decide"] => bench_decide::bench_decide(),
        ["bench"] => bench_append()
            .and_then(|()| bench_recommend(&[]))
            .and_then(|()| bench_decide::bench_decide()),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no `{}`; try `cargo xtask help`", other.join(" "))),
    };
    let Err(said) = done else { return ExitCode::SUCCESS };
    eprintln!("\n{said}");
    ExitCode::FAILURE
}

/// Rewrites golden files and file snapshots, then shows what changed.
fn golden() -> Result<(), String> {
    Step::cargo("golden", &["test", "--workspace", "--release"])
        .env("HANDSHAKE_GOLDEN", "write")
        .env("INSTA_UPDATE", "always")
        .run()?;
    if run::in_git() {
        let paths = [&["diff", "--stat", "--"][..], &check::GOLDEN].concat();
        Step::new("difference", "git", &paths).run()?;
    }
    println!("\nread the difference before you commit it: stored formats only ever grow");
    Ok(())
}

fn bench_policy() -> Result<(), String> {
    Step::cargo("policy", &["bench", "--package", "handshake-core", "--bench", "policy"]).run()?;
    sim::step("policy, beside others", &["bench", "--bench", "beside"]).run()
}

fn bench_append() -> Result<(), String> {
    Step::cargo("append", &["bench", "--package", "handshake", "--bench", "append"]).run()
}

fn bench_recommend(files: &[&str]) -> Result<(), String> {
    let here = std::env::current_dir().map_err(|err| format!("the directory: {err}"))?;
    let files: Vec<String> =
        files.iter().map(|it| here.join(it).to_string_lossy().into_owned()).collect();
    let mut words = vec!["bench", "--package", "handshake-core", "--bench", "recommend", "--"];
    words.extend(files.iter().map(String::as_str));
    Step::cargo("recommend", &words).run()
}
