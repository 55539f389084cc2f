//! Statements in the bits of a compiled policy, so that a decision compares sets, not names.

use super::compile::mask;
use super::compiled::Compiled;
use super::leaf_set::LeafSet;
use super::model::Anchor;
use super::statement::Statement;
use crate::vocabulary::{Code, Period};

/// What a person agreed to, in the bits of one compiled policy. Names that the policy no longer
/// declares are gone: nothing can be used under them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementBox {
    pub code: Code,
    pub purpose: Code,
    pub data: LeafSet,
    pub recipients: u64,
    pub channels: u64,
    pub keep: Option<(Period, Anchor)>,
    pub ask_again: Option<Period>,
    /// Leaves that the words left out on purpose, by naming one interest.
    pub narrowed: LeafSet,
}

impl Compiled {
    /// What somebody agreed to, in this policy's bits.
    pub fn statement_box(&self, (code, purpose): (Code, Code), it: &Statement) -> StatementBox {
        let narrowed = it.interest.as_ref().map_or(LeafSet::EMPTY, |shown| {
            let (family, _) = shown.as_str().split_once('.').unwrap_or((shown.as_str(), ""));
            let below = format!("{family}.");
            let siblings = self.leaves.iter().map(|(_, name)| name);
            self.leaf_set(siblings.filter(|name| name.as_str().starts_with(&below)))
        });
        StatementBox {
            code,
            purpose,
            data: self.leaf_set(it.data.iter()),
            recipients: self.recipient_mask(|other| it.recipients.contains(&other.name)),
            channels: mask(self.channels.iter().map(|(_, name)| it.channels.contains(name))),
            keep: it.keep.as_ref().map(|keep| (keep.period, keep.after)),
            ask_again: it.ask_again,
            narrowed,
        }
    }
}
