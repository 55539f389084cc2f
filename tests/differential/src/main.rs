//! `cargo xtask sim policies`: as many pairs of policy and situation as one has time for.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its terminal")]

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use handshake_differential::{EARLIER, Outcome, Run, Told};

/// Situations for each policy.
const CASES: u64 = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match options(&words) {
        Ok((pairs, seed)) => simulate(pairs, seed),
        Err(said) => {
            eprintln!("{said}");
            ExitCode::FAILURE
        }
    }
}

fn options(words: &[&str]) -> Result<(u64, u64), String> {
    let (mut pairs, mut seed) = (1_000_000, 1);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let place = match *word {
            "--pairs" => &mut pairs,
            "--seed" => &mut seed,
            other => return Err(format!("there is no `{other}`; use --pairs N, --seed N")),
        };
        let number = words.next().and_then(|it| it.replace('_', "").parse().ok());
        *place = number.ok_or_else(|| format!("`{word}` needs a whole number"))?;
    }
    Ok((pairs, seed))
}

fn simulate(pairs: u64, seed: u64) -> ExitCode {
    let begun = Instant::now();
    let told = Told { earlier: &EARLIER, ..Told::TRUTH };
    let run =
        Run { seed, policies: pairs.div_ceil(CASES), cases: CASES, told, stop_at_first: false };
    let last = Mutex::new(begun);
    let found = run.random(&|done| {
        let Ok(mut last) = last.try_lock() else { return };
        if Duration::from_secs(5) <= last.elapsed() {
            *last = Instant::now();
            let seconds = begun.elapsed().as_secs_f64();
            println!("{done:>12} of {pairs} pairs, {seconds:>6.0} s");
        }
    });
    let Outcome { pairs, policies, allowed, undeclared, partly, disagreements, .. } = found;
    print!("{}", found.text(&told));
    println!(
        "{pairs} pairs under {policies} policies ({allowed} allowed, {undeclared} undeclared, {partly} covered in part), \
         {disagreements} disagreements, seed {seed}, {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    match disagreements {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
