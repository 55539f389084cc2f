//! The policy workshop: a policy is written, compared and published by people, in their browser
//! and without scripts.

use handshake_core::vocabulary::Millis;
use serde_json::json;

use crate::console::{Desk, open_to, sign_in, words};
use crate::server::{Answer, Server, event};
use crate::shop::root;

const REVIEW: &str = "/console/shop/policy/review";
const EDIT: &str = "/console/shop/policy/edit";
const SUGGEST: &str = "/console/shop/policy/purpose/suggest-gifts";

/// The fields of a form, as a browser would send them.
#[derive(Debug, Clone)]
struct Sheet(Vec<(String, String)>);

impl Sheet {
    /// The form of a page that is sent to `action`, as it is shown.
    #[track_caller]
    fn of(page: &str, action: &str) -> Sheet {
        let begin = format!("action=\"{action}\"");
        let (_, form) = page.split_once(&begin).unwrap_or_else(|| panic!("no {action} in {page}"));
        let (form, _) = form.split_once("</form>").unwrap();
        let mut fields = Vec::new();
        let mut chosen = None;
        for tag in form.split('<').skip(1) {
            let (head, text) = tag.split_once('>').unwrap();
            let get = |name: &str| attribute(head, name);
            let set = |word: &str| head.split(' ').any(|it| it == word);
            match head.split(' ').next().unwrap() {
                "input" => {
                    let box_like = matches!(get("type").as_deref(), Some("checkbox" | "radio"));
                    if !box_like || set("checked") {
                        let name = get("name").unwrap();
                        fields.push((name, get("value").unwrap_or_else(|| "on".to_owned())));
                    }
                }
                "textarea" => {
                    let text = text.strip_prefix('\n').unwrap_or(text);
                    fields.push((get("name").unwrap(), plain(text).replace('\n', "\r\n")));
                }
                "select" => chosen = get("name"),
                "option" => {
                    let name = chosen.clone().unwrap();
                    let first = !fields.iter().any(|it| it.0 == name);
                    if set("selected") || first {
                        fields.retain(|it| it.0 != name);
                        fields.push((name, get("value").unwrap()));
                    }
                }
                _ => (),
            }
        }
        Sheet(fields)
    }

    fn with(&self, name: &str, value: &str) -> Sheet {
        let mut fields = self.0.clone();
        fields.retain(|it| it.0 != name);
        fields.push((name.to_owned(), value.to_owned()));
        Sheet(fields)
    }

    fn and(&self, name: &str, value: &str) -> Sheet {
        let mut fields = self.0.clone();
        fields.push((name.to_owned(), value.to_owned()));
        Sheet(fields)
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str())
    }

    #[track_caller]
    fn send(&self, desk: &Desk<'_>, path: &str, what: &str) -> Answer {
        let all = self.with("do", what);
        desk.post(path, &serde_urlencoded::to_string(&all.0).unwrap())
    }
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!(" {name}=\""))?;
    Some(plain(rest.split_once('"').unwrap().0))
}

fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

fn gifts() -> String {
    std::fs::read_to_string(root().join("examples/gift-shop/policy.kdl")).unwrap()
}

/// The draft, as the page of the file shows it.
#[track_caller]
fn draft(desk: &Desk<'_>) -> String {
    Sheet::of(&desk.page(EDIT), EDIT).get("source").replace("\r\n", "\n")
}

/// Lines that one text has more often than the other, as a diff shows them.
fn difference(old: &str, new: &str) -> String {
    let more = |a: &str, b: &str, sign: &str| -> String {
        let mut other: Vec<&str> = b.lines().collect();
        let mut out = String::new();
        for line in a.lines() {
            match other.iter().position(|it| *it == line) {
                Some(at) => drop(other.swap_remove(at)),
                None => out.push_str(&format!("{sign}{}\n", line.trim_end())),
            }
        }
        out
    };
    more(old, new, "-") + &more(new, old, "+")
}

/// Suggestions by e-mail too, and kept for 12 months.
#[track_caller]
fn widen(desk: &Desk<'_>) {
    let form = Sheet::of(&desk.page(SUGGEST), SUGGEST);
    let wider = form.and("on", "email").with("keep-count", "12");
    assert_eq!(wider.send(desk, SUGGEST, "save").status, 303);
}

