//! Checking a list: the same rows with verdicts, nothing lost, nothing decided twice.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::server::{Server, event};
use crate::shop::root;

const POLICY: &str = "examples/ridgeline-bikes/policy.kdl";
const MAIL: [&str; 6] = [
    "--purpose",
    "follow-up-email",
    "--data",
    "contact.email,behaviour.viewed",
    "--channel",
    "email",
];

/// What a run of `handshake check` left.
#[derive(Debug)]
struct Done {
    code: i32,
    out: String,
    said: String,
}

fn check(list: &Path, arguments: &[&str], server: Option<(&str, &str)>) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handshake"));
    command.args(["check", list.to_str().unwrap()]).args(MAIL).args(arguments);
    command.env("HANDSHAKE_DATA", "/nowhere/at/all").env_remove("HANDSHAKE_SECRET");
    if let Some((url, secret)) = server {
        command.env("HANDSHAKE_SERVER", url).env("HANDSHAKE_SECRET", secret);
    }
    let done = command.output().unwrap();
    Done {
        code: done.status.code().unwrap(),
        out: String::from_utf8(done.stdout).unwrap(),
        said: String::from_utf8(done.stderr).unwrap(),
    }
}

fn list(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn alone(name: &str, text: &str, arguments: &[&str]) -> Done {
    let (_folder, path) = list(name, text);
    let policy = root().join(POLICY);
    let policy = ["--policy", policy.to_str().unwrap()];
    check(&path, &[&policy[..], arguments].concat(), None)
}

/// A server whose customers A and B agreed to letters, and C did not.
fn server() -> Server {
    let server = Server::of_ridgeline();
    for (customer, answer) in [("A-1", "granted"), ("B-2", "granted"), ("C-3", "refused")] {
        let known = json!({"event": event(), "customer": customer, "age": "adult"});
        server.post("/v1/identities", &known).ok();
        let body = json!({"event": event(), "customer": customer, "purpose": "follow-up-email",
            "answer": answer, "gesture": "phone"});
        server.post("/v1/answers", &body).ok();
        let seen = json!({"events": [{"event": event(), "type": "view", "customer": customer}]});
        server.post("/v1/events", &seen);
    }
    server
}

fn served(server: &Server, path: &Path, arguments: &[&str]) -> Done {
    let with = [&["--recipient", "mailer"][..], arguments].concat();
    check(path, &with, Some((&server.url(), &server.secret)))
}

fn rows(text: &str) -> Vec<Vec<String>> {
    rows_by(b',', text)
}

fn rows_by(delimiter: u8, text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).delimiter(delimiter).from_reader(text.as_bytes());
    reader.records().map(|it| it.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn run_of(done: &Done) -> String {
    let line = done.said.lines().find_map(|it| it.strip_prefix("run ")).unwrap();
    line.to_owned()
}

// ---- With a server ----------------------------------------------------------------------

#[test]
fn a_list_comes_back_with_recorded_verdicts() {
    let server = server();
    server.settle();
    let text =
        "name;Customer;note\r\nAnna;A-1;\"semi;colon\"\r\nCleo;C-3;\r\nBob;B-2;two\r\nNobody;;\r\n";
    let (_folder, path) = list("campaign.csv", text);
    let before = server.durable();
    let done = served(&server, &path, &[]);
    let table = rows_by(b';', &done.out);
    assert_eq!(table[1][2], "semi;colon");
    let columns = [
        "name", "Customer", "note", "verdict", "advice", "reason", "why", "cure", "decision",
        "error",
    ];
    assert_eq!(table[0], columns, "{done:?}");
    let said =
        |row: usize| (table[row][3].as_str(), table[row][4].as_str(), table[row][5].as_str());
    assert_eq!(said(1), ("allowed", "proceed", ""), "{done:?}");
    assert_eq!(said(2), ("not_allowed", "withhold", "refused"));
    assert_eq!(said(3), ("allowed", "proceed", ""));
    assert_eq!(table[4][9], "line 5: `customer` is blank, so nobody is meant");
    assert_eq!((done.code, table.len()), (1, 5), "{done:?}");
    assert!(table[1][8].starts_with("d_") && table[1][8] != table[3][8], "{done:?}");
    assert!(
        done.said.contains("4 rows: 2 allowed, 1 not allowed, 1 could not be decided"),
        "{done:?}"
    );
    assert_eq!(server.durable() - before, 3, "each decided row is an event, and nothing else is");
    let outcome = json!({"event": event(), "decision": table[1][8], "carried_out": "done"});
    assert_eq!(server.post("/v1/outcomes", &outcome).ok()["tally"], "kept");
}

#[test]
fn a_repeated_run_decides_nothing_twice_and_a_new_one_decides_anew() {
    let server = server();
    let (_folder, path) =
        list("campaign.jsonl", "{\"customer\":\"A-1\"}\n{\"customer\":\"C-3\"}\n");
    let first = served(&server, &path, &[]);
    assert_eq!(first.code, 3, "{first:?}");
    let durable = server.durable();
    let run = run_of(&first);
    let withdrawn = json!({"event": event(), "customer": "A-1", "purpose": "follow-up-email",
        "answer": "withdrawn", "gesture": "phone"});
    server.post("/v1/answers", &withdrawn).ok();
    let again = served(&server, &path, &["--run", &run]);
    assert_eq!((&again.out, server.durable()), (&first.out, durable + 1));
    assert!(again.said.contains("2 of them an earlier try of this run had decided"), "{again:?}");
    let anew = served(&server, &path, &[]);
    assert_eq!(server.durable(), durable + 3);
    let reasons = anew.out.lines().map(|it| -> Value { serde_json::from_str(it).unwrap() });
    let reasons: Vec<_> = reasons.map(|it| it["handshake"]["reason"].clone()).collect();
    assert_eq!(reasons, ["withdrawn", "refused"], "a new run must see the withdrawal");
    // Another use of the same list under the same run is another use, not a conflict.
    let other = served(&server, &path, &["--run", &run, "--campaign", "spring"]);
    assert_eq!((other.code, server.durable()), (3, durable + 6), "{other:?}");
}

/// Passes bytes on to a server, and breaks each connection off after so many of its answer's.
fn breaking(server: &Server, after: usize, times: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let target = server.url().replace("http://", "");
    let broken = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (target, broken) = (target.clone(), Arc::clone(&broken));
            std::thread::spawn(move || pass(client, &target, (after, times), &broken));
        }
    });
    url
}

