//! The messages inside events, in the protobuf wire format.
//!
//! Tags are law once written: a field is added under a new tag, never renumbered or retyped.
//! `…Personal` messages are sealed under the person's key; the others are clear codes.

use prost::Message;

/// A name and its number. `document` holds what the name stands for where that must outlive the
/// policy, as the words and box of a statement must.
#[derive(Clone, PartialEq, Message)]
pub struct NameDeclared {
    #[prost(uint32, tag = "1")]
    pub code: u32,
    #[prost(uint32, tag = "2")]
    pub family: u32,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(bytes = "vec", tag = "4")]
    pub document: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct PolicyPublished {
    /// Which policy of this site: 1, 2, 3, … in order of publishing.
    #[prost(uint32, tag = "1")]
    pub number: u32,
    /// SHA-256 of the canonical JSON.
    #[prost(bytes = "vec", tag = "2")]
    pub hash: Vec<u8>,
    /// The policy file, byte for byte.
    #[prost(string, tag = "3")]
    pub source: String,
    /// Who proposed exactly this file, and who approved it, where the site asks for two; codes of
    /// callers, or 0.
    #[prost(uint32, tag = "4")]
    pub proposed_by: u32,
    #[prost(uint32, tag = "5")]
    pub approved_by: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct AskShown {
    /// Random id of this one showing; 16 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub ask: Vec<u8>,
    #[prost(uint32, tag = "2")]
    pub purpose: u32,
    #[prost(uint32, tag = "3")]
    pub statement: u32,
    #[prost(uint32, tag = "4")]
    pub program: u32,
    #[prost(uint32, tag = "5")]
    pub wording: u32,
    #[prost(uint32, tag = "6")]
    pub offer: u32,
    /// Which arm of `allocation` was drawn.
    #[prost(uint32, tag = "7")]
    pub arm: u32,
    /// Probability of every arm, in millionths.
    #[prost(uint32, repeated, tag = "8")]
    pub allocation: Vec<u32>,
    /// Shown to nobody: part of answers that a model draws.
    #[prost(bool, tag = "9")]
    pub simulated: bool,
    /// Keyed digest of the request, to tell a repeat from another body under the same id.
    #[prost(fixed64, tag = "10")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct AnswerGiven {
    #[prost(bytes = "vec", tag = "1")]
    pub ask: Vec<u8>,
    #[prost(uint32, tag = "2")]
    pub purpose: u32,
    #[prost(uint32, tag = "3")]
    pub statement: u32,
    #[prost(uint32, tag = "4")]
    pub answer: u32,
    #[prost(uint32, tag = "5")]
    pub program: u32,
    #[prost(uint32, tag = "6")]
    pub wording: u32,
    #[prost(uint32, tag = "7")]
    pub offer: u32,
    #[prost(uint32, tag = "8")]
    pub arm: u32,
    /// Drawn by a model, not given by a person. Said wherever it is shown.
    #[prost(bool, tag = "9")]
    pub simulated: bool,
    /// Keyed digest of the request, to tell a repeat from another body under the same id.
    #[prost(fixed64, tag = "10")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct AnswerPersonal {
    /// How the answer was given: `click`, `key`, `form`, `phone`, `paper`…
    #[prost(string, tag = "1")]
    pub gesture: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct ObjectionMade {
    #[prost(uint32, tag = "1")]
    pub purpose: u32,
    #[prost(bool, tag = "2")]
    pub lifted: bool,
    #[prost(fixed64, tag = "3")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct SignalReceived {}

/// A person was shown that a signal speaks against what they agreed to (11 CCR 7025(c)(3)).
#[derive(Clone, PartialEq, Message)]
pub struct ConflictShown {
    #[prost(uint32, tag = "1")]
    pub purpose: u32,
    #[prost(fixed64, tag = "2")]
    pub request: u64,
}

/// A person affirmed what they agreed to, the conflict having been shown.
#[derive(Clone, PartialEq, Message)]
pub struct AffirmationGiven {
    #[prost(uint32, tag = "1")]
    pub purpose: u32,
    #[prost(fixed64, tag = "2")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct SignalPersonal {
    /// The set now, one bit a signal (`Signals::bits`).
    #[prost(uint32, tag = "1")]
    pub signals: u32,
    /// Signals ever heard from a device of the person, whether or not they bind the person.
    #[prost(uint32, tag = "2")]
    pub heard: u32,
}

/// What a policy said of one purpose when data was offered for collection.
#[derive(Clone, PartialEq, Message)]
pub struct Considered {
    #[prost(uint32, tag = "1")]
    pub purpose: u32,
    #[prost(uint32, tag = "2")]
    pub verdict: u32,
    #[prost(uint32, tag = "3")]
    pub advice: u32,
    /// First reason code, or 0.
    #[prost(uint32, tag = "4")]
    pub reason: u32,
    /// Firmest mode among the failing clauses, or 0.
    #[prost(uint32, tag = "5")]
    pub mode: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct DataCollected {
    #[prost(uint32, tag = "1")]
    pub policy: u32,
    /// What happened in the shop: `view`, `search`, `cart`, `order`…
    #[prost(uint32, tag = "2")]
    pub what: u32,
    #[prost(message, repeated, tag = "3")]
    pub considered: Vec<Considered>,
    #[prost(uint32, tag = "4")]
    pub channel: u32,
    /// Brought by an import, not by live traffic.
    #[prost(bool, tag = "5")]
    pub imported: bool,
    #[prost(fixed64, tag = "6")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct DataPersonal {
    /// Codes of the data leaves that were kept.
    #[prost(uint32, repeated, tag = "1")]
    pub leaves: Vec<u32>,
    #[prost(string, repeated, tag = "2")]
    pub items: Vec<String>,
    #[prost(string, tag = "3")]
    pub amount: String,
    #[prost(string, tag = "4")]
    pub currency: String,
    /// The merchant's order number.
    #[prost(string, tag = "5")]
    pub order: String,
    #[prost(string, tag = "6")]
    pub query: String,
}

/// A datum in a situation.
#[derive(Clone, PartialEq, Message)]
pub struct DatumMessage {
    /// Code of the declared name, or 0.
    #[prost(uint32, tag = "1")]
    pub code: u32,
    /// The name as sent, where it is not declared.
    #[prost(string, tag = "2")]
    pub undeclared: String,
    /// Milliseconds since 1970; 0 is unknown.
    #[prost(int64, tag = "3")]
    pub collected_at: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct GrantMessage {
    #[prost(uint32, tag = "1")]
    pub statement: u32,
    #[prost(int64, tag = "2")]
    pub granted_at: i64,
}

/// How often a purpose was used for the person within a limit's window.
#[derive(Clone, PartialEq, Message)]
pub struct LimitMessage {
    #[prost(uint32, tag = "1")]
    pub window_hours: u32,
    #[prost(uint32, tag = "2")]
    pub count: u32,
    /// When the oldest of them leaves the window.
    #[prost(int64, tag = "3")]
    pub frees_at: i64,
}

/// What a signal says of a use, and since when; 0 is not known.
#[derive(Clone, PartialEq, Message)]
pub struct HeardMessage {
    #[prost(uint32, tag = "1")]
    pub signal: u32,
    #[prost(uint32, tag = "2")]
    pub says: u32,
    #[prost(int64, tag = "3")]
    pub at: i64,
}

/// Everything a verdict rests on (I5): the same engine makes the same verdict of it for ever.
#[derive(Clone, PartialEq, Message)]
pub struct SituationMessage {
    #[prost(uint32, tag = "1")]
    pub act: u32,
    #[prost(uint32, tag = "2")]
    pub purpose: u32,
    #[prost(string, tag = "3")]
    pub purpose_undeclared: String,
    #[prost(message, repeated, tag = "4")]
    pub data: Vec<DatumMessage>,
    #[prost(uint32, tag = "5")]
    pub recipient: u32,
    #[prost(string, tag = "6")]
    pub recipient_undeclared: String,
    #[prost(uint32, tag = "7")]
    pub channel: u32,
    #[prost(string, tag = "8")]
    pub channel_undeclared: String,
    #[prost(uint32, repeated, tag = "9")]
    pub tags: Vec<u32>,
    #[prost(string, repeated, tag = "10")]
    pub tags_undeclared: Vec<String>,
    #[prost(uint32, tag = "11")]
    pub signals: u32,
    #[prost(uint32, tag = "12")]
    pub standing: u32,
    #[prost(bool, tag = "13")]
    pub objected: bool,
    #[prost(message, repeated, tag = "14")]
    pub grants: Vec<GrantMessage>,
    #[prost(message, repeated, tag = "15")]
    pub recent: Vec<LimitMessage>,
    #[prost(int64, tag = "16")]
    pub last_visit: i64,
    #[prost(int64, tag = "17")]
    pub last_order: i64,
    #[prost(bool, tag = "18")]
    pub known: bool,
    #[prost(string, tag = "19")]
    pub jurisdiction: String,
    /// When the standing was reached; 0 is never.
    #[prost(int64, tag = "20")]
    pub since: i64,
    /// Only in counted decisions, whose envelope must not tell the time: the hour it was.
    #[prost(int64, tag = "21")]
    pub now: i64,
    #[prost(uint32, tag = "22")]
    pub minor: u32,
    #[prost(message, repeated, tag = "23")]
    pub heard: Vec<HeardMessage>,
    #[prost(bool, tag = "24")]
    pub other_device: bool,
    #[prost(int64, tag = "25")]
    pub affirmed_at: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct UseDecided {
    #[prost(uint32, tag = "1")]
    pub policy: u32,
    /// Number of the decision engine.
    #[prost(uint32, tag = "2")]
    pub engine: u32,
    #[prost(uint32, tag = "3")]
    pub act: u32,
    #[prost(uint32, tag = "4")]
    pub purpose: u32,
    #[prost(uint32, tag = "5")]
    pub verdict: u32,
    #[prost(uint32, tag = "6")]
    pub advice: u32,
    #[prost(uint32, tag = "7")]
    pub mode: u32,
    /// `clause << 8 | code` of every failing clause, first reason first, each once.
    #[prost(uint32, repeated, tag = "8")]
    pub reasons: Vec<u32>,
    #[prost(uint32, tag = "9")]
    pub recipient: u32,
    #[prost(uint32, tag = "10")]
    pub channel: u32,
    #[prost(uint32, tag = "11")]
    pub campaign: u32,
    /// Digest of the covered and uncovered data and of all reasons, to check replays against.
    #[prost(fixed64, tag = "12")]
    pub digest: u64,
    #[prost(bool, tag = "13")]
    pub imported: bool,
    #[prost(fixed64, tag = "14")]
    pub request: u64,
    /// The experiment that made this use what it is, or 0.
    #[prost(uint32, tag = "15")]
    pub experiment: u32,
    /// Which arm of `allocation` was drawn.
    #[prost(uint32, tag = "16")]
    pub arm: u32,
    /// Probability of every arm, in millionths.
    #[prost(uint32, repeated, tag = "17")]
    pub allocation: Vec<u32>,
    /// Flags beside the verdict, as bits.
    #[prost(uint32, tag = "18")]
    pub flags: u32,
    /// Lines of the failing rules that are only observed, each once; 0 is `anything-else`.
    #[prost(uint32, repeated, tag = "20")]
    pub observed: Vec<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct UseCounted {
    #[prost(message, optional, tag = "1")]
    pub decided: Option<UseDecided>,
    #[prost(message, optional, tag = "2")]
    pub situation: Option<SituationMessage>,
    #[prost(uint32, tag = "3")]
    pub count: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct UseCarriedOut {
    /// Position of the decision.
    #[prost(uint64, tag = "1")]
    pub decision: u64,
    #[prost(uint32, tag = "2")]
    pub carried: u32,
    /// Nobody reported it; an import took it that the advice was followed. Said wherever shown.
    #[prost(bool, tag = "3")]
    pub assumed: bool,
    #[prost(fixed64, tag = "4")]
    pub request: u64,
    /// The circumstance given, as sent; free text of the merchant's own staff.
    #[prost(string, tag = "5")]
    pub because: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct CarriedPersonal {
    #[prost(string, tag = "1")]
    pub because: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct OutcomeObserved {
    #[prost(uint64, tag = "1")]
    pub decision: u64,
    #[prost(uint32, tag = "2")]
    pub metric: u32,
    #[prost(fixed64, tag = "3")]
    pub request: u64,
    /// Whose decision it was is in `slot`; for decisions about nobody known the value is here.
    #[prost(string, tag = "4")]
    pub amount: String,
    #[prost(string, tag = "5")]
    pub currency: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct OutcomePersonal {
    #[prost(string, tag = "1")]
    pub amount: String,
    #[prost(string, tag = "2")]
    pub currency: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct IdentityLinked {
    #[prost(fixed64, tag = "1")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct IdentityPersonal {
    /// The person's id, 16 bytes; in the event that makes the person known.
    #[prost(bytes = "vec", tag = "1")]
    pub person: Vec<u8>,
    /// HMAC-SHA-256 of the merchant's own number under the site's key; empty if none.
    #[prost(bytes = "vec", tag = "2")]
    pub alias: Vec<u8>,
    /// What is known of age: 0 nothing, 1 adult, 2 minor, 3 minor whose guardian agreed.
    #[prost(uint32, tag = "3")]
    pub age: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct ItemMessage {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub category: String,
    #[prost(string, tag = "4")]
    pub amount: String,
    #[prost(string, tag = "5")]
    pub currency: String,
    #[prost(bool, tag = "6")]
    pub withdrawn: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct CatalogueChanged {
    #[prost(message, repeated, tag = "1")]
    pub items: Vec<ItemMessage>,
    #[prost(fixed64, tag = "2")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct VisitsCounted {
    #[prost(uint32, tag = "1")]
    pub metric: u32,
    #[prost(uint32, tag = "2")]
    pub count: u32,
    /// Start of the hour counted.
    #[prost(int64, tag = "3")]
    pub hour: i64,
    #[prost(bool, tag = "4")]
    pub imported: bool,
    #[prost(fixed64, tag = "5")]
    pub request: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct AccessChanged {
    /// The caller whose key it is.
    #[prost(uint32, tag = "1")]
    pub caller: u32,
    #[prost(bool, tag = "2")]
    pub revoked: bool,
    /// `publishable`, `secret` or `import`.
    #[prost(string, tag = "3")]
    pub scope: String,
    /// Number of the key, as `handshake keys list` shows it.
    #[prost(uint32, tag = "4")]
    pub key: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct FileImported {
    /// SHA-256 of the file's bytes and of how they were to be read.
    #[prost(bytes = "vec", tag = "1")]
    pub file: Vec<u8>,
    /// Rows of the file dealt with so far, rejected ones included.
    #[prost(uint64, tag = "2")]
    pub rows: u64,
    #[prost(uint64, tag = "3")]
    pub rejected: u64,
    /// Whole weeks that dates were shifted by.
    #[prost(int64, tag = "4")]
    pub shift_weeks: i64,
    #[prost(bool, tag = "5")]
    pub finished: bool,
    /// Seed of simulated answers, or 0 where answers are real or none.
    #[prost(uint64, tag = "6")]
    pub answers_seed: u64,
    #[prost(uint64, tag = "7")]
    pub orders: u64,
}

/// What a duty of a purpose demands was done for the person, in time or late.
#[derive(Clone, PartialEq, Message)]
pub struct DutyDone {
    #[prost(uint32, tag = "1")]
    pub purpose: u32,
    /// The duty's name in the policy, such as `stop`.
    #[prost(string, tag = "2")]
    pub duty: String,
    #[prost(fixed64, tag = "3")]
    pub request: u64,
}

/// The person asked for something that duties of a purpose answer to.
#[derive(Clone, PartialEq, Message)]
pub struct RequestMade {
    #[prost(uint32, tag = "1")]
    pub purpose: u32,
    #[prost(fixed64, tag = "2")]
    pub request: u64,
}

/// One of the merchant's own people lets a rule that a law demands be watched only.
#[derive(Clone, PartialEq, Message)]
pub struct WaiverSigned {
    /// The waiver's name in the policy, such as `w-7`.
    #[prost(string, tag = "1")]
    pub name: String,
    /// As `purpose retarget`, `never "…"` or `signal gpc`.
    #[prost(string, tag = "2")]
    pub rule: String,
    #[prost(string, tag = "3")]
    pub law: String,
    /// When the rule enforces again.
    #[prost(int64, tag = "4")]
    pub until: i64,
    /// The console user who signed.
    #[prost(string, tag = "5")]
    pub by: String,
    #[prost(string, tag = "6")]
    pub because: String,
}
