//! Reads JSON (RFC 8259) where it stands: checked once, then looked up, never copied.

use core::fmt::{self, Write};

/// How deep arrays and objects may stand inside each other.
const DEPTH_MAX: u8 = 32;

/// A value of a JSON text, well-formed.
///
/// ```
/// use handshake_signals::JsonValue;
///
/// let body = JsonValue::parse(r#"{"gpc": true, "by": "caf\u00e9"}"#)?;
/// assert_eq!(body.get("gpc").and_then(JsonValue::as_bool), Some(true));
/// assert!(body.get("by").and_then(JsonValue::as_text).is_some_and(|it| it == "café"));
/// # Ok::<(), handshake_signals::JsonError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonValue<'a> {
    // INVARIANT: exactly one well-formed value, without space around it.
    text: &'a str,
}

/// A text inside JSON, as written; compare it, print it or go through its characters.
#[derive(Debug, Clone, Copy)]
pub struct JsonText<'a> {
    // INVARIANT: well-formed, without its quotes.
    written: &'a str,
}

/// A text that is not JSON, or nests deeper than 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// At which byte.
    pub byte: usize,
}

impl<'a> JsonValue<'a> {
    /// Checks the whole text.
    pub fn parse(text: &'a str) -> Result<JsonValue<'a>, JsonError> {
        let mut scan = Scan { text, at: 0 };
        scan.space();
        let value = scan.value(0)?;
        scan.space();
        if scan.at == text.len() { Ok(value) } else { Err(JsonError { byte: scan.at }) }
    }

    /// As written.
    pub fn as_written(self) -> &'a str {
        self.text
    }

    /// `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_integer(self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// A text.
    pub fn as_text(self) -> Option<JsonText<'a>> {
        let written = self.text.strip_prefix('"')?.strip_suffix('"')?;
        Some(JsonText { written })
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.text.starts_with('{')
    }

    /// The member of an object; of several with one name, the last.
    pub fn get(self, name: &str) -> Option<JsonValue<'a>> {
        self.members().filter(|(it, _)| *it == name).last().map(|(_, value)| value)
    }

    /// The members of an object; none of anything else.
    pub fn members(self) -> impl Iterator<Item = (JsonText<'a>, JsonValue<'a>)> {
        let mut scan = Scan { text: self.text, at: usize::from(self.is_object()) };
        core::iter::from_fn(move || {
            if !self.is_object() {
                return None;
            }
            scan.space();
            scan.take(',');
            scan.space();
            let name = scan.value(0).ok()?.as_text()?;
            scan.space();
            scan.take(':');
            scan.space();
            Some((name, scan.value(0).ok()?))
        })
    }

    /// The elements of an array; none of anything else.
    pub fn elements(self) -> impl Iterator<Item = JsonValue<'a>> {
        let is_array = self.text.starts_with('[');
        let mut scan = Scan { text: self.text, at: usize::from(is_array) };
        core::iter::from_fn(move || {
            if !is_array {
                return None;
            }
            scan.space();
            scan.take(',');
            scan.space();
            scan.value(0).ok()
        })
    }
}

impl<'a> JsonText<'a> {
    /// The text itself, if it is written without escapes.
    pub fn as_plain(self) -> Option<&'a str> {
        (!self.written.contains('\\')).then_some(self.written)
    }

    /// Its characters; half of a surrogate pair becomes U+FFFD.
    pub fn chars(self) -> impl Iterator<Item = char> {
        let mut rest = self.written.chars();
        core::iter::from_fn(move || match rest.next()? {
            '\\' => match rest.next()? {
                'b' => Some('\u{8}'),
                'f' => Some('\u{c}'),
                'n' => Some('\n'),
                'r' => Some('\r'),
                't' => Some('\t'),
                'u' => Some(unicode(&mut rest)),
                other => Some(other),
            },
            plain => Some(plain),
        })
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.written.is_empty()
    }
}

impl PartialEq for JsonText<'_> {
    fn eq(&self, other: &JsonText<'_>) -> bool {
        self.chars().eq(other.chars())
    }
}

impl Eq for JsonText<'_> {}

impl PartialEq<str> for JsonText<'_> {
    fn eq(&self, other: &str) -> bool {
        self.chars().eq(other.chars())
    }
}

