//! Keys: what a program shows at the door.

use std::fmt;

use handshake_core::vocabulary::{Millis, Name, SiteId, base32, unbase32};
use ring::digest;

use super::secret::{SecretError, fresh};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In web pages, where anyone can read it: only the browser doors, only from the site's
    /// origins.
    Publishable,
    /// On the merchant's servers.
    Secret,
    /// On the merchant's servers, and may set the time of what it sends.
    Import,
}

/// A key as its owner holds it: `sk_shop_` and 26 letters or digits. Shown once, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText(String);

/// SHA-256 of a key's text. The text holds 128 random bits, so its hash can be neither guessed
/// nor searched, and looking it up in a map gives nothing away by its timing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyHash(pub [u8; 32]);

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// 1, 2, 3, … in the order keys were made.
    pub number: u32,
    pub scope: Scope,
    /// Who uses it; written beside every event it sends.
    pub caller: Name,
    pub site: SiteId,
    /// The beginning of its text, so that people can tell keys apart.
    pub hint: String,
    pub created: Millis,
    pub revoked: Option<Millis>,
}

impl Scope {
    pub const ALL: [Scope; 3] = [Scope::Publishable, Scope::Secret, Scope::Import];

    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Publishable => "publishable",
            Scope::Secret => "secret",
            Scope::Import => "import",
        }
    }

    pub fn parse(text: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|it| it.as_str() == text)
    }

    fn prefix(self) -> &'static str {
        match self {
            Scope::Publishable => "pk",
            Scope::Secret => "sk",
            Scope::Import => "ik",
        }
    }
}

impl KeyText {
    /// A new key. `_` is in no name, so the three parts can always be told apart.
    pub fn fresh(scope: Scope, site: &Name) -> Result<KeyText, SecretError> {
        let random: [u8; 16] = fresh()?;
        Ok(KeyText(format!("{}_{site}_{}", scope.prefix(), base32(&random))))
    }

    /// Whether the text has the form of a key, whoever's it may be.
    pub fn is_key(text: &str) -> bool {
        let mut parts = text.split('_');
        let (scope, site, random) = (parts.next(), parts.next(), parts.next());
        let known = Scope::ALL.into_iter().any(|it| Some(it.prefix()) == scope);
        let random = random.and_then(unbase32::<16>).is_some();
        known && site.is_some_and(Name::is_name) && random && parts.next().is_none()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scope, site and the first four letters.
    pub(super) fn hint(&self) -> String {
        let shown = self.0.len().saturating_sub(22);
        format!("{}…", self.0.get(..shown).unwrap_or_default())
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hint())
    }
}

impl KeyHash {
    pub fn of(text: &str) -> KeyHash {
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        KeyHash(<[u8; 32]>::try_from(digest.as_ref()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_what_it_is_and_hides_the_rest() {
        let site = Name::new("ridgeline-bikes").unwrap();
        let key = KeyText::fresh(Scope::Secret, &site).unwrap();
        assert!(key.as_str().starts_with("sk_ridgeline-bikes_"), "{}", key.as_str());
        assert!(KeyText::is_key(key.as_str()));
        assert_eq!(format!("{key:?}").chars().count(), "sk_ridgeline-bikes_0000…".chars().count());
        for bad in ["", "sk_", "xx_a_00000000000000000000000000", "sk_a_b_c", "sk_a_0"] {
            assert!(!KeyText::is_key(bad), "{bad}");
        }
    }

    #[test]
    fn keys_are_found_by_sha_256() {
        let hash = handshake_core::vocabulary::hex(&KeyHash::of("abc").0);
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
