//! The OpenID Authorization API 1.0 (AuthZEN): `/access/v1/evaluation`, `/access/v1/evaluations`,
//! and `/.well-known/authzen-configuration`, which says where they are.
//!
//! An evaluation is written as the use that `/v1/decide` reads, and goes the same way from there.
//! `docs/AUTHZEN.md` says which word stands for which.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use handshake_core::vocabulary::Verdict;
use serde_json::{Map, Value, json};

use super::batch::one;
use super::decide::recorded;
use super::events::ENTRIES_MAX;
use crate::access::Origin;
use crate::http::body::{self, BATCH_BYTES_MAX, SERVER_BYTES_MAX};
use crate::http::call::{Call, Pending, json as answer};
use crate::http::knock::Guest;
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{
    EvaluationAction, EvaluationContext, EvaluationDecided, EvaluationError, EvaluationFailed,
    EvaluationPlaces, EvaluationProperties, EvaluationReply, EvaluationRequest, EvaluationResource,
    EvaluationSubject, EvaluationTold, EvaluationsReply, EvaluationsRequest, words,
};
use crate::ingest::Decided;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SUBJECTS: &[&str] = &["person", "customer", "visitor"];
const RESOURCES: &[&str] = &["purpose"];
const SEMANTICS: &[&str] = &["execute_all", "deny_on_first_deny", "permit_on_first_permit"];

