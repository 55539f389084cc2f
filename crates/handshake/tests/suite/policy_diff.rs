//! Comparing policies from the command line and at the door, and announcing what is wider.

use serde_json::{Value, json};

use crate::server::{Server, event};
use crate::shop::root;

fn ridgeline() -> String {
    std::fs::read_to_string(root().join("examples/ridgeline-bikes/policy.kdl")).unwrap()
}

/// The model with other lines, as its next version.
fn next(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(
        ridgeline().replace("version=7 replaces=6", "version=8 replaces=7"),
        |text, (from, to)| {
            assert!(text.contains(from), "`{from}` is not in the model");
            text.replacen(from, to, 1)
        },
    )
}

/// Exit code of `policy diff` on two files, and what it prints with `--json`.
fn compared(old: &str, new: &str) -> (i32, Value) {
    let dir = tempfile::tempdir().unwrap();
    let [old_path, new_path] = ["old.kdl", "new.kdl"].map(|it| dir.path().join(it));
    std::fs::write(&old_path, old).unwrap();
    std::fs::write(&new_path, new).unwrap();
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_handshake"))
        .args(["--json", "policy", "diff"])
        .args([&old_path, &new_path])
        .output()
        .unwrap();
    (done.status.code().unwrap(), serde_json::from_slice(&done.stdout).unwrap())
}

#[track_caller]
fn check(changes: &[(&str, &str)], code: i32, expected: &[(&str, &str)]) {
    let (exit, value) = compared(&ridgeline(), &next(changes));
    let found: Vec<_> = value["differences"].as_array().unwrap().iter().collect();
    let found: Vec<_> = found
        .iter()
        .map(|it| (it["effect"].as_str().unwrap(), it["class"].as_str().unwrap()))
        .collect();
    assert_eq!(found, expected, "{value:#}");
    assert_eq!(exit, code);
}

#[test]
fn what_changed_is_named_by_class() {
    check(&[], 0, &[]);
    check(&[("  at-most 2 per=month", "  at-most 1 per=month")], 0, &[("narrowed", "frequency")]);
    check(&[("keep 30 days after", "keep 31 days after")], 3, &[("widened", "keep")]);
    check(&[("on ads\n", "on ads email\n")], 3, &[("widened", "channel")]);
    check(&[("  uses device.ad-id ", "  uses device ")], 3, &[("widened", "data")]);
    check(
        &[("kind=processor    country=NL", "kind=processor    country=US")],
        3,
        &[("widened", "country")],
    );
    check(&[("within=48 hours", "within=49 hours")], 3, &[("worse", "duty")]);
    check(
        &[("\"5 EUR off your next service\"", "\"4 EUR off your next service\"")],
        3,
        &[("worse", "benefit")],
    );
    check(
        &[("per-visit=1 per-quarter=3", "per-visit=1 per-quarter=4")],
        3,
        &[("worse", "ask-budget")],
    );
    check(
        &[("mode=observe              // our promise", "mode=rehearse              //")],
        3,
        &[("worse", "mode")],
    );
}

#[test]
fn words_alone_are_explained_by_their_author() {
    let words = ("recommend a frame size.", "suggest a frame size.");
    check(&[words], 3, &[("reworded", "words")]);
    let told = ("kind=meaning", "kind=wording");
    check(&[words, told], 0, &[("reworded", "words")]);
    let line = ridgeline().lines().find(|it| it.contains("kind=meaning")).unwrap().to_owned();
    check(&[words, (&line, "")], 1, &[("reworded", "words")]);
}

