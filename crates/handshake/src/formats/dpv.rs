//! A policy as JSON-LD in the words of the W3C's Data Privacy Vocabulary, version 2.1.
//!
//! Only terms of the vocabulary are used, and only where the policy says what they mean: `terms`
//! of the tests holds the list. What a policy says and the vocabulary has no word for (costs,
//! worth, limits, modes) is left out. `dpv:PersonalDataHandling` is on its way out of the
//! vocabulary, so a purpose is a `dpv:Process`, as it recommends.

use std::collections::BTreeSet;

use handshake_core::policy::{Basis, Keep, Never, Policy, Purpose, Recipient, RecipientKind, hash};
use handshake_core::vocabulary::{Name, Period, Unit, hex};
use serde_json::{Map, Value, json};

use super::gdpr;
use super::words::said;

/// The document. It names everything below the policy's hash, so that two versions never speak of
/// the same thing.
pub fn dpv(policy: &Policy) -> Value {
    let mut notice = node(&["dpv:Policy"], Some("policy"));
    notice.insert("dct:title".to_owned(), json!(policy.name.as_str()));
    notice.insert("dct:hasVersion".to_owned(), json!(policy.version.to_string()));
    notice.insert("dct:identifier".to_owned(), json!(format!("sha256:{}", hex(&hash(policy)))));
    notice.insert("dct:valid".to_owned(), typed("xsd:dateTime", &policy.effective.to_string()));
    notice.insert("dpv:hasDataController".to_owned(), reference("controller"));
    notice.insert("dpv:hasJurisdiction".to_owned(), jurisdictions(policy));
    let processes = policy.purposes.keys().map(|it| reference(&format!("process/{it}")));
    notice.insert("dpv:hasProcess".to_owned(), processes.collect());
    if !policy.nevers.is_empty() {
        let nevers = (1..).zip(&policy.nevers).map(|(n, it)| prohibition(policy, n, it));
        notice.insert("dpv:hasProhibition".to_owned(), nevers.collect());
    }
    let mut graph = vec![Value::Object(notice), controller(policy)];
    graph.extend(policy.purposes.iter().map(|(name, it)| process(policy, name, it)));
    graph.extend(policy.recipients.iter().filter_map(|(name, it)| recipient(policy, name, it)));
    graph.extend(used_data(policy).into_iter().filter_map(|it| datum(policy, it)));
    json!({ "@context": context(policy), "@graph": graph })
}

fn context(policy: &Policy) -> Value {
    let text = |id: &str| json!({ "@id": id, "@container": "@language" });
    json!({
        "@version": 1.1,
        "this": format!("urn:sha256:{}#", hex(&hash(policy))),
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "dct": "http://purl.org/dc/terms/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "says": text("dct:description"),
    })
}

fn node(types: &[&str], id: Option<&str>) -> Map<String, Value> {
    let mut node = Map::new();
    if let Some(id) = id {
        node.insert("@id".to_owned(), json!(format!("this:{id}")));
    }
    let types = match types {
        [one] => json!(one),
        several => json!(several),
    };
    node.insert("@type".to_owned(), types);
    node
}

/// A thing of this document.
fn reference(id: &str) -> Value {
    json!({ "@id": format!("this:{id}") })
}

/// A term of the vocabulary.
fn term(id: &str) -> Value {
    json!({ "@id": id })
}

fn typed(kind: &str, value: &str) -> Value {
    json!({ "@type": kind, "@value": value })
}

/// Text in the policy's first language: what has no language of its own is written in that.
fn text(policy: &Policy, text: &str) -> Value {
    match policy.languages.first() {
        Some(language) => json!({ "@language": language, "@value": text }),
        None => json!(text),
    }
}

fn controller(policy: &Policy) -> Value {
    let mut it = node(&["dpv:DataController"], Some("controller"));
    it.insert("dpv:hasName".to_owned(), json!(policy.controller.name));
    it.insert("dpv:hasContact".to_owned(), json!(policy.controller.contact));
    Value::Object(it)
}

