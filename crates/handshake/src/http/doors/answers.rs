//! `POST /v1/answers`: the handshake itself, and taking it back.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use handshake_core::policy::statements;
use handshake_core::projection::{Calendar, State as SiteState};
use handshake_core::vocabulary::{Answer, Code, Family, Millis, PersonId, StatementId};
use jiff::tz::TimeZone;

use super::permissions::{known, shown};
use super::said;
use crate::clock;
use crate::http::body::{self, Media, SERVER_BYTES_MAX};
use crate::http::call::{
    Call, event_id, json, new_person, no_names, set_cookie, take_turn, time, who,
};
use crate::http::cookie::{self, AskCount};
use crate::http::knock::{self, Guest};
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::token::{AskToken, PersonToken, TokenError};
use crate::http::wire::{AnswersReply, AnswersRequest, words};
use crate::ingest::{self, Answered, Answering, PermissionView, Question, Turn, Who};

/// What a page answers: something it was shown, or taking back what its person agreed to.
enum FromPage {
    Shown(AskToken),
    Withdraws(PersonId),
}

const LATER_DAYS: i64 = 7;

/// Record an answer to an ask, a withdrawal, or an answer given elsewhere.
#[utoipa::path(post, path = "/v1/answers", tag = "asking", request_body = AnswersRequest,
    responses((status = 200, body = AnswersReply)))]
pub async fn answers(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let it: AnswersRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let now = clock::now();
    let answer = words::read("answer", &it.answer, Answer::parse, Answer::WORDS)?;
    let known_gesture = |it: &str| words::GESTURES.contains(&it).then_some(());
    words::read("gesture", &it.gesture, known_gesture, words::GESTURES)?;
    let writing = ingest::Request {
        event: event_id(&it.event)?,
        body: &call.body,
        claimed_at: None,
        at: guest.may_set_time(time("at", it.at.as_deref())?)?,
    };
    guest.may_simulate(it.simulated)?;
    let (answered, permissions, said) = match guest.is_browser() {
        true => from_page(&call, &guest, (&it, answer, now), &writing).await?,
        false => {
            let (answered, permissions) = from_server(&guest, (&it, answer), &writing).await?;
            (answered, permissions, None)
        }
    };
    let secure = app.secure_cookies;
    let token = answered.person.filter(|_| guest.is_browser()).map(|person| {
        let expires = now.plus_days(PersonToken::DAYS);
        guest.room.signer.person(&PersonToken { person, expires })
    });
    let person_cookie = token.as_deref().and_then(|it| cookie::set_person(it, secure));
    let reply = AnswersReply {
        person: answered.person.map(|it| it.to_string()),
        token,
        answer: answered.answer.as_str(),
        permissions: permissions.iter().map(shown).collect(),
        html: said.as_ref().map(|it| it.html.clone()),
        duplicate: answered.duplicate,
    };
    let back = back_to_page(&call, &guest);
    let is_form = back.is_some();
    let mut response = back.unwrap_or_else(|| json(StatusCode::OK, &reply));
    set_cookie(&mut response, person_cookie);
    if guest.is_browser() && answered.person.is_none() {
        set_cookie(&mut response, remember_no(&call, &answered, (now, secure)));
    }
    if let Some(said) = said.filter(|_| is_form) {
        let told = (answered.answer, &*answered.purpose, said.statement);
        set_cookie(&mut response, cookie::set_said(told, secure));
        if said.shows && !answered.duplicate {
            set_cookie(&mut response, one_more_asked(&call, (now, secure)));
        }
    }
    Ok(response)
}

/// What the page puts in the card's place.
struct Told {
    statement: Code,
    html: String,
    /// The answer also proves that the question was shown.
    shows: bool,
}

type FromPageReply = (Answered, Vec<PermissionView>, Option<Told>);

async fn from_page(
    call: &Call,
    guest: &Guest,
    (it, answer, now): (&AnswersRequest, Answer, Millis),
    writing: &ingest::Request<'_>,
) -> Result<FromPageReply, Problem> {
    no_names(&[("person", &it.person), ("customer", &it.customer), ("statement", &it.statement)])?;
    let device = call.person(guest, None, now)?;
    let asked = question_of(guest, it, device, (answer, now))?;
    let new_person = new_person()?;
    let key = it.key.as_deref().unwrap_or_default();
    take_turn(&guest.room, writing, |turn| {
        let (question, statement) = match &asked {
            FromPage::Shown(ask) => {
                (Question::Shown(&ask.shown, known(turn, device)), ask.shown.statement)
            }
            FromPage::Withdraws(person) => {
                let purpose = it.purpose.as_deref().ok_or_else(|| {
                    Problem::missing("purpose", "say which permission is taken back")
                })?;
                let who = Who::Person(*person);
                let question = Question::Stated { who, purpose, statement: None, language: None };
                (question, turn.last_answered(*person, purpose))
            }
        };
        let gesture = it.gesture.as_str();
        let answering = Answering { question, answer, gesture, simulated: false, new_person };
        let (answered, permissions) = give(turn, guest, writing, &answering)?;
        let about = (answered.answer, &*answered.purpose, statement);
        let html = said::html(turn.state(), about, key, now)?;
        let shows = matches!(asked, FromPage::Shown(_)) && gesture == ingest::BY_FORM;
        Ok((answered, permissions, html.map(|html| Told { statement, html, shows })))
    })
    .await
}

