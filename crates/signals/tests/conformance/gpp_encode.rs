//! Sections and strings that must be written exactly so, and values that must not be written.

use handshake_signals::gpp::tcf_ca::{CaString, Form, PublisherPurposes};
use handshake_signals::gpp::{self, Field, UsSection};
use handshake_signals::tcf::{PublisherTc, Restriction, RestrictionType, Restrictions, TcString};
use handshake_signals::usp::{Flag, UsPrivacy};
use handshake_signals::{Bitfield, Datetime, IdSet, Padding};
use serde_json::Value;

use super::{Verdict, equal, refused, text};

pub(crate) fn section(line: &Value) -> Verdict {
    let (input, expected) = (&line["input"], text(&line["expect"], "encoded"));
    let java = line["source"]["repo"].as_str().is_some_and(|it| it.ends_with("iabgpp-java"));
    equal(&encoded(input, java)?.as_str(), &expected)
}

/// `{"sections": {"usca": {…}}}`, or with ready texts in place of fields.
pub(crate) fn string(line: &Value) -> Verdict {
    let java = line["source"]["repo"].as_str().is_some_and(|it| it.ends_with("iabgpp-java"));
    let sections = line["input"]["sections"].as_object().ok_or("no sections")?;
    let mut texts = Vec::new();
    for (name, fields) in sections {
        let id = gpp::section_id(name).ok_or_else(|| format!("no section `{name}`"))?;
        let ready = fields.as_str().map(str::to_owned);
        let input = serde_json::json!({"section": name, "fields": fields});
        texts.push((id, ready.map_or_else(|| encoded(&input, java), Ok)?));
    }
    texts.sort();
    let sections: Vec<_> = texts.iter().map(|(id, it)| (*id, it.as_str())).collect();
    let mut found = String::new();
    gpp::encode(&mut found, &sections, Padding::Octet).map_err(|it| it.to_string())?;
    let expected = line["expect"].get("gpp").unwrap_or(&line["expect"]["encoded"]);
    equal(&Some(found.as_str()), &expected.as_str())
}

pub(crate) fn field_value_reject(input: &Value) -> Verdict {
    let id = gpp::section_id(text(input, "section")).ok_or("no such section")?;
    let mut section = UsSection::new(id).ok_or("no US section")?;
    let field = Field::from_name(text(input, "field")).ok_or("no such field")?;
    if section.values(field).next().is_none() && field != Field::SensitiveDataProcessing {
        return Err("the section has no such field".to_owned());
    }
    // What is no byte cannot even be asked for.
    match bytes(&input["value"]) {
        Some(values) => refused(section.set(field, &values)),
        None => Ok(()),
    }
}

/// A number or a list of them.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    let byte = |it: &Value| it.as_u64().and_then(|it| u8::try_from(it).ok());
    match value.as_array() {
        Some(list) => list.iter().map(byte).collect(),
        None => Some(vec![byte(value)?]),
    }
}

fn encoded(input: &Value, java: bool) -> Result<String, String> {
    match text(input, "section") {
        "tcfeuv2" => eu(&input["fields"], java),
        "tcfcav1" => ca(&input["fields"], java),
        "uspv1" => Ok(usp(&input["fields"])),
        "header" => header(&input["fields"]["SectionIds"]),
        name => us(name, input, java),
    }
}

/// Both encoders begin with an MSPA transaction that is covered, and with a GPC segment.
fn us(name: &str, input: &Value, java: bool) -> Result<String, String> {
    let fields = &input["fields"];
    let id = gpp::section_id(name).ok_or_else(|| format!("no section `{name}`"))?;
    let version = fields["Version"].as_u64().or(input["section_version_default"].as_u64());
    let mut section = UsSection::new(id).ok_or("no US section")?.with_sensitive_in_core();
    // `iabgpp-java` writes the newer lists under either version.
    if id == 7 && version == Some(1) && !java {
        section = UsSection::national_v1();
    }
    if !matches!(name, "usva" | "usut" | "usfl") && fields["GpcSegmentIncluded"] != false {
        section.gpc = Some(fields["Gpc"] == true);
    }
    let said = |it: handshake_signals::gpp::SetError| it.to_string();
    let version_field = if id < 24 { Field::Version } else { Field::MspaVersion };
    section.set(version_field, &[version.unwrap_or(1) as u8]).map_err(said)?;
    section.set(Field::MspaCoveredTransaction, &[1]).map_err(said)?;
    for (name, value) in fields.as_object().into_iter().flatten() {
        let Some(field) = Field::from_name(name) else {
            assert!(matches!(name.as_str(), "Gpc" | "GpcSegmentIncluded"), "{name}");
            continue;
        };
        let mut values = bytes(value).ok_or("no values")?;
        // `@iabgpp/cmpapi` cuts lists that are longer than the version has.
        values.truncate(section.values(field).count().max(1));
        section.set(field, &values).map_err(said)?;
    }
    let mut text = String::new();
    section.encode(&mut text).map_err(|it| it.to_string())?;
    Ok(text)
}

