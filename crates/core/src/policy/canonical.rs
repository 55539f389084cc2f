//! The identity of a policy: its meaning as canonical JSON, and the hash of that.
//!
//! Keys are sorted, there is no white space, decimals are normalised text, and lists whose order
//! means nothing are sorted (RFC 8785 in form). Comments, the order of lines and their numbers are
//! no part of it. Every field is taken apart by name, so that a new one cannot be forgotten here.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::feature::Feature;
use super::model::{
    Amount, AskBudget, Basis, BasisIn, Category, Change, ChangeKind, Channel, Controller, Cost,
    Duty, Holdout, InReturn, Keep, LedgerCost, Limit, Minors, Never, Policy, Purpose, Recipient,
    SignalMeaning, SignalTerm, Tag, Worth, WorthSource,
};
use super::waiver::Waiver;
use crate::vocabulary::{Mode, Name, Period, Signal};

/// Form of the canonical JSON; it changes when the same policy would be written otherwise.
const FORM: u32 = 1;

/// The canonical JSON of a policy.
pub fn canonical(policy: &Policy) -> String {
    written(&value(policy))
}

/// The identity of a policy: SHA-256 of its canonical JSON.
pub fn hash(policy: &Policy) -> [u8; 32] {
    Sha256::digest(canonical(policy)).into()
}

/// JSON with sorted keys and no white space, whatever order the map keeps.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let fields: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), written(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

fn value(policy: &Policy) -> Value {
    let Policy {
        name,
        version,
        replaces,
        effective,
        controller,
        applies_in,
        languages,
        currency,
        time_zone,
        minors,
        mode,
        mode_line: _,
        change,
        ask_budget,
        data,
        tags,
        recipients,
        channels,
        purposes,
        nevers,
        signals,
        ledger_costs,
        worth,
    } = policy;
    let Controller { name: controller_name, contact, line: _ } = controller;
    json!({
        "form": FORM,
        "name": name.as_str(),
        "version": version,
        "replaces": replaces,
        "effective": effective.to_string(),
        "controller": { "name": controller_name, "contact": contact },
        "applies_in": applies_in,
        "languages": languages,
        "currency": currency.to_string(),
        "time_zone": time_zone,
        "minors": minors.as_ref().map(|Minors { below, line: _ }| json!({ "below": below })),
        "mode": mode.as_str(),
        "change": change.as_ref().map(change_value),
        "ask_budget": ask_budget.as_ref().map(ask_budget_value),
        "data": by_name(data, category),
        "tags": by_name(tags, |Tag { from, line: _ }| json!({ "from": names(from) })),
        "recipients": by_name(recipients, recipient),
        "channels": by_name(channels, |Channel { line: _ }| json!({})),
        "purposes": by_name(purposes, purpose),
        "nevers": sorted(nevers.iter().map(never)),
        "signals": signals.iter().map(|(it, term)| (it.as_str(), signal(term))).collect::<Value>(),
        "ledger_costs": by_name(ledger_costs, ledger_cost),
        "worth": by_name(worth, worth_value),
    })
}

fn by_name<T>(map: &BTreeMap<Name, T>, value: impl Fn(&T) -> Value) -> Value {
    map.iter().map(|(name, it)| (name.as_str(), value(it))).collect()
}

pub(super) fn names(names: &BTreeSet<Name>) -> Value {
    names.iter().map(Name::as_str).collect()
}

/// A list whose order means nothing.
fn sorted(values: impl Iterator<Item = Value>) -> Value {
    let texts: BTreeMap<String, Vec<Value>> = values.fold(BTreeMap::new(), |mut texts, it| {
        texts.entry(written(&it)).or_default().push(it);
        texts
    });
    texts.into_values().flatten().collect()
}

fn decimal(value: Decimal) -> String {
    value.normalize().to_string()
}

fn mode_value(mode: Option<Mode>) -> Option<&'static str> {
    mode.map(Mode::as_str)
}

