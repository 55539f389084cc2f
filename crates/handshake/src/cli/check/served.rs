//! Deciding at a running server's `/v1/decide/batch`, where every decision is recorded.
//!
//! A batch is sent and answered before the next. If the connection breaks, or the server says that
//! it is busy or ending, what was not answered is sent again under the same event ids.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, StatusCode, header};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::Decider;
use super::told::Told;
use crate::cli::failure::{Failure, chain};
use crate::config::Reaching;

pub(super) struct Served {
    runtime: Runtime,
    /// Host and port.
    address: String,
    authorization: HeaderValue,
    connection: Option<SendRequest<Body>>,
}

/// Why a batch was not answered to its end.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("could not reach `{0}`")]
    Connect(String, #[source] std::io::Error),
    #[error("the connection broke off")]
    Broken(#[from] hyper::Error),
    #[error("the server did not answer for {} seconds", PATIENCE.as_secs())]
    Slow,
    #[error("the server answered {0}")]
    Busy(String),
    /// Trying again will not help.
    #[error("the server answered {0}")]
    Refused(String),
}

const PATH: &str = "/v1/decide/batch";
const REPLY_BYTES_MAX: usize = 64 << 20;
/// How long a whole batch is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the same uses are sent in vain.
const TRIES: u32 = 5;
/// Doubled after each vain try.
const PAUSE: Duration = Duration::from_millis(200);
/// What a server says where trying again helps.
const PASSING: [&str; 3] = ["busy", "body-too-slow", "stopped"];
/// What it says where every further line would get the same.
const FINAL: [&str; 2] = ["unauthorised", "forbidden"];

impl Served {
    pub(super) fn new(reaching: &Reaching) -> Result<Served, Failure> {
        let address = address(&reaching.server())?;
        let secret = reaching.secret().ok_or_else(|| {
            Failure::Usage(
                "a secret key is needed to ask the server: put it into HANDSHAKE_SECRET, or give \
                 `--secret`; to decide without a server, give `--policy`"
                    .to_owned(),
            )
        })?;
        let mut authorization = HeaderValue::from_str(&format!("Bearer {secret}"))
            .map_err(|_| Failure::Usage("the secret key is no key".to_owned()))?;
        authorization.set_sensitive(true);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("could not begin", &error))?;
        Ok(Served { runtime, address, authorization, connection: None })
    }
}

impl Decider for Served {
    fn decide(&mut self, uses: &[String]) -> Result<Vec<Told>, Failure> {
        let mut told = Vec::with_capacity(uses.len());
        let (mut vain, mut again) = (0, false);
        while let Some(left) = uses.get(told.len()..).filter(|it| !it.is_empty()) {
            let (before, trouble) = (told.len(), self.send(left));
            let trouble = match trouble {
                Ok(replies) => taken(&mut told, replies, again),
                Err(trouble) => Some(trouble),
            };
            let Some(trouble) = trouble else { continue };
            // Whatever is answered from here on may have been decided in the try before.
            again = true;
            self.connection = None;
            vain = if before < told.len() { 0 } else { vain + 1 };
            if let Trouble::Refused(_) = trouble {
                return Err(Failure::Refused(chain(&trouble)));
            }
            if TRIES <= vain {
                return Err(Failure::Io(chain(&trouble)));
            }
            let pause = PAUSE * 2_u32.pow(vain);
            self.runtime.block_on(async { tokio::time::sleep(pause).await });
        }
        Ok(told)
    }
}

/// Takes the answers to the uses they stand for, up to one that ends the stream.
fn taken(told: &mut Vec<Told>, replies: Vec<Value>, again: bool) -> Option<Trouble> {
    for reply in replies {
        let kind = reply.get("type").and_then(Value::as_str).unwrap_or_default();
        let slug = kind.rsplit('#').next().unwrap_or_default();
        if PASSING.contains(&slug) {
            return Some(Trouble::Busy(said(&reply)));
        }
        if FINAL.contains(&slug) {
            return Some(Trouble::Refused(said(&reply)));
        }
        let mut it = Told::of(&reply);
        it.repeated &= !again;
        told.push(it);
    }
    None
}

