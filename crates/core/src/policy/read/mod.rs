//! Reading: from the text of a policy file to its model, or to everything that is wrong with it.

mod costs;
mod data;
mod desk;
mod document;
mod known;
pub(super) mod layout;
#[cfg(test)]
mod mistakes;
mod nevers;
mod purposes;
mod recipients;
mod resolve;
mod signals;
mod terms;
#[cfg(test)]
mod tests;
mod waivers;
mod words;

use std::collections::BTreeMap;

use kdl::KdlNode;

use self::desk::Desk;
use self::document::Header;
use super::model::{Category, Channel, LedgerCost, Line, Never, Purpose, Recipient, SignalTerm};
use super::model::{Policy, Tag, Worth};
use super::problem::{Problem, Severity, Sheet, Span};
use crate::vocabulary::{Name, Signal};

const PARTS: [&str; 9] = [
    "policy",
    "data",
    "tags",
    "recipients",
    "channels",
    "purpose",
    "never",
    "signals",
    "ledger-costs",
];
const WORTH: &str = "worth";

/// Reads a policy, or says everything that is wrong with it. Never panics, whatever the text.
pub fn read(source: &str) -> Result<Policy, Vec<Problem>> {
    let sheet = Sheet::new(source);
    let document = layout::parse(&sheet, source).map_err(|problems| match problems.len() {
        layout::PROBLEMS_MAX.. => with_more(problems, &sheet),
        _ => problems,
    })?;
    let mut desk = Desk::new(&sheet);
    let mut parts = Parts::default();
    let mut seen = BTreeMap::new();
    for node in document.nodes() {
        parts.read(&mut desk, &mut seen, node);
    }
    if !seen.contains_key("policy") {
        let help = "begin with `policy NAME version=1 effective=\"2026-12-01T00:00:00Z\" { … }`";
        let start = Span { offset: 0, length: 0 };
        desk.mistake(start, "missing-policy", "there is no `policy`", help);
    }
    resolve::resolve(&mut desk, &parts);
    let mut problems = std::mem::take(&mut desk.problems);
    problems.sort_by_key(|it| (it.offset, it.length, it.slug));
    problems.dedup();
    match parts.into_policy() {
        Some(policy) if problems.is_empty() => Ok(policy),
        _ if problems.is_empty() => Err(vec![unread(&sheet)]),
        _ if desk.more => Err(with_more(problems, &sheet)),
        _ => Err(problems),
    }
}

/// Says at the last problem that there are more.
fn with_more(mut problems: Vec<Problem>, sheet: &Sheet<'_>) -> Vec<Problem> {
    let last = problems.last().map_or(0, |it| it.offset);
    let (said, help) = ("there are more mistakes than these", "mend these, and check again");
    let span = Span { offset: last, length: 0 };
    problems.push(sheet.problem(Severity::Mistake, span, "more-mistakes", said, help));
    problems
}

/// A part could not be read although nothing was said about it.
fn unread(sheet: &Sheet<'_>) -> Problem {
    let start = Span { offset: 0, length: 0 };
    let (said, help) =
        ("a part of the policy was not understood", "compare it with docs/POLICY.md");
    sheet.problem(Severity::Mistake, start, "unread", said, help)
}

/// What was read so far.
#[derive(Debug, Default)]
struct Parts {
    header: Option<Header>,
    data: BTreeMap<Name, Category>,
    /// Where each `from=` stands.
    data_from: BTreeMap<Name, Span>,
    tags: BTreeMap<Name, Tag>,
    recipients: BTreeMap<Name, Recipient>,
    channels: BTreeMap<Name, Channel>,
    purposes: BTreeMap<Name, Purpose>,
    nevers: Vec<Never>,
    signals: BTreeMap<Signal, SignalTerm>,
    ledger_costs: BTreeMap<Name, LedgerCost>,
    worth: BTreeMap<Name, Worth>,
}

impl Parts {
    fn read(&mut self, desk: &mut Desk<'_>, seen: &mut BTreeMap<String, Line>, node: &KdlNode) {
        let part = node.name().value();
        let repeats = matches!(part, "purpose" | "never");
        let known = PARTS.contains(&part) || part == WORTH;
        if known && !repeats && !desk.once(seen, node) {
            return;
        }
        match part {
            "policy" => self.header = document::header(desk, node),
            "data" => data::data(desk, node, &mut self.data, &mut self.data_from),
            "tags" => self.tags = data::tags(desk, node),
            "recipients" => self.recipients = recipients::recipients(desk, node),
            "channels" => self.channels = recipients::channels(desk, node),
            "purpose" => self.purposes.extend(purposes::purpose(desk, node)),
            "never" => self.nevers.extend(nevers::never(desk, node)),
            "signals" => self.signals = signals::signals(desk, node),
            "ledger-costs" => self.ledger_costs = costs::ledger_costs(desk, node),
            WORTH => self.worth = costs::worth(desk, node),
            _ => {
                let known: Vec<&str> = PARTS.into_iter().chain([WORTH]).collect();
                desk.unknown_node(node, "a policy file", &known);
            }
        }
    }

    fn into_policy(self) -> Option<Policy> {
        let header = self.header?;
        Some(Policy {
            name: header.name,
            version: header.version,
            replaces: header.replaces,
            effective: header.effective,
            controller: header.controller,
            applies_in: header.applies_in,
            languages: header.languages,
            currency: header.currency,
            time_zone: header.time_zone,
            minors: header.minors,
            mode: header.mode,
            mode_line: header.mode_line,
            change: header.change,
            ask_budget: header.ask_budget,
            data: self.data,
            tags: self.tags,
            recipients: self.recipients,
            channels: self.channels,
            purposes: self.purposes,
            nevers: self.nevers,
            signals: self.signals,
            ledger_costs: self.ledger_costs,
            worth: self.worth,
        })
    }
}
