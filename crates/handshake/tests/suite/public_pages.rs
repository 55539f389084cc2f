//! What the public reads: the policy as a page in its languages, its history, how often promises
//! were missed, and the tracking status. No cookie is set, and nothing is recorded.

use serde_json::{Value, json};

use crate::deals::well_formed;
use crate::server::{Answer, Server, event, ridgeline};
use crate::shop::root;

fn get(server: &Server, path: &str, fields: &[(&str, &str)]) -> Answer {
    server.send("GET", path, fields, b"")
}

#[track_caller]
fn page(server: &Server, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = get(server, path, fields);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.headers("set-cookie").count(), 0);
    well_formed(&answer.text);
    answer.text
}

#[track_caller]
fn has(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "`{part}` is not in {html}");
    }
}

/// A customer who said yes to e-mail.
fn mailed(server: &Server, customer: &str) {
    server.post("/v1/identities", &json!({"customer": customer, "event": event()})).ok();
    let yes = json!({"customer": customer, "purpose": "follow-up-email", "answer": "granted",
        "gesture": "phone", "event": event()});
    server.post("/v1/answers", &yes).ok();
}

/// Writes to a customer, and says what was done.
fn write_to(server: &Server, customer: &str, carried_out: Option<&str>) -> Value {
    let wanted = json!({"event": event(), "person": {"customer": customer}, "act": "use",
        "purpose": "follow-up-email", "data": ["contact.email"], "recipient": "mailer",
        "channel": "email"});
    let decided = server.post("/v1/decide", &wanted).ok();
    if let Some(carried_out) = carried_out {
        let done = json!({"event": event(), "decision": decided["decision"],
            "carried_out": carried_out});
        server.post("/v1/outcomes", &done).ok();
    }
    decided
}

/// What the JSON says of this quarter for one promise.
fn kept(server: &Server, promise: &str) -> Value {
    let all = get(server, "/policy.json", &[]).ok();
    let observed = all["observed"].as_array().unwrap().clone();
    let found = observed.iter().find(|it| it["promise"] == promise);
    found.unwrap_or_else(|| panic!("no `{promise}` in {observed:?}"))["quarters"][0].clone()
}

#[test]
fn the_page_says_everything_that_is_promised_in_two_languages() {
    let server = Server::of_ridgeline();
    let html = page(&server, "/policy", &[]);
    has(
        &html,
        &[
            "<html lang=\"en\">",
            "<h1>What Ridgeline Bikes Ltd does with your data</h1>",
            "We use data about you for nine things. For five of them we ask you first. Some of it \
             we sell, only if you say yes.",
            "What is not on this page, we do not do.",
            "lang=\"en\">E-mail you about the bikes you looked at or put in your cart",
            "<dd>Posthorn Mail BV, works for us, NL</dd>",
            "<dd>Velo Ad Exchange Inc, another company, US; it pays us for it: this is a sale</dd>",
            "<dd>30 days after it was collected</dd>",
            "<dd>10 years after the order <span class=\"law\">Law: tax</span></dd>",
            "<dd>Twice in 30 days</dd>",
            "<dd>Stop within 48 hours after you took your yes back</dd>",
            "<dd>Your no, your objection, Global Privacy Control, Do Not Track, IAB TCF</dd>",
            "<dd>5 EUR off your next service</dd>",
            "weighed against yours (docs/lia-fraud.md)",
            "The law demands it: GDPR 7(1), 5(2)",
            "Measurements are for fit only",
            "From anybody below 16 we take no yes",
            "<a href=\"mailto:privacy@ridgeline.example\">",
            "<a href=\"/my-deal?language=en\">",
            "or to the data-protection authority where you live",
            "Version 7. In force since",
        ],
    );
    assert!(!html.contains("7 days"), "a limit that is only rehearsed is nobody's business");
    assert!(!html.contains("0.0009"), "what things cost is the merchant's own");

    let fields = [("accept-language", "fr,de;q=0.8")];
    let german = page(&server, "/policy", &fields);
    has(
        &german,
        &[
            "<html lang=\"de\">",
            "Was Ridgeline Bikes Ltd mit Ihren Daten macht",
            "lang=\"de\">Ihre Maße nutzen, um eine Rahmengröße zu empfehlen.</h3>",
            "<dd>30 Tage nach dem Erheben</dd>",
            "<dd lang=\"en\">5 EUR off your next service</dd>",
            "<span lang=\"en\">Measurements are for fit only</span>",
            "hreflang=\"en\">English</a>",
        ],
    );
    assert_eq!(german, page(&server, "/policy?language=de", &[]));
    let style = get(&server, "/policy.css", &[]);
    has(&style.text, &["@media print"]);
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
}

