//! What `/my-deal` says, in the languages we speak: its words, and its sentences with numbers.

use handshake_core::projection::Day;
use handshake_core::vocabulary::{Millis, ReasonCode};
use jiff::tz::TimeZone;

use super::words::Words;
use crate::ingest::{Broken, LateDuty};

/// The words of `/my-deal`.
#[derive(Debug)]
pub(in crate::http) struct Deal {
    pub said_yes: &'static str,
    pub said_less: &'static str,
    pub said_no: &'static str,
    pub put_off: &'static str,
    pub took_back: &'static str,
    pub ran_out: &'static str,
    pub not_asked: &'static str,
    pub since: &'static str,
    pub until: &'static str,
    pub take_this_back: &'static str,
    pub change_to_yes: &'static str,
    pub now_wanted: &'static str,
    pub until_you_answer: &'static str,
    pub without_asking: &'static str,
    pub object: &'static str,
    pub objected: &'static str,
    pub lift: &'static str,
    pub gpc: &'static str,
    pub dnt: &'static str,
    pub no_signal: &'static str,
    pub know_nothing: &'static str,
    pub refused_here: &'static str,
    pub done: &'static str,
    pub not_used: &'static str,
    pub kept_every_time: &'static str,
    pub never_used_yet: &'static str,
    pub ledger: &'static str,
    pub fictional: &'static str,
    pub now: &'static str,
    pub weeks_ago: &'static str,
    pub new: &'static str,
    pub answered_nothing: &'static str,
    pub not_answered: &'static str,
    pub only_if_yes: &'static str,
    pub you_may_object: &'static str,
    pub kept: &'static str,
    pub signals: &'static str,
    pub questions: &'static str,
}

pub(super) const EN_DEAL: Deal = Deal {
    said_yes: "You said yes",
    said_less: "You said yes to less than we now want",
    said_no: "You said no",
    put_off: "You put it off",
    took_back: "You took it back",
    ran_out: "Your yes ran out",
    not_asked: "Not answered",
    since: "Since",
    until: "Until",
    take_this_back: "Take this back",
    change_to_yes: "Change to yes",
    now_wanted: "We would now like to do this:",
    until_you_answer: "Until you answer, we keep to what you agreed to.",
    without_asking: "What we do without asking",
    object: "Object",
    objected: "You objected, and we stopped.",
    lift: "Allow it again",
    gpc: "Your browser sends Global Privacy Control. We take it as your no to:",
    dnt: "Your browser sends Do Not Track. We take it as your no to:",
    no_signal: "Your browser sends no opt-out signal.",
    know_nothing: "We know nothing about you: you have agreed to nothing, ordered nothing and not signed in here.",
    refused_here: "You said no on this device. That is kept here, without any number that could name you.",
    done: "Done. This is how it stands now.",
    not_used: "We have not used it yet.",
    kept_every_time: "We kept to this deal every time.",
    never_used_yet: "We have not used anything of it yet.",
    ledger: "Kept in a ledger that nobody can quietly change.",
    fictional: "A fictional shop, made up to show how this works.",
    now: "now",
    weeks_ago: "8 weeks ago",
    new: "New:",
    answered_nothing: "You have answered nothing yet.",
    not_answered: "What you have not been asked, or not answered",
    only_if_yes: "We do none of this unless you say yes.",
    you_may_object: "You may object.",
    kept: "Kept",
    signals: "What your browser says",
    questions: "Questions and complaints:",
};

