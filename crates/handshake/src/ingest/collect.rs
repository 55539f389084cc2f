//! Collecting: what happened in the shop, kept only for purposes that may have it.

use handshake_core::decision::Decision;
use handshake_core::event::{Considered, DataCollected, DataPersonal, Fact};
use handshake_core::policy::{CompiledPurpose, LeafSet};
use handshake_core::vocabulary::{
    Act, Advice, Code, EventId, Family, Money, Name, PersonId, Position, ReasonCode, Signals, Slot,
};

use super::decide::{Device, Wanted, WantedDatum};
use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::turn::{Stamp, Turn};

/// Something that happened in the shop.
#[derive(Debug, Clone, Copy)]
pub struct Behaviour<'a> {
    pub who: Who<'a>,
    /// `view`, `search`, `cart`, `order`, or the merchant's own word.
    pub what: &'a str,
    pub lines: &'a [Line<'a>],
    pub query: &'a str,
    /// The merchant's order number.
    pub order: &'a str,
    pub value: Option<Value<'a>>,
    pub channel: Option<&'a str>,
    pub signals: Signals,
    pub imported: bool,
    /// For a person who becomes known by ordering.
    pub new_person: PersonId,
}

/// One line of what was viewed, carted or ordered.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub item: &'a str,
}

/// Money, as sent.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    pub amount: &'a str,
    pub currency: &'a str,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Collected {
    pub collected: bool,
    /// Purposes that may have it.
    pub purposes: Vec<String>,
    /// Purposes that may not, each with its first reason.
    pub reasons: Vec<(String, ReasonCode)>,
    pub person: Option<PersonId>,
    /// The person became known by this.
    pub new: bool,
    pub duplicate: bool,
}

/// What was said of one purpose.
struct Judged {
    considered: Considered,
    leaves: LeafSet,
}

const LINES_MAX: usize = 10_000;
const TEXT_MAX: usize = 256;

/// The data leaves that a happening brings, by the words every shop shares. Any other word `w`
/// brings `behaviour.w`, if the policy declares it.
pub fn happening_leaves(what: &str) -> Vec<String> {
    let leaves: &[&str] = match what {
        "view" => &["behaviour.viewed"],
        "search" => &["behaviour.searched"],
        "cart" => &["behaviour.carted"],
        "order" => &["purchase.items", "purchase.value"],
        other => return vec![format!("behaviour.{other}")],
    };
    leaves.iter().map(|&it| it.to_owned()).collect()
}

