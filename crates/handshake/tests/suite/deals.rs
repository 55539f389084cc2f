//! `/my-deal` and objections: read as people read them, changed by forms without scripts.

use handshake::http::{PersonToken, Signer};
use handshake::ingest::{Answering, Caller, Link, Publishing, Question, Request, Site, Who};
use handshake_core::decision::Age;
use handshake_core::vocabulary::{Answer as Said, PersonId};
use serde_json::{Value, json};

use crate::cards::encoded;
use crate::doors::cookie_of;
use crate::server::{Answer, ORIGIN, Server, event, ridgeline};
use crate::shop::fresh;

const FORM: &str = "application/x-www-form-urlencoded";

fn page(server: &Server, query: &str, fields: &[(&str, &str)]) -> String {
    let answer = server.send("GET", &format!("/my-deal{query}"), fields, b"");
    assert_eq!(answer.status, 200, "{}", answer.text);
    well_formed(&answer.text);
    answer.text
}

/// The hidden fields of the form in which a button stands.
fn form_with(html: &str, button: &str) -> Vec<(String, String)> {
    let forms = html.split("<form").skip(1).map(|it| it.split("</form>").next().unwrap());
    let label = format!(">{button}</button>");
    let form = forms.clone().find(|it| it.contains(&label));
    let form = form.unwrap_or_else(|| panic!("no `{button}` in {html}"));
    let mut fields: Vec<_> = form
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|it| {
            let (name, rest) = it.split_once("\" value=\"").unwrap();
            (name.to_owned(), rest.split('"').next().unwrap().to_owned())
        })
        .collect();
    let own = form.split("<button").find(|it| it.contains(&label)).unwrap();
    if let Some((_, rest)) = own.split_once("name=\"answer\" value=\"") {
        fields.push(("answer".to_owned(), rest.split('"').next().unwrap().to_owned()));
    }
    fields
}

fn post(server: &Server, form: &[(String, String)], fields: &[(&str, &str)]) -> Answer {
    let form: Vec<(&str, &str)> = form.iter().map(|it| (&*it.0, &*it.1)).collect();
    let fields = [&[("content-type", FORM)], fields].concat();
    server.send("POST", "/my-deal", &fields, encoded(&form).as_bytes())
}

