//! A visit: which user looks at which site's page, for which quarter, or why they may not.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use handshake_core::projection::{Quarter, State};
use handshake_core::vocabulary::{Millis, Position};

use super::answer::{html, see_other};
use super::desk::Desk;
use super::{frame, session};
use crate::access::{SiteInfo, UserInfo};
use crate::clock;
use crate::http::Room;
use crate::ingest::Refusal;

/// Somebody signed in, at a site they may look at.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) user: Arc<UserInfo>,
    pub(super) room: Arc<Room>,
    /// As the access store says now.
    pub(super) site: Arc<SiteInfo>,
    /// All sites the user may look at.
    pub(super) sites: Vec<Arc<SiteInfo>>,
    pub(super) now: Millis,
    /// What was asked for behind the `?`.
    query: Vec<(String, String)>,
}

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Turned {
    /// Nobody is signed in; after signing in, to where they wanted.
    SignIn(String),
    /// No such page, or none that this user may know of.
    Nowhere,
    /// The user's role does not show this.
    Forbidden(&'static str),
    /// What was sent could not be read.
    Unread(String),
    /// It is seen to on another page.
    Elsewhere(String),
    /// The site does not answer.
    Down(String),
}

/// Which period a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    All,
    Quarter(Quarter),
}

impl Period {
    pub(super) fn quarter(self) -> Option<Quarter> {
        if let Period::Quarter(quarter) = self { Some(quarter) } else { None }
    }
}

impl FromRequestParts<Arc<Desk>> for Visit {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Visit, Turned> {
        let now = clock::now();
        let directory = desk.app.directory();
        let token = session::read_cookie(&parts.headers, desk.app.secure_cookies);
        let user = token.and_then(|it| desk.sessions.user(it, &directory, now));
        let wanted = parts.uri.path_and_query().map_or("/console/", |it| it.as_str());
        let user = user.ok_or_else(|| Turned::SignIn(wanted.to_owned()))?;
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, desk).await;
        let names = path.map(|it| it.0).unwrap_or_default();
        let name = names.iter().find(|it| it.0 == "site").map(|it| it.1.as_str());
        let may_see = |it: &&Arc<SiteInfo>| user.may_see(it.id);
        let sites: Vec<Arc<SiteInfo>> = directory.sites().filter(may_see).cloned().collect();
        let site = sites.iter().find(|it| Some(it.name.as_str()) == name);
        let site = Arc::clone(site.ok_or(Turned::Nowhere)?);
        let room = desk.app.room(site.id).map_err(|_| {
            let said = "The site is new. Restart `handshake serve`, and it opens.";
            Turned::Down(said.to_owned())
        })?;
        let room = Arc::clone(room);
        let query = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default());
        let query = query.map_err(|_| Turned::Nowhere)?;
        Ok(Visit { user, room, site, sites, now, query })
    }
}

impl Visit {
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// The period asked for; without one, the newest quarter in which anything was decided.
    pub(super) fn period(&self, quarters: &[Quarter]) -> Result<Period, Turned> {
        match self.asked("quarter") {
            Some("all") => Ok(Period::All),
            Some(text) => text.parse().map(Period::Quarter).map_err(|_| Turned::Nowhere),
            None => Ok(quarters.first().map_or(Period::All, |it| Period::Quarter(*it))),
        }
    }

    /// The address of a page of this site.
    pub(super) fn to(&self, page: &str) -> String {
        format!("/console/{}/{page}", self.site.name)
    }

    /// Only for those who may see single people.
    pub(super) fn sees_people(&self) -> Result<(), Turned> {
        match self.user.role.sees_people() {
            true => Ok(()),
            false => Err(Turned::Forbidden("Single people are shown to `privacy` and `admin`.")),
        }
    }

    /// Only for those who may change the policy.
    pub(super) fn edits_policy(&self) -> Result<(), Turned> {
        match self.user.role.edits_policy() {
            true => Ok(()),
            false => Err(Turned::Forbidden("The policy is changed by `privacy` and `admin`.")),
        }
    }

    /// Looks at the site's state, and waits until what was seen is on disk.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Turned> {
        let room = Arc::clone(&self.room);
        // Adding up may take a moment, and must not hold up those who wait for sockets.
        let looked = tokio::task::spawn_blocking(move || room.site.look(look));
        let looked = looked.await.map_err(|_| Turned::down())?;
        let (seen, next) = looked.map_err(|it: Refusal| Turned::Down(it.to_string()))?;
        if let Some(last) = next.checked_sub(1) {
            let waited = self.room.site.reader().wait_for(Position(last)).await;
            waited.map_err(|it| Turned::Down(it.to_string()))?;
        }
        Ok(seen)
    }
}

impl Turned {
    pub(super) fn down() -> Turned {
        Turned::Down("Something went wrong here; it is logged.".to_owned())
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match self {
            Turned::SignIn(wanted) => {
                let next = serde_urlencoded::to_string([("next", wanted)]).unwrap_or_default();
                see_other(&format!("/console/sign-in?{next}"))
            }
            Turned::Nowhere => {
                html(StatusCode::NOT_FOUND, frame::bare("Nothing here", &frame::nowhere()))
            }
            Turned::Forbidden(why) => html(
                StatusCode::FORBIDDEN,
                frame::bare("Not for your role", &frame::forbidden(why)),
            ),
            Turned::Unread(why) => {
                html(StatusCode::BAD_REQUEST, frame::bare("Not understood", &frame::unread(&why)))
            }
            Turned::Elsewhere(page) => see_other(&page),
            Turned::Down(why) => html(
                StatusCode::SERVICE_UNAVAILABLE,
                frame::bare("The ledger does not answer", &frame::down(&why)),
            ),
        }
    }
}
