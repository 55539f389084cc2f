//! An import that is killed carries on exactly where it stopped, through the real command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shop::{fresh, root};

/// A data directory, and the files to import into it.
struct Merchant {
    folder: tempfile::TempDir,
    orders: PathBuf,
    catalog: PathBuf,
}

const KILLS: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(60);

impl Merchant {
    /// The gift shop with its whole year.
    fn of_online_retail() -> Merchant {
        let data = root().join("data/online-retail");
        let folder = tempfile::tempdir().unwrap();
        let (orders, catalog) = (data.join("orders.tsv.gz"), data.join("items.tsv.gz"));
        Merchant { folder, orders, catalog }
    }

    fn with(orders: &str, catalog: &str) -> Merchant {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let (orders, catalog) = (file("orders.tsv", orders), file("items.tsv", catalog));
        Merchant { folder, orders, catalog }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handshake"));
        command.arg("--data").arg(self.data()).args(arguments);
        command
    }

    fn import(&self, more: &[&str]) -> Command {
        let mut command = self.command(&["import", "--orders"]);
        command.arg(&self.orders).arg("--catalog").arg(&self.catalog);
        command.arg("--policy").arg(root().join("examples/gift-shop/policy.kdl")).args(more);
        command
    }

    fn report(&self) -> Value {
        let output = self.command(&["--json", "report"]).output().unwrap();
        serde_json::from_str(&said(&output).0).unwrap()
    }

    fn verified(&self) -> Value {
        let output = self.command(&["--json", "verify"]).output().unwrap();
        serde_json::from_str(&said(&output).0).unwrap()
    }
}

/// What a command that succeeded said, as answer and as remarks.
#[track_caller]
fn said(output: &Output) -> (String, String) {
    let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// Lets a command work for a while and kills it. Returns whether it was still at work.
fn kill_after(command: &mut Command, working: Duration) -> bool {
    let mut child: Child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(working);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

fn random_between(least: Duration, most: Duration) -> Duration {
    let draw = fresh().unwrap();
    let draw = u32::from(u16::from_be_bytes([draw[0], draw[1]]));
    least + (most.saturating_sub(least)) * draw / u32::from(u16::MAX)
}

#[test]
fn a_killed_import_ends_with_the_report_of_one_that_was_not() {
    let seed: &[&str] = &["--simulate-answers", "7"];
    let whole = Merchant::of_online_retail();
    let begun = Instant::now();
    said(&whole.import(seed).output().unwrap());
    let took = begun.elapsed();
    let expected = whole.report();

    let killed = Merchant::of_online_retail();
    // Five cuts within the time one import takes, however fast the machine is.
    let (least, most) = (Duration::from_millis(100), Duration::from_millis(1500).min(took / 3));
    let (mut kills, mut events) = (0, Vec::new());
    for _ in 0..KILLS {
        kills += u32::from(kill_after(&mut killed.import(seed), random_between(least, most)));
        // What the cut left is sound at once, if there is any of it yet.
        if killed.data().join("sites/1/segments").exists() {
            events.push(killed.verified()["events"].as_u64().unwrap());
        }
    }
    let begun = Instant::now();
    let remarks = said(&killed.import(seed).output().unwrap()).1;
    assert!(begun.elapsed() < PATIENCE);
    eprintln!(
        "one import takes {took:?}; {kills} killed, leaving {events:?} events, then {:?}: {}",
        begun.elapsed(),
        remarks.lines().last().unwrap_or_default()
    );
    assert!(events.is_sorted(), "an import lost what an earlier one had written: {events:?}");
    assert!(2 <= kills, "every import ended before it could be killed");
    assert_eq!(killed.report(), expected);

    let before = killed.verified();
    let remarks = said(&killed.import(seed).output().unwrap()).1;
    assert!(remarks.contains("All of it had been imported before."), "{remarks}");
    assert_eq!(killed.verified(), before);
    assert_eq!(killed.report(), expected);

    let other = killed.import(&["--simulate-answers", "8"]).output().unwrap();
    let said = String::from_utf8(other.stderr).unwrap();
    assert_eq!(other.status.code(), Some(1), "{said}");
    assert!(said.contains("this import began with `--simulate-answers 7`"), "{said}");
    let none = killed.import(&[]).output().unwrap();
    assert_eq!(none.status.code(), Some(1));
    assert_eq!(killed.verified(), before);
}

#[test]
fn another_seed_is_refused_half_way_too() {
    let shop = Merchant::of_online_retail();
    let begun = Instant::now();
    // Until the first orders are on disk, and no longer.
    let mut child = shop
        .import(&["--simulate-answers", "7"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let segments = shop.data().join("sites/1/segments");
    while handshake::ledger::verify(&shop.data().join("sites/1")).map_or(0, |it| it.events) < 100 {
        assert!(begun.elapsed() < PATIENCE, "nothing came to {}", segments.display());
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it ended before it could be killed");
    let before = shop.verified();
    let other = shop.import(&["--simulate-answers", "8"]).output().unwrap();
    let said = String::from_utf8(other.stderr).unwrap();
    assert_eq!(other.status.code(), Some(1), "{said}");
    assert!(said.contains("this import began with `--simulate-answers 7`"), "{said}");
    assert_eq!(shop.verified(), before);
}

#[test]
fn broken_rows_are_named_by_line_and_the_others_are_imported() {
    let catalog = "ItemId\tName\tPrice\n\
                   mug\tMUG\t2.50\n\
                   owl\tOWL\ttwo\n\
                   pen\tPEN\t1.25\n";
    let orders = "SessionId\tItemId\tTime\tPersonId\n\
                  1\tmug\t1700000000\t7\n\
                  1\tpen\t1700000000\t7\n\
                  2\towl\t1700000100\t8\n\
                  3\tmug\tyesterday\t8\n\
                  4\tmug\t1700000200\n\
                  5\tpen\t1700000300\t9\n\
                  \u{1b}[31m\tnone\t1700000400\t9\n";
    let shop = Merchant::with(orders, catalog);
    let remarks = said(&shop.import(&[]).output().unwrap()).1;
    let rejects = shop.data().join("orders.tsv.rejects.tsv");
    let text = fs::read_to_string(&rejects).unwrap();
    let rejected: Vec<(&str, &str)> =
        text.lines().skip(1).filter_map(|it| it.rsplit_once('\t')).map(|it| (it.0, it.1)).collect();
    let lines: Vec<&str> = rejected.iter().map(|it| it.0).collect();
    assert_eq!(lines, ["catalog\t3", "orders\t4", "orders\t5", "orders\t6", "orders\t8"], "{text}");
    assert!(rejected[0].1.contains("`two` is no amount"), "{text}");
    assert!(rejected[1].1.contains("item `owl` is not in the catalogue"), "{text}");
    assert!(rejected[2].1.contains("`yesterday` is no time"), "{text}");
    assert!(!text.contains('\u{1b}'), "a control character came through");
    assert!(remarks.contains("5 rows were rejected"), "{remarks}");
    assert!(remarks.contains(&*rejects.to_string_lossy()), "{remarks}");

    let report = shop.report();
    let books = &report["books"];
    assert_eq!((&books["orders"], &books["lines"]), (&2.into(), &3.into()));
    assert_eq!((&books["amounts"][0]["amount"], &report["people"]), (&"5.00".into(), &2.into()));
    no_key_inside(&shop.data());
}

/// The key file is beside the data, never among it.
fn no_key_inside(data: &Path) {
    assert!(data.with_file_name("data.key").exists());
    assert!(!data.join("data.key").exists());
}
