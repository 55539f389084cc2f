//! Request bodies: how much is read, for how long, and what it may be.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use hyper::body::Body;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::{Problem, Slug};

pub(super) const BROWSER_BYTES_MAX: usize = 64 << 10;
pub(super) const SERVER_BYTES_MAX: usize = 1 << 20;
pub(super) const BATCH_BYTES_MAX: usize = 8 << 20;
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// What a body says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    NdJson,
    Text,
    Form,
    Kdl,
    Other,
}

/// Reads the whole body. One that came in one piece, as small ones do, is not copied.
pub(super) async fn read<B>(headers: &HeaderMap, body: B, max: usize) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    not_compressed(headers)?;
    // The length is known before anything is read, unless the body is chunked.
    if body.size_hint().upper().is_some_and(|it| (max as u64) < it) {
        return Err(too_large(max));
    }
    match tokio::time::timeout(READ_TIMEOUT, gather(body, max)).await {
        Ok(read) => read,
        Err(_) => Err(Problem::new(
            Slug::BodyTooSlow,
            format!("the body had not arrived after {} seconds", READ_TIMEOUT.as_secs()),
        )),
    }
}

pub(super) fn not_compressed(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::CONTENT_ENCODING).is_some_and(|it| it != "identity") {
        true => Err(Problem::new(
            Slug::UnsupportedMediaType,
            "compressed bodies are not read; send it without `Content-Encoding`",
        )),
        false => Ok(()),
    }
}

async fn gather<B>(body: B, max: usize) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|_| {
            Problem::new(Slug::MalformedJson, "the connection broke off inside the body")
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if max < rest.len() + first.len() + data.len() {
            return Err(too_large(max));
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

fn too_large(max: usize) -> Problem {
    Problem::new(Slug::BodyTooLarge, format!("at most {max} bytes are read here"))
}

pub(super) fn media(headers: &HeaderMap) -> Media {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()) else {
        return Media::Other;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    let is = |it: &str| essence.eq_ignore_ascii_case(it);
    match () {
        () if is("application/json") => Media::Json,
        () if is("application/x-ndjson") => Media::NdJson,
        () if is("text/plain") => Media::Text,
        () if is("application/x-www-form-urlencoded") => Media::Form,
        () if is("application/kdl") => Media::Kdl,
        () => Media::Other,
    }
}

/// The body of a server door.
pub(super) fn server<'a, T: Deserialize<'a>>(
    headers: &HeaderMap,
    body: &'a [u8],
) -> Result<T, Problem> {
    match media(headers) {
        Media::Json => json(body),
        Media::NdJson | Media::Text | Media::Form | Media::Kdl | Media::Other => Err(Problem::new(
            Slug::UnsupportedMediaType,
            "this door reads `Content-Type: application/json`",
        )),
    }
}

/// The body of a browser door. `sendBeacon` sends JSON as text, and pages without scripts send
/// forms; neither needs a preflight.
pub(super) fn browser<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    match media(headers) {
        Media::Json | Media::Text => json(body),
        Media::Form => form(body),
        Media::NdJson | Media::Kdl | Media::Other => Err(Problem::new(
            Slug::UnsupportedMediaType,
            "this door reads JSON as `application/json` or `text/plain`, and \
             `application/x-www-form-urlencoded`",
        )),
    }
}

pub(super) fn form<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_urlencoded::from_bytes(body)
        .map_err(|error| of_data(Slug::MalformedForm, &error.to_string(), ""))
}

pub(super) fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    // Only a body that failed is read again to find out where.
    serde_json::from_slice(body).map_err(|error| why::<T>(body, &error))
}

fn why<'a, T: Deserialize<'a>>(body: &'a [u8], error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let said = text.rsplit_once(" at line ").map_or(text.as_str(), |it| it.0);
    let mut problem = match error.classify() {
        Category::Data => {
            let mut reader = serde_json::Deserializer::from_slice(body);
            let path = serde_path_to_error::deserialize::<_, T>(&mut reader).err();
            let path = path.map(|it| it.path().to_string()).filter(|it| it != ".");
            of_data(Slug::InvalidValue, said, path.as_deref().unwrap_or_default())
        }
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new(Slug::MalformedJson, said.to_owned())
        }
    };
    problem.line = u32::try_from(error.line()).ok().filter(|&it| it != 0);
    problem.column = u32::try_from(error.column()).ok().filter(|_| problem.line.is_some());
    problem
}

