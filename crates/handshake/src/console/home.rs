//! The way in: to the only site, or to a list of those the user may look at.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;

use super::desk::Desk;
use super::visit::{Turned, Visit};
use super::{answer, frame, session};
use crate::access::SiteInfo;
use crate::clock;

pub(super) async fn home(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    let directory = desk.app.directory();
    let token = session::read_cookie(&headers, desk.app.secure_cookies);
    let user = token.and_then(|it| desk.sessions.user(it, &directory, clock::now()));
    let Some(user) = user else { return answer::see_other("/console/sign-in") };
    let sites: Vec<&Arc<SiteInfo>> = directory.sites().filter(|it| user.may_see(it.id)).collect();
    if let [only] = sites.as_slice() {
        return answer::see_other(&format!("/console/{}/", only.name));
    }
    let body = html! {
        h1.answer { "Which shop do you want to look at?" }
        ul.plain {
            @for site in &sites {
                li { a href={ "/console/" (site.name) "/" } { (site.name) } }
            }
            @if sites.is_empty() { li { "None is open to you. Ask an administrator." } }
        }
    };
    answer::html(StatusCode::OK, frame::bare("Which shop?", &body))
}

/// A page for people where there is none.
pub(super) async fn nowhere() -> Response {
    Turned::Nowhere.into_response()
}

/// The same without its last stroke, as people type it.
pub(super) async fn site(visit: Visit) -> Response {
    answer::see_other(&visit.to(""))
}
