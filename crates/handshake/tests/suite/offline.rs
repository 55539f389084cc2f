//! Deciding by a policy file alone: the same as a server, by our own reading of a policy, and as
//! `docs/POLICY.md` shows it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use handshake::clock;
use handshake::ingest::{Caller, Publishing, Request};
use handshake_core::vocabulary::Millis;
use serde_json::{Value, json};

use crate::server::{Server, event};
use crate::shop::root;

const MODEL: &str = "examples/ridgeline-bikes/policy.kdl";

/// What `handshake decide` prints for some lines, and its exit code and last words.
pub(crate) fn offline(policies: &[&Path], lines: &str) -> (Vec<Value>, i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_handshake"))
        .args(["decide", "--situations", "-"])
        .args(policies.iter().flat_map(|it| [Path::new("--policy"), it]))
        .env("HANDSHAKE_DATA", "/nowhere/at/all")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let sent = lines.to_owned();
    let sending = std::thread::spawn(move || stdin.write_all(sent.as_bytes()));
    let done = child.wait_with_output().unwrap();
    // A program that stops at its policy's mistakes need not read a single line.
    if let Err(error) = sending.join().unwrap() {
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{error}");
    }
    let said = String::from_utf8(done.stdout).unwrap();
    let replies = said.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    (replies, done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
}

fn all_of(policy: &Path, situations: &[Value]) -> Vec<Value> {
    let lines: Vec<String> = situations.iter().map(Value::to_string).collect();
    let (replies, code, said) = offline(&[policy], &lines.join("\n"));
    assert_eq!((code, replies.len()), (0, situations.len()), "{said}");
    replies
}

// ---- The same as a server ---------------------------------------------------------------

/// The times of a table, in days before now.
struct Days(Millis);

impl Days {
    fn ago(&self, days: i64) -> String {
        self.0.plus_days(-days).to_string()
    }
}

/// What a purpose of the model is wanted with, by default.
fn wanted(purpose: &str, data: &[&str]) -> Value {
    let (act, recipient, channel) = match purpose {
        "retarget" => ("share", "velo-exchange", "ads"),
        "follow-up-email" => ("use", "mailer", "email"),
        _ => ("use", "us", "web"),
    };
    json!({"act": act, "purpose": purpose, "data": data, "recipient": recipient,
        "channel": channel})
}

/// A use by somebody with a past.
fn lived(use_: Value, permissions: Value, history: Value) -> Value {
    let mut it = use_;
    it["permissions"] = permissions;
    it["history"] = history;
    it
}

fn with(mut it: Value, more: Value) -> Value {
    if let Value::Object(more) = more {
        for (key, value) in more {
            it[key] = value;
        }
    }
    it
}

impl Days {
    fn said(&self, purpose: &str, answer: &str, ago: i64) -> Value {
        json!({"purpose": purpose, "answer": answer, "at": self.ago(ago)})
    }

    fn yes(&self, purpose: &str, ago: i64) -> Value {
        json!([self.said(purpose, "granted", ago)])
    }
}

fn show() -> Value {
    wanted("show-recommendations", &["interest.mountain", "behaviour.viewed"])
}

fn retarget() -> Value {
    wanted("retarget", &["device.ad-id", "behaviour.viewed"])
}

fn mail() -> Value {
    wanted("follow-up-email", &["contact.email", "behaviour.carted"])
}

fn answers(days: &Days) -> Vec<Value> {
    let narrowed = json!({"interest": "interest.mountain"});
    let narrowed = with(days.said("show-recommendations", "granted", 20), narrowed);
    vec![
        show(),
        lived(show(), days.yes("show-recommendations", 20), json!({})),
        lived(
            wanted("show-recommendations", &["interest.road", "interest.mountain"]),
            json!([narrowed]),
            json!({}),
        ),
        lived(show(), json!([days.said("show-recommendations", "refused", 9)]), json!({})),
        lived(show(), json!([days.said("show-recommendations", "deferred", 9)]), json!({})),
        lived(
            show(),
            json!([
                days.said("show-recommendations", "granted", 30),
                days.said("show-recommendations", "withdrawn", 10)
            ]),
            json!({}),
        ),
        lived(
            show(),
            json!([
                days.said("show-recommendations", "granted", 30),
                days.said("show-recommendations", "refused", 10)
            ]),
            json!({}),
        ),
        // Expired: the policy says to ask again after 24 months.
        lived(show(), days.yes("show-recommendations", 800), json!({})),
        // Agreed to under the policy before, which told the exchange less.
        lived(
            retarget(),
            json!([with(
                days.said("retarget", "granted", 150),
                json!({"box": {"data": ["device.ad-id"]}})
            )]),
            json!({}),
        ),
    ]
}

fn signals_and_ages(days: &Days) -> Vec<Value> {
    vec![
        lived(retarget(), days.yes("retarget", 50), json!({})),
        lived(
            with(retarget(), json!({"signals": {"gpc": "1"}})),
            days.yes("retarget", 50),
            json!({}),
        ),
        // A signal that binds the person, given earlier by another device; and one that does not.
        lived(retarget(), days.yes("retarget", 50), json!({"signals": ["gpc"]})),
        lived(show(), days.yes("show-recommendations", 20), json!({"signals": ["dnt"]})),
        lived(
            with(show(), json!({"signals": {"dnt": "1"}})),
            days.yes("show-recommendations", 20),
            json!({}),
        ),
        lived(
            with(retarget(), json!({"tags": ["bought-kids-bike"]})),
            days.yes("retarget", 50),
            json!({}),
        ),
        lived(
            wanted("learn-what-works", &["deal.answers"]),
            json!([]),
            json!({"objections": ["learn-what-works"]}),
        ),
        lived(
            wanted("fit-advice", &["body.height"]),
            days.yes("fit-advice", 40),
            json!({"age": "minor"}),
        ),
        lived(
            wanted("fit-advice", &["body.height"]),
            days.yes("fit-advice", 40),
            json!({"age": "minor-with-guardian"}),
        ),
        lived(
            wanted("fit-advice", &["body.height"]),
            days.yes("fit-advice", 40),
            json!({"age": "adult"}),
        ),
    ]
}

fn times(days: &Days) -> Vec<Value> {
    vec![
        // Too often, by a promise that is observed and one that is rehearsed.
        lived(
            mail(),
            days.yes("follow-up-email", 60),
            json!({"uses": [
                {"purpose": "follow-up-email", "at": days.ago(12)},
                {"purpose": "follow-up-email", "at": days.ago(3)},
            ]}),
        ),
        lived(
            mail(),
            days.yes("follow-up-email", 60),
            json!({"uses": [{"purpose": "follow-up-email", "at": days.ago(12)}]}),
        ),
        // Held too long: 30 days after collection, and 13 months after the last order.
        lived(
            retarget(),
            json!([
                days.said("show-recommendations", "granted", 50),
                days.said("retarget", "granted", 50)
            ]),
            json!({"collected": [{"data": "behaviour.viewed", "at": days.ago(40)}]}),
        ),
        lived(
            mail(),
            days.yes("follow-up-email", 700),
            json!({"collected": [{"data": "behaviour.carted", "at": days.ago(600)}],
                "last_order": days.ago(500)}),
        ),
        lived(
            mail(),
            days.yes("follow-up-email", 700),
            json!({"collected": [{"data": "behaviour.carted", "at": days.ago(600)}],
                "last_order": days.ago(100)}),
        ),
        lived(
            show(),
            days.yes("show-recommendations", 700),
            json!({"collected": [{"data": "behaviour.viewed", "at": days.ago(690)}],
                "last_visit": days.ago(30)}),
        ),
    ]
}

fn strangers(days: &Days) -> Vec<Value> {
    vec![
        lived(show(), json!([]), json!({})),
        with(
            show(),
            json!({"data": [{"name": "behaviour.viewed", "collected_at": days.ago(900)}]}),
        ),
        wanted("take-orders", &["purchase", "contact.email"]),
        wanted("show-recommendations", &["body.height", "behaviour.viewed"]),
        wanted("keep-the-shop-safe", &["device.ip-address"]),
        with(show(), json!({"recipient": "velo-exchange", "act": "share"})),
        with(show(), json!({"channel": "email"})),
        with(show(), json!({"recipient": "nobody-known", "channel": "pigeon", "tags": ["odd"]})),
        wanted("personalise", &["behaviour.viewed"]),
        wanted("show-recommendations", &["shoe-size"]),
        json!({"act": "retain", "purpose": "show-recommendations", "data": ["behaviour"]}),
        json!({"act": "infer", "purpose": "show-recommendations", "data": ["derived"],
            "jurisdiction": "EU", "campaign": "spring", "caller": "mailer.v3",
            "assignment": {"experiment": "reco", "arm": 1, "allocation": [500_000, 500_000]}}),
    ]
}

/// One thing to tell a server of, and when it happened.
struct Step {
    at: String,
    path: &'static str,
    body: Value,
}

/// A situation's past, as what a shop's servers tell of it.
fn steps(customer: &str, it: &Value) -> Vec<Step> {
    let mut all = Vec::new();
    let mut add = |at: &Value, path, body: Value| {
        let body = with(body, json!({"at": at, "event": event()}));
        all.push(Step { at: at.as_str().unwrap().to_owned(), path, body });
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for given in list(&it["permissions"]) {
        let mut body = json!({"customer": customer, "purpose": given["purpose"],
            "answer": given["answer"], "gesture": "phone"});
        if let Some(interest) = given.get("interest") {
            body["interest"] = interest.clone();
        }
        add(&given["at"], "/v1/answers", body);
    }
    let history = &it["history"];
    let happened = |kind: &str| json!({"type": kind, "customer": customer, "items": []});
    for datum in list(&history["collected"]) {
        let kind = match datum["data"].as_str().unwrap() {
            "behaviour.viewed" => "view",
            "behaviour.carted" => "cart",
            other => panic!("no happening brings `{other}` alone"),
        };
        add(&datum["at"], "/v1/events", happened(kind));
    }
    if let Some(at) = history.get("last_visit") {
        // No purpose of the model uses what is searched for.
        add(at, "/v1/events", happened("search"));
    }
    if let Some(at) = history.get("last_order") {
        add(at, "/v1/events", happened("order"));
    }
    for used in list(&history["uses"]) {
        let purpose = used["purpose"].as_str().unwrap();
        let body =
            with(wanted(purpose, &["contact.email"]), json!({"person": {"customer": customer}}));
        add(&used["at"], "/v1/decide", body);
    }
    all
}

fn tell(server: &Server, step: &Step) {
    let post = |path: &str, body: &Value| server.post_as(&server.import, path, body).ok();
    let mut body = step.body.clone();
    match step.path {
        "/v1/events" => {
            let told = post("/v1/events", &json!({"events": [body]}));
            let searched = step.body["type"] == "search";
            assert_eq!(told["events"][0]["collected"], !searched, "{told}");
        }
        "/v1/answers" if body.get("interest").is_some() => {
            let shown = json!({"customer": body["customer"], "purpose": body["purpose"],
                "interest": body["interest"], "at": step.at, "event": event()});
            body["statement"] = post("/v1/shown", &shown)["statement"].clone();
            body.as_object_mut().unwrap().remove("interest");
            post(step.path, &body);
        }
        "/v1/decide" => {
            let decided = post(step.path, &body);
            assert_eq!(decided["advice"], "proceed", "{decided}");
            let done = json!({"decision": decided["decision"], "carried_out": "done",
                "at": step.at, "event": event()});
            post("/v1/outcomes", &done);
        }
        path => drop(post(path, &body)),
    }
}

/// A server under the model, which replaced a policy that told the exchange less.
fn server(days: &Days, folder: &Path) -> (Server, std::path::PathBuf) {
    let model = std::fs::read_to_string(root().join(MODEL)).unwrap();
    let effective = |days_ago| format!("effective=\"{}\"", days.ago(days_ago));
    let stated = "effective=\"2026-12-01T00:00:00Z\"";
    let new = model.replace(stated, &effective(100));
    let old = model
        .replace(stated, &effective(990))
        .replace("version=7 replaces=6", "version=6 replaces=5")
        .replacen("  uses device.ad-id behaviour.viewed\n", "  uses device.ad-id\n", 1);
    assert!(old != model && new != model);
    let (server, ()) = Server::after(|site, _| {
        let mut replaces = None;
        for (source, ago) in [(&old, 990), (&new, 980)] {
            let at = days.0.plus_days(-ago);
            let request = Request::internal(Some(at));
            let mut turn = site.turn(at, &request).unwrap();
            let caller = Caller { name: "test", coins: true };
            let published = turn.publish(caller, &request, &Publishing { source, replaces });
            replaces = Some(published.unwrap().hash());
            turn.commit().unwrap().unwrap().wait().unwrap();
        }
    });
    let path = folder.join("policy.kdl");
    std::fs::write(&path, &new).unwrap();
    (server, path)
}

fn customer(n: usize) -> String {
    (4700 + n).to_string()
}

fn has_past(it: &Value) -> bool {
    ["permissions", "history"].iter().any(|key| match it.get(*key) {
        Some(Value::Array(all)) => !all.is_empty(),
        Some(Value::Object(all)) => !all.is_empty(),
        _ => false,
    })
}

/// Tells a server what happened, in order of time, and then what has no time of its own.
fn tell_all(server: &Server, days: &Days, table: &[Value]) {
    for (n, it) in table.iter().enumerate().filter(|(_, it)| has_past(it)) {
        let mut known = json!({"customer": customer(n), "at": days.ago(970), "event": event()});
        if let Some(age) = it["history"].get("age") {
            known["age"] = age.clone();
        }
        server.post_as(&server.import, "/v1/identities", &known).ok();
    }
    let of = |(n, it): (usize, &Value)| steps(&customer(n), it);
    let mut past: Vec<Step> = table.iter().enumerate().flat_map(of).collect();
    past.sort_by(|a, b| a.at.cmp(&b.at));
    assert!(20 < past.len());
    past.iter().for_each(|it| tell(server, it));
    for (n, it) in table.iter().enumerate() {
        for purpose in it["history"]["objections"].as_array().into_iter().flatten() {
            let no = json!({"customer": customer(n), "purpose": purpose, "event": event()});
            server.post("/v1/objections", &no).ok();
        }
        for signal in it["history"]["signals"].as_array().into_iter().flatten() {
            let heard = json!({"person": {"customer": customer(n)}, "act": "use",
                "purpose": "take-orders", "data": ["purchase"],
                "signals": {signal.as_str().unwrap(): "1"}});
            server.post("/v1/decide", &heard).ok();
        }
    }
}

/// The table reaches every way to say no that a person's past decides.
#[track_caller]
fn reaches_all(found: &[Value]) {
    let codes = |it: &Value| -> Vec<String> {
        let reasons = it["reasons"].as_array().unwrap().iter();
        reasons.map(|it| it["code"].as_str().unwrap().to_owned()).collect()
    };
    let reached: std::collections::BTreeSet<String> = found.iter().flat_map(codes).collect();
    let wanted = [
        "channel",
        "expired",
        "extra_data",
        "never",
        "no_permission",
        "objection",
        "outgrown",
        "recipient",
        "refused",
        "signal_ignored",
        "too_often",
        "too_old",
        "undeclared",
        "withdrawn",
    ];
    for code in wanted {
        assert!(reached.contains(code), "`{code}` is not in {reached:?}");
    }
    let allowed = found.iter().filter(|it| it["verdict"] == "allowed").count();
    assert!(6 < allowed, "{allowed}");
}

#[test]
fn a_file_is_decided_as_a_server_decides() {
    let days = Days(clock::now());
    let folder = tempfile::tempdir().unwrap();
    let (server, policy) = server(&days, folder.path());
    let table = [answers(&days), signals_and_ages(&days), times(&days), strangers(&days)].concat();
    tell_all(&server, &days, &table);

    let mut asked = Vec::new();
    let mut expected = Vec::new();
    for (n, it) in table.iter().enumerate() {
        let mut it = it.clone();
        if has_past(&it) {
            it["person"] = json!({"customer": customer(n)});
        }
        let mut use_ = it.clone();
        let fields = use_.as_object_mut().unwrap();
        ["permissions", "history"].iter().for_each(|key| drop(fields.remove(*key)));
        let mut online = server.post("/v1/decide", &use_).ok();
        assert!(online.as_object_mut().unwrap().remove("decision").is_some());
        expected.push(online);
        it["now"] = json!(clock::now().to_string());
        asked.push(it);
    }
    let found = all_of(&policy, &asked);
    for ((asked, found), expected) in asked.iter().zip(&found).zip(&expected) {
        assert_eq!(found, expected, "{asked:#}");
    }
    reaches_all(&found);
}

// ---- By our own reading of the policy -----------------------------------------------------

const NOW: &str = "2026-12-10T09:00:00Z";

/// A situation of the model, and what its lines say of it: verdict, advice, each reason with its
/// line, and the cures.
#[track_caller]
fn check(situation: Value, expected: (&str, &str, &[&str], &[&str])) {
    let reply = all_of(&root().join(MODEL), &[with(situation, json!({"now": NOW}))]).remove(0);
    let reason = |it: &Value| {
        let datum = it["data"].as_str().map_or(String::new(), |it| format!(" {it}"));
        format!("{}@{}{datum}", it["code"].as_str().unwrap(), it["line"])
    };
    let reasons: Vec<String> = reply["reasons"].as_array().unwrap().iter().map(reason).collect();
    let cures: Vec<&str> =
        reply["cures"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let (verdict, advice) = (reply["verdict"].as_str(), reply["advice"].as_str());
    let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
    let found = (verdict.unwrap(), advice.unwrap(), reasons.as_slice(), cures.as_slice());
    assert_eq!(found, expected, "{reply:#}");
    assert!(reply.get("decision").is_none());
}

fn granted(purpose: &str, more: Value) -> Value {
    let it = json!({"purpose": purpose, "answer": "granted", "at": "2026-11-01T10:00:00Z"});
    json!([with(it, more)])
}

const NO: &str = "not_allowed";

fn viewed() -> Value {
    wanted("show-recommendations", &["behaviour.viewed"])
}

fn yes(purpose: &str) -> Value {
    granted(purpose, json!({}))
}

#[test]
fn the_model_means_what_it_says_of_answers_and_signals() {
    let ask = &["ask show-recommendations"][..];
    check(viewed(), (NO, "withhold", &["no_permission@55 behaviour.viewed"], ask));
    check(
        lived(viewed(), yes("show-recommendations"), json!({})),
        ("allowed", "proceed", &[], &[]),
    );
    let mountain = granted("show-recommendations", json!({"interest": "interest.mountain"}));
    check(
        lived(
            wanted("show-recommendations", &["interest.mountain", "interest.road"]),
            mountain,
            json!({}),
        ),
        (
            NO,
            "withhold",
            &["outgrown@55 interest.road"],
            &["re-ask show-recommendations (+ interest.road)"],
        ),
    );
    let old = granted("show-recommendations", json!({"at": "2024-11-01T10:00:00Z"}));
    check(lived(viewed(), old, json!({})), (NO, "withhold", &["expired@55 behaviour.viewed"], ask));
    check(
        lived(
            with(viewed(), json!({"signals": {"dnt": "1"}})),
            yes("show-recommendations"),
            json!({}),
        ),
        (NO, "proceed", &["signal_ignored@157"], ask),
    );
    check(
        lived(retarget(), yes("retarget"), json!({"signals": ["gpc"]})),
        (
            NO,
            "withhold",
            &["never@151 device.ad-id", "never@151 behaviour.viewed", "signal_ignored@156"],
            &["show the conflict, and ask to affirm"],
        ),
    );
    let less = granted("retarget", json!({"box": {"data": ["device.ad-id"]}}));
    check(
        lived(retarget(), less, json!({})),
        (
            NO,
            "withhold",
            &["outgrown@96 behaviour.viewed"],
            &["re-ask retarget (+ behaviour.viewed)"],
        ),
    );
}

#[test]
fn the_model_means_what_it_says_of_everything_else() {
    check(
        lived(with(retarget(), json!({"tags": ["bought-kids-bike"]})), yes("retarget"), json!({})),
        (
            NO,
            "proceed",
            &["never@152 device.ad-id", "never@152 behaviour.viewed"],
            &["none (never)"],
        ),
    );
    let fit = || wanted("fit-advice", &["body.height"]);
    check(
        lived(fit(), yes("fit-advice"), json!({"age": "minor"})),
        (NO, "withhold", &["no_permission@110 body.height"], &["ask a guardian"]),
    );
    check(
        lived(fit(), yes("fit-advice"), json!({"age": "minor-with-guardian"})),
        ("allowed", "proceed", &[], &[]),
    );
    check(
        wanted("show-recommendations", &["body.height"]),
        (
            NO,
            "withhold",
            &["never@150 body.height", "extra_data@56 body.height"],
            &["none (never)"],
        ),
    );
    check(wanted("take-orders", &["purchase.items"]), ("allowed", "proceed", &[], &[]));
    let stale = json!({"collected": [{"data": "device.ip-address", "at": "2026-08-01T00:00:00Z"}]});
    check(
        lived(wanted("keep-the-shop-safe", &["device.ip-address"]), json!([]), stale),
        (NO, "withhold", &["too_old@125 device.ip-address"], &["delete it"]),
    );
    let uses = json!({"uses": [
        {"purpose": "follow-up-email", "at": "2026-12-05T10:00:00Z"},
        {"purpose": "follow-up-email", "at": "2026-11-20T10:00:00Z"},
    ]});
    check(
        lived(wanted("follow-up-email", &["contact.email"]), yes("follow-up-email"), uses),
        (
            NO,
            "proceed",
            // What is promised comes before what is only rehearsed.
            &["too_often@85", "too_often@86"],
            &["wait until 2026-12-20T10:00:00.000Z (frequency)"],
        ),
    );
    check(
        lived(
            wanted("learn-what-works", &["deal.answers"]),
            json!([]),
            json!({"objections": ["learn-what-works"]}),
        ),
        (NO, "withhold", &["objection@145"], &["none (objection)"]),
    );
    check(
        wanted("personalise", &["behaviour.viewed"]),
        ("undeclared", "withhold", &["undeclared@0"], &["a declared purpose in the policy"]),
    );
}

// ---- What makes no sense ------------------------------------------------------------------

#[test]
fn a_bad_line_is_told_in_its_place() {
    let good = r#"{"act":"use","purpose":"take-orders","data":["purchase"]}"#;
    let bad = |more: &str| good.replace("}", &format!(",{more}}}"));
    let answer = |more: &str| {
        bad(&format!(
            r#""now":"2026-12-10T00:00:00Z","permissions":[{{"purpose":"show-recommendations","answer":"granted","at":"2026-11-01T00:00:00Z"{more}}}]"#
        ))
    };
    let cases: &[(String, &str)] = &[
        ("{".to_owned(), ""),
        ("[]".to_owned(), ""),
        (bad(r#""permission":[]"#), "permission"),
        (bad(r#""history":{"last_vist":"2026-11-01T00:00:00Z"}"#), "history.last_vist"),
        (bad(r#""history":{"last_visit":"2999-11-01T00:00:00Z"}"#), "history.last_visit"),
        (bad(r#""history":{"age":"old"}"#), "history.age"),
        (bad(r#""history":{"signals":["tcf"]}"#), "history.signals[0]"),
        (bad(r#""history":{"objections":["take-orders"]}"#), "history.objections[0]"),
        (
            bad(r#""history":{"uses":[{"purpose":"x","at":"2020-11-01T00:00:00Z"}]}"#),
            "history.uses[0].purpose",
        ),
        (
            bad(r#""history":{"collected":[{"data":"x","at":"2020-11-01T00:00:00Z"}]}"#),
            "history.collected[0].data",
        ),
        (bad(r#""now":"tomorrow""#), "now"),
        (bad(r#""now":"2026-12-10T00:00:00Z","now":"2026-12-10T00:00:00Z""#), ""),
        (bad(r#""now":"2026-12-10T00:00:00Z","at":"2026-12-10T00:00:00Z""#), "at"),
        (bad(r#""person":"somebody""#), "person"),
        (bad(r#""person":{"customer":""}"#), "customer"),
        (bad(r#""campaign":"Spring Sale""#), "campaign"),
        (answer(r#","interest":"interest.cats""#), "permissions[0].interest"),
        (answer(r#","language":"fr""#), "permissions[0].language"),
        (
            answer(r#","statement":"S-00000000000000000000000000000000""#),
            "permissions[0].statement",
        ),
        (answer(r#","box":{"data":["shoe-size"]}"#), "permissions[0].box.data"),
        (answer(r#","box":{"keep":"1 year"}"#), "permissions[0].box.keep"),
        (answer("").replace("granted", "maybe"), "permissions[0].answer"),
        (answer(r#","language":"en""#).replace("granted", "withdrawn"), "permissions[0].answer"),
        (answer("").replace("show-recommendations", "take-orders"), "permissions[0].purpose"),
        (good.replace("use", "borrow"), "act"),
        (good.replace("[\"purchase\"]", "[]"), "data"),
    ];
    let lines: Vec<String> =
        cases.iter().flat_map(|(bad, _)| [bad.clone(), String::new(), good.to_owned()]).collect();
    let (replies, code, said) = offline(&[&root().join(MODEL)], &lines.join("\n"));
    assert_eq!((code, replies.len()), (1, 2 * cases.len()), "{said}");
    assert!(said.contains(&format!("{} of {} situations", cases.len(), 2 * cases.len())), "{said}");
    let mut otherwise = Vec::new();
    for (n, (line, field)) in cases.iter().enumerate() {
        let (told, next) = (&replies[2 * n], &replies[2 * n + 1]);
        let found = (told["line"].as_u64(), told["field"].as_str().unwrap_or_default());
        if found != (Some(3 * n as u64 + 1), *field) || told["error"].as_str().is_none() {
            otherwise.push(format!("{line}: {told}"));
        }
        assert_eq!(next["verdict"], "allowed", "{next}");
    }
    assert!(otherwise.is_empty(), "\n{}", otherwise.join("\n"));
}

#[test]
fn half_a_command_is_none() {
    let model = root().join(MODEL);
    let model = model.to_str().unwrap();
    for arguments in [
        &["decide"][..],
        &["decide", "--policy", model],
        &["decide", "--situations", "-"],
        &["decide", "--policy", model, "--situations", "-", "--purpose", "take-orders"],
        &["decide", "--policy", model, "--situations", "-", "--gpc"],
    ] {
        let done = Command::new(env!("CARGO_BIN_EXE_handshake")).args(arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_policy_with_mistakes_decides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    let model = std::fs::read_to_string(root().join(MODEL)).unwrap();
    std::fs::write(&path, model.replace("basis contract", "basis wish")).unwrap();
    let (replies, code, said) = offline(&[&path], "{}");
    assert_eq!((replies.len(), code), (0, 1), "{said}");
    assert!(said.contains("has 1 mistake"), "{said}");
}

/// The example of the documentation gives what it shows.
#[test]
fn the_example_is_true() {
    let page = std::fs::read_to_string(root().join("docs/POLICY.md")).unwrap();
    let (_, section) = page.split_once("## Trying a policy without a server\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let block = |kind: &str| {
        let (_, rest) = section.split_once(&format!("```{kind}\n")).unwrap();
        rest.split("```").next().unwrap()
    };
    let bin = Path::new(env!("CARGO_BIN_EXE_handshake")).parent().unwrap();
    let script = format!("PATH={}:$PATH\n{}", bin.display(), block("sh"));
    let done = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    let shown: Value = serde_json::from_str(block("json")).unwrap();
    assert_eq!(found, shown, "{}", String::from_utf8_lossy(&done.stdout));
}
