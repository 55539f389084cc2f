//! Who is signed in: kept in memory, so that a restart signs everybody out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, header};
use handshake_core::vocabulary::{Millis, base32};

use crate::access::{Directory, KeyHash, PasswordHash, SecretError, UserInfo, fresh};
use std::sync::Arc;

/// Everybody signed in, by the hash of what their browser holds.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    all: Mutex<HashMap<KeyHash, Session>>,
}

#[derive(Debug)]
struct Session {
    user: String,
    /// The password signed in with. Another one since ends the session.
    password: PasswordHash,
    seen: Millis,
}

const IDLE_HOURS: i64 = 12;
const SESSIONS_MAX: usize = 10_000;

impl Sessions {
    /// Lets a user in. Returns what the browser is to hold.
    pub(super) fn begin(&self, user: &UserInfo, now: Millis) -> Result<String, SecretError> {
        let token = base32(&fresh::<16>()?);
        let mut all = self.lock();
        all.retain(|_, it| is_live(it, now));
        if SESSIONS_MAX <= all.len() {
            let oldest = all.iter().min_by_key(|it| it.1.seen).map(|it| *it.0);
            oldest.map(|it| all.remove(&it));
        }
        let session =
            Session { user: user.name.to_string(), password: user.password.clone(), seen: now };
        all.insert(KeyHash::of(&token), session);
        Ok(token)
    }

    /// The user who holds this, as the directory knows them now.
    pub(super) fn user(
        &self,
        token: &str,
        directory: &Directory,
        now: Millis,
    ) -> Option<Arc<UserInfo>> {
        let mut all = self.lock();
        let hash = KeyHash::of(token);
        let session = all.get_mut(&hash)?;
        let user = directory.user(&session.user);
        let user = user.filter(|it| is_live(session, now) && it.password == session.password);
        if user.is_some() {
            session.seen = now;
        } else {
            all.remove(&hash);
        }
        user.cloned()
    }

    pub(super) fn end(&self, token: &str) {
        self.lock().remove(&KeyHash::of(token));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyHash, Session>> {
        // A session is entered or removed whole.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_live(it: &Session, now: Millis) -> bool {
    now < it.seen.plus_hours(IDLE_HOURS)
}

/// The name of the cookie. Browsers let nobody but this very host set one called `__Host-`.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-hs_console" } else { "hs_console" }
}

/// What the browser holds, if anything.
pub(super) fn read_cookie(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let pairs = lines.flat_map(|it| it.split(';')).filter_map(|it| it.split_once('='));
    let mut found = pairs.filter(|it| it.0.trim() == cookie_name(secure));
    found.next().map(|it| it.1.trim())
}

/// Has the browser hold a token until it is closed.
pub(super) fn set_cookie(token: &str, secure: bool) -> Option<HeaderValue> {
    let end = if secure { "; Secure" } else { "" };
    let name = cookie_name(secure);
    let line = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{end}");
    HeaderValue::from_str(&line).ok()
}

pub(super) fn clear_cookie(secure: bool) -> Option<HeaderValue> {
    let end = if secure { "; Secure" } else { "" };
    let name = cookie_name(secure);
    let line = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{end}");
    HeaderValue::from_str(&line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use handshake_core::vocabulary::Name;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn user(password: &PasswordHash) -> UserInfo {
        let (role, site, created) = (Role::Viewer, None, NOW);
        let name = Name::new("imke").unwrap();
        UserInfo { name, role, site, created, password: password.clone() }
    }

    fn directory(user: Option<UserInfo>) -> Directory {
        Directory::new([], [], user)
    }

    #[test]
    fn a_session_lasts_while_it_is_used() {
        let password = PasswordHash::of_nobody().unwrap();
        let known = directory(Some(user(&password)));
        let sessions = Sessions::default();
        let token = sessions.begin(&user(&password), NOW).unwrap();
        assert_eq!(token.len(), 26);
        for hour in [0, 11, 22] {
            assert!(sessions.user(&token, &known, NOW.plus_hours(hour)).is_some(), "{hour}");
        }
        assert!(sessions.user(&token, &known, NOW.plus_hours(34)).is_none());
        assert!(sessions.user(&token, &known, NOW.plus_hours(22)).is_none(), "ended is ended");
    }

    #[test]
    fn who_is_removed_or_has_another_password_is_signed_out() {
        let password = PasswordHash::of_nobody().unwrap();
        let sessions = Sessions::default();
        let token = sessions.begin(&user(&password), NOW).unwrap();
        assert!(sessions.user(&token, &directory(None), NOW).is_none());

        let token = sessions.begin(&user(&password), NOW).unwrap();
        let changed = directory(Some(user(&PasswordHash::of_nobody().unwrap())));
        assert!(sessions.user(&token, &changed, NOW).is_none());

        let known = directory(Some(user(&password)));
        let token = sessions.begin(&user(&password), NOW).unwrap();
        sessions.end(&token);
        assert!(sessions.user(&token, &known, NOW).is_none());
        assert!(sessions.user("", &known, NOW).is_none());
    }

    #[test]
    fn cookies_are_hidden_from_scripts_and_other_hosts() {
        let line = set_cookie("t", true).unwrap();
        assert_eq!(line, "__Host-hs_console=t; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(set_cookie("t", false).unwrap(), "hs_console=t; Path=/; HttpOnly; SameSite=Lax");
        let sent = HeaderValue::from_static("a=b; hs_console=t; __Host-hs_console=u");
        let headers = [(header::COOKIE, sent)].into_iter().collect();
        assert_eq!(
            (read_cookie(&headers, false), read_cookie(&headers, true)),
            (Some("t"), Some("u"))
        );
    }
}