/// Three customers agree to suggestions.
fn three_agree(server: &Server) {
    for customer in ["C1", "C2", "C3"] {
        let link = json!({"event": event(), "customer": customer, "age": "adult"});
        server.post("/v1/identities", &link).ok();
        let answer = json!({
            "event": event(), "customer": customer, "purpose": "suggest-gifts",
            "answer": "granted", "gesture": "phone",
        });
        server.post("/v1/answers", &answer).ok();
    }
}

#[test]
fn a_purpose_changed_by_form_changes_its_lines_of_the_file() {
    let (server, [password]) = open_to([("imke", &["--role", "privacy"])]);
    let desk = sign_in(&server, "imke", &password);
    assert!(words(&desk.page(REVIEW)).contains("There is no draft to compare."));

    let form = Sheet::of(&desk.page(SUGGEST), SUGGEST);
    let same = form.send(&desk, SUGGEST, "save");
    assert_eq!(
        (same.status, same.header("location")),
        (303, Some("/console/shop/policy/form?saved=yes"))
    );
    assert_eq!(draft(&desk), gifts(), "what was not changed is written as it was");

    widen(&desk);
    let changed = difference(&gifts(), &draft(&desk));
    assert_eq!(
        changed,
        "-  on web\n-  keep 24 months after last-order\n+  on web email\n+  keep 12 months after last-order\n"
    );
}

#[test]
fn a_draft_is_compared_and_published() {
    let (server, [password]) = open_to([("imke", &["--role", "privacy"])]);
    three_agree(&server);
    let desk = sign_in(&server, "imke", &password);
    widen(&desk);
    let page = desk.page(REVIEW);
    let said = words(&page);
    assert!(said.contains("This draft wants more than 3 people agreed to."), "{said}");
    assert!(
        said.contains("Widened: channel")
            && said.contains("suggest-gifts: now on email. 3 people agreed to less."),
        "{said}"
    );
    assert!(
        said.contains("Shown by behaviour.viewed for suggest-gifts, by us on email."),
        "{said}"
    );
    assert!(page.find("Widened: ") < page.find("Narrowed: "), "what is widened comes first");
    assert!(said.contains("published at least 24 hours before it rules"), "{said}");

    let form = Sheet::of(&page, REVIEW).with("change", "Suggestions by e-mail too.");
    let soon = form.with("effective", "2026-01-01T00:00").send(&desk, REVIEW, "publish");
    assert_eq!(soon.status, 422);
    assert!(
        words(&soon.text).contains("Not published: it would take effect too soon."),
        "{}",
        soon.text
    );
    let published = form.send(&desk, REVIEW, "publish");
    assert_eq!(
        (published.status, published.header("location")),
        (303, Some("/console/shop/policy?version=2")),
        "{}",
        published.text
    );

    let text = server.get("/v1/policies/2").text;
    let changed = difference(&gifts(), &text);
    let (first, rest) = changed.split_once("\n-").unwrap();
    assert_eq!(first, "-policy lantern-gifts version=1 effective=\"2010-01-01T00:00:00Z\" {");
    let (_, rest) = rest.split_once("\n+").unwrap();
    let (head, rest) = rest.split_once('\n').unwrap();
    let effective =
        head.strip_prefix("policy lantern-gifts version=2 replaces=1 effective=\"").unwrap();
    let effective = Millis::parse(effective.strip_suffix("\" {").unwrap()).unwrap();
    assert!(handshake::clock::now().plus_hours(24) <= effective, "{head}");
    assert_eq!(
        rest,
        "+  change \"Suggestions by e-mail too.\" kind=meaning\n+  on web email\n+  keep 12 months after last-order\n"
    );
    let history = words(&desk.page("/console/shop/policy"));
    assert!(history.contains("Version 1 is in force since 1 Jan 2010"), "{history}");
    assert!(
        history.contains("by imke") && history.contains("Suggestions by e-mail too."),
        "{history}"
    );
    assert!(words(&desk.page(REVIEW)).contains("There is no draft to compare."));
    let compared = words(&desk.page("/console/shop/policy/compare?from=2&to=1"));
    assert!(
        compared.contains("Version 1 wants more than")
            || compared.contains("Version 1 allows more"),
        "{compared}"
    );
    for nowhere in ["from=1", "from=1&to=9", "from=x&to=1"] {
        assert_eq!(desk.get(&format!("/console/shop/policy/compare?{nowhere}")).status, 404);
    }
}