fn jurisdictions(policy: &Policy) -> Value {
    let one = |code: &String| {
        let mut it = node(&["dpv:Location"], None);
        it.insert("dct:identifier".to_owned(), json!(code));
        Value::Object(it)
    };
    policy.applies_in.iter().map(one).collect()
}

fn process(policy: &Policy, name: &Name, it: &Purpose) -> Value {
    let mut process = node(&["dpv:Process"], Some(&format!("process/{name}")));
    process.insert("dct:title".to_owned(), json!(name.as_str()));
    let mut purpose = node(&["dpv:Purpose"], Some(&format!("purpose/{name}")));
    purpose.insert("dct:title".to_owned(), json!(name.as_str()));
    purpose.insert("says".to_owned(), json!(said(policy, name, it)));
    process.insert("dpv:hasPurpose".to_owned(), Value::Object(purpose));
    process.insert("dpv:hasDataController".to_owned(), reference("controller"));
    process.insert(
        "dpv:hasDataSubject".to_owned(),
        json!([{ "@type": ["dpv:DataSubject", "dpv:Customer"] },
            { "@type": ["dpv:DataSubject", "dpv:Visitor"] }]),
    );
    let leaves = leaves(policy, &it.uses);
    let data = leaves.iter().map(|it| reference(&format!("data/{it}")));
    process.insert("dpv:hasPersonalData".to_owned(), data.collect());
    process.insert("dpv:hasProcessing".to_owned(), processing(policy, it));
    process.insert("dpv:hasRecipient".to_owned(), recipients(policy, &it.with));
    process.insert("dpv:hasLegalBasis".to_owned(), legal_basis(policy, it));
    let assessment = it.bases().find_map(|it| {
        if let Basis::LegitimateInterest { assessment } = it { assessment.as_ref() } else { None }
    });
    if let Some(assessment) = assessment {
        let mut weighed = node(&["dpv:Assessment"], None);
        weighed.insert("dct:source".to_owned(), json!(assessment));
        process.insert("dpv:hasAssessment".to_owned(), Value::Object(weighed));
    }
    if let Some(law) = law(it) {
        let mut demanded = node(&["dpv:Law"], None);
        demanded.insert("dct:title".to_owned(), json!(law));
        process.insert("dpv:hasApplicableLaw".to_owned(), Value::Object(demanded));
    }
    if let Some(keep) = &it.keep {
        process.insert("dpv:hasStorageCondition".to_owned(), storage(policy, keep));
    }
    let rights = rights(policy, it);
    if !rights.is_empty() {
        process.insert("dpv:hasRight".to_owned(), rights.into());
    }
    let duties: Vec<Value> =
        it.duties.iter().map(|it| described(policy, "dpv:Obligation", &it.text())).collect();
    if !duties.is_empty() {
        process.insert("dpv:hasObligation".to_owned(), duties.into());
    }
    Value::Object(process)
}

fn described(policy: &Policy, kind: &str, said: &str) -> Value {
    let mut it = node(&[kind], None);
    it.insert("dct:description".to_owned(), text(policy, said));
    Value::Object(it)
}

/// A purpose may collect, keep and use its data; it shares them if somebody else gets them, and
/// infers what is worked out.
fn processing(policy: &Policy, it: &Purpose) -> Value {
    let others = it.with.iter().filter_map(|it| policy.recipients.get(it));
    let shares = others.clone().any(|it| it.kind != RecipientKind::Ourselves);
    let infers = leaves(policy, &it.uses)
        .iter()
        .any(|it| policy.data.get(*it).is_some_and(|it| !it.from.is_empty()));
    [
        (true, "dpv:Collect"),
        (true, "dpv:Store"),
        (true, "dpv:Use"),
        (shares, "dpv:Share"),
        (infers, "dpv:Infer"),
    ]
    .iter()
    .filter(|it| it.0)
    .map(|it| term(it.1))
    .collect()
}

fn recipients(policy: &Policy, names: &BTreeSet<Name>) -> Value {
    let ours = |name: &Name| {
        policy.recipients.get(name).is_some_and(|it| it.kind == RecipientKind::Ourselves)
    };
    let id = |name: &Name| match ours(name) {
        true => reference("controller"),
        false => reference(&format!("recipient/{name}")),
    };
    names.iter().map(id).collect()
}

