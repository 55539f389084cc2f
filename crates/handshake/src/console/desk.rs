//! What every page can reach: the server, who is signed in, and who tried too often.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::session::Sessions;
use super::throttle::Throttle;
use crate::access::{Drafts, PasswordError, PasswordHash};
use crate::http::App;

#[derive(Debug)]
pub(super) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) sessions: Sessions,
    pub(super) throttle: Throttle,
    /// Policies that are being written.
    pub(super) drafts: Arc<Drafts>,
    /// Compared with where a name is nobody's.
    pub(super) nobody: PasswordHash,
    /// Passwords compared at once: each takes 19 MiB and a core for a moment.
    pub(super) comparing: Semaphore,
}

const COMPARING_MAX: usize = 2;

impl Desk {
    pub(super) fn new(app: Arc<App>, drafts: Drafts) -> Result<Desk, PasswordError> {
        Ok(Desk {
            app,
            drafts: Arc::new(drafts),
            sessions: Sessions::default(),
            throttle: Throttle::default(),
            nobody: PasswordHash::of_nobody()?,
            comparing: Semaphore::new(COMPARING_MAX),
        })
    }
}