#[test]
fn a_missed_promise_is_told_with_of_how_many() {
    let server = Server::of_ridgeline();
    let limit = "limit follow-up-email 2 per month";
    has(
        &page(&server, "/policy", &[]),
        &[
            "We promise this, and count",
            "<strong>Twice in 30 days. </strong>We promise this",
            "<li>Not yet used, 1 ",
        ],
    );
    mailed(&server, "1");
    mailed(&server, "2");
    for _ in 0..4 {
        let decided = write_to(&server, "1", Some("done"));
        assert_eq!(decided["advice"], "proceed", "the promise is observed: {decided}");
    }
    write_to(&server, "2", Some("done"));
    write_to(&server, "2", Some("withheld"));
    write_to(&server, "2", None);
    let it = kept(&server, limit);
    let figures = ["missed", "of", "unreported", "assumed"].map(|name| it[name].as_u64().unwrap());
    assert_eq!(figures, [2, 5, 1, 0]);
    assert_eq!(it["at_most"], false);
    let html = page(&server, "/policy", &[]);
    has(&html, &["<li>Missed 2 of 5 times, 1 ", "Of 1 more we have no report."]);
    let german = page(&server, "/policy?language=de", &[]);
    has(&german, &["<li>2 von 5 Malen nicht gehalten, 1. "]);

    // Done against the advice, which came of an enforced rule: the observed one was missed as well.
    let wanted = json!({"event": event(), "act": "use", "purpose": "show-recommendations",
        "data": ["interest.road"], "recipient": "us", "channel": "web",
        "signals": {"dnt": true}});
    let decided = server.post("/v1/decide", &wanted).ok();
    assert_eq!(decided["advice"], "withhold", "nobody agreed: {decided}");
    let done = json!({"event": event(), "decision": decided["decision"], "carried_out": "done"});
    server.post("/v1/outcomes", &done).ok();
    let it = kept(&server, "signal dnt");
    assert_eq!((&it["missed"], &it["of"]), (&json!(1), &json!(1)));
    assert_eq!(kept(&server, "never No ads to buyers of children's bikes")["of"], json!(0));
    assert_eq!(kept(&server, limit)["missed"], json!(2), "another promise");
}

#[test]
fn the_figures_are_those_of_a_server_started_again() {
    let mut server = Server::of_ridgeline();
    mailed(&server, "1");
    (0..4).for_each(|_| drop(write_to(&server, "1", Some("done"))));
    let before = page(&server, "/policy", &[]);
    has(&before, &["Missed 2 of 4 times"]);
    server.end();
    server.restart();
    assert_eq!(page(&server, "/policy", &[]), before);
}

fn publish(server: &Server, source: &str) -> Answer {
    let newest =
        server.get("/v1/policies").ok()["policies"][0]["hash"].as_str().unwrap().to_owned();
    let authorization = format!("Bearer {}", server.secret);
    let fields = [
        ("authorization", &*authorization),
        ("content-type", "application/kdl"),
        ("if-match", &*newest),
    ];
    server.send("POST", "/v1/policies", &fields, source.as_bytes())
}

/// The model with other lines.
#[track_caller]
fn changed(source: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(source.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in the policy");
        text.replacen(from, to, 1)
    })
}

