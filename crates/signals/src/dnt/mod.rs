//! W3C Tracking Preference Expression: the `DNT` field of a request, the `Tk` field of a response,
//! and the tracking status that a site publishes below [`WELL_KNOWN`].

mod eff_policy;

mod exception;

use core::fmt::{self, Write};

pub use eff_policy::{EFF_WELL_KNOWN, eff_policy};

pub use exception::exception_covers;

use crate::json::{List, Text};

/// Where the site's own status is, and, followed by a status id, that of a request.
pub const WELL_KNOWN: &str = "/.well-known/dnt/";

/// What a person prefers about being tracked on this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// `1`: not to be tracked.
    NotTracked,
    /// `0`: to allow it.
    Allowed,
}

/// What the `DNT` fields of a request say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// `None` is no preference, which is neither a yes nor a no.
    pub preference: Option<Preference>,
    /// The fields break the grammar, and somebody may want to know. They are read for the person:
    /// a broken field can object and never allows.
    pub invalid: bool,
}

/// Reads the values of all `DNT` fields of a request. Extensions are passed over.
pub fn read<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Reading {
    let mut fields = fields.into_iter();
    let Some(first) = fields.next() else {
        return Reading { preference: None, invalid: false };
    };
    let Some(second) = fields.next() else { return read_one(first) };
    let objects = objects(first) || objects(second) || fields.any(objects);
    Reading { preference: objects.then_some(Preference::NotTracked), invalid: true }
}

/// `DNT-field-value = ( "0" / "1" ) *DNT-extension`
fn read_one(field: &[u8]) -> Reading {
    let preference = match field.split_first() {
        Some((b'1', rest)) if is_extension(rest) => Preference::NotTracked,
        Some((b'0', rest)) if is_extension(rest) => Preference::Allowed,
        _ => {
            let preference = objects(field).then_some(Preference::NotTracked);
            return Reading { preference, invalid: true };
        }
    };
    Reading { preference: Some(preference), invalid: false }
}

/// `DNT-extension = %x21 / %x23-2B / %x2D-5B / %x5D-7E`
fn is_extension(rest: &[u8]) -> bool {
    rest.iter().all(|it| matches!(it, 0x21 | 0x23..=0x2b | 0x2d..=0x5b | 0x5d..=0x7e))
}

/// Whether any member of a list, well-formed or not, begins with `1`.
fn objects(field: &[u8]) -> bool {
    field.split(|it| *it == b',').any(|it| it.trim_ascii_start().first() == Some(&b'1'))
}

/// A tracking status value: what a site says it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `!`: a site being tested claims nothing.
    UnderConstruction,
    /// `?`: it depends on the request.
    Dynamic,
    /// `G`: one of several parties behind this site will say.
    Gateway,
    /// `N`
    NotTracking,
    /// `T`
    Tracking,
    /// `C`: with consent given before.
    Consent,
    /// `P`: only if consent turns up within 48 hours.
    PotentialConsent,
    /// `D`: the preference is disregarded, as the policy explains.
    Disregarding,
    /// `U`: this request has changed the status.
    Updated,
    /// One of the characters left for extensions. A reader takes it for `P`.
    Extension(char),
}

impl Status {
    /// The status of this character, if it is one.
    pub fn from_char(it: char) -> Option<Status> {
        Some(match it {
            '!' => Status::UnderConstruction,
            '?' => Status::Dynamic,
            'G' => Status::Gateway,
            'N' => Status::NotTracking,
            'T' => Status::Tracking,
            'C' => Status::Consent,
            'P' => Status::PotentialConsent,
            'D' => Status::Disregarding,
            'U' => Status::Updated,
            '#'..='%' | '*'..=';' | '@'..='Z' | '_' | 'a'..='z' => Status::Extension(it),
            _ => return None,
        })
    }

    /// The character in a `Tk` and in a status object.
    pub fn as_char(self) -> char {
        match self {
            Status::UnderConstruction => '!',
            Status::Dynamic => '?',
            Status::Gateway => 'G',
            Status::NotTracking => 'N',
            Status::Tracking => 'T',
            Status::Consent => 'C',
            Status::PotentialConsent => 'P',
            Status::Disregarding => 'D',
            Status::Updated => 'U',
            Status::Extension(it) => it,
        }
    }

    /// The status a reader acts on: extensions are taken for `P`.
    pub fn treated_as(self) -> Status {
        if let Status::Extension(_) = self { Status::PotentialConsent } else { self }
    }
}

/// The `Tk` field of a response: `N`, `T;fRx42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tk<'a> {
    // INVARIANT: never `G`; `?` comes with an id; an id is one or more of its characters.
    status: Status,
    id: Option<&'a str>,
}

/// Text that is no `Tk` field, or a `Tk` nobody may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TkError {
    /// It begins with no tracking status value.
    Status,
    /// After the status comes `;` and an id of letters, digits and `_-+=/`, or nothing.
    Id,
    /// `G` speaks for a site, never for one request.
    Gateway,
    /// `?` needs an id, to say where the status is.
    Dynamic,
}

