//! GPP strings, their headers and their sections.

use handshake_signals::gpp::tcf_ca::CaString;
use handshake_signals::gpp::{self, Field, GppString, Header, Section, UsSection};
use handshake_signals::tcf::{Restrictions, TcString};
use handshake_signals::usp::UsPrivacy;
use handshake_signals::{Bitfield, IdSet};
use serde_json::{Value, json};

use super::tcf::ids;
use super::{Verdict, equal, fields, gpp_encode, gpp_named, refused, text};

pub(crate) fn judge(kind: &str, line: &Value) -> Option<Verdict> {
    let (input, expected) = (&line["input"], &line["expect"]);
    Some(match kind {
        "header_decode" => header(text(input, "header"), expected),
        "gpp_split" => split(text(input, "gpp"), expected),
        "gpp_decode_full" => full(text(input, "gpp"), expected),
        "gpp_decode" => some(text(input, "gpp"), expected),
        "gpp_decode_named" => gpp_named::judge(text(input, "gpp"), expected),
        "gpp_reject" => refused(read_all(text(input, "gpp"))),
        // It comes back at all.
        "gpp_robust" => {
            let _ = read_all(text(input, "gpp"));
            Ok(())
        }
        "section_decode" if input["section"] == "header" => {
            header(text(input, "encoded"), expected)
        }
        "section_decode" => section(input).and_then(|it| section_fields(&it, expected)),
        "section_reject" => refused(section(input)),
        "section_encode" => gpp_encode::section(line),
        "gpp_encode" => gpp_encode::string(line),
        "field_value_reject" => gpp_encode::field_value_reject(input),
        _ => return None,
    })
}

/// The sections by id, or the first error.
pub(crate) fn read_all(gpp: &str) -> Result<Vec<(u16, Section<'_>)>, String> {
    let gpp = GppString::parse(gpp).map_err(|it| it.to_string())?;
    gpp.sections()
        .map(|(id, it)| Ok((id, it.map_err(|it| format!("section {id}: {it}"))?)))
        .collect()
}

fn header(text: &str, expected: &Value) -> Verdict {
    let header = Header::parse(text).map_err(|it| it.to_string())?;
    fields(expected, |name, _| {
        Some(match name {
            "type" => Header::TYPE.into(),
            "version" => Header::VERSION.into(),
            "section_ids" | "SectionIds" => ids(header.section_ids),
            _ => return None,
        })
    })
}

fn split(gpp: &str, expected: &Value) -> Verdict {
    let gpp = GppString::parse(gpp).map_err(|it| it.to_string())?;
    let texts: Vec<_> = gpp.section_ids().map(|it| gpp.section_text(it)).collect();
    fields(expected, |name, _| {
        Some(match name {
            "section_ids" => gpp.section_ids().collect(),
            "section_strings" => json!(texts),
            _ => return None,
        })
    })
}

fn full(gpp: &str, expected: &Value) -> Verdict {
    let sections = read_all(gpp)?;
    // The decoders that were asked list only sections they read, and 1 they do not.
    let found: Value = sections.iter().map(|(id, _)| *id).filter(|it| *it != 1).collect();
    equal(&found, &expected["section_ids"])?;
    for (name, expected) in expected["sections"].as_object().unwrap() {
        let id = gpp::section_id(name).ok_or_else(|| format!("no section `{name}`"))?;
        let section = sections.iter().find(|(it, _)| *it == id).map(|(_, it)| it);
        let section = section.ok_or_else(|| format!("`{name}` is missing"))?;
        section_fields(section, expected).map_err(|it| format!("`{name}`: {it}"))?;
    }
    Ok(())
}

/// Fields named `usnat/SaleOptOut`.
fn some(gpp: &str, expected: &Value) -> Verdict {
    let sections = read_all(gpp)?;
    fields(expected, |name, expected| {
        let (section, field) = name.split_once('/')?;
        let id = gpp::section_id(section)?;
        let (_, section) = sections.iter().find(|(it, _)| *it == id)?;
        section_field(section, field, expected)
    })
}

fn section(input: &Value) -> Result<Section<'_>, String> {
    let (name, encoded) = (text(input, "section"), text(input, "encoded"));
    if name == "header" {
        Header::parse(encoded).map_err(|it| it.to_string())?;
        return Ok(Section::Unknown(encoded));
    }
    let id = gpp::section_id(name).ok_or_else(|| format!("no section `{name}`"))?;
    Section::parse(id, encoded).map_err(|it| it.to_string())
}

fn section_fields(section: &Section<'_>, expected: &Value) -> Verdict {
    fields(expected, |name, expected| section_field(section, name, expected))
}

fn section_field(section: &Section<'_>, name: &str, expected: &Value) -> Option<Value> {
    match section {
        Section::Us(it) => us_field(it, name, expected),
        Section::TcfEuV2(it) => eu_field(it, name),
        Section::TcfCaV1(it) => ca_field(it, name),
        Section::UspV1(it) => usp_field(it, name),
        Section::TcfEuV1(_) | Section::Unknown(_) => None,
    }
}

fn us_field(section: &UsSection, name: &str, expected: &Value) -> Option<Value> {
    match name {
        "Gpc" => return Some(section.gpc.unwrap_or(false).into()),
        "GpcSegmentIncluded" => return Some(section.gpc.is_some().into()),
        "GpcSegmentType" | "SubsectionType" => return Some(1.into()),
        "Id" => return Some(section.id().into()),
        _ => (),
    }
    let field = Field::from_name(name)?;
    let mut values: Vec<u8> = section.values(field).collect();
    if section.id() == 7
        && let Some(expected) = expected.as_array()
    {
        // Some show the shorter lists of version 1 as those of version 2: what is not there does
        // not apply.
        values.resize(expected.len().max(values.len()), 0);
    }
    Some(if expected.is_array() { json!(values) } else { json!(values.first()?) })
}