/// A recipient other than the controller.
fn recipient(policy: &Policy, name: &Name, it: &Recipient) -> Option<Value> {
    let kind = match it.kind {
        RecipientKind::Ourselves => return None,
        RecipientKind::Processor => "dpv:DataProcessor",
        RecipientKind::ThirdParty => "dpv:ThirdParty",
    };
    let mut node_ = node(&["dpv:Recipient", kind], Some(&format!("recipient/{name}")));
    node_.insert("dpv:hasName".to_owned(), json!(it.label));
    if let Some(code) = &it.country {
        let abroad = !gdpr::outside(policy, code).is_empty();
        let (property, kind) = match abroad {
            true => ("dpv:hasThirdCountry", "dpv:ThirdCountry"),
            false => ("dpv:hasCountry", "dpv:Country"),
        };
        let mut country = node(&[kind], None);
        country.insert("dct:identifier".to_owned(), json!(code));
        node_.insert(property.to_owned(), Value::Object(country));
    }
    Some(Value::Object(node_))
}

fn legal_basis(policy: &Policy, it: &Purpose) -> Value {
    // The vocabulary has no word for a ground in one place: a purpose has all it stands on.
    let mut all = Vec::new();
    for basis in it.bases() {
        all.push(match basis {
            Basis::Permission { explicit: false } => "dpv:ExpressedConsent",
            Basis::Permission { explicit: true } => "dpv:ExplicitlyExpressedConsent",
            Basis::Contract => "dpv:Contract",
            Basis::LegitimateInterest { .. } => "dpv:LegitimateInterest",
            Basis::LegalDuty { .. } => "dpv:LegalObligation",
        });
        if !gdpr::is_european(policy) {
            continue;
        }
        all.push(match basis {
            Basis::Permission { explicit: false } => "eu-gdpr:A6-1-a",
            Basis::Permission { explicit: true } => "eu-gdpr:A6-1-a-explicit-consent",
            Basis::Contract => "eu-gdpr:A6-1-b",
            Basis::LegalDuty { .. } => "eu-gdpr:A6-1-c",
            Basis::LegitimateInterest { .. } => "eu-gdpr:A6-1-f",
        });
        if gdpr::is_explicit(basis) && gdpr::uses_sensitive(policy, it) {
            all.push("eu-gdpr:A9-2-a");
        }
    }
    let mut once: Vec<&str> = Vec::new();
    for term in all {
        if !once.contains(&term) {
            once.push(term);
        }
    }
    once.into_iter().map(term).collect()
}

fn law(it: &Purpose) -> Option<&String> {
    let duty = it
        .bases()
        .find_map(|it| if let Basis::LegalDuty { law } = it { law.as_ref() } else { None });
    duty.or(it.law.as_ref())
}

/// How long it is kept, as a duration and in words: the vocabulary does not say what a duration
/// begins with.
fn storage(policy: &Policy, keep: &Keep) -> Value {
    let mut duration = node(&["dpv:TemporalDuration"], None);
    duration.insert("rdf:value".to_owned(), typed("xsd:duration", &lasting(keep.period)));
    let mut it = node(&["dpv:StorageDuration"], None);
    it.insert("dpv:hasDuration".to_owned(), Value::Object(duration));
    let words = format!("{} after {}", keep.period, keep.after.as_str().replace('-', " "));
    it.insert("dct:description".to_owned(), json!({ "@language": "en", "@value": words }));
    if let Some(law) = &keep.law {
        let mut demanded = node(&["dpv:Law"], None);
        demanded.insert("dct:title".to_owned(), text(policy, law));
        it.insert("dpv:hasApplicableLaw".to_owned(), Value::Object(demanded));
    }
    Value::Object(it)
}

/// A period in the form of XML Schema: `P13M`.
fn lasting(it: Period) -> String {
    let count = it.count;
    match it.unit {
        Unit::Hours => format!("PT{count}H"),
        Unit::Days => format!("P{count}D"),
        Unit::Weeks => format!("P{}D", u64::from(count) * 7),
        Unit::Months => format!("P{count}M"),
        Unit::Years => format!("P{count}Y"),
    }
}

