//! The policy document as values: every line of the file, and where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use rust_decimal::Decimal;

use super::feature::Feature;
use super::place::is_within;
use super::waiver::Waiver;
use crate::vocabulary::{Currency, Millis, Mode, Name, Period, Signal};

/// A line of the policy file, counted from 1. Lines are for people; they are no part of a
/// policy's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Line(pub u32);

/// Words by language tag (`en`, `de`…).
pub type Texts = BTreeMap<String, String>;

/// One version of a merchant's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub name: Name,
    pub version: u32,
    pub replaces: Option<u32>,
    pub effective: Millis,
    pub controller: Controller,
    /// Jurisdictions, as `EU`, `UK`, `US-CA`.
    pub applies_in: BTreeSet<String>,
    /// The first is the default.
    pub languages: Vec<String>,
    pub currency: Currency,
    /// IANA name.
    pub time_zone: String,
    pub minors: Option<Minors>,
    /// Mode of `anything-else not-allowed`, and of rules that name none.
    pub mode: Mode,
    pub mode_line: Line,
    pub change: Option<Change>,
    pub ask_budget: Option<AskBudget>,
    /// Every node of the data tree by its whole name (`behaviour`, `behaviour.viewed`), parents
    /// included; a leaf is a node that is no other's parent.
    pub data: BTreeMap<Name, Category>,
    pub tags: BTreeMap<Name, Tag>,
    pub recipients: BTreeMap<Name, Recipient>,
    pub channels: BTreeMap<Name, Channel>,
    pub purposes: BTreeMap<Name, Purpose>,
    /// In the order of the file.
    pub nevers: Vec<Never>,
    pub signals: BTreeMap<Signal, SignalTerm>,
    pub ledger_costs: BTreeMap<Name, LedgerCost>,
    pub worth: BTreeMap<Name, Worth>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    pub name: String,
    pub contact: String,
    pub line: Line,
}

/// `minors below=16 need=guardian`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minors {
    pub below: u32,
    pub line: Line,
}

/// `change "…" kind=meaning`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub text: String,
    pub kind: ChangeKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Wording,
    Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskBudget {
    pub per_visit: u32,
    pub per_quarter: u32,
    pub line: Line,
}

/// A node of the data tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub label: Option<String>,
    /// Set on the node or any of its parents.
    pub sensitive: bool,
    /// What derived data is worked out from.
    pub from: BTreeSet<Name>,
    pub line: Line,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub from: BTreeSet<Name>,
    pub line: Line,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub label: String,
    pub kind: RecipientKind,
    pub country: Option<String>,
    pub sale: bool,
    pub tcf_vendor: Option<u32>,
    pub line: Line,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecipientKind {
    Ourselves,
    Processor,
    ThirdParty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channel {
    pub line: Line,
}

/// What for, and within which bounds. A purpose allows a use that lies in its box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// The sentence the customer reads; may contain `{interest}`.
    pub says: Texts,
    /// The ground where no line names the place.
    pub basis: Basis,
    /// Other grounds in some places.
    pub bases_in: Vec<BasisIn>,
    /// Nowhere else; nothing is everywhere.
    pub only_in: BTreeSet<String>,
    pub uses: BTreeSet<Name>,
    pub with: BTreeSet<Name>,
    pub on: BTreeSet<Name>,
    pub keep: Option<Keep>,
    pub ask_again: Option<Period>,
    pub in_return: Option<InReturn>,
    /// Features of Handshake that this purpose covers.
    pub serves: BTreeSet<Feature>,
    pub stops_for_objection: bool,
    pub stops_for: BTreeSet<Signal>,
    pub tcf_purposes: BTreeSet<u32>,
    pub limits: Vec<Limit>,
    pub duties: Vec<Duty>,
    pub holdouts: Vec<Holdout>,
    pub unit_cost: Option<Cost>,
    /// Its own mode, if a line says so; else the policy's.
    pub mode: Option<Mode>,
    pub waiver: Option<Waiver>,
    pub law: Option<String>,
    pub line: Line,
    /// Lines of the parts of the box, for reasons that cite them.
    pub basis_line: Line,
    pub uses_line: Line,
    pub with_line: Line,
    pub on_line: Line,
    pub stops_for_line: Line,
    pub only_in_line: Line,
}

/// `basis legitimate-interest assessment="…" in=US`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisIn {
    pub places: BTreeSet<String>,
    pub basis: Basis,
    pub line: Line,
}

