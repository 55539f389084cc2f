//! Identifiers, one type each, so that no two can be confused.

use std::fmt;
use std::str::FromStr;

use super::text::{base32, hex, unbase32, unhex};

/// Number of a site: a shop with its own policy, keys, origins, people and ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u32);

/// Place of a person's key in the key slab of a site. Erasing the slot forgets the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// Place of an event in a partition of the ledger: 0, 1, 2, … without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

/// Number of a declared, non-personal name in a site's dictionary; 0 means "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u32);

impl Code {
    pub const NONE: Code = Code(0);

    pub fn is_none(self) -> bool {
        self == Code::NONE
    }
}

/// A person: random, `p_` and 26 letters. Never a hash of an e-mail address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub [u8; 16]);

/// A statement: the box and the words a person agrees to; the first 16 bytes of their SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementId(pub [u8; 16]);

/// What the sender of an event calls it, so that sending it twice stores it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u128);

impl EventId {
    /// No id: the event was made by Handshake, or must not be traceable to a request.
    pub const NONE: EventId = EventId(0);

    pub fn is_none(self) -> bool {
        self == EventId::NONE
    }

    /// Milliseconds since 1970 that a UUIDv7 carries, or nothing if it is no UUIDv7 (RFC 9562).
    pub fn millis(self) -> Option<i64> {
        let version = self.0 >> 76 & 0xf;
        let variant = self.0 >> 62 & 0b11;
        if version != 7 || variant != 0b10 {
            return None;
        }
        i64::try_from(self.0 >> 80).ok()
    }
}

/// Text that is no id of the kind wanted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}; expected {form}")]
pub struct IdError {
    text: String,
    kind: &'static str,
    form: &'static str,
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p_{}", base32(&self.0))
    }
}

/// Logs may print a value for debugging, so a person's id shows only its first letters.
impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p_{}…", base32(&self.0).chars().take(4).collect::<String>())
    }
}

impl FromStr for PersonId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<PersonId, IdError> {
        let bytes = text.strip_prefix("p_").and_then(unbase32);
        bytes.map(PersonId).ok_or_else(|| IdError {
            text: shortened(text),
            kind: "person id",
            form: "`p_` and 26 letters or digits",
        })
    }
}

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-{}", hex(&self.0))
    }
}

impl FromStr for StatementId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<StatementId, IdError> {
        let bytes = text.strip_prefix("S-").and_then(unhex);
        bytes.map(StatementId).ok_or_else(|| IdError {
            text: shortened(text),
            kind: "statement id",
            form: "`S-` and 32 hexadecimal digits",
        })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = hex(&self.0.to_be_bytes());
        for (i, digit) in digits.chars().enumerate() {
            if matches!(i, 8 | 12 | 16 | 20) {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl FromStr for EventId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<EventId, IdError> {
        let error = || IdError {
            text: shortened(text),
            kind: "event id",
            form: "a UUIDv7 such as `019a1b2c-3d4e-7f60-8123-456789abcdef`",
        };
        let hyphens =
            text.bytes().enumerate().all(|(i, it)| (it == b'-') == matches!(i, 8 | 13 | 18 | 23));
        if text.len() != 36 || !hyphens {
            return Err(error());
        }
        let digits: String = text.chars().filter(|&it| it != '-').collect();
        let bytes = unhex::<16>(&digits).ok_or_else(error)?;
        let id = EventId(u128::from_be_bytes(bytes));
        id.millis().map(|_| id).ok_or_else(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_is_a_uuid_of_version_7() {
        let id: EventId = "019a1b2c-3d4e-7f60-8123-456789abcdef".parse().unwrap();
        assert_eq!(id.to_string(), "019a1b2c-3d4e-7f60-8123-456789abcdef");
        assert_eq!(id.millis(), Some(0x019a_1b2c_3d4e));
        for bad in [
            "019a1b2c-3d4e-4f60-8123-456789abcdef",
            "019a1b2c-3d4e-7f60-0123-456789abcdef",
            "019a1b2c3d4e7f608123456789abcdef",
            "",
        ] {
            assert!(bad.parse::<EventId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_person_id_hides_itself_from_logs() {
        let id = PersonId([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(format!("{id:?}"), "p_0w3g…");
        let said = "x".parse::<PersonId>().unwrap_err().to_string();
        assert_eq!(said, "`x` is no person id; expected `p_` and 26 letters or digits");
    }
}
