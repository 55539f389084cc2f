//! One section of a GPP string: which dialect it speaks, and what it says in it.

use super::layout::LAYOUTS;
use super::tcf_ca::CaString;
use super::us::UsSection;
use crate::error::Error;
use crate::tcf::{TcString, v1};
use crate::usp::UsPrivacy;

/// What a section says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section<'a> {
    /// Section 1, `tcfeuv1`, which nobody may rely on any more.
    TcfEuV1(v1::ConsentString<'a>),
    /// Section 2, `tcfeuv2`.
    TcfEuV2(TcString<'a>),
    /// Section 5, `tcfcav1`.
    TcfCaV1(CaString<'a>),
    /// Section 6, `uspv1`.
    UspV1(UsPrivacy),
    /// Sections 7 to 27: the United States, and single ones of them.
    Us(UsSection),
    /// A section that is not registered, or has no content of its own.
    Unknown(&'a str),
}

impl<'a> Section<'a> {
    /// Reads the text of the section that is registered under `id`.
    pub fn parse(id: u16, text: &'a str) -> Result<Section<'a>, Error> {
        Section::parse_at(id, text, 0)
    }

    /// Whether the person opted out of the sale or the sharing of data; `None` where the dialect
    /// has no words for it.
    pub fn opts_out_of_sale_or_sharing(&self) -> Option<bool> {
        match self {
            Section::UspV1(it) => Some(it.opts_out_of_sale()),
            Section::Us(it) => Some(it.opts_out_of_sale_or_sharing()),
            Section::TcfEuV1(_)
            | Section::TcfEuV2(_)
            | Section::TcfCaV1(_)
            | Section::Unknown(_) => None,
        }
    }

    pub(crate) fn parse_at(id: u16, text: &'a str, from: usize) -> Result<Section<'a>, Error> {
        Ok(match id {
            1 => Section::TcfEuV1(v1::ConsentString::parse_at(text, from)?),
            2 => Section::TcfEuV2(TcString::parse_section(text, from)?),
            5 => Section::TcfCaV1(CaString::parse_at(text, from)?),
            6 => Section::UspV1(UsPrivacy::parse_at(text, from)?),
            7.. => match UsSection::parse_at(id, text, from) {
                Some(section) => Section::Us(section?),
                None => Section::Unknown(text),
            },
            _ => Section::Unknown(text),
        })
    }
}

/// Sections that have no layout in the table.
const OTHERS: [(u16, &str); 4] = [(1, "tcfeuv1"), (2, "tcfeuv2"), (5, "tcfcav1"), (6, "uspv1")];

/// The name a section has in the client API: `usca` for 8.
pub fn api_prefix(id: u16) -> Option<&'static str> {
    all().find(|(it, _)| *it == id).map(|(_, name)| name)
}

/// The id of the section that has this name in the client API.
///
/// ```
/// use handshake_signals::gpp;
///
/// assert_eq!(gpp::section_id("usca"), Some(8));
/// assert_eq!(gpp::api_prefix(8), Some("usca"));
/// ```
pub fn section_id(api_prefix: &str) -> Option<u16> {
    all().find(|(_, it)| *it == api_prefix).map(|(id, _)| id)
}

fn all() -> impl Iterator<Item = (u16, &'static str)> {
    OTHERS.into_iter().chain(LAYOUTS.iter().map(|it| (it.id, it.api)))
}
