//! Asking Handshake: what the shop's server says to it, and what it answers.
//!
//! Every call has a short time to be answered. No answer is no permission: the page is shown
//! without asking and without choosing for anybody, and only the log tells.

use std::fmt;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::visitor::Visitor;

/// Where Handshake is, and as whom the shop knocks.
#[derive(Clone)]
pub struct Settings {
    /// `127.0.0.1:8700`.
    pub address: String,
    /// For what it does on behalf of a browser.
    pub publishable: String,
    /// For what it does itself.
    pub secret: String,
    /// The time, in milliseconds since 1970.
    pub now: fn() -> i64,
}

/// A way to Handshake that is kept open.
#[derive(Debug, Clone)]
pub struct Handshake {
    client: Client<HttpConnector, Body>,
    settings: Settings,
}

/// What Handshake knows of who looks at a page.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// Names nobody; for asking and answering on this page.
    pub token: String,
    /// Somebody who agreed, ordered or signed in.
    pub person: Option<String>,
    pub said: Option<Said>,
    /// Cookies to set in the browser.
    pub cookies: Vec<HeaderValue>,
}

/// What was just answered by a form, and what to say of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Said {
    pub purpose: String,
    pub html: String,
}

/// Things to show, and on what they rest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Recommendations {
    /// `person`, `page` or `popular`.
    pub basis: String,
    pub decision: Option<String>,
    #[serde(default)]
    pub advice: String,
    pub items: Vec<Recommended>,
}

/// One of them, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Recommended {
    pub item: String,
    pub because: Because,
}

/// Why it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Because {
    pub kind: String,
    pub says: String,
    pub people: Option<u64>,
}

/// What the policy says of a use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Decision {
    pub decision: String,
    pub verdict: String,
    pub advice: String,
    pub reasons: Vec<Reason>,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reason {
    pub code: String,
}

/// A use the shop would like to make of what it knows.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    pub act: &'a str,
    pub purpose: &'a str,
    pub data: &'a [&'a str],
    pub recipient: &'a str,
    pub channel: &'a str,
    pub caller: &'a str,
}

/// An answer, read whole.
struct Reply {
    status: StatusCode,
    cookies: Vec<HeaderValue>,
    body: Bytes,
}

