//! `dsrdelete.json`: where a site takes deletion requests, and for which identifiers.

use core::fmt::{self, Write};

use crate::json::{JsonError, JsonValue, Text};

/// Where the resource is.
pub const WELL_KNOWN: &str = "/dsrdelete.json";

/// An identifier that a site can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedIdentifier<'a> {
    /// `id`
    pub id: u32,
    /// `type`
    pub identifier_type: &'a str,
    /// `format`
    pub format: &'a str,
}

/// The body of `dsrdelete.json`; write it with `Display`.
///
/// ```
/// use handshake_signals::ddrf::{DsrDelete, SupportedIdentifier};
///
/// let email = [SupportedIdentifier { id: 1, identifier_type: "email", format: "sha256" }];
/// let body = DsrDelete::new("https://shop.example/dsr", &email, r#"[{"kty":"EC"}]"#)?;
/// assert_eq!(body.to_string(), concat!(
///     r#"{"endpoint":"https://shop.example/dsr","#,
///     r#""identifiers":[{"id":1,"type":"email","format":"sha256"}],"#,
///     r#""publicKey":[{"kty":"EC"}],"vendorScriptRequirement":false}"#,
/// ));
/// # Ok::<(), handshake_signals::JsonError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DsrDelete<'a> {
    endpoint: &'a str,
    identifiers: &'a [SupportedIdentifier<'a>],
    public_key: JsonValue<'a>,
}

impl<'a> DsrDelete<'a> {
    /// A resource that needs no script. `public_key` is the JSON array of JSON Web Keys.
    pub fn new(
        endpoint: &'a str,
        identifiers: &'a [SupportedIdentifier<'a>],
        public_key: &'a str,
    ) -> Result<DsrDelete<'a>, JsonError> {
        let public_key = JsonValue::parse(public_key)?;
        if !public_key.as_written().starts_with('[') {
            return Err(JsonError { byte: 0 });
        }
        Ok(DsrDelete { endpoint, identifiers, public_key })
    }
}

impl fmt::Display for DsrDelete<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"{{"endpoint":{},"identifiers":["#, Text(self.endpoint))?;
        for (i, it) in self.identifiers.iter().enumerate() {
            if i != 0 {
                f.write_char(',')?;
            }
            let (identifier_type, format) = (Text(it.identifier_type), Text(it.format));
            write!(f, r#"{{"id":{},"type":{identifier_type},"format":{format}}}"#, it.id)?;
        }
        let keys = self.public_key.as_written();
        write!(f, r#"],"publicKey":{keys},"vendorScriptRequirement":false}}"#)
    }
}
