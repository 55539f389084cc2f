//! Duties with a time limit on a real server: they open by themselves, become late, and end when
//! somebody says so.

use handshake::clock;
use handshake::http::{PersonToken, Signer};
use handshake::ingest::{
    Answering, Caller, DutyNews, DutyTold, Link, Publishing, Question, Request, Site, Who,
};
use handshake_core::decision::Age;
use handshake_core::vocabulary::{Answer, Millis, PersonId};
use serde_json::{Value, json};

use crate::console::sign_in;
use crate::server::{Server, event, ridgeline};
use crate::shop::fresh;

const CALLER: Caller<'static> = Caller { name: "shop", coins: true };
const PURPOSE: &str = "follow-up-email";

/// The model policy, with a duty that answers requests.
fn policy() -> String {
    ridgeline().replace(
        "  must stop within=48 hours of=withdrawal\n",
        "  must stop within=48 hours of=withdrawal\n  must answer within=1 month of=request\n",
    )
}

fn at(site: &Site, at: Millis, work: impl FnOnce(&mut handshake::ingest::Turn<'_>, &Request<'_>)) {
    let request = Request::internal(Some(at));
    let mut turn = site.turn(at, &request).unwrap();
    work(&mut turn, &request);
    if let Some(ticket) = turn.commit().unwrap() {
        ticket.wait().unwrap();
    }
}

fn withdrawn(site: &Site, when: Millis, customer: &str) {
    at(site, when, |turn, request| {
        let new_person = PersonId(fresh().unwrap());
        let link = Link { person: None, customer, age: Age::Adult, new_person };
        turn.link(CALLER, request, &link).unwrap();
        for answer in [Answer::Granted, Answer::Withdrawn] {
            let question = Question::Stated {
                who: Who::Customer(customer),
                purpose: PURPOSE,
                statement: None,
                language: None,
            };
            let gesture = "phone";
            let it = Answering { question, answer, gesture, simulated: false, new_person };
            turn.answer(CALLER, request, &it).unwrap();
        }
    });
}

fn stopped(site: &Site, when: Millis, customer: &str) {
    at(site, when, |turn, request| {
        let who = Who::Customer(customer);
        let told = DutyTold { who, purpose: PURPOSE, what: DutyNews::Done("stop") };
        assert_eq!(turn.duty(CALLER, request, &told).unwrap().duties.len(), 1);
    });
}

/// Two wait too long, one has time left, one was done in time and one late.
fn a_week(site: &Site) -> Millis {
    let now = clock::now();
    let ago = |hours: i64| now.plus_hours(-hours);
    at(site, ago(240), |turn, request| {
        let source = policy();
        turn.publish(CALLER, request, &Publishing { source: &source, replaces: None }).unwrap();
    });
    withdrawn(site, ago(200), "early");
    withdrawn(site, ago(190), "slow");
    withdrawn(site, ago(170), "oldest");
    stopped(site, ago(160), "early");
    stopped(site, ago(130), "slow");
    withdrawn(site, ago(100), "late");
    withdrawn(site, ago(10), "fresh");
    now
}

/// A browser in which the customer is signed in.
fn cookie_of(site: &Site, signer: &Signer, customer: &str) -> String {
    let request = Request::internal(None);
    let turn = site.turn(clock::now(), &request).unwrap();
    let person = turn.permissions(Who::Customer(customer)).unwrap().person;
    let expires = clock::now().plus_days(9);
    format!("hs_person={}", signer.person(&PersonToken { person, expires }))
}

fn listed(server: &Server, query: &str) -> Vec<Value> {
    server.get(&format!("/v1/duties{query}")).ok()["duties"].as_array().unwrap().clone()
}

fn done(customer: &str) -> Value {
    json!({ "event": event(), "customer": customer, "purpose": PURPOSE, "duty": "stop" })
}

