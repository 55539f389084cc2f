//! What Handshake itself says on the policy page, in the languages it speaks.

use handshake_core::impact::Kept;
use handshake_core::policy::{Basis, ChangeKind, Duty, Limit, RecipientKind, Window};
use handshake_core::projection::Day;
use handshake_core::vocabulary::{Millis, Signal};
use jiff::tz::TimeZone;

use super::words::Words;
use crate::ingest::Standing;

/// The words of `/policy`.
#[derive(Debug)]
pub(in crate::http) struct Policy {
    pub asked: &'static str,
    pub only_if_yes: &'static str,
    pub unasked: &'static str,
    pub nothing_else: &'static str,
    pub print: &'static str,
    pub what: &'static str,
    pub who: &'static str,
    pub whither: &'static str,
    pub how_long: &'static str,
    pub not_said: &'static str,
    pub ground: &'static str,
    pub you_get: &'static str,
    pub how_often: &'static str,
    pub we_must: &'static str,
    pub stops: &'static str,
    pub object_in_your_deal: &'static str,
    pub in_your_deal: &'static str,
    pub write_to_object: &'static str,
    pub your_no: &'static str,
    pub your_objection: &'static str,
    pub sold: &'static str,
    pub never: &'static str,
    pub law: &'static str,
    pub signals: &'static str,
    pub as_objection: &'static str,
    pub as_answer: &'static str,
    pub binds_person: &'static str,
    pub minors: &'static str,
    pub rights: &'static str,
    pub see: &'static str,
    pub see_rest: &'static str,
    pub copy: &'static str,
    pub copy_rest: &'static str,
    pub erase: &'static str,
    pub erase_rest: &'static str,
    pub object: &'static str,
    pub object_rest: &'static str,
    pub complain: &'static str,
    pub complain_rest: &'static str,
    pub who_we_are: &'static str,
    pub answers_for_it: &'static str,
    pub write_to: &'static str,
    pub applies_in: &'static str,
    pub observed: &'static str,
    pub not_yet_used: &'static str,
    pub same_file: &'static str,
    pub all_versions: &'static str,
    pub for_programs: &'static str,
    pub never_ruled: &'static str,
    pub read_current: &'static str,
    pub current: &'static str,
    pub changes_of_it: &'static str,
    pub published: &'static str,
    pub first_version: &'static str,
    pub means_the_same: &'static str,
    pub read_whole: &'static str,
    pub widened: &'static str,
    pub worse: &'static str,
    pub reworded: &'static str,
    pub narrowed: &'static str,
    pub better: &'static str,
    pub only_words: &'static str,
    pub another_deal: &'static str,
    pub whole_policy: &'static str,
}

pub(super) const EN_POLICY: Policy = Policy {
    asked: "What we do only if you say yes",
    only_if_yes: "Your permission is the ground: we do none of this unless you say yes, and stop when you take it back.",
    unasked: "What we do without asking",
    nothing_else: "What is not on this page, we do not do.",
    print: "Version",
    what: "What",
    who: "Who gets it",
    whither: "Where it shows",
    how_long: "How long",
    not_said: "No end is set",
    ground: "Why we may",
    you_get: "You get",
    how_often: "How often at most",
    we_must: "Our duties",
    stops: "What stops it",
    object_in_your_deal: "Object in your deal",
    in_your_deal: "Say no, or take your yes back, in your deal",
    write_to_object: "To object, write to",
    your_no: "your no",
    your_objection: "your objection",
    sold: "it pays us for it: this is a sale",
    never: "What we never do",
    law: "Law:",
    signals: "What your browser can say for you",
    as_objection: "We take it as your objection to:",
    as_answer: "We take it as your yes or no to:",
    binds_person: "Once we know you, it holds on all your devices.",
    minors: "Children",
    rights: "What you can ask of us",
    see: "See and change.",
    see_rest: "What you agreed to, what we did with it, and a button to take it back:",
    copy: "A copy.",
    copy_rest: "Of everything we hold about you, and corrected where it is wrong.",
    erase: "Erasure.",
    erase_rest: "Of everything that no law makes us keep.",
    object: "Objection.",
    object_rest: "To whatever we do without asking you.",
    complain: "A complaint.",
    complain_rest: "To us, or to the data-protection authority where you live.",
    who_we_are: "Who we are",
    answers_for_it: "answers for your data.",
    write_to: "Write to",
    applies_in: "This policy is for",
    observed: "We promise this, and count how often we miss it.",
    not_yet_used: "Not yet used",
    same_file: "This page is made from the file that every use of your data is checked against.",
    all_versions: "All versions, and what changed",
    for_programs: "For programs",
    never_ruled: "It never took effect: a newer version took its place before.",
    read_current: "Read the version in force",
    current: "The policy in force",
    changes_of_it: "What changes",
    published: "Published",
    first_version: "The first version.",
    means_the_same: "It means the same as the version before.",
    read_whole: "Read it whole",
    widened: "Allowed now, and not before",
    worse: "Worse for you",
    reworded: "Said in other words",
    narrowed: "No longer allowed",
    better: "Better for you",
    only_words: "The words change, not what they mean.",
    another_deal: "The meaning changes.",
    whole_policy: "The whole policy",
};

