//! Users: people who may look at the console, and what each may see.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use handshake_core::vocabulary::{Millis, Name, SiteId};
use ring::hmac;

use super::secret::{SecretError, fresh};

/// What a user may see. Later roles see more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Figures.
    Viewer,
    /// Figures, and what was asked.
    Marketer,
    /// Single people as well.
    Privacy,
    /// Everything.
    Admin,
}

/// What is known of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    pub name: Name,
    pub role: Role,
    /// The only site the user may look at; none means every site.
    pub site: Option<SiteId>,
    pub created: Millis,
    pub password: PasswordHash,
}

/// A password as stored: argon2id, with the parameters it was made with.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
    pub(super) salt: [u8; 16],
    pub(super) hash: [u8; 32],
}

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("a password has {PASSWORD_MIN} to {PASSWORD_MAX} bytes")]
    Length,
    #[error("the password could not be hashed")]
    Hash,
    #[error(transparent)]
    Secret(#[from] SecretError),
}

const PASSWORD_MIN: usize = 12;
const PASSWORD_MAX: usize = 1024;
// The least that OWASP's password storage page names for argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

impl Role {
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Marketer, Role::Privacy, Role::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Marketer => "marketer",
            Role::Privacy => "privacy",
            Role::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether a signature counts: that a law is not enforced for a while.
    pub fn signs(self) -> bool {
        Role::Privacy <= self
    }

    /// Whether the policy may be written, proposed, approved and published.
    pub fn edits_policy(self) -> bool {
        Role::Privacy <= self
    }

    /// Whether single people may be looked up, and not only counted.
    pub fn sees_people(self) -> bool {
        Role::Privacy <= self
    }
}

impl UserInfo {
    pub fn may_see(&self, site: SiteId) -> bool {
        self.site.is_none_or(|it| it == site)
    }
}

impl PasswordHash {
    pub fn of(password: &str) -> Result<PasswordHash, PasswordError> {
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&password.len()) {
            return Err(PasswordError::Length);
        }
        let (memory_kib, passes, lanes) = (MEMORY_KIB, PASSES, LANES);
        let mut it = PasswordHash { memory_kib, passes, lanes, salt: fresh()?, hash: [0; 32] };
        it.hash = it.compute(password).ok_or(PasswordError::Hash)?;
        Ok(it)
    }

    /// The hash of a password nobody has: who is unknown is kept waiting as long as who is not.
    pub fn of_nobody() -> Result<PasswordHash, PasswordError> {
        let (memory_kib, passes, lanes) = (MEMORY_KIB, PASSES, LANES);
        Ok(PasswordHash { memory_kib, passes, lanes, salt: fresh()?, hash: fresh()? })
    }

    /// Whether this is the password. Takes as long for a wrong one as for the right one.
    pub fn is(&self, password: &str) -> bool {
        if PASSWORD_MAX < password.len() {
            return false;
        }
        let (Some(found), Ok(key)) = (self.compute(password), fresh::<32>()) else { return false };
        // A keyed tag of both, so that how far they agree cannot be timed.
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        hmac::verify(&key, &found, hmac::sign(&key, &self.hash).as_ref()).is_ok()
    }

    fn compute(&self, password: &str) -> Option<[u8; 32]> {
        argon2id((self.memory_kib, self.passes, self.lanes), &self.salt, password)
    }
}

fn argon2id(
    (memory_kib, passes, lanes): (u32, u32, u32),
    salt: &[u8],
    password: &str,
) -> Option<[u8; 32]> {
    let params = Params::new(memory_kib, passes, lanes, Some(32)).ok()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; 32];
    argon.hash_password_into(password.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_is_the_password() {
        let password = "correct horse battery";
        let hash = PasswordHash::of(password).unwrap();
        assert!(hash.is(password));
        assert!(!hash.is("correct horse batterz") && !hash.is(""));
        assert_ne!(hash, PasswordHash::of(password).unwrap(), "each has a salt of its own");
        assert!(!PasswordHash::of_nobody().unwrap().is(password));
        assert_eq!(PasswordHash::of("short"), Err(PasswordError::Length));
        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
    }

    #[test]
    fn hashes_are_those_of_argon2id() {
        // From the reference implementation's own tests: 256 KiB, two passes, one lane.
        let hash = argon2id((256, 2, 1), b"somesalt", "password").unwrap();
        let hash = handshake_core::vocabulary::hex(&hash);
        assert_eq!(hash, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
    }

    #[test]
    fn roles_see_more_one_by_one() {
        assert_eq!(Role::ALL.map(Role::sees_people), [false, false, true, true]);
        assert_eq!(Role::ALL.map(Role::edits_policy), [false, false, true, true]);
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }
}
