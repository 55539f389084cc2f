//! A real `handshake serve` on a port of its own, and a browser's and a server's way to knock.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use handshake::access::{AccessStore, Directory, read_key_file};
use handshake::cli::Opened;
use handshake::config::Places;
use handshake::http::Signer;
use handshake::ingest::Site;
use handshake_core::vocabulary::{Millis, hex};
use serde_json::{Value, json};

use crate::shop::{fresh, root};

/// The page the publishable key may be used from.
pub(crate) const ORIGIN: &str = "https://shop.example";

/// A server with the gift shop's policy, which ends with this value.
pub(crate) struct Server {
    pub(crate) folder: tempfile::TempDir,
    child: Child,
    address: String,
    pub(crate) secret: String,
    pub(crate) import: String,
    pub(crate) page: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|it| it.split_once(": "));
        fields.find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1)
    }

    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.head.lines().filter_map(|it| it.split_once(": "));
        fields.filter(move |it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The JSON of an answer that must be 2xx.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json()
    }

    /// Status, slug and field of a problem.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let body = self.json();
        assert_eq!(body["status"], self.status);
        let slug = body["type"].as_str().unwrap().replace("/errors#", "");
        (self.status, slug, body["field"].as_str().unwrap_or_default().to_owned())
    }
}

impl Server {
    pub(crate) fn start() -> Server {
        Server::under(&root().join("examples/gift-shop/policy.kdl"))
    }

    /// A server under another policy.
    pub(crate) fn under(policy: &Path) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| -> String {
            let output = command(&folder).args(arguments).output().unwrap();
            said(&output)
        };
        run(&["site", "add", "shop", "--origin", ORIGIN]);
        run(&["policy", "publish", policy.to_str().unwrap()]);
        Server::begin(folder)
    }

    /// A server with a past: `live` it, on the site's ledger and whoever signs its tokens.
    pub(crate) fn after<T>(live: impl FnOnce(&Site, &Signer) -> T) -> (Server, T) {
        let folder = tempfile::tempdir().unwrap();
        said(&command(&folder).args(["site", "add", "shop", "--origin", ORIGIN]).output().unwrap());
        let places = Places { data: Some(folder.path().join("data")), key_file: None };
        let opened = Opened::existing(&places).unwrap();
        let info = Arc::clone(opened.directory().unwrap().sites().next().unwrap());
        let path = opened.config.site_path(info.id);
        let site = Site::of(&info, path, opened.wrap, Millis(0)).unwrap();
        let lived = live(&site, &Signer::new(&info.secret, info.id));
        drop(site);
        (Server::begin(folder), lived)
    }

    /// Makes keys, and serves.
    fn begin(folder: tempfile::TempDir) -> Server {
        let run = |arguments: &[&str]| -> String {
            said(&command(&folder).args(arguments).output().unwrap())
        };
        let key =
            |scope| run(&["keys", "add", scope]).split_whitespace().last().unwrap().to_owned();
        let (secret, import, page) = (key("secret"), key("import"), key("publishable"));
        let (child, address) = serve(&folder);
        Server { folder, child, address, secret, import, page }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        said(&command(&self.folder).args(arguments).output().unwrap())
    }

    /// What a command answers, or what it says when it does not.
    pub(crate) fn try_command(&self, arguments: &[&str]) -> Result<String, String> {
        let output = command(&self.folder).args(arguments).output().unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Kills the server, and starts it again.
    pub(crate) fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.address) = serve(&self.folder);
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        for (name, value) in fields {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        // A body that is refused early may not be taken to its end.
        let _ = stream.write_all(body);
        read_answer(&mut stream)
    }

    /// As a server of the shop.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(&self.secret, path, body)
    }

    pub(crate) fn post_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        let fields =
            [("authorization", &*format!("Bearer {key}")), ("content-type", "application/json")];
        self.send("POST", path, &fields, body.to_string().as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let authorization = format!("Bearer {}", self.secret);
        self.send("GET", path, &[("authorization", &authorization)], b"")
    }

    /// As a page of the shop, the way `sendBeacon` does.
    pub(crate) fn beacon(&self, path: &str, body: &Value, fields: &[(&str, &str)]) -> Answer {
        let mut body = body.clone();
        body["key"] = json!(self.page);
        let own = [("origin", ORIGIN), ("content-type", "text/plain;charset=UTF-8")];
        let fields = [&own[..], fields].concat();
        self.send("POST", path, &fields, body.to_string().as_bytes())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), text: body.to_owned() }
}

