//! Web origins: the pages a publishable key may be used from.

use std::fmt;
use std::str::FromStr;

/// Scheme, host and port as browsers write them: `https://shop.example`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// Text that is no origin.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no origin; use scheme and host such as `https://shop.example`, without a path")]
pub struct OriginError(String);

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the page came over plain http, as on a developer's machine.
    pub fn is_plain(&self) -> bool {
        self.0.starts_with("http://")
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Origin, OriginError> {
        let error = || OriginError(text.chars().take(80).flat_map(char::escape_default).collect());
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, rest) = lower.split_once("://").ok_or_else(error)?;
        // Browsers leave out the port that goes with the scheme.
        let usual = match scheme {
            "https" => ":443",
            "http" => ":80",
            _ => return Err(error()),
        };
        let host = rest.strip_suffix(usual).unwrap_or(rest);
        let allowed =
            |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | ':' | '[' | ']');
        if host.is_empty() || !host.chars().all(allowed) {
            return Err(error());
        }
        Ok(Origin(format!("{scheme}://{host}")))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (given, kept) in [
            ("https://shop.example", "https://shop.example"),
            ("https://Shop.Example:443/", "https://shop.example"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(given.parse::<Origin>().unwrap().as_str(), kept);
        }
        for bad in ["", "*", "null", "shop.example", "ftp://a", "https://a/b", "https://a b"] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