#[test]
fn a_wider_deal_is_announced_and_says_whom_to_ask_again() {
    let server = Server::start();
    let first = server.get("/v1/policies/1");
    let hash = first.header("etag").unwrap().to_owned();
    let authorization = format!("Bearer {}", server.secret);
    let post = |path: &str, source: &str| {
        let fields = [
            ("authorization", &*authorization),
            ("content-type", "application/kdl"),
            ("if-match", &*hash),
        ];
        server.send("POST", path, &fields, source.as_bytes())
    };
    let wider = first.text.replace("version=1", "version=2").replacen(
        "  uses purchase.items behaviour.viewed\n",
        "  uses purchase.items behaviour.viewed behaviour.searched\n",
        1,
    );
    assert_ne!(wider, first.text.replace("version=1", "version=2"));
    for customer in ["1", "2"] {
        server.post("/v1/identities", &json!({"customer": customer, "event": event()})).ok();
        let answer = json!({"customer": customer, "purpose": "suggest-gifts", "answer": "granted",
            "gesture": "phone", "event": event()});
        server.post("/v1/answers", &answer).ok();
    }
    let told = post("/v1/policies/diff", &wider).ok();
    assert_eq!(told["material"], true);
    assert_eq!(told["differences"][0]["class"], "data");
    assert_eq!(told["differences"][0]["people"], 2);
    let expected = json!([{"purpose": "suggest-gifts", "people": 2,
        "data": ["behaviour.searched"], "recipients": [], "channels": []}]);
    assert_eq!(told["outgrown"], expected);

    let (status, slug, field) = post("/v1/policies", &wider).problem();
    assert_eq!((status, &*slug, &*field), (422, "invalid-value", "effective"));
    let announced = wider.replacen("2010-01-01T00:00:00Z", "2040-01-01T00:00:00Z", 1);
    assert_eq!(post("/v1/policies", &announced).status, 201);
    let asked = server.get("/v1/policies/2/reask").ok();
    assert_eq!((&asked["version"], &asked["people"]), (&json!(2), &json!(2)));
    assert_eq!(asked["asks"][0]["adds"], expected[0], "the difference, and no more");
    assert_eq!(asked["asks"][0]["agreed"].as_array().unwrap().len(), 1);
    assert_eq!(server.get("/v1/policies/1/reask").ok()["asks"], json!([]));
    assert_eq!(server.get("/v1/policies/9/reask").problem().2, "version");
    assert_eq!(server.get("/v1/policies/1").text, first.text, "what was is readable for ever");
}

#[test]
fn every_difference_names_the_old_line_too() {
    let new = next(&[
        ("\"Ridgeline Bikes Ltd\"", "\"Ridgeline Cycles Ltd\""),
        ("per-visit=1 per-quarter=3", "per-visit=1 per-quarter=4"),
        ("within=48 hours", "within=49 hours"),
    ]);
    let new = format!("// A line more.\n{new}");
    let (_, value) = compared(&ridgeline(), &new);
    let line = |text: &str, part: &str| text.lines().position(|it| it.contains(part)).unwrap() + 1;
    for (class, part) in
        [("controller", "  controller "), ("ask-budget", "  ask-budget "), ("duty", "  must stop ")]
    {
        let all = value["differences"].as_array().unwrap();
        let it = all
            .iter()
            .find(|it| it["class"] == class && it["old_line"] == line(&ridgeline(), part));
        let it = it.unwrap_or_else(|| panic!("no {class} of the old line in {value:#}"));
        assert_eq!(it["new_line"], line(&new, part), "{class}");
    }
}

#[test]
fn a_comparison_is_a_page_that_stands_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let [old_path, new_path] = ["old.kdl", "new.kdl"].map(|it| dir.path().join(it));
    std::fs::write(&old_path, ridgeline()).unwrap();
    std::fs::write(&new_path, next(&[("on ads\n", "on ads email\n")])).unwrap();
    let run = |more: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_handshake"))
            .args(more)
            .args(["policy", "diff", "--html"])
            .args([&old_path, &new_path])
            .output()
            .unwrap()
    };
    let done = run(&[]);
    assert_eq!(done.status.code(), Some(3));
    let html = String::from_utf8(done.stdout).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
    assert!(html.contains("Version 8 widens the deal of version 7 in 1 way."), "{html}");
    assert!(html.contains("As in: ") && html.contains("<ins>"), "{html}");
    assert_eq!(run(&["--json"]).status.code(), Some(2));
}