/// A new event id, as senders make them.
pub(crate) fn event() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    event_at(handshake::clock::now().0, COUNT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn event_at(millis: i64, n: u64) -> String {
    let time = hex(&millis.to_be_bytes()[2..]);
    let random = hex(&fresh().unwrap()[..4]);
    format!("{}-{}-7000-8000-{random}{:04x}", &time[..8], &time[8..], n & 0xffff)
}

fn command(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handshake"));
    command.arg("--data").arg(folder.path().join("data"));
    command
}

#[track_caller]
fn said(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn serve(folder: &tempfile::TempDir) -> (Child, String) {
    let mut child = command(folder)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().unwrap_or_else(|| panic!("the server ended at its start")).unwrap();
        if let Some((_, address)) = line.split_once("listening on http://") {
            break address.to_owned();
        }
    };
    // What it says later is for whoever reads the test's output.
    std::thread::spawn(move || {
        lines.map_while(Result::ok).for_each(|it| eprintln!("server: {it}"))
    });
    (child, address)
}

/// How long anything a server is asked for may take before its test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Ridgeline Bikes' policy, in force already.
pub(crate) fn ridgeline() -> String {
    let policy = root().join("examples/ridgeline-bikes/policy.kdl");
    let policy = std::fs::read_to_string(policy).unwrap();
    policy.replace("2026-12-01T00:00:00Z", "2026-01-01T00:00:00Z")
}

/// The parts for tests that end servers and look at what they left.
impl Server {
    pub(crate) fn of_ridgeline() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy.kdl");
        std::fs::write(&policy, ridgeline()).unwrap();
        Server::under(&policy)
    }

    /// Kills the server, so that it can finish nothing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the server as a service manager does, and checks that it ended well.
    pub(crate) fn end(&mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "the server did not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(status.success(), "{status}");
    }

    /// Starts a server that was ended, and returns when it is ready.
    pub(crate) fn restart(&mut self) {
        (self.child, self.address) = serve(&self.folder);
        let ready = self.get("/readyz");
        assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("ready")));
    }

    /// How many events are safely on disk.
    pub(crate) fn durable(&self) -> u64 {
        self.get("/readyz").ok()["sites"][0]["durable"].as_u64().unwrap()
    }

    /// Waits until the server has noted its keys in the ledger, which it does a second after its
    /// start: from then on, events can be counted.
    pub(crate) fn settle(&self) {
        let (begun, before) = (Instant::now(), self.durable());
        while self.durable() == before && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The most memory the server ever held.
    pub(crate) fn peak_memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The directory of the first site's ledger.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.data().join("sites/1")
    }

    pub(crate) fn directory(&self) -> Directory {
        AccessStore::read(&self.data().join("access.redb"), &self.wrap()).unwrap()
    }

    /// Opens the first site with the library. The server must have ended.
    pub(crate) fn open(&self) -> Site {
        let directory = self.directory();
        let info = directory.site_named("shop").unwrap();
        Site::of(info, self.ledger(), self.wrap(), handshake::clock::now()).unwrap()
    }

    fn wrap(&self) -> [u8; 32] {
        read_key_file(&self.folder.path().join("data.key"), &self.data()).unwrap()
    }

    pub(crate) fn keep_alive(&self) -> Connection {
        let stream = self.connect();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Connection { stream: BufReader::new(stream), secret: self.secret.clone() }
    }
}

/// A connection kept between requests, as a shop's server does.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    secret: String,
}

impl Connection {
    /// Posts, and reads the answer to its last byte; nothing if the server went away before.
    pub(crate) fn post(&mut self, path: &str, body: &str) -> Option<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.secret,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let answer = Answer { status, head, text: String::new() };
        let length: usize = answer.header("content-length")?.parse().ok()?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        Some(Answer { text: String::from_utf8(body).ok()?, ..answer })
    }
}

/// The part for commands that are refused.
impl Server {
    /// What a command says that does not do what it was asked.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = command(&self.folder).args(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?} was not refused");
        String::from_utf8(output.stderr).unwrap()
    }
}
