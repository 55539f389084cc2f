//! Deciding a use, and saying what became of it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::said::Said;
use super::who::{Datum, Text, Who};
use super::{Value, words};

/// A use somebody wants to make of data.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Use)]
pub struct DecideRequest<'a> {
    /// A UUIDv7; the same use sent again under it is decided once.
    #[serde(borrow, default)]
    pub event: Option<Text<'a>>,
    /// Whose data; nothing or `null` for a visitor who is nobody known.
    #[serde(borrow, default)]
    pub person: Option<Who<'a>>,
    #[serde(borrow)]
    #[schema(schema_with = words::act)]
    pub act: Text<'a>,
    #[serde(borrow)]
    #[schema(example = "personalise")]
    pub purpose: Text<'a>,
    #[serde(borrow)]
    pub data: Vec<Datum<'a>>,
    /// Who gets it; `ourselves` if left out.
    #[serde(borrow, default)]
    pub recipient: Option<Text<'a>>,
    /// Where it shows; `web` if left out.
    #[serde(borrow, default)]
    pub channel: Option<Text<'a>>,
    /// A country or state code, where the merchant knows it.
    #[serde(borrow, default)]
    #[schema(example = "EU")]
    pub jurisdiction: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub signals: Option<DeviceSignals<'a>>,
    #[serde(borrow, default)]
    pub tags: Vec<Text<'a>>,
    /// The program asking; the key's own caller if left out.
    #[serde(borrow, default)]
    #[schema(example = "mailer.v3")]
    pub caller: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub campaign: Option<Text<'a>>,
    /// The experiment that made this use what it is.
    #[serde(borrow, default)]
    pub assignment: Option<AssignmentWanted<'a>>,
    /// RFC 3339; import keys only.
    #[serde(borrow, default)]
    pub at: Option<Text<'a>>,
}

/// Which arm of an experiment a use belongs to, and how probable each arm was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Assignment)]
pub struct AssignmentWanted<'a> {
    #[serde(borrow)]
    #[schema(example = "reco-2026q4")]
    pub experiment: Text<'a>,
    /// Which of the arms was drawn; the first is 0.
    pub arm: u32,
    /// Probability of every arm, in millionths; together 1,000,000.
    #[schema(example = json!([950_000, 50_000]))]
    pub allocation: Vec<u32>,
}

/// What the browser said: header values as they came, or what a page's script read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceSignals<'a> {
    /// The value of `Sec-GPC`, of which exactly `1` counts, or of `navigator.globalPrivacyControl`.
    #[serde(borrow, default)]
    pub gpc: Option<Said<'a>>,
    /// The value of `DNT`, or of `navigator.doNotTrack`.
    #[serde(borrow, default)]
    pub dnt: Option<Said<'a>>,
    /// A TC string of IAB Europe's Transparency and Consent Framework.
    #[serde(borrow, default)]
    pub tcf: Option<Text<'a>>,
    /// A string of IAB's Global Privacy Platform.
    #[serde(borrow, default)]
    pub gpp: Option<Text<'a>>,
    /// `false` where the device is not known to be the person's: what they affirmed does not
    /// count there.
    #[serde(default)]
    pub own_device: Option<bool>,
}

/// A datum with the time it was collected.
#[derive(Debug, ToSchema)]
pub struct DatumWanted {
    pub name: String,
    /// RFC 3339; without it, the oldest that is held counts.
    pub collected_at: Option<String>,
}

/// What the policy says of a use, and what to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decision)]
pub struct DecideReply<'a> {
    /// Name it when you report what was done.
    // Absent offline, where nothing is recorded; every door gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = true, value_type = String, example = "d_00000000000g2h7kq0c4t8m2ga")]
    pub decision: Option<Cow<'a, str>>,
    #[schema(schema_with = words::verdict)]
    pub verdict: &'static str,
    #[schema(schema_with = words::advice)]
    pub advice: &'static str,
    /// The firmest mode among the clauses that fail; the purpose's own where none does.
    #[schema(schema_with = words::mode)]
    pub mode: &'static str,
    pub reasons: Vec<Reason<'a>>,
    /// The smallest changes that would make it allowed.
    pub cures: Vec<Cow<'a, str>>,
    pub duties: Vec<Cow<'a, str>>,
    /// Data that alone would be allowed, so that you can proceed with less.
    pub covered: Vec<Cow<'a, str>>,
    pub uncovered: Vec<Cow<'a, str>>,
    /// What to know of the signals beside the verdict: `signal_conflict` (one said no, and the
    /// person's later word stands above it), `signal_unreadable`, `affirmed`.
    pub flags: Vec<&'static str>,
    pub policy: PolicyUsed<'a>,
    /// What the verdict rests on.
    pub permissions: Vec<PermissionUsed<'a>>,
    /// The same event was decided before; this is that decision.
    pub duplicate: bool,
}

/// Why the policy says no, clause by clause.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reason<'a> {
    #[schema(schema_with = words::reason)]
    pub code: &'static str,
    #[schema(schema_with = words::clause)]
    pub clause: &'static str,
    #[schema(schema_with = words::mode)]
    pub mode: &'static str,
    pub rule: Cow<'a, str>,
    /// Line of the policy file.
    pub line: u32,
    /// The datum it concerns; absent for the whole use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Cow<'a, str>>,
    pub fact: Cow<'a, str>,
    pub required: Cow<'a, str>,
    /// The signed waiver under which the rule is not enforced now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Cow<'a, str>>,
}

/// The policy that was in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyUsed<'a> {
    pub version: u32,
    pub hash: Cow<'a, str>,
}

/// A permission the verdict rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionUsed<'a> {
    pub statement: Cow<'a, str>,
    pub granted_at: Cow<'a, str>,
}

/// Up to 1,000 uses, decided in order. After a problem, send all of them again under the same
/// event ids: none is recorded twice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest<'a> {
    // Each as it came, since its bytes tell a repeat from another body under the same id.
    #[serde(borrow)]
    #[schema(max_items = 1000, value_type = Vec<DecideRequest<'a>>)]
    pub uses: Vec<&'a RawValue>,
}

/// The decisions, in the order of the uses.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchReply<'a> {
    pub decisions: Vec<DecideReply<'a>>,
}

/// What was done with a decision, what came of it, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRequest {
    /// Publishable key; browsers only.
    pub key: Option<String>,
    /// Person token; browsers only.
    pub token: Option<String>,
    pub event: String,
    pub decision: String,
    #[schema(schema_with = words::carried)]
    pub carried_out: Option<String>,
    /// Why it was done against the policy, in the words of who did it.
    pub because: Option<String>,
    /// What came of it: `click`, `order`, or the shop's own word.
    pub metric: Option<String>,
    pub value: Option<Value>,
    /// RFC 3339; import keys only.
    pub at: Option<String>,
}

/// Where the decision is counted now.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomeReply {
    #[schema(schema_with = words::tally)]
    pub tally: &'static str,
    pub duplicate: bool,
}
