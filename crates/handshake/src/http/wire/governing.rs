//! Policies, and what the server says of itself.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::problem::Mistake;

/// What a check of a policy found.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckReply {
    /// Empty where it can be published.
    pub problems: Vec<Mistake>,
    /// Remarks that do not keep it from being published.
    pub remarks: Vec<Mistake>,
    /// SHA-256 of its canonical JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A policy, published.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyPublished {
    pub version: u32,
    pub hash: String,
    /// Which policy of this site: 1, 2, 3, …
    pub number: u32,
    pub effective: String,
}

/// A policy in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyEntry {
    pub version: u32,
    pub hash: String,
    pub number: u32,
    pub effective: String,
    pub published_at: String,
    pub in_force: bool,
}

/// All policies of a site, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoliciesReply {
    pub policies: Vec<PolicyEntry>,
}

/// Which site, where there is more than one.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SiteQuery {
    /// The site's name; not needed where there is only one.
    pub site: Option<String>,
}

/// Whether Global Privacy Control is honoured, by its specification.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gpc {
    pub gpc: bool,
    #[serde(rename = "lastUpdate")]
    #[schema(example = "2026-12-01")]
    pub last_update: String,
}

/// The server lives, or is ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    pub status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteState>,
}

/// How a site is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SiteState {
    pub site: String,
    pub status: &'static str,
    /// Events that are safely on disk.
    pub durable: u64,
}
