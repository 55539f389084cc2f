//! The policy in other people's formats, from the command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::server::Server;
use crate::shop::root;

const POLICY: &str = "examples/ridgeline-bikes/policy.kdl";
const SAMPLES: [&str; 4] = [
    "sample_organization.yml",
    "sample_systems.yml",
    "sample_policy.yml",
    "postgres_example_test_dataset.yml",
];

/// Exit code, answer and remarks.
fn policy(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handshake"));
    let done = command.arg("policy").args(arguments).current_dir(root()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

// ---- The register -----------------------------------------------------------------------

fn register(format: &str) -> String {
    let (code, out, said) = policy(&["register", POLICY, "--format", format]);
    assert_eq!(code, 0, "{said}");
    out
}

#[test]
fn the_register_answers_every_point_of_the_article() {
    let register: Value = serde_json::from_str(&register("json")).unwrap();
    assert_eq!(register["controller"]["contact"], "privacy@ridgeline.example");
    for unsaid in ["joint_controllers", "representative", "data_protection_officer"] {
        assert!(register[unsaid].is_null(), "{unsaid} is no part of the language");
    }
    let activities = register["activities"].as_array().unwrap();
    assert_eq!(activities.len(), 9);
    let activity = |name: &str| activities.iter().find(|it| it["purpose"] == name).unwrap();
    let mail = activity("follow-up-email");
    assert_eq!(mail["recipients"][0]["country"], "NL");
    assert_eq!(mail["recipients"][0]["outside"], serde_json::json!(["UK"]));
    assert_eq!(activity("retarget")["recipients"][0]["outside"], serde_json::json!(["EEA", "UK"]));
    assert!(activity("retarget")["recipients"][0]["safeguards"].is_null());
    assert_eq!(mail["erasure"]["after"], "13 months");
    assert_eq!(mail["erasure"]["counted_from"], "last-order");
    assert!(mail["security_measures"].is_null());
    assert_eq!(activity("fit-advice")["personal_data"][0]["sensitive"], true);
    assert_eq!(activity("keep-the-shop-safe")["legal_basis"]["assessment"], "docs/lia-fraud.md");
    assert_eq!(activity("keep-our-word")["legal_basis"]["law"], "GDPR 7(1), 5(2)");
    assert_eq!(
        activity("show-recommendations")["says"]["en"],
        "Use your interest in what you like, and the products you look at, to choose interesting \
         things to show you."
    );
}

#[test]
fn the_door_gives_the_register_of_any_version() {
    let server = Server::of_ridgeline();
    let reply = server.get("/v1/policies/7/register");
    let mut register = reply.ok();
    assert_eq!(reply.header("etag").unwrap().trim_matches('"'), register["policy"]["hash"]);
    // That policy took effect a year earlier, so that it is in force; nothing else differs.
    let mut own: Value = serde_json::from_str(&self::register("json")).unwrap();
    for it in [&mut register, &mut own] {
        it["policy"].take();
    }
    assert_eq!(register, own);
    assert_eq!(server.get("/v1/policies/8/register").problem().1, "not-found");
    let unknown = server.send("GET", "/v1/policies/7/register", &[], b"");
    assert_eq!(unknown.problem().0, 401);
}

#[test]
fn the_table_has_a_row_a_purpose_under_stable_headings() {
    let text = register("csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    insta::assert_snapshot!(headings.join(","), @"purpose,says,language,controller,controller_contact,joint_controllers,representative,data_protection_officer,legal_basis,gdpr_articles,assessment,law,data_subjects,minors_below,personal_data,sensitive_data,recipients,third_countries,safeguards,erasure,security_measures,channels,policy,policy_version,policy_hash");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 9);
    let cell = |purpose: &str, heading: &str| {
        let row = rows.iter().find(|it| &it[0] == purpose).unwrap();
        row[headings.iter().position(|it| it == heading).unwrap()].to_owned()
    };
    assert_eq!(cell("retarget", "recipients"), "Velo Ad Exchange Inc (third-party, US, sale)");
    assert_eq!(cell("retarget", "third_countries"), "Velo Ad Exchange Inc: US, outside EEA and UK");
    assert_eq!(cell("retarget", "safeguards"), "Velo Ad Exchange Inc: not stated in the policy");
    assert_eq!(cell("take-orders", "erasure"), "10 years after order (tax)");
    assert_eq!(cell("take-orders", "security_measures"), "not stated in the policy");
    assert_eq!(cell("fit-advice", "sensitive_data"), "body.height; body.inseam; body.weight");
}

#[test]
fn the_page_is_whole_and_says_what_is_missing() {
    let page = register("html");
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{}", &page[..200]);
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("Security measures (g)").count(), 9);
    assert!(page.contains("not stated in the policy"));
    for outside in ["<script", "http://", "https://", "url("] {
        assert!(!page.contains(outside), "the page must need nothing beside it: {outside}");
    }
    let (code, german, _) = policy(&["register", POLICY, "--language", "de"]);
    assert!(code == 0 && german.contains("lang=\"de\">Ihre Maße nutzen"));
    let (code, _, said) = policy(&["register", POLICY, "--language", "fr"]);
    assert!(code == 2 && said.contains("its languages are en, de"), "{said}");
}

#[test]
fn what_is_no_policy_has_no_register() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.kdl");
    std::fs::write(&path, "policy x version=1 {}\n").unwrap();
    for arguments in [&["register"][..], &["export", "--to", "dpv"]] {
        let (code, out, said) = policy(&[arguments, &[path.to_str().unwrap()]].concat());
        assert!(code == 1 && out.is_empty() && said.contains("mistakes"), "{said}");
    }
}

#[test]
fn an_export_is_json_in_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.jsonld");
    let (code, out, said) =
        policy(&["export", "--to", "dpv", POLICY, "--out", path.to_str().unwrap()]);
    assert!(code == 0 && out.is_empty(), "{said}");
    let document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(document["@context"]["dpv"], "https://w3id.org/dpv#");
}

