//! Fields that may be written in two ways, read without copying.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A person by our id, or by the merchant's own number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who<'a> {
    Person(Text<'a>),
    Customer(Text<'a>),
}

/// A datum by its name alone, or with the time it was collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datum<'a> {
    pub name: Text<'a>,
    pub collected_at: Option<Text<'a>>,
}

/// A string that borrows from the body where it holds no escapes. (`Option<Cow<str>>` and
/// `Vec<Cow<str>>` would copy: serde borrows a `Cow` only where it stands alone.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

struct TextVisitor;
struct WhoVisitor;
struct DatumVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Text<'a>, D::Error> {
        from.deserialize_str(TextVisitor)
    }
}

impl<'de> Visitor<'de> for WhoVisitor {
    type Value = Who<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a person id such as \"p_…\", or {\"customer\": \"4711\"}")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Who<'de>, E> {
        Ok(Who::Person(Text(Cow::Borrowed(text))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Who<'de>, E> {
        Ok(Who::Person(Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Who<'de>, A::Error> {
        let mut customer: Option<Text<'de>> = None;
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "customer" if customer.is_none() => customer = Some(map.next_value()?),
                "customer" => return Err(A::Error::duplicate_field("customer")),
                other => return Err(A::Error::unknown_field(other, &["customer"])),
            }
        }
        customer.map(Who::Customer).ok_or_else(|| A::Error::missing_field("customer"))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Who<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Who<'a>, D::Error> {
        from.deserialize_any(WhoVisitor)
    }
}

impl<'de> Visitor<'de> for DatumVisitor {
    type Value = Datum<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a datum, or {\"name\": …, \"collected_at\": …}")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Datum<'de>, E> {
        Ok(Datum { name: Text(Cow::Borrowed(text)), collected_at: None })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Datum<'de>, E> {
        Ok(Datum { name: Text(Cow::Owned(text.to_owned())), collected_at: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum<'de>, A::Error> {
        let (mut name, mut collected_at) = (None, None);
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "name" if name.is_none() => name = Some(map.next_value()?),
                "collected_at" if collected_at.is_none() => {
                    collected_at = Some(map.next_value()?);
                }
                "name" => return Err(A::Error::duplicate_field("name")),
                "collected_at" => return Err(A::Error::duplicate_field("collected_at")),
                other => return Err(A::Error::unknown_field(other, &["name", "collected_at"])),
            }
        }
        let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
        Ok(Datum { name, collected_at })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Datum<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Datum<'a>, D::Error> {
        from.deserialize_any(DatumVisitor)
    }
}

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialSchema for Text<'_> {
    fn schema() -> RefOr<Schema> {
        String::schema()
    }
}

impl ToSchema for Text<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("String")
    }
}

fn text(description: &str, example: &str) -> Schema {
    let object = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    object.description(Some(description)).examples([example]).build().into()
}

fn no_more() -> Option<utoipa::openapi::schema::AdditionalProperties<Schema>> {
    Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false))
}

impl PartialSchema for Who<'_> {
    fn schema() -> RefOr<Schema> {
        let customer = ObjectBuilder::new()
            .property("customer", text("The merchant's own number of the customer.", "4711"))
            .required("customer")
            .additional_properties(no_more());
        let id = text("A person id.", "p_0w3gw3gw3gw3gw3gw3gw3gw3gw");
        RefOr::T(OneOfBuilder::new().item(id).item(customer).build().into())
    }
}

impl ToSchema for Who<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Who")
    }
}

impl PartialSchema for Datum<'_> {
    fn schema() -> RefOr<Schema> {
        let whole = Ref::from_schema_name("DatumWanted");
        let name = text("The name of a datum; the oldest that is held counts.", "behaviour.viewed");
        RefOr::T(OneOfBuilder::new().item(name).item(whole).build().into())
    }
}

impl ToSchema for Datum<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Datum")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("DatumWanted".to_owned(), super::DatumWanted::schema()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_are_read_without_copying() {
        let who: Who<'_> = serde_json::from_str(r#""p_x""#).unwrap();
        assert!(matches!(who, Who::Person(Text(Cow::Borrowed("p_x")))));
        let who: Who<'_> = serde_json::from_str(r#"{"customer":"4711"}"#).unwrap();
        assert!(matches!(who, Who::Customer(Text(Cow::Borrowed("4711")))));
        let escaped: Who<'_> = serde_json::from_str(r#"{"customer":"\u0034711"}"#).unwrap();
        assert_eq!(escaped, Who::Customer(Text("4711".into())));
        let datum: Datum<'_> = serde_json::from_str(r#"{"name":"a","collected_at":"b"}"#).unwrap();
        assert!(matches!(datum.name, Text(Cow::Borrowed("a"))));
        for bad in [r#"{"customer":4711}"#, "{}", r#"{"email":"a@b"}"#, "7", "true"] {
            assert!(serde_json::from_str::<Who<'_>>(bad).is_err(), "{bad}");
        }
    }
}
