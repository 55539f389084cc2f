//! What to show, and why.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Value, words};

/// Whom to show something, and what is looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecommendationsQuery {
    /// Our id of a person; without person and customer, nobody known.
    pub person: Option<String>,
    /// The merchant's own number.
    pub customer: Option<String>,
    /// The item looked at.
    pub item: Option<String>,
    #[param(minimum = 1, maximum = 50, default = 10)]
    pub limit: Option<usize>,
}

/// What is looked at, from a page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecommendationsRequest {
    /// Publishable key; browsers only.
    pub key: Option<String>,
    /// Visit or person token; without one, or with a visit's, the cookie may say who it is.
    pub token: Option<String>,
    /// The item looked at.
    pub item: Option<String>,
    #[schema(minimum = 1, maximum = 50, default = 10)]
    pub limit: Option<usize>,
}

/// What to show, best first, and what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecommendationsReply {
    /// What chose: the person's own history, the item looked at whoever looks, or neither. Only
    /// what people let others gain from is used for `page` and `popular`.
    #[schema(schema_with = words::basis)]
    pub basis: &'static str,
    /// The purpose that serves recommendations.
    #[schema(example = "show-recommendations")]
    pub purpose: String,
    /// Whether the person's own history may be used.
    #[schema(schema_with = words::verdict)]
    pub verdict: &'static str,
    #[schema(schema_with = words::advice)]
    pub advice: &'static str,
    /// Name it when you report what came of it. Absent for nobody known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    pub items: Vec<RecommendedItem>,
}

/// Something to show. Always of the catalogue, never what the person is known to have bought, and
/// nothing that was just looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecommendedItem {
    pub item: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Value>,
    pub because: RecommendedBecause,
}

/// Why it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecommendedBecause {
    #[schema(schema_with = words::because)]
    pub kind: &'static str,
    /// What speaks for it most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many people's sessions speak for it; only from 5 people on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// In words, in English.
    #[schema(example = "Because you looked at Mountain-200 Black")]
    pub says: String,
}