/// May this data be used so? As OpenID AuthZEN 1.0 asks it.
#[utoipa::path(post, path = "/access/v1/evaluation", tag = "using", security(("secret_key" = [])),
    request_body = EvaluationRequest, responses((status = 200, body = EvaluationReply<'static>)))]
pub async fn evaluation(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let id = request.headers().get(REQUEST_ID).cloned();
    let done = async {
        let call = Call::read(request, SERVER_BYTES_MAX).await?;
        let guest = call.server(&app)?;
        single(&guest, &body::server(call.headers(), &call.body)?).await
    };
    identified(id, done.await)
}

/// Up to 1,000 evaluations, in order, as OpenID AuthZEN 1.0 asks them.
///
/// What is wrong with one of them stands in its place, as `{decision: false, context: {error}}`.
#[utoipa::path(post, path = "/access/v1/evaluations", tag = "using", security(("secret_key" = [])),
    request_body = EvaluationsRequest<'static>,
    responses((status = 200, body = EvaluationsReply<'static>)))]
pub async fn evaluations(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let id = request.headers().get(REQUEST_ID).cloned();
    let done = async {
        let call = Call::read(request, BATCH_BYTES_MAX).await?;
        let guest = call.server(&app)?;
        many(&guest, body::server(call.headers(), &call.body)?).await
    };
    identified(id, done.await)
}

/// Where OpenID AuthZEN 1.0 is answered: at the host this was asked of. No key needed.
#[utoipa::path(get, path = "/.well-known/authzen-configuration", tag = "using",
    responses((status = 200, body = EvaluationPlaces)))]
pub async fn configuration(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let scheme = if app.secure_cookies { "https" } else { "http" };
    let here: Origin =
        format!("{scheme}://{host}").parse().map_err(|error| Problem::invalid("host", error))?;
    let here = here.as_str();
    let places = EvaluationPlaces {
        policy_decision_point: here.to_owned(),
        access_evaluation_endpoint: format!("{here}/access/v1/evaluation"),
        access_evaluations_endpoint: format!("{here}/access/v1/evaluations"),
    };
    Ok(answer(StatusCode::OK, &places))
}

/// Answers under the id the request came under, and in the statuses that the standard knows.
fn identified(id: Option<HeaderValue>, done: Result<Response<Body>, Problem>) -> Response<Body> {
    let mut response = done.unwrap_or_else(|problem| standard(problem).into_response());
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The standard knows no finer words for a request that cannot be evaluated than 400.
fn standard(problem: Problem) -> Problem {
    match problem.status {
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem { status: StatusCode::BAD_REQUEST, ..problem }
        }
        _ => problem,
    }
}

async fn single(guest: &Guest, it: &EvaluationRequest) -> Result<Response<Body>, Problem> {
    let (evaluated, pending) = Evaluated::of(guest, it)?;
    pending.durable(&guest.room).await?;
    Ok(answer(StatusCode::OK, &evaluated.told(guest)))
}

async fn many(guest: &Guest, it: EvaluationsRequest<'_>) -> Result<Response<Body>, Problem> {
    let EvaluationsRequest { subject, action, resource, context, options, evaluations } = it;
    let defaults = EvaluationRequest { subject, action, resource, context };
    let semantic = options.and_then(|it| it.evaluations_semantic);
    let enough = enough(semantic.as_deref().unwrap_or("execute_all"))?;
    let Some(items) = evaluations.filter(|it| !it.is_empty()) else {
        return single(guest, &defaults).await;
    };
    if ENTRIES_MAX < items.len() {
        let said = format!("at most {ENTRIES_MAX} evaluations in one request");
        return Err(Problem::new(Slug::TooMany, said).at("evaluations"));
    }
    let (mut all, mut last) = (Vec::with_capacity(items.len()), None);
    for raw in items {
        let item = body::json::<EvaluationRequest>(raw.get().as_bytes());
        let done = item.and_then(|it| Evaluated::of(guest, &it.with(&defaults)));
        let done = match done {
            Ok((evaluated, pending)) => {
                last = Some(pending);
                Ok(evaluated)
            }
            // That is not about this evaluation.
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            Err(problem) => Err(problem),
        };
        let permitted = done.as_ref().is_ok_and(Evaluated::is_permitted);
        all.push(done);
        if enough == Some(permitted) {
            break;
        }
    }
    if let Some(last) = last {
        last.durable(&guest.room).await?;
    }
    let told = all.iter().map(|it| match it {
        Ok(evaluated) => evaluated.told(guest),
        Err(problem) => failed(problem),
    });
    Ok(answer(StatusCode::OK, &EvaluationsReply { evaluations: told.collect() }))
}

/// The decision after which no more are wanted.
fn enough(semantic: &str) -> Result<Option<bool>, Problem> {
    let parse = |text: &str| match text {
        "execute_all" => Some(None),
        "deny_on_first_deny" => Some(Some(false)),
        "permit_on_first_permit" => Some(Some(true)),
        _ => None,
    };
    words::read("options.evaluations_semantic", semantic, parse, SEMANTICS)
}

fn failed(problem: &Problem) -> EvaluationReply<'static> {
    let problem = standard(problem.clone()).body();
    let error = EvaluationError {
        status: problem.status,
        message: problem.detail,
        kind: problem.kind,
        field: problem.field,
    };
    let context = EvaluationTold::Failed(EvaluationFailed { error });
    EvaluationReply { decision: false, context }
}

/// An evaluation, made.
struct Evaluated {
    decided: Decided,
    ignored: Vec<String>,
}

impl Evaluated {
    fn of(guest: &Guest, it: &EvaluationRequest) -> Result<(Evaluated, Pending), Problem> {
        let wanted = wanted(it)?;
        let raw = serde_json::to_vec(&wanted).map_err(Problem::internal)?;
        let (decided, pending) = one(guest, &raw).map_err(renamed)?;
        Ok((Evaluated { decided, ignored: ignored(it) }, pending))
    }

    fn is_permitted(&self) -> bool {
        self.decided.verdict == Verdict::Allowed
    }

    fn told(&self, guest: &Guest) -> EvaluationReply<'_> {
        let reasons = self.decided.reasons.iter().map(|it| {
            let (fact, rule, line, required) = (&it.fact, &it.rule, it.line, &it.required);
            format!("{fact} ({rule}, line {line}); needed: {required}")
        });
        let reasons: Vec<_> = reasons.collect();
        let english = (!reasons.is_empty()).then(|| ("en", reasons.join(". ")));
        let context = EvaluationDecided {
            decided: recorded(&guest.room.site, &self.decided),
            reason_admin: BTreeMap::from_iter(english),
            ignored: self.ignored.clone(),
        };
        let context = EvaluationTold::Decided(Box::new(context));
        EvaluationReply { decision: self.is_permitted(), context }
    }
}