fn amount(Amount { value, currency }: &Amount) -> Value {
    json!({ "amount": decimal(*value), "currency": currency.to_string() })
}

pub(super) fn period(Period { count, unit }: &Period) -> Value {
    json!({ "count": count, "unit": unit.as_str() })
}

fn change_value(Change { text, kind }: &Change) -> Value {
    let kind = match kind {
        ChangeKind::Wording => "wording",
        ChangeKind::Meaning => "meaning",
    };
    json!({ "text": text, "kind": kind })
}

fn ask_budget_value(AskBudget { per_visit, per_quarter, line: _ }: &AskBudget) -> Value {
    json!({ "per_visit": per_visit, "per_quarter": per_quarter })
}

fn category(Category { label, sensitive, from, line: _ }: &Category) -> Value {
    json!({ "label": label, "sensitive": sensitive, "from": names(from) })
}

fn recipient(recipient: &Recipient) -> Value {
    let Recipient { label, kind, country, sale, tcf_vendor, line: _ } = recipient;
    json!({
        "label": label,
        "kind": kind.as_str(),
        "country": country,
        "sale": sale,
        "tcf_vendor": tcf_vendor,
    })
}

fn purpose(purpose: &Purpose) -> Value {
    let Purpose {
        says,
        basis,
        bases_in,
        only_in,
        uses,
        with,
        on,
        keep,
        ask_again,
        in_return,
        serves,
        stops_for_objection,
        stops_for,
        tcf_purposes,
        limits,
        duties,
        holdouts,
        unit_cost,
        mode,
        waiver,
        law,
        line: _,
        basis_line: _,
        uses_line: _,
        with_line: _,
        on_line: _,
        stops_for_line: _,
        only_in_line: _,
    } = purpose;
    let mut value = json!({
        "says": says,
        "basis": basis_value(basis),
        "uses": names(uses),
        "with": names(with),
        "on": names(on),
        "keep": keep.as_ref().map(keep_value),
        "ask_again": ask_again.as_ref().map(period),
        "in_return": in_return.as_ref().map(in_return_value),
        "stops_for_objection": stops_for_objection,
        "stops_for": stops_for.iter().copied().map(Signal::as_str).collect::<Value>(),
        "tcf_purposes": tcf_purposes,
        "limits": sorted(limits.iter().map(limit)),
        "duties": sorted(duties.iter().map(duty)),
        "holdouts": sorted(holdouts.iter().map(holdout)),
        "unit_cost": unit_cost.as_ref().map(cost),
        "mode": mode_value(*mode),
        "law": law,
    });
    let features = serves.iter().copied().map(Feature::as_str);
    said(&mut value, "serves", (!serves.is_empty()).then(|| features.collect()));
    let bases = || sorted(bases_in.iter().map(basis_in));
    said(&mut value, "bases_in", (!bases_in.is_empty()).then(bases));
    said(&mut value, "only_in", (!only_in.is_empty()).then(|| json!(only_in)));
    said(&mut value, "waiver", waiver.as_ref().map(waived));
    value
}

/// A field that is written only where it is said, so that policies from before the language had it
/// keep their identity.
fn said(value: &mut Value, key: &str, field: Option<Value>) {
    if let (Some(field), Value::Object(fields)) = (field, value) {
        fields.insert(key.to_owned(), field);
    }
}

fn basis_in(BasisIn { places, basis, line: _ }: &BasisIn) -> Value {
    json!({ "in": places, "basis": basis_value(basis) })
}

fn basis_value(basis: &Basis) -> Value {
    match basis {
        Basis::Permission { explicit } => json!({ "is": "permission", "explicit": explicit }),
        Basis::Contract => json!({ "is": "contract" }),
        Basis::LegitimateInterest { assessment } => {
            json!({ "is": "legitimate-interest", "assessment": assessment })
        }
        Basis::LegalDuty { law } => json!({ "is": "legal-duty", "law": law }),
    }
}

