//! The header of a GPP string, which says which sections follow, and the way to them.

use core::fmt;

use super::Section;
use crate::bits::{Bits, Padding, Writer};
use crate::error::{EncodeError, Error, Reason};
use crate::ids::{Coding, IdSet};

/// What stands before the first `~`.
///
/// ```
/// use handshake_signals::gpp::Header;
///
/// let header = Header::parse("DBABjw")?;
/// assert_eq!(header.section_ids.ids().collect::<Vec<_>>(), [5, 6]);
/// # Ok::<(), handshake_signals::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// Which sections follow, ascending.
    pub section_ids: IdSet<'a>,
}

impl<'a> Header<'a> {
    /// `Type` in the first six bits of every header.
    pub const TYPE: u8 = 3;
    /// `Version` in the next six.
    pub const VERSION: u8 = 1;

    /// Reads a header alone, without sections.
    pub fn parse(text: &'a str) -> Result<Header<'a>, Error> {
        let reader = &mut Bits::new(text, 0, "Header")?.reader();
        let start = reader.clone();
        let header_type = reader.byte(6, "Type")?;
        if header_type != Header::TYPE {
            return Err(start.error("Type", Reason::HeaderType(header_type)));
        }
        let start = reader.clone();
        let version = reader.byte(6, "Version")?;
        if version != Header::VERSION {
            return Err(start.error("Version", Reason::Version(version)));
        }
        let section_ids = IdSet::read_range(reader, Coding::Fibonacci, None, "SectionIds")?;
        Ok(Header { section_ids })
    }
}

/// A GPP string: its header has been read, its sections are there, and each is read when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GppString<'a> {
    header: Header<'a>,
    /// What follows the first `~`.
    sections: Option<&'a str>,
    /// Where that begins.
    from: usize,
}

impl<'a> GppString<'a> {
    /// Reads the header, and checks that there are as many sections as it announces and that none
    /// is blank. What is wrong inside a section shows when it is read.
    pub fn parse(text: &'a str) -> Result<GppString<'a>, Error> {
        let (header, sections) = match text.split_once('~') {
            Some((header, sections)) => (header, Some(sections)),
            None => (text, None),
        };
        let from = header.len().saturating_add(1);
        let gpp = GppString { header: Header::parse(header)?, sections, from };
        let mut found = 0_u32;
        for (section, character) in gpp.texts() {
            if section.is_empty() {
                let reason = Reason::Empty;
                return Err(Error { field: "Section", character, bit: None, reason });
            }
            found = found.saturating_add(1);
        }
        let announced = gpp.header.section_ids.ranges().fold(0_u32, |sum, it| {
            let more = it.end().saturating_sub(*it.start());
            sum.saturating_add(u32::from(more)).saturating_add(1)
        });
        if announced != found {
            let reason = Reason::Sections { announced, found };
            return Err(Error { field: "SectionIds", character: 0, bit: None, reason });
        }
        Ok(gpp)
    }

    /// The header.
    pub fn header(&self) -> Header<'a> {
        self.header
    }

    /// Which sections there are, ascending.
    pub fn section_ids(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.header.section_ids.ids()
    }

    /// A section, read; `None` if it is not there.
    pub fn section(&self, id: u16) -> Option<Result<Section<'a>, Error>> {
        let (_, text, from) = self.places().find(|(it, ..)| *it == id)?;
        Some(Section::parse_at(id, text, from))
    }

    /// The text of a section, as it stands.
    pub fn section_text(&self, id: u16) -> Option<&'a str> {
        self.places().find(|(it, ..)| *it == id).map(|(_, text, _)| text)
    }

    /// All sections, each read.
    pub fn sections(&self) -> impl Iterator<Item = (u16, Result<Section<'a>, Error>)> + use<'a> {
        self.places().map(|(id, text, from)| (id, Section::parse_at(id, text, from)))
    }

    fn texts(&self) -> impl Iterator<Item = (&'a str, usize)> + use<'a> {
        let mut next = self.from;
        self.sections.into_iter().flat_map(|it| it.split('~')).map(move |section| {
            let here = next;
            next = here.saturating_add(section.len()).saturating_add(1);
            (section, here)
        })
    }

    fn places(&self) -> impl Iterator<Item = (u16, &'a str, usize)> + use<'a> {
        self.section_ids().zip(self.texts()).map(|(id, (text, from))| (id, text, from))
    }
}

/// Writes a string of sections, each given by its id and its encoded text, ascending by id.
///
/// ```
/// use handshake_signals::{Padding, gpp};
///
/// let mut text = String::new();
/// gpp::encode(&mut text, &[(2, "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"), (6, "1YNN")],
///     Padding::Octet)?;
/// assert_eq!(text, "DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN");
/// # Ok::<(), handshake_signals::EncodeError>(())
/// ```
pub fn encode<W: fmt::Write + ?Sized>(
    out: &mut W,
    sections: &[(u16, &str)],
    padding: Padding,
) -> Result<(), EncodeError> {
    const FIELD: &str = "SectionIds";
    let blank = |(_, text): &(u16, &str)| text.is_empty() || text.contains('~');
    if sections.iter().any(blank) || !sections.is_sorted_by(|(one, _), (next, _)| one < next) {
        return Err(EncodeError::Order(FIELD));
    }
    let groups = || sections.chunk_by(|(one, _), (next, _)| one.checked_add(1) == Some(*next));
    let header = &mut Writer::new(out);
    header.int(Header::TYPE, 6, "Type")?;
    header.int(Header::VERSION, 6, "Version")?;
    header.int(u32::try_from(groups().count()).unwrap_or(u32::MAX), 12, FIELD)?;
    let mut before = 0_u16;
    for group in groups() {
        let ([(first, _), ..], [.., (last, _)]) = (group, group) else { continue };
        header.flag(first != last)?;
        header.fibonacci(first.saturating_sub(before), FIELD)?;
        if first != last {
            header.fibonacci(last.saturating_sub(*first), FIELD)?;
        }
        before = *last;
    }
    header.pad(padding)?;
    sections.iter().try_for_each(|(_, text)| {
        out.write_char('~')?;
        Ok(out.write_str(text)?)
    })
}
