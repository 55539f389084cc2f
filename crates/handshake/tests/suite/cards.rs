//! The ask card and what stands in its place: read as HTML, sent as forms.

use serde_json::{Value, json};

use crate::doors::{asked, cookie_of};
use crate::server::{ORIGIN, Server, event};

const FORM: &str = "application/x-www-form-urlencoded";

/// The value of a hidden field of a form, as a browser would send it.
pub(crate) fn field(html: &str, name: &str) -> String {
    let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    let (_, rest) = html.split_once(&start).unwrap_or_else(|| panic!("no `{name}` in {html}"));
    rest.split('"').next().unwrap().to_owned()
}

/// A form as encoded by a browser; ids, tokens and keys need no escapes.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn interested(server: &Server, language: &str) -> Value {
    let visit = server.beacon("/v1/visit", &json!({}), &[]).ok();
    let ask = json!({
        "token": visit["token"], "purpose": "show-recommendations", "language": language,
        "interest": "interest.mountain",
    });
    server.beacon("/v1/ask", &ask, &[]).ok()
}

fn send(server: &Server, fields: &[(&str, &str)], cookie: &str) -> crate::server::Answer {
    let page = format!("{ORIGIN}/bikes");
    let heads =
        [("origin", ORIGIN), ("referer", &*page), ("content-type", FORM), ("cookie", cookie)];
    server.send("POST", "/v1/answers", &heads, encoded(fields).as_bytes())
}

#[test]
fn a_card_says_what_who_how_long_and_what_is_given() {
    let server = Server::of_ridgeline();
    let ask = interested(&server, "en");
    let html = ask["html"].as_str().unwrap();
    assert_eq!(
        ask["question"],
        "May we use your interest in mountain, and the products you look at, to choose \
         interesting things to show you?"
    );
    assert_eq!(ask["what"][0], "What you like: mountain");
    assert_eq!(ask["labels"]["granted"], "Yes, you may");
    let stable = html
        .replace(ask["ask"].as_str().unwrap(), "ASK")
        .replace(ask["token"].as_str().unwrap(), "TOKEN")
        .replace(&server.page, "KEY")
        .replace(&field(html, "event"), "EVENT")
        .replace("><", ">\n<");
    insta::assert_snapshot!(stable);
    let parts: Vec<_> = field(html, "event").split('-').map(str::len).collect::<Vec<_>>();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
}

#[test]
fn a_card_speaks_the_language_of_the_page() {
    let server = Server::of_ridgeline();
    let ask = interested(&server, "de");
    let html = ask["html"].as_str().unwrap();
    assert!(html.starts_with("<section class=\"hs-ask\" lang=\"de\""), "{html}");
    assert!(html.contains("Dürfen wir Ihr Interesse an <u>mountain</u> und"), "{html}");
    assert!(html.contains(">Ja, gern</button>"), "{html}");
    // What the merchant labelled in English stays English, and says so.
    assert!(html.contains("<dd lang=\"en\">What you like: mountain</dd>"), "{html}");
    assert_eq!(ask["how_long"], "13 Monate nach Ihrem letzten Besuch");
}

#[test]
fn yes_and_no_are_the_same_but_for_their_word() {
    let server = Server::of_ridgeline();
    let ask = interested(&server, "en");
    let html = ask["html"].as_str().unwrap();
    let button = |word: &str| {
        let (before, _) = html.split_once(&format!(">{word}</button>")).unwrap();
        let (_, button) = before.rsplit_once("<button").unwrap();
        button.replace("granted", "X").replace("refused", "X")
    };
    assert_eq!(button("Yes, you may"), button("No, thank you"));
    assert!(html.find("Yes, you may") < html.find("No, thank you"));
}