pub(super) const DE_POLICY: Policy = Policy {
    asked: "Was wir nur tun, wenn Sie ja sagen",
    only_if_yes: "Ihre Erlaubnis ist der Grund: nichts davon tun wir ohne Ihr Ja, und wir hören auf, wenn Sie es zurücknehmen.",
    unasked: "Was wir tun, ohne zu fragen",
    nothing_else: "Was nicht auf dieser Seite steht, tun wir nicht.",
    print: "Fassung",
    what: "Was",
    who: "Wer es bekommt",
    whither: "Wo es sich zeigt",
    how_long: "Wie lange",
    not_said: "Kein Ende ist festgelegt",
    ground: "Warum wir dürfen",
    you_get: "Sie bekommen",
    how_often: "Wie oft höchstens",
    we_must: "Unsere Pflichten",
    stops: "Was es beendet",
    object_in_your_deal: "Widersprechen, in Ihrer Abmachung",
    in_your_deal: "Nein sagen oder Ihr Ja zurücknehmen, in Ihrer Abmachung",
    write_to_object: "Zum Widersprechen schreiben Sie an",
    your_no: "Ihr Nein",
    your_objection: "Ihr Widerspruch",
    sold: "bezahlt uns dafür: das ist ein Verkauf",
    never: "Was wir nie tun",
    law: "Gesetz:",
    signals: "Was Ihr Browser für Sie sagen kann",
    as_objection: "Wir nehmen es als Ihren Widerspruch gegen:",
    as_answer: "Wir nehmen es als Ihr Ja oder Nein zu:",
    binds_person: "Sobald wir Sie kennen, gilt es auf allen Ihren Geräten.",
    minors: "Kinder",
    rights: "Was Sie von uns verlangen können",
    see: "Sehen und ändern.",
    see_rest: "Was Sie erlaubt haben, was wir damit getan haben, und ein Knopf zum Zurücknehmen:",
    copy: "Eine Kopie.",
    copy_rest: "Von allem, was wir über Sie haben, und berichtigt, wo es falsch ist.",
    erase: "Löschung.",
    erase_rest: "Von allem, was wir nicht von Gesetzes wegen behalten müssen.",
    object: "Widerspruch.",
    object_rest: "Gegen alles, was wir tun, ohne Sie zu fragen.",
    complain: "Eine Beschwerde.",
    complain_rest: "Bei uns oder bei der Datenschutzbehörde an Ihrem Wohnort.",
    who_we_are: "Wer wir sind",
    answers_for_it: "steht für Ihre Daten ein.",
    write_to: "Schreiben Sie an",
    applies_in: "Diese Regeln gelten für",
    observed: "Wir versprechen das und zählen, wie oft wir es nicht halten.",
    not_yet_used: "Noch nicht genutzt",
    same_file: "Diese Seite entsteht aus der Datei, an der jede Nutzung Ihrer Daten geprüft wird.",
    all_versions: "Alle Fassungen, und was sich geändert hat",
    for_programs: "Für Programme",
    never_ruled: "Sie galt nie: eine neuere kam ihr zuvor.",
    read_current: "Die geltende Fassung lesen",
    current: "Die geltenden Regeln",
    changes_of_it: "Was sich ändert",
    published: "Veröffentlicht",
    first_version: "Die erste Fassung.",
    means_the_same: "Sie bedeutet dasselbe wie die Fassung davor.",
    read_whole: "Ganz lesen",
    widened: "Jetzt erlaubt, vorher nicht",
    worse: "Schlechter für Sie",
    reworded: "Anders gesagt",
    narrowed: "Nicht mehr erlaubt",
    better: "Besser für Sie",
    only_words: "Die Worte ändern sich, nicht ihre Bedeutung.",
    another_deal: "Die Bedeutung ändert sich.",
    whole_policy: "Die Regeln im Ganzen",
};

