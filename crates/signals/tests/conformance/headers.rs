//! Fields of requests and responses, and what sites publish: DNT, GPC, EFF's policy.

use handshake_signals::dnt::{self, Preference, Scope, Status, Tk, TrackingStatus};
use handshake_signals::{gpc, openrtb};
use serde_json::Value;

use super::{Verdict, equal, fields, refused, text};

pub(crate) fn judge(kind: &str, line: &Value) -> Option<Verdict> {
    let (input, expected) = (&line["input"], &line["expect"]);
    Some(match kind {
        "dnt_header" => dnt_header(input, expected),
        "tk_parse" => tk(text(input, "tk"), expected),
        "tsr_body" => status(input, expected),
        "exception_match" => {
            let pair = |name: &str| [0, 1].map(|it| input[name][it].as_str().unwrap());
            let found = dnt::exception_covers(pair("stored"), pair("request"));
            equal(&Some(found), &expected["match"].as_bool())
        }
        "eff_policy_hash" | "eff_policy_doc" | "eff_policy_variant" => {
            let found = dnt::eff_policy(text(input, "sha1"));
            fields(expected, |name, _| {
                Some(match name {
                    "accepted" => found.is_some().into(),
                    "name" => found.into(),
                    _ => return None,
                })
            })
        }
        "gpc_header" => {
            let values = texts(&input["sec_gpc"]);
            equal(&Some(gpc::is_on(bytes(&values))), &expected["gpc"].as_bool())
        }
        "gpc_wellknown" => {
            let body = text(input, "body");
            let support = gpc::read_gpc_json(text(input, "content_type"), body);
            fields(expected, |name, _| {
                Some(match name {
                    "support" => support.gpc.into(),
                    "last_update" => support.last_update.into(),
                    _ => return None,
                })
            })
        }
        "gpc_to_ortb" => gpc_to_ortb(input, expected),
        "lmt_enforce" => {
            let found = openrtb::limits_tracking(input["lmt"].as_i64());
            equal(&Some(found), &expected["enforce"].as_bool())
        }
        _ => return None,
    })
}

fn dnt_header(input: &Value, expected: &Value) -> Verdict {
    let values = texts(&input["dnt"]);
    let said = dnt::read(bytes(&values));
    fields(expected, |name, _| {
        Some(match name {
            "invalid" => said.invalid.into(),
            "pref" => match said.preference {
                None => Value::Null,
                Some(Preference::NotTracked) => 1.into(),
                Some(Preference::Allowed) => 0.into(),
            },
            _ => return None,
        })
    })
}

fn tk(field: &str, expected: &Value) -> Verdict {
    if expected["reject"] == true {
        return refused(Tk::parse(field));
    }
    let tk = Tk::parse(field).map_err(|it| it.to_string())?;
    equal(&tk.to_string().as_str(), &field)?;
    fields(expected, |name, _| {
        Some(match name {
            "tsv" => tk.status().as_char().to_string().into(),
            "status_id" => tk.id().into(),
            "resource" => format!("{}{}", dnt::WELL_KNOWN, tk.id()?).into(),
            "treat_as" => tk.status().treated_as().as_char().to_string().into(),
            "extension" => matches!(tk.status(), Status::Extension(_)).into(),
            "reject" => false.into(),
            _ => return None,
        })
    })
}

fn status(input: &Value, expected: &Value) -> Verdict {
    let body = &input["body"];
    let scope = if input["scope"] == "site-wide" { Scope::Site } else { Scope::Request };
    let tracking = body["tracking"].as_str().and_then(|it| Status::from_char(it.chars().next()?));
    let valid = tracking.is_some_and(|tracking| {
        let (policy, config) = (body["policy"].as_str(), body["config"].as_str());
        TrackingStatus { policy, config, ..TrackingStatus::of(tracking) }.check(scope).is_ok()
    });
    equal(&Some(valid), &expected["valid"].as_bool())
}

/// `regs` after the header has been seen; an empty header is none.
fn gpc_to_ortb(input: &Value, expected: &Value) -> Verdict {
    let header = text(input, "sec_gpc_header");
    let sent = (!header.is_empty()).then_some(header.as_bytes());
    let mut regs = input["regs"].clone();
    if let Some(gpc) = openrtb::regs_ext_gpc(sent) {
        if regs.is_null() {
            regs = Value::Object(serde_json::Map::default());
        }
        regs["ext"]["gpc"] = gpc.into();
    }
    equal(&regs, &expected["regs"])
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn bytes(texts: &[String]) -> impl Iterator<Item = &[u8]> {
    texts.iter().map(String::as_bytes)
}
