//! Affirming an answer against a signal.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody who agreed to a purpose was shown that a signal speaks against it, or affirmed their
/// answer after that (11 CCR 7025(c)(3)). From servers only.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AffirmationsRequest {
    pub person: Option<String>,
    /// The merchant's own number.
    pub customer: Option<String>,
    pub purpose: String,
    /// `shown`: the conflict was shown. `affirmed`: the person said that their answer stands.
    #[schema(example = "affirmed")]
    pub step: String,
    pub event: String,
}

/// The step as recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffirmationsReply {
    pub person: String,
    pub purpose: String,
    pub step: &'static str,
    pub duplicate: bool,
}
