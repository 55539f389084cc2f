//! Duties with a time limit: told done, and listed while they are not.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A duty was done for a person, or a person asked for something.
///
/// - Done: `duty`, such as `stop`. It ends every open duty of this name, purpose and person.
/// - Asked, by letter, by phone or in the shop: `happened` is `request`. It begins the duties of the
///   purpose that count `of=request`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutiesRequest {
    pub person: Option<String>,
    /// The merchant's own number.
    pub customer: Option<String>,
    pub purpose: String,
    #[schema(example = "stop")]
    pub duty: Option<String>,
    #[schema(example = "request")]
    pub happened: Option<String>,
    /// When it was; import keys only.
    pub at: Option<String>,
    pub event: String,
}

/// What it ended or began.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutiesReply {
    pub person: String,
    pub purpose: String,
    pub duties: Vec<DutyEnded>,
    pub duplicate: bool,
}

/// One duty that ended, or that is open since a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyEnded {
    pub duty: String,
    #[schema(example = "withdrawal")]
    pub of: &'static str,
    pub since: String,
    pub due: String,
    /// By how many seconds it was done late; absent if in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_by_seconds: Option<i64>,
}

/// Which open duties to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutiesQuery {
    /// `open` for all that is still to be done, `late` for what is late; `open` if left out.
    pub state: Option<String>,
    /// At most this many; 100 if left out.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Open duties, those due first before others.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutiesPage {
    pub duties: Vec<DutyEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What is still to be done for one person.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyEntry {
    pub person: String,
    pub purpose: String,
    pub duty: String,
    #[schema(example = "withdrawal")]
    pub of: &'static str,
    /// When what it counts from happened.
    pub since: String,
    pub due: String,
    /// `open` or `late`.
    pub state: &'static str,
    /// `duty_late` where it is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_by_seconds: Option<i64>,
}
