//! Signals, permission, place and the policy of collection, combined: real strings and several
//! versions, decided by policy files alone.

use std::path::{Path, PathBuf};

use handshake_core::vocabulary::Millis;
use handshake_signals::tcf::TcString;
use handshake_signals::{Bitfield, Datetime, IdSet, Padding};
use serde_json::{Value, json};

use crate::deals::customer;
use crate::offline::offline;
use crate::server::{Server, event};
use crate::shop::root;

const NOW: &str = "2027-06-01T12:00:00Z";
const VENDOR: u16 = 9999;

fn model() -> PathBuf {
    root().join("examples/ridgeline-bikes/policy.kdl")
}

/// A TC string that agrees to these purposes of the framework, and to the model's exchange.
fn tc(purposes: &[u8], updated: &str) -> String {
    let at = u64::try_from(Millis::parse(updated).unwrap().0).unwrap();
    let vendors = [VENDOR..=VENDOR];
    let mut it = TcString::new(Datetime::from_unix_ms(at));
    (it.cmp_id, it.vendor_list_version) = (10, 142);
    it.purposes_consent = Bitfield::of(24, purposes.iter().copied()).unwrap();
    it.vendor_consent = IdSet::of(&vendors);
    it.disclosed_vendors = Some(IdSet::of(&vendors));
    let mut text = String::new();
    it.encode(&mut text, Padding::Quantum).unwrap();
    text
}

/// A situation of retargeting in the model; `past` is put beside the use.
fn retarget(place: &str, signals: &Value, past: &Value) -> Value {
    let mut it = json!({
        "now": NOW, "act": "share", "purpose": "retarget", "data": ["behaviour.viewed"],
        "recipient": "velo-exchange", "channel": "ads", "jurisdiction": place, "signals": signals,
        "person": {"customer": "4711"},
    });
    for (key, value) in past.as_object().unwrap() {
        it[key] = value.clone();
    }
    it
}

fn decided(policies: &[&Path], situation: &Value) -> Value {
    let (mut replies, code, said) = offline(policies, &situation.to_string());
    assert_eq!((code, replies.len()), (0, 1), "{said}{replies:?}");
    replies.remove(0)
}

/// Verdict, clauses that fail beside promises, codes on the basis, and flags.
fn short(reply: &Value) -> (String, Vec<String>, Vec<String>) {
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let reasons = reply["reasons"].as_array().unwrap().iter();
    let reasons = reasons.filter(|it| it["clause"] != "never").map(|it| match &it["clause"] {
        clause if clause == "basis" || clause == "age" => text(&it["code"]),
        clause => text(clause),
    });
    let flags = reply["flags"].as_array().unwrap().iter().map(text);
    (text(&reply["verdict"]), reasons.collect(), flags.collect())
}

#[test]
fn the_order_of_combination_holds_for_real_strings() {
    let granted = |at: &str| json!([{"purpose": "retarget", "answer": "granted", "at": at}]);
    let gpc_since = json!([{"signal": "gpc", "at": "2027-03-01T00:00:00Z"}]);
    let affirmed = json!([{"purpose": "retarget", "at": "2027-04-01T00:00:00Z"}]);
    let gpc = json!({"gpc": "1"});
    let check = |place: &str, signals: Value, past: Value, expected: (&str, &[&str], &[&str])| {
        let reply = decided(&[&model()], &retarget(place, &signals, &past));
        let (verdict, reasons, flags) = short(&reply);
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        assert_eq!((&*verdict, &*reasons, &*flags), expected, "{signals} {past}: {reply:#}");
        reply
    };
    let cured = |reply: &Value, cure: &str| assert_eq!(reply["cures"], json!([cure]), "{reply:#}");
    let heard = json!({"history": {"signals": gpc_since}});
    let reply = check("US-CA", gpc.clone(), heard, ("not_allowed", &["gpc", "no_permission"], &[]));
    cured(&reply, "none (gpc)");
    let before = json!({"permissions": granted("2027-02-01T00:00:00Z"),
        "history": {"signals": gpc_since}});
    let reply = check("US-CA", gpc.clone(), before, ("not_allowed", &["gpc"], &[]));
    cured(&reply, "show the conflict, and ask to affirm");
    let yes = json!({"permissions": granted("2027-02-01T00:00:00Z"),
        "history": {"signals": gpc_since, "affirmed": affirmed}});
    check("US-CA", gpc, yes.clone(), ("allowed", &[], &["affirmed"]));
    let elsewhere = json!({"gpc": "1", "own_device": false});
    check("US-CA", elsewhere, yes, ("not_allowed", &["gpc"], &[]));
    let both = json!({"gpc": "1", "tcf": tc(&[1, 3, 4], "2027-01-01T00:00:00Z")});
    check("EU", both, json!({}), ("not_allowed", &["gpc"], &[]));
    let no = |at: &str| json!({"tcf": tc(&[1], at)});
    let past = json!({"permissions": granted("2027-02-01T00:00:00Z")});
    let later = no("2027-01-01T00:00:00Z");
    check("EU", later, past.clone(), ("allowed", &[], &["signal_conflict"]));
    let reply = check("EU", no("2027-03-01T00:00:00Z"), past, ("not_allowed", &["tcf"], &[]));
    cured(&reply, "ask retarget");
    let withdrawn = json!({"permissions": [
        {"purpose": "retarget", "answer": "granted", "at": "2027-01-01T00:00:00Z"},
        {"purpose": "retarget", "answer": "withdrawn", "at": "2027-03-01T00:00:00Z"},
    ]});
    let yes = json!({"tcf": tc(&[1, 3, 4], "2027-02-01T00:00:00Z")});
    check("EU", yes.clone(), withdrawn, ("not_allowed", &["withdrawn"], &[]));
    let reply = check("EU", json!({}), json!({}), ("not_allowed", &["no_permission"], &[]));
    cured(&reply, "ask retarget");
    let odd = json!({"tcf": "COv~nothing"});
    let past = json!({"permissions": granted("2027-02-01T00:00:00Z")});
    check("EU", odd.clone(), past, ("allowed", &[], &["signal_unreadable"]));
    let unread = ("not_allowed", &["no_permission"][..], &["signal_unreadable"][..]);
    check("EU", odd, json!({}), unread);
    check("EU", yes, json!({}), ("allowed", &[], &[]));
}

