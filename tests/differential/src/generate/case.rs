//! Random situations, drawn towards what the policy speaks of: an even draw is hardly ever allowed.

use handshake_core::decision::{Age, Heard, Says};
use handshake_core::policy::{Policy, Purpose};
use handshake_core::vocabulary::{Act, Millis, Name, Period, Signal, Standing};
use jiff::tz::TimeZone;

use super::{CHANNELS, DATA, JURISDICTIONS, NOBODY, PERIODS, PURPOSES, RECIPIENTS, TAGS};
use crate::calendar::before;
use crate::case::{Case, Datum, Granted};
use crate::draw::Draw;
use crate::facts::leaves;
use crate::world::World;

const EPOCH: Millis = Millis(1_800_000_000_000);
/// Days on which months of all lengths end, years leap, or clocks change somewhere.
const ODD_DAYS: [&str; 7] = [
    "2027-02-28T00:00:00Z",
    "2028-02-28T12:00:00Z",
    "2028-02-29T12:00:00Z",
    "2027-04-29T12:00:00Z",
    "2027-06-30T00:00:00Z",
    "2027-03-28T00:00:00Z",
    "2027-11-07T00:00:00Z",
];
const DAY_MS: i64 = 86_400_000;
const ACTS: [Act; 8] =
    [Act::Use, Act::Use, Act::Use, Act::Use, Act::Share, Act::Infer, Act::Collect, Act::Retain];
/// Where somebody may stand who granted nothing.
const ANSWERS: [Standing; 6] = [
    Standing::NotAsked,
    Standing::NotAsked,
    Standing::Asked,
    Standing::Deferred,
    Standing::Refused,
    Standing::Withdrawn,
];

pub(crate) fn case(world: &World, zone: &TimeZone, draw: &mut Draw) -> Case {
    let policy = &world.policy;
    let now = now(world, draw);
    let declared: Vec<&Name> = policy.purposes.keys().collect();
    let purpose = match draw.below(20) {
        0 => one_of(&PURPOSES, draw),
        _ => draw.pick(&declared).to_string(),
    };
    let its = policy.purposes.iter().find(|it| it.0.as_str() == purpose).map(|it| it.1);
    let keep = its.and_then(|it| it.keep.as_ref()).map(|it| it.period);
    let began = world.before.as_ref().map(|_| policy.effective);
    let mut past = Past { now, keep, zone, began };
    let data = (0..draw.pick(&[1, 1, 1, 2, 2, 3]))
        .map(|_| Datum { name: datum(policy, its, draw), collected_at: past.maybe(draw) });
    let data = data.collect();
    let grants = grants(world, &purpose, &past, draw);
    let (signals, heard) = signals(&past, &grants, draw);
    let gpc = heard.iter().find(|it| it.signal == Signal::Gpc).and_then(|it| it.at);
    Case {
        now,
        act: draw.pick(&ACTS),
        data,
        recipient: match (its, draw.below(20)) {
            (_, 0) => one_of(&RECIPIENTS.map(|it| it.0), draw),
            (Some(it), 1..=16) => pick_name(&it.with, draw),
            (Some(_) | None, _) => pick_name(policy.recipients.keys(), draw),
        },
        channel: match (its, draw.below(20)) {
            (_, 0) => one_of(&CHANNELS, draw),
            (Some(it), 1..=16) => pick_name(&it.on, draw),
            (Some(_) | None, _) => pick_name(policy.channels.keys(), draw),
        },
        jurisdiction: jurisdiction(policy, draw),
        tags: tags(policy, draw),
        affirmed_at: draw.often(5).then(|| near(gpc.unwrap_or(now), draw)),
        signals,
        heard,
        other_device: draw.often(2),
        known: draw.often(8),
        age: draw.pick(&[
            Age::Unknown,
            Age::Adult,
            Age::Adult,
            Age::Adult,
            Age::Minor,
            Age::Guarded,
        ]),
        objected: draw.often(2),
        answer: draw.pick(&ANSWERS),
        grants,
        recent: recent(draw),
        last_visit: past.maybe(draw),
        last_order: past.maybe(draw),
        purpose,
    }
}

/// Soon after a new version, so that much is older than it; at any time within some years; or on a
/// day when months end or clocks change.
fn now(world: &World, draw: &mut Draw) -> Millis {
    let (start, days) = match draw.often(7) {
        true if world.before.is_some() && draw.often(6) => (EPOCH, 60),
        true => (EPOCH, 800),
        false => (Millis::parse(draw.pick(&ODD_DAYS)).unwrap(), 1),
    };
    Millis(start.0 + i64::try_from(draw.below(days * 86_400)).unwrap() * 1000)
}

/// Times before now, near the edges of periods as often as not.
struct Past<'a> {
    now: Millis,
    keep: Option<Period>,
    zone: &'a TimeZone,
    /// When the policy took the place of another.
    began: Option<Millis>,
}

