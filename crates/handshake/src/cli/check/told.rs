//! What was answered to one use.

use serde_json::Value;

/// A verdict in the words of the wire, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) verdict: String,
    pub(super) advice: String,
    /// Code of the first reason.
    pub(super) reason: String,
    /// The same reason in words.
    pub(super) why: String,
    /// The smallest change that would make it allowed.
    pub(super) cure: String,
    pub(super) decision: String,
    pub(super) error: String,
    /// It had been decided before.
    pub(super) repeated: bool,
}

/// Names of what is added to a row, in order.
pub(super) const ADDED: [&str; 7] =
    ["verdict", "advice", "reason", "why", "cure", "decision", "error"];

impl Told {
    /// Reads a decision.
    pub(super) fn of(reply: &Value) -> Told {
        let text = |it: &Value, field: &str| {
            it.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        if reply.get("verdict").is_none() {
            let said = text(reply, "detail");
            let said = match text(reply, "field").as_str() {
                "" => said,
                field => format!("{field}: {said}"),
            };
            return Told::wrong(if said.is_empty() {
                "an answer that cannot be read"
            } else {
                &said
            });
        }
        let first = |field: &str| reply.get(field).and_then(|it| it.get(0));
        let reason = first("reasons");
        let of_reason = |field| reason.map_or_else(String::new, |it| text(it, field));
        Told {
            verdict: text(reply, "verdict"),
            advice: text(reply, "advice"),
            reason: of_reason("code"),
            why: of_reason("fact"),
            cure: first("cures").and_then(Value::as_str).unwrap_or_default().to_owned(),
            decision: text(reply, "decision"),
            error: String::new(),
            repeated: reply.get("duplicate").and_then(Value::as_bool).unwrap_or(false),
        }
    }

    /// A row that was not decided.
    pub(super) fn wrong(why: &str) -> Told {
        Told { error: why.to_owned(), ..Told::default() }
    }

    /// In the order of [`ADDED`].
    pub(super) fn cells(&self) -> [&str; ADDED.len()] {
        [
            &self.verdict,
            &self.advice,
            &self.reason,
            &self.why,
            &self.cure,
            &self.decision,
            &self.error,
        ]
    }
}
