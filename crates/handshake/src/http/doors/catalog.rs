//! `/v1/catalog`: what the shop sells.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use handshake_core::projection;

use crate::http::body::{self, BATCH_BYTES_MAX, SERVER_BYTES_MAX};
use crate::http::call::{Call, event_id, json, look, query, take_turn, time, value};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::http::wire::{CatalogQuery, CatalogReply, CatalogRequest, CatalogStored, Item, Value};
use crate::ingest::{self, CatalogueItem};

const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;

/// Add, change or withdraw items.
#[utoipa::path(post, path = "/v1/catalog", tag = "collecting", request_body = CatalogRequest,
    security(("secret_key" = [])), responses((status = 202, body = CatalogStored)))]
pub async fn change(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, BATCH_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: CatalogRequest = body::server(call.headers(), &call.body)?;
    let items: Vec<CatalogueItem<'_>> = it
        .items
        .iter()
        .map(|it| CatalogueItem {
            item: &it.item,
            name: &it.name,
            category: it.category.as_deref().unwrap_or_default(),
            price: value(it.price.as_ref()),
            withdrawn: it.withdrawn,
        })
        .collect();
    let writing = ingest::Request {
        event: event_id(&it.event)?,
        body: &call.body,
        claimed_at: None,
        at: guest.may_set_time(time("at", it.at.as_deref())?)?,
    };
    let held = take_turn(&guest.room, &writing, |turn| {
        Ok(turn.catalogue(guest.caller(), &writing, &items)?)
    })
    .await?;
    let items = u64::try_from(held).unwrap_or(u64::MAX);
    Ok(json(StatusCode::ACCEPTED, &CatalogStored { items }))
}

/// The items, in order of number.
#[utoipa::path(get, path = "/v1/catalog", tag = "collecting", params(CatalogQuery),
    security(("secret_key" = [])), responses((status = 200, body = CatalogReply)))]
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let call = Call::read(request, SERVER_BYTES_MAX).await?;
    let guest = call.server(&app)?;
    let it: CatalogQuery = query(call.uri())?;
    let limit = it.limit.unwrap_or(LIMIT);
    if limit == 0 || LIMIT_MAX < limit {
        return Err(Problem::invalid("limit", format!("must be 1 to {LIMIT_MAX}")));
    }
    let cursor = it.cursor.unwrap_or_default();
    let mut items: Vec<Item> = look(&guest.room, |state| {
        let after = state.catalogue.after(&cursor);
        after.take(limit.saturating_add(1)).map(|(id, it)| shown(id, it)).collect()
    })
    .await?;
    let more = limit < items.len();
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|it| it.item.clone());
    Ok(json(StatusCode::OK, &CatalogReply { items, next }))
}

fn shown(id: &str, it: &projection::Item) -> Item {
    let price = it.price.map(|(amount, currency)| Value {
        amount: amount.to_string(),
        currency: currency.to_string(),
    });
    Item {
        item: id.to_owned(),
        name: it.name.clone(),
        category: Some(it.category.clone()).filter(|it| !it.is_empty()),
        price,
        withdrawn: false,
    }
}
