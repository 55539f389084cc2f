//! Recommending: what to show, chosen from what people let us use.
//!
//! Using a person's own history is a use like any other: decided, recorded, and carried out or not.
//! Where it may not be, what others let us use still chooses, by the item looked at or by what is
//! popular, and the answer says so.

use handshake_core::personalise::{self, Kind, Suggested};
use handshake_core::policy::{CompiledPurpose, Feature, RecipientKind};
use handshake_core::projection::Item;
use handshake_core::vocabulary::{Act, Advice, Carried, Code, Family, Signals, Slot, Verdict};

use super::decide::{Decided, Device, Wanted, WantedDatum};
use super::outcome::Outcome;
use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::turn::Turn;

/// Who wants to be shown something, and where.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    pub who: Who<'a>,
    /// What is looked at now. One that nobody shared anything about changes nothing.
    pub item: Option<&'a str>,
    pub limit: usize,
    pub signals: Signals,
}

/// What to show, and the decision it rests on.
#[derive(Debug, Clone)]
pub struct Recommended {
    pub basis: Basis,
    pub purpose: String,
    pub decided: Decided,
    /// Whether the decision is about somebody known, and has an id to report on.
    pub known: bool,
    pub items: Vec<Shown>,
}

/// What chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The person's own history.
    Person,
    /// The item looked at, whoever looks.
    Page,
    /// Neither: what many looked at lately.
    Popular,
}

impl Basis {
    pub const WORDS: &[&str] = &["person", "page", "popular"];

    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Person => "person",
            Basis::Page => "page",
            Basis::Popular => "popular",
        }
    }
}

/// Something to show, and why.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: String,
    pub item: Item,
    pub because: Because,
    /// How many people's sessions speak for it; only where they are enough not to tell on anybody.
    pub people: Option<u32>,
}

/// Why something is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    Viewed(Named),
    Bought(Named),
    ThisPage(Named),
    Popular,
}

impl Because {
    pub const WORDS: &[&str] = &["viewed", "bought", "this-page", "popular"];

    pub fn as_str(&self) -> &'static str {
        match self {
            Because::Viewed(_) => "viewed",
            Because::Bought(_) => "bought",
            Because::ThisPage(_) => "this-page",
            Because::Popular => "popular",
        }
    }

    /// The item that speaks for it, if one does.
    pub fn named(&self) -> Option<&Named> {
        match self {
            Because::Viewed(it) | Because::Bought(it) | Because::ThisPage(it) => Some(it),
            Because::Popular => None,
        }
    }
}

/// An item by number and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: String,
    pub name: String,
}

/// Fewer people than this are not told of.
pub const PEOPLE_MIN: u32 = 5;
/// At most this many at once.
const LIMIT_MAX: usize = 50;
const ITEM_MAX: usize = 256;
const CHANNEL: &str = "web";

