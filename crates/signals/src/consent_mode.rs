//! Google Consent Mode v2: what a page tells Google's tags, as a value and as the argument of
//! `gtag('consent', …)`.

use core::fmt::{self, Write};

use crate::json::List;

/// What a tag may do. What is not set, the page says nothing about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// `granted`
    Granted,
    /// `denied`
    Denied,
}

/// The types of Consent Mode v2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentType {
    /// `ad_storage`
    AdStorage,
    /// `ad_user_data`
    AdUserData,
    /// `ad_personalization`
    AdPersonalization,
    /// `analytics_storage`
    AnalyticsStorage,
    /// `functionality_storage`
    FunctionalityStorage,
    /// `personalization_storage`
    PersonalizationStorage,
    /// `security_storage`
    SecurityStorage,
}

impl ConsentType {
    /// All seven, in the order they are written.
    pub const ALL: [ConsentType; 7] = [
        ConsentType::AdStorage,
        ConsentType::AdUserData,
        ConsentType::AdPersonalization,
        ConsentType::AnalyticsStorage,
        ConsentType::FunctionalityStorage,
        ConsentType::PersonalizationStorage,
        ConsentType::SecurityStorage,
    ];

    /// The name in `gtag`.
    pub fn name(self) -> &'static str {
        match self {
            ConsentType::AdStorage => "ad_storage",
            ConsentType::AdUserData => "ad_user_data",
            ConsentType::AdPersonalization => "ad_personalization",
            ConsentType::AnalyticsStorage => "analytics_storage",
            ConsentType::FunctionalityStorage => "functionality_storage",
            ConsentType::PersonalizationStorage => "personalization_storage",
            ConsentType::SecurityStorage => "security_storage",
        }
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<ConsentType> {
        ConsentType::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What a page says about each type; written with `Display` it is the object that `gtag` takes.
///
/// ```
/// use handshake_signals::consent_mode::{ConsentMode, ConsentType, State};
///
/// let mut mode = ConsentMode::all(State::Denied);
/// mode.wait_for_update_ms = Some(500);
/// assert!(mode.to_string().starts_with(r#"{"ad_storage":"denied","ad_user_data":"denied","#));
///
/// let update = ConsentMode::default().with(ConsentType::AnalyticsStorage, State::Granted);
/// assert_eq!(update.to_string(), r#"{"analytics_storage":"granted"}"#);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConsentMode<'a> {
    /// In the order of [`ConsentType::ALL`].
    states: [Option<State>; 7],
    /// `region`: where a default holds, as ISO 3166-2 codes; everywhere if empty.
    pub region: &'a [&'a str],
    /// `wait_for_update`: how long tags wait for the person's answer.
    pub wait_for_update_ms: Option<u32>,
}

impl ConsentMode<'_> {
    /// The same for all types.
    pub fn all(state: State) -> ConsentMode<'static> {
        ConsentMode { states: [Some(state); 7], ..ConsentMode::default() }
    }

    /// With another state of one type.
    #[must_use]
    pub fn with(mut self, of: ConsentType, state: State) -> Self {
        for (it, place) in ConsentType::ALL.into_iter().zip(&mut self.states) {
            if it == of {
                *place = Some(state);
            }
        }
        self
    }

    /// What is said about a type.
    pub fn state(&self, of: ConsentType) -> Option<State> {
        self.states().find(|(it, _)| *it == of).map(|(_, state)| state)
    }

    /// What is said, type by type.
    pub fn states(&self) -> impl Iterator<Item = (ConsentType, State)> {
        ConsentType::ALL.into_iter().zip(self.states).filter_map(|(it, state)| Some((it, state?)))
    }
}

impl fmt::Display for ConsentMode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = '{';
        for (it, state) in self.states() {
            let state = match state {
                State::Granted => "granted",
                State::Denied => "denied",
            };
            write!(f, r#"{separator}"{}":"{state}""#, it.name())?;
            separator = ',';
        }
        if !self.region.is_empty() {
            write!(f, r#"{separator}"region":{}"#, List(self.region))?;
            separator = ',';
        }
        if let Some(ms) = self.wait_for_update_ms {
            write!(f, r#"{separator}"wait_for_update":{ms}"#)?;
            separator = ',';
        }
        if separator == '{' {
            f.write_char('{')?;
        }
        f.write_char('}')
    }
}