#[test]
fn a_gpp_string_opts_out_and_carries_gpc() {
    let policy = std::fs::read_to_string(model()).unwrap();
    let policy = policy.replace("stops-for gpc objection dnt", "stops-for gpc gpp objection dnt");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("gpp.kdl");
    std::fs::write(&file, policy).unwrap();
    let yes = json!({"permissions":
        [{"purpose": "retarget", "answer": "granted", "at": "2027-02-01T00:00:00Z"}]});
    let verdict = |gpp: &str| {
        let reply = decided(&[&file], &retarget("US-CA", &json!({"gpp": gpp}), &yes));
        short(&reply)
    };
    // The published example of California: nothing refused, and the GPC segment says on.
    let (said, reasons, _) = verdict("DBABBg~BVqqqqpY.YA");
    assert_eq!((&*said, &*reasons), ("not_allowed", &["gpc".to_owned(), "gpp".to_owned()][..]));
    // The same without it refuses nothing.
    assert_eq!(verdict("DBABBg~BVqqqqpY").0, "allowed");
    let (said, reasons, flags) = verdict("DBABBg~!");
    assert_eq!((&*said, reasons.len(), &*flags), ("allowed", 0, &["signal_unreadable".into()][..]));
}

/// A shop that first promised little, and then gave itself more without asking.
const OLD: &str = r#"
policy shop version=1 effective="2026-01-01T00:00:00Z" {
  controller "Shop" contact="privacy@shop.example"
  applies-in EU US
  languages en
  currency EUR
  time-zone "Europe/London"
  anything-else not-allowed mode=enforce
}
data {
  seen "What you looked at" { viewed; searched }
  made "What we work out" { taste from="seen" }
}
recipients { us "Shop" kind=ourselves; lab "Lab" kind=processor country=US }
channels { web; email }
purpose improve {
  says en="Improve the shop by what you looked at."
  basis legitimate-interest assessment="docs/lia.md"
  uses seen.viewed
  with us
  on web
  keep 12 months after collection
  stops-for objection
}
purpose suggest {
  says en="Suggest things by what you looked at."
  basis permission
  uses seen
  with us
  on web
}
never "Nothing you looked at goes to America" { data seen; recipients country=US; mode enforce }
"#;

fn newer() -> String {
    OLD.replace("version=1", "version=2 replaces=1")
        .replace("2026-01-01", "2027-01-01")
        .replace("  uses seen.viewed\n  with us\n", "  uses seen made\n  with us lab\n")
        .replace("  uses seen\n  with us\n", "  uses seen\n  with us lab\n")
        .lines()
        .filter(|it| !it.starts_with("never"))
        .map(|it| format!("{it}\n"))
        .collect()
}