pub(super) fn keep_value(Keep { period: it, after, law, line: _ }: &Keep) -> Value {
    json!({ "period": period(it), "after": after.as_str(), "law": law })
}

fn in_return_value(InReturn { name, label, line: _ }: &InReturn) -> Value {
    json!({ "name": name.as_str(), "label": label })
}

fn limit(Limit { count, per, mode, line: _ }: &Limit) -> Value {
    json!({ "count": count, "per": per.as_str(), "mode": mode_value(*mode) })
}

fn duty(Duty { what, when, within, of, line: _ }: &Duty) -> Value {
    let within = within.as_ref().map(period);
    json!({ "what": what.as_str(), "when": when, "within": within, "of": of })
}

fn holdout(Holdout { percent, of, rotates, line: _ }: &Holdout) -> Value {
    json!({ "percent": decimal(*percent), "of": of.as_str(), "rotates": rotates })
}

fn cost(Cost { amount: it, per, line: _ }: &Cost) -> Value {
    json!({ "amount": amount(it), "per": per })
}

fn never(never: &Never) -> Value {
    let Never {
        says,
        data,
        purposes,
        except,
        recipients,
        recipient_kinds,
        recipient_countries,
        channels,
        places,
        when_signal,
        when_tag,
        mode,
        waiver,
        law,
        line: _,
    } = never;
    let mut value = json!({
        "says": says,
        "data": names(data),
        "purposes": names(purposes),
        "except": names(except),
        "recipients": names(recipients),
        "recipient_kinds": recipient_kinds.iter().map(|it| it.as_str()).collect::<Value>(),
        "channels": names(channels),
        "when_signal": when_signal.map(Signal::as_str),
        "when_tag": when_tag.as_ref().map(Name::as_str),
        "mode": mode_value(*mode),
        "law": law,
    });
    let countries = (!recipient_countries.is_empty()).then(|| json!(recipient_countries));
    said(&mut value, "recipient_countries", countries);
    said(&mut value, "in", (!places.is_empty()).then(|| json!(places)));
    said(&mut value, "waiver", waiver.as_ref().map(waived));
    value
}

fn waived(Waiver { name, until, line: _ }: &Waiver) -> Value {
    json!({ "name": name.as_str(), "until": until.to_string() })
}

fn signal(term: &SignalTerm) -> Value {
    let SignalTerm { means, to, binds_device, binds_person, places, mode, waiver, law, line: _ } =
        term;
    let means = match means {
        SignalMeaning::Objection => "objection",
        SignalMeaning::PermissionOrRefusal => "permission-or-refusal",
    };
    let mut value = json!({
        "means": means,
        "to": names(to),
        "binds_device": binds_device,
        "binds_person": binds_person,
        "mode": mode_value(*mode),
        "law": law,
    });
    said(&mut value, "in", (!places.is_empty()).then(|| json!(places)));
    said(&mut value, "waiver", waiver.as_ref().map(waived));
    value
}

fn ledger_cost(LedgerCost { amount: it, per, line: _ }: &LedgerCost) -> Value {
    json!({ "amount": amount(it), "per": per })
}

fn worth_value(Worth { amount: it, per, source, line: _ }: &Worth) -> Value {
    let source = match source {
        WorthSource::Guess { by, on } => json!({ "guess": { "by": by, "on": on } }),
        WorthSource::Named(name) => json!({ "named": name }),
    };
    json!({ "amount": amount(it), "per": per, "source": source })
}

