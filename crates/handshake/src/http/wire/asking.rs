//! Asking, answering, and where a person stands.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::words;

/// A page view begins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitRequest {
    /// Publishable key.
    pub key: Option<String>,
    /// Person token of an earlier visit, where the cookie does not travel.
    pub token: Option<String>,
}

/// A token for this visit, and what is known of who came.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitReply {
    /// Keep it in page memory; it names nobody.
    pub token: String,
    /// The server's time, for the event ids of a browser whose clock is off.
    pub now: String,
    pub expires_at: String,
    /// Whether the browser is somebody who agreed, ordered or signed in before.
    pub known: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
    /// What was just answered by a form, told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<SaidReply>,
}

/// An answer that came by a form, for the page it is sent back to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaidReply {
    pub purpose: String,
    #[schema(schema_with = words::answer)]
    pub answer: &'static str,
    /// What stands in the card's place, ready to insert.
    pub html: String,
}

/// Where a person stands on a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Permission {
    pub purpose: String,
    #[schema(schema_with = words::standing)]
    pub standing: &'static str,
    /// The statement agreed to last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// Every statement in force, oldest first; together they are what was agreed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<Agreed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// A statement somebody agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Agreed {
    pub statement: String,
    pub says: String,
    pub granted_at: String,
}

/// May something be asked now?
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    /// Publishable key.
    pub key: Option<String>,
    /// Visit token.
    pub token: String,
    /// Person token, where the cookie does not travel.
    pub person: Option<String>,
    pub purpose: Option<String>,
    /// The interest on the page, as in “your interest in *mountain bikes*”. Not stored.
    pub interest: Option<String>,
    #[schema(example = "en")]
    pub language: Option<String>,
}

/// One question, to be shown exactly so.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskReply {
    pub ask: String,
    pub purpose: String,
    pub statement: String,
    /// What is agreed to, word for word.
    pub says: String,
    /// What to put to the customer: what is agreed to as a question, or followed by one.
    pub question: String,
    pub language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferReply>,
    #[schema(example = json!(["granted", "refused", "deferred"]))]
    pub choices: Vec<&'static str>,
    /// The data asked for, in words.
    #[schema(example = json!(["What you like: mountain"]))]
    pub what: Vec<String>,
    /// What is new beside what the person agreed to before, in words; empty where they agreed to
    /// nothing.
    pub added: Vec<String>,
    /// Who gets the data, as customers know them.
    pub who: Vec<String>,
    /// The shop, by the name of who runs it.
    pub controller: String,
    /// How long it is kept; absent where the policy says nothing for this purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how_long: Option<String>,
    /// What stands on the card around the merchant's own words.
    pub labels: AskLabels,
    /// The card, ready to insert. Absent where no publishable key was sent: its form needs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Send it back with the answer.
    pub token: String,
    pub expires_at: String,
    pub program: String,
    pub wording: String,
    pub arm: u32,
    /// Probability of every arm, in millionths.
    pub allocation: Vec<u32>,
}

/// Handshake's own words on a card, in the language of the statement or else in English.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskLabels {
    #[schema(example = "Yes, you may")]
    pub granted: &'static str,
    #[schema(example = "No, thank you")]
    pub refused: &'static str,
    #[schema(example = "Ask me later")]
    pub deferred: &'static str,
    pub what: &'static str,
    pub who: &'static str,
    pub how_long: &'static str,
    pub you_get: &'static str,
    pub why: &'static str,
    pub because: &'static str,
    pub your_deal: &'static str,
}

/// What is given in return.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferReply {
    pub name: String,
    pub label: String,
}

/// An ask became visible.
///
/// - From a page: `key`, the ask's `token`, `event`.
/// - From an import, of an ask put elsewhere: `person` or `customer`, `purpose`, `event`, and where
///   known `interest`, `language`, `at`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownRequest {
    /// Publishable key.
    pub key: Option<String>,
    /// The ask's token.
    pub token: Option<String>,
    pub event: String,
    /// Import keys only.
    pub person: Option<String>,
    /// Import keys only: the merchant's own number.
    pub customer: Option<String>,
    /// Import keys only: what was asked for.
    pub purpose: Option<String>,
    /// Import keys only: the interest that the question named.
    pub interest: Option<String>,
    /// Import keys only.
    pub language: Option<String>,
    /// RFC 3339; import keys only.
    pub at: Option<String>,
    /// Put to nobody, as a model draws the answer; import keys only. Said wherever it is shown.
    #[serde(default)]
    pub simulated: bool,
}

/// It is recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownReply {
    pub duplicate: bool,
    /// What was put, to answer it by; to imports only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

/// An answer to an ask; a withdrawal; or an answer given elsewhere.
///
/// - From a page: `key`, the ask's `token`, `answer`, `gesture`, `event`.
/// - Withdrawing from a page: `key`, the person's `token` unless the cookie travels, `purpose`,
///   `answer`, `gesture`, `event`.
/// - From a server: `person` or `customer`, `statement` or `purpose`, `answer`, `gesture`, `event`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersRequest {
    /// Publishable key; browsers only.
    pub key: Option<String>,
    /// The ask's or, to withdraw, the person's token.
    pub token: Option<String>,
    /// Servers only.
    pub person: Option<String>,
    /// Servers only: the merchant's own number.
    pub customer: Option<String>,
    /// Servers only: what was agreed to.
    pub statement: Option<String>,
    /// Needed where there is neither an ask's token nor a statement.
    pub purpose: Option<String>,
    #[schema(schema_with = words::answer)]
    pub answer: String,
    #[schema(schema_with = words::gesture)]
    pub gesture: String,
    pub event: String,
    /// RFC 3339; import keys only.
    pub at: Option<String>,
    /// Drawn by a model; import keys only. Said wherever it is shown.
    #[serde(default)]
    pub simulated: bool,
}

/// The answer as recorded, and where the person stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswersReply {
    /// Absent for a refusal by somebody unknown: then no person exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Person token, for pages; the cookie carries the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[schema(schema_with = words::answer)]
    pub answer: &'static str,
    pub permissions: Vec<Permission>,
    /// For pages: what to put in the card's place, ready to insert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    pub duplicate: bool,
}

/// Whose permissions; give one of the two.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PermissionsQuery {
    /// A person id.
    pub person: Option<String>,
    /// The merchant's own number.
    pub customer: Option<String>,
}

/// A page asks where its own person stands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PermissionsRequest {
    /// Publishable key.
    pub key: Option<String>,
    /// Person token; the cookie if left out.
    pub token: Option<String>,
}

/// Where a person stands on every purpose.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionsReply {
    pub person: String,
    /// Events of the ledger this rests on.
    pub as_of: u64,
    pub permissions: Vec<Permission>,
}
