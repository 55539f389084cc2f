//! How a list came out: how many rows are allowed, and what stood in the way of the others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::told::Told;
use crate::cli::failure::Failure;

#[derive(Debug, Serialize)]
pub(super) struct Tally {
    /// Names the run, so that it can be carried on; nothing where nothing was recorded.
    run: Option<String>,
    rows: u64,
    allowed: u64,
    not_allowed: u64,
    undeclared: u64,
    /// Rows that could not be decided.
    errors: u64,
    /// Rows with the advice to withhold.
    withhold: u64,
    /// Rows that an earlier try of the same run had decided.
    repeated: u64,
    /// By the code of the first reason.
    reasons: BTreeMap<String, Reason>,
}

#[derive(Debug, Default, Serialize)]
struct Reason {
    rows: u64,
    /// By the cure named first; of very many, the rest together.
    cures: BTreeMap<String, u64>,
}

/// How many cures of a reason are counted apart: some name a time.
const CURES_MAX: usize = 50;
/// How many of them are printed.
const CURES_SHOWN: usize = 3;
const OTHERS: &str = "others";

impl Tally {
    pub(super) fn new(run: Option<String>) -> Tally {
        Tally {
            run,
            rows: 0,
            allowed: 0,
            not_allowed: 0,
            undeclared: 0,
            errors: 0,
            withhold: 0,
            repeated: 0,
            reasons: BTreeMap::new(),
        }
    }

    pub(super) fn count(&mut self, it: &Told) {
        self.rows += 1;
        self.repeated += u64::from(it.repeated);
        self.withhold += u64::from(it.advice == "withhold");
        match it.verdict.as_str() {
            "allowed" => self.allowed += 1,
            "undeclared" => self.undeclared += 1,
            "" => self.errors += 1,
            _ => self.not_allowed += 1,
        }
        if it.reason.is_empty() || it.verdict == "allowed" {
            return;
        }
        let reason = self.reasons.entry(it.reason.clone()).or_default();
        reason.rows += 1;
        let known = reason.cures.len() < CURES_MAX || reason.cures.contains_key(&it.cure);
        let cure = if known { it.cure.as_str() } else { OTHERS };
        *reason.cures.entry(cure.to_owned()).or_default() += 1;
    }

    pub(super) fn text(&self) -> String {
        let mut lines = vec![format!(
            "{} rows: {} allowed, {} not allowed{}, {} could not be decided; {} to withhold",
            self.rows,
            self.allowed,
            self.not_allowed,
            match self.undeclared {
                0 => String::new(),
                count => format!(", {count} undeclared"),
            },
            self.errors,
            self.withhold
        )];
        if self.repeated != 0 {
            lines.push(format!("{} of them an earlier try of this run had decided", self.repeated));
        }
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|it| std::cmp::Reverse(it.1.rows));
        for (code, reason) in reasons {
            lines.push(format!("  {} {code}", reason.rows));
            let mut cures: Vec<_> = reason.cures.iter().filter(|it| !it.0.is_empty()).collect();
            cures.sort_by_key(|it| std::cmp::Reverse(*it.1));
            let shown = cures.iter().take(CURES_SHOWN);
            lines.extend(shown.map(|(cure, rows)| format!("    {rows} would be cured by: {cure}")));
        }
        lines.join("\n")
    }

    pub(super) fn outcome(&self) -> Result<(), Failure> {
        match (self.errors, self.not_allowed + self.undeclared) {
            (0, 0) => Ok(()),
            (0, 1) => Err(Failure::Attention("1 row is not allowed".to_owned())),
            (0, count) => Err(Failure::Attention(format!("{count} rows are not allowed"))),
            (1, _) => Err(Failure::Refused("1 row could not be decided".to_owned())),
            (count, _) => Err(Failure::Refused(format!("{count} rows could not be decided"))),
        }
    }
}
