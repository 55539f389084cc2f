//! Every string of the vectors, valid or not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::Value;

const FILES: [&str; 4] = [
    include_str!("../../vectors/tcf.jsonl"),
    include_str!("../../vectors/tcf-realworld.jsonl"),
    include_str!("../../vectors/gpp.jsonl"),
    include_str!("../../vectors/signals.jsonl"),
];

/// The texts in `input`, with the name they have there and the section they belong to.
pub(crate) fn strings() -> Vec<(String, String)> {
    let lines = FILES.iter().flat_map(|it| it.lines());
    let lines = lines.map(|it| serde_json::from_str::<Value>(it).unwrap());
    let mut strings = Vec::new();
    for line in lines {
        let input = line["input"].as_object().unwrap();
        let section = input.get("section").and_then(Value::as_str).unwrap_or_default();
        for (name, value) in input {
            if let (false, Some(text)) = (name == "section", value.as_str()) {
                strings.push((format!("{name}{section}"), text.to_owned()));
            }
        }
        if let Some(encoded) = line["expect"]["encoded"].as_str() {
            strings.push((format!("encoded{section}"), encoded.to_owned()));
        }
    }
    strings
}
