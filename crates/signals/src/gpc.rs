//! Global Privacy Control: "do not sell or share", said by a browser and answered by a site.
//!
//! The signal is neither a wish to be deleted nor an objection to a shop's own use of what it sees.

use core::fmt;

use crate::json::{JsonValue, Text};

/// Where a site says that it abides by the signal.
pub const WELL_KNOWN: &str = "/.well-known/gpc.json";

/// Whether a request carries the signal. `fields` are the values of its `Sec-GPC` fields: one of
/// them must be exactly `1`, and whatever else they say is as if it were not there.
pub fn is_on<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> bool {
    fields.into_iter().any(|it| it == b"1")
}

/// The body of `gpc.json`; write it with `Display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GpcJson<'a> {
    gpc: bool,
    last_update: &'a str,
}

/// What a site publishes: whether it abides by the signal, and since when, as an RFC 3339 date
/// (`2025-04-15`) or time.
pub fn gpc_json(gpc: bool, last_update: &str) -> GpcJson<'_> {
    GpcJson { gpc, last_update }
}

impl fmt::Display for GpcJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"{{"gpc":{},"lastUpdate":{}}}"#, self.gpc, Text(self.last_update))
    }
}

/// What another site publishes in its `gpc.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Support<'a> {
    /// Whether it says to abide by the signal; `None` is unknown.
    pub gpc: Option<bool>,
    /// Since when, as a date or a time of RFC 3339; `None` is unknown.
    pub last_update: Option<&'a str>,
}

/// Reads the `gpc.json` of another site. What is not as the standard has it is unknown, and other
/// members are passed over.
///
/// ```
/// use handshake_signals::gpc;
///
/// let body = r#"{"gpc": true, "lastUpdate": "2025-04-15"}"#;
/// let support = gpc::read_gpc_json("application/json", body);
/// assert_eq!(support.gpc, Some(true));
/// assert_eq!(support.last_update, Some("2025-04-15"));
/// ```
pub fn read_gpc_json<'a>(content_type: &str, body: &'a str) -> Support<'a> {
    let essence = content_type.split(';').next().map_or("", str::trim);
    let body =
        JsonValue::parse(body).ok().filter(|_| essence.eq_ignore_ascii_case("application/json"));
    let gpc = body.and_then(|it| it.get("gpc")).and_then(JsonValue::as_bool);
    let last_update = body
        .and_then(|it| it.get("lastUpdate"))
        .and_then(JsonValue::as_text)
        .and_then(|it| it.as_plain())
        .filter(|it| gpc.is_some() && is_date_or_time(it));
    Support { gpc, last_update }
}

/// `full-date` or `date-time` of RFC 3339: `2025-04-15`, `2025-04-15T10:00:00.5+01:00`.
fn is_date_or_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    if !has_form(date, "0000-00-00") || !in_calendar(date) {
        return false;
    }
    let Some(rest) = rest.strip_prefix(['T', 't']) else { return rest.is_empty() };
    let Some((time, rest)) = rest.split_at_checked(8) else { return false };
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|it: char| it.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
    };
    let offset = zone.strip_prefix(['+', '-']);
    has_form(time, "00:00:00")
        && up_to(time, 0, 23)
        && up_to(time, 3, 59)
        && up_to(time, 6, 60)
        && (zone.eq_ignore_ascii_case("z")
            || offset
                .is_some_and(|it| has_form(it, "00:00") && up_to(it, 0, 23) && up_to(it, 3, 59)))
}

/// Digits where the form has `0`, and its other characters where they are.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(it, form): (u8, u8)| if form == b'0' { it.is_ascii_digit() } else { it == form };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

fn up_to(text: &str, at: usize, max: u8) -> bool {
    two_digits(text, at).is_some_and(|it| it <= max)
}

fn two_digits(text: &str, at: usize) -> Option<u8> {
    text.get(at..)?.get(..2)?.parse().ok()
}

fn in_calendar(date: &str) -> bool {
    let year: u16 = date.get(..4).and_then(|it| it.parse().ok()).unwrap_or(0);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match two_digits(date, 5) {
        Some(2) if leap => 29,
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        Some(1..=12) => 31,
        _ => return false,
    };
    two_digits(date, 8).is_some_and(|it| (1..=days).contains(&it))
}
