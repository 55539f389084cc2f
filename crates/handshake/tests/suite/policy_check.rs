//! Checking a policy from the command line and at the door: what is said, where it is explained, and
//! with which exit code.

use std::process::{Command, Output};

use serde_json::Value;

use crate::server::Server;
use crate::shop::root;

fn ridgeline() -> String {
    std::fs::read_to_string(root().join("examples/ridgeline-bikes/policy.kdl")).unwrap()
}

fn handshake(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_handshake")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What is said of a policy with `--json`, and the exit code.
fn checked(source: &str) -> (Value, i32) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("policy.kdl");
    std::fs::write(&path, source).unwrap();
    let done = handshake(&["--json", "policy", "check", path.to_str().unwrap()]);
    (serde_json::from_slice(&done.stdout).unwrap(), done.status.code().unwrap())
}

/// Severity, slug and page of each problem, which all have a place and help.
fn slugs(value: &Value) -> Vec<(&str, &str, &str)> {
    let of = |it: &Value| {
        assert!(it["line"].as_u64() > Some(0) && it["column"].as_u64() > Some(0), "{it}");
        assert!(it["said"].is_string() && it["help"].is_string(), "{it}");
    };
    let problems = value["problems"].as_array().unwrap();
    problems.iter().for_each(of);
    problems
        .iter()
        .map(|it| ["severity", "slug", "see"].map(|name| it[name].as_str().unwrap()))
        .map(|[severity, slug, see]| (severity, slug, see))
        .collect()
}

#[test]
fn a_sound_policy_may_have_warnings() {
    let (value, code) = checked(&ridgeline());
    assert_eq!(code, 0);
    assert_eq!(value["version"], 7);
    let said = slugs(&value);
    assert!(said.iter().all(|it| it.0 == "warning"), "{said:?}");
    let see = "docs/POLICY-LINTS.md#holdout-in-return";
    assert!(said.contains(&("warning", "holdout-in-return", see)), "{said:?}");
}

#[test]
fn mistakes_of_the_reader_and_of_the_check_are_refused() {
    let (value, code) = checked(&ridgeline().replace("basis permission explicit", "basis consent"));
    assert_eq!(code, 1);
    let see = "docs/POLICY-MISTAKES.md#unknown-basis";
    assert_eq!(slugs(&value), [("mistake", "unknown-basis", see)]);
    let (value, code) =
        checked(&ridgeline().replace("with velo-exchange", "with velo-exchange us"));
    assert_eq!(code, 1);
    let see = "docs/POLICY-LINTS.md#bundled";
    assert!(slugs(&value).contains(&("mistake", "bundled", see)), "{value:#}");
    let missing = handshake(&["policy", "check", "/nowhere/at/all.kdl"]);
    assert_eq!(missing.status.code(), Some(70));
    assert_eq!(handshake(&["policy", "check"]).status.code(), Some(2));
}

#[test]
fn people_see_the_line_and_a_caret_and_each_thing_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("policy.kdl");
    std::fs::write(&path, ridgeline().replace("with velo-exchange", "with velo-exchnage")).unwrap();
    let done = handshake(&["policy", "check", path.to_str().unwrap()]);
    let said = text(&done.stdout).replace(path.to_str().unwrap(), "policy.kdl");
    insta::assert_snapshot!(said);
}

#[test]
fn every_problem_is_explained() {
    let done = handshake(&["policy", "check", "--explain", "bundled"]);
    assert_eq!(done.status.code(), Some(0));
    let page = text(&done.stdout);
    assert!(page.starts_with("bundled\n\n**Mistake.**"), "{page}");
    assert!(page.contains("EDPB 05/2020") && page.contains("// after"), "{page}");
    let done = handshake(&["--json", "policy", "check", "--explain", "unknown-basis"]);
    let value: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(value["slug"], "unknown-basis");
    let done = handshake(&["policy", "check", "--explain", "bundeld"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("did you mean `bundled`?"), "{}", text(&done.stderr));
}

#[test]
fn the_door_says_where_each_thing_is_explained() {
    let server = Server::start();
    let authorization = format!("Bearer {}", server.secret);
    let fields = [("content-type", "application/kdl"), ("authorization", &*authorization)];
    let source = ridgeline().replace("with velo-exchange", "with velo-exchange us");
    let reply = server.send("POST", "/v1/policies/check", &fields, source.as_bytes()).ok();
    assert_eq!(reply["problems"][0]["slug"], "bundled");
    assert_eq!(reply["problems"][0]["see"], "docs/POLICY-LINTS.md#bundled");
}