fn pass(mut client: TcpStream, target: &str, (after, times): (usize, usize), broken: &AtomicUsize) {
    let mut server = TcpStream::connect(target).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ended = std::io::copy(&mut from, &mut to);
    });
    let (mut passed, mut buffer) = (0, [0; 512]);
    while let Ok(read @ 1..) = server.read(&mut buffer) {
        if after < passed + read && broken.fetch_add(1, Ordering::SeqCst) < times {
            let _gone = client.shutdown(std::net::Shutdown::Both);
            return;
        }
        passed += read;
        if client.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}

#[test]
fn a_connection_that_breaks_off_doubles_nothing() {
    let server = server();
    let text: String =
        (0..1200).map(|it| format!("{{\"n\":{it},\"customer\":\"A-1\"}}\n")).collect();
    let (folder, path) = list("long.ndjson", &text);
    server.settle();
    let before = server.durable();
    let url = breaking(&server, 100_000, 3);
    let out = folder.path().join("out.ndjson");
    let arguments = ["--recipient", "mailer", "--out", out.to_str().unwrap()];
    let done = check(&path, &arguments, Some((&url, &server.secret)));
    assert!(done.said.contains("1200 rows"), "{done:?}");
    assert_eq!(server.durable() - before, 1200, "{done:?}");
    let written = std::fs::read_to_string(&out).unwrap();
    for (n, line) in written.lines().enumerate() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (row["n"].as_u64(), row["handshake"]["error"].is_null()),
            (Some(n as u64), true),
            "{row}"
        );
        assert!(row["handshake"]["decision"].as_str().unwrap().starts_with("d_"), "{row}");
    }
    assert_eq!(written.lines().count(), 1200);
    assert!(!folder.path().join("out.ndjson.part").exists());
}