impl EvaluationRequest {
    /// Fills in what stands beside the evaluations: a whole entity, or its `type` or `id` alone.
    fn with(self, defaults: &EvaluationRequest) -> EvaluationRequest {
        let beside = defaults.clone();
        let subject = match (self.subject, beside.subject) {
            (Some(own), Some(other)) => {
                Some(EvaluationSubject { kind: own.kind.or(other.kind), id: own.id.or(other.id) })
            }
            (own, other) => own.or(other),
        };
        let action = match (self.action, beside.action) {
            (Some(own), Some(other)) => Some(EvaluationAction { name: own.name.or(other.name) }),
            (own, other) => own.or(other),
        };
        let resource = match (self.resource, beside.resource) {
            (Some(own), Some(other)) => Some(EvaluationResource {
                kind: own.kind.or(other.kind),
                id: own.id.or(other.id),
                properties: own.properties,
            }),
            (own, other) => own.or(other),
        };
        EvaluationRequest { subject, action, resource, context: self.context.or(beside.context) }
    }
}

/// The use that is asked about, as `/v1/decide` reads it. Always in the same order, since its
/// bytes tell a repeat from another use under the same event id.
fn wanted(it: &EvaluationRequest) -> Result<Value, Problem> {
    let subject = it.subject.as_ref().ok_or_else(|| missing("subject"))?;
    let action = it.action.as_ref().ok_or_else(|| missing("action"))?;
    let resource = it.resource.as_ref().ok_or_else(|| missing("resource"))?;
    let name = action.name.as_ref().ok_or_else(|| missing("action.name"))?;
    let kind = resource.kind.as_ref().ok_or_else(|| missing("resource.type"))?;
    let purpose = resource.id.as_ref().ok_or_else(|| missing("resource.id"))?;
    words::read("resource.type", kind, |it| (it == "purpose").then_some(()), RESOURCES)?;

    let mut wanted = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            wanted.insert(name.to_owned(), value);
        }
    };
    put("person", person(subject)?);
    put("act", Some(json!(name)));
    put("purpose", Some(json!(purpose)));
    let of = resource.properties.clone().unwrap_or_default();
    let EvaluationProperties { data, recipient, channel, unknown: _ } = of;
    put("data", Some(data.ok_or_else(no_data)?));
    put("recipient", recipient);
    put("channel", channel);
    let of = it.context.clone().unwrap_or_default();
    let EvaluationContext { event, signals, jurisdiction, tags, .. } = of;
    put("event", event);
    put("signals", signals);
    put("jurisdiction", jurisdiction);
    put("tags", tags);
    put("caller", of.caller);
    put("campaign", of.campaign);
    put("assignment", of.assignment);
    Ok(Value::Object(wanted))
}

fn person(subject: &EvaluationSubject) -> Result<Option<Value>, Problem> {
    let kind = subject.kind.as_ref().ok_or_else(|| missing("subject.type"))?;
    let id = subject.id.as_ref().ok_or_else(|| missing("subject.id"))?;
    let parse = |kind: &str| match kind {
        "person" => Some(Some(json!(id))),
        "customer" => Some(Some(json!({ "customer": id }))),
        "visitor" => Some(None),
        _ => None,
    };
    words::read("subject.type", kind, parse, SUBJECTS)
}

fn missing(field: &'static str) -> Problem {
    Problem::missing(field, "the Authorization API requires it")
}

fn no_data() -> Problem {
    Problem::missing("resource.properties.data", "name the data that the use is of")
}

/// What we do not know, where a slip of the pen would change what is asked.
fn ignored(it: &EvaluationRequest) -> Vec<String> {
    let properties = it.resource.as_ref().and_then(|it| it.properties.as_ref());
    let properties = properties.into_iter().flat_map(|it| it.unknown.keys());
    let context = it.context.iter().flat_map(|it| it.unknown.keys());
    let properties = properties.map(|it| format!("resource.properties.{it}"));
    properties.chain(context.map(|it| format!("context.{it}"))).collect()
}

/// Names the field of an evaluation for that of the use it was written as, whose lines nobody
/// has seen.
fn renamed(mut problem: Problem) -> Problem {
    (problem.line, problem.column) = (None, None);
    if let Some(field) = &problem.field {
        let end = field.find(['.', '[']).unwrap_or(field.len());
        let (name, rest) = field.split_at_checked(end).unwrap_or((field, ""));
        problem.field = Some(match name {
            "act" => "action.name".to_owned(),
            "purpose" => "resource.id".to_owned(),
            "data" | "recipient" | "channel" => format!("resource.properties.{name}{rest}"),
            "person" | "customer" => "subject.id".to_owned(),
            _ => format!("context.{name}{rest}"),
        });
    }
    problem
}