const PATIENCE: Duration = Duration::from_secs(2);
const REPLY_BYTES_MAX: usize = 1 << 20;

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Handshake {
    pub fn new(settings: Settings) -> Handshake {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(PATIENCE));
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Handshake { client, settings }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn client(&self) -> &Client<HttpConnector, Body> {
        &self.client
    }

    /// A fresh id for something that happened, so that telling it twice counts once.
    pub fn event(&self) -> String {
        let mut random = [0; 10];
        // Without random bytes two events of one millisecond share an id, and the second is
        // refused as another body under it: nothing wrong is recorded.
        if SystemRandom::new().fill(&mut random).is_err() {
            tracing::error!("the system gave no random bytes");
        }
        event_id((self.settings.now)(), random)
    }

    /// Who looks at the page, as far as they let us know.
    pub async fn visit(&self, visitor: &Visitor) -> Option<Visit> {
        #[derive(Deserialize)]
        struct Begun {
            token: String,
            known: bool,
            said: Option<Said>,
        }
        #[derive(Deserialize)]
        struct Known {
            person: String,
        }
        let key = &self.settings.publishable;
        let reply = self.post("/v1/visit", Some(visitor), &json!({ "key": key })).await?;
        let begun: Begun = read("/v1/visit", &reply)?;
        let person = match begun.known {
            false => None,
            true => {
                let own = json!({ "key": key });
                let reply = self.post("/v1/permissions", Some(visitor), &own).await?;
                Some(read::<Known>("/v1/permissions", &reply)?.person)
            }
        };
        let (token, said) = (begun.token, begun.said);
        Some(Visit { token, person, said, cookies: reply.cookies })
    }

    /// The question to put on the page, ready to insert; nothing where nothing may be asked.
    pub async fn ask(
        &self,
        (visitor, visit): (&Visitor, &Visit),
        (purpose, interest): (&str, Option<&str>),
    ) -> Option<String> {
        #[derive(Deserialize)]
        struct Asked {
            html: Option<String>,
        }
        let mut body = json!({ "key": self.settings.publishable, "token": visit.token,
            "purpose": purpose, "language": "en" });
        if let (Some(interest), Some(fields)) = (interest, body.as_object_mut()) {
            fields.insert("interest".to_owned(), interest.into());
        }
        let reply = self.post("/v1/ask", Some(visitor), &body).await?;
        if reply.status == StatusCode::NO_CONTENT {
            return None;
        }
        read::<Asked>("/v1/ask", &reply)?.html
    }

    /// Tells that somebody looks at a thing. Handshake keeps it if they allowed that, and not
    /// otherwise: of somebody unknown it keeps nothing.
    pub async fn viewed(&self, (visitor, visit): (&Visitor, &Visit), item: &str) {
        let event = json!({ "event": self.event(), "type": "view", "channel": "web",
            "items": [{ "item": item }] });
        let body = json!({ "key": self.settings.publishable, "token": visit.token,
            "events": [event] });
        self.post("/v1/events", Some(visitor), &body).await;
    }

    /// Tells of something a known person did: `cart`, `order`.
    pub async fn happened(&self, who: (&str, &str), kind: &str, mut fields: Value) {
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("event".to_owned(), self.event().into());
            fields.insert("type".to_owned(), kind.into());
            fields.insert("channel".to_owned(), "web".into());
            fields.insert(who.0.to_owned(), who.1.into());
        }
        self.post("/v1/events", None, &json!({ "events": [fields] })).await;
    }

    /// Counts a visit or an order, without saying whose.
    pub async fn count(&self, metric: &str) {
        let body = json!({ "event": self.event(), "metric": metric, "count": 1 });
        self.post("/v1/counts", None, &body).await;
    }

    /// What to show beside the page. Handshake decides on what that may rest.
    pub async fn recommend(
        &self,
        (visitor, visit): (&Visitor, &Visit),
        (item, limit): (Option<&str>, u32),
    ) -> Option<Recommendations> {
        let mut body = json!({ "key": self.settings.publishable, "token": visit.token,
            "limit": limit });
        if visit.person.is_some()
            && let (Some(token), Some(fields)) = (&visitor.person_token, body.as_object_mut())
        {
            fields.insert("token".to_owned(), token.as_str().into());
        }
        if let (Some(item), Some(fields)) = (item, body.as_object_mut()) {
            fields.insert("item".to_owned(), item.into());
        }
        let reply = self.post("/v1/recommendations", Some(visitor), &body).await?;
        read("/v1/recommendations", &reply)
    }

    /// May we? Asked before each use, and recorded.
    pub async fn decide(
        &self,
        who: &Value,
        visitor: &Visitor,
        wanted: Use<'_>,
    ) -> Option<Decision> {
        let mut signals = json!({});
        let said = [("gpc", &visitor.gpc), ("dnt", &visitor.dnt)];
        for (name, value) in said.into_iter().filter_map(|(name, it)| Some((name, it.as_ref()?))) {
            if let Some(fields) = signals.as_object_mut() {
                fields.insert(name.to_owned(), value.as_str().into());
            }
        }
        let body = json!({ "event": self.event(), "person": who, "act": wanted.act,
            "purpose": wanted.purpose, "data": wanted.data, "recipient": wanted.recipient,
            "channel": wanted.channel, "caller": wanted.caller, "signals": signals });
        let reply = self.post("/v1/decide", None, &body).await?;
        read("/v1/decide", &reply)
    }

    /// Tells what was done with a decision, and what came of it.
    pub async fn outcome(&self, decision: &str, mut fields: Value) {
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("event".to_owned(), self.event().into());
            fields.insert("decision".to_owned(), decision.into());
        }
        self.post("/v1/outcomes", None, &fields).await;
    }

    /// Says which customer this is. The answer may set the cookie that knows them again.
    pub async fn sign_in(&self, customer: &str, person: Option<&str>) -> Option<Vec<HeaderValue>> {
        let mut body = json!({ "event": self.event(), "customer": customer });
        if let (Some(person), Some(fields)) = (person, body.as_object_mut()) {
            fields.insert("person".to_owned(), person.into());
        }
        let reply = self.post("/v1/identities", None, &body).await?;
        reply.status.is_success().then_some(reply.cookies)
    }

    /// Posts on behalf of a browser, or else as the shop itself.
    async fn post(&self, path: &str, visitor: Option<&Visitor>, body: &Value) -> Option<Reply> {
        let uri = format!("http://{}{path}", self.settings.address);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .ok()?;
        match visitor {
            Some(visitor) => request.headers_mut().extend(visitor.passed_on()),
            None => {
                let key = HeaderValue::from_str(&format!("Bearer {}", self.settings.secret));
                request.headers_mut().insert(header::AUTHORIZATION, key.ok()?);
            }
        }
        match tokio::time::timeout(PATIENCE, self.send(request)).await {
            Ok(Ok(reply)) => Some(reply),
            Ok(Err(error)) => {
                tracing::warn!(path, error, "Handshake did not answer");
                None
            }
            Err(_) => {
                tracing::warn!(path, "Handshake did not answer in time");
                None
            }
        }
    }

    async fn send(&self, request: Request<Body>) -> Result<Reply, String> {
        let response = self.client.request(request).await.map_err(|it| it.to_string())?;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(Body::new(body), REPLY_BYTES_MAX).await;
        let cookies = parts.headers.get_all(header::SET_COOKIE).iter().cloned().collect();
        Ok(Reply { status: parts.status, cookies, body: body.map_err(|it| it.to_string())? })
    }
}

/// Reads an answer; a problem is logged by its slug and is no answer.
fn read<T: for<'a> Deserialize<'a>>(path: &str, reply: &Reply) -> Option<T> {
    if !reply.status.is_success() {
        let problem: Option<Value> = serde_json::from_slice(&reply.body).ok();
        let slug = problem.as_ref().and_then(|it| it.get("type")?.as_str()).unwrap_or_default();
        tracing::warn!(path, status = reply.status.as_u16(), slug, "Handshake refused");
        return None;
    }
    match serde_json::from_slice(&reply.body) {
        Ok(it) => Some(it),
        Err(error) => {
            tracing::warn!(path, %error, "an answer of Handshake could not be read");
            None
        }
    }
}

/// A UUIDv7.
fn event_id(millis: i64, random: [u8; 10]) -> String {
    let time = u64::try_from(millis).unwrap_or(0) & 0xffff_ffff_ffff;
    let [a, b, c, rest @ ..] = random;
    let low = rest.iter().skip(1).fold(0u64, |all, it| all << 8 | u64::from(*it));
    let first = u16::from_be_bytes([a, b]) & 0x0fff | 0x7000;
    let second = u16::from_be_bytes([c, rest.first().copied().unwrap_or(0)]) & 0x3fff | 0x8000;
    format!(
        "{:08x}-{:04x}-{first:04x}-{second:04x}-{:012x}",
        time >> 16,
        time & 0xffff,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_ids_are_uuids_of_version_7() {
        let id = event_id(1_800_000_000_000, [0xff; 10]);
        assert_eq!(id, "01a3185c-5000-7fff-bfff-ffffffffffff");
    }
}
