//! The terms of a policy in words: who, where, how often, on which ground, since when.

use std::collections::BTreeSet;

use handshake_core::policy::{Basis, ChangeKind, Duty, Limit, Recipient, RecipientKind, Window};
use handshake_core::vocabulary::{Millis, Signal};
use jiff::tz::TimeZone;

use super::words::Words;
use crate::ingest::Standing;

/// Whether other companies get anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Nothing,
    /// Only of those who said yes.
    IfYes,
    Unasked,
}

impl Words {
    pub(super) fn of<'a>(&self, english: &'a str, german: &'a str) -> &'a str {
        if self.is_german() { german } else { english }
    }

    pub(super) fn policy_title(&self, shop: &str) -> String {
        match self.is_german() {
            false => format!("What {shop} does with your data"),
            true => format!("Was {shop} mit Ihren Daten macht"),
        }
    }

    pub(super) fn history_title(&self, shop: &str) -> String {
        match self.is_german() {
            false => format!("How the deal with {shop} changed"),
            true => format!("Wie sich die Abmachung mit {shop} geändert hat"),
        }
    }

    fn count(&self, n: usize) -> String {
        let english =
            ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        let german =
            ["keine", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"];
        let words = if self.is_german() { german } else { english };
        words.get(n).map_or_else(|| n.to_string(), |it| (*it).to_owned())
    }

    /// What is done with data, how much of it is asked for, and whether it leaves the house.
    pub(super) fn policy_summary(
        &self,
        all: usize,
        asked: usize,
        (given, sold): (Given, bool),
    ) -> String {
        let one = all == 1;
        let first = match (self.is_german(), asked) {
            (false, 0) => String::new(),
            (false, 1) if one => " We ask you first.".to_owned(),
            (false, 1) => " For one of them we ask you first.".to_owned(),
            (false, n) => format!(" For {} of them we ask you first.", self.count(n)),
            (true, 0) => String::new(),
            (true, 1) if one => " Vorher fragen wir Sie.".to_owned(),
            (true, 1) => " Bei einer davon fragen wir Sie vorher.".to_owned(),
            (true, n) => format!(" Bei {} davon fragen wir Sie vorher.", self.count(n)),
        };
        let leaves = match (given, sold) {
            (Given::Nothing, _) => {
                self.of(" Nothing goes to other companies.", " Nichts geht an andere Firmen.")
            }
            (Given::IfYes, false) => self.of(
                " Some goes to another company, only if you say yes; none is sold.",
                " Einiges geht an eine andere Firma, nur wenn Sie ja sagen; nichts wird verkauft.",
            ),
            (Given::Unasked, false) => self.of(
                " Some goes to another company; none is sold.",
                " Einiges geht an eine andere Firma; nichts wird verkauft.",
            ),
            (Given::IfYes, true) => self.of(
                " Some of it we sell, only if you say yes.",
                " Einiges davon verkaufen wir, nur wenn Sie ja sagen.",
            ),
            (Given::Unasked, true) => {
                self.of(" Some of it we sell.", " Einiges davon verkaufen wir.")
            }
        };
        let things = match (self.is_german(), one) {
            (false, true) => "We use data about you for one thing.".to_owned(),
            (false, false) => format!("We use data about you for {} things.", self.count(all)),
            (true, true) => "Wir nutzen Daten über Sie für eine Sache.".to_owned(),
            (true, false) => format!("Wir nutzen Daten über Sie für {} Dinge.", self.count(all)),
        };
        format!("{things}{first}{leaves}")
    }

    /// `Posthorn Mail BV, which works for us, in NL`.
    pub(super) fn recipient(&self, it: &Recipient) -> String {
        let mut said = it.label.clone();
        match it.kind {
            RecipientKind::Ourselves => (),
            RecipientKind::Processor => said = format!("{said}, {}", self.works_for_us),
            RecipientKind::ThirdParty => said = format!("{said}, {}", self.another_company),
        }
        if let Some(country) = &it.country {
            said = format!("{said}, {country}");
        }
        if it.sale { format!("{said}; {}", self.policy.sold) } else { said }
    }

    /// Channels have names and no labels; the usual ones have words.
    pub(super) fn channel(&self, name: &str) -> String {
        let (english, german) = match name {
            "web" => ("our website", "unsere Website"),
            "app" => ("our app", "unsere App"),
            "email" => ("e\u{2011}mail", "E\u{2011}Mail"),
            "ads" => ("advertising elsewhere", "Werbung anderswo"),
            "post" => ("letters", "Briefe"),
            "shop" => ("our shop", "unser Laden"),
            "phone" => ("the telephone", "Telefon"),
            "sms" => ("text messages", "SMS"),
            "push" => ("notices on your device", "Meldungen auf Ihrem Gerät"),
            other => return other.replace('-', " "),
        };
        self.of(english, german).to_owned()
    }

    /// `EU and UK`, by their codes.
    pub(super) fn in_places(&self, places: &BTreeSet<String>) -> String {
        let all: Vec<&str> = places.iter().map(String::as_str).collect();
        format!("{} {}", self.of("People in", "Menschen in"), all.join(", "))
    }

    pub(super) fn basis(&self, it: &Basis) -> String {
        match it {
            Basis::Permission { .. } => self.of("Your permission", "Ihre Erlaubnis").to_owned(),
            Basis::Contract => self
                .of("It is needed for what you order", "Es ist nötig für Ihre Bestellung")
                .to_owned(),
            Basis::LegitimateInterest { assessment } => {
                let own = self.of(
                    "Our own interest, weighed against yours",
                    "Unser eigenes Interesse, abgewogen gegen Ihres",
                );
                match assessment {
                    Some(it) => format!("{own} ({it})"),
                    None => own.to_owned(),
                }
            }
            Basis::LegalDuty { law } => {
                let duty = self.of("The law demands it", "Das Gesetz verlangt es");
                law.as_ref().map_or_else(|| duty.to_owned(), |it| format!("{duty}: {it}"))
            }
        }
    }

    pub(super) fn limit(&self, it: &Limit) -> String {
        let times = match (self.is_german(), it.count) {
            (false, 1) => "Once".to_owned(),
            (false, 2) => "Twice".to_owned(),
            (false, n) => format!("{n} times"),
            (true, 1) => "Einmal".to_owned(),
            (true, n) => format!("{n}-mal"),
        };
        let window = match it.per {
            Window::Day => self.of("in 24 hours", "in 24 Stunden"),
            Window::Week => self.of("in 7 days", "in 7 Tagen"),
            Window::Month => self.of("in 30 days", "in 30 Tagen"),
        };
        format!("{times} {window}")
    }

    /// A duty. Its parts are names of the policy; the usual ones have words.
    pub(super) fn duty(&self, it: &Duty) -> String {
        let word = |name: &str| {
            let known = match name {
                "stop" => ("Stop", "Aufhören"),
                "offer-unsubscribe" => ("A way to unsubscribe", "Eine Möglichkeit zur Abmeldung"),
                "delete" => ("Delete", "Löschen"),
                "every-message" => ("every message", "jeder Nachricht"),
                "withdrawal" => ("you took your yes back", "Ihrem Zurücknehmen"),
                "objection" => ("you objected", "Ihrem Widerspruch"),
                other => return other.replace('-', " "),
            };
            self.of(known.0, known.1).to_owned()
        };
        let mut said = word(it.what.as_str());
        if let Some(when) = &it.when {
            said = format!("{said} in {}", word(when));
        }
        if let Some(within) = it.within {
            let within = self.period(within);
            said = match self.is_german() {
                false => format!("{said} within {within}"),
                true => format!("{said}, höchstens {within}"),
            };
        }
        match &it.of {
            Some(of) => format!("{said} {} {}", self.of("after", "nach"), word(of)),
            None => said,
        }
    }

    pub(super) fn signal(&self, it: Signal) -> &'static str {
        match it {
            Signal::Gpc => "Global Privacy Control",
            Signal::Dnt => "Do Not Track",
            Signal::Tcf => "IAB TCF",
            Signal::Gpp => "IAB GPP",
        }
    }

