//! `/v1/decide/batch` line by line: a stream in both directions, of any length.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Server, event};

/// A request that is still being sent, in chunks.
struct Sender(TcpStream);

/// The replies, as they come.
struct Replies(BufReader<Chunks>);

/// What a chunked body holds.
struct Chunks {
    stream: BufReader<TcpStream>,
    left: usize,
    ended: bool,
}

impl Sender {
    fn lines(&mut self, text: &str) -> std::io::Result<()> {
        write!(self.0, "{:x}\r\n{text}\r\n", text.len())
    }

    fn end(mut self) {
        self.0.write_all(b"0\r\n\r\n").unwrap();
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut line = String::new();
        if self.left == 0 && !self.ended {
            self.stream.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16);
            self.left = size.map_err(|_| std::io::Error::from(ErrorKind::UnexpectedEof))?;
            self.ended = self.left == 0;
        }
        let most = buffer.len().min(self.left);
        let read = self.stream.read(&mut buffer[..most])?;
        self.left -= read;
        if self.left == 0 {
            self.stream.read_line(&mut line)?;
        }
        Ok(read)
    }
}

impl Replies {
    /// The next reply; none if the body has come to its end as it should.
    fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).unwrap();
        (read != 0).then(|| serde_json::from_str(&line).unwrap())
    }
}

fn open(server: &Server) -> (Sender, Replies) {
    let mut stream = server.connect();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /v1/decide/batch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
        server.secret
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-type: application/x-ndjson"), "{head}");
    let chunks = Chunks { stream: reader, left: 0, ended: false };
    (Sender(stream), Replies(BufReader::new(chunks)))
}

/// A use by nobody of a datum that is told again in the reply, so that it shows the order.
fn line(n: usize) -> String {
    let mut use_of = json!({"act": "use", "purpose": "suggest-gifts"});
    use_of["data"] = json!([format!("of-line-{n}")]);
    format!("{use_of}\n")
}

fn is_of(reply: &Value, n: usize) {
    assert_eq!(reply["uncovered"], json!([format!("of-line-{n}")]), "line {n}: {reply}");
}

#[test]
fn a_long_list_is_answered_in_order_while_it_is_sent() {
    const LINES: usize = 20_000;
    const FIRST: usize = 10;
    let server = Server::start();
    server.settle();
    // The first decision also declares who asks.
    server.post("/v1/decide", &serde_json::from_str(&line(0)).unwrap()).ok();
    let before = (server.durable(), server.peak_memory_kib());
    let (mut sender, mut replies) = open(&server);
    let (go_on, wait) = mpsc::channel();
    let sending = std::thread::spawn(move || {
        let first: String = (1..=FIRST).map(line).collect();
        sender.lines(&first).unwrap();
        wait.recv().unwrap();
        // Pieces that are cut anywhere but at the ends of lines.
        let mut rest = String::new();
        for n in FIRST + 1..=LINES {
            rest.push_str(&if n % 7 == 0 { format!("{{\"n\":{n}}}\n") } else { line(n) });
            if 5_000 < rest.len() {
                let keep = rest.split_off(rest.len() - 17);
                sender.lines(&rest).unwrap();
                rest = keep;
            }
        }
        sender.lines(rest.trim_end()).unwrap();
        sender.end();
    });
    for n in 1..=FIRST {
        is_of(&replies.next().unwrap(), n);
    }
    go_on.send(()).unwrap();
    let mut wrong = 0;
    for n in FIRST + 1..=LINES {
        let reply = replies.next().unwrap_or_else(|| panic!("ended before line {n}"));
        if n % 7 == 0 {
            wrong += 1;
            let found = (&reply["type"], &reply["line"]);
            assert_eq!(found, (&json!("/errors#unknown-field"), &json!(n)));
        } else {
            is_of(&reply, n);
        }
    }
    assert_eq!(replies.next(), None);
    sending.join().unwrap();
    let decided = u64::try_from(LINES - wrong).unwrap();
    assert_eq!(server.durable() - before.0, decided, "each is in the ledger once");
    let grown = server.peak_memory_kib() - before.1;
    assert!(grown < 48 << 10, "{grown} KiB more for {LINES} lines");
}

#[test]
fn a_wrong_line_is_told_in_its_place() {
    let server = Server::start();
    let (mut sender, mut replies) = open(&server);
    let long = format!("{{\"campaign\":\"{}\"}}\n", "x".repeat(70_000));
    let lines = ["{]\n", "\n", &line(3), &long, "{\"act\":\"use\"}\n", "  \r\n", &line(7)];
    sender.lines(&lines.concat()).unwrap();
    sender.end();
    let problem = |replies: &mut Replies, line: u32, slug: &str| {
        let found = replies.next().unwrap();
        let kind = json!(format!("/errors#{slug}"));
        assert_eq!((&found["line"], &found["type"]), (&json!(line), &kind), "{found}");
        found
    };
    problem(&mut replies, 1, "malformed-json");
    is_of(&replies.next().unwrap(), 3);
    problem(&mut replies, 4, "body-too-large");
    assert_eq!(problem(&mut replies, 5, "missing-field")["field"], "purpose");
    is_of(&replies.next().unwrap(), 7);
    assert_eq!(replies.next(), None);
}