// ---- Fideslang --------------------------------------------------------------------------

fn samples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/fideslang");
    SAMPLES.iter().map(|it| folder.join(it).to_str().unwrap().to_owned()).collect()
}

fn imported(files: &[String], more: &[&str]) -> (i32, String, String) {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    policy(&[&["import", "--from", "fideslang"][..], &files, more].concat())
}

/// A file of its own.
fn yaml(text: &str) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("systems.yml");
    std::fs::write(&path, text).unwrap();
    let files = vec![path.to_str().unwrap().to_owned()];
    (folder, files)
}

const KNOWN: [&str; 14] = [
    "--applies-in",
    "EU,UK",
    "--languages",
    "en",
    "--currency",
    "EUR",
    "--time-zone",
    "Europe/Berlin",
    "--effective",
    "2030-01-01T00:00:00Z",
    "--mode",
    "enforce",
    "--channels",
    "web,ads",
];

#[test]
fn the_sample_project_becomes_a_policy_to_complete() {
    let (code, policy, said) = imported(&samples(), &[]);
    assert_eq!(code, 3, "{said}");
    insta::assert_snapshot!("fideslang_sample_policy", policy);
    insta::assert_snapshot!("fideslang_sample_remarks", said);
    // Every line that is said to be missing is where it is said to be.
    for line in said.lines().filter_map(|it| it.strip_prefix("to write, line ")) {
        let (number, what) = line.split_once(": ").unwrap();
        let there = policy.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap();
        assert_eq!(there.trim().strip_prefix("// TO WRITE: "), Some(what));
    }
    assert_eq!(policy.matches("TO WRITE: ").count(), said.matches("to write, line ").count());
}

#[test]
fn programs_are_told_the_same_in_json() {
    let files = samples();
    let mut command = Command::new(env!("CARGO_BIN_EXE_handshake"));
    command.args(["--json", "policy", "import", "--from", "fideslang"]).args(&files);
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    let value: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(value["purposes"], 6);
    assert_eq!(value["to_write"].as_array().unwrap().len(), 31);
    assert_eq!(value["left_out"][0]["file"], "sample_organization.yml");
    assert_eq!(value["concluded"].as_array().unwrap().len(), 6);
    assert_eq!(done.status.code(), Some(3));
}

/// Writes what the lines ask for, as somebody would.
fn completed(policy: &str) -> String {
    let mut text = String::new();
    for line in policy.lines() {
        let Some(what) = line.trim().strip_prefix("// TO WRITE: ") else {
            text.push_str(line);
            text.push('\n');
            continue;
        };
        let written = match what.split_whitespace().next().unwrap() {
            "says" => "says en=\"We use what you gave us for this.\"",
            "basis" => "basis contract",
            "on" => "on web",
            "keep" => "keep 13 months after last-order",
            "effective=\"2030-01-01T00:00:00Z\"" => "",
            other => panic!("`{other}` is asked for: {what}"),
        };
        text.push_str(written);
        text.push('\n');
    }
    text
}