/// Sorts what the reader of JSON or forms said; its phrases are held by the tests below.
fn of_data(otherwise: Slug, said: &str, path: &str) -> Problem {
    let named = |prefix: &str| said.strip_prefix(prefix)?.split('`').next();
    let (slug, field) = if let Some(field) = named("unknown field `") {
        (Slug::UnknownField, field)
    } else if let Some(field) = named("missing field `") {
        (Slug::MissingField, field)
    } else if said.starts_with("invalid ") || said.starts_with("duplicate field") {
        (Slug::InvalidValue, "")
    } else {
        (otherwise, "")
    };
    let mut problem = Problem::new(slug, said.to_owned());
    // The path of an unknown field already ends with it.
    let ends = path == field || path.ends_with(&format!(".{field}"));
    problem.field = match (path, field) {
        ("", "") => None,
        ("", field) => Some(field.to_owned()),
        (path, "") => Some(path.to_owned()),
        (path, _) if ends => Some(path.to_owned()),
        (path, field) => Some(format!("{path}.{field}")),
    };
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        event: String,
        #[serde(default)]
        items: Vec<Item>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Item {
        item: String,
        quantity: Option<u32>,
    }

    #[track_caller]
    fn check(body: &str, slug: Slug, field: Option<&str>, place: Option<(u32, u32)>) {
        let problem = json::<Order>(body.as_bytes()).unwrap_err();
        let found = (problem.slug, problem.field.as_deref(), problem.line.zip(problem.column));
        assert_eq!(found, (slug, field, place), "{}", problem.detail);
        assert!(!problem.detail.contains(" line "), "{}", problem.detail);
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        check("{\"event\":", Slug::MalformedJson, None, Some((1, 9)));
        check("", Slug::MalformedJson, None, Some((1, 0)));
        check("{\"event\":\"a\"} x", Slug::MalformedJson, None, Some((1, 15)));
        check("{\"event\":\n7}", Slug::InvalidValue, Some("event"), Some((2, 1)));
        check("{\"site\":1}", Slug::UnknownField, Some("site"), Some((1, 7)));
        check("{}", Slug::MissingField, Some("event"), Some((1, 2)));
        let body = r#"{"event":"a","items":[{"item":"b"},{"item":"c","qty":1}]}"#;
        check(body, Slug::UnknownField, Some("items[1].qty"), Some((1, 52)));
        let body = r#"{"event":"a","items":[{"quantity":-1}]}"#;
        check(body, Slug::InvalidValue, Some("items[0].quantity"), Some((1, 36)));
        check(
            r#"{"event":"a","items":[{}]}"#,
            Slug::MissingField,
            Some("items[0].item"),
            Some((1, 24)),
        );
    }

    #[test]
    fn a_million_brackets_are_only_malformed() {
        let bomb = format!("{{\"items\":{}", "[".repeat(1_000_000));
        let problem = json::<serde_json::Value>(bomb.as_bytes()).unwrap_err();
        assert_eq!(problem.slug, Slug::MalformedJson);
    }

    #[test]
    fn browsers_send_text_and_forms() {
        let headers =
            |it| HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(it))]);
        let order = Order { event: "a b".to_owned(), items: Vec::new() };
        let form = headers("application/x-www-form-urlencoded; charset=UTF-8");
        assert_eq!(browser::<Order>(&form, b"event=a+b").unwrap(), order);
        let unknown = browser::<Order>(&form, b"event=a&site=1").unwrap_err();
        assert_eq!((unknown.slug, unknown.field.as_deref()), (Slug::UnknownField, Some("site")));
        let text = headers("text/plain;charset=UTF-8");
        assert_eq!(browser::<Order>(&text, br#"{"event":"a b"}"#).unwrap(), order);
        let refused = server::<Order>(&text, b"{}").unwrap_err();
        assert_eq!(refused.slug, Slug::UnsupportedMediaType);
    }
}
