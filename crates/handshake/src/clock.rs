//! The only reader of the time. Everybody else takes `now` as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

use handshake_core::vocabulary::Millis;

/// Now, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> Millis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}
