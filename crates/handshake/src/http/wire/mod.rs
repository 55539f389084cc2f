//! What goes over the wire. Field names are law once published; unknown ones are refused, but for
//! the doors of a standard that forbids it.
//!
//! Inner types are never serialised: these are written for the reader of the OpenAPI document,
//! and the doors turn one into the other.

mod affirming;
mod asking;
mod collecting;
mod duties;
mod evaluating;
mod governing;
mod objecting;
mod public;
mod recommending;
mod said;
mod situation;
mod using;
mod who;
pub(super) mod words;

pub use affirming::{AffirmationsReply, AffirmationsRequest};
pub use asking::{
    Agreed, AnswersReply, AnswersRequest, AskLabels, AskReply, AskRequest, OfferReply, Permission,
    PermissionsQuery, PermissionsReply, PermissionsRequest, SaidReply, ShownReply, ShownRequest,
    VisitReply, VisitRequest,
};
pub use collecting::{
    CatalogQuery, CatalogReply, CatalogRequest, CatalogStored, CountsRequest, Event, EventReply,
    EventsReply, EventsRequest, IdentityReply, IdentityRequest, Item, Line, ReasonOfPurpose,
    Stored,
};
pub use duties::{DutiesPage, DutiesQuery, DutiesReply, DutiesRequest, DutyEnded, DutyEntry};
pub use evaluating::{
    EvaluationAction, EvaluationContext, EvaluationDecided, EvaluationError, EvaluationFailed,
    EvaluationOptions, EvaluationPlaces, EvaluationProperties, EvaluationReply, EvaluationRequest,
    EvaluationResource, EvaluationSubject, EvaluationTold, EvaluationsReply, EvaluationsRequest,
};
pub use governing::{
    CheckReply, DiffReply, Gpc, Health, PoliciesReply, PolicyEntry, PolicyPublished, ReaskReply,
    SiteQuery, SiteState, Tracking, WaiverEntry, WaiversReply,
};
pub use objecting::{ObjectionsReply, ObjectionsRequest};
pub use public::{
    ChangeForAll, DifferenceForAll, HistoryForAll, PolicyForAll, VersionForAll, standing,
};
pub use recommending::{
    RecommendationsQuery, RecommendationsReply, RecommendationsRequest, RecommendedBecause,
    RecommendedItem,
};
pub use said::Said;
pub use situation::{
    BadLine, History, Past, PastBox, PastDatum, PastPermission, PastSignal, PastUse, Situation,
};
pub use using::{
    AssignmentWanted, BatchReply, BatchRequest, DatumWanted, DecideReply, DecideRequest,
    DeviceSignals, OutcomeReply, OutcomeRequest, PermissionUsed, PolicyUsed, Reason,
};
pub use who::{Datum, Text, Who};

use serde::{Deserialize, Serialize};

/// An amount of money: a decimal as text, never a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Value {
    #[schema(example = "12.50", pattern = r"^-?[0-9]+(\.[0-9]+)?$")]
    pub amount: String,
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    pub currency: String,
}
