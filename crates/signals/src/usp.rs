//! IAB's US Privacy string: deprecated, section 6 of GPP, and still in requests.

use core::fmt;

use crate::error::{Error, Reason};

/// `Y`, `N` or `-` in one place of the string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// `Y`
    Yes,
    /// `N`
    No,
    /// `-`: the law does not apply.
    NotApplicable,
}

/// A US Privacy string such as `1YNN`.
///
/// ```
/// use handshake_signals::usp::{Flag, UsPrivacy};
///
/// let said = UsPrivacy::parse("1YYN")?;
/// assert!(said.opts_out_of_sale());
/// assert_eq!(said.lspa_covered, Flag::No);
/// assert_eq!(said.to_string(), "1YYN");
/// assert!(UsPrivacy::parse("1yyn").is_err());
/// # Ok::<(), handshake_signals::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsPrivacy {
    /// The version, one digit; no other than 1 is read.
    pub version: u8,
    /// Whether notice and the opportunity to opt out were given.
    pub notice: Flag,
    /// Whether the person opted out of the sale of personal information.
    pub opt_out_sale: Flag,
    /// Whether the transaction is covered by the Limited Service Provider Agreement.
    pub lspa_covered: Flag,
}

impl UsPrivacy {
    /// Reads four characters. An empty text is no string at all: ask before you parse.
    pub fn parse(text: &str) -> Result<UsPrivacy, Error> {
        UsPrivacy::parse_at(text, 0)
    }

    pub(crate) fn parse_at(text: &str, from: usize) -> Result<UsPrivacy, Error> {
        let error = |field, place: usize, reason| {
            let character = from.saturating_add(place);
            Error { field, character, bit: None, reason }
        };
        let &[version, notice, opt_out_sale, lspa_covered] = text.as_bytes() else {
            let reason = Reason::Length { expected: 4, found: text.chars().count() };
            return Err(error("USPrivacy", 0, reason));
        };
        match version {
            b'1' => (),
            b'0'..=b'9' => {
                let reason = Reason::Version(version.wrapping_sub(b'0'));
                return Err(error("Version", 0, reason));
            }
            _ => return Err(error("Version", 0, Reason::NotOneOf("`1`"))),
        }
        let flag = |field, place, written| match written {
            b'Y' => Ok(Flag::Yes),
            b'N' => Ok(Flag::No),
            b'-' => Ok(Flag::NotApplicable),
            _ => Err(error(field, place, Reason::NotOneOf("`Y`, `N` or `-`"))),
        };
        Ok(UsPrivacy {
            version: 1,
            notice: flag("Notice", 1, notice)?,
            opt_out_sale: flag("OptOutSale", 2, opt_out_sale)?,
            lspa_covered: flag("LspaCovered", 3, lspa_covered)?,
        })
    }

    /// Whether the person opted out of the sale of personal information.
    pub fn opts_out_of_sale(self) -> bool {
        self.opt_out_sale == Flag::Yes
    }

    /// Whether the law applies: it does not where all three say `-`.
    pub fn applies(self) -> bool {
        [self.notice, self.opt_out_sale, self.lspa_covered] != [Flag::NotApplicable; 3]
    }
}

impl Flag {
    fn as_char(self) -> char {
        match self {
            Flag::Yes => 'Y',
            Flag::No => 'N',
            Flag::NotApplicable => '-',
        }
    }
}

/// The string.
impl fmt::Display for UsPrivacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [notice, sale, lspa] =
            [self.notice, self.opt_out_sale, self.lspa_covered].map(Flag::as_char);
        write!(f, "{}{notice}{sale}{lspa}", self.version)
    }
}