#[test]
fn purposes_promises_and_names_are_added_and_removed_by_form() {
    let (server, [password]) = open_to([("otto", &["--role", "admin"])]);
    let desk = sign_in(&server, "otto", &password);
    let (form, purposes, promises) = (
        "/console/shop/policy/form",
        "/console/shop/policy/purposes",
        "/console/shop/policy/promises",
    );
    let add = |what: &str, fields: &[(&str, &str)]| {
        let blank = Sheet::of(&desk.page(form), form);
        fields.iter().fold(blank, |sheet, it| sheet.with(it.0, it.1)).send(&desk, form, what)
    };
    assert_eq!(add("channel", &[("channel-name", "phone")]).status, 303);
    assert_eq!(add("data", &[("data-name", "returned"), ("data-above", "purchase")]).status, 303);
    let recipient = [
        ("recipient-name", "printer"),
        ("recipient-label", "Print & Co"),
        ("recipient-kind", "processor"),
    ];
    assert_eq!(add("recipient", &recipient).status, 303);
    let twice = add("channel", &[("channel-name", "phone")]);
    assert_eq!(twice.status, 422);
    assert!(
        words(&twice.text).contains("there is one called phone in the file already"),
        "{}",
        twice.text
    );

    let blank = Sheet::of(&desk.page(purposes), purposes);
    let refused = blank.send(&desk, purposes, "save");
    assert_eq!(refused.status, 422);
    assert!(
        words(&refused.text).contains("Write the sentence that customers read."),
        "{}",
        refused.text
    );
    let call = blank
        .with("name", "call-you")
        .with("says.en", "Call you on your phone about what you returned.")
        .and("uses", "purchase.returned")
        .and("uses", "contact.phone")
        .and("with", "us")
        .and("on", "phone");
    assert_eq!(call.send(&desk, purposes, "save").status, 303);
    let never = Sheet::of(&desk.page(promises), promises).with("says", "Never \"cold\" calls");
    assert_eq!(never.send(&desk, promises, "save").status, 422, "a promise about nothing");
    let never = never.and("purposes", "call-you").with("signal", "gpc");
    assert_eq!(never.send(&desk, promises, "save").status, 303);
    insta::assert_snapshot!(difference(&gifts(), &draft(&desk)));

    // What the form shows of it is what was said.
    let third = "/console/shop/policy/promise/3";
    let shown = Sheet::of(&desk.page(third), third);
    assert_eq!(
        (shown.get("says"), shown.get("purposes"), shown.get("signal")),
        ("Never \"cold\" calls", "call-you", "gpc")
    );
    let of_call = "/console/shop/policy/purpose/call-you";
    let renamed = Sheet::of(&desk.page(of_call), of_call).with("name", "ring-you");
    assert_eq!(renamed.send(&desk, of_call, "save").status, 303);
    assert!(draft(&desk).contains("purposes ring-you") && !draft(&desk).contains("call-you"));
    assert_eq!(desk.get(of_call).status, 404);

    let of_ring = "/console/shop/policy/purpose/ring-you";
    assert_eq!(Sheet::of(&desk.page(of_ring), of_ring).send(&desk, of_ring, "remove").status, 303);
    let left = draft(&desk);
    assert!(!left.contains("ring-you") && !left.contains("cold"), "the promise about it goes too");
    let throw = Sheet(vec![(
        "revision".to_owned(),
        Sheet::of(&desk.page(EDIT), EDIT).get("revision").to_owned(),
    )]);
    assert_eq!(throw.send(&desk, REVIEW, "discard").status, 303);
    assert_eq!(draft(&desk), gifts());
}

