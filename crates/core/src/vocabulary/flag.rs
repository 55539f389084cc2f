//! Flags: what a caller should know beside a verdict.

/// Something about the signals of a use that does not decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Flag {
    /// A signal said no, and the person's own later answer stands above it.
    SignalConflict = 0,
    /// A signal came in a form that nobody can read, so it counted for nothing.
    SignalUnreadable = 1,
    /// Global Privacy Control said no, and the person affirmed their answer once the conflict was
    /// shown.
    Affirmed = 2,
}

/// A set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(u8);

impl Flag {
    pub const ALL: [Flag; 3] = [Flag::SignalConflict, Flag::SignalUnreadable, Flag::Affirmed];

    pub fn as_str(self) -> &'static str {
        match self {
            Flag::SignalConflict => "signal_conflict",
            Flag::SignalUnreadable => "signal_unreadable",
            Flag::Affirmed => "affirmed",
        }
    }
}

impl Flags {
    pub const NONE: Flags = Flags(0);

    #[must_use]
    pub fn with(self, flag: Flag) -> Flags {
        Flags(self.0 | 1 << flag as u8)
    }

    pub fn has(self, flag: Flag) -> bool {
        self.0 & 1 << flag as u8 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().filter(move |&it| self.has(it))
    }

    /// The set as stored.
    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }
}
