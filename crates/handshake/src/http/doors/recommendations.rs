//! `/v1/recommendations`: what to show, and why.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::permissions::known;
use crate::clock;
use crate::http::body::{self, BROWSER_BYTES_MAX, SERVER_BYTES_MAX};
use crate::http::call::{Call, json, query, take_turn, who};
use crate::http::knock::Guest;
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{
    RecommendationsQuery, RecommendationsReply, RecommendationsRequest, RecommendedBecause,
    RecommendedItem, Value,
};
use crate::ingest::{Because, Recommended, Request as Writing, Shown, Who, Wish};

const LIMIT: usize = 10;

/// What to show somebody. Every answer is a recorded use of the purpose that serves it. An item
/// that nobody shared anything about is as good as none. Pass on the visitor's `Sec-GPC` and `DNT`,
/// if there is one.
#[utoipa::path(get, path = "/v1/recommendations", tag = "using", params(RecommendationsQuery),
    security(("secret_key" = [])), responses((status = 200, body = RecommendationsReply)))]
pub async fn of_person(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: RecommendationsQuery = query(call.uri())?;
    let who = who(it.person.as_deref(), it.customer.as_deref())?;
    let limit = it.limit.unwrap_or(LIMIT);
    let wish = Wish { who, item: it.item.as_deref(), limit, signals: call.signals() };
    answer(&guest, wish).await
}

/// The same for whoever looks at a page.
#[utoipa::path(post, path = "/v1/recommendations", tag = "using",
    request_body = RecommendationsRequest,
    responses((status = 200, body = RecommendationsReply)))]
pub async fn own(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BROWSER_BYTES_MAX).await?;
    let it: RecommendationsRequest = body::browser(call.headers(), &call.body)?;
    let guest = call.browser(&app, it.key.as_deref())?;
    let person = call.visitor(&guest, it.token.as_deref(), clock::now())?;
    let limit = it.limit.unwrap_or(LIMIT);
    let who = person.map_or(Who::Nobody, Who::Person);
    let wish = Wish { who, item: it.item.as_deref(), limit, signals: call.signals() };
    answer(&guest, wish).await
}

async fn answer(guest: &Guest, mut wish: Wish<'_>) -> Result<Response, Problem> {
    let site = &guest.room.site;
    let found = take_turn(&guest.room, &Writing::internal(None), |turn| {
        if let (true, Who::Person(person)) = (guest.is_browser(), wish.who) {
            wish.who = known(turn, Some(person)).map_or(Who::Nobody, Who::Person);
        }
        Ok(turn.recommend(guest.caller(), &wish)?)
    })
    .await?;
    let Recommended { basis, purpose, decided, known, items } = found;
    let decision = known.then(|| site.decision_id(decided.position).to_string());
    Ok(json(
        StatusCode::OK,
        &RecommendationsReply {
            basis: basis.as_str(),
            purpose,
            verdict: decided.verdict.as_str(),
            advice: decided.advice.as_str(),
            decision,
            items: items.into_iter().map(item).collect(),
        },
    ))
}

fn item(it: Shown) -> RecommendedItem {
    // Of other people is spoken only where they are enough.
    let says = match (&it.because, it.people) {
        (Because::Viewed(of), _) => format!("Because you looked at {}", of.name),
        (Because::Bought(of), _) => format!("Because you bought {}", of.name),
        (Because::ThisPage(of), Some(_)) => {
            format!("Others who looked at {} looked at this too", of.name)
        }
        (Because::ThisPage(of), None) => format!("Because you are looking at {}", of.name),
        (Because::Popular, Some(_)) => "Looked at by others lately".to_owned(),
        (Because::Popular, None) => "You may like this".to_owned(),
    };
    let named = it.because.named();
    RecommendedItem {
        item: it.id,
        name: it.item.name,
        category: Some(it.item.category).filter(|it| !it.is_empty()),
        price: it.item.price.map(|(amount, currency)| Value {
            amount: amount.to_string(),
            currency: currency.to_string(),
        }),
        because: RecommendedBecause {
            kind: it.because.as_str(),
            item: named.map(|it| it.id.clone()),
            name: named.map(|it| it.name.clone()),
            people: it.people,
            says,
        },
    }
}
