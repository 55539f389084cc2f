//! Translation of a policy file into Cedar policies. Each dimension of a box is one line of
//! [`box_conditions`], each line of a promise one of [`never`].

use std::collections::BTreeSet;
use std::slice;

use handshake_core::policy::{Anchor, Basis, Never, Policy, Purpose, SignalMeaning, SignalTerm};
use handshake_core::vocabulary::{Mode, Name, Period, Signal};

use crate::places::around;
use crate::world::{Agreement, World};

/// Ids of the policies that forbid what no line declares begin so.
pub(super) const UNDECLARED: &str = "undeclared ";

/// Ids of promises begin so.
pub(super) const PROMISE: &str = "never ";

/// Every declared purpose, node and recipient is in the entity of this name; it is no name itself.
pub(super) const DECLARED: &str = "what is declared";

/// Ids with texts.
pub(super) fn policies(world: &World) -> Vec<(String, String)> {
    let policy = &world.policy;
    let mut all = undeclared(policy);
    for (name, purpose) in &policy.purposes {
        all.extend(permits(world, name, purpose));
    }
    for (at, it) in policy.nevers.iter().enumerate() {
        all.push((format!("{PROMISE}{at}"), never(it)));
    }
    all
}

/// The version before: whether it allowed a use without regard to objections, signals and limits,
/// and what it promised. What was only rehearsed was promised to nobody. Whether there is a
/// permission is told, for people answer the version that is.
pub(super) fn then(policy: &Policy) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, it) in &policy.purposes {
        for (line, (basis, place)) in grounds(it).into_iter().enumerate() {
            let mut conditions = sides(it);
            conditions.push(place);
            if basis.is_permission() {
                conditions.push("context.permitted".to_owned());
            }
            let action = entity("Action", name.as_str());
            let all_of = conditions.join(" && ");
            let text =
                format!("permit(principal, action == {action}, resource) when {{ {all_of} }};");
            all.push((format!("box {name} {line}"), text));
        }
    }
    for (at, it) in policy.nevers.iter().enumerate() {
        if policy.mode_of(it.mode) != Mode::Rehearse {
            all.push((format!("{PROMISE}{at}"), never(it)));
        }
    }
    all
}

/// A `forbid` for each family of names: nothing may be used under a name of no line.
fn undeclared(policy: &Policy) -> Vec<(String, String)> {
    let declared = |kind| format!("in {}", entity(kind, DECLARED));
    let channels = texts(policy.channels.keys());
    let tags = texts(policy.tags.keys());
    let families = [
        ("purpose", format!("action {}", declared("Action"))),
        ("data", format!("resource {}", declared("Data"))),
        ("recipient", format!("context.recipient {}", declared("Recipient"))),
        ("channel", format!("{channels}.contains(context.channel)")),
        ("tags", format!("{tags}.containsAll(context.tags)")),
    ];
    families
        .map(|(family, declared)| {
            let text = format!("forbid(principal, action, resource) unless {{ {declared} }};");
            (format!("{UNDECLARED}{family}"), text)
        })
        .into()
}

/// The box of a purpose on each of its grounds, where it stands on it; on permission, its meet with
/// each that there may be, so that together they are the union of what was agreed. What was
/// collected under a version that asked for it needs permission as well.
fn permits(world: &World, name: &Name, purpose: &Purpose) -> Vec<(String, String)> {
    let conditions = box_conditions(&world.policy, name, purpose);
    let permissions = permissions(world, name);
    let deal = |word: &str| format!("context.deal == {word:?}");
    let bound = world.before.is_some().then(|| collected_before(&world.policy));
    let mut all = Vec::new();
    for (line, (basis, place)) in grounds(purpose).into_iter().enumerate() {
        let mut permit = |id: String, more: &[String]| {
            let action = entity("Action", name.as_str());
            let conditions = [slice::from_ref(&place), &conditions[..], more].concat().join(" && ");
            let text =
                format!("permit(principal, action == {action}, resource) when {{ {conditions} }};");
            all.push((format!("box {name} {line}{id}"), text));
        };
        if basis.is_permission() {
            let agreed_since = format!("{} <= context.answered", world.policy.effective.0);
            let kept = bound.as_ref().map(|bound| {
                format!("(!{bound} || {agreed_since} || context.deal != \"promised\")")
            });
            for (id, permission) in &permissions {
                let more = permission.iter().cloned().chain(kept.clone());
                permit(format!(" {id}"), &more.collect::<Vec<_>>());
            }
            continue;
        }
        let Some(bound) = &bound else {
            permit(String::new(), &[]);
            continue;
        };
        permit(String::new(), &[format!("(!{bound} || {})", deal("allowed"))]);
        for (id, permission) in &permissions {
            let asked = [bound.clone(), deal("asks")];
            permit(format!(" {id}"), &[&asked, &permission[..]].concat());
        }
    }
    all
}

