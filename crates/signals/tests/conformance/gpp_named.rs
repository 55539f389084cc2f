//! Lines in the words of `iabgpp-rs`: names of variants, and an entry for each category of data.
//! The entries of a list are named, in no order, so that a list is compared by how often each value
//! stands in it.

use handshake_signals::gpp::tcf_ca::CaString;
use handshake_signals::gpp::{Field, Section, UsSection};
use handshake_signals::tcf::{TcString, v1::ConsentString};
use handshake_signals::{Datetime, IdSet};
use serde_json::{Value, json};

use super::tcf::{ids, list};
use super::{Verdict, equal, fields, gpp};

pub(crate) fn judge(text: &str, expected: &Value) -> Verdict {
    let sections = gpp::read_all(text)?;
    let expected = expected["sections"].as_array().unwrap();
    equal(&sections.len(), &expected.len())?;
    for ((_, section), expected) in sections.iter().zip(expected) {
        let (name, expected) = expected.as_object().unwrap().iter().next().unwrap();
        let verdict = match section {
            Section::Us(it) => us(it, expected),
            Section::TcfEuV2(it) => eu(it, expected),
            Section::TcfEuV1(it) => old(it, expected),
            Section::TcfCaV1(it) => ca(it, expected),
            Section::UspV1(_) | Section::Unknown(_) => Err("nobody compares it".to_owned()),
        };
        verdict.map_err(|it| format!("`{name}`: {it}"))?;
    }
    Ok(())
}

fn us(section: &UsSection, expected: &Value) -> Verdict {
    if let Some(gpc) = expected.get("gpc") {
        equal(&json!(section.gpc), gpc)?;
    }
    let core = &expected["core"];
    let core = core.get("V1").or(core.get("V2")).unwrap_or(core);
    for (name, expected) in core.as_object().unwrap() {
        let field = field(name).ok_or_else(|| format!("nobody knows `{name}`"))?;
        let mut found: Vec<u8> = section.values(field).collect();
        let mut expected = match expected.as_object() {
            Some(entries) => entries.values().map(number).collect(),
            None => vec![number(expected)],
        };
        found.sort_unstable();
        expected.sort_unstable();
        equal(&found, &expected).map_err(|it| format!("`{name}`: {it}"))?;
    }
    Ok(())
}

/// `sale_opt_out` is `SaleOptOut`; some are in the singular.
fn field(name: &str) -> Option<Field> {
    let capital = |it: &str| it[..1].to_uppercase() + &it[1..];
    let name: String = name.split('_').map(capital).collect();
    Field::from_name(&name).or_else(|| Field::from_name(&format!("{name}s")))
}

fn number(value: &Value) -> u8 {
    match (value.as_bool(), value.as_str()) {
        (Some(true), _) => 1,
        (Some(false), _) => 2,
        (_, Some("NotApplicable")) => 0,
        (_, Some("Provided" | "OptedOut" | "NoConsent" | "Yes" | "OptOutOption")) => 1,
        (_, Some("NotProvided" | "DidNotOptOut" | "Consent" | "No" | "ServiceProvider")) => 2,
        _ => panic!("nobody knows {value}"),
    }
}

fn seconds(it: Datetime) -> Value {
    (it.unix_ms() / 1000).into()
}

fn maybe(set: Option<IdSet<'_>>) -> Value {
    set.map_or(Value::Null, ids)
}

