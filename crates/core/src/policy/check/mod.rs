//! Checking: what a careful reader would say of a policy that can be read.
//!
//! Mistakes keep a policy from being published; warnings ask its author to look again.

mod asking;
#[cfg(test)]
mod cases;
mod data;
mod document;
mod grade;
mod language;
mod laws;
mod naming;
mod places;
mod purposes;
mod rest;
mod signals;
#[cfg(test)]
mod tests;

use super::model::{Line, Policy};
use super::problem::{Problem, Severity, Sheet};
use crate::vocabulary::{Millis, Name};

/// Everything to say of a policy and the text it was read from when it takes effect, in order of
/// lines.
pub fn check(policy: &Policy, source: &str) -> Vec<Problem> {
    check_at(policy, source, policy.effective)
}

/// The same at `now`, when waivers may be over.
pub fn check_at(policy: &Policy, source: &str, now: Millis) -> Vec<Problem> {
    let sheet = Sheet::new(source);
    let mut notes = Notes { sheet: &sheet, policy, problems: Vec::new() };
    document::versions(&mut notes);
    document::guesses(&mut notes);
    places::jurisdictions(&mut notes);
    places::recipients(&mut notes);
    data::sensitive(&mut notes);
    asking::people(&mut notes);
    for (name, purpose) in &policy.purposes {
        purposes::purpose(&mut notes, name, purpose);
        asking::again(&mut notes, name, purpose);
        signals::purpose(&mut notes, name, purpose);
    }
    language::purposes(&mut notes);
    signals::terms(&mut notes);
    laws::laws(&mut notes);
    laws::waivers(&mut notes, now.max(policy.effective));
    rest::nevers(&mut notes);
    rest::recipients(&mut notes);
    rest::unused(&mut notes);
    rest::records(&mut notes);
    rest::features(&mut notes);
    rest::tests(&mut notes);
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
    /// The first line of the file that begins with this word, else the first of all.
    fn line_of(&self, word: &str) -> Line {
        Line(self.sheet.line_of(word).unwrap_or(1))
    }

    fn mistake(&mut self, line: Line, slug: &'static str, said: String, help: &str) {
        let span = self.sheet.span_of_line(line.0);
        self.problems.push(self.sheet.problem(Severity::Mistake, span, slug, said, help));
    }

    fn warning(&mut self, line: Line, slug: &'static str, said: String, help: &str) {
        let span = self.sheet.span_of_line(line.0);
        self.problems.push(self.sheet.problem(Severity::Warning, span, slug, said, help));
    }

    /// A warning about one word of a line, which may be full of them.
    fn warning_of(&mut self, place: (Line, &str), slug: &'static str, said: String, help: &str) {
        let span = self.sheet.span_of_word(place.0.0, place.1);
        self.problems.push(self.sheet.problem(Severity::Warning, span, slug, said, help));
    }
}

/// The last part of a name, which is what stands in the tree of data.
fn last_part(name: &Name) -> &str {
    name.as_str().rsplit('.').next().unwrap_or_default()
}
