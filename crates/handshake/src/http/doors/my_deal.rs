//! `/my-deal`: the page on which a person sees everything and changes it, without scripts.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use handshake_core::vocabulary::{Answer, Millis, PersonId};
use serde::Deserialize;

use super::answers::{one_more_asked, remember_no};
use super::permissions::known;
use crate::access;
use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX};
use crate::http::call::{Call, event_id, fresh_event, new_person, query, set_cookie, take_turn};
use crate::http::cookie;
use crate::http::knock;
use crate::http::language;
use crate::http::pages::{DealPage, deal_page, speaks};
use crate::http::problem::{Problem, Slug};
use crate::http::state::{App, Room};
use crate::http::token::{AskToken, PersonToken};
use crate::ingest::{
    self, Answered, Answering, Asked, BY_FORM, Caller, DealWanted, Objecting, Question, Who,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    site: Option<String>,
    language: Option<String>,
    /// Set by our own form after a change.
    done: Option<String>,
}

/// What a form of the page sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    site: Option<String>,
    language: Option<String>,
    event: String,
    /// To answer: the token of exactly what is shown.
    token: Option<String>,
    /// To withdraw or to object.
    purpose: Option<String>,
    answer: Option<String>,
    /// `made` or `lifted`.
    objection: Option<String>,
}

/// What a change came to.
enum Changed {
    Answered(Answered, Option<AskToken>),
    Objected,
}

