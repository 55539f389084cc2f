//! Connections: accepting, limits, and a calm end.
//!
//! Our own loop, because `axum::serve` does not set `TCP_NODELAY` in time, and because the door
//! that is asked most goes past the router.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::Service;

use super::doors::decide;
use super::problem::{Problem, Slug};
use super::state::App;

const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
const HEADER_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 100;
const END_TIMEOUT: Duration = Duration::from_secs(20);
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `end`, then finishes what is in flight.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    router: Router,
    connections_max: usize,
    end: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(connections_max));
    let mut end = pin!(end);
    loop {
        // Wait for a free place first: who comes in too many waits in the kernel's queue.
        let accepted = async {
            let place = Arc::clone(&free).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            it = accepted => it,
            () = &mut end => break,
        };
        let (stream, _) = match accepted {
            Ok(it) => it,
            Err(error) => {
                // Out of file descriptors, or the peer has gone already. Not worth dying for.
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let connection = connection(stream, Arc::clone(&app), router.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended early");
            }
        });
    }
    drop(listener);
    app.stop();
    if tokio::time::timeout(END_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in {} s", END_TIMEOUT.as_secs());
    }
}

fn connection(
    stream: TcpStream,
    app: Arc<App>,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // Without it, the last packet of an answer waits for the peer.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = service_fn(move |request| {
        let (app, router) = (Arc::clone(&app), router.clone());
        async move { Ok::<_, Infallible>(guarded(answer(&app, router, request)).await) }
    });
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        // One write an answer. Not `pipeline_flush`: it lets answers pile up without bound
        // while a request is still coming in, as streams of lines do.
        .writev(false)
        .serve_connection(TokioIo::new(stream), service)
}

async fn answer(app: &App, mut router: Router, request: Request<Incoming>) -> Response<Body> {
    if request.method() == Method::POST && request.uri().path() == decide::PATH {
        let response = decide::answer(app, request).await;
        app.metrics.decided(response.status());
        return response;
    }
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// A panic in a door is answered, and costs the caller nothing but this request.
async fn guarded(answer: impl Future<Output = Response<Body>>) -> Response<Body> {
    let mut answer = pin!(answer);
    let polled =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(response)) => Poll::Ready(Some(response)),
            Err(_) => Poll::Ready(None),
        });
    // The panic hook has logged where it happened, without what it was about.
    polled.await.unwrap_or_else(|| {
        Problem::new(Slug::Internal, "it is logged; please tell the operator").into_response()
    })
}

/// Binds, saying what to do when it cannot be done.
pub async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_panic_is_answered() {
        let response = guarded(async { panic!("on purpose") }).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
