//! What Handshake itself says to customers, in the languages it speaks.
//!
//! What a merchant says stands in the policy and is shown as written; these are the words around
//! it. A language we do not speak gets English, marked as such.

use handshake_core::policy::{Anchor, Keep, RecipientKind};
use handshake_core::vocabulary::{Millis, Period, Unit};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::deal_words::{DE_DEAL, Deal, EN_DEAL};
use super::policy_words::{DE_POLICY, EN_POLICY, Policy};
use crate::ingest::Party;

/// The words of one language.
#[derive(Debug)]
pub(in crate::http) struct Words {
    pub lang: &'static str,
    /// The language's own name.
    pub name: &'static str,
    pub may_we: &'static str,
    pub all_right: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub later: &'static str,
    pub what: &'static str,
    pub who: &'static str,
    pub how_long: &'static str,
    pub you_get: &'static str,
    pub why: &'static str,
    pub because: &'static str,
    pub you_agreed_to_less: &'static str,
    pub word_for_word: &'static str,
    pub change_your_mind: &'static str,
    pub your_deal: &'static str,
    pub thank_you: &'static str,
    pub you_said_no: &'static str,
    pub you_said_later: &'static str,
    pub taken_back: &'static str,
    pub our_side: &'static str,
    pub take_it_back: &'static str,
    pub see_your_deal: &'static str,
    pub nobody_else: &'static str,
    pub works_for_us: &'static str,
    pub another_company: &'static str,
    pub until_taken_back: &'static str,
    pub deal: &'static Deal,
    pub policy: &'static Policy,
    months: [&'static str; 12],
}

const EN: Words = Words {
    lang: "en",
    name: "English",
    may_we: "May we",
    all_right: "Is that all right with you?",
    yes: "Yes, you may",
    no: "No, thank you",
    later: "Ask me later",
    what: "What",
    who: "Who",
    how_long: "How long",
    you_get: "You get",
    why: "Why are you asking?",
    because: "Because we do this only if you say yes.",
    you_agreed_to_less: "You agreed to this before. New is only:",
    word_for_word: "What you would agree to, word for word:",
    change_your_mind: "Change your mind whenever you like in",
    your_deal: "your deal",
    thank_you: "Thank you. You said yes.",
    you_said_no: "You said no. We keep to it.",
    you_said_later: "We will ask another day.",
    taken_back: "You took it back. It holds from now on.",
    our_side: "And our side of it",
    take_it_back: "Take it back",
    see_your_deal: "See your deal",
    nobody_else: "nobody else",
    works_for_us: "works for us",
    another_company: "another company",
    until_taken_back: "Until you take it back",
    deal: &EN_DEAL,
    policy: &EN_POLICY,
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};

const DE: Words = Words {
    lang: "de",
    name: "Deutsch",
    may_we: "Dürfen wir",
    all_right: "Ist das für Sie in Ordnung?",
    yes: "Ja, gern",
    no: "Nein, danke",
    later: "Später fragen",
    what: "Was",
    who: "Wer",
    how_long: "Wie lange",
    you_get: "Sie bekommen",
    why: "Warum fragen Sie?",
    because: "Weil wir das nur tun, wenn Sie ja sagen.",
    you_agreed_to_less: "Sie haben dem schon zugestimmt. Neu ist nur:",
    word_for_word: "Wozu Sie ja sagen würden, Wort für Wort:",
    change_your_mind: "Ändern können Sie das jederzeit unter",
    your_deal: "Ihre Abmachung",
    thank_you: "Danke. Sie haben ja gesagt.",
    you_said_no: "Sie haben nein gesagt. Wir halten uns daran.",
    you_said_later: "Wir fragen ein andermal.",
    taken_back: "Sie haben es zurückgenommen. Das gilt ab sofort.",
    our_side: "Und unser Teil",
    take_it_back: "Zurücknehmen",
    see_your_deal: "Ihre Abmachung ansehen",
    nobody_else: "sonst niemand",
    works_for_us: "arbeitet für uns",
    another_company: "eine andere Firma",
    until_taken_back: "Bis Sie es zurücknehmen",
    deal: &DE_DEAL,
    policy: &DE_POLICY,
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
};

/// Every language we speak.
pub(in crate::http) const ALL: [&Words; 2] = [&EN, &DE];

/// The words for a language tag such as `de` or `de-AT`; English for one we do not speak.
pub(in crate::http) fn words(language: &str) -> &'static Words {
    let primary = language.split('-').next().unwrap_or_default();
    ALL.into_iter().find(|it| it.lang.eq_ignore_ascii_case(primary)).unwrap_or(&EN)
}

/// Whether the language is one of ours.
pub(in crate::http) fn speaks(primary: &str) -> bool {
    ALL.into_iter().any(|it| it.lang == primary)
}