fn collected_before(policy: &Policy) -> String {
    let began = policy.effective.0;
    format!("(context has collected && context.collected < {began} && context.act != \"collect\")")
}

/// Every permission that there may be for a purpose: of an agreement, or of a signal.
fn permissions(world: &World, name: &Name) -> Vec<(String, Vec<String>)> {
    let agreements = world.agreements.iter().enumerate();
    let agreed = agreements
        .filter(|(_, it)| it.purpose == *name)
        .map(|(at, agreed)| (format!("agreed {at}"), agreed_conditions(&world.policy, at, agreed)));
    let terms = world.policy.signals.iter().filter(|(_, it)| it.to.contains(name));
    let granting = terms.filter(|it| it.1.means == SignalMeaning::PermissionOrRefusal);
    let granted = granting.map(|(signal, term)| {
        let conditions = granted_conditions(&world.policy, *signal, term);
        (format!("by {}", signal.as_str()), conditions)
    });
    agreed.chain(granted).collect()
}

/// Each ground with where it counts: in the places a line names, but for those within them that
/// other lines name.
fn grounds(it: &Purpose) -> Vec<(&Basis, String)> {
    let named: BTreeSet<&String> = it.bases_in.iter().flat_map(|it| &it.places).collect();
    let mut all = vec![(&it.basis, format!("!({})", is_in(named.iter().copied())))];
    for line in &it.bases_in {
        let counts = line.places.iter().map(|place| {
            let nearer = named
                .iter()
                .copied()
                .filter(|other| *other != place && around(other).contains(&place.as_str()));
            format!("({} && !({}))", is_in([place]), is_in(nearer))
        });
        all.push((&line.basis, format!("({})", counts.collect::<Vec<_>>().join(" || "))));
    }
    all
}

/// The principal is somebody in a place.
fn is_in<'a>(places: impl IntoIterator<Item = &'a String>) -> String {
    format!("principal in {}", list(places.into_iter().map(|it| entity("Place", it))))
}

/// The sides of a box.
fn sides(it: &Purpose) -> Vec<String> {
    let mut all = vec![
        format!("resource in {}", entities("Data", &it.uses)),
        format!("context.recipient in {}", entities("Recipient", &it.with)),
        format!("{}.contains(context.channel)", texts(&it.on)),
    ];
    if !it.only_in.is_empty() {
        all.push(is_in(&it.only_in));
    }
    if let Some(keep) = &it.keep {
        all.extend(young(keep.period, keep.after));
    }
    all
}

fn box_conditions(policy: &Policy, name: &Name, it: &Purpose) -> Vec<String> {
    let mut all = sides(it);
    if it.stops_for_objection {
        all.push("!context.objected".to_owned());
    }
    all.extend(it.stops_for.iter().map(|it| format!("!{}", in_force(*it))));
    // Whatever else it may mean, a refusal is one.
    for (signal, term) in policy.signals.iter().filter(|(_, it)| it.to.contains(name)) {
        let refuses = in_force(*signal);
        all.push(match term.places.is_empty() {
            true => format!("!{refuses}"),
            false => format!("!({} && {refuses})", is_in(&term.places)),
        });
    }
    for limit in &it.limits {
        let window = format!("{:?}", limit.per.hours().to_string());
        let (count, free) = (limit.count, "![\"use\", \"share\"].contains(context.act)");
        all.push(format!(
            "({free} || !(context.recent has {window}) || context.recent[{window}] < {count})"
        ));
    }
    all
}

