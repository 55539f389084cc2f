//! `docs/guide/policy.md`: the one page from which somebody writes a policy. Its own example is
//! sound and decides as the page shows; so does the policy that was written from it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::offline::offline;
use crate::shop::root;

fn guide() -> String {
    std::fs::read_to_string(root().join("docs/guide/policy.md")).unwrap()
}

/// The text of the first block in this language.
fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0
}

fn check(policy: &Path) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_handshake"))
        .args(["policy", "check"])
        .arg(policy)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].map(|it| String::from_utf8(it).unwrap()).concat();
    (done.status.code().unwrap(), said)
}

#[test]
fn the_example_is_sound_and_decides_as_shown() {
    let page = guide();
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    std::fs::write(&policy, block(&page, "kdl")).unwrap();
    let (code, said) = check(&policy);
    assert_eq!(code, 0, "{said}");
    let shown = block(&page, "sh");
    let situations: Vec<&str> = shown.lines().filter(|it| it.starts_with('{')).collect();
    assert_eq!(situations.len(), 2);
    let (replies, code, said) = offline(&[&policy], &situations.join("\n"));
    assert_eq!(code, 0, "{said}");
    assert!(replies.iter().all(|it| it["verdict"] == "allowed"), "{replies:?}");
}

#[test]
fn every_line_of_the_language_is_on_the_page() {
    let page = guide();
    let model =
        std::fs::read_to_string(root().join("examples/ridgeline-bikes/policy.kdl")).unwrap();
    let lines = model.lines().map(str::trim).filter(|it| !it.starts_with("//"));
    let words = lines
        .filter_map(|it| it.split([' ', '{']).next())
        .filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'));
    // Names that a policy gives itself are no words of the language.
    let own = [
        "contact",
        "interest",
        "behaviour",
        "purchase",
        "body",
        "device",
        "derived",
        "deal",
        "us",
        "mailer",
        "velo-exchange",
        "bought-kids-bike",
        "bike-match",
        "churn-risk",
        "show-recommendations",
        "ask",
    ];
    for word in words.filter(|it| !own.contains(it)) {
        assert!(page.contains(word), "`{word}` is not on the page");
    }
}

/// Nine clauses were written from the page alone, and mean what they were meant to.
#[test]
#[expect(clippy::too_many_lines, reason = "a table: one row a clause")]
fn what_was_written_from_it_decides_rightly() {
    let policy = root().join("examples/tea-shop/policy.kdl");
    let (code, said) = check(&policy);
    assert_eq!(code, 0, "{said}");
    let now = "2026-11-24T12:00:00Z";
    let vector = |purpose: &str, data: &[&str], reach: [&str; 2], more: Value| {
        let mut it = json!({"now": now, "act": "use", "purpose": purpose, "data": data,
            "recipient": reach[0], "channel": reach[1], "person": {"customer": "1"}});
        for (key, value) in more.as_object().unwrap() {
            it[key] = value.clone();
        }
        it
    };
    let yes = |purpose: &str| json!([{"purpose": purpose, "answer": "granted", "at": "2026-11-01T00:00:00Z"}]);
    let check = |it: Value, verdict: &str, advice: &str, code: &str| {
        let (replies, _, said) = offline(&[&policy], &it.to_string());
        let reply = &replies[0];
        let codes: Vec<&str> = reply["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap())
            .collect();
        assert_eq!(
            (&reply["verdict"], &reply["advice"]),
            (&json!(verdict), &json!(advice)),
            "{said}{reply:#}"
        );
        assert_eq!(codes.first().copied().unwrap_or_default(), code, "{reply:#}");
    };
    check(
        vector("take-orders", &["purchase.items", "contact.email"], ["us", "email"], json!({})),
        "allowed",
        "proceed",
        "",
    );
    check(
        vector(
            "suggest",
            &["behaviour.viewed"],
            ["us", "web"],
            json!({"permissions": yes("suggest"), "signals": {"dnt": "1"}}),
        ),
        "not_allowed",
        "withhold",
        "signal_ignored",
    );
    let used = json!([{"purpose": "newsletter", "at": "2026-11-22T12:00:00Z"}]);
    check(
        vector(
            "newsletter",
            &["contact.email"],
            ["brev", "email"],
            json!({"permissions": yes("newsletter"), "history": {"uses": used}}),
        ),
        "not_allowed",
        "withhold",
        "too_often",
    );
    check(
        vector(
            "ads",
            &["device.ad-id"],
            ["pixel", "ads"],
            json!({"permissions": yes("ads"),
        "data": [{"name": "device.ad-id", "collected_at": "2026-10-01T00:00:00Z"}]}),
        ),
        "not_allowed",
        "withhold",
        "too_old",
    );
    check(
        vector(
            "warn-allergies",
            &["health.allergies"],
            ["us", "shop"],
            json!({"permissions": yes("warn-allergies")}),
        ),
        "allowed",
        "proceed",
        "",
    );
    check(
        vector("detect-fraud", &["purchase.items"], ["us", "web"], json!({"jurisdiction": "SE"})),
        "not_allowed",
        "withhold",
        "no_permission",
    );
    check(
        vector("detect-fraud", &["purchase.items"], ["us", "web"], json!({"jurisdiction": "US"})),
        "allowed",
        "proceed",
        "",
    );
    check(
        vector(
            "suggest",
            &["health.allergies"],
            ["us", "web"],
            json!({"permissions": yes("suggest")}),
        ),
        "not_allowed",
        "withhold",
        "never",
    );
    check(
        vector(
            "ads",
            &["behaviour.viewed"],
            ["pixel", "ads"],
            json!({"permissions": yes("ads"), "tags": ["bought-kids-tea"]}),
        ),
        "not_allowed",
        "proceed",
        "never",
    );
}
