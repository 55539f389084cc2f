//! Evaluations, as the OpenID Authorization API 1.0 (AuthZEN) spells them. Its callers may send
//! what a decision point does not know, so here alone unknown fields are no mistake; where they
//! stand among ours, the reply names them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::using::DecideReply;

/// Who wants to do what with what. All but `context` must be given.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(expecting = "an object with `subject`, `action` and `resource`")]
pub struct EvaluationRequest {
    #[schema(required = true, nullable = false)]
    pub subject: Option<EvaluationSubject>,
    #[schema(required = true, nullable = false)]
    pub action: Option<EvaluationAction>,
    #[schema(required = true, nullable = false)]
    pub resource: Option<EvaluationResource>,
    pub context: Option<EvaluationContext>,
}

/// Many evaluations. What stands beside them holds for each that does not give its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object with `evaluations`")]
pub struct EvaluationsRequest<'a> {
    pub subject: Option<EvaluationSubject>,
    pub action: Option<EvaluationAction>,
    pub resource: Option<EvaluationResource>,
    pub context: Option<EvaluationContext>,
    pub options: Option<EvaluationOptions>,
    /// None, or an empty list, asks for one evaluation of what stands beside it, and is answered
    /// as `/access/v1/evaluation` is.
    #[serde(borrow)]
    #[schema(max_items = 1000, value_type = Option<Vec<EvaluationRequest>>)]
    pub evaluations: Option<Vec<&'a RawValue>>,
}

/// Whose data.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(expecting = "an object with `type` and `id`")]
pub struct EvaluationSubject {
    /// `person`, with an id of ours; `customer`, with a number of yours; `visitor`, who is
    /// nobody known.
    #[serde(rename = "type")]
    #[schema(required = true, nullable = false, example = "customer")]
    pub kind: Option<String>,
    /// Of a visitor it is neither looked at nor kept.
    #[schema(required = true, nullable = false, example = "4711")]
    pub id: Option<String>,
}

/// What is done with the data.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(expecting = "an object with `name`")]
pub struct EvaluationAction {
    /// `collect`, `use`, `share`, `infer` or `retain`.
    #[schema(required = true, nullable = false, example = "use")]
    pub name: Option<String>,
}

/// What for, and which data.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(expecting = "an object with `type`, `id` and `properties`")]
pub struct EvaluationResource {
    /// `purpose`.
    #[serde(rename = "type")]
    #[schema(required = true, nullable = false, example = "purpose")]
    pub kind: Option<String>,
    /// The name of a purpose of the policy.
    #[schema(required = true, nullable = false, example = "suggest-gifts")]
    pub id: Option<String>,
    #[schema(required = true, nullable = false)]
    pub properties: Option<EvaluationProperties>,
}

/// The rest of the use, with the words of `/v1/decide`.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(expecting = "an object with `data`")]
pub struct EvaluationProperties {
    /// Must be given.
    #[schema(value_type = Vec<super::Datum<'static>>)]
    pub data: Option<Value>,
    #[schema(value_type = Option<String>)]
    pub recipient: Option<Value>,
    #[schema(value_type = Option<String>)]
    pub channel: Option<Value>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub unknown: BTreeMap<String, Value>,
}

/// What is known beside it, with the words of `/v1/decide`.
#[derive(Debug, Default, Clone, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct EvaluationContext {
    /// A UUIDv7; the same evaluation sent again under it is decided once.
    #[schema(value_type = Option<String>)]
    pub event: Option<Value>,
    #[schema(value_type = Option<super::DeviceSignals<'static>>)]
    pub signals: Option<Value>,
    #[schema(value_type = Option<String>)]
    pub jurisdiction: Option<Value>,
    #[schema(value_type = Option<Vec<String>>)]
    pub tags: Option<Value>,
    #[schema(value_type = Option<String>)]
    pub caller: Option<Value>,
    #[schema(value_type = Option<String>)]
    pub campaign: Option<Value>,
    #[schema(value_type = Option<super::AssignmentWanted<'static>>)]
    pub assignment: Option<Value>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub unknown: BTreeMap<String, Value>,
}

/// How many evaluations are carried out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct EvaluationOptions {
    /// `execute_all`, if left out; `deny_on_first_deny`, `permit_on_first_permit`: nothing after
    /// it is evaluated or recorded.
    #[schema(example = "execute_all")]
    pub evaluations_semantic: Option<String>,
}

/// Whether the policy allows it, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationReply<'a> {
    /// True if and only if the verdict is `allowed`. A rule that is only observed or rehearsed
    /// makes it false too, while `context.advice` stays `proceed`.
    pub decision: bool,
    pub context: EvaluationTold<'a>,
}

/// What came of an evaluation, beside the decision.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EvaluationTold<'a> {
    Decided(Box<EvaluationDecided<'a>>),
    Failed(EvaluationFailed),
}

/// All that `/v1/decide` answers, and the same in one sentence for an administrator.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationDecided<'a> {
    #[serde(flatten)]
    pub decided: DecideReply<'a>,
    /// Why not, by language. Not for the customer's eyes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reason_admin: BTreeMap<&'static str, String>,
    /// Fields that we do not know and did not look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
}

/// This evaluation could not be made.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationFailed {
    pub error: EvaluationError,
}

/// What is wrong with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationError {
    pub status: u16,
    pub message: String,
    /// `/errors#` and the slug, as in a problem.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Many decisions, in the order of the evaluations.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationsReply<'a> {
    pub evaluations: Vec<EvaluationReply<'a>>,
}

/// Where this decision point answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvaluationPlaces {
    #[schema(example = "https://handshake.shop.example")]
    pub policy_decision_point: String,
    #[schema(example = "https://handshake.shop.example/access/v1/evaluation")]
    pub access_evaluation_endpoint: String,
    #[schema(example = "https://handshake.shop.example/access/v1/evaluations")]
    pub access_evaluations_endpoint: String,
}
