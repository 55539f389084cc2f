//! `POST /v1/decide`: may this data be used so? The door that is asked most, so it goes past the
//! router, borrows from the body, and writes its answer once.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use handshake_core::policy::{Compiled, RecipientKind};
use handshake_core::vocabulary::{Act, EventId, Flag, Millis, Name, hex};

use crate::http::body::{self, SERVER_BYTES_MAX};
use crate::http::call::{event_id, signals, take_turn, time, who, written};
use crate::http::knock::{self, Guest};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{
    DecideReply, DecideRequest, PermissionUsed, PolicyUsed, Reason, Who, words,
};
use crate::ingest::{self, Assignment, Caller, Decided, Device, Site, Turn, Wanted, WantedDatum};

pub(in crate::http) const PATH: &str = "/v1/decide";
const REPLY_BYTES: usize = 1024;
const CHANNEL: &str = "web";
const OURSELVES: &str = "ourselves";

/// May this data be used so? Every answer is recorded before it is given.
#[utoipa::path(post, path = "/v1/decide", tag = "using", security(("secret_key" = [])),
    request_body = DecideRequest<'static>, responses((status = 200, body = DecideReply<'static>)))]
pub async fn decide(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    answer(&app, request).await
}

pub(in crate::http) async fn answer<B>(app: &App, request: hyper::Request<B>) -> Response<Body>
where
    B: hyper::body::Body<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    let (parts, body) = request.into_parts();
    let done = async {
        let guest = knock::server(app, &parts.headers)?;
        let body = body::read(&parts.headers, body, SERVER_BYTES_MAX).await?;
        one(&guest, &parts.headers, &body).await
    };
    match done.await {
        Ok(text) => {
            let mut response = written(StatusCode::OK, text);
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn one(guest: &Guest, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Problem> {
    let it: DecideRequest<'_> = body::server(headers, body)?;
    let asked = Asked::read(guest, &it)?;
    let writing = asked.request(body);
    let decided =
        take_turn(&guest.room, &writing, |turn| asked.decide(turn, guest, &writing)).await?;
    let mut text = Vec::with_capacity(REPLY_BYTES);
    serde_json::to_writer(&mut text, &recorded(&guest.room.site, &decided))
        .map_err(Problem::internal)?;
    Ok(text)
}

/// A use, read and checked, with everything that must be looked at before it can be decided.
pub(super) struct Asked<'a> {
    it: &'a DecideRequest<'a>,
    event: EventId,
    at: Option<Millis>,
    who: ingest::Who<'a>,
    act: Act,
    data: Vec<WantedDatum<'a>>,
    tags: Vec<&'a str>,
    device: Device<'a>,
    caller: &'a str,
}

impl<'a> Asked<'a> {
    pub(super) fn read(guest: &'a Guest, it: &'a DecideRequest<'a>) -> Result<Asked<'a>, Problem> {
        let asked = Asked::read_as(guest.key.caller.as_str(), it)?;
        guest.may_set_time(asked.at)?;
        Ok(asked)
    }

    /// The same, for a caller who may say what time it is.
    pub(super) fn read_as(
        caller: &'a str,
        it: &'a DecideRequest<'a>,
    ) -> Result<Asked<'a>, Problem> {
        let caller = it.caller.as_deref().unwrap_or(caller);
        if !Name::is_name(caller) {
            let said = Name::new(caller).err().map_or_else(String::new, |it| it.to_string());
            return Err(Problem::invalid("caller", said));
        }
        let mut data = Vec::with_capacity(it.data.len());
        for (n, datum) in it.data.iter().enumerate() {
            let collected_at = time("collected_at", datum.collected_at.as_deref());
            let collected_at = collected_at.map_err(|it| it.within(&format!("data[{n}]")))?;
            data.push(WantedDatum { name: &datum.name, collected_at });
        }
        let device = it.signals.as_ref();
        let gpc = device.and_then(|it| it.gpc.as_ref()).map(|it| it.0.as_bytes());
        let dnt = device.and_then(|it| it.dnt.as_ref()).map(|it| it.0.as_bytes());
        Ok(Asked {
            it,
            event: it.event.as_deref().map_or(Ok(EventId::NONE), event_id)?,
            at: time("at", it.at.as_deref())?,
            who: match &it.person {
                None => ingest::Who::Nobody,
                Some(Who::Person(person)) => who(Some(person), None)?,
                Some(Who::Customer(customer)) => ingest::Who::Customer(customer),
            },
            act: words::read("act", &it.act, Act::parse, Act::WORDS)?,
            data,
            tags: it.tags.iter().map(|it| &**it).collect(),
            device: Device {
                signals: signals(gpc, dnt),
                tcf: device.and_then(|it| it.tcf.as_deref()),
                gpp: device.and_then(|it| it.gpp.as_deref()),
                is_other: device.is_some_and(|it| it.own_device == Some(false)),
            },
            caller,
        })
    }

    pub(super) fn request<'b>(&self, body: &'b [u8]) -> ingest::Request<'b> {
        ingest::Request { event: self.event, body, claimed_at: None, at: self.at }
    }

    /// The time a sender says it is.
    pub(super) fn at(&self) -> Option<Millis> {
        self.at
    }

    /// What is wanted, under a policy that calls the shop itself this.
    pub(super) fn wanted<'b>(&'b self, own: Option<&'b Name>) -> Wanted<'b> {
        let own = own.map_or(OURSELVES, Name::as_str);
        Wanted {
            who: self.who,
            act: self.act,
            purpose: &self.it.purpose,
            data: &self.data,
            recipient: self.it.recipient.as_deref().unwrap_or(own),
            channel: self.it.channel.as_deref().unwrap_or(CHANNEL),
            tags: &self.tags,
            device: self.device,
            jurisdiction: self.it.jurisdiction.as_deref().unwrap_or_default(),
            campaign: self.it.campaign.as_deref(),
            assignment: self.it.assignment.as_ref().map(|it| Assignment {
                experiment: &it.experiment,
                arm: it.arm,
                allocation: &it.allocation,
            }),
        }
    }

    pub(super) fn decide(
        &self,
        turn: &mut Turn<'_>,
        guest: &Guest,
        writing: &ingest::Request<'_>,
    ) -> Result<Decided, Problem> {
        let own = match self.it.recipient {
            Some(_) => None,
            None => turn.state().policies.in_force(turn.at).and_then(|it| own_name(&it.compiled)),
        };
        let wanted = self.wanted(own.as_ref());
        let decided = turn.decide(Caller { name: self.caller, coins: true }, writing, &wanted)?;
        guest.room.decisions.count(decided.verdict);
        Ok(decided)
    }
}

