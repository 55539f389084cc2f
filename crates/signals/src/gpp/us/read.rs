//! Reads a US section by its layout.

use super::UsSection;
use crate::bits::{Bits, Reader};
use crate::error::{Error, Reason};
use crate::gpp::layout::{self, Layout, NATIONAL_V1};
use crate::tcf::segments;

impl UsSection {
    /// `None` if no US section has this id.
    pub(crate) fn parse_at(id: u16, text: &str, from: usize) -> Option<Result<UsSection, Error>> {
        Some(UsSection::read(layout::of(id)?, text, from))
    }

    fn read(mut layout: &'static Layout, text: &str, from: usize) -> Result<UsSection, Error> {
        let mut segments = segments(text, from);
        let (first, from) = segments.next().unwrap_or((text, from));
        let mut bits = Bits::new(first, from, "Core")?;
        let mut header_version = None;
        let own_id = layout.header && bits.reader().word(6, "SectionID") == Ok(layout.id);
        if own_id {
            header_version = Some(read_header(&mut bits.reader())?);
            let (core, from) = segments.next().unwrap_or(("", from.saturating_add(first.len())));
            bits = Bits::new(core, from, "Core")?;
        }
        if layout.id == 7 && bits.len() <= 66 {
            layout = &NATIONAL_V1;
        }
        let reader = &mut bits.reader();
        let core = read_core(reader, layout.bits)?;
        let mut section = UsSection { core, header_version, ..UsSection::blank(layout) };
        let sensitive = layout.sensitive.saturating_mul(2);
        if sensitive != 0 && usize::from(sensitive) <= reader.left() {
            section.sensitive = Some(reader.word(sensitive, "SensitiveDataProcessing")?);
            section.sensitive_in_core = true;
        }
        for (segment, from) in segments {
            section.read_segment(&mut Bits::new(segment, from, "Subsection")?.reader())?;
        }
        Ok(section)
    }

    /// The GPC segment has 3 bits; the one for sensitive data has more and no type.
    fn read_segment(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let sensitive = self.layout.sensitive.saturating_mul(2);
        let start = reader.clone();
        let (segment_type, before) = if sensitive != 0 && usize::from(sensitive) <= reader.left() {
            let values = reader.word(sensitive, "SensitiveDataProcessing")?;
            (0, self.sensitive.replace(values).is_some())
        } else {
            let segment_type = reader.byte(2, "SubsectionType")?;
            if segment_type != 1 {
                return Ok(());
            }
            (1, self.gpc.replace(reader.flag("Gpc")?).is_some())
        };
        match before {
            true => Err(start.error("SubsectionType", Reason::RepeatedSegment(segment_type))),
            false => Ok(()),
        }
    }
}

/// `SectionID` and `Version`. Which subsections follow, their form says: the list of them cannot
/// be written as specified, for 0, the id of the core, has no Fibonacci code.
fn read_header(reader: &mut Reader<'_>) -> Result<u8, Error> {
    reader.byte(6, "SectionID")?;
    reader.byte(6, "Version")
}

fn read_core(reader: &mut Reader<'_>, bits: u8) -> Result<u128, Error> {
    let (high, low) = (bits.saturating_sub(40), bits.min(40));
    let needed = usize::from(bits);
    if reader.left() < needed {
        return Err(reader.error("Core", Reason::Truncated { needed, left: reader.left() }));
    }
    let first = reader.int(high, "Core")?;
    let second = reader.int(low, "Core")?;
    Ok(u128::from(first).wrapping_shl(u32::from(low)) | u128::from(second))
}
