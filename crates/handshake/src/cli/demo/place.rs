//! The demo's directory: a fictional site, its policy, and keys made anew at every start.

use std::net::SocketAddr;
use std::path::PathBuf;

use handshake_core::projection::Quarter;
use handshake_core::vocabulary::{EventId, Family, Millis, Name, base32};
use handshake_shop::Catalogue;
use serde_json::{Value, json};

use super::link::{Link, LinkError};
use super::orders::Orders;
use super::replay;
use crate::access::{AccessError, AccessStore, Directory, Origin, Role, Scope, fresh};
use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::clock;
use crate::config::Places;
use crate::http::Room;
use crate::ingest::{Caller, Publishing, Request};

/// An open directory.
#[derive(Debug)]
pub(super) struct Place {
    pub directory: Directory,
    pub opened: Opened,
    pub room: Room,
    pub keys: Keys,
    pub shift_weeks: i64,
}

/// Keys as their holders have them. They are kept nowhere: the next start makes others.
pub(super) struct Keys {
    pub publishable: String,
    pub secret: String,
    pub import: String,
    /// Of the console's user `demo`.
    pub password: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

const DIRECTORY: &str = "handshake-demo";
const SITE: &str = "ridgeline-bikes";
pub(super) const USER: &str = "demo";
const CALLER: Caller<'static> = Caller { name: "demo", coins: true };
const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;
const HOUR_MS: i64 = 3_600_000;
/// The last stage of a day.
const LAST: i64 = 6;

impl Place {
    /// Opens the directory, or begins one.
    pub(super) fn open(
        places: &Places,
        orders: &Orders,
        quarter: Option<Quarter>,
        origins: &[String],
    ) -> Result<Place, Failure> {
        // Never where a real shop's data may be: only where `--data` says.
        let data = places.data.clone().unwrap_or_else(|| PathBuf::from(DIRECTORY));
        let places = Places { data: Some(data), key_file: places.key_file.clone() };
        let (opened, _) = Opened::existing_or_new(&places)?;
        if let Some(quarter) = quarter {
            clock::move_to(end_of(quarter)?);
        }
        let site = Name::new(SITE).map_err(|error| Failure::Refused(error.to_string()))?;
        let keys = prepare(&opened.store()?, &site, origins)?;
        let directory = opened.directory()?;
        let info = directory.site_named(SITE);
        let info = info.ok_or_else(|| Failure::Refused("the site is gone".to_owned()))?;
        let room = opened.room(info)?;
        let shift_weeks = publish(&room, orders)?;
        Ok(Place { directory, opened, room, keys, shift_weeks })
    }
}

/// Makes the site if there is none, and keys in the place of those of an earlier start.
fn prepare(store: &AccessStore, site: &Name, origins: &[String]) -> Result<Keys, Failure> {
    let now = clock::now();
    let known = store.directory()?;
    match known.site_named(SITE) {
        None => drop(store.add_site(site, Vec::new(), true, now)?),
        Some(info) if info.fictional => (),
        Some(_) => {
            let said =
                "`ridgeline-bikes` is a real site in this directory; choose another with `--data`";
            return Err(Failure::Refused(said.to_owned()));
        }
    }
    for origin in origins {
        let origin: Origin = origin
            .parse()
            .map_err(|error: crate::access::OriginError| Failure::Usage(error.to_string()))?;
        store.add_origin(site, &origin)?;
    }
    let of_site = known.site_named(SITE).map(|it| it.id);
    let old = known.keys().into_iter().filter(|it| Some(it.site) == of_site);
    for key in old.filter(|it| it.revoked.is_none()) {
        store.revoke(&key.number.to_string(), now)?;
    }
    let password = sign_in(store, now)?;
    let make = |scope, caller: &str| {
        let caller = Name::new(caller).map_err(|error| Failure::Refused(error.to_string()))?;
        Ok::<_, Failure>(store.add_key(site, scope, &caller, now)?.0.as_str().to_owned())
    };
    Ok(Keys {
        publishable: make(Scope::Publishable, "page")?,
        secret: make(Scope::Secret, "shop")?,
        import: make(Scope::Import, "replay")?,
        password,
    })
}

/// Lets somebody look at the console, under a new password at every start.
fn sign_in(store: &AccessStore, now: Millis) -> Result<String, Failure> {
    let user = Name::new(USER).map_err(|error| Failure::Refused(error.to_string()))?;
    let random: [u8; 16] = fresh().map_err(AccessError::from)?;
    let password = base32(&random);
    match store.directory()?.users().any(|it| it.name == user) {
        true => store.change_password(&user, &password)?,
        false => store.add_user(&user, (Role::Admin, None), &password, now)?,
    };
    Ok(password)
}

/// Publishes the policy a moment before the oldest order, if that was not done yet. Returns by how
/// many weeks every date is moved, which is told by when it was published.
fn publish(room: &Room, orders: &Orders) -> Result<i64, Failure> {
    let (Some(oldest), Some(newest)) = (orders.days.first(), orders.days.last()) else {
        return Err(Failure::Refused("there is no order to replay".to_owned()));
    };
    let (published, _) =
        room.site.look(|state| state.policies.iter().next().map(|it| it.published_at))?;
    if let Some(published) = published {
        let began = replay::at(oldest.0, 0, 0);
        // Never earlier than what is in the ledger, also after a restart without `--quarter`.
        let last = room.site.turn(Millis(0), &Request::internal(None))?.at;
        if clock::now() < last {
            clock::move_to(last);
        }
        return Ok((published.0 + 1 - began.0).div_euclid(WEEK_MS));
    }
    let newest = replay::at(newest.0, 0, LAST);
    let shift_weeks = (clock::now().0 - newest.0).div_euclid(WEEK_MS);
    let at = Millis(replay::at(oldest.0, shift_weeks, 0).0 - 1);
    let request = Request::internal(Some(at));
    let mut turn = room.site.turn(at, &request)?;
    let publishing = Publishing { source: handshake_shop::POLICY, replaces: None };
    turn.publish(CALLER, &request, &publishing)?;
    if let Some(ticket) = turn.commit()? {
        ticket.wait().map_err(Failure::from)?;
    }
    Ok(shift_weeks)
}

/// Twelve hours before a quarter ends in UTC, which is that quarter everywhere but on the date line.
fn end_of(quarter: Quarter) -> Result<Millis, Failure> {
    let text = quarter.to_string();
    let wrong = || Failure::Usage(format!("`{text}` is no quarter; write `2026Q3`"));
    let (year, number) = text.split_once('Q').ok_or_else(wrong)?;
    let (year, number): (i64, i64) =
        (year.parse().map_err(|_| wrong())?, number.parse().map_err(|_| wrong())?);
    let (year, month) = if number == 4 { (year + 1, 1) } else { (year, number * 3 + 1) };
    let next = Millis::parse(&format!("{year:04}-{month:02}-01T00:00:00Z"));
    Ok(Millis(next.map_err(|_| wrong())?.0 - 12 * HOUR_MS))
}

/// How many visits the ledger holds: those of whole days, until the shop opens.
pub(super) fn visits(room: &Room) -> Result<u64, Failure> {
    let (visits, _) = room.site.look(|state| {
        let Some(code) = state.names.code(Family::Metric, "visits") else { return 0 };
        state.books.counts.iter().filter(|it| it.0.1 == code).map(|it| it.1).sum()
    })?;
    Ok(visits)
}

/// Says what is sold.
pub(super) async fn catalogue(
    (address, key): (SocketAddr, &str),
    catalogue: &Catalogue,
    (orders, shift_weeks): (&Orders, i64),
) -> Result<(), LinkError> {
    let oldest = orders.days.first().map_or(0, |it| it.0);
    let at = replay::at(oldest, shift_weeks, 0);
    let items: Vec<Value> = catalogue
        .models()
        .iter()
        .flat_map(|model| model.variants.iter().map(move |it| (model, it)))
        .map(|(model, it)| {
            json!({ "item": it.item, "name": it.name, "category": model.category.title(),
                "price": { "amount": it.price.to_string(), "currency": "EUR" } })
        })
        .collect();
    let event = EventId(u128::from(at.0.unsigned_abs()) << 80 | 0x7 << 76 | 0b10 << 62 | 1);
    let body = json!({ "event": event.to_string(), "items": items, "at": at.to_string() });
    Link::open(address, key).await?.post("/v1/catalog", &body).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_ends_in_its_last_day() {
        for (quarter, end) in
            [("2026Q3", "2026-09-30T12:00:00.000Z"), ("2026Q4", "2026-12-31T12:00:00.000Z")]
        {
            assert_eq!(end_of(quarter.parse().unwrap()).unwrap().to_string(), end);
        }
    }
}