fn eu_field(tc: &TcString<'_>, name: &str) -> Option<Value> {
    let publisher = tc.publisher_tc;
    let set = |it: Option<IdSet<'_>>| ids(it.unwrap_or(IdSet::EMPTY));
    Some(match name {
        "Id" => 2.into(),
        "Version" => TcString::VERSION.into(),
        "Created" => tc.created.unix_ms().into(),
        "LastUpdated" => tc.last_updated.unix_ms().into(),
        "CmpId" => tc.cmp_id.into(),
        "CmpVersion" => tc.cmp_version.into(),
        "ConsentScreen" => tc.consent_screen.into(),
        "ConsentLanguage" => tc.consent_language.to_string().into(),
        "VendorListVersion" => tc.vendor_list_version.into(),
        "PolicyVersion" => tc.tcf_policy_version.into(),
        "IsServiceSpecific" => tc.is_service_specific.into(),
        "UseNonStandardStacks" => tc.use_non_standard_texts.into(),
        "SpecialFeatureOptins" => flags(tc.special_feature_opt_ins),
        "PurposeConsents" => flags(tc.purposes_consent),
        "PurposeLegitimateInterests" => flags(tc.purposes_li_transparency),
        "PurposeOneTreatment" => tc.purpose_one_treatment.into(),
        "PublisherCountryCode" => tc.publisher_cc.to_string().into(),
        "VendorConsents" => ids(tc.vendor_consent),
        "VendorLegitimateInterests" => ids(tc.vendor_legitimate_interest),
        "PublisherRestrictions" => restrictions(tc.publisher_restrictions),
        "VendorsDisclosedSegmentType" => 1.into(),
        "VendorsDisclosed" => set(tc.disclosed_vendors),
        "VendorsAllowedSegmentType" => 2.into(),
        "VendorsAllowed" => set(tc.allowed_vendors),
        "PublisherPurposesSegmentType" => 3.into(),
        "PublisherConsents" => flags_or(publisher.map(|it| it.purposes_consent)),
        "PublisherLegitimateInterests" => flags_or(publisher.map(|it| it.purposes_li_transparency)),
        "NumCustomPurposes" => publisher.map_or(0, |it| it.custom_purposes_consent.len()).into(),
        "PublisherCustomConsents" => {
            flags(publisher.map(|it| it.custom_purposes_consent).unwrap_or_default())
        }
        "PublisherCustomLegitimateInterests" => {
            flags(publisher.map(|it| it.custom_purposes_li_transparency).unwrap_or_default())
        }
        _ => return None,
    })
}

fn ca_field(tc: &CaString<'_>, name: &str) -> Option<Value> {
    let publisher = tc.publisher_purposes;
    Some(match name {
        "Id" => 5.into(),
        "Version" => CaString::VERSION.into(),
        "Created" => tc.created.unix_ms().into(),
        "LastUpdated" => tc.last_updated.unix_ms().into(),
        "CmpId" => tc.cmp_id.into(),
        "CmpVersion" => tc.cmp_version.into(),
        "ConsentScreen" => tc.consent_screen.into(),
        "ConsentLanguage" => tc.consent_language.to_string().into(),
        "VendorListVersion" => tc.vendor_list_version.into(),
        "TcfPolicyVersion" => tc.tcf_policy_version.into(),
        "UseNonStandardStacks" => tc.use_non_standard_stacks.into(),
        "SpecialFeatureExpressConsent" => flags(tc.special_feature_express_consent),
        "PurposesExpressConsent" => flags(tc.purposes_express_consent),
        "PurposesImpliedConsent" => flags(tc.purposes_implied_consent),
        "VendorExpressConsent" => ids(tc.vendor_express_consent),
        "VendorImpliedConsent" => ids(tc.vendor_implied_consent),
        "PubRestrictions" => restrictions(tc.pub_restrictions),
        "DisclosedVendorsSegmentType" => 1.into(),
        "DisclosedVendors" => ids(tc.disclosed_vendors.unwrap_or(IdSet::EMPTY)),
        "PubPurposesSegmentType" => 3.into(),
        "PubPurposesExpressConsent" => flags_or(publisher.map(|it| it.express_consent)),
        "PubPurposesImpliedConsent" => flags_or(publisher.map(|it| it.implied_consent)),
        "NumCustomPurposes" => publisher.map_or(0, |it| it.custom_express_consent.len()).into(),
        "CustomPurposesExpressConsent" => {
            flags(publisher.map(|it| it.custom_express_consent).unwrap_or_default())
        }
        "CustomPurposesImpliedConsent" => {
            flags(publisher.map(|it| it.custom_implied_consent).unwrap_or_default())
        }
        _ => return None,
    })
}

fn usp_field(said: &UsPrivacy, name: &str) -> Option<Value> {
    let written = said.to_string();
    let at =
        ["Version", "Notice", "OptOutSale", "LspaCovered"].iter().position(|it| *it == name)?;
    Some(if at == 0 { said.version.into() } else { written[at..=at].into() })
}

fn flags(set: Bitfield) -> Value {
    (1..=set.len()).map(|id| set.contains(id)).collect()
}

/// Of a segment that may be missing, which reads as if nothing were set in it.
fn flags_or(set: Option<Bitfield>) -> Value {
    flags(set.unwrap_or(Bitfield::empty(24)))
}

fn restrictions(list: Restrictions<'_>) -> Value {
    let all = list.iter().map(|it| {
        json!({"key": it.purpose, "type": it.restriction_type.number(), "ids": ids(it.vendors)})
    });
    all.collect()
}
