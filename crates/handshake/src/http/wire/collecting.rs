//! What happened in the shop, what it sells, and who is who.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::who::Text;
use super::{Value, words};

/// Up to 1,000 happenings, recorded in order. After a problem, send all of them again under the
/// same event ids: none is recorded twice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventsRequest<'a> {
    /// Publishable key; browsers only.
    #[serde(borrow, default)]
    pub key: Option<Text<'a>>,
    /// Visit or person token; browsers only.
    #[serde(borrow, default)]
    pub token: Option<Text<'a>>,
    // Each as it came, since its bytes tell a repeat from another body under the same id.
    #[serde(borrow)]
    #[schema(max_items = 1000, value_type = Vec<Event>)]
    pub events: Vec<&'a RawValue>,
}

/// Something that happened in the shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// A UUIDv7; the same happening sent again under it is recorded once.
    #[schema(example = "019a1b2c-3d4e-7f60-8123-456789abcdef")]
    pub event: String,
    /// `view`, `search`, `cart`, `order`, or the shop's own word.
    #[serde(rename = "type")]
    #[schema(example = "view")]
    pub kind: String,
    /// RFC 3339; import keys only.
    pub at: Option<String>,
    /// RFC 3339, by the sender's clock. For information only.
    pub claimed_at: Option<String>,
    /// Servers only.
    pub person: Option<String>,
    /// Servers only: the merchant's own number.
    pub customer: Option<String>,
    #[serde(default)]
    pub items: Vec<Line>,
    /// What was searched for.
    pub query: Option<String>,
    /// The merchant's order number.
    pub order: Option<String>,
    pub value: Option<Value>,
    pub channel: Option<String>,
}

/// One line of a view, a cart or an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub item: String,
}

/// What became of each happening, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventsReply {
    pub events: Vec<EventReply>,
    /// Person token of somebody who became known by ordering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// What became of a happening.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventReply {
    pub event: String,
    /// Whether anything of it was kept.
    pub collected: bool,
    /// Purposes that may have it.
    pub purposes: Vec<String>,
    /// Purposes that may not, and why.
    pub reasons: Vec<ReasonOfPurpose>,
    pub duplicate: bool,
}

/// Why a purpose may not have the data.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonOfPurpose {
    pub purpose: String,
    #[schema(schema_with = words::reason)]
    pub code: &'static str,
}

/// Visits, orders or something else, counted without identifier whatever anybody answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountsRequest {
    /// Publishable key; browsers only.
    pub key: Option<String>,
    pub event: String,
    /// `visits`, `orders`, or the shop's own word.
    #[schema(example = "visits")]
    pub metric: String,
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub count: u32,
    /// RFC 3339; import keys only.
    pub at: Option<String>,
}

/// It is recorded, now or before.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stored {
    pub duplicate: bool,
}

/// A customer number belongs to a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityRequest {
    pub event: String,
    /// Left out, the customer becomes known now.
    pub person: Option<String>,
    pub customer: String,
    #[schema(schema_with = words::age)]
    pub age: Option<String>,
    /// RFC 3339; import keys only.
    pub at: Option<String>,
}

/// Who it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityReply {
    pub person: String,
    /// The number was not linked to this person before.
    pub linked: bool,
}

/// Things the shop sells or no longer sells.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogRequest {
    pub event: String,
    pub items: Vec<Item>,
    /// RFC 3339; import keys only.
    pub at: Option<String>,
}

/// A thing the shop sells.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The shop's own number.
    pub item: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Value>,
    /// No longer sold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// The catalogue is changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogStored {
    /// How many items it holds now.
    pub items: u64,
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CatalogQuery {
    /// At most this many; 100 if left out.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogReply {
    pub items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
