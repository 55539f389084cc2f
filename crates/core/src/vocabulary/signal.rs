//! What a browser says of its user's wishes.

/// A signal a policy may name in `signals` and `stops-for`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Signal {
    /// Global Privacy Control: `Sec-GPC: 1`.
    Gpc = 0,
    /// Do Not Track: `DNT: 1`.
    Dnt = 1,
    /// A string of IAB Europe's Transparency and Consent Framework.
    Tcf = 2,
    /// A string of IAB's Global Privacy Platform.
    Gpp = 3,
}

/// A set of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Signals(u8);

impl Signal {
    pub const ALL: [Signal; 4] = [Signal::Gpc, Signal::Dnt, Signal::Tcf, Signal::Gpp];

    pub fn as_str(self) -> &'static str {
        match self {
            Signal::Gpc => "gpc",
            Signal::Dnt => "dnt",
            Signal::Tcf => "tcf",
            Signal::Gpp => "gpp",
        }
    }

    pub fn parse(text: &str) -> Option<Signal> {
        Signal::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Signals {
    pub const NONE: Signals = Signals(0);

    pub fn of(signals: &[Signal]) -> Signals {
        signals.iter().fold(Signals::NONE, |set, &it| set.with(it))
    }

    #[must_use]
    pub fn with(self, signal: Signal) -> Signals {
        Signals(self.0 | 1 << signal as u8)
    }

    #[must_use]
    pub fn without(self, signal: Signal) -> Signals {
        Signals(self.0 & !(1 << signal as u8))
    }

    #[must_use]
    pub fn union(self, other: Signals) -> Signals {
        Signals(self.0 | other.0)
    }

    pub fn has(self, signal: Signal) -> bool {
        self.0 & 1 << signal as u8 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Signal> {
        Signal::ALL.into_iter().filter(move |&it| self.has(it))
    }

    /// The set as stored; bits of signals that this version does not know are kept.
    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }

    pub fn from_bits(bits: u32) -> Signals {
        Signals(u8::try_from(bits & 0xff).unwrap_or(0))
    }
}
