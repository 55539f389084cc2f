//! Judges one line of a file of vectors, in the form that `vectors/README.md` describes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use std::fmt::Debug;

use serde_json::Value;

mod bits;

mod gpp;

mod gpp_encode;

mod gpp_named;

mod headers;

mod strings;

mod tcf;

/// Whether a line is met; if not, what came instead.
pub(crate) type Verdict = Result<(), String>;

/// What became of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Met,
    Failed(String),
    /// Not met, and not counted: decoders may differ on it. With what came instead.
    Unscored(String),
    /// Nobody here judges lines of this kind.
    UnknownKind,
}

pub(crate) fn judge(line: &Value) -> Outcome {
    let kind = line["kind"].as_str().unwrap_or_default();
    let judges = [bits::judge, tcf::judge, gpp::judge, headers::judge, strings::judge];
    let Some(verdict) = judges.into_iter().find_map(|it| it(kind, line)) else {
        return Outcome::UnknownKind;
    };
    let strictness = line["strictness"].as_str().unwrap_or_default();
    match verdict {
        Ok(()) => Outcome::Met,
        Err(instead) if matches!(strictness, "policy" | "unknown-version") => {
            Outcome::Unscored(instead)
        }
        Err(instead) => Outcome::Failed(instead),
    }
}

/// A line of which each field that is expected is compared.
pub(crate) fn fields(expected: &Value, found: impl Fn(&str, &Value) -> Option<Value>) -> Verdict {
    for (name, expected) in expected.as_object().unwrap() {
        let found = found(name, expected).ok_or_else(|| format!("nobody knows `{name}`"))?;
        equal(&found, expected).map_err(|it| format!("`{name}`: {it}"))?;
    }
    Ok(())
}

pub(crate) fn equal<T: PartialEq + Debug>(found: &T, expected: &T) -> Verdict {
    if found == expected { Ok(()) } else { Err(format!("{found:?} instead of {expected:?}")) }
}

pub(crate) fn refused<T, E>(result: Result<T, E>) -> Verdict {
    result.err().map(|_| ()).ok_or_else(|| "it was not refused".to_owned())
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("`{name}` is no text"))
}