#[test]
fn a_server_that_cannot_be_asked_is_named_with_the_way_on() {
    let (folder, path) = list("a.csv", "customer\nA-1\n");
    let out = folder.path().join("out.csv");
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let done =
        check(&path, &["--out", out.to_str().unwrap()], Some((&format!("http://{gone}"), "x")));
    assert_eq!(done.code, 70, "{done:?}");
    assert!(done.said.contains("could not reach") && done.said.contains("--run 0"), "{done:?}");
    assert!(!out.exists(), "a list that is not whole must not look like one");
    let server = Server::of_ridgeline();
    let done = check(&path, &[], Some((&server.url(), "hs_sk_shop_wrong")));
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.said.contains("401"), "{done:?}");
    let done = check(&path, &[], None);
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.said.contains("HANDSHAKE_SECRET"), "{done:?}");
    let done = check(&path, &[], Some(("https://shop.example", "x")));
    assert_eq!(done.code, 2, "{done:?}");
}

// ---- By a policy file alone -------------------------------------------------------------

#[test]
fn a_policy_alone_decides_by_what_the_row_says() {
    let yes = r#"[{"purpose":"follow-up-email","answer":"granted","at":"2026-11-01T10:00:00Z"}]"#;
    let quoted = yes.replace('"', "\"\"");
    let text = format!("customer,permissions\n1,\"{quoted}\"\n2,\n3,no json\n");
    let done = alone("list.csv", &text, &["--recipient", "mailer"]);
    let table = rows(&done.out);
    let reasons: Vec<_> = table.iter().skip(1).map(|it| (it[2].as_str(), it[4].as_str())).collect();
    assert_eq!(reasons, [("allowed", ""), ("not_allowed", "no_permission"), ("", "")], "{done:?}");
    assert!(table[3][8].starts_with("line 4: `permissions` is no JSON"), "{done:?}");
    assert!(table.iter().all(|it| it[7].is_empty() || it[7] == "decision"), "nothing is recorded");
    assert_eq!(done.code, 1);
    let lines = format!("{{\"customer\":1,\"permissions\":{yes}}}\n");
    assert_eq!(alone("list.jsonl", &lines, &["--recipient", "mailer"]).code, 0);
}

#[test]
fn a_person_goes_by_our_id_or_the_shops_number() {
    let server = server();
    let known = server.post("/v1/identities", &json!({"event": event(), "customer": "A-1"})).ok();
    let id = known["person"].as_str().unwrap();
    // A number of the shop's may look like an id without being one.
    let (_folder, path) = list("list.tsv", &format!("person\tx\n{id}\t1\np_7\t2\n"));
    let done = served(&server, &path, &[]);
    let table = rows_by(b'\t', &done.out);
    assert_eq!(
        (table[1][2].as_str(), table[2][4].as_str()),
        ("allowed", "no_permission"),
        "{done:?}"
    );
    assert_eq!(done.code, 3, "{done:?}");
}

#[test]
fn rows_that_are_none_keep_their_place() {
    let text = "a,customer\nx,1,too,many\ny\n\n\"two\nlines\",2\n\u{fffd}\n";
    let windows = text.replace('\n', "\r\n").replace("two\r", "two");
    assert_eq!(alone("list.csv", &windows, &[]).out, alone("list.csv", text, &[]).out);
    let done = alone("list.csv", text, &[]);
    let table = rows(&done.out);
    let last = |row: usize| table[row].last().unwrap().as_str();
    assert_eq!(table.len(), 5, "{done:?}");
    assert_eq!(last(1), "line 2: 4 columns, expected 2; too many: too | many");
    assert_eq!(last(2), "line 3: 1 columns, expected 2");
    assert_eq!((table[3][0].as_str(), last(3)), ("two\nlines", ""));
    assert_eq!(last(4), "line 7: 1 columns, expected 2");
    let done = alone("list.jsonl", "{\"customer\":\"1\",\"x\":1.50}\n[1]\n\n{oops\n", &[]);
    let lines: Vec<&str> = done.out.lines().collect();
    assert!(lines[0].starts_with("{\"customer\":\"1\",\"x\":1.50,\"handshake\":{"), "{done:?}");
    assert!(
        lines[1]
            .starts_with("{\"text\":\"[1]\",\"handshake\":{\"error\":\"line 2: is no JSON object"),
        "{done:?}"
    );
    assert!(lines[2].contains("line 4: is no JSON object"), "{done:?}");
}

