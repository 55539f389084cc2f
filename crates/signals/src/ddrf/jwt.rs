//! The three parts of a JSON Web Token, decoded into memory that the caller lends.

use core::fmt;

use crate::bits::Bits;
use crate::json::{JsonText, JsonValue};

/// A JSON Web Token in compact form: header, payload, signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jwt<'a> {
    text: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// What the header of a token says about its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JwtHeader<'a> {
    /// `alg`, such as `RS256`; never `none`.
    pub algorithm: JsonText<'a>,
    /// `kid`: which of the issuer's published keys.
    pub key_id: Option<JsonText<'a>>,
}

/// A token that is malformed, or claims not what it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not three parts of base64url between two dots.
    Parts,
    /// The lent memory is too small for this many bytes.
    Memory(usize),
    /// The header or the payload is no JSON object.
    Json,
    /// `alg` is missing, or `none`.
    Algorithm,
    /// A claim is missing.
    Missing(&'static str),
    /// A claim is of another type, or an empty text.
    Type(&'static str),
    /// `raResultCode` is none of 0 to 6.
    ResultCode(i64),
}

impl TokenError {
    /// What a recipient answers with.
    pub fn result_code(self) -> super::ResultCode {
        match self {
            TokenError::Missing(_) | TokenError::Type(_) | TokenError::ResultCode(_) => {
                super::ResultCode::MalformedRequest
            }
            TokenError::Parts
            | TokenError::Memory(_)
            | TokenError::Json
            | TokenError::Algorithm => super::ResultCode::InvalidToken,
        }
    }
}

impl<'a> Jwt<'a> {
    /// Takes a token apart.
    pub fn parse(text: &'a str) -> Result<Jwt<'a>, TokenError> {
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Parts);
        };
        let sound =
            |it: &str| !it.contains('=') && it.len() % 4 != 1 && Bits::new(it, 0, "").is_ok();
        match [header, payload, signature].into_iter().all(sound) {
            true => Ok(Jwt { text, header, payload, signature }),
            false => Err(TokenError::Parts),
        }
    }

    /// Whether your function finds the signature good. It gets the bytes that were signed and the
    /// signature as base64url text; [`Jwt::signature`] decodes it.
    pub fn verify(self, check: impl FnOnce(&'a [u8], &'a str) -> bool) -> bool {
        let signed = self.header.len().saturating_add(self.payload.len()).saturating_add(1);
        check(self.text.as_bytes().get(..signed).unwrap_or_default(), self.signature)
    }

    /// The header.
    pub fn header<'m>(self, memory: &'m mut [u8]) -> Result<JwtHeader<'m>, TokenError> {
        let header = object(decode(self.header, memory)?)?;
        let algorithm = header.get("alg").and_then(JsonValue::as_text);
        let algorithm = algorithm.filter(|it| *it != "none").ok_or(TokenError::Algorithm)?;
        Ok(JwtHeader { algorithm, key_id: header.get("kid").and_then(JsonValue::as_text) })
    }

    /// The claims as JSON text.
    pub fn payload(self, memory: &mut [u8]) -> Result<&str, TokenError> {
        core::str::from_utf8(decode(self.payload, memory)?).map_err(|_| TokenError::Json)
    }

    /// The bytes of the signature.
    pub fn signature(self, memory: &mut [u8]) -> Result<&[u8], TokenError> {
        decode(self.signature, memory)
    }
}

fn object(bytes: &[u8]) -> Result<JsonValue<'_>, TokenError> {
    let text = core::str::from_utf8(bytes).map_err(|_| TokenError::Json)?;
    let value = JsonValue::parse(text).map_err(|_| TokenError::Json)?;
    if value.is_object() { Ok(value) } else { Err(TokenError::Json) }
}

fn decode<'m>(part: &str, memory: &'m mut [u8]) -> Result<&'m [u8], TokenError> {
    let bits = Bits::new(part, 0, "").map_err(|_| TokenError::Parts)?;
    let len = bits.len() / 8;
    let memory = memory.get_mut(..len).ok_or(TokenError::Memory(len))?;
    let mut reader = bits.reader();
    for byte in memory.iter_mut() {
        *byte = reader.byte(8, "").map_err(|_| TokenError::Parts)?;
    }
    Ok(memory)
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenError::Parts => {
                f.write_str("a token is three parts of base64url with dots between")
            }
            TokenError::Memory(needed) => write!(f, "{needed} bytes of memory are needed"),
            TokenError::Json => f.write_str("header and payload must be JSON objects"),
            TokenError::Algorithm => f.write_str("`alg` must name a signature algorithm"),
            TokenError::Missing(claim) => write!(f, "`{claim}` is missing"),
            TokenError::Type(claim) => write!(f, "`{claim}` is of another type, or empty"),
            TokenError::ResultCode(code) => write!(f, "`raResultCode` is 0 to 6, not {code}"),
        }
    }
}

impl core::error::Error for TokenError {}
