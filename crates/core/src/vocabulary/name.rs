//! Names of declared things: purposes, data, recipients, channels, callers, campaigns.

use std::borrow::Borrow;
use std::fmt;

/// A name: lower-case letters, digits, `.` and `-`, 1 to 64 of them, beginning with a letter or
/// digit. The narrow alphabet keeps homoglyphs and mixed case out of policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Text that is no name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no name; use 1 to 64 of `a-z`, `0-9`, `.` and `-`, beginning with a letter or digit"
)]
pub struct NameError(String);

impl Name {
    pub const CHARS_MAX: usize = 64;

    pub fn new(text: &str) -> Result<Name, NameError> {
        match Name::is_name(text) {
            true => Ok(Name(text.to_owned())),
            false => {
                let shown = text.chars().take(Name::CHARS_MAX).flat_map(char::escape_default);
                Err(NameError(shown.collect()))
            }
        }
    }

    /// Whether `text` could be a name, without keeping it.
    pub fn is_name(text: &str) -> bool {
        let allowed = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        let first = text.bytes().next().is_some_and(allowed);
        let rest = text.bytes().all(|it| allowed(it) || it == b'.' || it == b'-');
        first && rest && text.len() <= Name::CHARS_MAX
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Ordered and hashed as its text is, so that maps of names can be searched by any text.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_narrow() {
        for good in ["a", "behaviour.viewed", "e-bike", "360"] {
            assert!(Name::is_name(good), "{good}");
        }
        for bad in ["", "A", "-a", ".a", "a_b", "а", "a b", "a\u{202e}", &"a".repeat(65)] {
            assert!(!Name::is_name(bad), "{bad}");
        }
        let said = Name::new("a\u{202e}").unwrap_err().to_string();
        assert!(said.starts_with("`a\\u{202e}` is no name"), "{said}");
    }
}
