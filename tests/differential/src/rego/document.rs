//! Translation of a policy file into Rego's data, and of a case into its input. Each dimension is
//! one key, read by one rule of `policy.rego`.

use std::collections::{BTreeMap, BTreeSet};

use handshake_core::decision::Heard;
use handshake_core::policy::{Anchor, Never, Policy, Purpose, SignalMeaning};
use handshake_core::vocabulary::{Mode, Name, Period};
use serde_json::{Map, Value, json};

use crate::case::{Case, age_word};
use crate::facts::{Ends, Facts, leaves, with_sources};
use crate::places;
use crate::world::{Agreement, World, names};

/// The policy, and the version before it.
pub(super) fn policies(world: &World) -> Value {
    let mut all = json!({ "now": policy(world) });
    if let Some(before) = &world.before {
        all["before"] = policy(before);
    }
    all
}

fn policy(world: &World) -> Value {
    let policy = &world.policy;
    let of_any = policy.nevers.iter().filter(|it| it.purposes.is_empty());
    let mut of_purpose: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for it in &policy.nevers {
        for purpose in it.purposes.difference(&it.except) {
            of_purpose.entry(purpose.as_str()).or_default().push(never(policy, it));
        }
    }
    let agreements = world.agreements.iter().enumerate();
    json!({
        "leaves": policy.data.keys().map(|it| (it.as_str(), leaves(policy, it.as_str()))).collect::<BTreeMap<_, _>>(),
        "with_sources": policy.data.keys().map(|it| (it.as_str(), with_sources(policy, it.as_str()))).collect::<BTreeMap<_, _>>(),
        "recipients": policy.recipients.iter().map(|(name, it)| (name.as_str(), json!({ "kind": it.kind.as_str(), "country": it.country }))).collect::<BTreeMap<_, _>>(),
        "around": places::all().map(|it| (it, places::around(it))).collect::<BTreeMap<_, _>>(),
        "applies_in": policy.applies_in,
        "channels": policy.channels.keys().map(Name::as_str).collect::<Value>(),
        "tags": policy.tags.keys().map(Name::as_str).collect::<Value>(),
        "effective": policy.effective.0,
        "minors": policy.minors.is_some(),
        "purposes": policy.purposes.iter().map(|(name, it)| (name.as_str(), purpose(policy, name, it))).collect::<BTreeMap<_, _>>(),
        "nevers_of_any": of_any.map(|it| never(policy, it)).collect::<Value>(),
        "nevers_of": of_purpose,
        "agreements": agreements.map(|(at, it)| (at.to_string(), agreement(it))).collect::<BTreeMap<_, _>>(),
    })
}

fn purpose(policy: &Policy, name: &Name, it: &Purpose) -> Value {
    let uses: BTreeSet<String> =
        it.uses.iter().flat_map(|name| leaves(policy, name.as_str())).collect();
    let stops_for = it.stops_for.iter().map(|it| json!({ "signal": it.as_str(), "grants": false }));
    let terms = policy.signals.iter().filter(|(_, it)| it.to.contains(name)).map(|(signal, it)| {
        let grants = it.means == SignalMeaning::PermissionOrRefusal;
        let mut term = json!({ "signal": signal.as_str(), "grants": grants });
        somewhere(&mut term, &it.places);
        term
    });
    let limits = it
        .limits
        .iter()
        .map(|it| json!({ "hours": it.per.hours().to_string(), "count": it.count }));
    let mut the_box = json!({
        "data": uses,
        "with": names(&it.with),
        "on": names(&it.on),
    });
    keep(&mut the_box, it.keep.as_ref().map(|it| (it.period, it.after)));
    let nowhere = BTreeSet::new();
    let elsewhere = it.bases_in.iter().map(|it| (&it.basis, &it.places));
    let boxes = [(&it.basis, &nowhere)].into_iter().chain(elsewhere).map(|(basis, places)| {
        let mut one = the_box.clone();
        one["permission"] = basis.is_permission().into();
        somewhere(&mut one, places);
        one
    });
    let mut purpose = json!({
        "boxes": boxes.collect::<Value>(),
        "objection": it.stops_for_objection,
        "signals": stops_for.chain(terms).collect::<Value>(),
        "limits": limits.collect::<Value>(),
    });
    somewhere(&mut purpose, &it.only_in);
    purpose
}