impl<'a> Tk<'a> {
    /// A field that may be sent.
    pub fn new(status: Status, id: Option<&'a str>) -> Result<Tk<'a>, TkError> {
        if id.is_some_and(|it| it.is_empty() || !it.bytes().all(is_id)) {
            return Err(TkError::Id);
        }
        match (status, id) {
            (Status::Gateway, _) => Err(TkError::Gateway),
            (Status::Dynamic, None) => Err(TkError::Dynamic),
            _ => Ok(Tk { status, id }),
        }
    }

    /// `Tk = TSV [ ";" status-id ]`
    pub fn parse(field: &'a str) -> Result<Tk<'a>, TkError> {
        let mut rest = field.chars();
        let status = rest.next().and_then(Status::from_char).ok_or(TkError::Status)?;
        match rest.as_str() {
            "" => Tk::new(status, None),
            more => Tk::new(status, Some(more.strip_prefix(';').ok_or(TkError::Id)?)),
        }
    }

    /// What the field says.
    pub fn status(self) -> Status {
        self.status
    }

    /// Follows [`WELL_KNOWN`] in the path of this request's status.
    pub fn id(self) -> Option<&'a str> {
        self.id
    }
}

/// `status-id = 1*( ALPHA / DIGIT / "_" / "-" / "+" / "=" / "/" )`
fn is_id(it: u8) -> bool {
    it.is_ascii_alphanumeric() || b"_-+=/".contains(&it)
}

impl fmt::Display for Tk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(self.status.as_char())?;
        self.id.map_or(Ok(()), |id| write!(f, ";{id}"))
    }
}

impl fmt::Display for TkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TkError::Status => "a `Tk` begins with a tracking status value such as `N` or `T`",
            TkError::Id => {
                "after the status comes `;` and an id of letters, digits and `_-+=/`, or nothing"
            }
            TkError::Gateway => "`G` speaks for a site, never in a `Tk`",
            TkError::Dynamic => "`?` needs a status id, as in `?;ahoy`",
        })
    }
}

impl core::error::Error for TkError {}

/// What a status speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The site as a whole.
    Site,
    /// One request, by its status id.
    Request,
}

/// The tracking status object; write it with `Display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackingStatus<'a> {
    /// What the site says it does.
    pub tracking: Status,
    /// Regimes the site complies with.
    pub compliance: &'a [&'a str],
    /// Links to who is responsible; empty is the site itself.
    pub controller: &'a [&'a str],
    /// Other domains of the same party.
    pub same_party: &'a [&'a str],
    /// Link to the privacy policy.
    pub policy: Option<&'a str>,
    /// Link to where a person sees and changes their consent.
    pub config: Option<&'a str>,
}

/// A status that the standard forbids to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusError {
    /// `C` and `P` need `config`.
    Config,
    /// `G` needs `policy`; `D` needs `policy` or `controller`.
    Policy,
    /// `?` and `G` speak for a site, never for a request.
    SiteOnly,
    /// `U` stands in a `Tk` only.
    TkOnly,
    /// An extension needs `compliance`, which defines it.
    Compliance,
}

impl<'a> TrackingStatus<'a> {
    /// With nothing but the status.
    pub fn of(tracking: Status) -> TrackingStatus<'a> {
        let (compliance, controller, same_party) = (&[][..], &[][..], &[][..]);
        TrackingStatus { tracking, compliance, controller, same_party, policy: None, config: None }
    }

    /// Whether this may be published. Check once, when a policy is published.
    pub fn check(&self, scope: Scope) -> Result<(), StatusError> {
        let no_policy = self.policy.is_none();
        match (self.tracking, scope) {
            (Status::Dynamic | Status::Gateway, Scope::Request) => Err(StatusError::SiteOnly),
            (Status::Updated, _) => Err(StatusError::TkOnly),
            (Status::Consent | Status::PotentialConsent, _) if self.config.is_none() => {
                Err(StatusError::Config)
            }
            (Status::Gateway, _) if no_policy => Err(StatusError::Policy),
            (Status::Disregarding, _) if no_policy && self.controller.is_empty() => {
                Err(StatusError::Policy)
            }
            (Status::Extension(_), _) if self.compliance.is_empty() => Err(StatusError::Compliance),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for TrackingStatus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tracking = [0; 4];
        let tracking: &str = self.tracking.as_char().encode_utf8(&mut tracking);
        write!(f, r#"{{"tracking":{}"#, Text(tracking))?;
        let lists = [
            ("compliance", self.compliance),
            ("controller", self.controller),
            ("same-party", self.same_party),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            write!(f, r#","{name}":{}"#, List(list))?;
        }
        for (name, link) in [("policy", self.policy), ("config", self.config)] {
            link.map_or(Ok(()), |link| write!(f, r#","{name}":{}"#, Text(link)))?;
        }
        f.write_char('}')
    }
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StatusError::Config => "`C` and `P` need `config`: where to see and change consent",
            StatusError::Policy => "`G` and `D` need `policy`: where it is explained",
            StatusError::SiteOnly => "`?` and `G` speak for a site, never for a request",
            StatusError::TkOnly => "`U` stands in a `Tk` field only",
            StatusError::Compliance => "an extension needs `compliance`, which defines it",
        })
    }
}

impl core::error::Error for StatusError {}
