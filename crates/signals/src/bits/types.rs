//! Data types of TCF and GPP: bit fields, two-letter codes, times.

use core::fmt;

/// Which ids of a short list (purposes, special features) are set. Ids begin at 1.
///
/// ```
/// use handshake_signals::Bitfield;
///
/// let purposes = Bitfield::of(24, [1, 3, 10]).unwrap();
/// assert!(purposes.contains(3) && !purposes.contains(4));
/// assert_eq!(purposes.ids().collect::<Vec<_>>(), [1, 3, 10]);
/// assert_eq!(Bitfield::of(24, [25]), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Bitfield {
    // INVARIANT: id n is bit n-1; no bit at or above `len`, which is at most 64.
    set: u64,
    len: u8,
}

impl Bitfield {
    /// A field of `len` bits, at most 64, none of them set.
    pub const fn empty(len: u8) -> Bitfield {
        Bitfield { set: 0, len: if len < 64 { len } else { 64 } }
    }

    /// `None` if the field has no such id.
    pub fn of(len: u8, ids: impl IntoIterator<Item = u8>) -> Option<Bitfield> {
        let mut field = Bitfield::empty(len);
        for id in ids {
            field.set |= field.mask(id)?;
        }
        Some(field)
    }

    /// Bits as they are written, the first one being id 1 and the highest of `len`.
    pub fn from_written(written: u64, len: u8) -> Bitfield {
        let field = Bitfield::empty(len);
        let unused = 64_u32.saturating_sub(u32::from(field.len));
        Bitfield { set: written.checked_shl(unused).unwrap_or(0).reverse_bits(), ..field }
    }

    /// Bits as they are written.
    pub fn written(self) -> u64 {
        let unused = 64_u32.saturating_sub(u32::from(self.len));
        self.set.reverse_bits().checked_shr(unused).unwrap_or(0)
    }

    /// Whether the id is set.
    pub fn contains(self, id: u8) -> bool {
        self.mask(id).is_some_and(|it| self.set & it != 0)
    }

    /// The ids that are set, ascending.
    pub fn ids(self) -> impl Iterator<Item = u8> {
        (1..=self.len).filter(move |id| self.contains(*id))
    }

    /// Whether no id is set.
    pub fn is_empty(self) -> bool {
        self.set == 0
    }

    /// How many ids there are, set or not.
    pub fn len(self) -> u8 {
        self.len
    }

    fn mask(self, id: u8) -> Option<u64> {
        let bit = id.checked_sub(1).filter(|it| *it < self.len)?;
        1_u64.checked_shl(u32::from(bit))
    }
}

/// `{1, 3, 10}`
impl fmt::Debug for Bitfield {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.ids()).finish()
    }
}

/// A two-letter code: a language, a country.
///
/// ```
/// use handshake_signals::Letters;
///
/// let german = Letters::new("DE").unwrap();
/// assert_eq!(german.to_string(), "DE");
/// assert_eq!(Letters::new("D1"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Letters {
    // INVARIANT: each below 64; 63 stands for no letter.
    sextets: [u8; 2],
}

impl Letters {
    pub(crate) const EN: Letters = Letters { sextets: [4, 13] };

    pub(crate) const AA: Letters = Letters { sextets: [0, 0] };

    /// Up to two letters (or others of the characters from `A` to DEL).
    pub fn new(text: &str) -> Option<Letters> {
        let mut sextets = [63; 2];
        let mut places = sextets.iter_mut();
        for letter in text.bytes() {
            *places.next()? = letter.checked_sub(b'A').filter(|it| *it < 63)?;
        }
        Some(Letters { sextets })
    }

    /// From twelve bits, as they are written.
    pub fn from_written(written: u64) -> Letters {
        Letters { sextets: [(written >> 6 & 0x3f) as u8, (written & 0x3f) as u8] }
    }

    /// Twelve bits, as they are written.
    pub fn written(self) -> u64 {
        self.sextets.iter().fold(0, |all, it| all << 6 | u64::from(*it))
    }
}

impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = self.sextets.iter().filter(|it| **it != 63);
        letters.map(|it| char::from(it.saturating_add(b'A'))).try_for_each(|it| write!(f, "{it}"))
    }
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// A time to a tenth of a second, as TCF and GPP write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Datetime {
    deciseconds: u64,
}

impl Datetime {
    /// From milliseconds since 1970-01-01T00:00:00Z, cut to a tenth of a second.
    pub const fn from_unix_ms(ms: u64) -> Datetime {
        Datetime { deciseconds: ms / 100 }
    }

    pub(crate) const fn from_deciseconds(deciseconds: u64) -> Datetime {
        Datetime { deciseconds }
    }

    pub(crate) const fn deciseconds(self) -> u64 {
        self.deciseconds
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_ms(self) -> u64 {
        self.deciseconds.saturating_mul(100)
    }

    /// Days since 1970-01-01, in UTC.
    pub const fn day(self) -> u64 {
        self.deciseconds / 864_000
    }
}