#[test]
fn a_yes_by_form_is_thanked_for_once_and_counts_as_shown() {
    let server = Server::of_ridgeline();
    let ask = interested(&server, "en");
    let html = ask["html"].as_str().unwrap();
    let fields = ["key", "token", "event", "gesture"].map(|it| (it, field(html, it)));
    let mut sent: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, &**v)).collect();
    sent.push(("answer", "granted"));
    let done = send(&server, &sent, "");
    assert_eq!((done.status, done.header("location")), (303, Some("https://shop.example/bikes")));
    let person = cookie_of(&done, "hs_person").unwrap();
    let asked = cookie_of(&done, "hs_asked").unwrap();
    assert!(asked.contains(":1:1:"), "{asked}");
    let said = cookie_of(&done, "hs_said").unwrap();

    // The same form sent twice is one answer, and one showing.
    let again = send(&server, &sent, &format!("hs_person={person}"));
    assert_eq!((again.status, cookie_of(&again, "hs_asked")), (303, None));

    let cookie = format!("hs_person={person}; hs_said={said}");
    let visit = server.beacon("/v1/visit", &json!({}), &[("cookie", &cookie)]);
    assert_eq!(cookie_of(&visit, "hs_said").as_deref(), Some(""), "told once");
    let visit = visit.ok();
    assert_eq!(visit["said"]["answer"], "granted");
    let thanks = visit["said"]["html"].as_str().unwrap();
    assert!(thanks.contains("Thank you. You said yes."), "{thanks}");
    assert!(thanks.contains("<q lang=\"en\">Use your interest in mountain, and"), "{thanks}");
    assert!(thanks.contains("Ridgeline Bikes, nobody else. Until 13 months after"), "{thanks}");
    assert!(!thanks.contains(&person), "the person's token is in the page");

    // Taken back by the form that stands there, with nothing but the cookie.
    let fields = ["key", "purpose", "event", "gesture"].map(|it| (it, field(thanks, it)));
    let mut sent: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, &**v)).collect();
    sent.push(("answer", "withdrawn"));
    assert_eq!(send(&server, &sent, "").status, 422, "without the cookie it is nobody's");
    let taken = send(&server, &sent, &format!("hs_person={person}"));
    assert_eq!(taken.status, 303, "{}", taken.text);
    let own =
        server.beacon("/v1/permissions", &json!({}), &[("cookie", &format!("hs_person={person}"))]);
    let own = own.ok();
    let all = own["permissions"].as_array().unwrap();
    let of = all.iter().find(|it| it["purpose"] == "show-recommendations").unwrap();
    assert_eq!(of["standing"], "withdrawn");

    let mut server = server;
    server.end();
    let site = server.open();
    let (shown, _) = site
        .look(|state| {
            state.asks.counts.values().fold((0, 0, 0), |sum, it| {
                (sum.0 + it.shown, sum.1 + it.granted, sum.2 + it.withdrawn)
            })
        })
        .unwrap();
    assert_eq!(shown, (1, 1, 1));
}

#[test]
fn a_no_by_form_leaves_no_id_and_is_told_so() {
    let server = Server::of_ridgeline();
    let ask = interested(&server, "en");
    let html = ask["html"].as_str().unwrap();
    let fields = ["key", "token", "event", "gesture"].map(|it| (it, field(html, it)));
    let mut sent: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, &**v)).collect();
    sent.push(("answer", "refused"));
    let done = send(&server, &sent, "");
    assert_eq!((done.status, cookie_of(&done, "hs_person")), (303, None));
    let said = cookie_of(&done, "hs_said").unwrap();
    assert!(said.starts_with("refused:show-recommendations:"), "{said}");
    let no = cookie_of(&done, "hs_no").unwrap();
    let cookie = format!("hs_said={said}; hs_no={no}");
    let visit = server.beacon("/v1/visit", &json!({}), &[("cookie", &cookie)]).ok();
    let line = visit["said"]["html"].as_str().unwrap();
    assert!(line.contains("You said no. We keep to it."), "{line}");
    // A cookie changed by hand is told nothing about.
    for said in ["granted:show-recommendations:999999", "granted:retarget:1", "x", "granted:A:1"] {
        let cookie = format!("hs_said={said}");
        let visit = server.beacon("/v1/visit", &json!({}), &[("cookie", &cookie)]).ok();
        assert_eq!(visit["said"], Value::Null, "{said}");
    }
}

#[test]
fn an_answer_by_script_brings_what_stands_in_its_place() {
    let server = Server::start();
    let (_, ask) = asked(&server, "suggest-gifts", "");
    let body = json!({
        "token": ask["token"], "answer": "granted", "gesture": "click", "event": event(),
    });
    let granted = server.beacon("/v1/answers", &body, &[]);
    assert_eq!(cookie_of(&granted, "hs_said"), None, "the page is told at once");
    let granted = granted.ok();
    let html = granted["html"].as_str().unwrap();
    assert!(html.contains("data-handshake-said=\"granted\""), "{html}");
    let body = json!({
        "token": granted["token"], "purpose": "suggest-gifts", "answer": "withdrawn",
        "gesture": "click", "event": event(),
    });
    for duplicate in [false, true] {
        let withdrawn = server.beacon("/v1/answers", &body, &[]).ok();
        assert_eq!(withdrawn["duplicate"], duplicate);
        let html = withdrawn["html"].as_str().unwrap();
        assert!(html.contains("You took it back."), "{html}");
    }
}