impl Words {
    pub(super) fn is_german(&self) -> bool {
        self.lang == DE.lang
    }

    /// Who gets it: `Ridgeline Bikes, nobody else`.
    pub(in crate::http) fn parties(&self, who: &[Party]) -> String {
        let one = |it: &Party| {
            let place = it.country.as_ref().map_or(String::new(), |it| format!(", {it}"));
            match it.kind {
                RecipientKind::Ourselves => it.label.clone(),
                RecipientKind::Processor => format!("{} ({}{place})", it.label, self.works_for_us),
                RecipientKind::ThirdParty => {
                    format!("{} ({}{place})", it.label, self.another_company)
                }
            }
        };
        let mut named: Vec<String> = who.iter().map(one).collect();
        if who.iter().all(|it| it.kind == RecipientKind::Ourselves) {
            named.push(self.nobody_else.to_owned());
        }
        named.join(", ")
    }

    /// How long it is kept: `13 months after your last visit`.
    pub(in crate::http) fn keep(&self, keep: &Keep) -> String {
        let from = match (keep.after, self.is_german()) {
            (Anchor::Collection, false) => "after it was collected",
            (Anchor::Order, false) => "after the order",
            (Anchor::LastVisit, false) => "after your last visit",
            (Anchor::LastOrder, false) => "after your last order",
            (Anchor::LastDecision, false) => "after it was last used",
            (Anchor::Collection, true) => "nach dem Erheben",
            (Anchor::Order, true) => "nach der Bestellung",
            (Anchor::LastVisit, true) => "nach Ihrem letzten Besuch",
            (Anchor::LastOrder, true) => "nach Ihrer letzten Bestellung",
            (Anchor::LastDecision, true) => "nach der letzten Nutzung",
        };
        format!("{} {from}", self.period(keep.period))
    }

    /// `Until 13 months after your last visit`.
    pub(in crate::http) fn until(&self, keep: Option<&Keep>) -> String {
        let Some(keep) = keep else { return self.until_taken_back.to_owned() };
        format!("{} {}", self.deal.until, self.keep(keep))
    }

    pub(in crate::http) fn period(&self, it: Period) -> String {
        if !self.is_german() {
            return it.to_string();
        }
        let unit = match (it.unit, it.count) {
            (Unit::Hours, 1) => "Stunde",
            (Unit::Hours, _) => "Stunden",
            (Unit::Days, 1) => "Tag",
            (Unit::Days, _) => "Tage",
            (Unit::Weeks, 1) => "Woche",
            (Unit::Weeks, _) => "Wochen",
            (Unit::Months, 1) => "Monat",
            (Unit::Months, _) => "Monate",
            (Unit::Years, 1) => "Jahr",
            (Unit::Years, _) => "Jahre",
        };
        format!("{} {unit}", it.count)
    }

    /// `14 November 2026`, in the policy's time zone.
    pub(in crate::http) fn date(&self, at: Millis, zone: &TimeZone) -> String {
        let Ok(instant) = Timestamp::from_millisecond(at.0) else { return at.to_string() };
        let date = instant.to_zoned_datetime(zone.clone()).date();
        let month = usize::try_from(date.month() - 1).ok().and_then(|it| self.months.get(it));
        let dot = if self.is_german() { "." } else { "" };
        format!("{}{dot} {} {}", date.day(), month.unwrap_or(&""), date.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_says_how_long_and_when() {
        let keep = Keep {
            period: Period { count: 13, unit: Unit::Months },
            after: Anchor::LastVisit,
            law: None,
            line: handshake_core::policy::Line::default(),
        };
        let said = |language: &str| {
            let words = words(language);
            let date = words.date(Millis(1_795_000_000_000), &TimeZone::UTC);
            format!("{}; {date}", words.until(Some(&keep)))
        };
        assert_eq!(said("en-GB"), "Until 13 months after your last visit; 18 November 2026");
        assert_eq!(said("de"), "Bis 13 Monate nach Ihrem letzten Besuch; 18. November 2026");
        assert_eq!(words("fr").lang, "en");
    }

    #[test]
    fn only_the_shop_itself_is_nobody_else() {
        let party = |label: &str, kind, country: Option<&str>| Party {
            label: label.to_owned(),
            kind,
            country: country.map(str::to_owned),
        };
        let us = party("Ridgeline Bikes", RecipientKind::Ourselves, None);
        let mailer = party("Posthorn", RecipientKind::Processor, Some("NL"));
        let en = words("en");
        assert_eq!(en.parties(std::slice::from_ref(&us)), "Ridgeline Bikes, nobody else");
        assert_eq!(en.parties(&[us, mailer]), "Ridgeline Bikes, Posthorn (works for us, NL)");
    }
}