pub(super) const DE_DEAL: Deal = Deal {
    said_yes: "Sie haben ja gesagt",
    said_less: "Sie haben zu weniger ja gesagt, als wir jetzt möchten",
    said_no: "Sie haben nein gesagt",
    put_off: "Sie haben es verschoben",
    took_back: "Sie haben es zurückgenommen",
    ran_out: "Ihr Ja ist abgelaufen",
    not_asked: "Nicht beantwortet",
    since: "Seit",
    until: "Bis",
    take_this_back: "Zurücknehmen",
    change_to_yes: "In ein Ja ändern",
    now_wanted: "Jetzt möchten wir das tun:",
    until_you_answer: "Bis Sie antworten, bleiben wir bei dem, was Sie erlaubt haben.",
    without_asking: "Was wir tun, ohne zu fragen",
    object: "Widersprechen",
    objected: "Sie haben widersprochen, und wir haben aufgehört.",
    lift: "Wieder erlauben",
    gpc: "Ihr Browser sendet Global Privacy Control. Wir nehmen das als Ihr Nein zu:",
    dnt: "Ihr Browser sendet Do Not Track. Wir nehmen das als Ihr Nein zu:",
    no_signal: "Ihr Browser sendet kein Widerspruchssignal.",
    know_nothing: "Wir wissen nichts über Sie: Sie haben hier nichts erlaubt, nichts bestellt und sich nicht angemeldet.",
    refused_here: "Auf diesem Gerät haben Sie nein gesagt. Das bleibt hier, ohne eine Nummer, die Sie erkennbar macht.",
    done: "Erledigt. So steht es jetzt.",
    not_used: "Wir haben es noch nicht genutzt.",
    kept_every_time: "Wir haben uns jedes Mal daran gehalten.",
    never_used_yet: "Wir haben davon noch nichts genutzt.",
    ledger: "Aufbewahrt in einem Buch, das niemand heimlich ändern kann.",
    fictional: "Ein erfundener Laden, der zeigt, wie das hier geht.",
    now: "jetzt",
    weeks_ago: "vor 8 Wochen",
    new: "Neu:",
    answered_nothing: "Sie haben noch nichts beantwortet.",
    not_answered: "Was Sie nicht gefragt wurden oder nicht beantwortet haben",
    only_if_yes: "Nichts davon tun wir, solange Sie nicht ja sagen.",
    you_may_object: "Sie können widersprechen.",
    kept: "Aufbewahrt",
    signals: "Was Ihr Browser sagt",
    questions: "Fragen und Beschwerden:",
};

const DAY_MS: i64 = 86_400_000;

impl Words {
    pub(in crate::http) fn title(&self, shop: &str) -> String {
        match self.is_german() {
            false => format!("Your deal with {shop}"),
            true => format!("Ihre Abmachung mit {shop}"),
        }
    }

    /// What was answered, in one sentence.
    pub(in crate::http) fn answered(&self, yes: usize, no: usize) -> String {
        let english = |n: usize| match n {
            0 => "nothing".to_owned(),
            1 => "one thing".to_owned(),
            2 => "two things".to_owned(),
            3 => "three things".to_owned(),
            n => format!("{n} things"),
        };
        match (self.is_german(), yes, no) {
            (_, 0, 0) => self.deal.answered_nothing.to_owned(),
            (false, yes, 0) => format!("You have said yes to {}.", english(yes)),
            (false, yes, no) => {
                format!("You have said yes to {} and no to {}.", english(yes), english(no))
            }
            (true, yes, 0) => format!("Sie haben {yes}-mal ja gesagt."),
            (true, yes, no) => format!("Sie haben {yes}-mal ja und {no}-mal nein gesagt."),
        }
    }

    /// How often the deal was not kept.
    pub(in crate::http) fn all_but(&self, broken: u32) -> String {
        match (self.is_german(), broken) {
            (false, 1) => "every time but once".to_owned(),
            (false, n) => format!("every time but {n}"),
            (true, 1) => "jedes Mal bis auf einmal".to_owned(),
            (true, n) => format!("jedes Mal bis auf {n}-mal"),
        }
    }

