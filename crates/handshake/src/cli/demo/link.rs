//! One connection to our own doors, kept open, as a merchant's server would.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, header};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A connection and the key it shows.
#[derive(Debug)]
pub(super) struct Link {
    sender: SendRequest<Body>,
    authorization: HeaderValue,
    host: HeaderValue,
}

/// Why the doors were of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("could not reach `{0}`")]
    Connect(SocketAddr, #[source] std::io::Error),
    #[error("the connection broke off")]
    Broken(#[from] hyper::Error),
    #[error("the key or the address is no header")]
    Header,
    #[error("`{path}` answered {status}: {said}")]
    Refused { path: &'static str, status: u16, said: String },
    #[error("`{0}` answered something that cannot be read")]
    Unreadable(&'static str),
}

const REPLY_BYTES_MAX: usize = 16 << 20;

impl Link {
    pub(super) async fn open(address: SocketAddr, key: &str) -> Result<Link, LinkError> {
        let failed = |error| LinkError::Connect(address, error);
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection of the replay ended early");
            }
        });
        let text = |it: String| HeaderValue::from_str(&it).map_err(|_| LinkError::Header);
        let authorization = text(format!("Bearer {key}"))?;
        Ok(Link { sender, authorization, host: text(address.to_string())? })
    }

    /// Posts, and waits until what was sent is acknowledged.
    pub(super) async fn post(
        &mut self,
        path: &'static str,
        body: &Value,
    ) -> Result<Value, LinkError> {
        let request = Request::post(path)
            .header(header::HOST, self.host.clone())
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .map_err(|_| LinkError::Header)?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = axum::body::to_bytes(Body::new(response.into_body()), REPLY_BYTES_MAX).await;
        let body: Bytes = body.map_err(|_| LinkError::Unreadable(path))?;
        if !status.is_success() {
            let said = String::from_utf8_lossy(&body).into_owned();
            return Err(LinkError::Refused { path, status: status.as_u16(), said });
        }
        serde_json::from_slice(&body).map_err(|_| LinkError::Unreadable(path))
    }
}