fn rights(policy: &Policy, it: &Purpose) -> Vec<Value> {
    let european = gdpr::is_european(policy);
    let all = [
        (european && it.asks(), "eu-gdpr:A7-3"),
        (european && it.stops_for_objection, "eu-gdpr:A21"),
    ];
    all.iter().filter(|it| it.0).map(|it| term(it.1)).collect()
}

/// A promise. Where it names nothing, it bears on everything.
fn prohibition(policy: &Policy, number: usize, never: &Never) -> Value {
    let mut it = node(&["dpv:Prohibition"], Some(&format!("promise/{number}")));
    it.insert("dct:description".to_owned(), text(policy, &never.says));
    let data = leaves(policy, &never.data);
    if !data.is_empty() {
        let data = data.iter().map(|it| reference(&format!("data/{it}")));
        it.insert("dpv:hasPersonalData".to_owned(), data.collect());
    }
    let named: Vec<&Name> = match (never.purposes.is_empty(), never.except.is_empty()) {
        (true, true) => Vec::new(),
        (true, false) => policy.purposes.keys().collect(),
        (false, _) => never.purposes.iter().collect(),
    };
    let purposes = named.into_iter().filter(|it| !never.except.contains(*it));
    let purposes: Vec<Value> = purposes.map(|it| reference(&format!("purpose/{it}"))).collect();
    if !purposes.is_empty() {
        it.insert("dpv:hasPurpose".to_owned(), purposes.into());
    }
    let of_kind = policy.recipients.iter().filter(|(name, it)| {
        never.recipients.contains(*name) || never.recipient_kinds.contains(&it.kind)
    });
    let got_by: BTreeSet<Name> = of_kind.map(|(name, _)| name.clone()).collect();
    if !got_by.is_empty() {
        it.insert("dpv:hasRecipient".to_owned(), recipients(policy, &got_by));
    }
    let conditions = conditions(never);
    if !conditions.is_empty() {
        let conditions = conditions.iter().map(|said| {
            let mut context = node(&["dpv:Context"], None);
            let said = json!({ "@language": "en", "@value": said });
            context.insert("dct:description".to_owned(), said);
            Value::Object(context)
        });
        it.insert("dpv:hasContext".to_owned(), conditions.collect());
    }
    if let Some(law) = &never.law {
        let mut demanded = node(&["dpv:Law"], None);
        demanded.insert("dct:title".to_owned(), json!(law));
        it.insert("dpv:hasApplicableLaw".to_owned(), Value::Object(demanded));
    }
    Value::Object(it)
}

/// When a promise holds, where it does not always: the vocabulary has no words for these.
fn conditions(never: &Never) -> Vec<String> {
    let signal =
        never.when_signal.map(|it| format!("while the signal {} is in force", it.as_str()));
    let tag = never.when_tag.as_ref().map(|it| format!("for people with the tag {it}"));
    let channels: Vec<&str> = never.channels.iter().map(Name::as_str).collect();
    let channels = (!channels.is_empty()).then(|| format!("on {}", channels.join(", ")));
    [signal, tag, channels].into_iter().flatten().collect()
}

fn leaves<'a>(policy: &'a Policy, names: &'a BTreeSet<Name>) -> BTreeSet<&'a Name> {
    names.iter().flat_map(|it| policy.leaves_of(it)).collect()
}

/// Every leaf that a purpose uses or a promise is about.
fn used_data(policy: &Policy) -> BTreeSet<&Name> {
    let purposes = policy.purposes.values().map(|it| &it.uses);
    let nevers = policy.nevers.iter().map(|it| &it.data);
    purposes.chain(nevers).flat_map(|it| leaves(policy, it)).collect()
}

