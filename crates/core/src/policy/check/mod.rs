//! Checking: what a careful reader would say of a policy that can be read.
//!
//! Mistakes keep a policy from being published; warnings ask its author to look again.

mod language;
mod laws;
mod purposes;
mod rest;
#[cfg(test)]
mod tests;

use super::model::{Line, Policy};
use super::problem::{Problem, Severity, Sheet};
use crate::vocabulary::Millis;

/// Everything to say of a policy and the text it was read from when it takes effect, in order of
/// lines.
pub fn check(policy: &Policy, source: &str) -> Vec<Problem> {
    check_at(policy, source, policy.effective)
}

/// The same at `now`, when waivers may be over.
pub fn check_at(policy: &Policy, source: &str, now: Millis) -> Vec<Problem> {
    let sheet = Sheet::new(source);
    let mut notes = Notes { sheet: &sheet, policy, problems: Vec::new() };
    for (name, purpose) in &policy.purposes {
        purposes::purpose(&mut notes, name, purpose);
        language::purpose(&mut notes, name, purpose);
    }
    laws::laws(&mut notes);
    laws::waivers(&mut notes, now.max(policy.effective));
    rest::nevers(&mut notes);
    rest::recipients(&mut notes);
    rest::unused(&mut notes);
    rest::records(&mut notes);
    rest::features(&mut notes);
    let mut problems = notes.problems;
    problems.sort_by_key(|it| (it.offset, it.severity, it.slug));
    problems
}

/// What was said so far.
#[derive(Debug)]
struct Notes<'a> {
    sheet: &'a Sheet<'a>,
    policy: &'a Policy,
    problems: Vec<Problem>,
}

impl Notes<'_> {
    fn mistake(&mut self, line: Line, slug: &'static str, said: String, help: &str) {
        self.add(Severity::Mistake, line, slug, said, help);
    }

    fn warning(&mut self, line: Line, slug: &'static str, said: String, help: &str) {
        self.add(Severity::Warning, line, slug, said, help);
    }

    fn add(&mut self, how: Severity, line: Line, slug: &'static str, said: String, help: &str) {
        let span = self.sheet.span_of_line(line.0);
        self.problems.push(self.sheet.problem(how, span, slug, said, help));
    }
}
