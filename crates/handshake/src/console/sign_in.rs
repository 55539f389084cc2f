//! Signing in and out.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::answer::{self, see_other, with_cookie};
use super::desk::Desk;
use super::{frame, session};
use crate::access::UserInfo;
use crate::clock;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Tried {
    user: String,
    password: String,
    next: Option<String>,
}

const FIRST: &str = "handshake users add NAME --role admin";

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let next = wanted.ok().and_then(|it| it.0.next);
    let nobody_yet = desk.app.directory().users().len() == 0;
    form(StatusCode::OK, nobody_yet, own_page(next.as_deref()), None)
}

pub(super) async fn sign_in(
    State(desk): State<Arc<Desk>>,
    tried: Result<Form<Tried>, FormRejection>,
) -> Response {
    let Ok(Form(tried)) = tried else {
        let said = "Send the form of this page.";
        return form(StatusCode::BAD_REQUEST, false, None, Some(said));
    };
    let next = own_page(tried.next.as_deref());
    let now = clock::now();
    if let Err(wait) = desk.throttle.attempt(&tried.user, now) {
        let said = format!("Too many tries with this name. Try again in {wait} seconds.");
        let mut response = form(StatusCode::TOO_MANY_REQUESTS, false, next, Some(&said));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        return response;
    }
    let Some(user) = right(&desk, &tried).await else {
        let said = "No user has this name and password.";
        return form(StatusCode::UNAUTHORIZED, false, next, Some(said));
    };
    desk.throttle.forget(&tried.user);
    match desk.sessions.begin(&user, now) {
        Ok(token) => with_cookie(
            see_other(next.unwrap_or("/console/")),
            session::set_cookie(&token, desk.app.secure_cookies),
        ),
        Err(error) => {
            tracing::error!(%error, "nobody could be signed in");
            let said = "Nobody can be signed in at the moment. Try again.";
            form(StatusCode::SERVICE_UNAVAILABLE, false, next, Some(said))
        }
    }
}

pub(super) async fn sign_out(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    let secure = desk.app.secure_cookies;
    if let Some(token) = session::read_cookie(&headers, secure) {
        desk.sessions.end(token);
    }
    with_cookie(see_other("/console/sign-in"), session::clear_cookie(secure))
}

/// The user with this name and password. Takes as long where there is no such name.
async fn right(desk: &Arc<Desk>, tried: &Tried) -> Option<Arc<UserInfo>> {
    let user = desk.app.directory().user(&tried.user).cloned();
    let hash = user.as_ref().map_or_else(|| desk.nobody.clone(), |it| it.password.clone());
    let _place = desk.comparing.acquire().await.ok()?;
    let password = tried.password.clone();
    let is_right = tokio::task::spawn_blocking(move || hash.is(&password)).await.unwrap_or(false);
    user.filter(|_| is_right)
}

/// Where to go after signing in: only to a page of the console.
fn own_page(next: Option<&str>) -> Option<&str> {
    let plain = |it: &&str| it.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    next.filter(|it| it.starts_with("/console/")).filter(plain)
}

fn form(status: StatusCode, nobody_yet: bool, next: Option<&str>, said: Option<&str>) -> Response {
    let body: Markup = html! {
        @if nobody_yet {
            h1.answer { "Nobody may look at this console yet." }
            p { "Let the first administrator in, from the machine that Handshake runs on:" }
            pre.copy tabindex="0" { code { (FIRST) } }
            p { "The command prints a password once. Then sign in with it here." }
        } @else {
            h1.answer { "Sign in to see how the promises are kept." }
        }
        @if let Some(said) = said { p.failed role="alert" { (said) } }
        form.sign-in method="post" action="/console/sign-in" {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            label for="user" { "Name" }
            input #user name="user" autocomplete="username" autocapitalize="none"
                spellcheck="false" required;
            label for="password" { "Password" }
            input #password name="password" type="password" autocomplete="current-password" required;
            button.main type="submit" { "Sign in" }
        }
        @if !nobody_yet {
            p.note { "Lost the password? An administrator makes another one with " code { "handshake users password NAME" } "." }
        }
    };
    answer::html(status, frame::bare("Sign in", &body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_our_own_pages_only() {
        assert_eq!(
            own_page(Some("/console/shop/?quarter=all")),
            Some("/console/shop/?quarter=all")
        );
        for other in
            ["//evil.example", "https://evil.example", "/console/\r\nx", "/console/\\x", "/v1"]
        {
            assert_eq!(own_page(Some(other)), None, "{other}");
        }
    }
}
