//! Reads integers of any width from base64url text, without copying the text.

use crate::error::{Error, Reason};

/// No character of the alphabet.
const X: u8 = 0xff;

#[rustfmt::skip]
static SEXTETS: [u8; 256] = [
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, 62, X, X,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, X, X, X,
    X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, 63,
    X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
];

fn sextet(character: u8) -> u8 {
    SEXTETS.get(usize::from(character)).map_or(X, |it| *it)
}

/// Written without a table and without branches, so that it checks many characters at once.
fn is_base64url(it: u8) -> bool {
    ((it | 0x20).wrapping_sub(b'a') < 26)
        | (it.wrapping_sub(b'0') < 10)
        | (it == b'-')
        | (it == b'_')
}

/// One segment of a string: its characters are of the alphabet, and there is at least one.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    text: &'a [u8],
    /// Where the segment begins in the string that was given.
    from: usize,
}

impl<'a> Bits<'a> {
    /// Checks the characters. Up to two `=` at the end are passed over.
    pub fn parse(text: &'a str) -> Result<Bits<'a>, Error> {
        Bits::new(text, 0, "Segment")
    }

    /// Text that stands at `from` in a longer one.
    pub(crate) fn new(text: &'a str, from: usize, field: &'static str) -> Result<Bits<'a>, Error> {
        let text = text.strip_suffix('=').map_or(text, |it| it.strip_suffix('=').unwrap_or(it));
        let bytes = text.as_bytes();
        if bytes.is_empty() {
            return Err(Error { field, character: from, bit: None, reason: Reason::Empty });
        }
        if bytes.iter().fold(true, |all, it| all & is_base64url(*it)) {
            return Ok(Bits { text: bytes, from });
        }
        let at = bytes.iter().position(|it| !is_base64url(*it)).unwrap_or(0);
        let found = text.get(at..).and_then(|it| it.chars().next()).unwrap_or('\u{fffd}');
        let character = from.saturating_add(at);
        Err(Error { field, character, bit: None, reason: Reason::NotBase64url(found) })
    }

    /// The characters.
    pub(crate) fn text(self) -> &'a [u8] {
        self.text
    }

    /// How many there are, with those that only fill the last character.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(self) -> usize {
        self.text.len().saturating_mul(6)
    }

    /// Whether the bit is there and set.
    pub fn bit(self, at: usize) -> bool {
        let mask = match at % 6 {
            0 => 32,
            1 => 16,
            2 => 8,
            3 => 4,
            4 => 2,
            _ => 1,
        };
        self.text.get(at / 6).is_some_and(|it| sextet(*it) & mask != 0)
    }

    /// From the first bit on.
    pub fn reader(self) -> Reader<'a> {
        Reader { bits: self, rest: self.text.iter(), window: 0, have: 0 }
    }

    /// From a later bit on.
    pub fn reader_at(self, at: usize) -> Reader<'a> {
        let rest = self.text.get(at / 6..).unwrap_or_default().iter();
        let mut reader = Reader { bits: self, rest, window: 0, have: 0 };
        let inside = at % 6;
        if inside != 0
            && let Some(first) = reader.rest.next()
        {
            reader.window = u64::from(sextet(*first));
            reader.have = match inside {
                1 => 5,
                2 => 4,
                3 => 3,
                4 => 2,
                _ => 1,
            };
        }
        reader
    }
}

/// A place in a segment, from which integers are read one after the other.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bits: Bits<'a>,
    rest: core::slice::Iter<'a, u8>,
    /// Its lowest `have` bits are the next ones.
    window: u64,
    have: u8,
}

impl<'a> Reader<'a> {
    /// The segment that is read.
    pub fn bits(&self) -> Bits<'a> {
        self.bits
    }

    /// How many bits are left.
    pub fn left(&self) -> usize {
        self.rest.len().saturating_mul(6).saturating_add(usize::from(self.have))
    }

    /// How many bits have been read.
    pub fn at(&self) -> usize {
        self.bits.len().saturating_sub(self.left())
    }

    /// The next `width` bits; at most 58 are read at once.
    pub fn int(&mut self, width: u8, field: &'static str) -> Result<u64, Error> {
        let width = width.min(58);
        while self.have < width {
            let Some(next) = self.rest.next() else {
                return Err(self.truncated(usize::from(width), field));
            };
            self.window = (self.window << 6) | u64::from(sextet(*next) & 0x3f);
            self.have = self.have.wrapping_add(6);
        }
        self.have = self.have.wrapping_sub(width);
        let unread = self.window.wrapping_shr(u32::from(self.have));
        Ok(unread & !u64::MAX.wrapping_shl(u32::from(width)))
    }

    /// The next bits, at most 8.
    pub fn byte(&mut self, width: u8, field: &'static str) -> Result<u8, Error> {
        Ok((self.int(width, field)? & 0xff) as u8)
    }

    /// The next bits, at most 16.
    pub fn word(&mut self, width: u8, field: &'static str) -> Result<u16, Error> {
        Ok((self.int(width, field)? & 0xffff) as u16)
    }

    /// The next bit.
    pub fn flag(&mut self, field: &'static str) -> Result<bool, Error> {
        Ok(self.int(1, field)? == 1)
    }

    /// Passes over bits that are read later.
    pub fn skip(&mut self, width: usize, field: &'static str) -> Result<(), Error> {
        if self.left() < width {
            return Err(self.truncated(width, field));
        }
        *self = self.bits.reader_at(self.at().saturating_add(width));
        Ok(())
    }

    /// An integer in Fibonacci code: digits for 1, 2, 3, 5, 8 …, lowest first, and a 1 after the
    /// last one. No id takes more than 24 bits.
    pub fn fibonacci(&mut self, field: &'static str) -> Result<u16, Error> {
        let (mut worth, mut next) = (1_u32, 2_u32);
        let (mut sum, mut before) = (0_u32, false);
        for _ in 0..24 {
            let digit = self.flag(field)?;
            if digit && before {
                return u16::try_from(sum).map_err(|_| self.error(field, Reason::IdTooLarge));
            }
            if digit {
                sum = sum.saturating_add(worth);
            }
            before = digit;
            (worth, next) = (next, worth.saturating_add(next));
        }
        Err(self.error(field, Reason::NotFibonacci))
    }

    /// Nothing but zeros, fewer than a reference encoder fills up with.
    pub(crate) fn only_padding(mut self) -> bool {
        let left = u8::try_from(self.left()).ok().filter(|it| *it < 24);
        left.is_some_and(|it| self.int(it, "") == Ok(0))
    }

    /// An error at this place.
    pub fn error(&self, field: &'static str, reason: Reason) -> Error {
        self.error_before(0, field, reason)
    }

    /// An error in what has just been read, `width` bits ago.
    pub(crate) fn error_before(&self, width: usize, field: &'static str, reason: Reason) -> Error {
        let bit = self.at().saturating_sub(width);
        let character = self.bits.from.saturating_add(bit / 6);
        Error { field, character, bit: Some(bit), reason }
    }

    #[cold]
    fn truncated(&self, needed: usize, field: &'static str) -> Error {
        self.error(field, Reason::Truncated { needed, left: self.left() })
    }
}