#[test]
fn what_was_answered_survives_a_kill() {
    let mut server = Server::start();
    let known = json!({"event": event(), "customer": "4711", "age": "adult"});
    server.post("/v1/identities", &known).ok();
    let lines: Vec<String> = (0..600)
        .map(|_| {
            let use_of = json!({"event": event(), "person": {"customer": "4711"}, "act": "use",
                "purpose": "suggest-gifts", "data": ["behaviour.viewed"]});
            format!("{use_of}\n")
        })
        .collect();
    let decide = |server: &Server| -> Vec<Value> {
        let (mut sender, mut replies) = open(server);
        sender.lines(&lines.concat()).unwrap();
        // The end is not waited for.
        lines.iter().map(|_| replies.next().unwrap()).collect()
    };
    let first = decide(&server);
    server.kill_and_restart();
    let again = decide(&server);
    for (first, again) in first.iter().zip(&again) {
        assert_eq!((&first["duplicate"], &again["duplicate"]), (&json!(false), &json!(true)));
        assert_eq!(first["decision"], again["decision"]);
    }
}

#[test]
fn who_does_not_read_is_not_read_from() {
    let server = Server::start();
    let before = server.peak_memory_kib();
    let (mut sender, mut replies) = open(&server);
    sender.0.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
    let block: String = (0..500).map(line).collect();
    let mut sent = 0;
    let stuck = loop {
        match sender.lines(&block) {
            Ok(()) => sent += block.len(),
            Err(error) => break error.kind(),
        }
        assert!(sent < 64 << 20, "{sent} bytes were taken though no reply was");
    };
    assert!(matches!(stuck, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{stuck}");
    let grown = server.peak_memory_kib() - before;
    assert!(grown < 48 << 10, "{grown} KiB more for {sent} bytes");
    is_of(&replies.next().unwrap(), 0);
    // Others are answered, and when the client has gone nothing more is decided.
    drop((sender, replies));
    server.get("/readyz").ok();
    let mut seen = server.durable();
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(100));
        let now = server.durable();
        if now == seen {
            return;
        }
        seen = now;
    }
    panic!("a stream goes on after its client went");
}

#[test]
fn a_server_that_ends_says_where_to_go_on() {
    let mut server = Server::start();
    let (mut sender, mut replies) = open(&server);
    sender.lines(&(1..=5).map(line).collect::<String>()).unwrap();
    (1..=5).for_each(|n| is_of(&replies.next().unwrap(), n));
    server.end();
    let last = replies.next().unwrap();
    assert_eq!((&last["type"], &last["line"]), (&json!("/errors#busy"), &json!(6)));
    assert_eq!(replies.next(), None, "the body ends as it should");
}

#[test]
fn a_revoked_key_ends_the_stream() {
    let server = Server::start();
    let (mut sender, mut replies) = open(&server);
    sender.lines(&line(1)).unwrap();
    is_of(&replies.next().unwrap(), 1);
    server.command(&["keys", "revoke", "1"]);
    for n in 2..60 {
        sender.lines(&line(n)).unwrap();
        let reply = replies.next().unwrap();
        if reply["type"] == "/errors#unauthorised" {
            assert_eq!((&reply["line"], replies.next()), (&json!(n), None));
            return;
        }
        is_of(&reply, n);
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("a revoked key still decides after six seconds");
}

#[test]
fn a_stream_needs_a_key_and_plain_text() {
    let server = Server::start();
    let authorization = format!("Bearer {}", server.secret);
    let media = ("content-type", "application/x-ndjson");
    let none = server.send("POST", "/v1/decide/batch", &[media], line(1).as_bytes());
    assert_eq!(none.problem().0, 401);
    let zipped = [media, ("authorization", &authorization), ("content-encoding", "gzip")];
    let zipped = server.send("POST", "/v1/decide/batch", &zipped, b"\x1f\x8b");
    assert_eq!(zipped.problem().1, "unsupported-media-type");
    let empty = server.send(
        "POST",
        "/v1/decide/batch",
        &[media, ("authorization", &authorization)],
        b"\n\n",
    );
    assert_eq!((empty.status, empty.header("content-type")), (200, Some("application/x-ndjson")));
}

#[test]
fn who_waits_to_be_told_to_go_on_is_told() {
    let server = Server::start();
    let mut stream = server.connect();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let line = line(1);
    let head = format!(
        "POST /v1/decide/batch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/x-ndjson\r\nexpect: 100-continue\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        server.secret,
        line.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(line.as_bytes()).unwrap();
    let answer = crate::server::read_answer(&mut stream);
    assert!(answer.status == 200 && answer.text.contains("of-line-1"), "{}", answer.text);
}
