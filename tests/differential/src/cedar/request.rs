//! A case as Cedar requests, and the entities of a policy. Each fact of a case is one line of
//! [`context`].

use std::collections::BTreeSet;
use std::str::FromStr;

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};
use handshake_core::decision::{Heard, Says};
use handshake_core::policy::{Policy, Recipient};
use handshake_core::vocabulary::{Act, Name, Signal};

use super::policies::DECLARED;
use crate::case::{Case, age_word};
use crate::facts::{Ends, Facts, leaves, parent, sources, with_sources};
use crate::places;

/// Data in their tree, recipients by their kind and country, places in those around them, and all
/// names in what is declared.
pub(super) fn entities(policy: &Policy) -> Entities {
    let entity = |kind, name: &Name, above: Vec<EntityUid>| {
        let above = above.into_iter().chain([uid(kind, DECLARED)]);
        Entity::new_no_attrs(uid(kind, name.as_str()), above.collect())
    };
    let above = |kind, name: &Name| {
        let made = sources(policy, name.as_str()).into_iter().map(|it| uid("Made", &it));
        made.chain(parent(name).map(|it| uid(kind, it))).collect()
    };
    let groups = |it: &Recipient| {
        let country = it.country.iter().map(|it| uid("Country", it));
        country.chain([uid("Kind", it.kind.as_str())]).collect()
    };
    let purposes = policy.purposes.keys().map(|name| entity("Action", name, Vec::new()));
    let data = policy.data.keys().map(|name| entity("Data", name, above("Data", name)));
    // What is worked out from a datum, or from what is worked out from it.
    let made = policy.data.keys().map(|name| entity("Made", name, above("Made", name)));
    let recipients =
        policy.recipients.iter().map(|(name, it)| entity("Recipient", name, groups(it)));
    let places = places::all().map(|it| {
        let around = places::around(it).into_iter().skip(1).map(|it| uid("Place", it));
        Entity::new_no_attrs(uid("Place", it), around.collect())
    });
    let all = purposes.chain(data).chain(made).chain(recipients).chain(places);
    Entities::from_entities(all, None).unwrap()
}

/// For each datum of the case a request for each of its leaves, in each place where the person may
/// be; what is not declared has none, and is asked for by its own name. What is worked out needs
/// what it is worked out from, and that is no datum of the use with a deal of its own.
pub(super) fn requests(
    policy: &Policy,
    case: &Case,
    facts: &Facts,
    deals: &[&str],
) -> Vec<Vec<Request>> {
    let of_datum = |(at, deal): (usize, &&str)| {
        let datum = &case.data[at];
        let with = |deal| vec![("deal", text(deal)), ("permitted", boolean(false))];
        let mut below: BTreeSet<String> = leaves(policy, &datum.name).into_iter().collect();
        if below.is_empty() {
            below.insert(datum.name.clone());
        }
        let mut asked = everywhere(policy, case, &below, &context(case, facts, at, with(deal)));
        if case.act == Act::Infer {
            let all = below.iter().flat_map(|it| with_sources(policy, it));
            let sources: BTreeSet<String> = all.filter(|it| !below.contains(it)).collect();
            let context = context(case, facts, at, with("allowed"));
            asked.extend(everywhere(policy, case, &sources, &context));
        }
        asked
    };
    deals.iter().enumerate().map(of_datum).collect()
}

/// The same for one datum and the version before, as if there were a permission or none.
pub(super) fn then(
    policy: &Policy,
    case: &Case,
    facts: &Facts,
    (at, permitted): (usize, bool),
) -> Vec<Request> {
    let below = leaves(policy, &case.data[at].name).into_iter().collect();
    let more = vec![("deal", text("")), ("permitted", boolean(permitted))];
    everywhere(policy, case, &below, &context(case, facts, at, more))
}

fn everywhere(
    policy: &Policy,
    case: &Case,
    below: &BTreeSet<String>,
    context: &Context,
) -> Vec<Request> {
    let leaf = |name: &String, place: &str| {
        let (principal, action) = (uid("Place", place), uid("Action", &case.purpose));
        Request::new(principal, action, uid("Data", name), context.clone(), None).unwrap()
    };
    let places = places::may_be_in(&policy.applies_in, &case.jurisdiction);
    let somewhere = |place: &&str| below.iter().map(|name| leaf(name, place)).collect::<Vec<_>>();
    places.iter().flat_map(somewhere).collect()
}

fn context(
    case: &Case,
    facts: &Facts,
    at: usize,
    more: Vec<(&str, RestrictedExpression)>,
) -> Context {
    let since_collected = facts.data[at].as_ref();
    let none = Ends::new();
    let agreed = facts.agreed.iter().map(|(at, until)| (at.to_string(), long(until.0)));
    let recent =
        case.recent.iter().map(|(hours, count)| (hours.to_string(), long((*count).into())));
    let onset = |it: &Heard| Some((it.signal.as_str().to_owned(), long(it.at?.0)));
    let since_when = case.heard.iter().filter_map(onset);
    let pairs = [
        ("now", long(case.now.0)),
        ("act", text(case.act.as_str())),
        ("recipient", RestrictedExpression::new_entity_uid(uid("Recipient", &case.recipient))),
        ("channel", text(&case.channel)),
        ("tags", set(case.tags.iter().map(String::as_str))),
        ("refusing", set(case.refusing().iter().map(|it| it.as_str()))),
        ("granting", set(case.saying(Says::Grants).map(Signal::as_str))),
        ("since_when", record(since_when)),
        ("standing", text(case.standing().as_str())),
        ("answered", long(case.since().0)),
        ("known", RestrictedExpression::new_bool(case.known)),
        ("other_device", RestrictedExpression::new_bool(case.other_device)),
        ("age", text(age_word(case.age))),
        ("objected", RestrictedExpression::new_bool(case.objected)),
        ("agreed", record(agreed)),
        ("recent", record(recent)),
        ("dated", RestrictedExpression::new_bool(since_collected.is_some())),
        ("ends", ends(since_collected.unwrap_or(&none))),
        ("visit", ends(facts.visit[at].as_ref().unwrap_or(&none))),
        ("order", ends(facts.order[at].as_ref().unwrap_or(&none))),
    ];
    let affirmed = case.affirmed_at.map(|it| ("affirmed", long(it.0)));
    let collected = case.data[at].collected_at.map(|it| ("collected", long(it.0)));
    let all = pairs.into_iter().chain(affirmed).chain(collected).chain(more);
    Context::from_pairs(all.map(|(key, value)| (key.to_owned(), value))).unwrap()
}

fn ends(ends: &Ends) -> RestrictedExpression {
    record(ends.iter().map(|(period, end)| (period.clone(), long(end.0))))
}

fn record(
    fields: impl IntoIterator<Item = (String, RestrictedExpression)>,
) -> RestrictedExpression {
    RestrictedExpression::new_record(fields).unwrap()
}

fn set<'a>(texts: impl Iterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.map(text))
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn boolean(it: bool) -> RestrictedExpression {
    RestrictedExpression::new_bool(it)
}

fn long(number: i64) -> RestrictedExpression {
    RestrictedExpression::new_long(number)
}

fn uid(kind: &str, name: &str) -> EntityUid {
    let kind = EntityTypeName::from_str(kind).unwrap();
    EntityUid::from_type_name_and_id(kind, EntityId::new(name))
}
