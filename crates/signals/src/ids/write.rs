//! Writes sets of ids, as ranges or as a bit field, whichever is shorter.

use core::fmt;
use core::iter::Peekable;

use super::{Coding, Form, IdSet, Ranges};
use crate::bits::Writer;
use crate::error::EncodeError;

/// The ranges of a set in ascending order, none touching the next.
pub(crate) enum Runs<'a> {
    /// They stand in order already.
    Sorted(Peekable<Ranges<'a>>),
    /// The next one begins at or after `from`; each is looked for in the whole set.
    Unsorted { set: IdSet<'a>, from: Option<u16> },
}

impl Iterator for Runs<'_> {
    type Item = (u16, u16);

    fn next(&mut self) -> Option<(u16, u16)> {
        match self {
            Runs::Sorted(ranges) => {
                let (first, mut last) = ranges.next()?.into_inner();
                while let Some(next) =
                    ranges.next_if(|it| last.checked_add(1).is_none_or(|end| *it.start() <= end))
                {
                    last = last.max(*next.end());
                }
                Some((first, last))
            }
            Runs::Unsorted { set, from } => {
                let here = (*from)?;
                let ranges = set.ranges().filter(|it| here <= *it.end());
                let first = ranges.map(|it| *it.start().max(&here)).min()?;
                let mut last = first;
                while let Some(more) = set
                    .ranges()
                    .filter(|it| *it.start() <= last.saturating_add(1) && last < *it.end())
                    .map(|it| *it.end())
                    .max()
                {
                    last = more;
                }
                *from = last.checked_add(1);
                Some((first, last))
            }
        }
    }
}

impl<'a> IdSet<'a> {
    pub(crate) fn runs(self) -> Runs<'a> {
        if self.is_in_order() {
            Runs::Sorted(self.ranges().peekable())
        } else {
            Runs::Unsorted { set: self, from: Some(1) }
        }
    }

    /// Whether the ranges ascend and none overlaps the next.
    pub(crate) fn is_in_order(self) -> bool {
        match self.form {
            Form::Bitfield(..) | Form::Coded(_, _, Coding::Fibonacci, _) => true,
            Form::Coded(_, _, Coding::Int, _) | Form::Given(_) => {
                self.ranges().is_sorted_by(|one, next| one.end() < next.start())
            }
        }
    }

    /// Range: a count of 12 bits and as many entries.
    pub fn write_range<W: fmt::Write + ?Sized>(
        self,
        out: &mut Writer<'_, W>,
        coding: Coding,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        let count = u16::try_from(self.runs().count()).ok().filter(|it| *it < 4096);
        out.int(count.ok_or(EncodeError::TooMany(field))?, 12, field)?;
        let mut before = 0_u16;
        for (first, last) in self.runs() {
            out.flag(first != last)?;
            match coding {
                Coding::Int => out.int(first, 16, field)?,
                Coding::Fibonacci => out.fibonacci(first.saturating_sub(before), field)?,
            }
            if first != last {
                match coding {
                    Coding::Int => out.int(last, 16, field)?,
                    Coding::Fibonacci => out.fibonacci(last.saturating_sub(first), field)?,
                }
            }
            before = last;
        }
        Ok(())
    }

    /// `MaxVendorId`, `IsRangeEncoding`, and the shorter of range and bit field.
    pub fn write_optimized<W: fmt::Write + ?Sized>(
        self,
        out: &mut Writer<'_, W>,
        coding: Coding,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        let max = self.runs().last().map_or(0, |(_, last)| last);
        let as_range = self.range_bits(coding).is_some_and(|it| it <= u64::from(max));
        out.int(max, 16, field)?;
        out.flag(as_range)?;
        if as_range {
            return self.write_range(out, coding, field);
        }
        let mut next = 1;
        for (first, last) in self.runs() {
            (next..first).try_for_each(|_| out.flag(false))?;
            (first..=last).try_for_each(|_| out.flag(true))?;
            next = last.saturating_add(1);
        }
        Ok(())
    }

    /// Bits of the set as a range, if it can be one.
    fn range_bits(self, coding: Coding) -> Option<u64> {
        let (mut bits, mut count, mut before) = (12_u64, 0_u16, 0_u16);
        let width = |distance| u64::from(crate::bits::fibonacci_width(distance));
        for (first, last) in self.runs() {
            let entry = match coding {
                Coding::Int if first == last => 17,
                Coding::Int => 33,
                Coding::Fibonacci => {
                    let group = if first == last { 0 } else { width(last.saturating_sub(first)) };
                    width(first.saturating_sub(before)).saturating_add(group).saturating_add(1)
                }
            };
            bits = bits.saturating_add(entry);
            count = count.checked_add(1).filter(|it| *it < 4096)?;
            before = last;
        }
        Some(bits)
    }
}
