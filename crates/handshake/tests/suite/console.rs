//! The console, as the merchant's people use it and as others try to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::server::{Answer, Server, event};
use crate::shop::root;

/// Somebody signed in.
pub(crate) struct Desk<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cookie: String,
}

impl Desk<'_> {
    #[track_caller]
    pub(crate) fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        plain(&answer.text)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.server.send("GET", path, &[("cookie", &self.cookie)], b"")
    }

    pub(crate) fn post(&self, path: &str, form: &str) -> Answer {
        let fields = [("cookie", &*self.cookie), ("origin", "http://x"), FORM];
        self.server.send("POST", path, &fields, form.as_bytes())
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The page without its spaces that must not break.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// The words of a page, without its tags.
pub(crate) fn words(page: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for it in page.chars() {
        match it {
            '<' => in_tag = true,
            '>' => in_tag = false,
            it if !in_tag => out.push(it),
            _ => (),
        }
    }
    out
}

/// A server that these users were let in to; with their passwords.
pub(crate) fn open_to<const N: usize>(users: [(&str, &[&str]); N]) -> (Server, [String; N]) {
    let mut server = Server::start();
    let passwords = users.map(|(name, more)| {
        let said = server.command(&[&["users", "add", name], more].concat());
        said.split_whitespace().last().unwrap().to_owned()
    });
    server.kill_and_restart();
    (server, passwords)
}

fn try_to_sign_in(server: &Server, user: &str, password: &str) -> Answer {
    let fields = [("sec-fetch-site", "same-origin"), FORM];
    let form = format!("user={user}&password={password}&next=%2Fconsole%2Fshop%2Fmoney");
    server.send("POST", "/console/sign-in", &fields, form.as_bytes())
}

#[track_caller]
pub(crate) fn sign_in<'a>(server: &'a Server, user: &str, password: &str) -> Desk<'a> {
    let answer = try_to_sign_in(server, user, password);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/console/shop/money")));
    let set = answer.header("set-cookie").unwrap();
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
    Desk { server, cookie: set.split(';').next().unwrap().to_owned() }
}

#[test]
fn the_first_page_says_how_to_let_somebody_in() {
    let server = Server::start();
    let page = server.send("GET", "/console/sign-in", &[], b"");
    assert_eq!(page.status, 200);
    assert!(page.text.contains("handshake users add NAME --role admin"), "{}", page.text);
    let home = server.send("GET", "/console/", &[], b"");
    assert_eq!((home.status, home.header("location")), (303, Some("/console/sign-in")));
    let inner = server.send("GET", "/console/shop/people?x=1", &[], b"");
    let location = "/console/sign-in?next=%2Fconsole%2Fshop%2Fpeople%3Fx%3D1";
    assert_eq!((inner.status, inner.header("location")), (303, Some(location)));
}

#[test]
fn a_session_begins_with_the_password_and_ends_when_told() {
    let (server, [password]) = open_to([("imke", &["--role", "privacy"])]);
    let wrong = try_to_sign_in(&server, "imke", "wrong horse battery");
    let unknown = try_to_sign_in(&server, "nobody", "wrong horse battery");
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.text, unknown.text, "nobody learns which names exist");
    assert!(wrong.header("set-cookie").is_none());

    let desk = sign_in(&server, "imke", &password);
    let home = desk.get("/console/");
    assert_eq!((home.status, home.header("location")), (303, Some("/console/shop/")));
    assert_eq!(desk.get("/console/shop").header("location"), Some("/console/shop/"));
    assert!(desk.page("/console/shop/").contains("imke, privacy"));
    let forged = Desk { server: &server, cookie: "hs_console=00000000000000000000000000".into() };
    assert_eq!(forged.get("/console/shop/").status, 303);

    let out = desk.post("/console/sign-out", "");
    assert_eq!((out.status, out.header("location")), (303, Some("/console/sign-in")));
    assert!(out.header("set-cookie").unwrap().starts_with("hs_console=; Path=/; Max-Age=0"));
    assert_eq!(desk.get("/console/shop/").status, 303, "the old cookie opens nothing");

    let desk = sign_in(&server, "imke", &password);
    server.command(&["users", "remove", "imke"]);
    let gone = (0..30).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        desk.get("/console/shop/").status == 303
    });
    assert!(gone, "somebody removed still looks after three seconds");
}

#[test]
fn guessing_passwords_gets_slow() {
    let (server, [password]) = open_to([("imke", &["--role", "viewer"])]);
    for _ in 0..5 {
        assert_eq!(try_to_sign_in(&server, "imke", "wrong horse battery").status, 401);
    }
    let slowed = try_to_sign_in(&server, "imke", &password);
    assert_eq!(slowed.status, 429);
    let wait: u32 = slowed.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=16).contains(&wait), "{wait}");
    assert_eq!(try_to_sign_in(&server, "vera", "wrong horse battery").status, 401);
}

