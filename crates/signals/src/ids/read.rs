//! Reads sets of ids: Range (Int), Range (Fibonacci), and the bit field that may stand instead.

use super::{Form, IdSet};
use crate::bits::Reader;
use crate::error::{Error, Reason};

/// How the entries of a range are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// The id, or the first and the last one, with 16 bits each.
    Int,
    /// The distance from the id before, and the length of a group, in Fibonacci code.
    Fibonacci,
}

/// Entries of a range that are still to be read.
#[derive(Debug, Clone)]
pub(super) struct Entries<'a> {
    reader: Reader<'a>,
    coding: Coding,
    left: u16,
    /// The last id read.
    last: u16,
    field: &'static str,
}

impl<'a> Entries<'a> {
    pub(super) fn new(
        reader: Reader<'a>,
        coding: Coding,
        left: u16,
        field: &'static str,
    ) -> Entries<'a> {
        Entries { reader, coding, left, last: 0, field }
    }

    /// The first and the last id of the next entry.
    pub(super) fn next(&mut self) -> Option<Result<(u16, u16), Error>> {
        self.left = self.left.checked_sub(1)?;
        Some(match self.coding {
            Coding::Int => self.int(),
            Coding::Fibonacci => self.fibonacci(),
        })
    }

    fn int(&mut self) -> Result<(u16, u16), Error> {
        let head = self.reader.int(17, self.field)?;
        let first = (head & 0xffff) as u16;
        let last = if head >> 16 == 1 { self.reader.word(16, self.field)? } else { first };
        let reason = match (first, last) {
            (0, _) => Reason::IdZero,
            (first, last) if last < first => Reason::Reversed { first, last },
            _ => return Ok((first, last)),
        };
        let width = if head >> 16 == 1 { 33 } else { 17 };
        Err(self.reader.error_before(width, self.field, reason))
    }

    fn fibonacci(&mut self) -> Result<(u16, u16), Error> {
        let group = self.reader.flag(self.field)?;
        let first = self.ahead()?;
        let last = if group { self.ahead()? } else { first };
        Ok((first, last))
    }

    fn ahead(&mut self) -> Result<u16, Error> {
        let distance = self.reader.fibonacci(self.field)?;
        let id = self.last.checked_add(distance);
        self.last = id.ok_or_else(|| self.reader.error(self.field, Reason::IdTooLarge))?;
        Ok(self.last)
    }
}

impl<'a> IdSet<'a> {
    /// Range: a count of 12 bits and as many entries.
    pub fn read_range(
        reader: &mut Reader<'a>,
        coding: Coding,
        max: Option<u16>,
        field: &'static str,
    ) -> Result<IdSet<'a>, Error> {
        let count = reader.word(12, field)?;
        let (bits, at) = (reader.bits(), reader.at());
        let mut entries = Entries::new(reader.clone(), coding, count, field);
        let mut highest = 0;
        while let Some(entry) = entries.next() {
            let (_, last) = entry?;
            if let Some(max) = max
                && max < last
            {
                return Err(entries.reader.error(field, Reason::AboveMax { last, max }));
            }
            highest = highest.max(last);
        }
        *reader = entries.reader;
        let form = Form::Coded(bits, at, coding, count);
        Ok(IdSet { form, max: max.unwrap_or(highest) })
    }

    /// `MaxVendorId`, `IsRangeEncoding`, and a bit field or a range; what GPP calls
    /// `OptimizedIntRange`, or `OptimizedRange` as the reference encoder writes it.
    pub fn read_optimized(
        reader: &mut Reader<'a>,
        coding: Coding,
        field: &'static str,
    ) -> Result<IdSet<'a>, Error> {
        let max = reader.word(16, field)?;
        if reader.flag(field)? {
            return IdSet::read_range(reader, coding, Some(max), field);
        }
        IdSet::read_bitfield(reader, max, field)
    }

    /// Whether the set is a bit field, which is the same however ranges are written.
    pub(crate) fn is_bitfield(self) -> bool {
        matches!(self.form, Form::Bitfield(..))
    }

    /// A bit for each id from 1 to `max`.
    pub fn read_bitfield(
        reader: &mut Reader<'a>,
        max: u16,
        field: &'static str,
    ) -> Result<IdSet<'a>, Error> {
        let form = Form::Bitfield(reader.bits(), reader.at());
        reader.skip(usize::from(max), field)?;
        Ok(IdSet { form, max })
    }
}
