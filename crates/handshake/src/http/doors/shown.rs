//! `POST /v1/shown`: an ask became visible. Only then does it count as asked.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::projection::Calendar;
use jiff::tz::TimeZone;

use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, set_cookie, take_turn};
use crate::http::cookie::{self, AskCount};
use crate::http::knock;
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{ShownReply, ShownRequest};
use crate::ingest;

/// An ask became visible.
#[utoipa::path(post, path = "/v1/shown", tag = "asking", request_body = ShownRequest,
    responses((status = 202, body = ShownReply)))]
pub async fn shown(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: ShownRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let now = clock::now();
    let ask = guest.room.signer.read_ask(&it.token, now).map_err(knock::token)?;
    let event = event_id(&it.event)?;
    let writing = ingest::Request { event, body: &call.body, claimed_at: None, at: None };
    let duplicate = take_turn(&guest.room, &writing, |turn| {
        Ok(turn.shown(guest.caller(), &writing, &ask.shown)?)
    })
    .await?;
    let mut response = json(StatusCode::ACCEPTED, &ShownReply { duplicate });
    if guest.is_browser() && !duplicate {
        let quarter = Calendar::new(TimeZone::UTC).day(now).quarter();
        let asked = AskCount::one_more(call.cookies().asked, quarter, now);
        set_cookie(&mut response, cookie::set_asked(asked, app.secure_cookies));
    }
    Ok(response)
}
