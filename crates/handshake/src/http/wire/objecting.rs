//! Objecting to what stands on another ground than permission.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody objects to a purpose, or takes an objection back.
///
/// - From a page: `key`, the person's `token` unless the cookie travels, `purpose`, `event`.
/// - From a server: `person` or `customer`, `purpose`, `event`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionsRequest {
    /// Publishable key; browsers only.
    pub key: Option<String>,
    /// Person token; the cookie if left out. Browsers only.
    pub token: Option<String>,
    /// Servers only.
    pub person: Option<String>,
    /// Servers only: the merchant's own number.
    pub customer: Option<String>,
    /// A purpose that the policy stops for an objection.
    pub purpose: String,
    /// The objection is taken back.
    #[serde(default)]
    pub lifted: bool,
    pub event: String,
}

/// The objection as recorded. No use for the purpose is allowed from then on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectionsReply {
    pub person: String,
    pub purpose: String,
    pub objected: bool,
    pub duplicate: bool,
}
