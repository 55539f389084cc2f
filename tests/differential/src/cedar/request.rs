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
/// be; what is not declared has none, and is asked for by its own name.
pub(super) fn requests(policy: &Policy, case: &Case, facts: &Facts) -> Vec<Vec<Request>> {
    let places = places::may_be_in(&policy.applies_in, &case.jurisdiction);
    let data = case.data.iter().zip(&facts.data);
    let of_datum = data.map(|(datum, ends)| {
        let context = context(case, facts, ends.as_ref());
        let mut below = leaves(policy, &datum.name);
        if below.is_empty() {
            below.push(datum.name.clone());
        }
        if case.act == Act::Infer {
            // What is worked out needs what it is worked out from.
            let all = below.iter().flat_map(|it| with_sources(policy, it));
            below = all.collect::<BTreeSet<_>>().into_iter().collect();
        }
        let leaf = |name: &String, place: &str| {
            let (principal, action) = (uid("Place", place), uid("Action", &case.purpose));
            Request::new(principal, action, uid("Data", name), context.clone(), None).unwrap()
        };
        let somewhere = |place| below.iter().map(move |name| leaf(name, place));
        places.iter().copied().flat_map(somewhere).collect()
    });
    of_datum.collect()
}

fn context(case: &Case, facts: &Facts, since_collected: Option<&Ends>) -> Context {
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
        ("visit", ends(&facts.visit)),
        ("order", ends(&facts.order)),
    ];
    let affirmed = case.affirmed_at.map(|it| ("affirmed", long(it.0)));
    let all = pairs.into_iter().chain(affirmed);
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

fn long(number: i64) -> RestrictedExpression {
    RestrictedExpression::new_long(number)
}

fn uid(kind: &str, name: &str) -> EntityUid {
    let kind = EntityTypeName::from_str(kind).unwrap();
    EntityUid::from_type_name_and_id(kind, EntityId::new(name))
}