#[test]
fn names_of_a_hostile_policy_stay_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    let hostile = "<img src=x onerror=alert(1)>'&amp;";
    let policy = crate::server::ridgeline()
        .replace("First pick of test-ride days", hostile)
        .replace("Posthorn Mail BV", hostile)
        .replace("\"What you like\"", &format!("\"{hostile}\""));
    std::fs::write(&path, policy).unwrap();
    let server = Server::under(&path);
    let ask = interested(&server, "en");
    let html = ask["html"].as_str().unwrap();
    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;'&amp;amp;"), "{html}");
    // The key comes back as it was sent, and nothing else is let in.
    let visit = server.beacon("/v1/visit", &json!({}), &[]).ok();
    let body = json!({"token": visit["token"], "key": "\"><script>"}).to_string();
    let fields = [("origin", ORIGIN), ("content-type", "text/plain")];
    assert_eq!(server.send("POST", "/v1/ask", &fields, body.as_bytes()).status, 401);
}

#[test]
fn a_form_whose_page_is_unknown_goes_to_the_deal() {
    let server = Server::start();
    let (_, ask) = asked(&server, "suggest-gifts", "");
    let id = event();
    let token = ask["token"].as_str().unwrap();
    let body = encoded(&[
        ("key", &server.page),
        ("token", token),
        ("answer", "refused"),
        ("gesture", "form"),
        ("event", &id),
    ]);
    let page = [("origin", ORIGIN), ("content-type", FORM), ("accept", "text/html,*/*")];
    let done = server.send("POST", "/v1/answers", &page, body.as_bytes());
    assert_eq!((done.status, done.header("location")), (303, Some("/my-deal")));
}

#[test]
fn the_sdk_is_served_for_now_and_for_ever() {
    let server = Server::start();
    let shown = server.command(&["sdk", "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    for (file, media) in [("script", "text/javascript"), ("style", "text/css")] {
        let now = server.send("GET", shown[file]["path"].as_str().unwrap(), &[], b"");
        assert_eq!(now.status, 200);
        assert!(now.header("content-type").unwrap().starts_with(media));
        assert_eq!(now.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(now.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(now.header("access-control-allow-origin"), Some("*"));
        assert_eq!(now.header("cross-origin-resource-policy"), Some("cross-origin"));
        let etag = now.header("etag").unwrap();
        let path = shown[file]["path"].as_str().unwrap();
        let held = server.send("GET", path, &[("if-none-match", etag)], b"");
        assert_eq!((held.status, held.text.as_str()), (304, ""));

        let path = shown[file]["versioned"].as_str().unwrap();
        let for_ever = server.send("GET", path, &[], b"");
        assert_eq!(for_ever.text, now.text);
        let cache = for_ever.header("cache-control").unwrap();
        assert!(cache.ends_with("immutable"), "{cache}");
        let integrity = shown[file]["integrity"].as_str().unwrap();
        assert_eq!(integrity, sha384(&now.text));
        let other = path.replace(|it: char| it.is_ascii_digit(), "0");
        let other = if other == path { path.replace('a', "b") } else { other };
        assert_eq!(server.send("GET", &other, &[], b"").status, 404);
    }
}

/// By programs that are not ours, of those that every Debian has.
fn sha384(text: &str) -> String {
    let hex = piped("sha384sum", &[], text.as_bytes());
    let hex = hex.split(' ').next().unwrap().as_bytes();
    let digit = |it: u8| char::from(it).to_digit(16).unwrap();
    let bytes: Vec<u8> =
        hex.chunks(2).map(|it| u8::try_from(digit(it[0]) << 4 | digit(it[1])).unwrap()).collect();
    format!("sha384-{}", piped("base64", &["-w0"], &bytes))
}

fn piped(program: &str, arguments: &[&str], input: &[u8]) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}");
    String::from_utf8(output.stdout).unwrap()
}
