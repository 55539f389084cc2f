//! Sets of ids, of vendors or of sections, read where they stand in the string.

mod read;

mod write;

use core::fmt;
use core::ops::RangeInclusive;

use crate::bits::{Bits, Reader};

pub use read::Coding;

use read::Entries;

/// A set of ids from 1 to 65,535: it borrows the string it was read from, or ranges of yours.
///
/// ```
/// use handshake_signals::IdSet;
///
/// let vendors = IdSet::of(&[2..=2, 10..=20]);
/// assert!(vendors.contains(12) && !vendors.contains(9));
/// assert_eq!(vendors.max_id(), 20);
/// assert_eq!(vendors.ids().take(3).collect::<Vec<_>>(), [2, 10, 11]);
/// ```
#[derive(Clone, Copy)]
pub struct IdSet<'a> {
    form: Form<'a>,
    /// `MaxVendorId` as written, or the highest id.
    max: u16,
}

#[derive(Clone, Copy)]
enum Form<'a> {
    /// A bit for each id from 1 to the maximum, the first one at `.1`.
    Bitfield(Bits<'a>, usize),
    /// So many entries, the first one at `.1`.
    Coded(Bits<'a>, usize, Coding, u16),
    Given(&'a [RangeInclusive<u16>]),
}

impl<'a> IdSet<'a> {
    /// No id at all.
    pub const EMPTY: IdSet<'static> = IdSet { form: Form::Given(&[]), max: 0 };

    /// The ids of these ranges, in any order.
    pub fn of(ranges: &'a [RangeInclusive<u16>]) -> IdSet<'a> {
        let max = ranges.iter().filter(|it| !it.is_empty()).map(|it| *it.end()).max();
        IdSet { form: Form::Given(ranges), max: max.unwrap_or(0) }
    }

    /// Whether the id is in the set. A bit field answers at once, ranges are walked.
    pub fn contains(self, id: u16) -> bool {
        let Some(before) = id.checked_sub(1) else { return false };
        match self.form {
            Form::Bitfield(bits, at) => {
                id <= self.max && bits.bit(at.saturating_add(usize::from(before)))
            }
            Form::Coded(..) | Form::Given(_) => self.ranges().any(|it| it.contains(&id)),
        }
    }

    /// The set as ranges, in the order of the string.
    pub fn ranges(self) -> Ranges<'a> {
        Ranges(match self.form {
            Form::Bitfield(bits, at) => {
                Walk::Bitfield { reader: bits.reader_at(at), read: 0, max: self.max }
            }
            Form::Coded(bits, at, coding, count) => {
                Walk::Coded(Entries::new(bits.reader_at(at), coding, count, ""))
            }
            Form::Given(ranges) => Walk::Given(ranges.iter()),
        })
    }

    /// The ids one by one, in the order of the string. A hostile string can repeat ids by writing
    /// overlapping ranges; [`IdSet::ranges`] never gives more than 32,768 of them.
    pub fn ids(self) -> impl Iterator<Item = u16> {
        self.ranges().flatten()
    }

    /// `MaxVendorId` where the string has one, otherwise the highest id; 0 if there is none.
    pub fn max_id(self) -> u16 {
        self.max
    }

    /// Whether no id is in the set.
    pub fn is_empty(self) -> bool {
        self.ranges().next().is_none()
    }
}

/// Equal if the same ids are in both.
impl PartialEq for IdSet<'_> {
    fn eq(&self, other: &IdSet<'_>) -> bool {
        self.runs().eq(other.runs())
    }
}

impl Eq for IdSet<'_> {}

/// `{2..=2, 10..=20}`
impl fmt::Debug for IdSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.ranges()).finish()
    }
}

/// Goes through an [`IdSet`].
#[derive(Debug, Clone)]
pub struct Ranges<'a>(Walk<'a>);

#[derive(Debug, Clone)]
enum Walk<'a> {
    Bitfield { reader: Reader<'a>, read: u16, max: u16 },
    Coded(Entries<'a>),
    Given(core::slice::Iter<'a, RangeInclusive<u16>>),
}

impl Iterator for Ranges<'_> {
    type Item = RangeInclusive<u16>;

    fn next(&mut self) -> Option<RangeInclusive<u16>> {
        match &mut self.0 {
            Walk::Bitfield { reader, read, max } => {
                let mut first = None;
                while *read < *max {
                    *read = read.saturating_add(1);
                    match (reader.flag("").ok()?, first) {
                        (true, None) => first = Some(*read),
                        (false, Some(first)) => return Some(first..=read.saturating_sub(1)),
                        (true, Some(_)) | (false, None) => (),
                    }
                }
                first.map(|it| it..=*max)
            }
            Walk::Coded(entries) => {
                let (first, last) = entries.next()?.ok()?;
                Some(first..=last)
            }
            // Ids begin at 1: a range of yours that says 0 does not.
            Walk::Given(ranges) => {
                ranges.map(|it| *it.start().max(&1)..=*it.end()).find(|it| !it.is_empty())
            }
        }
    }
}