/// Every element is closed in order, and no heading level is left out.
#[track_caller]
pub(crate) fn well_formed(html: &str) {
    let (mut open, mut last): (Vec<&str>, u32) = (Vec::new(), 0);
    for tag in html.split('<').skip(2).map(|it| it.split('>').next().unwrap()) {
        let name = tag.split([' ', '/']).find(|it| !it.is_empty()).unwrap();
        if let Some(level) = name.strip_prefix('h').and_then(|it| it.parse::<u32>().ok())
            && !tag.starts_with('/')
        {
            assert!(level <= last + 1, "h{level} after h{last}");
            last = level;
        }
        match (name, tag.starts_with('/')) {
            ("meta" | "link" | "input" | "br", _) => (),
            (name, true) => assert_eq!(open.pop(), Some(name), "{html}"),
            (name, false) => open.push(name),
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    assert_eq!(html.matches("<h1>").count(), 1);
}

/// A customer with a cookie, as a shop gets one after an order or a grant.
pub(crate) struct Customer {
    pub(crate) person: String,
    cookie: String,
}

pub(crate) fn customer(server: &Server) -> Customer {
    let visit = server.beacon("/v1/visit", &json!({}), &[]).ok();
    let ask = json!({
        "token": visit["token"], "purpose": "show-recommendations", "language": "en",
        "interest": "interest.mountain",
    });
    let ask = server.beacon("/v1/ask", &ask, &[]).ok();
    let granted = json!({
        "token": ask["token"], "answer": "granted", "gesture": "click", "event": event(),
    });
    let granted = server.beacon("/v1/answers", &granted, &[]);
    let cookie = format!("hs_person={}", cookie_of(&granted, "hs_person").unwrap());
    Customer { person: granted.ok()["person"].as_str().unwrap().to_owned(), cookie }
}

fn decide(server: &Server, person: &str, purpose: &str, data: &str) -> Value {
    let wanted = json!({
        "event": event(), "person": person, "act": "use", "purpose": purpose, "data": [data],
        "channel": if purpose == "follow-up-email" { "email" } else { "web" },
    });
    server.post("/v1/decide", &wanted).ok()
}

fn answered(server: &Server, person: &str, purpose: &str, answer: &str) {
    let said = json!({
        "event": event(), "person": person, "purpose": purpose, "answer": answer,
        "gesture": "phone",
    });
    server.post("/v1/answers", &said).ok();
}

#[test]
fn of_nobody_nothing_is_known() {
    let server = Server::of_ridgeline();
    let answer = server.send("GET", "/my-deal", &[], b"");
    assert!(answer.text.contains("We know nothing about you"), "{}", answer.text);
    assert!(!answer.text.contains("<form"), "nothing to change: {}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"));
    assert_eq!(answer.headers("set-cookie").count(), 0);
    let style = server.send("GET", "/my-deal.css", &[], b"");
    assert_eq!(
        (style.status, style.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );

    // A person of nowhere is nobody, and the browser forgets them.
    let forged = server.send("GET", "/my-deal", &[("cookie", "hs_person=AAAA.BBBB")], b"");
    assert!(forged.text.contains("We know nothing about you"));
}

#[test]
fn a_no_on_this_device_can_become_a_yes() {
    let server = Server::of_ridgeline();
    let cookie = "hs_no=follow-up-email:4102444800";
    let html = page(&server, "", &[("cookie", cookie)]);
    assert!(html.contains("You said no on this device."), "{html}");
    let shown =
        "E-mail you about the bikes you looked at or put in your cart, at most twice a month.";
    assert!(html.contains(&format!("lang=\"en\">{shown}</h2>")), "{html}");
    let form = form_with(&html, "Change to yes");
    let done = post(&server, &form, &[("cookie", cookie), ("origin", ORIGIN)]);
    assert_eq!((done.status, done.header("location")), (303, Some("/my-deal?done=1&language=en")));
    let person = format!("hs_person={}", cookie_of(&done, "hs_person").unwrap());
    let own = server.beacon("/v1/permissions", &json!({}), &[("cookie", &person)]).ok();
    let all = own["permissions"].as_array().unwrap();
    let mail = all.iter().find(|it| it["purpose"] == "follow-up-email").unwrap();
    assert_eq!((&mail["standing"], &mail["says"]), (&json!("granted"), &json!(shown)));
    let html = page(&server, "?done=1", &[("cookie", &person)]);
    assert!(html.contains("role=\"status\""), "{html}");
    assert!(html.contains("You said yes"), "{html}");
}

#[test]
fn what_was_broken_is_told_first() {
    let server = Server::of_ridgeline();
    let Customer { person, cookie } = customer(&server);
    for _ in 0..3 {
        decide(&server, &person, "show-recommendations", "behaviour.viewed");
    }
    let html = page(&server, "", &[("cookie", &cookie)]);
    assert!(html.contains("We kept to this deal every time."), "{html}");
    assert!(html.contains("<strong>3 times</strong> we used it."), "{html}");
    assert!(html.contains("<rect class=\"bar\""), "{html}");

    answered(&server, &person, "follow-up-email", "refused");
    let decision = decide(&server, &person, "follow-up-email", "contact.email");
    assert_eq!(decision["advice"], "withhold");
    let html = page(&server, "", &[("cookie", &cookie)]);
    assert!(html.contains("every time.</p>"), "advice that was followed broke nothing: {html}");
    let outcome = json!({
        "event": event(), "decision": decision["decision"], "carried_out": "done",
        "because": "old mailer",
    });
    server.post("/v1/outcomes", &outcome).ok();
    let html = page(&server, "", &[("cookie", &cookie)]);
    let broke = html.find("we did this after you had said no:").unwrap();
    assert!(broke < html.find("<section").unwrap(), "{html}");
    assert!(html.contains("<strong>every time but once</strong>"), "{html}");
    assert!(html.contains("You have said yes to one thing and no to one thing."), "{html}");
}

#[test]
fn taking_back_by_form_holds_at_once() {
    let server = Server::of_ridgeline();
    let Customer { person, cookie } = customer(&server);
    let decision = decide(&server, &person, "show-recommendations", "behaviour.viewed");
    assert_eq!(decision["verdict"], "allowed");
    let html = page(&server, "", &[("cookie", &cookie)]);
    assert!(html.contains("Use your interest in <u>mountain</u>, and the products"), "{html}");
    let form = form_with(&html, "Take this back");
    let done = post(&server, &form, &[("cookie", &cookie), ("origin", ORIGIN)]);
    assert_eq!(done.status, 303, "{}", done.text);
    let decision = decide(&server, &person, "show-recommendations", "behaviour.viewed");
    assert_eq!(
        (&decision["verdict"], &decision["reasons"][0]["code"]),
        (&json!("not_allowed"), &json!("withdrawn"))
    );
    let html = page(&server, "", &[("cookie", &cookie)]);
    assert!(html.contains("You took it back"), "{html}");
    // What can be agreed to anew is what was taken back, not more.
    assert!(html.contains("lang=\"en\">Use your interest in <u>mountain</u>, and"), "{html}");
    assert!(!html.contains("What you like: e bike"), "{html}");
    // Sending the old form again changes nothing, also after a new yes.
    let yes = form_with(&html, "Change to yes");
    assert_eq!(post(&server, &yes, &[("cookie", &cookie)]).status, 303);
    assert_eq!(post(&server, &form, &[("cookie", &cookie)]).status, 303);
    let decision = decide(&server, &person, "show-recommendations", "behaviour.viewed");
    assert_eq!(decision["verdict"], "allowed");
}

#[test]
fn a_form_of_elsewhere_changes_nothing() {
    let server = Server::of_ridgeline();
    let Customer { person, cookie } = customer(&server);
    let html = page(&server, "", &[("cookie", &cookie)]);
    let form = form_with(&html, "Take this back");
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "https://shop.example.evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let refused = post(&server, &form, &[("cookie", &cookie), foreign]);
        assert_eq!(refused.problem().1, "foreign-origin", "{foreign:?}");
    }
    // Without the cookie it is nobody's to take back; a token of elsewhere is none.
    assert_eq!(post(&server, &form, &[]).problem().1, "missing-field");
    let forged = [
        ("event".to_owned(), event()),
        ("token".to_owned(), "AAAA.BBBB".to_owned()),
        ("answer".to_owned(), "granted".to_owned()),
    ];
    assert_eq!(post(&server, &forged, &[("cookie", &cookie)]).problem().1, "token-invalid");
    // A question shown to one person is not another's to answer.
    answered(&server, &person, "follow-up-email", "refused");
    let html = page(&server, "", &[("cookie", &cookie)]);
    let form = form_with(&html, "Change to yes");
    let other = customer(&server);
    assert_eq!(post(&server, &form, &[("cookie", &other.cookie)]).problem().1, "invalid-value");
    let unknown = [("site".to_owned(), "nowhere".to_owned()), ("event".to_owned(), event())];
    assert_eq!(post(&server, &unknown, &[]).problem().1, "not-found");
    let decision = decide(&server, &person, "show-recommendations", "behaviour.viewed");
    assert_eq!(decision["verdict"], "allowed");
}

#[test]
fn an_objection_by_form_stops_and_can_be_lifted() {
    let server = Server::of_ridgeline();
    let Customer { person, cookie } = customer(&server);
    let allowed = |expected: &str| {
        let decision = decide(&server, &person, "learn-what-works", "deal.answers");
        assert_eq!(decision["verdict"], expected, "{decision}");
        decision["reasons"][0]["code"].clone()
    };
    allowed("allowed");
    let html = page(&server, "", &[("cookie", &cookie)]);
    assert_eq!(html.matches(">Object</button>").count(), 1, "only what stops for it: {html}");
    let object = form_with(&html, "Object");
    assert_eq!(post(&server, &object, &[("cookie", &cookie), ("origin", ORIGIN)]).status, 303);
    assert_eq!(allowed("not_allowed"), "objection");
    let html = page(&server, "", &[("cookie", &cookie)]);
    assert!(html.contains("You objected, and we stopped."), "{html}");
    let lift = form_with(&html, "Allow it again");
    assert_eq!(post(&server, &lift, &[("cookie", &cookie)]).status, 303);
    allowed("allowed");
    assert_eq!(post(&server, &object, &[]).problem().1, "not-found");
}

#[test]
fn objections_come_from_servers_and_pages_too() {
    let server = Server::of_ridgeline();
    let Customer { person, cookie } = customer(&server);
    let of_server = json!({"event": event(), "person": person, "purpose": "learn-what-works"});
    let done = server.post("/v1/objections", &of_server).ok();
    assert_eq!(
        done,
        json!({"person": person, "purpose": "learn-what-works", "objected": true, "duplicate": false})
    );
    assert_eq!(server.post("/v1/objections", &of_server).ok()["duplicate"], true);
    let of_page = json!({"event": event(), "purpose": "learn-what-works", "lifted": true});
    let lifted = server.beacon("/v1/objections", &of_page, &[("cookie", &cookie)]).ok();
    assert_eq!((&lifted["person"], &lifted["objected"]), (&json!(person), &json!(false)));

    let problem = |body: Value| server.post("/v1/objections", &body).problem();
    let unstoppable = json!({"event": event(), "person": person, "purpose": "take-orders"});
    assert_eq!(problem(unstoppable), (422, "unknown-name".into(), "purpose".into()));
    let nobody = json!({"event": event(), "purpose": "learn-what-works"});
    assert_eq!(problem(nobody), (422, "missing-field".into(), "person".into()));
    let stranger = json!({"event": event(), "customer": "0815", "purpose": "learn-what-works"});
    assert_eq!(problem(stranger), (404, "not-found".into(), "customer".into()));
    let named = json!({"event": event(), "person": person, "purpose": "learn-what-works"});
    let refused = server.beacon("/v1/objections", &named, &[("cookie", &cookie)]).problem();
    assert_eq!(refused, (403, "forbidden".into(), "person".into()));
    let without = json!({"event": event(), "purpose": "learn-what-works"});
    assert_eq!(server.beacon("/v1/objections", &without, &[]).problem().1, "not-found");
    let body = json!({"key": server.page, "event": event(), "purpose": "learn-what-works"});
    let fields =
        [("origin", "https://evil.example"), ("content-type", "text/plain"), ("cookie", &*cookie)];
    let foreign = server.send("POST", "/v1/objections", &fields, body.to_string().as_bytes());
    assert_eq!(foreign.problem().1, "foreign-origin");
}

/// Somebody agreed, and days later a wider policy was published and took effect.
fn agreed_to_less(site: &Site, signer: &Signer) -> Customer {
    let now = handshake::clock::now();
    let who = Who::Customer("4711");
    let caller = Caller { name: "shop", coins: true };
    let first = ridgeline();
    let effective = now.plus_days(-1).to_string();
    let wider = first
        .replace("version=7 replaces=6", "version=8 replaces=7")
        .replace("2026-01-01T00:00:00Z", &effective)
        .replace(
            "uses contact.email behaviour.viewed",
            "uses contact.email behaviour.searched behaviour.viewed",
        );
    let days_ago = |days: i64| Request::internal(Some(now.plus_days(-days)));
    let mut turn = site.turn(now, &days_ago(9)).unwrap();
    turn.publish(caller, &days_ago(9), &Publishing { source: &first, replaces: None }).unwrap();
    let new_person = PersonId(fresh().unwrap());
    let link = Link { person: None, customer: "4711", age: Age::Adult, new_person };
    let person = turn.link(caller, &days_ago(9), &link).unwrap().person;
    let question =
        Question::Stated { who, purpose: "follow-up-email", statement: None, language: None };
    let answer = Said::Granted;
    let gesture = "phone";
    let answering = Answering { question, answer, gesture, simulated: false, new_person };
    turn.answer(caller, &days_ago(9), &answering).unwrap();
    turn.commit().unwrap().unwrap().wait().unwrap();
    let mut turn = site.turn(now, &days_ago(5)).unwrap();
    let replaces = turn.state().policies.newest().map(|it| it.hash());
    turn.publish(caller, &days_ago(5), &Publishing { source: &wider, replaces }).unwrap();
    turn.commit().unwrap().unwrap().wait().unwrap();
    let token = signer.person(&PersonToken { person, expires: now.plus_days(9) });
    Customer { person: person.to_string(), cookie: format!("hs_person={token}") }
}

#[test]
fn more_than_was_agreed_is_marked_as_new() {
    let (server, Customer { person, cookie }) = Server::after(agreed_to_less);
    let html = page(&server, "", &[("cookie", &cookie)]);
    assert!(html.contains("You said yes to less than we now want"), "{html}");
    assert!(
        html.contains("<p>New: <strong>What you do on our site: searched</strong></p>"),
        "{html}"
    );
    assert!(html.contains("<dd>What you do on our site: carted, searched, viewed</dd>"), "{html}");
    let yes = form_with(&html, "Yes, you may");
    let no = form_with(&html, "No, thank you");
    assert_eq!(yes[..yes.len() - 1], no[..no.len() - 1], "yes and no differ in their word only");
    assert_eq!(post(&server, &yes, &[("cookie", &cookie), ("origin", ORIGIN)]).status, 303);
    let decision = decide(&server, &person, "follow-up-email", "behaviour.searched");
    assert_eq!(decision["reasons"].as_array().map(Vec::len), Some(0), "{decision}");
}

#[test]
fn the_page_hears_signals_and_speaks_german() {
    let server = Server::of_ridgeline();
    let html = page(&server, "", &[("sec-gpc", "1"), ("accept-language", "de-AT,en;q=0.5")]);
    assert!(html.contains("<html lang=\"de\">"), "{html}");
    let (_, signals) = html.split_once("Ihr Browser sendet Global Privacy Control.").unwrap();
    assert!(signals.contains("Ihnen unsere Räder auf anderen Websites zeigen"), "{signals}");
    assert!(!signals.contains("Do Not Track"), "{signals}");
    assert!(html.contains("<a href=\"/my-deal?language=en\" lang=\"en\""), "{html}");
    let none = page(&server, "?language=en", &[("sec-gpc", "0")]);
    assert!(none.contains("Your browser sends no opt-out signal."), "{none}");
}

#[test]
fn the_cookie_names_the_site() {
    let mut server = Server::of_ridgeline();
    let Customer { cookie, .. } = customer(&server);
    server.command(&["site", "add", "other", "--fictional"]);
    server.kill_and_restart();
    let unclear = server.send("GET", "/my-deal", &[], b"");
    assert_eq!(unclear.problem(), (404, "not-found".into(), "site".into()));
    assert!(page(&server, "", &[("cookie", &cookie)]).contains("You said yes"));
    let html = page(&server, "?site=shop", &[]);
    assert!(html.contains("We know nothing about you"), "{html}");
    assert!(html.contains("/my-deal?site=shop&amp;language=de"), "{html}");
    // The other site has no policy to show a deal under, and takes no cookie of this one.
    let other = server.send("GET", "/my-deal?site=other", &[("cookie", &cookie)], b"");
    assert_eq!(other.problem().1, "no-policy");
}

#[test]
fn a_hostile_policy_is_only_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    let hostile = "<script>alert(1)</script>";
    let policy = ridgeline()
        .replace("Ridgeline Bikes Ltd", hostile)
        .replace("Take your order, deliver it", hostile)
        .replace("E-mail you about the bikes", hostile);
    std::fs::write(&path, policy).unwrap();
    let server = Server::under(&path);
    let cookie = "hs_no=follow-up-email:4102444800";
    let html = page(&server, "?site=shop", &[("cookie", cookie)]);
    assert!(!html.contains("<script"), "{html}");
    assert!(4 <= html.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count(), "{html}");
    let odd = server.send("GET", "/my-deal?language=%22%3E%3Cscript%3E", &[], b"");
    assert!(!odd.text.contains("<script"), "{}", odd.text);
    let unknown = server.send("GET", "/my-deal?x=1", &[], b"");
    assert_eq!(unknown.problem().1, "unknown-field");
}
