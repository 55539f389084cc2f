//! What the benches take the server to be: its commands, doors and bodies, all in this file.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

/// The policy the benches run under, from the top of the repository.
pub(crate) const POLICY: &str = "examples/gift-shop/policy.kdl";

/// How many known customers there are to decide about.
pub(crate) const CUSTOMERS: u32 = 1_000;

/// `handshake …` that makes a data directory with a site.
pub(crate) fn new_site(data: &str) -> Vec<&str> {
    vec!["site", "add", "gift-shop", "--data", data]
}

/// `handshake …` that publishes the policy there.
pub(crate) fn publish(data: &str) -> Vec<&str> {
    vec!["policy", "publish", POLICY, "--data", data]
}

/// `handshake …` that makes a secret key and prints it as the last word.
pub(crate) fn new_key(data: &str) -> Vec<&str> {
    vec!["keys", "add", "secret", "--data", data]
}

/// `handshake …` that serves until it is ended.
pub(crate) fn serve<'a>(data: &'a str, listen: &'a str) -> Vec<&'a str> {
    vec!["serve", "--data", data, "--listen", listen]
}

/// Answers 200 once the server takes requests.
pub(crate) const READY: &str = "/readyz";

pub(crate) const IDENTITIES: &str = "/v1/identities";

pub(crate) fn identity(event: &str, customer: u32) -> String {
    format!(r#"{{"event":"{event}","customer":"{customer}"}}"#)
}

pub(crate) const DECIDE: &str = "/v1/decide";

/// What is asked of `decide`, around the event id and the customer's number.
pub(crate) const DECIDE_BODY: [&str; 3] = [
    r#"{"event":""#,
    r#"","person":{"customer":""#,
    r#""},"act":"use","purpose":"suggest-gifts","data":["purchase.items","behaviour.viewed"],"recipient":"us","channel":"web"}"#,
];

pub(crate) fn decide(event: &str, customer: u32) -> String {
    let [before, between, after] = DECIDE_BODY;
    format!("{before}{event}{between}{customer}{after}")
}

/// An event id in the form of a `UUIDv7` at `millis`; `n` stands for its random bits.
pub(crate) fn event_id(millis: u64, n: u64) -> String {
    let (high, low) = (millis >> 16, millis & 0xffff);
    format!("{high:08x}-{low:04x}-7000-8000-{:012x}", n & 0xffff_ffff_ffff)
}

/// One request on a connection of its own; the body of a 2xx reply.
pub(crate) fn send(
    to: SocketAddr,
    key: &str,
    path: &str,
    body: Option<&str>,
) -> Result<String, String> {
    let failed = |err: std::io::Error| format!("{path}: {err}");
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {to}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect_timeout(&to, Duration::from_secs(2)).map_err(failed)?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(failed)?;
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).map_err(failed)?;
    body_of(&reply).map(str::to_owned).ok_or_else(|| format!("{method} {path} answered:\n{reply}"))
}

/// The body, where the status is 2xx.
fn body_of(reply: &str) -> Option<&str> {
    let (head, body) = reply.split_once("\r\n\r\n")?;
    head.strip_prefix("HTTP/1.1 2").map(|_| body)
}

pub(crate) const ANSWERS: &str = "/v1/answers";

pub(crate) fn grant(event: &str, customer: u32) -> String {
    format!(
        r#"{{"event":"{event}","customer":"{customer}","purpose":"suggest-gifts","answer":"granted","gesture":"phone"}}"#
    )
}

/// Customers known beforehand, so that a decision is about somebody. Every second has agreed, so
/// that half the decisions rest on a permission and half say what is missing.
pub(crate) fn introduce(to: SocketAddr, key: &str, millis: u64) -> Result<(), String> {
    for customer in 0..CUSTOMERS {
        let event = event_id(millis, u64::from(customer));
        send(to, key, IDENTITIES, Some(&identity(&event, customer)))?;
        if customer % 2 == 0 {
            let event = event_id(millis, u64::from(CUSTOMERS + customer));
            send(to, key, ANSWERS, Some(&grant(&event, customer)))?;
        }
    }
    Ok(())
}

/// The path as an argument; paths here are made of plain letters.
pub(crate) fn argument(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("`{}` is no UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_is_a_version_7() {
        assert_eq!(event_id(0x0123_4567_89ab, 0xff), "01234567-89ab-7000-8000-0000000000ff");
    }

    #[test]
    fn only_a_2xx_has_a_body() {
        assert_eq!(body_of("HTTP/1.1 200 OK\r\na: b\r\n\r\nyes"), Some("yes"));
        assert_eq!(body_of("HTTP/1.1 403 No\r\na: b\r\n\r\nno"), None);
    }
}
