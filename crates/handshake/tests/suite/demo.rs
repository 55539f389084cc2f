//! The demo's replay, through the real command: cut off, it carries on, and nothing is lost or
//! doubled.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shop::fresh;

const KILLS: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(120);
/// Enough for some weeks, few enough to wait for.
const ROWS: &str = "3000";

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handshake"));
    command.arg("--data").arg(data).args(arguments);
    command
}

fn demo(data: &Path) -> Command {
    let doors = ["--listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"];
    let mut command = command(data, &["demo", "--replay-only"]);
    command.args(doors).stderr(Stdio::null());
    command
}

fn replay(data: &Path) -> Command {
    let mut command = demo(data);
    command.args(["--rows", ROWS]);
    command
}

#[track_caller]
fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn report(data: &Path) -> Value {
    json(&command(data, &["--json", "report"]).output().unwrap())
}

fn events(data: &Path) -> u64 {
    json(&command(data, &["--json", "verify"]).output().unwrap())["events"].as_u64().unwrap()
}

/// Checks that two reports are the same, and says in which lines they are not.
#[track_caller]
fn same(left: &Value, right: &Value) {
    let lines = |it: &Value| serde_json::to_string_pretty(it).unwrap();
    let (left, right) = (lines(left), lines(right));
    let differ: Vec<_> = left.lines().zip(right.lines()).filter(|it| it.0 != it.1).collect();
    assert!(left == right, "{differ:#?}");
}

/// Waits for the end of a command, but not for ever.
#[track_caller]
fn ended(mut child: Child) {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return;
        }
        if PATIENCE < begun.elapsed() {
            child.kill().unwrap();
            panic!("the replay did not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn data(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("demo")
}

/// Starts a replay that takes about `took` and cuts it off, over and over. What is left, and how
/// many events there were after each cut; nothing if it ended before a cut.
fn cut_off(took: Duration) -> Option<(tempfile::TempDir, Vec<u64>)> {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    for _ in 0..KILLS {
        let mut child = replay(&data(&folder)).spawn().unwrap();
        let draw = u32::from(u16::from_be_bytes(fresh().unwrap()[..2].try_into().unwrap()));
        // Between an eighth and a third of what all of it takes, so that three cuts leave a rest.
        std::thread::sleep(took / 8 + took * 5 / 24 * draw / u32::from(u16::MAX));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            return None;
        }
        if data(&folder).join("sites/1/segments").exists() {
            seen.push(events(&data(&folder)));
        }
    }
    Some((folder, seen))
}

#[test]
fn a_killed_replay_ends_with_the_report_of_one_that_was_not() {
    let whole = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    ended(replay(&data(&whole)).spawn().unwrap());
    let took = begun.elapsed();
    let expected = report(&data(&whole));
    assert!(0 < expected["simulated_answers"].as_u64().unwrap());
    let books = &expected["books"];
    assert_eq!(books["orders"], books["counts"]["visits"], "{books}");

    // How fast the machine is now is not how fast it was: too late a cut is made anew, earlier.
    let cut = (0..6).find_map(|tries| cut_off(took / 2_u32.pow(tries)));
    let (killed, seen) =
        cut.unwrap_or_else(|| panic!("every replay ended before it could be killed"));
    eprintln!("the replay takes {took:?}; cut off {KILLS} times, leaving {seen:?} events");
    assert!(seen.is_sorted(), "something acknowledged was lost: {seen:?}");
    ended(replay(&data(&killed)).spawn().unwrap());
    same(&report(&data(&killed)), &expected);

    // Everything is there already: nothing is added.
    let before = events(&data(&killed));
    ended(replay(&data(&killed)).spawn().unwrap());
    assert_eq!(events(&data(&killed)), before);
}

#[test]
fn a_quarter_is_where_the_clock_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = demo(&data(&folder));
    demo.args(["--rows", "200", "--quarter", "2025Q2"]);
    ended(demo.spawn().unwrap());
    let report = report(&data(&folder));
    let as_of = report["as_of"].as_str().unwrap();
    assert!(("2025-06-23".."2025-07-01").contains(&&as_of[..10]), "{as_of}");
}