#[cfg(test)]
mod tests {
    use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};
    use proptest::prelude::*;

    use super::*;
    use crate::policy::read;
    use crate::vocabulary::hex;

    const MODEL: &str = include_str!("../../../../examples/ridgeline-bikes/policy.kdl");

    fn identity(source: &str) -> [u8; 32] {
        hash(&read(source).unwrap())
    }

    #[test]
    fn the_model_as_json() {
        let policy = read(MODEL).unwrap();
        let text = canonical(&policy);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(written(&value), text);
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
        insta::assert_snapshot!(hex(&hash(&policy)), @"e69b10da4215930ed6d7fcecb1b91a1b2a5547540d833afe92911e7913a72109");
    }

    #[test]
    fn what_means_nothing_changes_nothing() {
        let same = [
            MODEL.replace("0.22  EUR", "0.220 EUR"),
            MODEL.replace('\n', "  \n\n// words\n").replace(';', " ; "),
            MODEL.replace("uses device contact purchase", "uses purchase device contact"),
            MODEL.replace("to=retarget,show-recommendations", "to=show-recommendations,retarget"),
            MODEL.replace("kind=processor    country=NL", "country=\"NL\" kind=\"processor\""),
            MODEL.replace('\n', "\r\n"),
        ];
        for source in same {
            assert_ne!(source, MODEL);
            assert_eq!(identity(&source), identity(MODEL));
        }
    }

    /// A node as text, its children in an order that `keys` chooses.
    fn shuffled(nodes: &[KdlNode], keys: &mut impl Iterator<Item = u64>) -> String {
        let mut texts: Vec<(u64, String)> = Vec::new();
        for node in nodes {
            let entries: Vec<String> = node.entries().iter().map(entry).collect();
            let head = format!("{} {}", node.name(), entries.join(" "));
            let text = match node.children() {
                Some(inside) => format!("{head} {{\n{}}}", shuffled(inside.nodes(), keys)),
                None => head,
            };
            texts.push((keys.next().unwrap(), text));
        }
        texts.sort();
        texts.into_iter().map(|(_, text)| format!("{text}\n")).collect()
    }

    fn entry(it: &KdlEntry) -> String {
        let value = it.format().unwrap().value_repr.clone();
        it.name().map_or(value.clone(), |name| format!("{name}={value}"))
    }

    fn entries(nodes: &mut [KdlNode]) -> Vec<&mut KdlEntry> {
        let mut all = Vec::new();
        for node in nodes {
            // Nodes lend either entries or children, so take what each owns in turn.
            let (mut own, inside) = (Vec::new(), node.children().is_some());
            if inside {
                let below = node.children_mut().as_mut().unwrap();
                own.extend(entries(below.nodes_mut()));
            } else {
                own.extend(node.entries_mut().iter_mut());
            }
            all.extend(own);
        }
        all
    }

    /// Every change of one value is either refused or another policy.
    #[test]
    fn any_value_is_part_of_the_identity() {
        let model = identity(MODEL);
        let mut document: KdlDocument = MODEL.parse().unwrap();
        let (mut changed, count) = (0, entries(document.nodes_mut()).len());
        for at in 0..count {
            let mut document = document.clone();
            let mut all = entries(document.nodes_mut());
            let text = match all[at].value() {
                KdlValue::Integer(it) => (it + 1).to_string(),
                KdlValue::Float(_) => format!("{}1", entry(all[at]).rsplit('=').next().unwrap()),
                KdlValue::String(it) => format!("{:?}", format!("{it}z")),
                KdlValue::Bool(_) | KdlValue::Null => continue,
            };
            let was = entry(all[at]);
            let mut format = all[at].format().unwrap().clone();
            format.value_repr = text;
            all[at].set_format(format);
            if let Ok(policy) = read(&document.to_string()) {
                changed += 1;
                assert_ne!(hash(&policy), model, "{was}");
            }
        }
        assert!(60 < changed, "{changed} of {count}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn order_of_lines_never_matters(keys in prop::collection::vec(any::<u64>(), 400)) {
            let document: KdlDocument = MODEL.parse().unwrap();
            let source = shuffled(document.nodes(), &mut keys.into_iter());
            prop_assert_eq!(identity(&source), identity(MODEL));
        }
    }
}
