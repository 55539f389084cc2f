//! The short strings: US Privacy, Additional Consent, deletion requests.

use handshake_signals::AdditionalConsent;
use handshake_signals::ddrf::{Claims, ResultCode, TokenKind};
use handshake_signals::usp::UsPrivacy;
use serde_json::Value;

use super::{Verdict, equal, fields, refused, text};

pub(crate) fn judge(kind: &str, line: &Value) -> Option<Verdict> {
    let (input, expected) = (&line["input"], &line["expect"]);
    Some(match kind {
        "usp_parse" | "usp_valid" | "usp_fields" => usp(text(input, "us_privacy"), expected),
        "ac_string" => additional_consent(text(input, "addtl_consent"), expected),
        "ddrf_claims" => claims(input, expected),
        "ddrf_result" => {
            let code = ResultCode::from_number(input["raResultCode"].as_i64().unwrap());
            let code = match code {
                Some(code) => code,
                None => return Some(Err("no such code".to_owned())),
            };
            fields(expected, |name, _| {
                Some(match name {
                    "http_status" => code.http_status().into(),
                    "meaning" => code.meaning().into(),
                    _ => return None,
                })
            })
        }
        _ => return None,
    })
}

/// An empty text is a signal that is not there, which is no error.
fn usp(string: &str, expected: &Value) -> Verdict {
    let said = (!string.is_empty()).then(|| UsPrivacy::parse(string));
    if expected["reject"] == true || expected["valid"] == false {
        return said.map_or(Err("it is absent".to_owned()), refused);
    }
    let said = said.transpose().map_err(|it| it.to_string())?;
    let place = |at: usize| said.map(|it| it.to_string()[at..=at].to_owned());
    fields(expected, |name, _| {
        Some(match name {
            "valid" => true.into(),
            "opt_out_sale" if expected["version"].is_null() => {
                said.is_some_and(UsPrivacy::opts_out_of_sale).into()
            }
            "opt_out_sale" => place(2)?.into(),
            "notice" => place(1)?.into(),
            "lspa" => place(3)?.into(),
            "version" => said?.version.into(),
            "ccpa_applies" => said?.applies().into(),
            _ => return None,
        })
    })
}

fn additional_consent(string: &str, expected: &Value) -> Verdict {
    if expected["reject"] == true {
        return refused(AdditionalConsent::parse(string));
    }
    let ac = AdditionalConsent::parse(string).map_err(|it| it.to_string())?;
    fields(expected, |name, _| {
        Some(match name {
            "reject" => false.into(),
            "version" => ac.version().into(),
            "consented" => ac.consented_ids().collect(),
            "disclosed" => ac.disclosed_ids().collect(),
            _ => return None,
        })
    })
}

fn claims(input: &Value, expected: &Value) -> Verdict {
    let kind = match text(input, "jwt") {
        "idJWT" => TokenKind::Identity,
        "rqJWT" => TokenKind::Request,
        "acJWT" => TokenKind::Acknowledgement,
        other => return Err(format!("no token `{other}`")),
    };
    let payload = input["claims"].to_string();
    let read = Claims::read(kind, &payload);
    equal(&Some(read.is_ok()), &expected["valid"].as_bool())?;
    fields(expected, |name, _| {
        Some(match name {
            "valid" => read.is_ok().into(),
            "result_code" => read.err()?.result_code().number().into(),
            "accepted" => (read.ok()?.result? == ResultCode::Successful).into(),
            "http_status" => read.ok()?.result?.http_status().into(),
            _ => return None,
        })
    })
}