    pub(in crate::http) fn we_kept(&self) -> &'static str {
        if self.is_german() { "Wir haben uns daran gehalten:" } else { "We kept to this deal" }
    }

    /// What went wrong, and when last.
    pub(in crate::http) fn broke(&self, it: &Broken) -> String {
        let day = self.day(it.day);
        let why = self.although(it.reason);
        match (self.is_german(), it.count) {
            (false, 1) => format!("On {day} we did this {why}:"),
            (false, n) => format!("{n} times, last on {day}, we did this {why}:"),
            (true, 1) => format!("Am {day} haben wir dies getan, {why}:"),
            (true, n) => format!("{n}-mal, zuletzt am {day}, haben wir dies getan, {why}:"),
        }
    }

    /// What is not done yet although its time is over.
    pub(in crate::http) fn late(&self, it: &LateDuty) -> String {
        let (day, what) = (self.day(it.due), &it.what);
        match self.is_german() {
            false => format!(
                "By {day} we should have done what you are owed (“{what}”), and nobody has confirmed it:"
            ),
            true => format!(
                "Bis {day} hätten wir tun müssen, was wir schulden („{what}“), und niemand hat es bestätigt:"
            ),
        }
    }

    fn although(&self, reason: Option<ReasonCode>) -> &'static str {
        let (english, german) = match reason {
            Some(ReasonCode::Refused) => {
                ("after you had said no", "nachdem Sie nein gesagt hatten")
            }
            Some(ReasonCode::Withdrawn) => {
                ("after you had taken it back", "nachdem Sie es zurückgenommen hatten")
            }
            Some(ReasonCode::NoPermission) => ("without your yes", "ohne Ihr Ja"),
            Some(ReasonCode::Expired) => {
                ("after your yes had run out", "nachdem Ihr Ja abgelaufen war")
            }
            Some(ReasonCode::Objection) => {
                ("after you had objected", "nachdem Sie widersprochen hatten")
            }
            Some(ReasonCode::SignalIgnored) => {
                ("although your browser said no", "obwohl Ihr Browser nein sagte")
            }
            Some(ReasonCode::TooOften) => {
                ("more often than we promised", "öfter als wir versprochen hatten")
            }
            Some(ReasonCode::TooOld | ReasonCode::KeptTooLong) => (
                "with data older than we promised to keep",
                "mit älteren Daten, als wir behalten wollten",
            ),
            Some(ReasonCode::ExtraData | ReasonCode::WrongPurpose | ReasonCode::Outgrown) => {
                ("beyond what you agreed to", "über das hinaus, was Sie erlaubt haben")
            }
            _ => {
                ("although our policy does not allow it", "obwohl unsere Regeln es nicht erlauben")
            }
        };
        if self.is_german() { german } else { english }
    }

    /// How often something was used, and when last.
    pub(in crate::http) fn used(
        &self,
        count: u32,
        last: Millis,
        zone: &TimeZone,
    ) -> (String, String) {
        let last = self.date(last, zone);
        match (self.is_german(), count) {
            (false, 1) => ("Once".to_owned(), format!(" we used it, on {last}.")),
            (false, n) => (format!("{n} times"), format!(" we used it. The last time was {last}.")),
            (true, 1) => ("Einmal".to_owned(), format!(" haben wir es genutzt, am {last}.")),
            (true, n) => (format!("{n}-mal"), format!(" haben wir es genutzt, zuletzt am {last}.")),
        }
    }

    pub(in crate::http) fn quiet(&self, until: Millis, zone: &TimeZone) -> String {
        let until = self.date(until, zone);
        match self.is_german() {
            false => format!("We will not ask again before {until}."),
            true => format!("Vor dem {until} fragen wir nicht wieder."),
        }
    }

    pub(in crate::http) fn now_ends(&self, at: Millis, zone: &TimeZone) -> String {
        format!("; {} {}", self.deal.now, self.date(at, zone))
    }

    pub(super) fn day(&self, it: Day) -> String {
        self.date(Millis(i64::from(it.0) * DAY_MS), &TimeZone::UTC)
    }
}
