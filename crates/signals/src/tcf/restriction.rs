//! Publisher restrictions: a purpose that some vendors may not use, or only on another legal basis.

use core::fmt;

use crate::bits::{Bits, Reader};
use crate::error::{Error, Reason};
use crate::ids::{Coding, IdSet};

/// What a publisher allows some vendors less than they declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restriction<'a> {
    /// `PurposeId`
    pub purpose: u8,
    /// `RestrictionType`
    pub restriction_type: RestrictionType,
    /// Whom it binds.
    pub vendors: IdSet<'a>,
}

/// `RestrictionType`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestrictionType {
    /// 0: the purpose is flatly not allowed.
    NotAllowed,
    /// 1: consent is required (in Canada: express consent).
    RequireConsent,
    /// 2: legitimate interest is required (in Canada: implied consent).
    RequireLegitimateInterest,
    /// 3: not used.
    Undefined,
}

impl RestrictionType {
    /// The number in the string; only its two lowest bits count.
    pub fn from_number(number: u8) -> RestrictionType {
        match number & 3 {
            0 => RestrictionType::NotAllowed,
            1 => RestrictionType::RequireConsent,
            2 => RestrictionType::RequireLegitimateInterest,
            _ => RestrictionType::Undefined,
        }
    }

    /// The number in the string.
    pub fn number(self) -> u8 {
        match self {
            RestrictionType::NotAllowed => 0,
            RestrictionType::RequireConsent => 1,
            RestrictionType::RequireLegitimateInterest => 2,
            RestrictionType::Undefined => 3,
        }
    }
}

/// `PubRestrictions`: all restrictions of a string, or a list of yours.
#[derive(Clone, Copy)]
pub struct Restrictions<'a>(List<'a>);

#[derive(Clone, Copy)]
enum List<'a> {
    /// So many records, the first one at `at`.
    Coded {
        bits: Bits<'a>,
        at: usize,
        ids: IdForm,
        count: u16,
        /// A bit for each purpose that is restricted, so that most questions need not look.
        purposes: u64,
    },
    Given(&'a [Restriction<'a>]),
    /// They are cut off, and nobody knows what they forbid.
    Unreadable(Error),
}

/// How the vendors of a restriction are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdForm {
    /// As a Range (Int) without a maximum: TCF Europe, and TCF Canada by older encoders.
    Range,
    /// With a maximum, as a bit field or a Range (Fibonacci): TCF Canada.
    Optimized,
}

impl<'a> Restrictions<'a> {
    /// No restriction.
    pub const NONE: Restrictions<'static> = Restrictions(List::Given(&[]));

    /// A list to write.
    pub fn of(list: &'a [Restriction<'a>]) -> Restrictions<'a> {
        Restrictions(List::Given(list))
    }

    /// Reads and checks all records.
    pub(crate) fn read(reader: &mut Reader<'a>, ids: IdForm) -> Result<Restrictions<'a>, Error> {
        let count = reader.word(12, "NumPubRestrictions")?;
        let (bits, at, mut purposes) = (reader.bits(), reader.at(), 0);
        for _ in 0..count {
            purposes |= bit_of(read_one(reader, ids)?.purpose);
        }
        Ok(Restrictions(List::Coded { bits, at, ids, count, purposes }))
    }

    /// As [`Restrictions::read`], but if they are cut off, that is a value too.
    pub(crate) fn read_leniently(reader: &mut Reader<'a>) -> Result<Restrictions<'a>, Error> {
        match Restrictions::read(reader, IdForm::Range) {
            Err(error) if matches!(error.reason, Reason::Truncated { .. }) => {
                Ok(Restrictions(List::Unreadable(error)))
            }
            read => read,
        }
    }

    /// Why they cannot be read, though the rest of the string can. Only in section 2 of a GPP
    /// string; [`TcString::parse`](super::TcString::parse) refuses such a string.
    pub fn unreadable(self) -> Option<Error> {
        match self.0 {
            List::Unreadable(error) => Some(error),
            List::Coded { .. } | List::Given(_) => None,
        }
    }

    /// The restrictions, in the order of the string.
    pub fn iter(self) -> RestrictionsIter<'a> {
        RestrictionsIter(match self.0 {
            List::Coded { bits, at, ids, count, .. } => {
                Walk::Coded { reader: bits.reader_at(at), ids, left: count }
            }
            List::Given(list) => Walk::Given(list.iter()),
            List::Unreadable(_) => Walk::Given([].iter()),
        })
    }

    /// What binds this vendor for this purpose.
    pub fn binding(self, vendor: u16, purpose: u8) -> impl Iterator<Item = RestrictionType> {
        let none = match self.0 {
            List::Coded { purposes, .. } => purposes & bit_of(purpose) == 0,
            List::Given(_) | List::Unreadable(_) => false,
        };
        let list = if none { Restrictions::NONE } else { self };
        list.iter()
            .filter(move |it| it.purpose == purpose && it.vendors.contains(vendor))
            .map(|it| it.restriction_type)
    }

    /// How many there are.
    pub fn len(self) -> usize {
        match self.0 {
            List::Coded { count, .. } => usize::from(count),
            List::Given(list) => list.len(),
            List::Unreadable(_) => 0,
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Restrictions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unreadable() {
            Some(error) => f.debug_tuple("Unreadable").field(&error).finish(),
            None => f.debug_list().entries(self.iter()).finish(),
        }
    }
}

/// Equal if the same restrictions stand in the same order.
impl PartialEq for Restrictions<'_> {
    fn eq(&self, other: &Restrictions<'_>) -> bool {
        self.iter().eq(other.iter()) && self.unreadable() == other.unreadable()
    }
}

impl Eq for Restrictions<'_> {}

impl<'a> IntoIterator for Restrictions<'a> {
    type Item = Restriction<'a>;
    type IntoIter = RestrictionsIter<'a>;

    fn into_iter(self) -> RestrictionsIter<'a> {
        self.iter()
    }
}

/// Goes through [`Restrictions`].
#[derive(Debug, Clone)]
pub struct RestrictionsIter<'a>(Walk<'a>);

#[derive(Debug, Clone)]
enum Walk<'a> {
    Coded { reader: Reader<'a>, ids: IdForm, left: u16 },
    Given(core::slice::Iter<'a, Restriction<'a>>),
}

impl<'a> Iterator for RestrictionsIter<'a> {
    type Item = Restriction<'a>;

    fn next(&mut self) -> Option<Restriction<'a>> {
        match &mut self.0 {
            Walk::Coded { reader, ids, left } => {
                *left = left.checked_sub(1)?;
                read_one(reader, *ids).ok()
            }
            Walk::Given(list) => list.next().copied(),
        }
    }
}

fn read_one<'a>(reader: &mut Reader<'a>, ids: IdForm) -> Result<Restriction<'a>, Error> {
    let purpose = reader.byte(6, "PubRestrictions.PurposeId")?;
    let number = reader.byte(2, "PubRestrictions.RestrictionType")?;
    let vendors = match ids {
        IdForm::Range => IdSet::read_range(reader, Coding::Int, None, "PubRestrictions.VendorIds"),
        IdForm::Optimized => {
            IdSet::read_optimized(reader, Coding::Fibonacci, "PubRestrictions.VendorIds")
        }
    };
    let restriction_type = RestrictionType::from_number(number);
    Ok(Restriction { purpose, restriction_type, vendors: vendors? })
}

/// Purposes take six bits, so that each has its own; no other number has one.
fn bit_of(purpose: u8) -> u64 {
    1_u64.checked_shl(u32::from(purpose)).unwrap_or(0)
}