impl Turn<'_> {
    /// Decides for each purpose that uses such data whether it may have it, and keeps what some
    /// purpose may have. An order makes its customer known.
    pub fn collect(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Behaviour<'_>,
    ) -> Result<Collected, Refusal> {
        if let Some(position) = self.seen(caller, request)? {
            return self.collected_before(position);
        }
        check(it)?;
        self.policy()?;
        let found = self.find(it.who)?;
        let stamp = self.stamp(caller, request);
        let what = self.coined(caller, "type", (Family::Happening, it.what))?;
        let channel =
            it.channel.map(|name| self.coined(caller, "channel", (Family::Channel, name)));
        let channel = channel.transpose()?.unwrap_or(Code::NONE);
        let becomes_known = found.is_none() && it.what == "order";
        let slot = match becomes_known {
            true => {
                // The order itself is stored under the event's id, once.
                let nameless = Stamp { event: EventId::NONE, ..stamp };
                Some(self.make_known(&nameless, it.who, it.new_person)?)
            }
            false => found,
        };
        self.heed_signals(&stamp, slot, it.signals)?;
        let judged = self.judge_purposes(slot, it)?;
        let kept = judged.iter().filter(|it| it.considered.advice == Advice::Proceed.number());
        let kept = kept.fold(LeafSet::EMPTY, |all, it| all.union(&it.leaves));
        self.keep(&stamp, slot, (what, channel, it), (&judged, &kept))?;
        let collected = slot.is_some() && !kept.is_empty();
        let told = self.told(slot, collected, judged.iter().map(|it| &it.considered));
        Ok(Collected { new: becomes_known, ..told })
    }

    /// What a repeated request was told.
    fn collected_before(&self, position: Position) -> Result<Collected, Refusal> {
        let recorded = self.site.recorded(position)?.ok_or(Refusal::InFlight)?;
        let Fact::DataCollected(clear, personal) = &recorded.fact else {
            return Err(Refusal::EventReused(recorded.event.to_string()));
        };
        let collected = personal.as_ref().is_some_and(|it| !it.leaves.is_empty());
        let told = self.told(recorded.slot, collected, clear.considered.iter());
        Ok(Collected { duplicate: true, ..told })
    }

    fn told<'b>(
        &self,
        slot: Option<Slot>,
        collected: bool,
        considered: impl Iterator<Item = &'b Considered> + Clone,
    ) -> Collected {
        let names = &self.state().names;
        let name = |it: &Considered| names.name(Code(it.purpose)).to_owned();
        let proceeds = |it: &&Considered| it.advice == Advice::Proceed.number();
        let reason = |it: &Considered| Some((name(it), ReasonCode::from_number(it.reason & 0xff)?));
        Collected {
            collected,
            purposes: considered.clone().filter(proceeds).map(name).collect(),
            reasons: considered.filter_map(reason).collect(),
            person: slot.and_then(|it| self.state().people.person(it)).map(|it| it.id),
            new: false,
            duplicate: false,
        }
    }

    /// Every purpose of the policy in force that uses any of these data.
    fn judge_purposes(
        &self,
        slot: Option<Slot>,
        it: &Behaviour<'_>,
    ) -> Result<Vec<Judged>, Refusal> {
        let policy = self.policy()?;
        let compiled = &policy.compiled;
        let brought = happening_leaves(it.what);
        let mut judged = Vec::new();
        for purpose in &compiled.purposes {
            let Some(the_box) = purpose.boxes.first() else { continue };
            let leaves = || compiled.leaves.iter().enumerate();
            let used = leaves().filter(|(leaf, (_, name))| {
                the_box.data.has(*leaf) && brought.iter().any(|it| it == name.as_str())
            });
            let used: Vec<(usize, &Name)> = used.map(|(leaf, (_, name))| (leaf, name)).collect();
            if used.is_empty() {
                continue;
            }
            let datum = |(_, name): &(usize, &'_ Name)| name.to_string();
            let names: Vec<String> = used.iter().map(datum).collect();
            let data: Vec<WantedDatum<'_>> =
                names.iter().map(|name| WantedDatum { name, collected_at: None }).collect();
            let (recipient, channel) = self.own_reach(purpose, it.channel)?;
            let wanted = Wanted {
                who: it.who,
                act: Act::Collect,
                purpose: purpose.name.as_str(),
                data: &data,
                recipient: &recipient,
                channel: &channel,
                tags: &[],
                device: Device::of(it.signals),
                jurisdiction: "",
                campaign: None,
                assignment: None,
            };
            let decision = self.judge(&self.situation(slot, &wanted)?)?;
            let mut set = LeafSet::EMPTY;
            used.iter().for_each(|(leaf, _)| set.insert(*leaf));
            judged.push(Judged { considered: considered(purpose, &decision), leaves: set });
        }
        Ok(judged)
    }

    /// Whom and where a purpose collects for: its first recipient, and the channel it happened on
    /// if the purpose is there, else its own first.
    fn own_reach(
        &self,
        purpose: &CompiledPurpose,
        channel: Option<&str>,
    ) -> Result<(String, String), Refusal> {
        let policy = self.policy()?;
        let compiled = &policy.compiled;
        let (recipients, channels) =
            purpose.boxes.first().map_or((0, 0), |it| (it.recipients, it.channels));
        let recipient = compiled.recipients.get(first_bit(recipients));
        let own = compiled.channels.get(first_bit(channels)).map(|it| it.1.to_string());
        let named = channel.filter(|name| {
            let place = compiled.channels.iter().position(|it| it.1.as_str() == *name);
            place.is_some_and(|bit| channels >> bit & 1 != 0)
        });
        Ok((
            recipient.map_or(String::new(), |it| it.name.to_string()),
            named.map(str::to_owned).or(own).unwrap_or_default(),
        ))
    }

    fn keep(
        &mut self,
        stamp: &Stamp,
        slot: Option<Slot>,
        (what, channel, it): (Code, Code, &Behaviour<'_>),
        (judged, kept): (&[Judged], &LeafSet),
    ) -> Result<(), Refusal> {
        let policy = self.policy()?;
        let code = |leaf: usize| policy.compiled.leaves.get(leaf).map(|(code, _)| code.0);
        let leaves: Vec<u32> = kept.iter().filter_map(code).collect();
        let clear = DataCollected {
            policy: policy.number(),
            what: what.0,
            considered: judged.iter().map(|it| it.considered.clone()).collect(),
            channel: channel.0,
            imported: it.imported,
            request: if slot.is_some() { stamp.digest } else { 0 },
        };
        let Some(slot) = slot else {
            // I9: of somebody unknown nothing is kept but that it was considered.
            let nameless = Stamp { event: EventId::NONE, claimed_at: None, ..*stamp };
            self.push(&nameless, None, Fact::DataCollected(clear, None));
            return Ok(());
        };
        let has = |wanted: &str| {
            policy
                .compiled
                .leaves
                .iter()
                .enumerate()
                .any(|(leaf, (_, name))| kept.has(leaf) && name.as_str() == wanted)
        };
        let holds_items = it.what != "order" && !kept.is_empty() || has("purchase.items");
        let holds_value = has("purchase.value");
        let items = it.lines.iter().filter(|_| holds_items).map(|it| it.item.to_owned());
        let value = it.value.filter(|_| holds_value);
        let personal = DataPersonal {
            leaves,
            items: items.collect(),
            amount: value.map_or(String::new(), |it| it.amount.to_owned()),
            currency: value.map_or(String::new(), |it| it.currency.to_owned()),
            order: if kept.is_empty() { String::new() } else { it.order.to_owned() },
            query: if kept.is_empty() { String::new() } else { it.query.to_owned() },
        };
        self.push(stamp, Some(slot), Fact::DataCollected(clear, Some(personal)));
        Ok(())
    }
}

fn considered(purpose: &CompiledPurpose, decision: &Decision) -> Considered {
    let first = decision.reasons.first();
    Considered {
        purpose: purpose.code.0,
        verdict: decision.verdict.number(),
        advice: decision.advice.number(),
        reason: first.map_or(0, |it| it.clause.number() << 8 | it.code.number()),
        mode: decision.mode.number(),
    }
}

fn first_bit(mask: u64) -> usize {
    usize::try_from(mask.trailing_zeros()).unwrap_or(usize::MAX)
}

fn check(it: &Behaviour<'_>) -> Result<(), Refusal> {
    Name::new(it.what).map_err(|error| Refusal::invalid("type", error.to_string()))?;
    if LINES_MAX < it.lines.len() {
        return Err(Refusal::invalid("items", format!("has more than {LINES_MAX} lines")));
    }
    let texts = [("query", it.query), ("order", it.order)];
    let items = it.lines.iter().map(|it| ("items", it.item));
    for (field, text) in texts.into_iter().chain(items) {
        if TEXT_MAX < text.len() {
            return Err(Refusal::invalid(field, format!("has more than {TEXT_MAX} bytes")));
        }
    }
    if let Some(value) = it.value {
        check_value(value)?;
    }
    Ok(())
}

/// Checks an amount and its currency.
pub(super) fn check_value(it: Value<'_>) -> Result<(), Refusal> {
    let failed = |error: handshake_core::vocabulary::MoneyError| {
        Refusal::invalid("value", error.to_string())
    };
    Money::amount(it.amount).map_err(failed)?;
    it.currency.parse::<handshake_core::vocabulary::Currency>().map_err(failed)?;
    Ok(())
}