fn datum(policy: &Policy, name: &Name) -> Option<Value> {
    let it = policy.data.get(name)?;
    let mut types = vec!["dpv:PersonalData"];
    if it.sensitive {
        types.push("dpv:SensitivePersonalData");
    }
    if !it.from.is_empty() {
        types.push("dpv:InferredPersonalData");
    }
    let mut datum = node(&types, Some(&format!("data/{name}")));
    let label = it.label.clone().unwrap_or_else(|| name.as_str().replace(['.', '-'], " "));
    datum.insert("skos:prefLabel".to_owned(), text(policy, &label));
    datum.insert("dct:identifier".to_owned(), json!(name.as_str()));
    let from = leaves(policy, &it.from);
    if !from.is_empty() {
        let from = from.iter().map(|it| reference(&format!("data/{it}")));
        datum.insert("dct:source".to_owned(), from.collect());
    }
    Some(Value::Object(datum))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    const MODEL: &str = include_str!("../../../../examples/ridgeline-bikes/policy.kdl");
    const SHOP: &str = include_str!("../../../../examples/gift-shop/policy.kdl");
    /// Terms of the vocabulary, with their source and licence.
    const TERMS: &str = include_str!("../../tests/data/dpv/terms.txt");
    const VOCABULARIES: [&str; 2] = ["dpv:", "eu-gdpr:"];

    fn document(source: &str) -> Value {
        dpv(&handshake_core::policy::read(source).unwrap())
    }

    /// Every term of a vocabulary that is used: as a key, a type or a thing.
    fn used(value: &Value, terms: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    terms.insert(key.clone());
                    if key != "@context" && key != "@value" {
                        used(value, terms);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|it| used(it, terms)),
            Value::String(text) => {
                terms.insert(text.clone());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => (),
        }
    }

    #[test]
    fn every_term_is_in_the_vocabulary() {
        let known: BTreeSet<&str> =
            TERMS.lines().filter(|it| !it.starts_with('#') && !it.is_empty()).collect();
        let mut terms = BTreeSet::new();
        for source in [MODEL, SHOP, &MODEL.replace("applies-in EU UK US-CA US", "applies-in EU")] {
            used(&document(source), &mut terms);
        }
        terms.retain(|it| VOCABULARIES.iter().any(|prefix| it.starts_with(prefix)));
        assert!(40 < terms.len(), "{terms:?}");
        let unknown: Vec<_> = terms.iter().filter(|it| !known.contains(it.as_str())).collect();
        assert!(unknown.is_empty(), "not in the vocabulary: {unknown:?}");
        let unused: Vec<_> = known.iter().filter(|it| !terms.contains(**it)).collect();
        assert!(unused.is_empty(), "listed and not used: {unused:?}");
    }

    #[test]
    fn what_is_pointed_at_is_there() {
        let document = document(MODEL);
        let mut ids = BTreeSet::new();
        let mut open = vec![&document["@graph"]];
        let mut there = BTreeSet::new();
        while let Some(value) = open.pop() {
            if let Some(id) = value.get("@id").and_then(Value::as_str) {
                ids.insert(id);
                if value.get("@type").is_some() {
                    assert!(there.insert(id), "`{id}` stands there twice");
                }
            }
            open.extend(value.as_array().into_iter().flatten());
            open.extend(value.as_object().into_iter().flat_map(|it| it.values()));
        }
        let own = ids.iter().filter(|it| it.starts_with("this:"));
        assert_eq!(own.filter(|it| !there.contains(*it)).count(), 0, "{ids:?} {there:?}");
    }

    #[test]
    fn the_document_is_the_golden_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/ridgeline-bikes.jsonld");
        let now = format!("{:#}\n", document(MODEL));
        if crate::config::writes_golden_files() {
            fs::write(&path, &now).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert!(golden == now, "the document changed; run `cargo xtask golden` and look at it");
    }

    #[test]
    fn other_laws_are_not_the_gdpr() {
        let source = MODEL.replace("applies-in EU UK US-CA US", "applies-in US-CA");
        let text = document(&source).to_string();
        assert!(!text.contains("eu-gdpr:A") && text.contains("dpv:ExpressedConsent"), "{text}");
        assert!(text.contains("dpv:hasCountry") && !text.contains("dpv:hasThirdCountry"), "{text}");
    }
}
