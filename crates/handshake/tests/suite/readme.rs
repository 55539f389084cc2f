//! The README's loop, run by a shell as it stands there: what it shows is what is printed.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::shop::root;

/// The shell blocks below "The loop, in curl".
fn blocks() -> Vec<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("## The loop, in curl").unwrap();
    let (loop_, _) = rest.split_once("\n## ").unwrap();
    let parts = loop_.split("```");
    parts.skip(1).step_by(2).map(|it| it.strip_prefix("sh\n").unwrap().to_owned()).collect()
}

/// Ends the server when the test ends, whatever came of it.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn shell(script: &str, folder: &Path) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_handshake")).parent().unwrap();
    let script = format!("PATH={}:$PATH\n{script}", bin.display());
    let out = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(root())
        .env("HANDSHAKE_DATA", folder.join("data"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{script}\n{said}");
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn the_loop_does_what_it_says() {
    for program in ["bash", "curl", "jq"] {
        let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
        assert!(found.is_ok(), "this test needs `{program}`: apt-get install {program}");
    }
    let folder = tempfile::tempdir().unwrap();
    let blocks = blocks();
    let (begin, rest) = blocks.split_first().unwrap();
    let begin = begin.strip_suffix("handshake serve\n").unwrap();
    let keys = shell(&format!("{begin}\necho \"SECRET=$SECRET PUBLIC=$PUBLIC\""), folder.path());
    let keys = keys.lines().last().unwrap();

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let serving = Command::new(env!("CARGO_BIN_EXE_handshake"))
        .args(["serve", "--listen", &listen])
        .env("HANDSHAKE_DATA", folder.path().join("data"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut serving = Serving(serving);
    let begun = Instant::now();
    while std::net::TcpStream::connect(&listen).is_err() {
        if Duration::from_secs(20) < begun.elapsed() {
            let _gone = serving.0.kill();
            let mut said = String::new();
            serving.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("the server did not answer: {said}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let script = rest.concat().replace("127.0.0.1:8700", &listen);
    let said = shell(&format!("{keys}\n{script}"), folder.path());
    // What the README promises in its comments is printed, in that order.
    let mut printed = said.lines();
    for promised in rest.iter().flat_map(|it| it.lines()).filter_map(|it| it.strip_prefix("# ")) {
        assert!(printed.any(|it| it.contains(promised)), "`{promised}` is not in:\n{said}");
    }
}