#[test]
fn the_check_says_where_and_keeps_nothing() {
    let (server, [password]) = open_to([("imke", &["--role", "privacy"])]);
    let desk = sign_in(&server, "imke", &password);
    let wrong = gifts().replacen("with us mailer", "with us mailr", 1);
    let line = wrong.lines().position(|it| it.contains("mailr")).unwrap() + 1;
    let sheet = Sheet(vec![("source".to_owned(), wrong)]);
    let live = sheet.send(&desk, "/console/shop/policy/check", "");
    assert_eq!(live.status, 200);
    let place = format!("data-line=\"{line}\" data-column=\"11\" data-length=\"5\"");
    assert!(live.text.contains(&place), "{}", live.text);
    assert!(live.text.contains("with us mailr\n        ^^^^^"), "{}", live.text);
    assert!(
        words(&live.text).contains("Did you mean mailer, declared in line 35?"),
        "{}",
        live.text
    );
    assert!(!live.text.contains("<html"), "it is a part of a page");
    let checked = sheet.with("revision", "0").send(&desk, EDIT, "check");
    assert_eq!(checked.status, 200);
    assert!(
        words(&checked.text).contains("This draft has one mistake to mend."),
        "{}",
        checked.text
    );
    assert_eq!(draft(&desk), gifts(), "nothing was saved");

    // What has mistakes may be kept, is shown with them, and has no forms.
    assert_eq!(sheet.with("revision", "0").send(&desk, EDIT, "save").status, 303);
    assert!(words(&desk.page(REVIEW)).contains("This draft cannot be published yet"));
    assert!(words(&desk.page("/console/shop/policy/form")).contains("its file has mistakes"));
    assert_eq!(desk.get(SUGGEST).header("location"), Some(EDIT));
    let huge = Sheet(vec![("source".to_owned(), "x".repeat(4 << 20))]);
    assert_eq!(huge.send(&desk, "/console/shop/policy/check", "").status, 400);
}

/// Saves a draft in which suggestions are kept for 12 months, which narrows the deal.
#[track_caller]
fn narrow(desk: &Desk<'_>) -> Sheet {
    let sheet = Sheet::of(&desk.page(EDIT), EDIT);
    let text = sheet.get("source").replacen("keep 24 months", "keep 12 months", 1);
    assert_eq!(sheet.with("source", &text).send(desk, EDIT, "save").status, 303);
    Sheet::of(&desk.page(REVIEW), REVIEW)
}

#[test]
fn who_is_slower_is_told_and_loses_nothing() {
    let (server, [imke, otto]) =
        open_to([("imke", &["--role", "privacy"]), ("otto", &["--role", "admin"])]);
    let (imke, otto) = (sign_in(&server, "imke", &imke), sign_in(&server, "otto", &otto));

    // Two save at once.
    let both = Sheet::of(&imke.page(EDIT), EDIT);
    let review = narrow(&otto);
    let mine = gifts().replacen("keep 13 months", "keep 9 months", 1);
    let late = both.with("source", &mine).send(&imke, EDIT, "save");
    assert_eq!(late.status, 409);
    let said = words(&late.text);
    assert!(
        said.contains("Not saved: somebody changed the draft") && said.contains("otto saved it"),
        "{said}"
    );
    assert!(late.text.contains("keep 9 months"), "nothing of hers is lost");
    let form = Sheet::of(&late.text, EDIT);
    let stale = Sheet::of(&imke.page(SUGGEST), SUGGEST).with("revision", "0");
    let stale = stale.with("keep-count", "21").send(&imke, SUGGEST, "save");
    assert_eq!(stale.status, 409);
    assert!(words(&stale.text).contains("otto saved the draft while this form was open."));
    assert_eq!(Sheet::of(&stale.text, SUGGEST).get("keep-count"), "21", "nor what she filled in");

    // A program publishes between looking and pressing.
    let other = gifts().replacen("version=1", "version=2 replaces=1", 1).replacen(
        "keep 90 days",
        "keep 60 days",
        1,
    );
    let first = server.get("/v1/policies").ok()["policies"][0]["hash"].as_str().unwrap().to_owned();
    let authorization = format!("Bearer {}", server.secret);
    let fields = [
        ("authorization", &*authorization),
        ("content-type", "application/kdl"),
        ("if-match", &*first),
    ];
    server.send("POST", "/v1/policies", &fields, other.as_bytes()).ok();
    let raced = review.send(&otto, REVIEW, "publish");
    assert_eq!(raced.status, 409, "{}", raced.text);
    let said = words(&raced.text);
    assert!(said.contains("Not published: somebody was quicker."), "{said}");
    assert!(raced.text.contains("/console/shop/policy/compare?from=1&amp;to=2"), "{}", raced.text);
    assert!(draft(&otto).contains("keep 12 months"), "the draft is still there");
    let again = words(&otto.page(REVIEW));
    assert!(again.contains("This draft was made from an older version."), "{again}");
    assert_eq!(server.get("/v1/policies").ok()["policies"].as_array().unwrap().len(), 2);
    let onto = Sheet::of(&otto.page(REVIEW), REVIEW).send(&otto, REVIEW, "rebase");
    assert_eq!(onto.status, 303, "{}", onto.text);
    let both = draft(&otto);
    assert!(both.contains("keep 12 months") && both.contains("keep 60 days"), "{both}");
    assert!(both.contains("version=2 replaces=1"), "{both}");
    let again = words(&otto.page(REVIEW));
    assert!(again.contains("made from version 2") && !again.contains("older version"), "{again}");

    let now = Sheet::of(&imke.page(EDIT), EDIT);
    let hers = form.with("revision", now.get("revision"));
    assert_eq!(hers.send(&imke, EDIT, "save").status, 303, "and hers can be put in its place");
    assert!(draft(&otto).contains("keep 9 months"));
}