#[test]
fn a_duty_opens_becomes_late_and_ends() {
    let (mut server, now) = Server::after(|site, _| a_week(site));
    let all = listed(&server, "");
    let states: Vec<&str> = all.iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["late", "late", "open"], "the earliest due first: {all:?}");
    let oldest = &all[0];
    assert_eq!(
        (&oldest["duty"], &oldest["of"], &oldest["purpose"], &oldest["code"]),
        (&json!("stop"), &json!("withdrawal"), &json!(PURPOSE), &json!("duty_late"))
    );
    assert_eq!(oldest["since"], now.plus_hours(-170).to_string());
    assert_eq!(oldest["due"], now.plus_hours(-122).to_string());
    let late = oldest["late_by_seconds"].as_i64().unwrap();
    assert!((122 * 3600..123 * 3600).contains(&late), "{late}");
    assert_eq!(all[2].get("code"), None);
    assert_eq!(listed(&server, "?state=late").len(), 2);

    let page = server.get("/v1/duties?limit=2").ok();
    let rest = listed(&server, &format!("?limit=2&cursor={}", page["next"].as_str().unwrap()));
    assert_eq!((&page["duties"][0], &rest[..]), (&all[0], &all[2..]));
    let metrics = |server: &Server| {
        let text = server.get("/metrics").text;
        let lines = text.lines().filter(|it| it.starts_with("handshake_duties"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let told = ["handshake_duties_open{site=\"shop\"} 3", "handshake_duties_late{site=\"shop\"} 2"];
    assert_eq!(metrics(&server), told);

    server.kill_and_restart();
    let without_age = |all: &[Value]| {
        let mut all = all.to_vec();
        all.iter_mut().for_each(|it| drop(it.as_object_mut().unwrap().remove("late_by_seconds")));
        all
    };
    assert_eq!(without_age(&listed(&server, "")), without_age(&all), "the ledger holds it all");

    let body = done("late");
    let ended = server.post("/v1/duties", &body).ok();
    let late = ended["duties"][0]["late_by_seconds"].as_i64().unwrap();
    assert!((52 * 3600..53 * 3600).contains(&late), "{ended}");
    let again = server.post("/v1/duties", &body).ok();
    assert_eq!((&again["duplicate"], &again["duties"]), (&json!(true), &json!([])));
    let ended = server.post("/v1/duties", &done("fresh")).ok();
    assert_eq!(ended["duties"][0].get("late_by_seconds"), None, "{ended}");
    assert_eq!(listed(&server, "").len(), 1);
    let nothing = server.post("/v1/duties", &done("late")).problem();
    assert_eq!(nothing, (404, "not-found".into(), "duty".into()));
}

#[test]
fn what_is_told_must_make_sense() {
    let (server, _) = Server::after(|site, _| a_week(site));
    let tell = |change: Value| {
        let mut body = done("oldest");
        for (key, value) in change.as_object().unwrap() {
            match value.is_null() {
                true => drop(body.as_object_mut().unwrap().remove(key)),
                false => drop(body.as_object_mut().unwrap().insert(key.clone(), value.clone())),
            }
        }
        server.post("/v1/duties", &body)
    };
    let problem = |change: Value| tell(change).problem();
    let unknown = tell(json!({ "duty": "stopp" }));
    let detail = unknown.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(unknown.problem(), (422, "unknown-name".into(), "duty".into()));
    assert!(detail.contains("stop of follow-up-email (of=withdrawal)"), "{detail}");
    let other = json!({ "purpose": "retarget" });
    assert_eq!(problem(other), (422, "unknown-name".into(), "duty".into()));
    let nobody = json!({ "customer": "stranger" });
    assert_eq!(problem(nobody), (404, "not-found".into(), "customer".into()));
    let unnamed = json!({ "customer": null });
    assert_eq!(problem(unnamed), (422, "missing-field".into(), "person".into()));
    let neither = json!({ "duty": null });
    assert_eq!(problem(neither), (422, "missing-field".into(), "duty".into()));
    let both = json!({ "happened": "request" });
    assert_eq!(problem(both), (422, "invalid-value".into(), "happened".into()));
    let else_known = json!({ "duty": null, "happened": "order" });
    assert_eq!(problem(else_known), (422, "invalid-value".into(), "happened".into()));
    let own_time = json!({ "at": "2026-11-20T00:00:00Z" });
    assert_eq!(problem(own_time), (403, "forbidden".into(), "at".into()));
    let get = |query: &str| server.get(&format!("/v1/duties?{query}")).problem();
    for (query, field) in [("state=done", "state"), ("limit=0", "limit"), ("cursor=x", "cursor")] {
        assert_eq!(get(query), (422, "invalid-value".into(), field.into()), "{query}");
    }
    assert_eq!(listed(&server, "").len(), 3, "nothing of all that was taken");

    // A request has a duty only where the policy says so.
    let asked = json!({ "duty": null, "happened": "request" });
    let open = tell(asked.clone()).ok();
    assert_eq!(
        (&open["duties"][0]["duty"], &open["duties"][0]["of"]),
        (&json!("answer"), &json!("request"))
    );
    let none = json!({ "duty": null, "happened": "request", "purpose": "retarget" });
    assert_eq!(problem(none), (422, "unknown-name".into(), "purpose".into()));
    assert_eq!(
        tell(asked).ok()["duties"][0]["since"],
        open["duties"][0]["since"],
        "the first counts"
    );
    assert_eq!(listed(&server, "").len(), 4);

    // An import sets the time, and so how late it was.
    let time = clock::now().plus_hours(1).to_string();
    let body = json!({ "event": event(), "customer": "oldest", "purpose": PURPOSE, "duty": "stop", "at": time });
    let ended = server.post_as(&server.import, "/v1/duties", &body).ok();
    let late = ended["duties"][0]["late_by_seconds"].as_i64().unwrap();
    assert!((123 * 3600..124 * 3600).contains(&late), "{ended}");
}

#[test]
fn the_report_and_the_console_say_who_waits() {
    let (mut server, _) = Server::after(|site, _| a_week(site));
    let said = server.command(&["users", "add", "imke", "--role", "privacy"]);
    let password = said.split_whitespace().last().unwrap().to_owned();
    let said = server.command(&["users", "add", "vito", "--role", "viewer"]);
    let viewer = said.split_whitespace().last().unwrap().to_owned();
    server.end();
    let text = server.command(&["report"]);
    assert!(
        text.contains(
            "2 people are still waiting for `stop` of `follow-up-email`, the oldest since "
        ),
        "{text}"
    );
    assert!(text.contains("duty_late"), "{text}");
    let late = "3 duties with a time limit were not done in time, for 3 people.";
    assert!(text.contains(late), "{text}");
    let report: Value = serde_json::from_str(&server.command(&["report", "--json"])).unwrap();
    let row = &report["duties"][0];
    let counts =
        ["waiting", "late", "people", "in_time", "open"].map(|it| row[it].as_u64().unwrap());
    assert_eq!(counts, [2, 3, 3, 1, 1], "{row}");
    assert_eq!((&row["code"], &row["duty"]), (&json!("duty_late"), &json!("stop")));
    assert_eq!(report["people_of_late_duties"], 3);
    server.restart();

    let desk = sign_in(&server, "imke", &password);
    let today = desk.page("/console/shop/?quarter=all");
    assert!(
        today.contains("2 people are still waiting for <code>stop</code>, the oldest since "),
        "{today}"
    );
    let promises = desk.page("/console/shop/promises?quarter=all");
    assert!(
        promises.contains("3 people</a> were affected by <a href=\"#duties\">1 incident</a>"),
        "{promises}"
    );
    assert!(
        promises.contains("duty_late") && promises.contains("done 12 hours late at worst"),
        "{promises}"
    );
    let (_, after) = promises.split_once("href=\"/console/shop/duties/").unwrap();
    let kind = after.split('"').next().unwrap();
    let people = desk.page(&format!("/console/shop/duties/{kind}"));
    assert_eq!(people.matches("data-name=\"Was due\"").count(), 2, "{people}");
    let (_, after) = people.split_once("href=\"/console/shop/people/").unwrap();
    let person = desk.page(&format!("/console/shop/people/{}", after.split('"').next().unwrap()));
    assert!(person.contains("we broke promises to this person in 1 incident."), "{person}");
    assert!(person.contains("What must still be done for them"), "{person}");
    assert_eq!(desk.get("/console/shop/duties/99").status, 404);
    assert_eq!(desk.get("/console/shop/duties/x").status, 404);

    let desk = sign_in(&server, "vito", &viewer);
    let promises = desk.page("/console/shop/promises?quarter=all");
    assert!(!promises.contains("/console/shop/duties/"), "single people are not for viewers");
    assert_eq!(desk.get(&format!("/console/shop/duties/{kind}")).status, 403);
}

#[test]
fn people_read_what_they_are_still_owed() {
    let (server, cookies) = Server::after(|site, signer| {
        a_week(site);
        ["late", "fresh"].map(|it| cookie_of(site, signer, it))
    });
    let page = |cookie: &str, language: &str| {
        let fields = [("cookie", cookie), ("accept-language", language)];
        server.send("GET", "/my-deal", &fields, b"").text
    };
    let [late, fresh] = cookies;
    let owed = page(&late, "en");
    assert!(owed.contains("we should have done what you are owed (“stop”)"), "{owed}");
    assert!(page(&late, "de").contains("hätten wir tun müssen"));
    assert!(!page(&fresh, "en").contains("should have done"));
    server.post("/v1/duties", &done("late")).ok();
    assert!(!page(&late, "en").contains("should have done"), "it is done");
}