impl PartialEq<&str> for JsonText<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for JsonText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|it| f.write_char(it))
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no JSON, at byte {}", self.byte)
    }
}

impl core::error::Error for JsonError {}

/// After `\u`: four hexadecimal digits, and again `\u` and four for the second half of a pair.
fn unicode(rest: &mut core::str::Chars<'_>) -> char {
    let first = hex(rest);
    if !matches!(first, 0xd800..=0xdbff) {
        return char::from_u32(first).unwrap_or('\u{fffd}');
    }
    let mut ahead = rest.clone();
    if (ahead.next(), ahead.next()) != (Some('\\'), Some('u')) {
        return '\u{fffd}';
    }
    let second = hex(&mut ahead);
    if !matches!(second, 0xdc00..=0xdfff) {
        return '\u{fffd}';
    }
    *rest = ahead;
    let pair = (first & 0x3ff) << 10 | (second & 0x3ff);
    char::from_u32(pair.saturating_add(0x1_0000)).unwrap_or('\u{fffd}')
}

fn hex(rest: &mut core::str::Chars<'_>) -> u32 {
    rest.take(4).fold(0, |sum, it| sum << 4 | it.to_digit(16).unwrap_or(0))
}

/// A place in a text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error<T>(&self) -> Result<T, JsonError> {
        Err(JsonError { byte: self.at })
    }

    fn step(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn space(&mut self) {
        let rest = self.rest();
        let more = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.step(rest.len().saturating_sub(more.len()));
    }

    fn take(&mut self, character: char) -> bool {
        let there = self.rest().starts_with(character);
        if there {
            self.step(character.len_utf8());
        }
        there
    }

    fn expect(&mut self, character: char) -> Result<(), JsonError> {
        if self.take(character) { Ok(()) } else { self.error() }
    }

    fn value(&mut self, depth: u8) -> Result<JsonValue<'a>, JsonError> {
        let start = self.at;
        if DEPTH_MAX < depth {
            return self.error();
        }
        match self.peek() {
            Some(b'{') => self.many('{', '}', |it| {
                it.text()?;
                it.space();
                it.expect(':')?;
                it.space();
                it.value(depth.saturating_add(1)).map(|_| ())
            })?,
            Some(b'[') => {
                self.many('[', ']', |it| it.value(depth.saturating_add(1)).map(|_| ()))?;
            }
            Some(b'"') => self.text()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => {
                let words = ["true", "false", "null"];
                let word = words.into_iter().find(|it| self.rest().starts_with(it));
                self.step(word.ok_or(JsonError { byte: self.at })?.len());
            }
        }
        Ok(JsonValue { text: self.text.get(start..self.at).unwrap_or_default() })
    }

    /// Elements between brackets, with commas between them.
    fn many(
        &mut self,
        open: char,
        close: char,
        mut one: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.expect(open)?;
        self.space();
        if self.take(close) {
            return Ok(());
        }
        loop {
            one(self)?;
            self.space();
            if self.take(close) {
                return Ok(());
            }
            self.expect(',')?;
            self.space();
        }
    }

    fn text(&mut self) -> Result<(), JsonError> {
        self.expect('"')?;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.step(1);
                    return Ok(());
                }
                Some(b'\\') => {
                    self.step(1);
                    self.escape()?;
                }
                None | Some(..=0x1f) => return self.error(),
                Some(_) => self.step(1),
            }
        }
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.step(1),
            Some(b'u') => {
                self.step(1);
                for _ in 0..4 {
                    if !self.peek().is_some_and(|it| it.is_ascii_hexdigit()) {
                        return self.error();
                    }
                    self.step(1);
                }
            }
            _ => return self.error(),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        self.take('-');
        if !self.take('0') {
            self.digits()?;
        }
        if self.take('.') {
            self.digits()?;
        }
        if self.take('e') || self.take('E') {
            if !self.take('+') {
                self.take('-');
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let rest = self.rest();
        let more = rest.trim_start_matches(|it: char| it.is_ascii_digit());
        match rest.len().saturating_sub(more.len()) {
            0 => self.error(),
            some => {
                self.step(some);
                Ok(())
            }
        }
    }
}
