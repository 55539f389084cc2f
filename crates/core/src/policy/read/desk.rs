//! What every reader of a part has at hand: the source, what was declared, what was referred to,
//! and the pile of problems.

use std::collections::{BTreeMap, BTreeSet};

use kdl::{KdlEntry, KdlNode, KdlValue};
use rust_decimal::Decimal;

use super::known::{home, instead, unknown};
use crate::policy::feature::Feature;
use crate::policy::model::{Amount, Line};
use crate::policy::problem::{Problem, Severity, Sheet, Span, unseen};
use crate::vocabulary::{Currency, Money, Name, Period, Unit};

const TEXT_CHARS_MAX: usize = 1_000;
const PERIOD_MAX: u32 = 10_000;
/// Nobody mends more at once, and a hostile file could have millions.
const PROBLEMS_MAX: usize = 1_000;

/// A kind of thing that is declared in one place and named in others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Data,
    Tag,
    Recipient,
    Channel,
    Purpose,
}

/// A name used where something declared is expected.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) kind: Kind,
    pub(super) name: Name,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) sheet: &'a Sheet<'a>,
    pub(super) problems: Vec<Problem>,
    /// There were more problems than are kept.
    pub(super) more: bool,
    pub(super) declared: BTreeMap<(Kind, Name), Line>,
    pub(super) references: Vec<Reference>,
    /// Lines that say which purpose serves a feature.
    pub(super) served: BTreeMap<Feature, Line>,
    /// Every currency written beside an amount.
    pub(super) currencies: Vec<(Currency, Span)>,
    /// Every language that words are written in.
    pub(super) languages: Vec<(String, Span)>,
    /// Every place that a rule is for.
    pub(super) places: Vec<(String, Span)>,
    /// Every `{…}` of a text.
    pub(super) placeholders: Vec<(String, Span)>,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::Data => "data",
            Kind::Tag => "tag",
            Kind::Recipient => "recipient",
            Kind::Channel => "channel",
            Kind::Purpose => "purpose",
        }
    }

    /// One of its kind, for a line that lacks it.
    pub(super) fn one(self) -> &'static str {
        match self {
            Kind::Data => "a category of data",
            Kind::Tag => "a tag",
            Kind::Recipient => "a recipient",
            Kind::Channel => "a channel",
            Kind::Purpose => "a purpose",
        }
    }

    /// The slug of a name that is not declared.
    pub(super) fn unknown(self) -> &'static str {
        match self {
            Kind::Data => "unknown-data",
            Kind::Tag => "unknown-tag",
            Kind::Recipient => "unknown-recipient",
            Kind::Channel => "unknown-channel",
            Kind::Purpose => "unknown-purpose",
        }
    }
}

pub(super) fn span_of(entry: &KdlEntry) -> Span {
    Span { offset: entry.span().offset(), length: entry.span().len() }
}

pub(super) fn span_of_name(node: &KdlNode) -> Span {
    Span { offset: node.name().span().offset(), length: node.name().span().len() }
}

