//! Writes texts and lists of texts as JSON.

use core::fmt::{self, Write};

/// Text in quotes, escaped.
pub(crate) struct Text<'a>(pub(crate) &'a str);

/// `["…","…"]`.
pub(crate) struct List<'a>(pub(crate) &'a [&'a str]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for it in self.0.chars() {
            match it {
                '"' | '\\' => write!(f, "\\{it}")?,
                control if control < ' ' => write!(f, "\\u{:04x}", u32::from(control))?,
                // Not needed by JSON; keeps the text harmless inside a page's script.
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => write!(f, "\\u{:04x}", u32::from(it))?,
                plain => f.write_char(plain)?,
            }
        }
        f.write_char('"')
    }
}

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('[')?;
        for (i, it) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma}{}", Text(it))?;
        }
        f.write_char(']')
    }
}
