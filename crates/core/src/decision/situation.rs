//! The situation a use is in: what is wanted, and every fact a policy may look at.

use crate::event::{DatumMessage, GrantMessage, HeardMessage, LimitMessage, SituationMessage};
use crate::permission::Grant;
use crate::vocabulary::{Act, Code, Millis, Signal, Signals, Standing, words};

/// A name in a use: its number, or the text where no policy of the site ever declared it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    Declared(Code),
    Undeclared(String),
}

impl Term {
    pub fn code(&self) -> Code {
        if let Term::Declared(code) = self { *code } else { Code::NONE }
    }

    fn undeclared(&self) -> String {
        if let Term::Undeclared(text) = self { text.clone() } else { String::new() }
    }

    fn read(code: u32, undeclared: String) -> Term {
        match code {
            0 => Term::Undeclared(undeclared),
            code => Term::Declared(Code(code)),
        }
    }
}

/// A datum that is wanted. No `collected_at` means that its age is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DatumWanted {
    pub name: Term,
    pub collected_at: Option<Millis>,
}

/// How often the purpose was used for the person within a rolling window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recent {
    pub window_hours: u32,
    pub count: u32,
    /// When enough of them leave the window for one more.
    pub frees_at: Millis,
}

/// What is known of a person's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Age {
    #[default]
    Unknown = 0,
    Adult = 1,
    Minor = 2,
    /// A minor whose guardian agreed.
    Guarded = 3,
}

impl Age {
    pub fn number(self) -> u32 {
        u32::from(self as u8)
    }

    pub fn from_number(number: u32) -> Age {
        let all = [Age::Unknown, Age::Adult, Age::Minor, Age::Guarded];
        all.into_iter().find(|it| it.number() == number).unwrap_or_default()
    }
}

/// What a signal says of the use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Says {
    Refuses = 1,
    Grants = 2,
    /// It came in a form that nobody can read.
    Unreadable = 3,
}

words!(Says { Refuses = "refuses", Grants = "grants", Unreadable = "unreadable" });

/// A signal, and since when it says so, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Heard {
    pub signal: Signal,
    pub says: Says,
    pub at: Option<Millis>,
}

/// Everything a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    pub now: Millis,
    pub act: Act,
    pub purpose: Term,
    pub data: Vec<DatumWanted>,
    pub recipient: Term,
    pub channel: Term,
    pub tags: Vec<Term>,
    /// Signals that refuse: of the device now, and those that bind the person.
    pub signals: Signals,
    /// What is known of signals beside that, each at most once.
    pub heard: Vec<Heard>,
    /// Whether the device that gave the signals is not known to be the person's.
    pub other_device: bool,
    /// When the person last affirmed their answer against Global Privacy Control.
    pub affirmed_at: Option<Millis>,
    /// Whether the person is known at all.
    pub known: bool,
    pub age: Age,
    /// Where the person stands by their answers; never `Expired` or `Outgrown`.
    pub standing: Standing,
    pub since: Millis,
    pub objected: bool,
    pub grants: Vec<Grant>,
    pub recent: Vec<Recent>,
    pub last_visit: Option<Millis>,
    pub last_order: Option<Millis>,
    /// Where the person is, by the merchant's word; empty is not known.
    pub jurisdiction: String,
}

fn stored(at: Option<Millis>) -> i64 {
    at.map_or(0, |it| it.0)
}

fn loaded(at: i64) -> Option<Millis> {
    (at != 0).then_some(Millis(at))
}

impl Situation {
    /// The situation as stored. `now` is the envelope's unless `hour` says otherwise.
    pub fn message(&self) -> SituationMessage {
        let datum = |it: &DatumWanted| DatumMessage {
            code: it.name.code().0,
            undeclared: it.name.undeclared(),
            collected_at: stored(it.collected_at),
        };
        let grant =
            |it: &Grant| GrantMessage { statement: it.statement.0, granted_at: it.granted_at.0 };
        let limit = |it: &Recent| LimitMessage {
            window_hours: it.window_hours,
            count: it.count,
            frees_at: it.frees_at.0,
        };
        let heard = |it: &Heard| HeardMessage {
            signal: it.signal as u32,
            says: it.says.number(),
            at: stored(it.at),
        };
        let undeclared = |it: &Term| match it {
            Term::Undeclared(text) => Some(text.clone()),
            Term::Declared(_) => None,
        };
        SituationMessage {
            act: self.act.number(),
            purpose: self.purpose.code().0,
            purpose_undeclared: self.purpose.undeclared(),
            data: self.data.iter().map(datum).collect(),
            recipient: self.recipient.code().0,
            recipient_undeclared: self.recipient.undeclared(),
            channel: self.channel.code().0,
            channel_undeclared: self.channel.undeclared(),
            tags: self.tags.iter().map(|it| it.code().0).filter(|&it| it != 0).collect(),
            tags_undeclared: self.tags.iter().filter_map(undeclared).collect(),
            signals: self.signals.bits(),
            standing: self.standing.number(),
            objected: self.objected,
            grants: self.grants.iter().map(grant).collect(),
            recent: self.recent.iter().map(limit).collect(),
            last_visit: stored(self.last_visit),
            last_order: stored(self.last_order),
            known: self.known,
            jurisdiction: self.jurisdiction.clone(),
            since: self.since.0,
            now: 0,
            minor: self.age.number(),
            heard: self.heard.iter().map(heard).collect(),
            other_device: self.other_device,
            affirmed_at: stored(self.affirmed_at),
        }
    }

    /// Reads a stored situation. Nothing if a word in it is of a later version.
    pub fn from_message(it: &SituationMessage, at: Millis) -> Option<Situation> {
        let datum = |it: &DatumMessage| DatumWanted {
            name: Term::read(it.code, it.undeclared.clone()),
            collected_at: loaded(it.collected_at),
        };
        let grant = |it: &GrantMessage| Grant {
            statement: Code(it.statement),
            granted_at: Millis(it.granted_at),
        };
        let limit = |it: &LimitMessage| Recent {
            window_hours: it.window_hours,
            count: it.count,
            frees_at: Millis(it.frees_at),
        };
        let heard = |it: &HeardMessage| {
            let signal = Signal::ALL.into_iter().find(|signal| *signal as u32 == it.signal)?;
            Some(Heard { signal, says: Says::from_number(it.says)?, at: loaded(it.at) })
        };
        let declared = it.tags.iter().map(|&it| Term::Declared(Code(it)));
        let undeclared = it.tags_undeclared.iter().cloned().map(Term::Undeclared);
        Some(Situation {
            now: loaded(it.now).unwrap_or(at),
            act: Act::from_number(it.act)?,
            purpose: Term::read(it.purpose, it.purpose_undeclared.clone()),
            data: it.data.iter().map(datum).collect(),
            recipient: Term::read(it.recipient, it.recipient_undeclared.clone()),
            channel: Term::read(it.channel, it.channel_undeclared.clone()),
            tags: declared.chain(undeclared).collect(),
            signals: Signals::from_bits(it.signals),
            heard: it.heard.iter().map(heard).collect::<Option<_>>()?,
            other_device: it.other_device,
            affirmed_at: loaded(it.affirmed_at),
            known: it.known,
            age: Age::from_number(it.minor),
            standing: Standing::from_number(it.standing)?,
            since: Millis(it.since),
            objected: it.objected,
            grants: it.grants.iter().map(grant).collect(),
            recent: it.recent.iter().map(limit).collect(),
            last_visit: loaded(it.last_visit),
            last_order: loaded(it.last_order),
            jurisdiction: it.jurisdiction.clone(),
        })
    }
}
