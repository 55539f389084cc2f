//! The secret of a site, from which its tokens and its customers' aliases are made.

use std::fmt;

use handshake_core::vocabulary::SiteId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

const SECRET_BYTES: usize = 32;

/// 32 random bytes that never leave the process except wrapped.
#[derive(Clone, PartialEq, Eq)]
pub struct SiteSecret([u8; SECRET_BYTES]);

/// The system's source of randomness failed, or a wrapped secret does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("the system gave no random bytes")]
    NoRandomness,
    #[error("the secret does not open: the key file is not the one it was written with")]
    WrongKey,
}

/// `N` random bytes from the system.
pub fn fresh<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SecretError::NoRandomness)?;
    Ok(bytes)
}

impl fmt::Debug for SiteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteSecret(…)")
    }
}

impl SiteSecret {
    pub fn fresh() -> Result<SiteSecret, SecretError> {
        fresh().map(SiteSecret)
    }

    pub fn from_bytes(bytes: [u8; SECRET_BYTES]) -> SiteSecret {
        SiteSecret(bytes)
    }

    /// A key for one use only, such as `tokens`, so that no two uses share one.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, label.as_bytes());
        let mut derived = [0; 32];
        for (to, from) in derived.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        derived
    }

    /// Nonce, ciphertext and tag under the wrapping key; bound to the site's number.
    pub(super) fn wrap(&self, under: &[u8; 32], site: SiteId) -> Result<Vec<u8>, SecretError> {
        let nonce: [u8; NONCE_LEN] = fresh()?;
        let mut sealed = self.0.to_vec();
        cipher(under)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(site.0.to_be_bytes()),
                &mut sealed,
            )
            .map_err(|_| SecretError::WrongKey)?;
        Ok([&nonce[..], &sealed].concat())
    }

    pub(super) fn unwrap(
        under: &[u8; 32],
        site: SiteId,
        wrapped: &[u8],
    ) -> Result<SiteSecret, SecretError> {
        let (nonce, sealed) = wrapped.split_at_checked(NONCE_LEN).ok_or(SecretError::WrongKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretError::WrongKey)?;
        let mut sealed = sealed.to_vec();
        let aad = Aad::from(site.0.to_be_bytes());
        let opened = cipher(under)?
            .open_in_place(nonce, aad, &mut sealed)
            .map_err(|_| SecretError::WrongKey)?;
        <[u8; SECRET_BYTES]>::try_from(&*opened).map(SiteSecret).map_err(|_| SecretError::WrongKey)
    }
}

fn cipher(under: &[u8; 32]) -> Result<LessSafeKey, SecretError> {
    let key = UnboundKey::new(&AES_256_GCM, under).map_err(|_| SecretError::WrongKey)?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_secret_opens_only_with_its_key_and_for_its_site() {
        let secret = SiteSecret::fresh().unwrap();
        let wrapped = secret.wrap(&[7; 32], SiteId(1)).unwrap();
        assert_eq!(SiteSecret::unwrap(&[7; 32], SiteId(1), &wrapped), Ok(secret));
        assert!(SiteSecret::unwrap(&[8; 32], SiteId(1), &wrapped).is_err());
        assert!(SiteSecret::unwrap(&[7; 32], SiteId(2), &wrapped).is_err());
        for end in 0..wrapped.len() {
            assert!(SiteSecret::unwrap(&[7; 32], SiteId(1), &wrapped[..end]).is_err());
        }
    }

    #[test]
    fn each_use_has_its_own_key() {
        let secret = SiteSecret::from_bytes([1; 32]);
        assert_ne!(secret.derive("tokens"), secret.derive("customers"));
        assert_eq!(format!("{secret:?}"), "SiteSecret(…)");
    }
}
