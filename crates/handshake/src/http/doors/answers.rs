//! `POST /v1/answers`: the handshake itself, and taking it back.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use handshake_core::policy::statements;
use handshake_core::projection::State as SiteState;
use handshake_core::vocabulary::{Answer, Family, Millis, PersonId, StatementId};

use super::permissions::{known, shown};
use crate::clock;
use crate::http::body::{self, Media, SERVER_BYTES_MAX};
use crate::http::call::{
    Call, event_id, json, new_person, no_names, set_cookie, take_turn, time, who,
};
use crate::http::cookie;
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
    let (answered, permissions) = match guest.is_browser() {
        true => from_page(&call, &guest, (&it, answer, now), &writing).await?,
        false => from_server(&guest, (&it, answer), &writing).await?,
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
        duplicate: answered.duplicate,
    };
    let mut response = back_to_page(&call, &guest).unwrap_or_else(|| json(StatusCode::OK, &reply));
    set_cookie(&mut response, person_cookie);
    if guest.is_browser() && answered.person.is_none() {
        set_cookie(&mut response, remember_no(&call, &answered, (now, secure)));
    }
    Ok(response)
}

async fn from_page(
    call: &Call,
    guest: &Guest,
    (it, answer, now): (&AnswersRequest, Answer, Millis),
    writing: &ingest::Request<'_>,
) -> Result<(Answered, Vec<PermissionView>), Problem> {
    no_names(&[("person", &it.person), ("customer", &it.customer), ("statement", &it.statement)])?;
    let token = it.token.as_deref();
    let token = token.ok_or_else(|| Problem::missing("token", "the ask's, or the person's"))?;
    let question = match guest.room.signer.read_ask(token, now) {
        Ok(ask) => FromPage::Shown(ask),
        Err(error @ TokenError::Expired(_)) => return Err(knock::token(error)),
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
            FromPage::Withdraws(person)
        }
    };
    let device = call.person(guest, None, now)?;
    let new_person = new_person()?;
    take_turn(&guest.room, writing, |turn| {
        let question = match &question {
            FromPage::Shown(ask) => Question::Shown(&ask.shown, known(turn, device)),
            FromPage::Withdraws(person) => Question::Stated {
                who: Who::Person(*person),
                purpose: it.purpose.as_deref().ok_or_else(|| {
                    Problem::missing("purpose", "say which permission is taken back")
                })?,
                statement: None,
                language: None,
            },
        };
        let gesture = it.gesture.as_str();
        let answering = Answering { question, answer, gesture, simulated: false, new_person };
        give(turn, guest, writing, &answering)
    })
    .await
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
fn remember_no(
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

/// Somebody without scripts sent a form: take them back to the page it stood on.
fn back_to_page(call: &Call, guest: &Guest) -> Option<Response> {
    if body::media(call.headers()) != Media::Form {
        return None;
    }
    let page = call.headers().get(header::REFERER)?;
    let text = page.to_str().ok()?;
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let origin = format!("{scheme}://{host}");
    let own = guest.room.info.origins.iter().any(|it| it.as_str() == origin);
    own.then(|| (StatusCode::SEE_OTHER, [(header::LOCATION, page.clone())]).into_response())
}
