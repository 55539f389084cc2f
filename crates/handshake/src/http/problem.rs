//! Problems: every answer that is not the one asked for, as RFC 9457 problem details.
//!
//! A door returns `Result<_, Problem>`. `type` is `/errors#slug`, a heading of `docs/ERRORS.md`,
//! which every server shows at `/errors`.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use handshake_core::vocabulary::base32;
use serde::Serialize;

use crate::access;

/// The kinds of problem. A slug is law once published; `docs/ERRORS.md` says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slug {
    MalformedJson,
    MalformedForm,
    UnknownField,
    MissingField,
    InvalidValue,
    UnknownName,
    TooMany,
    BodyTooLarge,
    BodyTooSlow,
    UnsupportedMediaType,
    Unauthorised,
    Forbidden,
    ForeignOrigin,
    TokenInvalid,
    TokenExpired,
    EventReused,
    EventTooOld,
    NotFound,
    MethodNotAllowed,
    PolicyMistakes,
    PolicyConflict,
    WaiverUnsigned,
    NoPolicy,
    NotServed,
    Stopped,
    Busy,
    Internal,
}

impl Slug {
    pub const ALL: [Slug; 27] = [
        Slug::MalformedJson,
        Slug::MalformedForm,
        Slug::UnknownField,
        Slug::MissingField,
        Slug::InvalidValue,
        Slug::UnknownName,
        Slug::TooMany,
        Slug::BodyTooLarge,
        Slug::BodyTooSlow,
        Slug::UnsupportedMediaType,
        Slug::Unauthorised,
        Slug::Forbidden,
        Slug::ForeignOrigin,
        Slug::TokenInvalid,
        Slug::TokenExpired,
        Slug::EventReused,
        Slug::EventTooOld,
        Slug::NotFound,
        Slug::MethodNotAllowed,
        Slug::PolicyMistakes,
        Slug::PolicyConflict,
        Slug::WaiverUnsigned,
        Slug::NoPolicy,
        Slug::NotServed,
        Slug::Stopped,
        Slug::Busy,
        Slug::Internal,
    ];

    /// Slug, status and title.
    fn row(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Slug::MalformedJson => ("malformed-json", S::BAD_REQUEST, "the body is no JSON"),
            Slug::MalformedForm => ("malformed-form", S::BAD_REQUEST, "the body is no form"),
            Slug::UnknownField => {
                ("unknown-field", S::UNPROCESSABLE_ENTITY, "a field is unknown here")
            }
            Slug::MissingField => ("missing-field", S::UNPROCESSABLE_ENTITY, "a field is missing"),
            Slug::InvalidValue => {
                ("invalid-value", S::UNPROCESSABLE_ENTITY, "a value makes no sense here")
            }
            Slug::UnknownName => {
                ("unknown-name", S::UNPROCESSABLE_ENTITY, "the policy declares no such name")
            }
            Slug::TooMany => ("too-many", S::UNPROCESSABLE_ENTITY, "too many in one request"),
            Slug::BodyTooLarge => ("body-too-large", S::PAYLOAD_TOO_LARGE, "the body is too large"),
            Slug::BodyTooSlow => ("body-too-slow", S::REQUEST_TIMEOUT, "the body came too slowly"),
            Slug::UnsupportedMediaType => (
                "unsupported-media-type",
                S::UNSUPPORTED_MEDIA_TYPE,
                "this door does not read such bodies",
            ),
            Slug::Unauthorised => ("unauthorised", S::UNAUTHORIZED, "no key, or not a valid one"),
            Slug::Forbidden => ("forbidden", S::FORBIDDEN, "this key may not do that"),
            Slug::ForeignOrigin => {
                ("foreign-origin", S::FORBIDDEN, "the page is not one of the site's")
            }
            Slug::TokenInvalid => ("token-invalid", S::FORBIDDEN, "the token is not ours"),
            Slug::TokenExpired => ("token-expired", S::FORBIDDEN, "the token has expired"),
            Slug::EventReused => {
                ("event-reused", S::CONFLICT, "another body came under this event id")
            }
            Slug::EventTooOld => {
                ("event-too-old", S::UNPROCESSABLE_ENTITY, "the event id is too old")
            }
            Slug::NotFound => ("not-found", S::NOT_FOUND, "there is no such thing"),
            Slug::MethodNotAllowed => {
                ("method-not-allowed", S::METHOD_NOT_ALLOWED, "not with this method")
            }
            Slug::PolicyMistakes => {
                ("policy-mistakes", S::UNPROCESSABLE_ENTITY, "the policy has mistakes")
            }
            Slug::PolicyConflict => {
                ("policy-conflict", S::CONFLICT, "somebody published in the meantime")
            }
            Slug::WaiverUnsigned => {
                ("waiver-unsigned", S::CONFLICT, "a waiver of the policy is not signed")
            }
            Slug::NoPolicy => ("no-policy", S::CONFLICT, "the site has no policy yet"),
            Slug::NotServed => ("not-served", S::CONFLICT, "no purpose of the policy covers this"),
            Slug::Stopped => {
                ("stopped", S::SERVICE_UNAVAILABLE, "the ledger has stopped taking events")
            }
            Slug::Busy => ("busy", S::SERVICE_UNAVAILABLE, "too much to do at the moment"),
            Slug::Internal => ("internal", S::INTERNAL_SERVER_ERROR, "we made a mistake"),
        }
    }

    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    pub fn status(self) -> StatusCode {
        self.row().1
    }

    pub fn title(self) -> &'static str {
        self.row().2
    }
}

