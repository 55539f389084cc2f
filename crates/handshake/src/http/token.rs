//! Signed tokens: what a browser holds between two requests, and cannot change.
//!
//! `base64url(payload).base64url(HMAC-SHA-256(payload))`. The payload begins with the token's
//! audience, and each site has its own key, so a token of another kind or site is no token here.

use handshake_core::vocabulary::{Code, Millis, PersonId, SiteId};
use ring::hmac;

use super::base64url;
use crate::access::SiteSecret;
use crate::ingest::AskedRef;

/// A page view's right to ask and answer. No person, nothing kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitToken {
    pub nonce: [u8; 16],
    pub expires: Millis,
}

/// Proof that this browser is a person we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonToken {
    pub person: PersonId,
    pub expires: Millis,
}

/// Exactly what was shown, so that an answer is an answer to that and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskToken {
    pub shown: AskedRef,
    pub expires: Millis,
    /// The visit in which it was shown.
    pub visit: Option<[u8; 16]>,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("it was not made by this site for this door")]
    Invalid,
    #[error("it expired at {0}")]
    Expired(Millis),
}

/// Makes and checks the tokens of one site.
#[derive(Debug, Clone)]
pub struct Signer {
    key: hmac::Key,
    site: SiteId,
}

const VISIT: u8 = 1;
const PERSON: u8 = 2;
const ASK: u8 = 3;
const VERSION: u8 = 1;
const ARMS_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 1024;

impl VisitToken {
    pub const MINUTES: i64 = 30;
}

impl PersonToken {
    /// Browsers keep no cookie for longer than 400 days.
    pub const DAYS: i64 = 400;
}

impl AskToken {
    pub const HOURS: i64 = 24;
}

impl Signer {
    pub fn new(secret: &SiteSecret, site: SiteId) -> Signer {
        Signer { key: hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("tokens v1")), site }
    }

    pub fn visit(&self, token: &VisitToken) -> String {
        let mut payload = self.head(VISIT, token.expires);
        payload.extend(token.nonce);
        self.sign(&payload)
    }

    pub fn person(&self, token: &PersonToken) -> String {
        let mut payload = self.head(PERSON, token.expires);
        payload.extend(token.person.0);
        self.sign(&payload)
    }

    pub fn ask(&self, token: &AskToken) -> String {
        let mut payload = self.head(ASK, token.expires);
        let shown = &token.shown;
        payload.extend(shown.ask);
        let codes = [shown.statement, shown.purpose, shown.program, shown.wording, shown.offer];
        payload.extend(codes.iter().flat_map(|it| it.0.to_be_bytes()));
        payload.extend(shown.arm.to_be_bytes());
        payload.push(u8::try_from(shown.allocation.len().min(ARMS_MAX)).unwrap_or(0));
        let arms = shown.allocation.iter().take(ARMS_MAX);
        payload.extend(arms.flat_map(|it| it.to_be_bytes()));
        for held in [shown.person.map(|it| it.0), token.visit] {
            payload.push(u8::from(held.is_some()));
            payload.extend(held.iter().flatten());
        }
        self.sign(&payload)
    }

    pub fn read_visit(&self, text: &str, now: Millis) -> Result<VisitToken, TokenError> {
        let payload = self.open(text)?;
        let (mut read, expires) = self.body(&payload, VISIT)?;
        let nonce = read.array()?;
        read.end()?;
        in_time(VisitToken { nonce, expires }, expires, now)
    }

    pub fn read_person(&self, text: &str, now: Millis) -> Result<PersonToken, TokenError> {
        let payload = self.open(text)?;
        let (mut read, expires) = self.body(&payload, PERSON)?;
        let person = PersonId(read.array()?);
        read.end()?;
        in_time(PersonToken { person, expires }, expires, now)
    }

    pub fn read_ask(&self, text: &str, now: Millis) -> Result<AskToken, TokenError> {
        let payload = self.open(text)?;
        let (mut read, expires) = self.body(&payload, ASK)?;
        let shown = AskedRef {
            ask: read.array()?,
            statement: Code(read.u32()?),
            purpose: Code(read.u32()?),
            program: Code(read.u32()?),
            wording: Code(read.u32()?),
            offer: Code(read.u32()?),
            arm: read.u32()?,
            allocation: read.list()?,
            person: read.option()?.map(PersonId),
            // Only imports draw answers from a model; what a page was shown is real.
            simulated: false,
        };
        let token = AskToken { shown, expires, visit: read.option()? };
        read.end()?;
        in_time(token, expires, now)
    }

    fn head(&self, audience: u8, expires: Millis) -> Vec<u8> {
        let mut payload = Vec::with_capacity(128);
        payload.extend([audience, VERSION]);
        payload.extend(self.site.0.to_be_bytes());
        payload.extend(expires.0.to_be_bytes());
        payload
    }

    fn body<'a>(
        &self,
        payload: &'a [u8],
        audience: u8,
    ) -> Result<(Reader<'a>, Millis), TokenError> {
        let mut read = Reader(payload);
        let head: [u8; 2] = read.array()?;
        if head != [audience, VERSION] || read.u32()? != self.site.0 {
            return Err(TokenError::Invalid);
        }
        let expires = Millis(i64::from_be_bytes(read.array()?));
        Ok((read, expires))
    }

    fn sign(&self, payload: &[u8]) -> String {
        let tag = hmac::sign(&self.key, payload);
        format!("{}.{}", base64url::encode(payload), base64url::encode(tag.as_ref()))
    }

    /// The payload, if the signature is ours. `ring` compares in constant time.
    fn open(&self, text: &str) -> Result<Vec<u8>, TokenError> {
        if TEXT_BYTES_MAX < text.len() {
            return Err(TokenError::Invalid);
        }
        let (payload, tag) = text.split_once('.').ok_or(TokenError::Invalid)?;
        let payload = base64url::decode(payload).ok_or(TokenError::Invalid)?;
        let tag = base64url::decode(tag).ok_or(TokenError::Invalid)?;
        hmac::verify(&self.key, &payload, &tag).map_err(|_| TokenError::Invalid)?;
        Ok(payload)
    }
}

