//! Writes integers of any width as base64url text, without a buffer.

use core::fmt;

use crate::error::EncodeError;

#[rustfmt::skip]
static ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// With how many zeros a segment is filled up. Readers accept all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// To a multiple of 6, as the GPP specification says.
    Sextet,
    /// To a multiple of 8, then of 6, as the reference libraries write GPP and as `iabtcf-java`
    /// writes TCF.
    Octet,
    /// To a multiple of 24, as `@iabtcf/core` writes TCF.
    Quantum,
}

/// Takes bits and writes characters, one for every six.
#[derive(Debug)]
pub struct Writer<'w, W: fmt::Write + ?Sized> {
    out: &'w mut W,
    /// Its lowest `have` bits, fewer than six, are not written yet.
    window: u64,
    have: u32,
    total: usize,
}

impl<'w, W: fmt::Write + ?Sized> Writer<'w, W> {
    /// Writes to `out` from where it ends.
    pub fn new(out: &'w mut W) -> Writer<'w, W> {
        Writer { out, window: 0, have: 0, total: 0 }
    }

    /// A value of `width` bits, at most 58.
    pub fn int(
        &mut self,
        value: impl Into<u64>,
        width: u32,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        let value: u64 = value.into();
        if 58 < width || value.wrapping_shr(width) != 0 {
            return Err(EncodeError::TooLarge(field));
        }
        self.window = self.window.wrapping_shl(width) | value;
        self.have = self.have.saturating_add(width);
        self.total = self.total.saturating_add(usize::try_from(width).unwrap_or(0));
        while 6 <= self.have {
            self.have = self.have.saturating_sub(6);
            let sextet = (self.window.wrapping_shr(self.have) & 0x3f) as usize;
            let character = ALPHABET.get(sextet).map_or('A', |it| char::from(*it));
            self.out.write_char(character)?;
        }
        Ok(())
    }

    /// One bit.
    pub fn flag(&mut self, value: bool) -> Result<(), EncodeError> {
        self.int(value, 1, "")
    }

    /// An integer in Fibonacci code; 0 has none.
    pub fn fibonacci(&mut self, value: u16, field: &'static str) -> Result<(), EncodeError> {
        let (digits, width) = fibonacci(value);
        if width == 0 {
            return Err(EncodeError::Order(field));
        }
        self.int(digits, width, field)
    }

    /// How many bits have been written.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.total
    }

    /// Fills up with zeros, so that the last character is written.
    pub fn pad(&mut self, padding: Padding) -> Result<(), EncodeError> {
        let fill =
            |total: usize, unit: usize| total.next_multiple_of(unit.max(1)).saturating_sub(total);
        let missing = match padding {
            Padding::Sextet => fill(self.total, 6),
            Padding::Octet => {
                let octets = fill(self.total, 8);
                octets.saturating_add(fill(self.total.saturating_add(octets), 6))
            }
            Padding::Quantum => fill(self.total, 24),
        };
        self.int(0_u64, u32::try_from(missing).unwrap_or(0), "")
    }
}

/// How many bits the code of an id takes.
pub(crate) fn fibonacci_width(value: u16) -> u32 {
    fibonacci(value).1
}

/// The code of an id as bits in the order they are written, and how many they are.
fn fibonacci(value: u16) -> (u64, u32) {
    const WORTHS: [u16; 23] = [
        1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181, 6765, 10946,
        17711, 28657, 46368,
    ];
    let (mut rest, mut digits, mut width) = (value, 0_u64, 0_u32);
    for worth in WORTHS.into_iter().rev() {
        if let Some(less) = rest.checked_sub(worth) {
            (rest, digits) = (less, digits | 1_u64.wrapping_shl(width));
            width = width.saturating_add(1);
        } else if width != 0 {
            width = width.saturating_add(1);
        }
    }
    // The highest digit came first, so it is the lowest bit and is written last but one.
    if width == 0 { (0, 0) } else { (digits << 1 | 1, width.saturating_add(1)) }
}