/// Both encoders write the publisher's segment of a service-specific string, and the disclosed
/// vendors if they know TCF 2.3.
fn eu(fields: &Value, java: bool) -> Result<String, String> {
    let mut tc = TcString::new(time(&fields["Created"]));
    tc.last_updated = time(&fields["LastUpdated"]);
    // `@iabgpp/cmpapi` keeps the two times the same, as the policies have it.
    tc.created = if java { tc.created } else { tc.last_updated };
    let number = |name: &str, default: u64| fields[name].as_u64().unwrap_or(default) as u16;
    tc.cmp_id = number("CmpId", 0);
    tc.cmp_version = number("CmpVersion", 0);
    tc.vendor_list_version = number("VendorListVersion", 0);
    tc.tcf_policy_version = number("PolicyVersion", if java { 2 } else { 5 }) as u8;
    tc.is_service_specific = fields["IsServiceSpecific"].as_bool().unwrap_or(!java);
    tc.purposes_consent = flags(&fields["PurposeConsents"], 24);
    tc.purposes_li_transparency = flags(&fields["PurposeLegitimateInterests"], 24);
    let (consents, interests) =
        (ranges(&fields["VendorConsents"]), ranges(&fields["VendorLegitimateInterests"]));
    tc.vendor_consent = IdSet::of(&consents);
    tc.vendor_legitimate_interest = IdSet::of(&interests);
    tc.publisher_tc = Some(PublisherTc {
        purposes_consent: flags(&fields["PublisherConsents"], 24),
        purposes_li_transparency: flags(&fields["PublisherLegitimateInterests"], 24),
        custom_purposes_consent: Bitfield::empty(0),
        custom_purposes_li_transparency: Bitfield::empty(0),
    });
    let disclosed = ranges(&fields["VendorsDisclosed"]);
    tc.disclosed_vendors = (!java).then_some(IdSet::of(&disclosed));
    let mut text = String::new();
    tc.encode(&mut text, Padding::Quantum).map_err(|it| it.to_string())?;
    Ok(text)
}

fn ca(fields: &Value, java: bool) -> Result<String, String> {
    let mut tc = CaString::new(time(&fields["Created"]));
    tc.last_updated = time(&fields["LastUpdated"]);
    let number = |name: &str, default: u64| fields[name].as_u64().unwrap_or(default) as u16;
    tc.cmp_id = number("CmpId", 0);
    tc.cmp_version = number("CmpVersion", 0);
    tc.vendor_list_version = number("VendorListVersion", 0);
    tc.tcf_policy_version = number("TcfPolicyVersion", 2) as u8;
    tc.use_non_standard_stacks = fields["UseNonStandardStacks"] == true;
    tc.special_feature_express_consent = flags(&fields["SpecialFeatureExpressConsent"], 12);
    tc.purposes_express_consent = flags(&fields["PurposesExpressConsent"], 24);
    tc.purposes_implied_consent = flags(&fields["PurposesImpliedConsent"], 24);
    let (express, implied) =
        (ranges(&fields["VendorExpressConsent"]), ranges(&fields["VendorImpliedConsent"]));
    tc.vendor_express_consent = IdSet::of(&express);
    tc.vendor_implied_consent = IdSet::of(&implied);
    let restricted = fields["PubRestrictions"].as_array().cloned().unwrap_or_default();
    let vendors: Vec<_> = restricted.iter().map(|it| ranges(&it["ids"])).collect();
    let restrictions: Vec<_> = restricted
        .iter()
        .zip(&vendors)
        .map(|(it, vendors)| Restriction {
            purpose: it["key"].as_u64().unwrap() as u8,
            restriction_type: RestrictionType::from_number(it["type"].as_u64().unwrap() as u8),
            vendors: IdSet::of(vendors),
        })
        .collect();
    tc.pub_restrictions = Restrictions::of(&restrictions);
    let len = fields["NumCustomPurposes"].as_u64().unwrap_or(0) as u8;
    tc.publisher_purposes = Some(PublisherPurposes {
        express_consent: flags(&fields["PubPurposesExpressConsent"], 24),
        implied_consent: flags(&fields["PubPurposesImpliedConsent"], 24),
        custom_express_consent: flags(&fields["CustomPurposesExpressConsent"], len),
        custom_implied_consent: flags(&fields["CustomPurposesImpliedConsent"], len),
    });
    let form = if java { Form::Fixed } else { Form::Fibonacci };
    let mut text = String::new();
    tc.encode(&mut text, form, Padding::Octet).map_err(|it| it.to_string())?;
    Ok(text)
}

/// The header alone, with something standing for each section.
fn header(ids: &Value) -> Result<String, String> {
    let ids = ids.as_array().into_iter().flatten().map(|it| it.as_u64().unwrap() as u16);
    let sections: Vec<_> = ids.map(|it| (it, "A")).collect();
    let mut text = String::new();
    gpp::encode(&mut text, &sections, Padding::Octet).map_err(|it| it.to_string())?;
    Ok(text.split('~').next().unwrap().to_owned())
}

fn usp(fields: &Value) -> String {
    let flag = |name: &str| match fields[name].as_str() {
        Some("Y") => Flag::Yes,
        Some("N") => Flag::No,
        _ => Flag::NotApplicable,
    };
    let said = UsPrivacy {
        version: fields["Version"].as_u64().unwrap_or(1) as u8,
        notice: flag("Notice"),
        opt_out_sale: flag("OptOutSale"),
        lspa_covered: flag("LspaCovered"),
    };
    said.to_string()
}

fn time(value: &Value) -> Datetime {
    Datetime::from_unix_ms(value.as_u64().unwrap())
}

fn flags(value: &Value, len: u8) -> Bitfield {
    let set = (1..).zip(value.as_array().into_iter().flatten()).filter(|(_, it)| **it == true);
    Bitfield::of(len, set.map(|(id, _)| id)).unwrap()
}

fn ranges(ids: &Value) -> Vec<std::ops::RangeInclusive<u16>> {
    let ids = ids.as_array().into_iter().flatten().map(|it| it.as_u64().unwrap() as u16);
    ids.map(|it| it..=it).collect()
}
