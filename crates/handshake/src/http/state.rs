//! What every door can reach.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use handshake_core::vocabulary::SiteId;
use tokio::sync::watch;

use super::changes::Changes;
use super::metrics::{Decisions, Metrics};
use super::problem::{Problem, Slug};
use super::token::Signer;
use crate::access::{Directory, SiteInfo};
use crate::ingest::Site;

/// The server: its sites, who may knock, and its counters.
#[derive(Debug)]
pub struct App {
    // Read once per request and replaced only when keys change, so nobody ever waits here.
    directory: RwLock<Arc<Directory>>,
    rooms: BTreeMap<SiteId, Arc<Room>>,
    pub metrics: Metrics,
    /// Whether cookies travel over https only.
    pub secure_cookies: bool,
    ready: watch::Sender<bool>,
}

/// One site behind the doors.
#[derive(Debug)]
pub struct Room {
    pub info: Arc<SiteInfo>,
    pub site: Site,
    pub signer: Signer,
    pub decisions: Decisions,
    pub changes: Changes,
}

impl Room {
    pub fn new(info: Arc<SiteInfo>, site: Site) -> Room {
        let signer = Signer::new(&info.secret, info.id);
        let (decisions, changes) = (Decisions::default(), Changes::default());
        Room { info, site, signer, decisions, changes }
    }
}

impl App {
    pub fn new(directory: Directory, rooms: Vec<Room>, secure_cookies: bool) -> App {
        App {
            directory: RwLock::new(Arc::new(directory)),
            rooms: rooms.into_iter().map(|it| (it.info.id, Arc::new(it))).collect(),
            metrics: Metrics::new(),
            secure_cookies,
            ready: watch::Sender::new(true),
        }
    }

    pub fn directory(&self) -> Arc<Directory> {
        // Replacing an `Arc` cannot fail half-way, so a poisoned lock still holds a whole one.
        Arc::clone(&self.directory.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in keys made or revoked since. A new site waits for a restart.
    pub fn replace_directory(&self, directory: Directory) {
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(directory);
    }

    pub fn room(&self, site: SiteId) -> Result<&Arc<Room>, Problem> {
        self.rooms.get(&site).ok_or_else(|| {
            Problem::new(Slug::Busy, "the site is new; restart `handshake serve` to open it")
        })
    }

    pub fn rooms(&self) -> impl Iterator<Item = &Arc<Room>> {
        self.rooms.values()
    }

    /// The site of a door without a key: the one named, else the only one.
    pub fn room_without_key(&self, named: Option<&str>) -> Result<&Arc<Room>, Problem> {
        let mut rooms = self.rooms.values();
        let found = match named {
            Some(name) => rooms.find(|it| it.info.name.as_str() == name),
            None => rooms.next().filter(|_| self.rooms.len() == 1),
        };
        found.ok_or_else(|| {
            Problem::new(Slug::NotFound, "say which site with `?site=` and its name").at("site")
        })
    }

    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// Tells load balancers to send no more, and answers without end to find one, before
    /// connections end.
    pub fn stop(&self) {
        self.ready.send_replace(false);
    }

    /// Waits until the server is about to end.
    pub(super) async fn ending(&self) {
        // Fails only without a sender, and we hold it.
        let _ = self.ready.subscribe().wait_for(|ready| !ready).await;
    }
}
