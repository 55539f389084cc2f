//! Which language a reader gets: the one asked for, else the browser's first that will do.

use axum::http::{HeaderMap, header};

/// One of the languages a policy is written in, of those `speaks` knows words in; the first where
/// none will do.
pub(super) fn chosen(
    spoken: &[String],
    asked: Option<&str>,
    headers: &HeaderMap,
    speaks: impl Fn(&str) -> bool,
) -> String {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    let tags = accepted.unwrap_or_default().split(',');
    let tags = tags.map(|it| it.split(';').next().unwrap_or_default().trim());
    let primary = |it: &str| it.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let mut wanted = asked.into_iter().chain(tags).map(primary);
    let found = wanted.find_map(|it| spoken.iter().find(|own| primary(own) == it && speaks(&it)));
    found.or(spoken.first()).map_or("en", String::as_str).to_owned()
}