fn eu(tc: &TcString<'_>, expected: &Value) -> Verdict {
    equal(&maybe(tc.disclosed_vendors), &expected["disclosed_vendors"])?;
    equal(&maybe(tc.allowed_vendors), &expected["allowed_vendors"])?;
    let publisher = tc.publisher_tc.map(|it| {
        json!({
            "consents": list(it.purposes_consent),
            "legitimate_interests": list(it.purposes_li_transparency),
            "custom_consents": list(it.custom_purposes_consent),
            "custom_legitimate_interests": list(it.custom_purposes_li_transparency),
        })
    });
    equal(&publisher.unwrap_or_default(), &expected["publisher_purposes"])?;
    fields(&expected["core"], |name, expected| {
        Some(match name {
            "created" => seconds(tc.created),
            "last_updated" => seconds(tc.last_updated),
            "cmp_id" => tc.cmp_id.into(),
            "cmp_version" => tc.cmp_version.into(),
            "consent_screen" => tc.consent_screen.into(),
            "consent_language" => tc.consent_language.to_string().into(),
            "vendor_list_version" => tc.vendor_list_version.into(),
            "policy_version" => tc.tcf_policy_version.into(),
            "is_service_specific" => tc.is_service_specific.into(),
            "use_non_standard_stacks" => tc.use_non_standard_texts.into(),
            "special_feature_optins" => list(tc.special_feature_opt_ins),
            "purpose_consents" => list(tc.purposes_consent),
            "purpose_legitimate_interests" => list(tc.purposes_li_transparency),
            "purpose_one_treatment" => tc.purpose_one_treatment.into(),
            "publisher_country_code" => tc.publisher_cc.to_string().into(),
            "vendor_consents" => ids(tc.vendor_consent),
            "vendor_legitimate_interests" => ids(tc.vendor_legitimate_interest),
            // Its decoder reads no restriction of a TC string right.
            "publisher_restrictions" if tc.publisher_restrictions.is_empty() => json!([]),
            "publisher_restrictions" => expected.clone(),
            _ => return None,
        })
    })
}

fn old(tc: &ConsentString<'_>, expected: &Value) -> Verdict {
    fields(expected, |name, _| {
        Some(match name {
            "created" => seconds(tc.created),
            "last_updated" => seconds(tc.last_updated),
            "cmp_id" => tc.cmp_id.into(),
            "cmp_version" => tc.cmp_version.into(),
            "consent_screen" => tc.consent_screen.into(),
            "consent_language" => tc.consent_language.to_string().into(),
            "vendor_list_version" => tc.vendor_list_version.into(),
            "purposes_allowed" => list(tc.purposes_allowed),
            "vendor_consents" => (1..=tc.max_vendor_id).filter(|it| tc.consent(*it)).collect(),
            _ => return None,
        })
    })
}

fn ca(tc: &CaString<'_>, expected: &Value) -> Verdict {
    equal(&maybe(tc.disclosed_vendors), &expected["disclosed_vendors"])?;
    let publisher = tc.publisher_purposes.map(|it| {
        json!({
            "purpose_express_consents": list(it.express_consent),
            "purpose_implied_consents": list(it.implied_consent),
            "custom_purpose_express_consents": list(it.custom_express_consent),
            "custom_purpose_implied_consents": list(it.custom_implied_consent),
        })
    });
    equal(&publisher.unwrap_or_default(), &expected["publisher_purposes"])?;
    fields(&expected["core"], |name, expected| {
        Some(match name {
            "created" => seconds(tc.created),
            "last_updated" => seconds(tc.last_updated),
            "cmp_id" => tc.cmp_id.into(),
            "cmp_version" => tc.cmp_version.into(),
            "consent_screen" => tc.consent_screen.into(),
            "consent_language" => tc.consent_language.to_string().into(),
            "vendor_list_version" => tc.vendor_list_version.into(),
            "policy_version" => tc.tcf_policy_version.into(),
            "use_non_standard_stacks" => tc.use_non_standard_stacks.into(),
            "special_feature_express_consents" => list(tc.special_feature_express_consent),
            "purpose_express_consents" => list(tc.purposes_express_consent),
            "purpose_implied_consents" => list(tc.purposes_implied_consent),
            "vendor_express_consents" => ids(tc.vendor_express_consent),
            "vendor_implied_consents" => ids(tc.vendor_implied_consent),
            "pub_restrictions" if tc.pub_restrictions.is_empty() => json!([]),
            "pub_restrictions" => expected.clone(),
            _ => return None,
        })
    })
}
