//! The only reader of the time. Everybody else takes `now` as an argument.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use handshake_core::vocabulary::Millis;

/// How far this process lives from the real time. Only `handshake demo` sets it, once, before
/// anything else looks.
static MOVED_MS: AtomicI64 = AtomicI64::new(0);

/// Now, in milliseconds since 1970.
pub fn now() -> Millis {
    Millis(real().0.saturating_add(MOVED_MS.load(Ordering::Relaxed)))
}

/// Moves this process to another time, from where its clock goes on.
pub fn move_to(now: Millis) {
    MOVED_MS.store(now.0.saturating_sub(real().0), Ordering::Relaxed);
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn real() -> Millis {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}