#[test]
fn two_people_stand_behind_a_policy_where_the_site_asks_for_it() {
    let (mut server, [imke, otto, mara]) = open_to([
        ("imke", &["--role", "privacy"]),
        ("otto", &["--role", "admin"]),
        ("mara", &["--role", "marketer"]),
    ]);
    server.command(&["site", "approval", "shop", "two"]);
    server.kill_and_restart();
    let authorization = format!("Bearer {}", server.secret);
    let fields = [("authorization", &*authorization), ("content-type", "application/kdl")];
    let by_key = server.send("POST", "/v1/policies", &fields, gifts().as_bytes());
    assert_eq!(by_key.problem().1, "forbidden", "no key gets past two people");

    let (desk, second) = (sign_in(&server, "imke", &imke), sign_in(&server, "otto", &otto));
    let form = narrow(&desk).with("change", "Suggestions forget sooner.");
    let alone = form.send(&desk, REVIEW, "publish");
    assert_eq!(alone.status, 409);
    assert!(
        words(&alone.text).contains("nobody has approved exactly this draft"),
        "{}",
        alone.text
    );
    let proposed = form.send(&desk, REVIEW, "propose");
    assert_eq!(proposed.status, 303, "{}", proposed.text);

    let own = desk.page(REVIEW);
    assert!(words(&own).contains("nobody approves their own work"), "{own}");
    let own = Sheet::of(&own, REVIEW).send(&desk, REVIEW, "approve");
    assert_eq!(own.status, 409);
    assert!(words(&own.text).contains("Not approved: this is your own work."), "{}", own.text);
    let third = sign_in(&server, "mara", &mara);
    assert_eq!(Sheet::of(&desk.page(REVIEW), REVIEW).send(&third, REVIEW, "approve").status, 403);

    let seen = Sheet::of(&second.page(REVIEW), REVIEW);
    assert_eq!(seen.send(&second, REVIEW, "approve").status, 303);
    assert!(words(&second.page(REVIEW)).contains("approved"));
    let approved = Sheet::of(&desk.page(REVIEW), REVIEW);

    // A change after it was approved voids the approval.
    let sheet = Sheet::of(&desk.page(EDIT), EDIT);
    let text = sheet.get("source").replacen("keep 12 months", "keep 36 months", 1);
    assert_eq!(sheet.with("source", &text).send(&desk, EDIT, "save").status, 303);
    assert_ne!(
        approved.send(&desk, REVIEW, "publish").status,
        303,
        "the page was approved, the draft is not"
    );
    assert_eq!(seen.send(&second, REVIEW, "approve").status, 409);
    let void = desk.page(REVIEW);
    assert!(words(&void).contains("An approval is void. otto approved this draft"), "{void}");
    let unsigned = Sheet::of(&void, REVIEW).send(&desk, REVIEW, "publish");
    assert_eq!(unsigned.status, 409);
    assert_eq!(server.get("/v1/policies").ok()["policies"].as_array().unwrap().len(), 1);

    // Proposed again, approved by the other, and published by either.
    let form = Sheet::of(&void, REVIEW).with("change", "Suggestions remember longer.");
    assert_eq!(form.send(&desk, REVIEW, "propose").status, 303);
    assert_eq!(
        Sheet::of(&second.page(REVIEW), REVIEW).send(&second, REVIEW, "approve").status,
        303
    );
    let published = Sheet::of(&second.page(REVIEW), REVIEW).send(&second, REVIEW, "publish");
    assert_eq!(
        (published.status, published.header("location")),
        (303, Some("/console/shop/policy?version=2")),
        "{}",
        published.text
    );
    let signed = "by ottoproposed by imke, approved by otto";
    let history = words(&second.page("/console/shop/policy"));
    assert!(history.contains(signed), "{history}");

    // It stands in the ledger, not only in memory.
    server.kill_and_restart();
    let desk = sign_in(&server, "imke", &imke);
    assert!(words(&desk.page("/console/shop/policy")).contains(signed));
    server.end();
    let file = root().join("examples/gift-shop/policy.kdl");
    let told = server.refused(&["policy", "publish", file.to_str().unwrap()]);
    assert!(told.contains("approved by a second person"), "{told}");
}