/// The ground on which a purpose stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    Permission {
        explicit: bool,
    },
    Contract,
    /// With the document that weighs it.
    LegitimateInterest {
        assessment: Option<String>,
    },
    LegalDuty {
        law: Option<String>,
    },
}

/// `keep 13 months after last-visit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    pub period: Period,
    pub after: Anchor,
    pub law: Option<String>,
    pub line: Line,
}

/// What a retention period counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    Collection,
    Order,
    LastVisit,
    LastOrder,
    LastDecision,
}

/// `in-return demo-days "First pick of test-ride days"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InReturn {
    pub name: Name,
    pub label: String,
    pub line: Line,
}

/// `at-most 2 per=month mode=observe`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    pub count: u32,
    pub per: Window,
    pub mode: Option<Mode>,
    pub line: Line,
}

/// A rolling window: 24 hours, 7 days, 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    Day,
    Week,
    Month,
}

/// `must stop within=48 hours of=withdrawal`: the line as written, for people and for duties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What must be done, as a name: `offer-unsubscribe`, `stop`.
    pub what: Name,
    /// `in=…`, if said.
    pub when: Option<String>,
    /// `within=48 hours`, if said.
    pub within: Option<Period>,
    /// `of=…`, if said.
    pub of: Option<String>,
    pub line: Line,
}

/// `holdout 5 percent of=show-recommendations rotates=quarterly`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdout {
    pub percent: Decimal,
    pub of: Name,
    pub rotates: String,
    pub line: Line,
}

/// `unit-cost 0.0009 EUR per message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    pub amount: Amount,
    pub per: String,
    pub line: Line,
}

/// A decimal with its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    pub value: Decimal,
    pub currency: Currency,
}

/// A promise that beats everything else. An empty set is "any".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Never {
    pub says: String,
    pub data: BTreeSet<Name>,
    pub purposes: BTreeSet<Name>,
    pub except: BTreeSet<Name>,
    pub recipients: BTreeSet<Name>,
    pub recipient_kinds: BTreeSet<RecipientKind>,
    /// Of those recipients, the ones in these countries.
    pub recipient_countries: BTreeSet<String>,
    pub channels: BTreeSet<Name>,
    /// Only for people in these places.
    pub places: BTreeSet<String>,
    /// Only while this signal is in force.
    pub when_signal: Option<Signal>,
    /// Only while this tag is set.
    pub when_tag: Option<Name>,
    pub mode: Option<Mode>,
    pub waiver: Option<Waiver>,
    pub law: Option<String>,
    pub line: Line,
}

/// `gpc means=objection to=retarget binds=device,person law="…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalTerm {
    pub means: SignalMeaning,
    pub to: BTreeSet<Name>,
    pub binds_device: bool,
    pub binds_person: bool,
    /// Only for people in these places.
    pub places: BTreeSet<String>,
    pub mode: Option<Mode>,
    pub waiver: Option<Waiver>,
    pub law: Option<String>,
    pub line: Line,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalMeaning {
    Objection,
    PermissionOrRefusal,
}

/// A line of `ledger-costs`: `ask 0.004 EUR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCost {
    pub amount: Amount,
    pub per: Option<String>,
    pub line: Line,
}

/// What one use of a purpose is worth: contribution margin net of returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    pub amount: Amount,
    pub per: String,
    pub source: WorthSource,
    pub line: Line,
}

/// Where a worth comes from. A guess carries its owner and date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorthSource {
    Guess { by: String, on: String },
    Named(String),
}

impl Policy {
    /// The leaves at or below `name`; a leaf is its own only one.
    pub fn leaves_of<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a Name> {
        let own = self.data.get_key_value(name).map(|(own, _)| own);
        own.into_iter().chain(self.below(name)).filter(|it| self.is_leaf(it))
    }

    /// The leaves of the data tree, in order of name.
    pub fn leaves(&self) -> impl Iterator<Item = &Name> {
        self.data.keys().filter(|it| self.is_leaf(it))
    }

    /// Whether `name` is declared and no other datum's parent.
    pub fn is_leaf(&self, name: &Name) -> bool {
        self.data.contains_key(name) && self.below(name).next().is_none()
    }