const CALLER: Caller<'static> = Caller { name: "my-deal", coins: false };
/// No script, nothing from elsewhere, forms to ourselves only.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// The page.
pub async fn page(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: PageQuery = query(call.uri())?;
    let now = clock::now();
    let (room, device) = whose(&app, &call, it.site.as_deref(), now)?;
    let cookies = call.cookies();
    let refused: Vec<(String, Millis)> =
        cookies.refused.iter().map(|(purpose, until)| ((*purpose).to_owned(), *until)).collect();
    let mut fresh = || access::fresh().ok();
    let (deal, language) = take_turn(room, &ingest::Request::internal(None), |turn| {
        let policy = turn.state().policies.in_force(turn.at);
        let spoken = policy.map_or(Vec::new(), |it| it.policy.languages.clone());
        let language = language(&spoken, it.language.as_deref(), call.headers());
        let person = known(turn, device);
        let wanted = DealWanted { person, refused: &refused, language: &language };
        Ok((turn.deal(&wanted, &mut fresh)?, language))
    })
    .await?;
    let sign = |asked: &Asked| {
        let expires = now.plus_hours(AskToken::HOURS);
        room.signer.ask(&AskToken { shown: asked.shown.clone(), expires, visit: None })
    };
    let event = || fresh_event(now);
    let html = deal_page(&DealPage {
        deal: &deal,
        language: &language,
        signals: call.signals(),
        done: it.done.is_some(),
        fictional: room.info.fictional,
        site: it.site.as_deref(),
        shop: room.info.origins.first().map(access::Origin::as_str),
        sign: &sign,
        event: &event,
    })?;
    let mut response = html.into_string().into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // Our own forms must say where they come from, and nobody else learns it.
        (header::REFERRER_POLICY, "same-origin"),
        (header::VARY, "Cookie, Accept-Language, Sec-GPC, DNT"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if device.is_some() && !deal.known {
        set_cookie(&mut response, cookie::clear_person(app.secure_cookies));
    }
    Ok(response)
}

/// A form of the page: an answer, a withdrawal, an objection.
pub async fn change(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: Change = body::browser(call.headers(), &call.body)?;
    let now = clock::now();
    let (room, device) = whose(&app, &call, it.site.as_deref(), now)?;
    knock::own_form(&app, call.headers(), room)?;
    let event = event_id(&it.event)?;
    let writing = ingest::Request { event, body: &call.body, claimed_at: None, at: None };
    let changed = match it.objection.as_deref() {
        Some(objection) => object(room, (&it, objection), device, &writing).await?,
        None => answer(room, &it, (device, now), &writing).await?,
    };
    let mut response = back(&it).into_response();
    if let Changed::Answered(answered, ask) = changed {
        let secure = app.secure_cookies;
        match answered.person {
            Some(person) => {
                let expires = now.plus_days(PersonToken::DAYS);
                let token = room.signer.person(&PersonToken { person, expires });
                set_cookie(&mut response, cookie::set_person(&token, secure));
            }
            None => set_cookie(&mut response, remember_no(&call, &answered, (now, secure))),
        }
        if ask.is_some() && !answered.duplicate {
            set_cookie(&mut response, one_more_asked(&call, (now, secure)));
        }
    }
    Ok(response)
}

async fn answer(
    room: &Arc<Room>,
    it: &Change,
    (device, now): (Option<PersonId>, Millis),
    writing: &ingest::Request<'_>,
) -> Result<Changed, Problem> {
    let said = it.answer.as_deref().ok_or_else(|| Problem::missing("answer", "what you say"))?;
    let answer =
        Answer::parse(said).ok_or_else(|| Problem::invalid("answer", "is none of the answers"))?;
    let ask = it.token.as_deref().map(|token| room.signer.read_ask(token, now));
    let ask = ask.transpose().map_err(knock::token)?;
    let new_person = new_person()?;
    let answered = take_turn(room, writing, |turn| {
        let question = match (&ask, known(turn, device), it.purpose.as_deref()) {
            (Some(ask), person, _) => Question::Shown(&ask.shown, person),
            (None, Some(person), Some(purpose)) if answer == Answer::Withdrawn => {
                let who = Who::Person(person);
                Question::Stated { who, purpose, statement: None, language: None }
            }
            (None, _, _) => return Err(Problem::missing("token", "say what is answered")),
        };
        let answering =
            Answering { question, answer, gesture: BY_FORM, simulated: false, new_person };
        Ok(turn.answer(CALLER, writing, &answering)?)
    })
    .await?;
    Ok(Changed::Answered(answered, ask))
}

async fn object(
    room: &Arc<Room>,
    (it, objection): (&Change, &str),
    device: Option<PersonId>,
    writing: &ingest::Request<'_>,
) -> Result<Changed, Problem> {
    let lifted = match objection {
        "made" => false,
        "lifted" => true,
        _ => return Err(Problem::invalid("objection", "is `made` or `lifted`")),
    };
    let purpose =
        it.purpose.as_deref().ok_or_else(|| Problem::missing("purpose", "say to what"))?;
    take_turn(room, writing, |turn| {
        let person = known(turn, device).ok_or_else(|| {
            Problem::new(Slug::NotFound, "this browser is nobody known: nothing is held of it")
        })?;
        let objecting = Objecting { who: Who::Person(person), purpose, lifted };
        Ok(turn.object(CALLER, writing, &objecting)?)
    })
    .await?;
    Ok(Changed::Objected)
}

/// Back to the page, so that loading it again changes nothing.
fn back(it: &Change) -> Response {
    let mut to = "/my-deal?done=1".to_owned();
    for (name, value) in [("site", &it.site), ("language", &it.language)] {
        // Only names of ours; whatever else was sent does not travel in an address.
        let plain = |it: &&String| {
            it.len() <= 64 && it.chars().all(|it| it.is_ascii_alphanumeric() || "-.".contains(it))
        };
        if let Some(value) = value.as_ref().filter(plain) {
            to.push_str(&format!("&{name}={value}"));
        }
    }
    match HeaderValue::from_str(&to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(error) => Problem::internal(error).into_response(),
    }
}

/// The cookie's own site where it proves one; else the one named, or the only one.
fn whose<'a>(
    app: &'a App,
    call: &Call,
    named: Option<&str>,
    now: Millis,
) -> Result<(&'a Arc<Room>, Option<PersonId>), Problem> {
    let cookies = call.cookies();
    let proves = |room: &&Arc<Room>| {
        named.is_none_or(|it| room.info.name.as_str() == it)
            && cookies.person.is_some_and(|it| room.signer.read_person(it, now).is_ok())
    };
    let Some(room) = app.rooms().find(proves) else {
        return Ok((app.room_without_key(named)?, None));
    };
    let person = cookies.person.and_then(|it| room.signer.read_person(it, now).ok());
    Ok((room, person.map(|it| it.person)))
}

/// The language asked for, else the browser's first that both the policy and we speak.
fn language(spoken: &[String], asked: Option<&str>, headers: &HeaderMap) -> String {
    language::chosen(spoken, asked, headers, speaks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_a_language_of_reader_and_policy() {
        let headers = |it: &'static str| {
            HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(it))])
        };
        let spoken = ["en".to_owned(), "de".to_owned(), "fr".to_owned()];
        let of = |asked, accepted| language(&spoken, asked, &headers(accepted));
        assert_eq!(of(None, "de-AT,de;q=0.9,en;q=0.5"), "de");
        assert_eq!(of(None, "fr,nl,de"), "de", "the policy speaks French; we do not yet");
        assert_eq!(of(Some("en"), "de"), "en");
        assert_eq!(of(Some("<script>"), "*"), "en");
    }
}