impl Past<'_> {
    fn maybe(&mut self, draw: &mut Draw) -> Option<Millis> {
        draw.often(8).then(|| self.some(self.keep, draw))
    }

    fn some(&self, period: Option<Period>, draw: &mut Draw) -> Millis {
        if let Some(began) = self.began.filter(|_| draw.often(3)) {
            return near(began, draw).min(self.now);
        }
        let period = period.filter(|_| draw.often(7)).unwrap_or_else(|| draw.pick(&PERIODS));
        let edge = before(self.now, period, self.zone);
        match draw.below(4) {
            0 => Millis(edge.0 + draw.pick(&[-1, 0, 1])),
            1 => Millis(self.now.0 - i64::try_from(draw.below(900)).unwrap() * DAY_MS),
            2 => edge.plus_days(draw.pick(&[-40, -3, -1, 1, 3, 40])).min(self.now),
            _ => Millis(self.now.0 - i64::try_from(draw.below(3)).unwrap() * DAY_MS / 2),
        }
    }
}

fn datum(policy: &Policy, its: Option<&Purpose>, draw: &mut Draw) -> String {
    match (its, draw.below(20)) {
        (_, 0) => {
            let leaves =
                DATA.iter().flat_map(|(node, below)| below.iter().map(move |it| (node, it)));
            let leaves: Vec<String> = leaves.map(|(node, it)| format!("{node}.{it}")).collect();
            let mut names: Vec<&str> = leaves.iter().map(String::as_str).collect();
            names.extend(DATA.iter().map(|it| it.0));
            one_of(&names, draw)
        }
        (Some(it), 1..=16) => {
            let node = pick_name(&it.uses, draw);
            let below = leaves(policy, &node);
            if draw.often(2) { node } else { draw.pick(&below) }
        }
        (Some(_) | None, _) => pick_name(policy.data.keys(), draw),
    }
}

/// The person's yeses to statements of the purpose.
fn grants(world: &World, purpose: &str, past: &Past<'_>, draw: &mut Draw) -> Vec<Granted> {
    if draw.often(2) {
        return Vec::new();
    }
    let mut grants = Vec::new();
    for (agreement, it) in world.agreements.iter().enumerate() {
        if it.purpose.as_str() == purpose && draw.often(7) {
            grants.push(Granted { agreement, at: past.some(it.ask_again, draw) });
        }
    }
    grants
}

/// A place of the policy more often than not.
fn jurisdiction(policy: &Policy, draw: &mut Draw) -> String {
    let places: Vec<&String> = policy.applies_in.iter().collect();
    match draw.often(6) {
        true => draw.pick(&places).clone(),
        false => draw.pick(&JURISDICTIONS).to_owned(),
    }
}

/// What signals say. What the device says now may have been heard before; a string that may also
/// grant is heard of only as it is read.
fn signals(past: &Past<'_>, grants: &[Granted], draw: &mut Draw) -> (Vec<Signal>, Vec<Heard>) {
    let (mut now, mut heard) = (Vec::new(), Vec::new());
    let answered = grants.iter().map(|it| it.at).max();
    for signal in Signal::ALL {
        let at = |draw: &mut Draw| {
            let answered = answered.filter(|_| draw.often(6));
            let at = match answered {
                Some(answered) => near(answered, draw),
                None => past.some(None, draw),
            };
            draw.often(8).then_some(at)
        };
        let says = match (signal, draw.below(20)) {
            (Signal::Gpc | Signal::Dnt, 0..=4) | (Signal::Tcf | Signal::Gpp, 0..=2) => {
                Says::Refuses
            }
            (Signal::Tcf | Signal::Gpp, 3..=7) => Says::Grants,
            (Signal::Tcf | Signal::Gpp, 8) => Says::Unreadable,
            _ => continue,
        };
        let refuses_now = says == Says::Refuses && draw.often(6);
        if refuses_now {
            now.push(signal);
        }
        if !refuses_now || draw.often(7) {
            heard.push(Heard { signal, says, at: at(draw) });
        }
    }
    (now, heard)
}

/// A little before, at the same time, or a little after.
fn near(at: Millis, draw: &mut Draw) -> Millis {
    Millis(at.0 + draw.pick(&[-DAY_MS, -1, 0, 1, 1, DAY_MS]))
}

fn tags(policy: &Policy, draw: &mut Draw) -> Vec<String> {
    let mut tags: Vec<String> =
        policy.tags.keys().filter(|_| draw.often(4)).map(Name::to_string).collect();
    if draw.below(30) == 0 {
        tags.push(one_of(&TAGS, draw));
    }
    tags
}

fn recent(draw: &mut Draw) -> Vec<(u32, u32)> {
    let mut count = 0;
    let mut all = Vec::new();
    for hours in [24, 7 * 24, 30 * 24] {
        count += u32::try_from(draw.below(4)).unwrap() / 2;
        if draw.often(9) {
            all.push((hours, count));
        }
    }
    all
}

fn pick_name<'a>(from: impl IntoIterator<Item = &'a Name>, draw: &mut Draw) -> String {
    let names: Vec<&Name> = from.into_iter().collect();
    draw.pick(&names).to_string()
}

fn one_of(names: &[&str], draw: &mut Draw) -> String {
    let at = draw.below(names.len() + 1);
    names.get(at).map_or(NOBODY, |it| it).to_owned()
}
