//! TC strings, and consent strings of version 1.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use handshake_signals::tcf::{TcString, v1::ConsentString};
use handshake_signals::{Bitfield, Error, IdSet};
use serde_json::{Value, json};

use super::{Verdict, fields, refused, text};

pub(crate) fn judge(kind: &str, line: &Value) -> Option<Verdict> {
    if !matches!(kind, "tc_decode" | "tc_decode_full" | "tc_reject") {
        return None;
    }
    let tc = text(&line["input"], "tc");
    let old = match line["input"]["as_version"].as_u64() {
        Some(version) => version == 1,
        None => tc.starts_with('B'),
    };
    let said = |error: Error| error.to_string();
    let expected = &line["expect"];
    Some(match (kind, old) {
        ("tc_reject", true) => refused(ConsentString::parse(tc)),
        ("tc_reject", false) => refused(TcString::parse(tc)),
        (_, true) => ConsentString::parse(tc).map_err(said).and_then(|it| old_one(&it, expected)),
        (_, false) => TcString::parse(tc).map_err(said).and_then(|it| current(&it, expected)),
    })
}

fn current(tc: &TcString<'_>, expected: &Value) -> Verdict {
    let publisher = tc.publisher_tc;
    let custom = |ids: fn(handshake_signals::tcf::PublisherTc) -> Bitfield| {
        publisher.map(ids).unwrap_or_default()
    };
    fields(expected, |name, expected| {
        Some(match name {
            "version" => TcString::VERSION.into(),
            "created_ms" => tc.created.unix_ms().into(),
            "last_updated_ms" => tc.last_updated.unix_ms().into(),
            "cmp_id" => tc.cmp_id.into(),
            "cmp_version" => tc.cmp_version.into(),
            "consent_screen" => tc.consent_screen.into(),
            "consent_language" => tc.consent_language.to_string().into(),
            "vendor_list_version" => tc.vendor_list_version.into(),
            "tcf_policy_version" => tc.tcf_policy_version.into(),
            "is_service_specific" => tc.is_service_specific.into(),
            "use_non_standard_texts" => tc.use_non_standard_texts.into(),
            "purpose_one_treatment" => tc.purpose_one_treatment.into(),
            "publisher_cc" => tc.publisher_cc.to_string().into(),
            "special_feature_opt_ins" => list(tc.special_feature_opt_ins),
            "purpose_consents" => list(tc.purposes_consent),
            "purpose_li" => list(tc.purposes_li_transparency),
            "vendor_consents" => ids(tc.vendor_consent),
            "vendor_li" => ids(tc.vendor_legitimate_interest),
            "max_vendor_id" => tc.vendor_consent.max_id().into(),
            "vendor_consents_ranges" => ranges(tc.vendor_consent),
            "vendor_li_ranges" => ranges(tc.vendor_legitimate_interest),
            "disclosed_vendors_ranges" => ranges(tc.disclosed_vendors.unwrap_or(IdSet::EMPTY)),
            "allowed_vendors_ranges" => ranges(tc.allowed_vendors.unwrap_or(IdSet::EMPTY)),
            "pub_consents" => list(custom(|it| it.purposes_consent)),
            "pub_li" => list(custom(|it| it.purposes_li_transparency)),
            "custom_consents" => list(custom(|it| it.custom_purposes_consent)),
            "custom_li" => list(custom(|it| it.custom_purposes_li_transparency)),
            "publisher_restrictions" => restrictions(tc),
            "contains" => contains(expected, |set, id| match set {
                "special_feature_opt_ins" => in_list(tc.special_feature_opt_ins, id),
                "purpose_consents" => in_list(tc.purposes_consent, id),
                "purpose_li" => in_list(tc.purposes_li_transparency, id),
                "vendor_consents" => {
                    u16::try_from(id).is_ok_and(|id| tc.vendor_consent.contains(id))
                }
                "vendor_li" => {
                    u16::try_from(id).is_ok_and(|id| tc.vendor_legitimate_interest.contains(id))
                }
                other => panic!("nobody knows the set `{other}`"),
            }),
            _ => return None,
        })
    })
}

fn old_one(tc: &ConsentString<'_>, expected: &Value) -> Verdict {
    let consents = || (1..=tc.max_vendor_id).filter(|it| tc.consent(*it));
    fields(expected, |name, expected| {
        Some(match name {
            "version" => 1.into(),
            "created_ms" => tc.created.unix_ms().into(),
            "last_updated_ms" => tc.last_updated.unix_ms().into(),
            "cmp_id" => tc.cmp_id.into(),
            "cmp_version" => tc.cmp_version.into(),
            "consent_screen" => tc.consent_screen.into(),
            "consent_language" => tc.consent_language.to_string().into(),
            "vendor_list_version" => tc.vendor_list_version.into(),
            "default_vendor_consent" => tc.default_consent.into(),
            "max_vendor_id" => tc.max_vendor_id.into(),
            "purpose_consents" => list(tc.purposes_allowed),
            "vendor_consents" => consents().collect(),
            "vendor_consents_ranges" => merged(consents().map(|it| it..=it)),
            "contains" => contains(expected, |set, id| match set {
                "purpose_consents" => in_list(tc.purposes_allowed, id),
                "vendor_consents" => u16::try_from(id).is_ok_and(|id| tc.consent(id)),
                other => panic!("nobody knows the set `{other}`"),
            }),
            _ => return None,
        })
    })
}

/// `{"vendor_consents": {"-1": false, "2": true}}`, with what is found.
fn contains(expected: &Value, has: impl Fn(&str, i64) -> bool) -> Value {
    let mut found = expected.clone();
    for (set, ids) in found.as_object_mut().unwrap() {
        for (id, there) in ids.as_object_mut().unwrap() {
            *there = has(set, id.parse().unwrap()).into();
        }
    }
    found
}

fn in_list(set: Bitfield, id: i64) -> bool {
    u8::try_from(id).is_ok_and(|id| set.contains(id))
}

pub(crate) fn list(set: Bitfield) -> Value {
    set.ids().collect::<Vec<_>>().into()
}

pub(crate) fn ids(set: IdSet<'_>) -> Value {
    set.ids().collect::<Vec<_>>().into()
}

fn ranges(set: IdSet<'_>) -> Value {
    merged(set.ranges())
}

/// In order, none touching the next.
fn merged(ranges: impl Iterator<Item = RangeInclusive<u16>>) -> Value {
    let mut sorted: Vec<[u32; 2]> =
        ranges.map(|it| [u32::from(*it.start()), u32::from(*it.end())]).collect();
    sorted.sort_unstable();
    let mut merged: Vec<[u32; 2]> = Vec::new();
    for [first, last] in sorted {
        match merged.last_mut() {
            Some([_, end]) if first <= *end + 1 => *end = last.max(*end),
            _ => merged.push([first, last]),
        }
    }
    json!(merged)
}

/// By purpose and type, whatever their order.
fn restrictions(tc: &TcString<'_>) -> Value {
    let mut found: BTreeMap<(u8, u8), Vec<RangeInclusive<u16>>> = BTreeMap::new();
    for it in tc.publisher_restrictions {
        let key = (it.purpose, it.restriction_type.number());
        found.entry(key).or_default().extend(it.vendors.ranges());
    }
    let found = found.into_iter().map(|((purpose, restriction), vendors)| {
        json!({"purpose": purpose, "type": restriction, "vendor_ranges": merged(vendors.into_iter())})
    });
    found.collect()
}