/// A signal refuses, and the person's own later word does not stand above it.
fn in_force(signal: Signal) -> String {
    let it = format!("{:?}", signal.as_str());
    let since = format!("context.since_when has {it} && context.since_when[{it}]");
    let above = match signal {
        Signal::Gpc => format!(
            "context.known && !context.other_device && context has affirmed && {since} < context.affirmed"
        ),
        Signal::Dnt | Signal::Tcf | Signal::Gpp => {
            format!("context.standing == \"granted\" && {since} < context.answered")
        }
    };
    format!("(context.refusing.contains({it}) && !({above}))")
}

/// A signal grants in the places of its line, to somebody who never answered.
fn granted_conditions(policy: &Policy, signal: Signal, term: &SignalTerm) -> Vec<String> {
    let mut all = vec![
        format!("context.granting.contains({:?})", signal.as_str()),
        "[\"not_asked\", \"asked\", \"deferred\"].contains(context.standing)".to_owned(),
    ];
    if !term.places.is_empty() {
        all.push(is_in(&term.places));
    }
    all.extend(of_age(policy));
    all
}

/// Below the age nothing is permitted, whoever says so.
fn of_age(policy: &Policy) -> Option<String> {
    policy.minors.is_some().then(|| "context.age != \"minor\"".to_owned())
}

fn agreed_conditions(policy: &Policy, at: usize, it: &Agreement) -> Vec<String> {
    let until = format!("\"{at}\"");
    let mut all = vec![
        format!("(context.agreed has {until} && context.now < context.agreed[{until}])"),
        format!("{}.contains(resource)", entities("Data", &it.data)),
        format!("{}.contains(context.recipient)", entities("Recipient", &it.recipients)),
        format!("{}.contains(context.channel)", texts(&it.channels)),
    ];
    all.extend(of_age(policy));
    if let Some((period, after)) = it.keep {
        all.extend(young(period, after));
    }
    all
}

/// Not kept longer than said: what is collected now is new, and an unknown age is not held
/// against a use.
fn young(period: Period, after: Anchor) -> Option<String> {
    let ends = match after {
        Anchor::Collection | Anchor::Order => "ends",
        Anchor::LastVisit => "visit",
        Anchor::LastOrder => "order",
        // Every decision renews it.
        Anchor::LastDecision => return None,
    };
    let young = format!("context.now < context.{ends}[\"{period}\"]");
    Some(format!("(context.act == \"collect\" || !context.dated || {young})"))
}

fn never(it: &Never) -> String {
    let mut all = Vec::new();
    if !it.data.is_empty() {
        let data = it.data.iter().map(|it| entity("Data", it.as_str()));
        let made = it.data.iter().map(|it| entity("Made", it.as_str()));
        all.push(format!("resource in {}", list(data.chain(made))));
    }
    if !it.except.is_empty() {
        all.push(format!("!{}.contains(action)", entities("Action", &it.except)));
    }
    if !it.recipients.is_empty() || !it.recipient_kinds.is_empty() {
        let named = it.recipients.iter().map(|name| entity("Recipient", name.as_str()));
        let kinds = it.recipient_kinds.iter().map(|kind| entity("Kind", kind.as_str()));
        all.push(format!("context.recipient in {}", list(named.chain(kinds))));
    }
    if !it.recipient_countries.is_empty() {
        let countries = it.recipient_countries.iter().map(|it| entity("Country", it));
        all.push(format!("context.recipient in {}", list(countries)));
    }
    if !it.places.is_empty() {
        all.push(is_in(&it.places));
    }
    if !it.channels.is_empty() {
        all.push(format!("{}.contains(context.channel)", texts(&it.channels)));
    }
    if let Some(signal) = it.when_signal {
        all.push(in_force(signal));
    }
    if let Some(tag) = &it.when_tag {
        all.push(format!("context.tags.contains({:?})", tag.as_str()));
    }
    let all = if all.is_empty() { "true".to_owned() } else { all.join(" && ") };
    let action = match it.purposes.is_empty() {
        true => "action".to_owned(),
        false => format!("action in {}", entities("Action", &it.purposes)),
    };
    format!("forbid(principal, {action}, resource) when {{ {all} }};")
}

fn entity(kind: &str, name: &str) -> String {
    format!("{kind}::{name:?}")
}

fn entities<'a>(kind: &str, names: impl IntoIterator<Item = &'a Name>) -> String {
    list(names.into_iter().map(|it| entity(kind, it.as_str())))
}

fn texts<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    list(names.into_iter().map(|it| format!("{:?}", it.as_str())))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}
