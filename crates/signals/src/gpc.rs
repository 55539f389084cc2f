//! Global Privacy Control: "do not sell or share", said by a browser and answered by a site.
//!
//! The signal is neither a wish to be deleted nor an objection to a shop's own use of what it sees.

use core::fmt;

use crate::json::Text;

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
