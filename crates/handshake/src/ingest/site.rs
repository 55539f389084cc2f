//! A site: its ledger, its state, and the sequencer between them.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

use handshake_core::personalise::{self, Recommender};
use handshake_core::projection::State;
use handshake_core::vocabulary::{Millis, SiteId};
use ring::hmac;

use super::refusal::Refusal;
use super::request::Request;
use super::turn::Turn;
use crate::access::SiteInfo;
use crate::ledger::{self, LedgerError, Place, Reader, WrapKey, Writer};

/// One shop: policy, people and ledger.
#[derive(Debug)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    pub(super) secret: SiteSecret,
    reader: Reader,
    inner: Mutex<Inner>,
}

/// What one request at a time may touch.
#[derive(Debug)]
pub(super) struct Inner {
    pub writer: Writer,
    pub state: State,
    /// Folded with the state.
    pub recommender: Recommender,
    /// A request failed between folding and appending: the state is ahead of the ledger.
    pub broken: bool,
}

/// The site's secret: keys decision ids, request digests and the merchant's own numbers.
pub struct SiteSecret {
    pub(super) decisions: hmac::Key,
    pub(super) requests: hmac::Key,
    pub(super) aliases: hmac::Key,
}

impl SiteSecret {
    /// Derives one key for each purpose from the secret kept in the access store.
    pub fn new(secret: &[u8; 32]) -> SiteSecret {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derive = |label: &str| {
            let tag = hmac::sign(&root, label.as_bytes());
            hmac::Key::new(hmac::HMAC_SHA256, tag.as_ref())
        };
        SiteSecret {
            decisions: derive("handshake decision ids"),
            requests: derive("handshake request digests"),
            aliases: derive("handshake customer numbers"),
        }
    }
}

impl fmt::Debug for SiteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteSecret(…)")
    }
}

impl Site {
    /// Opens the site that the access store describes, with its ledger in `dir`.
    pub fn of(
        info: &SiteInfo,
        dir: PathBuf,
        wrap: [u8; 32],
        now: Millis,
    ) -> Result<Site, LedgerError> {
        let place = Place { dir, site: info.id, partition: 0 };
        let secret = info.secret.derive("ingest v1");
        Site::open(&place, (info.name.as_str(), &secret), &WrapKey::from_bytes(wrap), now)
    }

    /// Opens a site and rebuilds its state from the ledger.
    pub fn open(
        place: &Place,
        (name, secret): (&str, &[u8; 32]),
        wrap: &WrapKey,
        now: Millis,
    ) -> Result<Site, LedgerError> {
        let mut state = State::default();
        let mut recommender = Recommender::default();
        let (writer, reader) = ledger::open(place, wrap, now, &mut |it| {
            personalise::fold(&mut state, &mut recommender, it);
        })?;
        let inner = Mutex::new(Inner { writer, state, recommender, broken: false });
        let secret = SiteSecret::new(secret);
        Ok(Site { id: place.site, name: name.to_owned(), secret, reader, inner })
    }

    /// Takes the sequencer for one request.
    pub fn turn(&self, now: Millis, request: &Request<'_>) -> Result<Turn<'_>, Refusal> {
        let inner = self.lock()?;
        inner.writer.ready()?;
        Ok(Turn::new(self, inner, request.at.unwrap_or(now)))
    }

    /// Looks at the state without writing. What is seen may not be durable yet: wait for
    /// `Reader::wait_for` the position returned before telling anybody.
    pub fn look<T>(&self, look: impl FnOnce(&State) -> T) -> Result<(T, u64), Refusal> {
        let inner = self.lock()?;
        Ok((look(&inner.state), inner.writer.next().0))
    }

    /// Everything derived from the ledger, as text: equal if it is equal.
    pub fn dump(&self) -> Result<String, Refusal> {
        let inner = self.lock()?;
        Ok(inner.state.dump() + &inner.recommender.dump())
    }

    fn lock(&self) -> Result<MutexGuard<'_, Inner>, Refusal> {
        let inner = self.inner.lock().map_err(|_| Refusal::Broken)?;
        if inner.broken { Err(Refusal::Broken) } else { Ok(inner) }
    }

    /// The keyed hash a customer number is kept as.
    pub fn alias(&self, number: &str) -> [u8; 16] {
        let tag = hmac::sign(&self.secret.aliases, number.as_bytes());
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }

    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}