/// Two more versions: one narrower and in force, one wider and announced.
fn with_a_past(server: &Server) {
    let why = "Retargeting now also uses viewed bikes. E-mail kept 13, not 24, months.";
    let eighth = changed(
        &ridgeline(),
        &[
            ("version=7 replaces=6", "version=8 replaces=7"),
            (why, "E-mail kept a month less."),
            ("keep 13 months after last-order", "keep 12 months after last-order"),
        ],
    );
    assert_eq!(publish(server, &eighth).status, 201);
    let ninth = changed(
        &eighth,
        &[
            ("version=8 replaces=7", "version=9 replaces=8"),
            ("2026-01-01T00:00:00Z", "2040-01-01T00:00:00Z"),
            ("E-mail kept a month less.", "Our partner writes, too."),
            ("  on ads\n", "  on ads email\n"),
            ("at-most 1 per=week  mode=rehearse", "at-most 3 per=week  mode=rehearse"),
            ("\"First pick of test-ride days\"", "\"A sticker\""),
        ],
    );
    let answer = publish(server, &ninth);
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[test]
fn every_version_stays_readable_with_what_it_changed() {
    let server = Server::of_ridgeline();
    has(&page(&server, "/policy/history", &[]), &["One version since", "The first version."]);
    with_a_past(&server);
    let html = page(&server, "/policy/history", &[]);
    has(
        &html,
        &[
            "3 versions since",
            "Takes effect on 1 January 2040. Published ",
            "<p class=\"why\">Our partner writes, too.</p>",
            "<h3>Allowed now, and not before</h3><ul><li><q>Show you our bikes on other websites",
            "<ul><li>It shows in more places: <strong>e\u{2011}mail</strong>.</li></ul>",
            "<h3>Worse for you</h3><ul><li><q>Use your interest in what you like,",
            "<li>You get less in return, or something else: <strong>First pick of test-ride days → \
             A sticker</strong>.",
            "<h3>No longer allowed</h3><ul><li><q>E-mail you about",
            "<li>Kept shorter: <strong>13 months after your last order → 12 months after your last \
             order</strong>.",
            "<a href=\"/policy/7?language=en\">",
        ],
    );
    assert!(html.find("Version 9").unwrap() < html.find("Version 8").unwrap(), "newest first");
    assert!(!html.contains("7 days"), "what is rehearsed has no public history");
    let german = page(&server, "/policy/history?language=de", &[]);
    has(&german, &["3 Fassungen seit", "Kürzer aufbewahrt: <strong>13 Monate"]);

    let all = get(&server, "/policy/history", &[("accept", "application/json")]).ok();
    let versions = all["versions"].as_array().unwrap();
    let numbers: Vec<_> = versions.iter().map(|it| it["version"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [9, 8, 7]);
    assert_eq!(versions[0]["differences"][0]["effect"], "widened");
    assert_eq!(versions[1]["differences"].as_array().unwrap().len(), 1, "{all}");
    assert_eq!(versions[2].get("differences"), None);
    assert_eq!(all, get(&server, "/policy/history.json", &[]).ok());

    has(
        &page(&server, "/policy", &[]),
        &["Version 8. In force since", "Version 9. Takes effect on"],
    );
    let seventh = page(&server, "/policy/7", &[]);
    has(&seventh, &["It holds no more.", "13 months after your last order", "First pick"]);
    has(&page(&server, "/policy/9", &[]), &["A sticker", "Read the version in force"]);
    assert_eq!(get(&server, "/policy/8.json", &[]).ok()["standing"], "in_force");
    assert_eq!(get(&server, "/policy/9.json", &[]).ok()["standing"], "coming");
    for path in ["/policy/10", "/policy/x", "/policy/7?site=nowhere"] {
        assert_eq!(get(&server, path, &[]).status, 404, "{path}");
    }
}

#[test]
fn anybody_may_keep_a_copy_and_nobody_is_noted() {
    let server = Server::of_ridgeline();
    server.settle();
    let before = server.durable();
    let first = get(&server, "/policy", &[]);
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(first.header("vary"), Some("Accept, Accept-Language"));
    let policy = first.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'none'"));
    let etag = first.header("etag").unwrap();
    let again = get(&server, "/policy", &[("if-none-match", etag)]);
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(get(&server, "/policy?language=de", &[("if-none-match", etag)]).status, 200);
    let cookie = [("cookie", "hs_person=AAAA.BBBB"), ("sec-gpc", "1"), ("dnt", "1")];
    for path in [
        "/policy",
        "/policy.json",
        "/policy/7",
        "/policy/history",
        "/.well-known/dnt/",
        "/.well-known/dnt/retarget",
        "/.well-known/gpc.json",
    ] {
        let answer = get(&server, path, &cookie);
        assert_eq!((answer.status, answer.headers("set-cookie").count()), (200, 0), "{path}");
        let cache = answer.header("cache-control").unwrap();
        assert!(cache.starts_with("public, max-age="), "{path}: {cache}");
    }
    assert_eq!(server.durable(), before, "reading is recorded nowhere");
}

#[test]
fn the_tracking_status_is_that_of_the_policy() {
    let server = Server::of_ridgeline();
    let site = get(&server, "/.well-known/dnt/", &[]);
    assert_eq!(site.header("content-type"), Some("application/tracking-status+json"));
    let expected = json!({"tracking": "T", "controller": ["/policy#who"], "policy": "/policy",
        "config": "/my-deal"});
    assert_eq!(site.ok(), expected);
    has(&page(&server, "/policy", &[]), &["id=\"who\""]);
    let of = |status: &str| get(&server, &format!("/.well-known/dnt/{status}"), &[]);
    assert_eq!(of("retarget").ok()["tracking"], "C");
    assert_eq!(of("follow-up-email").ok()["tracking"], "N");
    assert_eq!(of("nothing").problem().1, "not-found");
    let named = get(&server, "/.well-known/dnt/?site=shop", &[]).ok();
    assert_eq!(named["policy"], "/policy?site=shop");
    with_a_past(&server);
    assert_eq!(of("retarget").header("cache-control"), Some("public, max-age=300"));
}

#[test]
fn a_shop_that_gives_nothing_away_does_not_track() {
    let source =
        std::fs::read_to_string(root().join("examples/ridgeline-bikes/policy.kdl")).unwrap();
    let own = changed(
        &source,
        &[
            ("2026-12-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            (
                "kind=third-party  country=US  sale=yes  tcf-vendor=9999",
                "kind=processor country=US",
            ),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    std::fs::write(&path, own).unwrap();
    let server = Server::under(&path);
    assert_eq!(get(&server, "/.well-known/dnt/", &[]).ok()["tracking"], "N");
    has(&page(&server, "/policy", &[]), &["Nothing goes to other companies."]);
}

#[test]
fn a_hostile_policy_is_only_text_here_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    let hostile = "<script>alert(1)</script>";
    let policy = [
        "Ridgeline Bikes Ltd",
        "Take your order, deliver it",
        "Posthorn Mail BV",
        "What you like",
        "5 EUR off",
        "Measurements are for fit only",
        "Retargeting now also",
        "docs/lia-fraud.md",
    ];
    let policy = policy.iter().fold(ridgeline(), |text, it| {
        assert!(text.contains(it), "`{it}` is not in the policy");
        text.replace(it, hostile)
    });
    let policy = policy.replace("privacy@ridgeline.example", "javascript:alert(1)@x");
    std::fs::write(&path, policy).unwrap();
    let server = Server::under(&path);
    for path in ["/policy", "/policy/7?language=de", "/policy/history", "/policy?language=%22%3E"] {
        let html = page(&server, path, &[]);
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)"), "{html}");
        assert!(!html.contains("href=\"javascript:"), "{html}");
    }
    assert_eq!(get(&server, "/policy?x=1", &[]).problem().1, "unknown-field");
}