/// A mistake in a posted policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Mistake {
    /// Which kind it is; the manual has a page of that name.
    pub slug: &'static str,
    pub line: u32,
    pub column: u32,
    pub said: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where the manual says why, and how to mend it: `docs/POLICY-LINTS.md#bundled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see: Option<String>,
}

/// One problem, about to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub slug: Slug,
    /// The slug's own, unless the standard a door keeps to wants another.
    pub status: StatusCode,
    pub detail: Cow<'static, str>,
    /// The field at fault, as a path: `data[0].name`.
    pub field: Option<String>,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub mistakes: Vec<Mistake>,
}

/// Problem details as they go over the wire.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `/errors#` and the slug; the slug never changes.
    #[serde(rename = "type")]
    #[schema(example = "/errors#invalid-value")]
    pub kind: String,
    pub title: &'static str,
    pub status: u16,
    pub detail: String,
    /// The field at fault, as a path: `data[0].name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Only for `policy-mistakes`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Mistake>,
    /// Random; name it when you ask the operator, whose log has it too.
    pub request_id: String,
}

impl Problem {
    pub fn new(slug: Slug, detail: impl Into<Cow<'static, str>>) -> Problem {
        let detail = detail.into();
        let (status, mistakes) = (slug.status(), Vec::new());
        Problem { slug, status, detail, field: None, line: None, column: None, mistakes }
    }

    /// A value that parses but makes no sense.
    pub fn invalid(field: impl Into<String>, error: impl std::fmt::Display) -> Problem {
        Problem::new(Slug::InvalidValue, error.to_string()).at(field)
    }

    pub fn missing(field: &str, why: &str) -> Problem {
        Problem::new(Slug::MissingField, format!("`{field}` is missing: {why}")).at(field)
    }

    /// Our mistake. The cause goes to the log and not to the caller.
    pub fn internal(cause: impl std::fmt::Display) -> Problem {
        tracing::error!(%cause, "internal");
        Problem::new(Slug::Internal, "it is logged; please try again")
    }

    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Problem {
        self.field = Some(field.into());
        self
    }

    /// Puts what the field belongs to before it: `uses[3]` and `data[0]` make `uses[3].data[0]`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Problem {
        self.field = Some(match self.field {
            Some(field) => format!("{outer}.{field}"),
            None => outer.to_owned(),
        });
        self
    }

    pub fn body(self) -> ProblemBody {
        let (slug, _, title) = self.slug.row();
        ProblemBody {
            kind: format!("/errors#{slug}"),
            title,
            status: self.status.as_u16(),
            detail: self.detail.into_owned(),
            field: self.field,
            line: self.line,
            column: self.column,
            problems: self.mistakes,
            request_id: request_id(),
        }
    }
}

fn request_id() -> String {
    access::fresh::<10>().map_or_else(|_| "none".to_owned(), |it| base32(&it))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let (slug, status) = (self.slug, self.status);
        let body = self.body();
        // No detail here: it may quote what a customer sent.
        tracing::debug!(slug = slug.as_str(), field = body.field, id = body.request_id, "problem");
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = if slug == Slug::Busy { "1" } else { "30" };
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slug_is_a_heading_of_the_document() {
        let document = include_str!("../../../../docs/ERRORS.md");
        let headings: Vec<_> = document.lines().filter_map(|it| it.strip_prefix("## ")).collect();
        let slugs: Vec<_> = Slug::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(headings, slugs, "docs/ERRORS.md must list the slugs in order");
        for slug in Slug::ALL {
            let status = format!("**{}.**", slug.status().as_u16());
            let section = document.split(&format!("## {}\n", slug.as_str())).nth(1).unwrap();
            assert!(section.trim_start().starts_with(&status), "{}", slug.as_str());
        }
    }

    #[test]
    fn a_problem_says_where() {
        let problem = Problem::invalid("data[0]", "`X` is no name").within("uses[3]");
        let body = problem.body();
        assert_eq!(body.field.as_deref(), Some("uses[3].data[0]"));
        assert_eq!((body.kind.as_str(), body.status), ("/errors#invalid-value", 422));
        assert_eq!(body.request_id.len(), 16);
    }

    #[test]
    fn a_stopped_ledger_says_when_to_come_back() {
        let response = Problem::new(Slug::Stopped, "the disk is full").into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "30");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}
