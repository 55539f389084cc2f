//! Situations decided by a policy file alone: a line in, a line out.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::policy::read_policy_file;
use crate::cli::print::Printer;
use crate::clock;
use crate::http::doors::offline::{answer, bad_line};
use crate::ingest::Trial;

const STANDARD_INPUT: &str = "-";
/// How many bad lines are named at the end; each has said more in its place.
const NAMED_MAX: usize = 10;

pub(super) fn run(
    policies: &[PathBuf],
    situations: &Path,
    printer: &Printer,
) -> Result<(), Failure> {
    let sources = policies.iter().map(|it| read_policy_file(it, printer));
    let mut trial = Trial::new(&sources.collect::<Result<Vec<_>, _>>()?)?;
    let failed = |error: &io::Error| {
        Failure::io(format!("could not read `{}`", situations.display()), error)
    };
    let mut input: Box<dyn BufRead> = match situations.as_os_str() == STANDARD_INPUT {
        true => Box::new(io::stdin().lock()),
        false => Box::new(BufReader::new(File::open(situations).map_err(|it| failed(&it))?)),
    };
    let (mut line, mut count, mut bad) = (Vec::new(), 0, Vec::new());
    for number in 1.. {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|it| failed(&it))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        count += 1;
        let said = answer(&mut trial, line.trim_ascii_end(), clock::now()).or_else(|problem| {
            bad.push(number);
            serde_json::to_string(&bad_line(number, &problem))
        });
        let said = said.map_err(|error| Failure::io("could not write a decision", &error))?;
        if !printer.line(&said) {
            return Ok(());
        }
    }
    match bad.is_empty() {
        true => Ok(()),
        false => Err(Failure::Refused(undecided(&bad, count))),
    }
}

fn undecided(bad: &[u64], of: u64) -> String {
    let named: Vec<String> = bad.iter().take(NAMED_MAX).map(u64::to_string).collect();
    let more = if NAMED_MAX < bad.len() { ", …" } else { "" };
    let lines = if bad.len() == 1 { "line" } else { "lines" };
    format!(
        "{} of {of} situations make no sense: {lines} {}{more}; what was said in their place tells \
         why",
        bad.len(),
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_named_but_not_all_of_many() {
        insta::assert_snapshot!(undecided(&[3], 4), @"1 of 4 situations make no sense: line 3; what was said in their place tells why");
        let many: Vec<u64> = (1..=12).collect();
        insta::assert_snapshot!(undecided(&many, 20), @"12 of 20 situations make no sense: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …; what was said in their place tells why");
    }
}
