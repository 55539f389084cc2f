//! A signal as a header or a script gives it: text, a number or a truth.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// The value in the form of a header: `true` and `1` are "1", `false` and `0` are "0".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<'a>(pub Cow<'a, str>);

struct SaidVisitor;

impl<'de> Visitor<'de> for SaidVisitor {
    type Value = Said<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a header value such as \"1\", or true or false")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Said<'de>, E> {
        Ok(Said(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Said<'de>, E> {
        Ok(Said(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Said<'de>, E> {
        Ok(Said(Cow::Borrowed(if on { "1" } else { "0" })))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Said<'de>, E> {
        Ok(Said(Cow::Owned(number.to_string())))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Said<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Said<'a>, D::Error> {
        from.deserialize_any(SaidVisitor)
    }
}

impl PartialSchema for Said<'_> {
    fn schema() -> RefOr<Schema> {
        let types = vec![Type::String, Type::Boolean, Type::Integer];
        ObjectBuilder::new().schema_type(SchemaType::Array(types)).build().into()
    }
}

impl ToSchema for Said<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("SignalValue")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_headers_say_the_same() {
        for (json, expected) in
            [("true", "1"), ("1", "1"), ("\"1\"", "1"), ("false", "0"), ("0", "0")]
        {
            let said: Said<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(said.0, expected, "{json}");
        }
        assert!(serde_json::from_str::<Said<'_>>("[1]").is_err());
    }
}