#[test]
fn forms_of_other_sites_are_refused() {
    let (server, [password]) = open_to([("imke", &["--role", "privacy"])]);
    let desk = sign_in(&server, "imke", &password);
    let form = format!("user=imke&password={password}");
    for fields in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site"), ("origin", "http://x")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![],
    ] {
        let ours = [
            "/console/sign-in",
            "/console/sign-out",
            "/console/shop/people",
            "/console/shop/waivers",
        ];
        let policy = ["check", "edit", "form", "purposes", "promises", "review"];
        let policy = policy.map(|it| format!("/console/shop/policy/{it}"));
        for path in ours.into_iter().chain(policy.iter().map(String::as_str)) {
            let fields = [&fields[..], &[FORM, ("cookie", &desk.cookie)]].concat();
            let answer = server.send("POST", path, &fields, form.as_bytes());
            assert_eq!(answer.status, 403, "{path} {fields:?}");
            assert!(answer.header("set-cookie").is_none());
        }
    }
    assert_eq!(desk.get("/console/shop/").status, 200, "nobody was signed out by it");
}

/// Every page of a site that a privacy officer sees.
const PAGES: [&str; 13] = [
    "",
    "policy",
    "policy/edit",
    "policy/form",
    "policy/promises",
    "policy/purposes",
    "policy/review",
    "asking",
    "promises",
    "waivers",
    "money",
    "people",
    "evidence",
];