#[test]
fn the_summary_counts_reasons_and_cures() {
    let text: String = std::iter::once("customer\n".to_owned())
        .chain((0..30).map(|it| format!("{it}\n")))
        .collect();
    let (_folder, path) = list("list.csv", &text);
    let policy = root().join(POLICY);
    let done = check(
        &path,
        &["--json", "--recipient", "mailer", "--policy", policy.to_str().unwrap()],
        None,
    );
    let summary: Value = serde_json::from_str(done.said.lines().next().unwrap()).unwrap();
    assert_eq!(summary["rows"], 30, "{done:?}");
    assert_eq!((&summary["not_allowed"], &summary["run"]), (&json!(30), &Value::Null));
    let reason = &summary["reasons"]["no_permission"];
    assert_eq!(reason["rows"], 30);
    assert_eq!(reason["cures"].as_object().unwrap().values().collect::<Vec<_>>(), [&json!(30)]);
    assert_eq!(done.code, 3);
}

#[test]
fn a_list_that_makes_no_sense_is_refused_in_words() {
    for (name, text, arguments, code, said) in [
        ("a.csv", "", &[][..], 1, "is empty; expected a header line"),
        ("a.csv", "mail\nx\n", &[], 2, "has no column `customer` or `person`; it has mail"),
        ("a.csv", "customer,error\n1,2\n", &[], 2, "has a column `error` already"),
        ("a.xls", "x", &[], 2, "is no list"),
        ("a.csv", "customer\n1\n", &["--jurisdiction-column", "land"], 2, "has no column `land`"),
        ("a.csv", "customer\n1\n", &["--secret", "x"], 2, "cannot be used with"),
    ] {
        let done = alone(name, text, arguments);
        assert_eq!(done.code, code, "{name}: {done:?}");
        assert!(done.said.contains(said), "{name}: {done:?}");
    }
    let prefixed = alone("a.csv", "customer,error\n1,2\n", &["--prefix", "hs-"]);
    assert!(prefixed.out.starts_with("customer,error,hs-verdict,"), "{prefixed:?}");
    let endless = format!("customer\n\"{}", "x\n".repeat(2 << 20));
    let done = alone("a.csv", &endless, &[]);
    assert_eq!(done.code, 70, "{}", done.said);
    assert!(done.said.contains("is a quote not closed?"), "{}", done.said);
    if !cfg!(feature = "parquet") {
        let done = alone("a.parquet", "PAR1", &[]);
        assert!(done.said.contains("--features parquet"), "{done:?}");
    }
}

#[test]
fn names_of_data_and_the_directory_of_data_are_two_options() {
    let mut server = server();
    server.end();
    let use_of = ["--purpose", "follow-up-email", "--data", "contact.email", "--customer", "C-3"];
    let where_to = ["--recipient", "mailer", "--channel", "email"];
    let said = server.command(&[&["decide"][..], &use_of, &where_to].concat());
    assert!(said.starts_with("not_allowed: withhold"), "{said}");
    let directory = server.data();
    let output = Command::new(env!("CARGO_BIN_EXE_handshake"))
        .args(["decide", "--directory", directory.to_str().unwrap()])
        .args(use_of)
        .args(where_to)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

// ---- Parquet, where it was built in -------------------------------------------------------

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_list_comes_back_as_a_table() {
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    let schema = "message list { REQUIRED BYTE_ARRAY customer (UTF8); OPTIONAL INT64 orders; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let customers: Vec<ByteArray> = ["A-1", "B,2", ""].into_iter().map(ByteArray::from).collect();
    column.typed::<ByteArrayType>().write_batch(&customers, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&[7, 9], Some(&[1, 0, 1]), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.parquet");
    std::fs::write(&path, &bytes).unwrap();
    let policy = root().join(POLICY);
    let policy = ["--policy", policy.to_str().unwrap()];
    let done = check(&path, &policy, None);
    let table = rows(&done.out);
    assert_eq!(table[0][..3], ["customer", "orders", "verdict"], "{done:?}");
    assert_eq!(table[1][..3], ["A-1", "7", "not_allowed"], "{done:?}");
    assert_eq!(table[2][..3], ["B,2", "", "not_allowed"], "{done:?}");
    assert_eq!(table[3].last().unwrap(), "line 3: `customer` is blank, so nobody is meant");
    assert_eq!(done.code, 1);
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let cut = check(&path, &policy, None);
    assert!(cut.code == 70 && cut.said.contains("as Parquet"), "{cut:?}");
}