#[test]
fn whose_role_reads_may_not_write() {
    let (server, [vera, mara]) =
        open_to([("vera", &["--role", "viewer"]), ("mara", &["--role", "marketer"])]);
    for (user, password) in [("vera", &vera), ("mara", &mara)] {
        let desk = sign_in(&server, user, password);
        let page = desk.page("/console/shop/policy");
        assert!(page.contains("policy lantern-gifts") && !page.contains("policy/edit"), "{page}");
        assert_eq!(desk.get("/console/shop/policy/compare?from=1&to=1").status, 200);
        let read = [
            "edit",
            "form",
            "review",
            "purposes",
            "promises",
            "purpose/suggest-gifts",
            "promise/1",
        ];
        for page in read.map(|it| format!("/console/shop/policy/{it}")) {
            assert_eq!(desk.get(&page).status, 403, "{page}");
            let form = "do=save&revision=0&source=x&name=x";
            assert_eq!(desk.post(&page, form).status, 403, "{page}");
        }
        assert_eq!(desk.post("/console/shop/policy/check", "source=x").status, 403);
    }
}

#[test]
fn the_first_policy_of_a_site_is_written_in_the_console() {
    let (mut server, [otto]) = open_to([("otto", &["--role", "admin"])]);
    server.command(&["site", "add", "corner-shop"]);
    server.kill_and_restart();
    let desk = sign_in(&server, "otto", &otto);
    let site = "/console/corner-shop/policy";
    let page = desk.page(site);
    assert!(
        words(&page).contains("Nothing is promised yet") && page.contains("policy/edit"),
        "{page}"
    );
    let (edit, review) = (format!("{site}/edit"), format!("{site}/review"));
    let sheet = Sheet::of(&desk.page(&edit), &edit);
    assert!(sheet.get("source").contains("policy corner-shop version=1"));
    let saved = sheet.send(&desk, &edit, "review");
    assert_eq!((saved.status, saved.header("location")), (303, Some(&*review)));
    // A draft outlives the server that kept it.
    server.kill_and_restart();
    let desk = sign_in(&server, "otto", &otto);
    let page = desk.page(&review);
    assert!(words(&page).contains("This would be the first policy of corner-shop."), "{page}");
    let published = Sheet::of(&page, &review).send(&desk, &review, "publish");
    assert_eq!(published.status, 303, "{}", published.text);
    let page = words(&desk.page(site));
    assert!(page.contains("Version 1 is in force since 1 Jan 2026"), "{page}");
}