fn said(problem: &Value) -> String {
    problem.get("detail").and_then(Value::as_str).unwrap_or("nothing that can be read").to_owned()
}

impl Served {
    /// Sends uses, and reads the answers; as many as uses, unless the server ends early.
    fn send(&mut self, uses: &[String]) -> Result<Vec<Value>, Trouble> {
        let mut body = uses.join("\n");
        body.push('\n');
        let open = self.connection.take();
        let exchange = exchange(open, (&self.address, &self.authorization), body);
        let waited =
            self.runtime.block_on(async { tokio::time::timeout(PATIENCE, exchange).await });
        let (connection, status, bytes) = waited.map_err(|_| Trouble::Slow)??;
        self.connection = Some(connection);
        let lines = bytes.split(|&it| it == b'\n').filter(|it| !it.trim_ascii().is_empty());
        if status == StatusCode::OK {
            let read = lines.map(serde_json::from_slice).collect::<Result<Vec<Value>, _>>();
            let read = read.map_err(|error| Trouble::Busy(format!("no JSON: {error}")))?;
            return match read.len().min(uses.len()) {
                0 => Err(Trouble::Busy("nothing".to_owned())),
                _ => Ok(read.into_iter().take(uses.len()).collect()),
            };
        }
        let problem = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let said = format!("{status}: {}", said(&problem));
        match status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            true => Err(Trouble::Busy(said)),
            false => Err(Trouble::Refused(said)),
        }
    }
}

/// Sends a batch over the connection that is open, or a new one.
async fn exchange(
    open: Option<SendRequest<Body>>,
    (address, authorization): (&str, &HeaderValue),
    body: String,
) -> Result<(SendRequest<Body>, StatusCode, Bytes), Trouble> {
    let mut connection = match open.filter(SendRequest::is_ready) {
        Some(connection) => connection,
        None => connect(address).await?,
    };
    let request = Request::post(PATH)
        .header(header::HOST, address)
        .header(header::AUTHORIZATION, authorization.clone())
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Body::from(body))
        .map_err(|error| Trouble::Refused(error.to_string()))?;
    connection.ready().await?;
    let response = connection.send_request(request).await?;
    let status = response.status();
    let bytes = axum::body::to_bytes(Body::new(response.into_body()), REPLY_BYTES_MAX).await;
    let bytes = bytes.map_err(|error| Trouble::Busy(error.to_string()))?;
    Ok((connection, status, bytes))
}

async fn connect(address: &str) -> Result<SendRequest<Body>, Trouble> {
    let failed = |error| Trouble::Connect(address.to_owned(), error);
    let stream = TcpStream::connect(address).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
    Ok(sender)
}

/// Host and port of a server's URL.
fn address(url: &str) -> Result<String, Failure> {
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        Failure::Usage(format!(
            "`{url}` is no address of a server; expected one such as `http://127.0.0.1:8700`. \
             Encryption is left to whatever stands before the server: ask it on its own machine, \
             or through a tunnel"
        ))
    })?;
    let host = rest.trim_end_matches('/');
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err(Failure::Usage(format!("`{url}` must be a host and a port, and no more")));
    }
    let port = host.rsplit_once(':').is_some_and(|it| it.1.parse::<u16>().is_ok());
    Ok(if port { host.to_owned() } else { format!("{host}:80") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_and_a_port() {
        let found = |url| address(url).map_err(|it| it.to_string()).ok();
        assert_eq!(found("http://127.0.0.1:8700").as_deref(), Some("127.0.0.1:8700"));
        assert_eq!(found("http://shop.internal/").as_deref(), Some("shop.internal:80"));
        assert_eq!(found("http://[::1]:8700").as_deref(), Some("[::1]:8700"));
        for bad in ["https://shop.example", "shop.example", "http://", "http://a/b", "http://u@a"] {
            assert_eq!(found(bad), None, "{bad}");
        }
    }
}
