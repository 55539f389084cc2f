//! The console: what the merchant's own people see of promises, people and money.
//!
//! A request passes the *gate* (same origin, headers, how long it may take), then is a *visit*
//! (which user, which site, which quarter) or is turned away; a *page* (one file each) asks the
//! site's state for figures and writes them with *numbers*, *words* and *plot* into the *frame*.
//! Nothing here needs a script; one small module renews the ledger's tail.

mod answer;
mod asking;
mod assets;
mod desk;
mod duties;
mod evidence;
mod frame;
mod gate;
mod home;
mod incident;
mod money;
mod numbers;
mod people;
mod plot;
mod policy;
mod promises;
mod rule;
mod session;
mod sign_in;
mod standings;
mod throttle;
mod today;
mod visit;
mod waivers;
mod words;
mod workshop;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::access::{Drafts, PasswordError};
use crate::http::App;
use desk::Desk;

/// Forms of the console are short.
const FORM_BYTES_MAX: usize = 8 << 10;

/// All pages of the console, to be merged with the doors.
#[rustfmt::skip]
pub fn router(app: Arc<App>, drafts: Drafts) -> Result<Router, PasswordError> {
    let desk = Arc::new(Desk::new(app, drafts)?);
    let policies = DefaultBodyLimit::max(workshop::POLICY_FORM_BYTES_MAX);
    Ok(Router::new()
        .route("/console", get(home::home))
        .route("/console/", get(home::home))
        .route("/console/assets/{name}", get(assets::asset))
        .route("/console/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/console/sign-out", post(sign_in::sign_out))
        .route("/console/{site}", get(home::site))
        .route("/console/{site}/", get(today::today))
        .route("/console/{site}/asking", get(asking::asking))
        .route("/console/{site}/duties/{duty}", get(duties::duty))
        .route("/console/{site}/evidence", get(evidence::evidence))
        .route("/console/{site}/evidence/tail", get(evidence::tail))
        .route("/console/{site}/money", get(money::money))
        .route("/console/{site}/people", get(people::form).post(people::find))
        .route("/console/{site}/people/{person}", get(people::person))
        .route("/console/{site}/policy", get(policy::policy))
        .route("/console/{site}/policy/check", post(workshop::check).layer(policies))
        .route("/console/{site}/policy/compare", get(workshop::compare))
        .route("/console/{site}/policy/edit", get(workshop::write).post(workshop::save).layer(policies))
        .route("/console/{site}/policy/form", get(workshop::overview).post(workshop::add).layer(policies))
        .route("/console/{site}/policy/promise/{number}", get(workshop::promise).post(workshop::change_promise).layer(policies))
        .route("/console/{site}/policy/promises", get(workshop::new_promise).post(workshop::add_promise).layer(policies))
        .route("/console/{site}/policy/purpose/{name}", get(workshop::purpose).post(workshop::change_purpose).layer(policies))
        .route("/console/{site}/policy/purposes", get(workshop::new_purpose).post(workshop::add_purpose).layer(policies))
        .route("/console/{site}/policy/review", get(workshop::review).post(workshop::decide).layer(policies))
        .route("/console/{site}/promises", get(promises::promises))
        .route("/console/{site}/promises/{incident}", get(incident::incident))
        .route("/console/{site}/waivers", get(waivers::page).post(waivers::sign))
        .route("/console/{site}/{page}", get(home::nowhere))
        .route("/console/{site}/{page}/{rest}", get(home::nowhere))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&desk), gate::around))
        .with_state(desk))
}