#[test]
fn data_stay_under_the_deal_they_were_collected_under() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (old, new) = (file("old.kdl", OLD), file("new.kdl", &newer()));
    let both: [&Path; 2] = [&old, &new];
    let used = |purpose: &str, datum: &str, recipient: &str, at: &str| {
        json!({"now": NOW, "act": "use", "purpose": purpose, "recipient": recipient,
            "channel": "web", "data": [{"name": datum, "collected_at": at}],
            "person": {"customer": "1"}})
    };
    let (then, since) = ("2026-11-01T00:00:00Z", "2027-02-01T00:00:00Z");
    let codes = |situation: &Value| short(&decided(&both, situation)).1;
    let none: [&str; 0] = [];
    assert_eq!(codes(&used("improve", "seen.viewed", "us", then)), none);
    assert_eq!(codes(&used("improve", "seen.searched", "us", then)), ["deal_changed"]);
    assert_eq!(codes(&used("improve", "seen.searched", "us", since)), none);
    assert_eq!(codes(&used("improve", "seen.viewed", "lab", then)), ["deal_changed"]);
    assert_eq!(codes(&used("improve", "seen.viewed", "lab", since)), none);
    let reply = decided(&both, &used("improve", "seen.viewed", "lab", then));
    assert_eq!(reply["reasons"][0]["fact"], "collected under version 1, which did not allow this");
    // With permission, what was agreed counts; but a promise of then is broken only by somebody
    // who agreed since.
    let agreed = |at: &str, answered: &str| {
        let mut it = used("suggest", "seen.viewed", "lab", at);
        let reach = json!({"recipients": ["us", "lab"]});
        it["permissions"] = json!([{"purpose": "suggest", "answer": "granted", "at": answered,
            "box": reach}]);
        it
    };
    assert_eq!(codes(&agreed(then, "2026-12-01T00:00:00Z")), ["deal_changed"]);
    assert_eq!(codes(&agreed(then, since)), none);
    assert_eq!(codes(&agreed(since, "2027-01-15T00:00:00Z")), none);
    // Without the version before, nobody can know what was promised.
    let alone = short(&decided(&[&new], &used("improve", "seen.searched", "us", then)));
    assert_eq!(alone.0, "allowed");
}

#[test]
fn what_is_worked_out_stands_on_what_it_is_worked_out_from() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("policy.kdl");
    let text = newer() + "never \"Searches stay\" { data seen.searched; recipients lab }\n";
    std::fs::write(&file, text).unwrap();
    let used = |act: &str, recipient: &str| {
        let situation = json!({"now": NOW, "act": act, "purpose": "improve",
            "recipient": recipient, "channel": "web", "data": ["made.taste"]});
        decided(&[&file], &situation)
    };
    assert_eq!(used("use", "us")["verdict"], "allowed");
    assert_eq!(used("infer", "us")["verdict"], "allowed");
    let reply = used("use", "lab");
    assert_eq!(reply["reasons"][0]["code"], "inferred", "{reply:#}");
    assert_eq!(reply["reasons"][0]["clause"], "never");
}

#[test]
fn rules_are_for_places() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("policy.kdl");
    let text = newer().replace(
        "  basis legitimate-interest assessment=\"docs/lia.md\"\n",
        "  basis permission in=EU\n  basis legitimate-interest assessment=\"docs/lia.md\"\n",
    ) + "never \"Nothing by e-mail in the EU\" { channels email; in EU }\n";
    let text = text.replace("  on web\n  keep", "  on web email\n  keep");
    std::fs::write(&file, text).unwrap();
    let codes = |place: &str, channel: &str| {
        let situation = json!({"now": NOW, "act": "use", "purpose": "improve", "recipient": "us",
            "channel": channel, "data": ["seen.viewed"], "jurisdiction": place});
        let reply = decided(&[&file], &situation);
        let reasons = reply["reasons"].as_array().unwrap().clone();
        reasons.into_iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(codes("US", "email"), none);
    assert_eq!(codes("US-CA", "email"), none);
    assert_eq!(codes("EU", "web"), ["no_permission"]);
    assert_eq!(codes("DE", "email"), ["never", "no_permission"]);
    // Nobody knows where: as strict as the strictest.
    assert_eq!(codes("", "email"), ["never", "no_permission"]);
    assert_eq!(codes("JP", "web"), ["no_permission"]);
}

#[test]
fn a_conflict_shown_can_be_affirmed_at_the_door() {
    let server = Server::of_ridgeline();
    let person = customer(&server).person;
    let gpc = json!({"gpc": "1"});
    let decide = |signals: &Value| {
        let mut it = retarget("US-CA", signals, &json!({"event": event()}));
        it.as_object_mut().unwrap().remove("now");
        it["person"] = json!(person);
        server.post("/v1/decide", &it).ok()
    };
    let step = |step: &str| json!({"person": person, "purpose": "retarget", "step": step, "event": event()});
    assert_eq!(server.post("/v1/affirmations", &step("shown")).problem().2, "purpose");
    let answer = json!({"person": person, "purpose": "retarget", "answer": "granted", "gesture": "click",
        "event": event()});
    server.post("/v1/answers", &answer).ok();
    assert_eq!(decide(&json!({}))["verdict"], "allowed");
    assert_eq!(decide(&gpc)["verdict"], "not_allowed");
    assert_eq!(server.post("/v1/affirmations", &step("affirmed")).problem().2, "step");
    assert_eq!(server.post("/v1/affirmations", &step("shown")).ok()["step"], "shown");
    assert_eq!(decide(&gpc)["verdict"], "not_allowed");
    let affirmed = step("affirmed");
    // Times are kept in seconds, and only what is later counts.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(server.post("/v1/affirmations", &affirmed).ok()["duplicate"], false);
    assert_eq!(server.post("/v1/affirmations", &affirmed).ok()["duplicate"], true);
    let reply = decide(&gpc);
    assert_eq!((&reply["verdict"], &reply["flags"]), (&json!("allowed"), &json!(["affirmed"])));
    let elsewhere = json!({"gpc": "1", "own_device": false});
    assert_eq!(decide(&elsewhere)["verdict"], "not_allowed");
}
