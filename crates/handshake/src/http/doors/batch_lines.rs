//! The line by line form of `POST /v1/decide/batch`: a stream in both directions.
//!
//! As many lines as have arrived, up to a chunk, are decided; one wait makes them durable; their
//! replies are handed to the connection, and only when it has taken them are the next lines
//! read. So a list of any length needs the memory of one chunk, and who stops reading is not
//! read from.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use bytes::Bytes;
use hyper::body::Frame;

use super::batch::one;
use super::decide::recorded;
use crate::http::body;
use crate::http::call::Pending;
use crate::http::knock::{self, Guest};
use crate::http::lines::{Arrived, LINE_BYTES_MAX, Line, Lines};
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;

const CHUNK_LINES: usize = 256;
const CHUNK_BYTES: usize = 256 << 10;
/// How long a whole line is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn answer(
    app: Arc<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, Problem> {
    knock::server(&app, &headers)?;
    body::not_compressed(&headers)?;
    let mut lines = Lines::new(body);
    if headers.contains_key(header::EXPECT) {
        // Who waits to be told to go on is told so only until the answer begins.
        let _ = tokio::time::timeout(PATIENCE, lines.begun()).await;
    }
    let reading = Reading { app, headers, lines };
    let mut response = Response::new(Body::new(Replies(Some(Box::pin(reading.turn())))));
    let media = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    Ok(response)
}

/// A request that is still being read.
struct Reading {
    app: Arc<App>,
    headers: HeaderMap,
    lines: Lines<Body>,
}

/// Why no more lines are read.
enum End {
    Read,
    /// Told in the place of the reply to the line of this number; nothing follows.
    Refused(u32, Problem),
}

impl Reading {
    /// The replies to a chunk, and what is still to be read.
    async fn turn(mut self) -> (Vec<u8>, Option<Reading>) {
        let mut text = Vec::new();
        match self.chunk(&mut text).await {
            Ok(()) => (text, Some(self)),
            Err(End::Read) => (text, None),
            Err(End::Refused(number, problem)) => {
                tell(&mut text, number, problem);
                (text, None)
            }
        }
    }

    async fn chunk(&mut self, text: &mut Vec<u8>) -> Result<(), End> {
        let mut line = self.first().await?;
        let first = line.number;
        // Asked anew each time: the key may have been revoked since.
        let guest = knock::server(&self.app, &self.headers);
        let guest = guest.map_err(|it| End::Refused(first, it))?;
        let (mut last, mut read) = (None, 1);
        let ended = loop {
            match decide(&guest, &line, text) {
                Ok(Some(pending)) => last = Some(pending),
                Ok(None) => (),
                Err(problem) => break Err(End::Refused(line.number, problem)),
            }
            if CHUNK_LINES <= read || CHUNK_BYTES <= text.len() {
                break Ok(());
            }
            match self.lines.next_without_waiting().await {
                Some(arrived) => match self.line(arrived) {
                    Ok(next) => line = next,
                    Err(end) => break Err(end),
                },
                None => break Ok(()),
            }
            read += 1;
        };
        if let Some(last) = last
            && let Err(problem) = last.durable(&guest.room).await
        {
            // None of it may be acknowledged.
            text.clear();
            return Err(End::Refused(first, problem));
        }
        ended
    }

    /// The first line of a chunk, which may be long in coming.
    async fn first(&mut self) -> Result<Line, End> {
        let app = Arc::clone(&self.app);
        let refused =
            |number, slug, said: String| Err(End::Refused(number, Problem::new(slug, said)));
        tokio::select! {
            biased;
            () = app.ending() => {
                let said = "the server is ending; send this line again, and those after it";
                refused(self.lines.next_number(), Slug::Busy, said.to_owned())
            }
            arrived = self.lines.next() => self.line(arrived),
            () = tokio::time::sleep(PATIENCE) => {
                let said = format!("no line had arrived after {} seconds", PATIENCE.as_secs());
                refused(self.lines.next_number(), Slug::BodyTooSlow, said)
            }
        }
    }

    fn line(&self, arrived: Arrived) -> Result<Line, End> {
        match arrived {
            Arrived::Line(line) => Ok(line),
            Arrived::End => Err(End::Read),
            Arrived::Broken => {
                let said = "the connection broke off inside the body";
                let problem = Problem::new(Slug::MalformedJson, said);
                Err(End::Refused(self.lines.next_number(), problem))
            }
        }
    }
}

/// Writes the reply to a line, or what is wrong with it. Only what would be wrong with every
/// line ends them.
fn decide(guest: &Guest, line: &Line, text: &mut Vec<u8>) -> Result<Option<Pending>, Problem> {
    let done = match &line.text {
        Some(raw) => one(guest, raw),
        None => {
            let said = format!("at most {LINE_BYTES_MAX} bytes of a line are read");
            Err(Problem::new(Slug::BodyTooLarge, said))
        }
    };
    match done {
        Ok((decided, pending)) => {
            let reply = recorded(&guest.room.site, &decided);
            text.append(&mut serde_json::to_vec(&reply).map_err(Problem::internal)?);
            text.push(b'\n');
            Ok(Some(pending))
        }
        Err(problem) if problem.slug == Slug::Stopped => Err(problem),
        Err(problem) => {
            tell(text, line.number, problem);
            Ok(None)
        }
    }
}

/// Writes a problem where the reply to a line would stand.
fn tell(text: &mut Vec<u8>, number: u32, mut problem: Problem) {
    problem.line = Some(number);
    let body = problem.body();
    text.append(&mut serde_json::to_vec(&body).unwrap_or_default());
    text.push(b'\n');
}

type Turn = Pin<Box<dyn Future<Output = (Vec<u8>, Option<Reading>)> + Send>>;

/// The replies, as a body. It is asked for more only when the connection has room, and dropped
/// when the client has gone.
struct Replies(Option<Turn>);

impl hyper::body::Body for Replies {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        while let Some(turn) = &mut self.0 {
            let (text, rest) = ready!(turn.as_mut().poll(context));
            self.0 = rest.map(|it| -> Turn { Box::pin(it.turn()) });
            if !text.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(text.into()))));
            }
        }
        Poll::Ready(None)
    }
}
