//! Lines of a body, as they arrive: never more in memory than one line and what came with it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use hyper::body::Body;

pub(super) const LINE_BYTES_MAX: usize = 64 << 10;

/// A line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The first is 1; blank ones count.
    pub number: u32,
    /// Nothing if it is longer than [`LINE_BYTES_MAX`].
    pub text: Option<Bytes>,
}

/// What came when a line was waited for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrived {
    Line(Line),
    /// There are no more.
    End,
    /// The connection broke off inside the body.
    Broken,
}

#[derive(Debug)]
pub(super) struct Lines<B> {
    body: B,
    held: BytesMut,
    /// How much of what is held is known to end no line.
    searched: usize,
    /// The line that is held began so long ago that it was let go.
    too_long: bool,
    number: u32,
    ended: bool,
    broken: bool,
}

impl<B: Body<Data = Bytes> + Unpin> Lines<B> {
    pub(super) fn new(body: B) -> Lines<B> {
        let (held, searched, number) = (BytesMut::new(), 0, 0);
        Lines { body, held, searched, too_long: false, number, ended: false, broken: false }
    }

    /// The number of the line that comes next.
    pub(super) fn next_number(&self) -> u32 {
        self.number.saturating_add(1)
    }

    /// Waits until the body has begun to come.
    pub(super) async fn begun(&mut self) {
        if self.held.is_empty() && !self.ended && !self.broken {
            poll_fn(|context| self.poll_more(context)).await;
        }
    }

    /// Waits for a line. May be given up and begun again; nothing is lost.
    pub(super) async fn next(&mut self) -> Arrived {
        poll_fn(|context| self.poll(context)).await
    }

    /// A line, if one has arrived already.
    pub(super) async fn next_without_waiting(&mut self) -> Option<Arrived> {
        poll_fn(|context| match self.poll(context) {
            Poll::Ready(arrived) => Poll::Ready(Some(arrived)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Arrived> {
        loop {
            if let Some(line) = self.take() {
                return Poll::Ready(Arrived::Line(line));
            }
            if self.broken {
                return Poll::Ready(Arrived::Broken);
            }
            if self.ended {
                self.searched = 0;
                let rest = self.held.split().freeze();
                return Poll::Ready(self.line(rest).map_or(Arrived::End, Arrived::Line));
            }
            ready!(self.poll_more(context));
        }
    }

    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            None => self.ended = true,
            Some(Err(_)) => self.broken = true,
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    self.held.extend_from_slice(&data);
                }
            }
        }
        Poll::Ready(())
    }

    /// The first whole line of what is held.
    fn take(&mut self) -> Option<Line> {
        loop {
            let new = self.held.get(self.searched..).unwrap_or_default();
            let Some(length) = new.iter().position(|&it| it == b'\n') else {
                self.searched = self.held.len();
                if LINE_BYTES_MAX < self.searched {
                    self.held.clear();
                    self.searched = 0;
                    self.too_long = true;
                }
                return None;
            };
            let text = self.held.split_to(self.searched + length).freeze();
            self.held.advance(1);
            self.searched = 0;
            if let Some(line) = self.line(text) {
                return Some(line);
            }
        }
    }

    fn line(&mut self, text: Bytes) -> Option<Line> {
        self.number = self.next_number();
        if std::mem::take(&mut self.too_long) || LINE_BYTES_MAX < text.len() {
            return Some(Line { number: self.number, text: None });
        }
        let blank = text.trim_ascii().is_empty();
        (!blank).then_some(Line { number: self.number, text: Some(text) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    use hyper::body::Frame;

    /// A body of pieces; where there is none, it is still to come.
    struct Pieces(VecDeque<Option<Result<Bytes, &'static str>>>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = &'static str;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
            match self.0.pop_front() {
                Some(Some(piece)) => Poll::Ready(Some(piece.map(Frame::data))),
                Some(None) => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                None => Poll::Ready(None),
            }
        }
    }

    fn of(pieces: &[&'static str]) -> Lines<Pieces> {
        let pieces = pieces.iter().map(|it| Some(Ok(Bytes::from_static(it.as_bytes()))));
        Lines::new(Pieces(pieces.collect()))
    }

    fn line(number: u32, text: &'static str) -> Arrived {
        Arrived::Line(Line { number, text: Some(Bytes::from_static(text.as_bytes())) })
    }

    #[tokio::test]
    async fn lines_are_whole_however_they_are_cut() {
        let text = "a\n\n  \nbc\r\nd";
        let expected = [line(1, "a"), line(4, "bc\r"), line(5, "d"), Arrived::End, Arrived::End];
        for cut in 0..text.len() {
            let (first, second) = text.split_at(cut);
            let mut lines = of(&[first, "", second]);
            for arrived in &expected {
                assert_eq!(&lines.next().await, arrived, "cut at {cut}");
            }
        }
    }

    #[tokio::test]
    async fn a_line_too_long_is_named_and_the_next_is_read() {
        let long = "x".repeat(LINE_BYTES_MAX - 1).leak();
        let mut lines = of(&["a\n", long, "yz", long, "\nb\n", long, "y\n", long, "yz"]);
        assert_eq!(lines.next().await, line(1, "a"));
        assert_eq!(lines.next().await, Arrived::Line(Line { number: 2, text: None }));
        assert_eq!(lines.next().await, line(3, "b"));
        let Arrived::Line(Line { number: 4, text: Some(longest) }) = lines.next().await else {
            panic!("a line of the greatest length is read");
        };
        assert_eq!(longest.len(), LINE_BYTES_MAX);
        assert_eq!(lines.next().await, Arrived::Line(Line { number: 5, text: None }));
        assert_eq!(lines.next().await, Arrived::End);
        assert!(lines.held.capacity() < 8 * LINE_BYTES_MAX, "{}", lines.held.capacity());
    }

    #[tokio::test]
    async fn what_has_not_arrived_is_not_waited_for() {
        let piece = |it: &'static str| Some(Ok(Bytes::from_static(it.as_bytes())));
        let pieces = [piece("a\nb"), None, piece("c\n"), Some(Err("gone"))];
        let mut lines = Lines::new(Pieces(pieces.into()));
        assert_eq!(lines.next_without_waiting().await, Some(line(1, "a")));
        assert_eq!(lines.next_without_waiting().await, None);
        assert_eq!(lines.next_number(), 2);
        assert_eq!(lines.next().await, line(2, "bc"));
        assert_eq!(lines.next().await, Arrived::Broken);
    }
}
