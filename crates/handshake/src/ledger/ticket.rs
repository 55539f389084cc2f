//! Waiting for a commit. One small shared object a commit, not a channel an event: at 40,000
//! events a second the waking is most of the work.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};

use handshake_core::vocabulary::Position;

use super::commit::lock;
use super::error::LedgerError;

/// A claim on events that are written but not yet safe. Nobody may be told of them before
/// [`Ticket::durable`] or [`Ticket::wait`] says so.
#[derive(Debug)]
#[must_use = "an event may be acknowledged only once its ticket says that it is durable"]
pub struct Ticket {
    first: Position,
    count: u64,
    commit: Arc<Commit>,
}

/// One write and one sync, and those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Commit {
    state: Mutex<State>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    outcome: Option<Result<(), Arc<str>>>,
    wakers: Vec<Waker>,
    threads: u32,
}

impl Commit {
    /// Tells everybody. The first outcome counts.
    pub(super) fn finish(&self, outcome: Result<(), Arc<str>>) {
        let mut state = lock(&self.state);
        if state.outcome.is_some() {
            return;
        }
        state.outcome = Some(outcome);
        let wakers = std::mem::take(&mut state.wakers);
        if 0 < state.threads {
            self.done.notify_all();
        }
        drop(state);
        for waker in wakers {
            waker.wake();
        }
    }
}

fn said(outcome: &Result<(), Arc<str>>) -> Result<(), LedgerError> {
    outcome.clone().map_err(|why| LedgerError::Stopped { why })
}

impl Ticket {
    pub(super) fn new(first: u64, count: u64, commit: Arc<Commit>) -> Ticket {
        Ticket { first: Position(first), count, commit }
    }

    /// Position of the first event of the batch.
    pub fn first(&self) -> Position {
        self.first
    }

    /// Number of events in the batch.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Waits until the batch is on disk.
    pub async fn durable(self) -> Result<(), LedgerError> {
        Durable { commit: &self.commit, place: None }.await
    }

    /// As [`Ticket::durable`], for a thread of its own.
    pub fn wait(self) -> Result<(), LedgerError> {
        let mut state = lock(&self.commit.state);
        state.threads += 1;
        loop {
            if let Some(outcome) = &state.outcome {
                return said(outcome);
            }
            state = self.commit.done.wait(state).unwrap_or_else(|it| it.into_inner());
        }
    }
}

struct Durable<'a> {
    commit: &'a Commit,
    /// Where among the wakers ours is.
    place: Option<usize>,
}

impl Future for Durable<'_> {
    type Output = Result<(), LedgerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.commit.state);
        if let Some(outcome) = &state.outcome {
            return Poll::Ready(said(outcome));
        }
        match self.place.and_then(|it| state.wakers.get_mut(it)) {
            Some(waker) => waker.clone_from(context.waker()),
            None => {
                state.wakers.push(context.waker().clone());
                let place = state.wakers.len() - 1;
                drop(state);
                self.place = Some(place);
            }
        }
        Poll::Pending
    }
}
