//! Trying passwords: after a few wrong ones, a name has to wait, whether anybody has it or not.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use handshake_core::vocabulary::Millis;

use crate::access::KeyHash;

#[derive(Debug, Default)]
pub(super) struct Throttle {
    tries: Mutex<HashMap<KeyHash, Tries>>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: Millis,
}

/// Wrong passwords that cost nothing.
const FREE: u32 = 5;
const FIRST_WAIT_MS: i64 = 15_000;
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// Wrong tries are forgotten after this time without another.
const FORGET_MS: i64 = 60 * 60_000;
const NAMES_MAX: usize = 2_000;

impl Throttle {
    /// Counts a try before it is made, so that many at once are as slow as one after another.
    /// Returns how long to wait instead, in seconds.
    pub(super) fn attempt(&self, name: &str, now: Millis) -> Result<(), i64> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let name = KeyHash::of(name);
        if NAMES_MAX <= tries.len() && !tries.contains_key(&name) {
            // The longest untried makes room. Whoever tries so many names to be forgotten has
            // waited longer than the name would have had them wait.
            let oldest = tries.iter().min_by_key(|it| it.1.last).map(|it| *it.0);
            oldest.map(|it| tries.remove(&it));
        }
        let it = tries.entry(name).or_insert(Tries { wrong: 0, last: now });
        if it.last.0.saturating_add(FORGET_MS) <= now.0 {
            it.wrong = 0;
        }
        let over = it.wrong.checked_sub(FREE);
        let wait = over.map_or(0, |it| (FIRST_WAIT_MS << it.min(10)).min(LONGEST_WAIT_MS));
        let free_at = it.last.0.saturating_add(wait);
        if now.0 < free_at {
            return Err((free_at - now.0).div_euclid(1000) + 1);
        }
        it.wrong = it.wrong.saturating_add(1);
        it.last = now;
        Ok(())
    }

    /// The password was right.
    pub(super) fn forget(&self, name: &str) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&KeyHash::of(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_800_000_000_000);

    #[test]
    fn wrong_passwords_cost_more_and_more_time() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            assert_eq!(throttle.attempt("imke", NOW), Ok(()));
        }
        assert_eq!(throttle.attempt("imke", NOW), Err(16));
        assert_eq!(throttle.attempt("jonas", NOW), Ok(()), "another name need not wait");
        let later = Millis(NOW.0 + 15_000);
        assert_eq!(throttle.attempt("imke", later), Ok(()));
        assert_eq!(throttle.attempt("imke", later), Err(31));
        for _ in 0..20 {
            let far = Millis(later.0 + 59 * 60_000);
            let _counted = throttle.attempt("imke", far);
            assert!(throttle.attempt("imke", far).is_err_and(|it| it <= 901));
        }
        assert_eq!(throttle.attempt("imke", later.plus_hours(3)), Ok(()), "an hour forgets");
        for n in 0..2 * NAMES_MAX {
            assert_eq!(throttle.attempt(&n.to_string(), later.plus_hours(3)), Ok(()));
        }
        assert_eq!(throttle.tries.lock().unwrap().len(), NAMES_MAX, "memory is bounded");
        throttle.forget("imke");
        for _ in 0..FREE {
            assert_eq!(throttle.attempt("imke", later.plus_hours(3)), Ok(()));
        }
    }
}