impl Turn<'_> {
    /// Decides whether the person's own history may choose, records that and what was done, and
    /// chooses. The caller commits the turn and waits before answering.
    pub fn recommend(
        &mut self,
        caller: Caller<'_>,
        wish: &Wish<'_>,
    ) -> Result<Recommended, Refusal> {
        check(wish)?;
        let slot = self.find(wish.who)?;
        let (purpose, decided) = self.decide_own(caller, slot, wish)?;
        let may = decided.verdict == Verdict::Allowed && decided.advice == Advice::Proceed;
        let person = slot.filter(|_| may);
        let carried = if person.is_some() { Carried::Done } else { Carried::Withheld };
        let outcome = Outcome {
            decision: decided.position,
            carried: Some(carried),
            because: "",
            metric: None,
            value: None,
            assumed: false,
            only_of: slot,
        };
        self.report(caller, &Request::internal(None), &outcome)?;
        let items = self.choose(person, wish);
        let own = |it: &Shown| matches!(it.because, Because::Viewed(_) | Because::Bought(_));
        let page = |it: &Shown| matches!(it.because, Because::ThisPage(_));
        let basis = match (items.iter().any(own), items.iter().any(page)) {
            (true, _) => Basis::Person,
            (false, true) => Basis::Page,
            (false, false) => Basis::Popular,
        };
        Ok(Recommended { basis, purpose, decided, known: slot.is_some(), items })
    }

    /// Decides the use of the person's own history, of as much as is held.
    fn decide_own(
        &mut self,
        caller: Caller<'_>,
        slot: Option<Slot>,
        wish: &Wish<'_>,
    ) -> Result<(String, Decided), Refusal> {
        let at = self.at;
        let (state, recommender) = self.recommender();
        recommender.pass(state, at);
        let since = slot.map(|it| recommender.own_since(it).unwrap_or(at));
        let feature = Feature::Recommendations;
        let compiled = &self.policy()?.compiled;
        let purpose = compiled.serving(feature).ok_or(Refusal::NotServed(feature.as_str()))?;
        let ours = compiled.recipients.iter().find(|it| it.kind == RecipientKind::Ourselves);
        let ours = ours.map_or(String::new(), |it| it.name.to_string());
        let data: Vec<WantedDatum<'_>> = self
            .history_of(purpose)
            .map(|name| WantedDatum { name, collected_at: since })
            .collect();
        let name = purpose.name.to_string();
        let wanted = Wanted {
            who: wish.who,
            act: Act::Use,
            purpose: &name,
            data: &data,
            recipient: &ours,
            channel: CHANNEL,
            tags: &[],
            device: Device::of(wish.signals),
            jurisdiction: "",
            campaign: None,
            assignment: None,
        };
        let decided = self.decide(caller, &Request::internal(None), &wanted)?;
        Ok((name, decided))
    }

    /// The kinds of history a purpose uses; what was viewed, if it uses none.
    fn history_of(&self, purpose: &CompiledPurpose) -> impl Iterator<Item = &'static str> {
        let names = &self.state().names;
        let code = |it: &Kind| names.code(Family::Data, it.leaf()).unwrap_or(Code::NONE);
        let compiled = self.policy().ok().map(|it| &it.compiled);
        let leaves = |it: &Kind| compiled.and_then(|compiled| compiled.data(code(it)));
        let uses = |it: &Kind| {
            let leaves = leaves(it);
            leaves.is_some_and(|it| purpose.boxes.iter().any(|own| it.is_subset(&own.data)))
        };
        let mut used: Vec<Kind> = Kind::ALL.into_iter().filter(uses).collect();
        if used.is_empty() {
            used.push(Kind::Viewed);
        }
        used.into_iter().map(Kind::leaf)
    }

    fn choose(&mut self, person: Option<Slot>, wish: &Wish<'_>) -> Vec<Shown> {
        let (state, recommender) = self.recommender();
        let catalogue = &state.catalogue;
        let named = |id: String| {
            let name = catalogue.item(&id).map_or_else(|| id.clone(), |it| it.name.clone());
            Named { id, name }
        };
        let asked = personalise::Wish { person, item: wish.item, limit: wish.limit };
        let found = recommender.suggest(&asked, |it| catalogue.item(it).is_some());
        let shown = |it: Suggested| {
            Some(Shown {
                item: catalogue.item(&it.item)?.clone(),
                id: it.item,
                because: match it.because {
                    personalise::Because::ThisPage(id) => Because::ThisPage(named(id)),
                    personalise::Because::Viewed(id) => Because::Viewed(named(id)),
                    personalise::Because::Bought(id) => Because::Bought(named(id)),
                    personalise::Because::Popular => Because::Popular,
                },
                people: (PEOPLE_MIN <= it.people).then_some(it.people),
            })
        };
        found.into_iter().filter_map(shown).collect()
    }
}

fn check(wish: &Wish<'_>) -> Result<(), Refusal> {
    if wish.limit == 0 || LIMIT_MAX < wish.limit {
        return Err(Refusal::invalid("limit", format!("must be 1 to {LIMIT_MAX}")));
    }
    if wish.item.is_some_and(|it| it.is_empty() || ITEM_MAX < it.len()) {
        return Err(Refusal::invalid("item", format!("has 1 to {ITEM_MAX} bytes")));
    }
    Ok(())
}