#[test]
fn pages_are_careful_whatever_they_show() {
    let (server, [password]) = open_to([("imke", &["--role", "admin"])]);
    let desk = sign_in(&server, "imke", &password);
    for page in PAGES.map(|it| format!("/console/shop/{it}")) {
        let answer = desk.get(&page);
        assert_eq!(answer.status, 200, "{page}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert!(!answer.text.contains(" style="), "{page} has a style in it");
        assert_eq!(
            answer.text.matches("<script").count(),
            answer.text.matches("<script type=\"module\" src=").count()
        );
        assert_eq!(answer.text.matches("<h1").count(), 1, "{page}");
        assert!(!answer.text.contains("viewBox"), "{page}: text in plots must not scale");
        for link in answer.text.split("href=\"").skip(1).filter_map(|it| it.split('"').next()) {
            if link.starts_with("/console/assets/") {
                let asset = desk.get(link);
                assert_eq!(asset.status, 200, "{link}");
                assert!(asset.header("cache-control").unwrap().contains("immutable"));
            }
        }
    }
    assert_eq!(desk.get("/console/shop/?quarter=2026Q7").status, 404);
    for nowhere in ["elsewhere/", "shop/nothing", "shop/people/nobody", "shop/nothing/at-all"] {
        let answer = desk.get(&format!("/console/{nowhere}"));
        assert_eq!(answer.status, 404, "{nowhere}");
        assert!(answer.text.contains("There is nothing here."), "{}", answer.text);
    }
}

#[test]
fn an_empty_site_says_what_comes_next() {
    let (server, [password]) = open_to([("imke", &["--role", "admin"])]);
    let desk = sign_in(&server, "imke", &password);
    for (page, said) in [
        ("", "No promise has been tested yet"),
        ("policy", "Version 1 is in force since 1 Jan 2010: 7 purposes, and 2 promises"),
        ("asking", "Nobody was asked for anything"),
        ("promises", "Nobody was affected by an incident"),
        ("money", "Nothing was spent or left alone yet"),
        ("people", "0 people are known to the shop"),
        ("evidence", "events are recorded"),
    ] {
        let page = words(&desk.page(&format!("/console/shop/{page}")));
        assert!(page.contains(said), "{said} is not in {page}");
    }
    let policy = desk.page("/console/shop/policy");
    assert!(policy.contains("<li id=\"L6\"><code>policy lantern-gifts version=1"), "{policy}");
}

#[test]
fn roles_and_sites_keep_people_apart() {
    let (mut server, [viewer, marketer, privacy, other]) = open_to([
        ("vera", &["--role", "viewer"]),
        ("mara", &["--role", "marketer"]),
        ("imke", &["--role", "privacy", "--site", "shop"]),
        ("otto", &["--role", "admin"]),
    ]);
    server.command(&["site", "add", "made-up", "--fictional"]);
    server.kill_and_restart();
    for (user, password) in [("vera", &viewer), ("mara", &marketer)] {
        let desk = sign_in(&server, user, password);
        assert_eq!(desk.get("/console/shop/promises").status, 200);
        let secret = ["people", "people/p_00000000000000000000000000", "promises/1-2-3-4"];
        for page in secret.map(|it| format!("/console/shop/{it}")) {
            assert_eq!(desk.get(&page).status, 403, "{page}");
        }
        assert_eq!(desk.post("/console/shop/people", "who=4711").status, 403);
    }
    let imke = sign_in(&server, "imke", &privacy);
    assert_eq!(imke.get("/console/shop/people").status, 200);
    assert_eq!(imke.get("/console/made-up/").status, 404);
    let otto = sign_in(&server, "otto", &other);
    let choice = otto.page("/console/");
    assert!(choice.contains("/console/made-up/") && choice.contains("/console/shop/"), "{choice}");
    for page in PAGES {
        let made_up = otto.page(&format!("/console/made-up/{page}"));
        assert!(made_up.contains("Fictional shop"), "{made_up}");
        assert!(!otto.page(&format!("/console/shop/{page}")).contains("Fictional shop"));
    }
}

/// One use, decided and reported, and what a second count needs to know of it.
struct Told {
    customer: String,
    purpose: &'static str,
    campaign: Option<&'static str>,
    verdict: String,
    mode: String,
    code: String,
    done: Option<bool>,
}

/// Uses of all kinds by a mailer: allowed, lapses, violations, forgone, unreported.
fn a_busy_day(server: &Server) -> Vec<Told> {
    let mut all = Vec::new();
    for n in 0..12 {
        let customer = format!("C{}", n % 7);
        if n < 7 {
            let answer = if n % 3 == 0 { "granted" } else { "refused" };
            let link = json!({"event": event(), "customer": customer, "age": "adult"});
            server.post("/v1/identities", &link).ok();
            let answer = json!({
                "event": event(), "customer": customer, "purpose": "follow-up-email",
                "answer": answer, "gesture": "phone",
            });
            server.post("/v1/answers", &answer).ok();
        }
        for (purpose, data, channel, campaign) in [
            ("follow-up-email", "contact.email", "email", None),
            ("follow-up-email", "purchase.items", "email", Some("black-friday")),
            ("suggest-gifts", "behaviour.viewed", "web", None),
        ] {
            let wanted = json!({
                "event": event(), "person": {"customer": customer}, "act": "use",
                "purpose": purpose, "data": [data], "channel": channel, "campaign": campaign,
            });
            let decision = server.post("/v1/decide", &wanted).ok();
            let proceed = decision["advice"] == "proceed";
            let done = [Some(proceed), Some(true), None][n % 3].filter(|_| n != 5);
            if let Some(done) = done {
                let carried_out = if done { "done" } else { "withheld" };
                let outcome = json!({
                    "event": event(), "decision": decision["decision"], "carried_out": carried_out,
                });
                server.post("/v1/outcomes", &outcome).ok();
            }
            let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
            all.push(Told {
                customer: customer.clone(),
                purpose,
                campaign,
                verdict: text(&decision["verdict"]),
                mode: text(&decision["mode"]),
                code: text(&decision["reasons"][0]["code"]),
                done,
            });
        }
    }
    all
}

#[test]
fn the_figures_are_those_of_a_second_count() {
    let (server, [password]) = open_to([("imke", &["--role", "privacy"])]);
    let told = a_busy_day(&server);
    let desk = sign_in(&server, "imke", &password);

    // What is only rehearsed is promised to nobody.
    let is_broken =
        |it: &&Told| it.verdict != "allowed" && it.done == Some(true) && it.mode != "rehearse";
    let broken: Vec<&Told> = told.iter().filter(is_broken).collect();
    let rehearsed = told.iter().filter(|it| it.mode == "rehearse" && it.done == Some(true)).count();
    assert_ne!(rehearsed, 0, "the second count must meet a rehearsed rule");
    let mut incidents: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for it in &broken {
        let key = (it.purpose, &it.code, it.campaign);
        incidents.entry(key).or_default().insert(&it.customer);
    }
    let people: BTreeSet<&str> = incidents.values().flatten().copied().collect();
    let reported = told.iter().filter(|it| it.done.is_some()).count();
    let unreported = told.len() - reported;
    let tenths = (reported - broken.len()) * 1000 / reported;
    assert!(1 < incidents.len() && 1 < people.len() && 0 < unreported && 0 < tenths);

    let answer =
        format!("{} people were affected by {} incidents in ", people.len(), incidents.len());
    let kept = format!("{}.{} % of {reported} promised uses were kept.", tenths / 10, tenths % 10);
    let today = words(&desk.page("/console/shop/"));
    assert!(today.contains(&answer), "{answer} is not in {today}");
    assert!(today.contains(&kept), "{kept} is not in {today}");
    assert!(today.contains(&format!("Say what was done with {unreported} uses")), "{today}");
    let promises = desk.page("/console/shop/promises");
    let all = format!("{} breaches in {} incidents", broken.len(), incidents.len());
    assert!(words(&promises).contains(&all), "{all} is not in {promises}");

    // The frequency of one line is promised, that of the next is only rehearsed.
    let policy = root().join("examples/gift-shop/policy.kdl");
    let policy = std::fs::read_to_string(policy).unwrap();
    let line = |with: &str| policy.lines().position(|it| it.contains(with)).unwrap() + 1;
    let promised = format!("policy?version=1#L{}\"", line("at-most 2 per=month"));
    let rehearsed = format!("#L{}\"", line("at-most 1 per=week"));
    assert!(promises.contains(&promised), "{promised}: {promises}");
    assert!(!promises.contains(&rehearsed), "{rehearsed}: {promises}");

    let only = words(&desk.page("/console/shop/promises?purpose=suggest-gifts"));
    let of_purpose = |it: &&&Told| it.purpose == "suggest-gifts";
    let some: BTreeSet<&str> =
        broken.iter().filter(of_purpose).map(|it| it.customer.as_str()).collect();
    assert!(
        only.contains(&format!("{} people were affected by 1 incident in ", some.len())),
        "{only}"
    );

    let left = |it: &&Told| {
        it.purpose == "follow-up-email" && it.verdict != "allowed" && it.done == Some(false)
    };
    let left = told.iter().filter(left).count();
    let money = words(&desk.page("/console/shop/money"));
    assert!(0 < left && money.contains(&format!("{left} messages left alone")), "{left}: {money}");
    let asking = words(&desk.page("/console/shop/asking"));
    assert!(
        asking.contains("Of 7 answers in ") && asking.contains(", 42.8 % said yes; no yes"),
        "{asking}"
    );

    let mut sizes: Vec<usize> = incidents.values().map(BTreeSet::len).collect();
    sizes.sort_unstable();
    assert_eq!(people_of_incidents(&desk, &promises), sizes);

    let found = desk.post("/console/shop/people", "who=C1");
    assert_eq!(found.status, 303, "{}", found.text);
    let person = words(&desk.page(found.header("location").unwrap()));
    assert!(
        person.contains("says yes to 0 of 4 purposes; we broke promises to this person in"),
        "{person}"
    );
    assert!(person.contains("use decided") && person.contains("answer given"), "{person}");
    let missed = desk.post("/console/shop/people", "who=C99");
    assert_eq!((missed.status, missed.text.contains("Nobody is known by")), (200, true));
}

/// How many people each incident opens, fewest first.
fn people_of_incidents(desk: &Desk<'_>, promises: &str) -> Vec<usize> {
    let links = promises.split("href=\"").filter_map(|it| it.split('"').next());
    let links: BTreeSet<&str> =
        links.filter(|it| it.starts_with("/console/shop/promises/")).collect();
    let people = |it: &&str| desk.page(it).matches("class=\"chip person\"").count();
    let mut sizes: Vec<usize> = links.iter().map(people).collect();
    sizes.sort_unstable();
    sizes
}

#[test]
fn the_tail_of_the_ledger_names_nobody() {
    let (mut server, [password]) = open_to([("vera", &["--role", "viewer"])]);
    let link = json!({"event": event(), "customer": "4711-secret", "age": "adult"});
    let person = server.post("/v1/identities", &link).ok()["person"].as_str().unwrap().to_owned();
    let wanted = json!({
        "event": event(), "person": person, "act": "use", "purpose": "suggest-gifts",
        "data": ["behaviour.viewed"],
    });
    server.post("/v1/decide", &wanted).ok();
    let desk = sign_in(&server, "vera", &password);
    for page in ["/console/shop/evidence", "/console/shop/evidence/tail"] {
        let page = desk.page(page);
        assert!(page.contains("use decided") && page.contains("suggest-gifts"), "{page}");
        assert!(words(&page).contains("not allowed, withhold: no_permission (basis)"), "{page}");
        assert!(!page.contains(&person) && !page.contains("4711"), "{page}");
    }
    let head = words(&desk.page("/console/shop/evidence"));
    let at = head.find("Head of the chain").unwrap() + "Head of the chain".len();
    let shown = head[at..at + 64].to_owned();
    server.end();
    let verified: Value = serde_json::from_str(&server.command(&["verify", "--json"])).unwrap();
    assert_eq!(verified["head"], shown, "the page shows another head than `verify` finds");
}
