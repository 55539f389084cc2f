//! A situation: a use, with what a ledger would know of the person. Read from files, and by no
//! door, so it is no part of the OpenAPI document; `docs/POLICY.md` describes it.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::who::Text;

/// The fields of a situation as they came, since two readers share them.
#[derive(Debug)]
pub struct Situation<'a>(Vec<(Text<'a>, &'a RawValue)>);

/// The fields that a use does not have.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// RFC 3339; the clock's if left out.
    pub now: Option<String>,
    #[serde(default)]
    pub permissions: Vec<PastPermission>,
    #[serde(default)]
    pub history: History,
}

/// An answer, and what was answered: a statement of the policy by its id, or the one in
/// `language` and narrowed to `interest`, or the same words for another box.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastPermission {
    pub purpose: String,
    pub answer: String,
    pub at: String,
    pub statement: Option<String>,
    pub language: Option<String>,
    pub interest: Option<String>,
    #[serde(rename = "box")]
    pub agreed: Option<PastBox>,
}

/// What an older policy wanted. What is left out is as in this policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastBox {
    pub data: Option<Vec<String>>,
    pub recipients: Option<Vec<String>>,
    pub channels: Option<Vec<String>>,
}

/// What happened with a person.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    #[serde(default)]
    pub collected: Vec<PastDatum>,
    pub last_visit: Option<String>,
    pub last_order: Option<String>,
    /// Uses that were let through and carried out.
    #[serde(default)]
    pub uses: Vec<PastUse>,
    /// Purposes the person objected to.
    #[serde(default)]
    pub objections: Vec<String>,
    /// Signals a device of the person's gave earlier.
    #[serde(default)]
    pub signals: Vec<PastSignal>,
    /// Purposes the person affirmed against a signal, the conflict having been shown.
    #[serde(default)]
    pub affirmed: Vec<PastUse>,
    pub age: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastDatum {
    pub data: String,
    pub at: String,
}

/// A signal, and since when, if that is known.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum PastSignal {
    Always(String),
    Since(SignalSince),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalSince {
    pub signal: String,
    pub at: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastUse {
    pub purpose: String,
    pub at: String,
}

/// Said in the place of a decision, where a line is no situation.
#[derive(Debug, Serialize)]
pub struct BadLine {
    pub line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub error: String,
}

struct SituationVisitor;

impl<'de> Visitor<'de> for SituationVisitor {
    type Value = Situation<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a situation, as {\"act\": …, \"purpose\": …, \"data\": […]}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Situation<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Situation(fields))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Situation<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Situation<'a>, D::Error> {
        from.deserialize_map(SituationVisitor)
    }
}

impl Situation<'_> {
    /// The fields of [`Past`].
    pub const PAST: [&'static str; 3] = ["now", "permissions", "history"];

    /// The use and the past, as JSON of their own.
    pub fn split(&self) -> (String, String) {
        let object = |past: bool| {
            let wanted = self.0.iter().filter(|(key, _)| Self::PAST.contains(&&**key) == past);
            let fields = wanted
                .map(|(key, value)| format!("{}:{}", serde_json::Value::from(&**key), value.get()));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        };
        (object(false), object(true))
    }
}

impl History {
    pub fn is_empty(&self) -> bool {
        let History { collected, last_visit, last_order, uses, objections, signals, affirmed, age } =
            self;
        collected.is_empty()
            && last_visit.is_none()
            && last_order.is_none()
            && uses.is_empty()
            && objections.is_empty()
            && signals.is_empty()
            && affirmed.is_empty()
            && age.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_goes_to_one_reader() {
        let line = r#"{"act":"use","now":"2026-01-01T00:00:00Z","a\"b":[1, 2],"history":{}}"#;
        let situation: Situation<'_> = serde_json::from_str(line).unwrap();
        let (asked, past) = situation.split();
        assert_eq!(asked, r#"{"act":"use","a\"b":[1, 2]}"#);
        assert_eq!(past, r#"{"now":"2026-01-01T00:00:00Z","history":{}}"#);
        assert!(serde_json::from_str::<Past>(&past).unwrap().history.is_empty());
        assert!(serde_json::from_str::<Situation<'_>>("[1]").is_err());
    }
}