/// What a page answers: an ask by its token; or, to withdraw, the person's own permission, by
/// the person's token or else by the cookie.
fn question_of(
    guest: &Guest,
    it: &AnswersRequest,
    device: Option<PersonId>,
    (answer, now): (Answer, Millis),
) -> Result<FromPage, Problem> {
    let Some(token) = it.token.as_deref() else {
        let by_cookie = device.filter(|_| answer == Answer::Withdrawn);
        let missing = || Problem::missing("token", "the ask's, or the person's");
        return by_cookie.map(FromPage::Withdraws).ok_or_else(missing);
    };
    match guest.room.signer.read_ask(token, now) {
        Ok(ask) => Ok(FromPage::Shown(ask)),
        Err(error @ TokenError::Expired(_)) => Err(knock::token(error)),
        Err(TokenError::Invalid) => {
            let signer = &guest.room.signer;
            let person = signer.read_person(token, now).map_err(knock::token)?.person;
            if answer != Answer::Withdrawn {
                return Err(Problem::new(
                    Slug::Forbidden,
                    "with a person's token a page can only withdraw; to grant, send the token of \
                     the ask that was shown",
                )
                .at("answer"));
            }
            Ok(FromPage::Withdraws(person))
        }
    }
}

async fn from_server(
    guest: &Guest,
    (it, answer): (&AnswersRequest, Answer),
    writing: &ingest::Request<'_>,
) -> Result<(Answered, Vec<PermissionView>), Problem> {
    if it.token.is_some() || it.key.is_some() {
        return Err(Problem::invalid(
            "token",
            "is for pages; a server says `person` or `customer`",
        ));
    }
    let who = who(it.person.as_deref(), it.customer.as_deref())?;
    if who == Who::Nobody {
        return Err(Problem::missing("person", "say who answered, as `person` or `customer`"));
    }
    let statement: Option<StatementId> = match &it.statement {
        Some(text) => Some(text.parse().map_err(|error| Problem::invalid("statement", error))?),
        None => None,
    };
    let new_person = new_person()?;
    take_turn(&guest.room, writing, |turn| {
        let named = it.purpose.clone();
        let purpose = match (named, statement) {
            (Some(purpose), _) => purpose,
            (None, Some(statement)) => purpose_of(turn.state(), statement, turn.at)?,
            (None, None) => {
                return Err(Problem::missing("statement", "say what was answered, or `purpose`"));
            }
        };
        let question = Question::Stated { who, purpose: &purpose, statement, language: None };
        let gesture = it.gesture.as_str();
        let answering =
            Answering { question, answer, gesture, simulated: it.simulated, new_person };
        give(turn, guest, writing, &answering)
    })
    .await
}

/// Gives the answer, and says where the person stands afterwards.
fn give(
    turn: &mut Turn<'_>,
    guest: &Guest,
    writing: &ingest::Request<'_>,
    answering: &Answering<'_>,
) -> Result<(Answered, Vec<PermissionView>), Problem> {
    let answered = turn.answer(guest.caller(), writing, answering)?;
    let permissions = match answered.person {
        Some(person) => turn.permissions(Who::Person(person))?.permissions,
        None => Vec::new(),
    };
    Ok((answered, permissions))
}

/// The purpose of a statement that was put to somebody before, or that the policy can make.
fn purpose_of(state: &SiteState, id: StatementId, now: Millis) -> Result<String, Problem> {
    let code = state.names.code(Family::Statement, &id.to_string());
    if let Some(statement) = code.and_then(|it| state.policies.statement(it)) {
        return Ok(statement.purpose.to_string());
    }
    let policy = state.policies.in_force(now);
    let made = policy.and_then(|it| statements(&it.policy).into_iter().find(|it| it.id == id));
    made.map(|it| it.purpose.to_string()).ok_or_else(|| {
        Problem::new(Slug::UnknownName, "no policy of this site makes this statement")
            .at("statement")
    })
}

/// A refusal by somebody unknown stays on the device, without any id.
pub(super) fn remember_no(
    call: &Call,
    answered: &Answered,
    (now, secure): (Millis, bool),
) -> Option<HeaderValue> {
    let until = match answered.answer {
        Answer::Refused => answered.refused_until,
        Answer::Deferred => now.plus_days(LATER_DAYS),
        Answer::Granted | Answer::Withdrawn => return None,
    };
    let mut refused = call.cookies().refused;
    refused.retain(|it| it.0 != answered.purpose);
    refused.insert(0, (&answered.purpose, until));
    cookie::set_refused(&refused, now, secure)
}

/// The device saw one more ask. A page without scripts cannot say so when it is shown.
pub(super) fn one_more_asked(call: &Call, (now, secure): (Millis, bool)) -> Option<HeaderValue> {
    let quarter = Calendar::new(TimeZone::UTC).day(now).quarter();
    cookie::set_asked(AskCount::one_more(call.cookies().asked, quarter, now), secure)
}

/// Somebody without scripts sent a form: take them back to the page it stood on, or where the
/// browser does not tell which, to their deal.
fn back_to_page(call: &Call, guest: &Guest) -> Option<Response> {
    if body::media(call.headers()) != Media::Form {
        return None;
    }
    let to = |page: HeaderValue| {
        Some((StatusCode::SEE_OTHER, [(header::LOCATION, page)]).into_response())
    };
    let own_page = || {
        let page = call.headers().get(header::REFERER)?;
        let (scheme, rest) = page.to_str().ok()?.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        let origin = format!("{scheme}://{host}");
        let own = guest.room.info.origins.iter().any(|it| it.as_str() == origin);
        own.then(|| page.clone())
    };
    if let Some(page) = own_page() {
        return to(page);
    }
    let accept = call.headers().get(header::ACCEPT).and_then(|it| it.to_str().ok());
    let reads_pages = accept.is_some_and(|it| it.contains("text/html"));
    reads_pages.then(|| to(HeaderValue::from_static("/my-deal"))).flatten()
}
