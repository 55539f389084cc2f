//! What each kind of token must claim, and the answers to a request.

use super::TokenError;
use crate::json::{JsonText, JsonValue};

/// Which of the three tokens it is; a token does not say so itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `idJWT`: the first party says whose data are to be deleted.
    Identity,
    /// `rqJWT`: somebody asks one recipient to delete; carries the `idJWT`.
    Request,
    /// `acJWT`: the recipient's answer; carries the `rqJWT`.
    Acknowledgement,
}

/// The claims of a token, complete for its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims<'a> {
    /// `version`
    pub version: JsonText<'a>,
    /// `jti`
    pub token_id: JsonText<'a>,
    /// `iss`: the domain whose `dsrdelete.json` has the key.
    pub issuer: JsonText<'a>,
    /// `iat`: seconds since 1970.
    pub issued_at_s: i64,
    /// `sub`, of an identity and of a request.
    pub subject: Option<Identifier<'a>>,
    /// `idJWT` of a request, `rqJWT` of an acknowledgement: a token inside.
    pub inner: Option<JsonText<'a>>,
    /// `optionalParameters` of a request.
    pub optional_parameters: Option<JsonValue<'a>>,
    /// `raResultCode` of an acknowledgement.
    pub result: Option<ResultCode>,
    /// `raResultString` of an acknowledgement.
    pub result_text: Option<JsonText<'a>>,
}

/// Whose data are to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identifier<'a> {
    /// `identifierValue`
    pub identifier_value: JsonText<'a>,
    /// `identifierType`: `email`, `idfa`…
    pub identifier_type: JsonText<'a>,
    /// `identifierFormat`: `sha256`, `plain`…
    pub identifier_format: JsonText<'a>,
}

impl<'a> Claims<'a> {
    /// Reads the payload of a token.
    pub fn read(kind: TokenKind, payload: &'a str) -> Result<Claims<'a>, TokenError> {
        let value = JsonValue::parse(payload).map_err(|_| TokenError::Json)?;
        if !value.is_object() {
            return Err(TokenError::Json);
        }
        let mut claims = Claims {
            version: text(value, "version")?,
            token_id: text(value, "jti")?,
            issuer: text(value, "iss")?,
            issued_at_s: seconds(claim(value, "iat")?).ok_or(TokenError::Type("iat"))?,
            subject: None,
            inner: None,
            optional_parameters: None,
            result: None,
            result_text: None,
        };
        match kind {
            TokenKind::Identity => claims.subject = Some(Identifier::read(claim(value, "sub")?)?),
            TokenKind::Request => {
                claims.subject = Some(Identifier::read(claim(value, "sub")?)?);
                claims.inner = Some(text(value, "idJWT")?);
                claims.optional_parameters = value.get("optionalParameters");
            }
            TokenKind::Acknowledgement => {
                claims.inner = Some(text(value, "rqJWT")?);
                let code = claim(value, "raResultCode")?.as_integer();
                let code = code.ok_or(TokenError::Type("raResultCode"))?;
                claims.result =
                    Some(ResultCode::from_number(code).ok_or(TokenError::ResultCode(code))?);
                claims.result_text = value.get("raResultString").and_then(JsonValue::as_text);
            }
        }
        Ok(claims)
    }
}

impl<'a> Identifier<'a> {
    fn read(value: JsonValue<'a>) -> Result<Identifier<'a>, TokenError> {
        if !value.is_object() {
            return Err(TokenError::Type("sub"));
        }
        Ok(Identifier {
            identifier_value: text(value, "identifierValue")?,
            identifier_type: text(value, "identifierType")?,
            identifier_format: text(value, "identifierFormat")?,
        })
    }
}

fn claim<'a>(value: JsonValue<'a>, name: &'static str) -> Result<JsonValue<'a>, TokenError> {
    value.get(name).ok_or(TokenError::Missing(name))
}

fn text<'a>(value: JsonValue<'a>, name: &'static str) -> Result<JsonText<'a>, TokenError> {
    let text = claim(value, name)?.as_text().filter(|it| !it.is_empty());
    text.ok_or(TokenError::Type(name))
}

/// `NumericDate`: seconds, with a fraction that is cut off.
fn seconds(value: JsonValue<'_>) -> Option<i64> {
    let (whole, _) = value.as_written().split_once('.').unwrap_or((value.as_written(), ""));
    whole.parse().ok()
}

/// `raResultCode`: how a recipient answers a request.
///
/// ```
/// use handshake_signals::ddrf::ResultCode;
///
/// assert_eq!(ResultCode::InvalidTimestamp.number(), 6);
/// assert_eq!(ResultCode::Successful.http_status(), 202);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultCode {
    /// 0
    Successful,
    /// 1
    MalformedRequest,
    /// 2
    InvalidSignature,
    /// 3
    InvalidToken,
    /// 4
    UnsupportedIdentifierType,
    /// 5
    IncorrectIdentifierFormat,
    /// 6
    InvalidTimestamp,
}

impl ResultCode {
    /// All, by number.
    pub const ALL: [ResultCode; 7] = [
        ResultCode::Successful,
        ResultCode::MalformedRequest,
        ResultCode::InvalidSignature,
        ResultCode::InvalidToken,
        ResultCode::UnsupportedIdentifierType,
        ResultCode::IncorrectIdentifierFormat,
        ResultCode::InvalidTimestamp,
    ];

    /// The code of this number.
    pub fn from_number(number: i64) -> Option<ResultCode> {
        ResultCode::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The number in `raResultCode`.
    pub fn number(self) -> u8 {
        match self {
            ResultCode::Successful => 0,
            ResultCode::MalformedRequest => 1,
            ResultCode::InvalidSignature => 2,
            ResultCode::InvalidToken => 3,
            ResultCode::UnsupportedIdentifierType => 4,
            ResultCode::IncorrectIdentifierFormat => 5,
            ResultCode::InvalidTimestamp => 6,
        }
    }

    /// The name in the specification.
    pub fn meaning(self) -> &'static str {
        match self {
            ResultCode::Successful => "Successful",
            ResultCode::MalformedRequest => "Malformed Request",
            ResultCode::InvalidSignature => "Invalid Signature",
            ResultCode::InvalidToken => "Invalid JWT Token",
            ResultCode::UnsupportedIdentifierType => "Unsupported Identifier Type",
            ResultCode::IncorrectIdentifierFormat => "Incorrect Identifier Format",
            ResultCode::InvalidTimestamp => "Invalid Timestamp",
        }
    }

    /// The status of the response that carries it.
    pub fn http_status(self) -> u16 {
        if self == ResultCode::Successful { 202 } else { 400 }
    }
}