/// Whether other companies get anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Nothing,
    /// Only of those who said yes.
    IfYes,
    Unasked,
}

impl Words {
    fn of<'a>(&self, english: &'a str, german: &'a str) -> &'a str {
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
    pub(super) fn recipient(&self, it: &handshake_core::policy::Recipient) -> String {
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

    /// `8,113`, `8.113`.
    pub(super) fn number(&self, it: u64) -> String {
        let digits = it.to_string();
        let mut grouped = String::new();
        for (n, digit) in digits.chars().enumerate() {
            if n != 0 && (digits.len() - n).is_multiple_of(3) {
                grouped.push(if self.is_german() { '.' } else { ',' });
            }
            grouped.push(digit);
        }
        grouped
    }

    fn days(&self, from: Day, to: Day) -> String {
        let same = from.date().year() == to.date().year();
        let year = format!(" {}", from.date().year());
        let (mut from, to) = (self.day(from), self.day(to));
        if same && let Some(short) = from.strip_suffix(&year) {
            from = short.to_owned();
        }
        match self.is_german() {
            false => format!("{from} to {to}"),
            true => format!("{from} bis {to}"),
        }
    }

    /// How a promise was kept in this quarter and the last, one line each; one for both where
    /// nothing came.
    pub(super) fn kept(&self, [now, before]: &[Kept; 2]) -> Vec<String> {
        let came = |it: &Kept| it.uses.done != 0 || it.uses.open != 0;
        if came(now) || came(before) {
            return vec![self.kept_in(now), self.kept_in(before)];
        }
        let days = self.days(before.quarter.first_day(), now.until);
        vec![format!("{}, {days}.", self.policy.not_yet_used)]
    }

    /// How often a promise was missed, always with of how many.
    fn kept_in(&self, it: &Kept) -> String {
        let (done, open) = (it.uses.done, it.uses.open);
        let days = self.days(it.quarter.first_day(), it.until);
        let (missed, of) = (self.number(it.missed), self.number(done));
        let mut said = match (self.is_german(), done, it.missed) {
            (_, 0, _) if open == 0 => return format!("{}, {days}.", self.policy.not_yet_used),
            (false, 0, _) => format!("Nothing reported done yet, {days}."),
            (true, 0, _) => format!("Noch nichts als getan gemeldet, {days}."),
            (false, 1, 0) => format!("Kept the one time it mattered, {days}."),
            (true, 1, 0) => format!("Das eine Mal gehalten, {days}."),
            (false, _, 0) => format!("Kept all {of} times, {days}."),
            (true, _, 0) => format!("Alle {of} Male gehalten, {days}."),
            (false, _, _) => {
                let most = if it.at_most { "at most " } else { "" };
                format!("Missed {most}{missed} of {of} times, {days}.")
            }
            (true, _, _) => {
                let most = if it.at_most { "höchstens " } else { "" };
                format!("{most}{missed} von {of} Malen nicht gehalten, {days}.")
            }
        };
        let (open_said, assumed) = (self.number(open), self.number(it.uses.assumed));
        if open != 0 {
            said.push_str(&match self.is_german() {
                false => format!(" Of {open_said} more we have no report."),
                true => format!(" Über {open_said} weitere wissen wir noch nichts."),
            });
        }
        if it.uses.assumed != 0 {
            said.push_str(&match self.is_german() {
                false => {
                    format!(" For {assumed} of them nobody reported what was done; it was assumed.")
                }
                true => format!(
                    " Bei {assumed} davon hat niemand gemeldet, was getan wurde; es ist angenommen."
                ),
            });
        }
        said
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