#[test]
fn a_policy_that_was_completed_passes_the_check() {
    let (_, draft, said) = imported(&samples(), &KNOWN);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    std::fs::write(&path, completed(&draft)).unwrap();
    let (code, out, _) = policy(&["check", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}\n{said}");
    assert!(out.contains("is sound: 6 purposes"), "{out}");
    // And what was left to write is a mistake wherever a policy needs it.
    std::fs::write(&path, &draft).unwrap();
    let (code, out, _) = policy(&["check", path.to_str().unwrap()]);
    assert_eq!(code, 1);
    for needed in ["says", "basis", "on"] {
        assert_eq!(out.matches(&format!("lacks `{needed}`\n")).count(), 6, "{needed}: {out}");
    }
}

const VENDORS: &str = r#"
data_category:
  - fides_key: user.contact
    name: How to "reach" you
system:
  - fides_key: mail_chimp
    name: Mailer
    legal_name: Posthorn Mail BV
    responsibility: [Processor]
    does_international_transfers: true
    legal_basis_for_transfers: [SCCs]
    privacy_declarations:
      - name: Newsletter
        data_use: marketing.communications.email
        data_categories: [user.contact, user.contact.email]
        data_subjects: [customer]
        legal_basis_for_processing: Consent
        retention_period: "90"
      - data_use: employment.recruitment
        data_categories: [user.contact.email]
        data_subjects: [job_applicant]
  - fides_key: clinic
    responsibility: [Controller]
    privacy_declarations:
      - data_use: essential.service
        data_categories: [user.health_and_medical.genetic, user.Übel]
        data_subjects: [customer, employee]
        legal_basis_for_processing: Consent
        processes_special_category_data: true
        special_category_legal_basis: Explicit consent
        data_shared_with_third_parties: true
        third_parties: Ad partners
        shared_categories: [user.contact.email]
      - data_use: essential.fraud_detection
        data_categories: [user.device]
        data_subjects: []
        legal_basis_for_processing: Legitimate interests
        impact_assessment_location: docs/lia.md
        retention_period: as long as needed
      - data_use: essential.legal_obligation
        data_categories: [user.device]
        data_subjects: [customer]
        legal_basis_for_processing: Legal obligations
      - data_use: essential.service.security
        data_categories: [user.device]
        data_subjects: [customer]
        legal_basis_for_processing: Vital interests
  - fides_key: nobodys
    vendor_id: gvl.1
    privacy_declarations:
      - data_use: analytics
        data_categories: []
        data_subjects: [customer]
policy:
  - fides_key: rules
    rules:
      - name: No contact data in analytics
        data_categories: {matches: ANY, values: [user.contact]}
        data_uses: {matches: ANY, values: [analytics]}
        data_subjects: {matches: ANY, values: [customer]}
      - name: All of these
        data_categories: {matches: ALL, values: [user.contact]}
        data_uses: {matches: ANY, values: [analytics]}
        data_subjects: {matches: ANY, values: [customer]}
      - name: Staff
        data_categories: {matches: ANY, values: [user.contact]}
        data_uses: {matches: ANY, values: [analytics]}
        data_subjects: {matches: ANY, values: [employee]}
evaluation: [x]
"#;

#[test]
fn what_fideslang_knows_of_vendors_bases_and_rules_is_taken_over() {
    let (_folder, files) = yaml(VENDORS);
    let (code, policy, said) = imported(&files, &KNOWN);
    assert_eq!(code, 3, "{said}");
    insta::assert_snapshot!("fideslang_vendors_policy", policy);
    insta::assert_snapshot!("fideslang_vendors_remarks", said);
}

#[test]
fn hostile_files_are_refused_in_words() {
    let deep = "a: ".to_owned() + &"[".repeat(50_000);
    let huge = "a: x\n".repeat((4 << 20) / 5 + 1);
    for (text, expected) in [
        (deep.as_str(), "nested more than 32 deep"),
        ("a: &a [x]\nsystem: [*a, *a]\n", "aliases (`*name`) are not read"),
        ("system: [\n", "`systems.yml`: line "),
        (huge.as_str(), "more than 4194304 bytes"),
    ] {
        let (_folder, files) = yaml(text);
        let (code, out, said) = imported(&files, &[]);
        assert!(code == 1 && out.is_empty(), "{said}");
        assert!(said.contains(expected), "{said}");
    }
    let (_folder, files) = yaml("just text\n");
    let (code, _, said) = imported(&files, &[]);
    assert!(code == 3 && said.contains("there is no fideslang resource in the file"), "{said}");
    let (code, _, said) = imported(&["/nowhere.yml".to_owned()], &[]);
    assert_eq!(code, 70, "{said}");
}