    /// The nodes below `name`. They follow one another in the order of names.
    fn below(&self, name: &Name) -> impl Iterator<Item = &Name> {
        let above = format!("{name}.");
        let from = (Bound::Included(above.as_str()), Bound::Unbounded);
        let nodes = self.data.range::<str, _>(from).map(|(it, _)| it);
        nodes.take_while(move |it| it.as_str().starts_with(&above))
    }

    /// Where the policy applies, in the order of its bits.
    pub fn places(&self) -> Vec<String> {
        self.applies_in.iter().cloned().collect()
    }

    /// The mode of a rule that may name one.
    pub fn mode_of(&self, own: Option<Mode>) -> Mode {
        own.unwrap_or(self.mode)
    }
}

impl Purpose {
    /// Every ground it stands on somewhere, and the line that says so; the general one first.
    pub fn grounds(&self) -> impl Iterator<Item = (&Basis, Line)> {
        let elsewhere = self.bases_in.iter().map(|it| (&it.basis, it.line));
        std::iter::once((&self.basis, self.basis_line)).chain(elsewhere)
    }

    pub fn bases(&self) -> impl Iterator<Item = &Basis> {
        self.grounds().map(|it| it.0)
    }

    /// Whether it stands on permission anywhere.
    pub fn asks(&self) -> bool {
        self.bases().any(Basis::is_permission)
    }

    /// The ground in a place of the policy: that of the line which names it most closely. Nothing
    /// where the purpose is not followed there.
    pub fn basis_in(&self, place: &str) -> Option<(&Basis, Line)> {
        if !self.only_in.is_empty() && !self.only_in.iter().any(|it| is_within(place, it)) {
            return None;
        }
        let mut nearest: Option<(&str, &BasisIn)> = None;
        for it in &self.bases_in {
            for region in it.places.iter().filter(|region| is_within(place, region)) {
                if nearest.is_none_or(|(other, _)| is_within(region, other)) {
                    nearest = Some((region, it));
                }
            }
        }
        Some(nearest.map_or((&self.basis, self.basis_line), |(_, it)| (&it.basis, it.line)))
    }
}

impl Duty {
    /// The duty as a caller reads it, such as `stop within 48 hours of withdrawal`.
    pub fn text(&self) -> String {
        let mut text = self.what.to_string();
        if let Some(when) = &self.when {
            text = format!("{text} in {when}");
        }
        if let Some(within) = self.within {
            text = format!("{text} within {within}");
        }
        match &self.of {
            Some(of) => format!("{text} of {of}"),
            None => text,
        }
    }
}

impl Basis {
    pub fn as_str(&self) -> &'static str {
        match self {
            Basis::Permission { explicit: false } => "permission",
            Basis::Permission { explicit: true } => "permission explicit",
            Basis::Contract => "contract",
            Basis::LegitimateInterest { .. } => "legitimate-interest",
            Basis::LegalDuty { .. } => "legal-duty",
        }
    }

    pub fn is_permission(&self) -> bool {
        matches!(self, Basis::Permission { .. })
    }
}

impl Window {
    pub fn hours(self) -> u32 {
        match self {
            Window::Day => 24,
            Window::Week => 7 * 24,
            Window::Month => 30 * 24,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Window::Day => "day",
            Window::Week => "week",
            Window::Month => "month",
        }
    }

    pub fn parse(text: &str) -> Option<Window> {
        [Window::Day, Window::Week, Window::Month].into_iter().find(|it| it.as_str() == text)
    }
}

impl Anchor {
    pub const ALL: [Anchor; 5] = [
        Anchor::Collection,
        Anchor::Order,
        Anchor::LastVisit,
        Anchor::LastOrder,
        Anchor::LastDecision,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Anchor::Collection => "collection",
            Anchor::Order => "order",
            Anchor::LastVisit => "last-visit",
            Anchor::LastOrder => "last-order",
            Anchor::LastDecision => "last-decision",
        }
    }

    pub fn parse(text: &str) -> Option<Anchor> {
        Anchor::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl RecipientKind {
    pub const ALL: [RecipientKind; 3] =
        [RecipientKind::Ourselves, RecipientKind::Processor, RecipientKind::ThirdParty];

    pub fn as_str(self) -> &'static str {
        match self {
            RecipientKind::Ourselves => "ourselves",
            RecipientKind::Processor => "processor",
            RecipientKind::ThirdParty => "third-party",
        }
    }

    pub fn parse(text: &str) -> Option<RecipientKind> {
        RecipientKind::ALL.into_iter().find(|it| it.as_str() == text)
    }
}