impl<'a> Desk<'a> {
    pub(super) fn new(sheet: &'a Sheet<'a>) -> Desk<'a> {
        Desk {
            sheet,
            problems: Vec::new(),
            more: false,
            declared: BTreeMap::new(),
            references: Vec::new(),
            served: BTreeMap::new(),
            currencies: Vec::new(),
            languages: Vec::new(),
            places: Vec::new(),
            placeholders: Vec::new(),
        }
    }

    pub(super) fn mistake(
        &mut self,
        span: Span,
        slug: &'static str,
        said: impl Into<String>,
        help: impl Into<String>,
    ) {
        match self.problems.len() < PROBLEMS_MAX {
            true => {
                self.problems.push(self.sheet.problem(Severity::Mistake, span, slug, said, help))
            }
            false => self.more = true,
        }
    }

    pub(super) fn line(&self, node: &KdlNode) -> Line {
        Line(self.sheet.place(span_of_name(node).offset).0)
    }

    /// A value as written, such as `0.0021`, without the property's name.
    fn written(&self, entry: &KdlEntry) -> String {
        match entry.format() {
            Some(format) => format.value_repr.clone(),
            None => self.sheet.text(span_of(entry)).to_owned(),
        }
    }

    /// Says that a node is none of those known in a place, and where it belongs if anywhere.
    pub(super) fn unknown_node(&mut self, node: &KdlNode, place: &str, known: &[&str]) {
        let wrong = node.name().value();
        let said = format!("`{}` has no meaning in {place}", shown(wrong));
        match home(wrong) {
            Some(home) => {
                let help = format!("move it into {home}, where it belongs");
                self.mistake(span_of_name(node), "wrong-place", said, help);
            }
            None => self.mistake(span_of_name(node), "unknown-line", said, instead(wrong, known)),
        }
    }

    /// Notes a node that may stand once, and says so when it stands again.
    pub(super) fn once(&mut self, seen: &mut BTreeMap<String, Line>, node: &KdlNode) -> bool {
        let line = self.line(node);
        let name = node.name().value();
        match seen.insert(name.to_owned(), line) {
            None => true,
            Some(Line(first)) => {
                let said = format!("`{}` stands here again", shown(name));
                let help = format!("say it once; it is in line {first} already");
                self.mistake(span_of_name(node), "duplicate-line", said, help);
                false
            }
        }
    }

    /// Notes that something was declared, and says so when it was before.
    pub(super) fn declare(&mut self, kind: Kind, name: &Name, line: Line, span: Span) -> bool {
        if name.as_str() == "any" {
            let help = "choose another name; `any` stands for all of them";
            self.mistake(span, "reserved-name", "`any` cannot be declared", help);
            return false;
        }
        match self.declared.get(&(kind, name.clone())) {
            Some(&Line(first)) => {
                let said = format!("{} `{name}` is declared again", kind.as_str());
                let help = format!("declare it once; it is in line {first} already");
                self.mistake(span, "declared-twice", said, help);
                false
            }
            None => {
                self.declared.insert((kind, name.clone()), line);
                true
            }
        }
    }

    /// Notes that a purpose serves a feature, and says so when another does already.
    pub(super) fn serve(&mut self, feature: Feature, span: Span) {
        let here = Line(self.sheet.place(span.offset).0);
        let first = *self.served.entry(feature).or_insert(here);
        if first != here {
            let said = format!("`{}` is served by another purpose already", feature.as_str());
            let help = format!("let one purpose serve it; line {} does", first.0);
            self.mistake(span, "served-twice", said, help);
        }
    }

    pub(super) fn refer(&mut self, kind: Kind, name: Name, span: Span) {
        self.references.push(Reference { kind, name, span });
    }

    pub(super) fn text(&mut self, entry: &KdlEntry) -> Option<String> {
        let span = span_of(entry);
        let KdlValue::String(text) = entry.value() else {
            let said = format!("`{}` is no text", shown(&self.written(entry)));
            self.mistake(span, "not-text", said, "put it in double quotes");
            return None;
        };
        if let Some((_, it)) = unseen(text) {
            let said = format!("this text contains `{}`", it.escape_unicode());
            let help = "leave out characters that are invisible or turn the reading direction";
            self.mistake(span, "hidden-character", said, help);
            return None;
        }
        let chars = text.chars().count();
        if TEXT_CHARS_MAX < chars {
            let said = format!("this text has {chars} characters");
            self.mistake(span, "text-too-long", said, format!("use at most {TEXT_CHARS_MAX}"));
            return None;
        }
        if text.trim().is_empty() {
            self.mistake(span, "empty-text", "this text is empty", "say something or leave it out");
            return None;
        }
        Some(text.clone())
    }

    pub(super) fn name(&mut self, entry: &KdlEntry) -> Option<Name> {
        let text = match entry.value() {
            KdlValue::String(text) => text.clone(),
            KdlValue::Integer(_) | KdlValue::Float(_) | KdlValue::Bool(_) | KdlValue::Null => {
                let said = format!("`{}` is no name", shown(&self.written(entry)));
                self.mistake(span_of(entry), "not-a-name", said, "put it in double quotes");
                return None;
            }
        };
        self.name_in(&text, span_of(entry))
    }

    pub(super) fn name_in(&mut self, text: &str, span: Span) -> Option<Name> {
        let name = Name::new(text).ok();
        if name.is_none() {
            let help = "use 1 to 64 of `a-z`, `0-9`, `.` and `-`, a letter or digit first";
            self.mistake(span, "bad-name", format!("`{}` is no name", shown(text)), help);
        }
        name
    }

    pub(super) fn number(&mut self, entry: &KdlEntry, least: u32, most: u32) -> Option<u32> {
        let number = match entry.value() {
            KdlValue::Integer(number) => u32::try_from(*number).ok(),
            KdlValue::Float(_) | KdlValue::String(_) | KdlValue::Bool(_) | KdlValue::Null => None,
        };
        let fits = number.filter(|it| (least..=most).contains(it));
        if fits.is_none() {
            let said = format!("`{}` is no number that fits here", shown(&self.written(entry)));
            let help = format!("use a whole number from {least} to {most}, without quotes");
            self.mistake(span_of(entry), "bad-number", said, help);
        }
        fits
    }

    /// A decimal, from the text as written and never through a float.
    pub(super) fn decimal(&mut self, entry: &KdlEntry) -> Option<Decimal> {
        let number = matches!(entry.value(), KdlValue::Integer(_) | KdlValue::Float(_));
        let written = self.written(entry);
        let decimal = Money::amount(&written).ok().filter(|_| number);
        if decimal.is_none() {
            let said = format!("`{}` is no amount", shown(&written));
            let help = "use a decimal such as `0.0021`, without quotes, thousands or exponent";
            self.mistake(span_of(entry), "bad-amount", said, help);
        }
        decimal
    }

    pub(super) fn currency(&mut self, entry: &KdlEntry) -> Option<Currency> {
        let text = self.text(entry)?;
        let currency = text.parse().ok();
        if currency.is_none() {
            let said = format!("`{}` is no currency", shown(&text));
            let help = "use three capital letters such as `EUR`";
            self.mistake(span_of(entry), "bad-currency", said, help);
        }
        currency
    }

    /// An amount that is not negative, with its currency.
    pub(super) fn amount(&mut self, value: &KdlEntry, currency: &KdlEntry) -> Option<Amount> {
        let decimal = self.decimal(value);
        let letters = self.currency(currency);
        self.currencies.extend(letters.map(|it| (it, span_of(currency))));
        let amount = Amount { value: decimal?, currency: letters? };
        if amount.value < Decimal::ZERO {
            let said = format!("`{}` is less than nothing", amount.value);
            self.mistake(span_of(value), "negative-amount", said, "use 0 or more");
            return None;
        }
        Some(amount)
    }

    pub(super) fn period(&mut self, count: &KdlEntry, unit: &KdlEntry) -> Option<Period> {
        let count = self.number(count, 1, PERIOD_MAX);
        let unit = self.one_of(unit, "unit of time", Unit::WORDS, Unit::parse);
        Some(Period { count: count?, unit: unit? })
    }

    /// A word of a closed list.
    pub(super) fn one_of<T>(
        &mut self,
        entry: &KdlEntry,
        what: &str,
        known: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(entry)?;
        let found = parse(&text);
        if found.is_none() {
            let said = format!("`{}` is no {what}", shown(&text));
            self.mistake(span_of(entry), unknown(what), said, instead(&text, known));
        }
        found
    }

    /// Places in one text, separated by commas or spaces.
    pub(super) fn places(&mut self, entry: &KdlEntry) -> BTreeSet<String> {
        let Some(text) = self.text(entry) else { return BTreeSet::new() };
        let span = span_of(entry);
        let mut found = BTreeSet::new();
        for part in text.split([',', ' ']).filter(|it| !it.is_empty()) {
            if self.is_jurisdiction(part, span) {
                self.places.push((part.to_owned(), span));
                found.insert(part.to_owned());
            }
        }
        found
    }

    /// Whether a text is a jurisdiction by its form, said if it is not.
    pub(super) fn is_jurisdiction(&mut self, text: &str, span: Span) -> bool {
        let (country, region) = text.split_once('-').unwrap_or((text, "X"));
        let capital = |it: u8| it.is_ascii_uppercase();
        let region_ok = region.bytes().all(|it| capital(it) || it.is_ascii_digit());
        let is_country = country.len() == 2 && country.bytes().all(capital);
        let form = is_country && (1..=3).contains(&region.len()) && region_ok;
        if !form && text != "EEA" {
            let said = format!("`{}` is no jurisdiction", shown(text));
            let help = "use capital letters such as `EU`, `UK` or `US-CA`";
            self.mistake(span, "bad-jurisdiction", said, help);
        }
        form || text == "EEA"
    }

    /// `yes` or `no`.
    pub(super) fn yes(&mut self, entry: &KdlEntry) -> Option<bool> {
        self.one_of(entry, "answer here", &["yes", "no"], |text| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }

    /// Exactly this word, written to make the line read aloud.
    pub(super) fn just(&mut self, entry: &KdlEntry, word: &'static str) -> Option<()> {
        self.one_of(entry, "word of this line", &[word], |text| (text == word).then_some(()))
    }

    /// Names in one text, separated by commas or spaces.
    pub(super) fn names(&mut self, entry: &KdlEntry, kind: Kind) -> Vec<Name> {
        let Some(text) = self.text(entry) else { return Vec::new() };
        let span = span_of(entry);
        let mut names = Vec::new();
        for part in text.split([',', ' ']).filter(|it| !it.is_empty()) {
            if let Some(name) = self.name_in(part, span) {
                self.refer(kind, name.clone(), span);
                names.push(name);
            }
        }
        names
    }
}

/// Input as it may be shown in a message: short, and with nothing hidden in it.
pub(super) fn shown(text: &str) -> String {
    let mut said = String::new();
    for it in text.chars().take(60) {
        match unseen(it.encode_utf8(&mut [0; 4])) {
            Some(_) => said.extend(it.escape_unicode()),
            None => said.push(it),
        }
    }
    said
}