    pub(super) fn minors_say(&self, below: u32) -> String {
        match self.is_german() {
            false => format!(
                "From anybody below {below} we take no yes, unless somebody who looks after them says so."
            ),
            true => format!(
                "Von Menschen unter {below} nehmen wir kein Ja an, wenn nicht jemand zustimmt, der für sie sorgt."
            ),
        }
    }

    /// `Version 7.`
    pub(super) fn numbered(&self, version: u32) -> String {
        format!("{} {version}.", self.policy.print)
    }

    /// Where a version stands in time.
    pub(super) fn stands(&self, standing: Standing, (from, zone): (Millis, &TimeZone)) -> String {
        let day = |it| self.date(it, zone);
        match (self.is_german(), standing) {
            (false, Standing::InForce) => format!("In force since {}.", day(from)),
            (true, Standing::InForce) => format!("Gilt seit dem {}.", day(from)),
            (false, Standing::Coming) => format!("Takes effect on {}.", day(from)),
            (true, Standing::Coming) => format!("Gilt ab dem {}.", day(from)),
            (false, Standing::Past { until }) => {
                format!("In force from {} to {}. It holds no more.", day(from), day(until))
            }
            (true, Standing::Past { until }) => {
                format!("Galt vom {} bis zum {}. Sie gilt nicht mehr.", day(from), day(until))
            }
            (_, Standing::NeverRuled) => self.policy.never_ruled.to_owned(),
        }
    }

    pub(super) fn versions(&self, n: usize, since: Millis, zone: &TimeZone) -> String {
        let since = self.date(since, zone);
        match (self.is_german(), n) {
            (false, 1) => format!("One version since {since}. Nothing has changed."),
            (false, n) => format!("{n} versions since {since}. Each stays readable as it was."),
            (true, 1) => format!("Eine Fassung seit dem {since}. Nichts hat sich geändert."),
            (true, n) => {
                format!("{n} Fassungen seit dem {since}. Jede bleibt lesbar, wie sie war.")
            }
        }
    }

    pub(super) fn change_kind(&self, it: ChangeKind) -> &'static str {
        match it {
            ChangeKind::Wording => self.policy.only_words,
            ChangeKind::Meaning => self.policy.another_deal,
        }
    }
}