/// Where alone a thing counts, if that is said.
fn somewhere(of: &mut Value, places: &BTreeSet<String>) {
    if !places.is_empty() {
        of["places"] = json!(places);
    }
}

fn agreement(it: &Agreement) -> Value {
    let mut agreed = json!({
        "data": names(&it.data),
        "with": names(&it.recipients),
        "on": names(&it.channels),
    });
    keep(&mut agreed, it.keep);
    agreed
}

fn keep(of: &mut Value, keep: Option<(Period, Anchor)>) {
    if let Some((period, after)) = keep {
        of["keep"] = json!({ "period": period.to_string(), "after": after.as_str() });
    }
}

fn never(policy: &Policy, it: &Never) -> Value {
    let mut lines = Map::new();
    let mut line = |key: &str, value: Value| drop(lines.insert(key.to_owned(), value));
    line("says", it.says.as_str().into());
    if policy.mode_of(it.mode) == Mode::Rehearse {
        line("rehearsed", true.into());
    }
    line("except", names(&it.except));
    if !it.data.is_empty() {
        line("data", names(&it.data));
    }
    if !it.recipients.is_empty() || !it.recipient_kinds.is_empty() {
        let kinds: Value = it.recipient_kinds.iter().map(|it| it.as_str()).collect();
        line("recipients", json!({ "named": names(&it.recipients), "kinds": kinds }));
    }
    if !it.recipient_countries.is_empty() {
        line("countries", json!(it.recipient_countries));
    }
    if !it.places.is_empty() {
        line("places", json!(it.places));
    }
    if !it.channels.is_empty() {
        line("channels", names(&it.channels));
    }
    if let Some(signal) = it.when_signal {
        line("signal", signal.as_str().into());
    }
    if let Some(tag) = &it.when_tag {
        line("tag", tag.as_str().into());
    }
    lines.into()
}

pub(super) fn input(case: &Case, facts: &Facts) -> Value {
    let data = case.data.iter().enumerate().map(|(at, datum)| {
        let mut it = json!({ "name": datum.name, "collected": datum.collected_at.map(|it| it.0) });
        since_collected(&mut it, facts, at);
        if let Some(then) = &facts.then {
            it["before"] = json!({});
            since_collected(&mut it["before"], then, at);
        }
        it
    });
    let agreed = facts.agreed.iter().map(|(at, until)| (at.to_string(), until.0));
    let recent = case.recent.iter().map(|(hours, count)| (hours.to_string(), *count));
    json!({
        "now": case.now.0,
        "act": case.act.as_str(),
        "purpose": case.purpose,
        "data": data.collect::<Value>(),
        "recipient": case.recipient,
        "channel": case.channel,
        "jurisdiction": case.jurisdiction,
        "tags": case.tags,
        "signals": case.signals.iter().map(|it| it.as_str()).collect::<Value>(),
        "heard": case.heard.iter().map(heard).collect::<Value>(),
        "standing": case.standing().as_str(),
        "answered": case.since().0,
        "known": case.known,
        "other_device": case.other_device,
        "affirmed": case.affirmed_at.map(|it| it.0),
        "age": age_word(case.age),
        "objected": case.objected,
        "agreed": agreed.collect::<BTreeMap<_, _>>(),
        "recent": recent.collect::<BTreeMap<_, _>>(),
    })
}

fn since_collected(of: &mut Value, facts: &Facts, at: usize) {
    let all = [("ends", &facts.data), ("visit", &facts.visit), ("order", &facts.order)];
    for (key, since) in all {
        if let Some(since) = &since[at] {
            of[key] = ends(since);
        }
    }
}

fn heard(it: &Heard) -> Value {
    let at = it.at.map(|it| it.0);
    json!({ "signal": it.signal.as_str(), "says": it.says.as_str(), "at": at })
}

fn ends(ends: &Ends) -> Value {
    ends.iter()
        .map(|(period, end)| (period.clone(), Value::from(end.0)))
        .collect::<Map<_, _>>()
        .into()
}