/// The time is looked at last, so that only our own tokens are told they are late.
fn in_time<T>(token: T, expires: Millis, now: Millis) -> Result<T, TokenError> {
    if now < expires { Ok(token) } else { Err(TokenError::Expired(expires)) }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], TokenError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(TokenError::Invalid)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u32(&mut self) -> Result<u32, TokenError> {
        self.array().map(u32::from_be_bytes)
    }

    fn list(&mut self) -> Result<Vec<u32>, TokenError> {
        let [count] = self.array()?;
        (0..count).map(|_| self.u32()).collect()
    }

    fn option<const N: usize>(&mut self) -> Result<Option<[u8; N]>, TokenError> {
        match self.array()? {
            [0] => Ok(None),
            [1] => self.array().map(Some),
            _ => Err(TokenError::Invalid),
        }
    }

    fn end(&self) -> Result<(), TokenError> {
        if self.0.is_empty() { Ok(()) } else { Err(TokenError::Invalid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn signer(secret: u8, site: u32) -> Signer {
        Signer::new(&SiteSecret::from_bytes([secret; 32]), SiteId(site))
    }

    fn an_ask() -> AskToken {
        let shown = AskedRef {
            ask: [1; 16],
            statement: Code(2),
            purpose: Code(3),
            program: Code(4),
            wording: Code(5),
            offer: Code(0),
            arm: 1,
            allocation: vec![500_000, 500_000],
            person: Some(PersonId([7; 16])),
            simulated: false,
        };
        AskToken { shown, expires: NOW.plus_hours(AskToken::HOURS), visit: None }
    }

    #[test]
    fn a_token_carries_what_was_put_in() {
        let signer = signer(1, 1);
        let ask = an_ask();
        assert_eq!(signer.read_ask(&signer.ask(&ask), NOW), Ok(ask));
        let person = PersonToken { person: PersonId([7; 16]), expires: NOW.plus_days(400) };
        assert_eq!(signer.read_person(&signer.person(&person), NOW), Ok(person));
        let visit = VisitToken { nonce: [9; 16], expires: Millis(NOW.0 + 1) };
        assert_eq!(signer.read_visit(&signer.visit(&visit), NOW), Ok(visit));
    }

    #[test]
    fn an_old_token_is_late_and_not_forged() {
        let signer = signer(1, 1);
        let text = signer.visit(&VisitToken { nonce: [9; 16], expires: NOW });
        assert_eq!(signer.read_visit(&text, NOW), Err(TokenError::Expired(NOW)));
        let said = signer.read_visit(&text, NOW).unwrap_err().to_string();
        assert_eq!(said, "it expired at 2027-01-15T08:00:00.000Z");
    }

    #[test]
    fn another_sites_or_doors_token_is_no_token() {
        let text = signer(1, 1).ask(&an_ask());
        for other in [signer(1, 2), signer(2, 1)] {
            assert_eq!(other.read_ask(&text, NOW), Err(TokenError::Invalid));
        }
        assert_eq!(signer(1, 1).read_visit(&text, NOW), Err(TokenError::Invalid));
        assert_eq!(signer(1, 1).read_person(&text, NOW), Err(TokenError::Invalid));
    }

    #[test]
    fn a_cut_or_changed_token_is_no_token() {
        let signer = signer(1, 1);
        let text = signer.ask(&an_ask());
        for end in 0..text.len() {
            assert_eq!(
                signer.read_ask(text.get(..end).unwrap(), NOW),
                Err(TokenError::Invalid),
                "{end}"
            );
        }
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(signer.read_ask(&changed, NOW), Err(TokenError::Invalid), "{at}");
        }
    }

    #[test]
    fn a_signed_payload_cut_at_every_byte_is_no_token() {
        // Even with the right key, as after a change of format.
        let signer = signer(1, 1);
        let whole = signer.open(&signer.ask(&an_ask())).unwrap();
        for end in 0..whole.len() {
            let text = signer.sign(&whole[..end]);
            assert_eq!(signer.read_ask(&text, NOW), Err(TokenError::Invalid), "{end}");
        }
        let longer = signer.sign(&[&whole[..], &[0]].concat());
        assert_eq!(signer.read_ask(&longer, NOW), Err(TokenError::Invalid));
    }

    proptest! {
        #[test]
        fn no_text_is_a_token_by_chance(text in ".{0,200}") {
            prop_assert_eq!(signer(1, 1).read_person(&text, NOW), Err(TokenError::Invalid));
        }
    }
}