/// What a policy calls the shop itself.
pub(super) fn own_name(policy: &Compiled) -> Option<Name> {
    let mut recipients = policy.recipients.iter();
    recipients.find(|it| it.kind == RecipientKind::Ourselves).map(|it| it.name.clone())
}

/// A decision of a site's, as the doors and the command line tell it.
pub fn recorded<'a>(site: &Site, it: &'a Decided) -> DecideReply<'a> {
    reply(Some(site.decision_id(it.position).to_string()), it)
}

/// A decision in the words of the wire; without an id where it is not recorded.
pub(super) fn reply<'a>(decision: Option<String>, it: &'a Decided) -> DecideReply<'a> {
    let borrowed = |it: &'a [String]| it.iter().map(|it| Cow::from(it.as_str())).collect();
    let reasons = it.reasons.iter().map(|it| Reason {
        code: it.code.as_str(),
        clause: it.clause.as_str(),
        mode: it.mode.as_str(),
        rule: Cow::from(it.rule.as_str()),
        line: it.line,
        data: Some(it.datum.as_str()).filter(|it| !it.is_empty()).map(Cow::from),
        fact: Cow::from(it.fact.as_str()),
        required: Cow::from(it.required.as_str()),
        waiver: it.waiver.as_deref().map(Cow::from),
    });
    let permissions = it.permissions.iter().map(|(statement, granted_at)| PermissionUsed {
        statement: statement.to_string().into(),
        granted_at: granted_at.to_string().into(),
    });
    DecideReply {
        decision: decision.map(Cow::from),
        verdict: it.verdict.as_str(),
        advice: it.advice.as_str(),
        mode: it.mode.as_str(),
        reasons: reasons.collect(),
        cures: borrowed(&it.cures),
        duties: borrowed(&it.duties),
        covered: borrowed(&it.covered),
        uncovered: borrowed(&it.uncovered),
        flags: it.flags.iter().map(Flag::as_str).collect(),
        policy: PolicyUsed { version: it.policy.version, hash: hex(&it.policy.hash).into() },
        permissions: permissions.collect(),
        duplicate: it.duplicate,
    }
}
