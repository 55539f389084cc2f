//! Publishing a draft: its first line is written for its author, and the ledger has the last word.

use std::sync::Arc;

use handshake_core::policy::{self, Change, ChangeKind, Edit, EditError, Policy};
use handshake_core::projection::Published;
use handshake_core::vocabulary::Millis;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::super::visit::{Turned, Visit};
use super::bench::{Bench, USER};
use super::fields::Fields;
use crate::access::Draft;
use crate::clock;
use crate::ingest::{Caller, Publishing, Refusal, Request, Signed};

const HOUR_MS: i64 = 3_600_000;
/// How long another person has to approve, beyond the day that a wider deal is announced before.
const TO_APPROVE_HOURS: i64 = 48;

/// What an author says of a new version besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) change: Option<Change>,
    pub(super) effective: Option<Millis>,
}

impl Terms {
    pub(super) fn of(fields: &Fields, zone: &TimeZone) -> Terms {
        let kind = match fields.get("kind") {
            "wording" => ChangeKind::Wording,
            _ => ChangeKind::Meaning,
        };
        let change = fields.text("change").map(|text| Change { text, kind });
        Terms { change, effective: local(fields.get("effective"), zone) }
    }
}

/// `2026-12-01T09:00` where the shop is.
fn local(text: &str, zone: &TimeZone) -> Option<Millis> {
    let it: DateTime = text.parse().ok()?;
    Some(Millis(zone.to_timestamp(it).ok()?.as_millisecond()))
}

/// The same as a form shows it.
pub(super) fn as_local(at: Millis, zone: &TimeZone) -> String {
    let Ok(instant) = Timestamp::from_millisecond(at.0) else { return String::new() };
    instant.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// When a version should take effect: as its author wrote it where that is allowed, else as soon
/// as it is.
pub(super) fn sensible(
    new: &Policy,
    newest: Option<&Published>,
    (widened, two_person): (bool, bool),
    now: Millis,
) -> Millis {
    let earliest = if widened { now.plus_days(1) } else { now };
    let earliest = if two_person { earliest.plus_hours(TO_APPROVE_HOURS) } else { earliest };
    let written = newest.is_none_or(|it| it.policy.effective != new.effective);
    if written && (earliest <= new.effective || newest.is_none()) {
        return new.effective;
    }
    let hour = Millis(earliest.0 - earliest.0.rem_euclid(HOUR_MS));
    // The next full hour but one leaves time to read; what widens nothing may rule at once.
    if widened || two_person { hour.plus_hours(2) } else { hour }
}

/// The draft as it is published: with the next number, what it replaces, from when, and why.
pub(super) fn stamped(
    source: &str,
    (draft, newest): (&Policy, Option<&Published>),
    terms: &Terms,
) -> Result<String, EditError> {
    let mut edits: Vec<Edit> = terms.effective.map(Edit::Effective).into_iter().collect();
    if let Some(newest) = newest {
        let next = newest.policy.version.saturating_add(1).max(draft.version);
        edits.push(Edit::Version(next));
        edits.push(Edit::Replaces(Some(newest.policy.version)));
        edits.push(Edit::Change(terms.change.clone()));
    } else if terms.change.is_some() {
        edits.push(Edit::Change(terms.change.clone()));
    }
    policy::edit_all(source, &edits)
}

/// Makes a text the deal, or says why not; waits until it is on disk.
pub(super) async fn publish(
    visit: &Visit,
    bench: &Bench,
    source: String,
    replaces: Option<[u8; 32]>,
) -> Result<Result<Published, Refusal>, Turned> {
    let room = Arc::clone(&visit.room);
    let caller = format!("{USER}{}", visit.user.name);
    let signed = bench.draft.as_ref().and_then(signatures);
    let publishing = tokio::task::spawn_blocking(move || {
        let request = Request::internal(None);
        let mut turn = room.site.turn(clock::now(), &request)?;
        let signed = signed.as_ref().map(|it| Signed { proposed_by: &it.0, approved_by: &it.1 });
        let it = Publishing { source: &source, replaces };
        let caller = Caller { name: &caller, coins: true };
        let published = turn.publish_signed(caller, &request, &it, signed)?;
        if let Some(ticket) = turn.commit()? {
            ticket.wait()?;
        }
        Ok(published)
    });
    publishing.await.map_err(|_| Turned::down())
}

/// Who proposed and who approved exactly this draft, as the ledger names them.
fn signatures(draft: &Draft) -> Option<(String, String)> {
    let (proposal, approved) = draft.approval()?;
    Some((format!("{USER}{}", proposal.proposed.by), format!("{USER}{}", approved.by)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = include_str!("starter.kdl");

    #[test]
    fn times_are_those_of_the_shop() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = local("2026-12-01T09:30", &zone).unwrap();
        assert_eq!(at, Millis::parse("2026-12-01T08:30:00Z").unwrap());
        assert_eq!(as_local(at, &zone), "2026-12-01T09:30");
        assert_eq!(local("tomorrow", &zone), None);
    }

    #[test]
    fn a_first_version_is_published_as_it_is_written() {
        let policy = policy::read(SOURCE).unwrap();
        let terms = Terms { change: None, effective: None };
        assert_eq!(stamped(SOURCE, (&policy, None), &terms).unwrap(), SOURCE);
        let now = Millis::parse("2026-06-01T10:20:00Z").unwrap();
        assert_eq!(sensible(&policy, None, (false, false), now), policy.effective);
    }
}
