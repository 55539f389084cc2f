//! Tests of the ledger as a whole. Each file is one promise.

mod crash;
mod damage;
mod disk;
mod everyday;
mod keys;

use std::path::Path;
use std::sync::Arc;

use handshake_core::event::{
    DataCollected, DataPersonal, Fact, NameDeclared, ObjectionMade, Recorded, SituationMessage,
    UseDecided,
};
use handshake_core::vocabulary::{Code, EventId, Millis, SiteId, Slot};

use super::disk::Disk;
use super::open::{Sizes, open_on};
use super::{Entry, LedgerError, Place, Reader, Ticket, WrapKey, Writer};

/// Words that must never be on disk in the clear.
const CANARY: &str = "Nachtigall-canary-7731";
/// Short segments, so that a small test rolls over several.
const SIZES: Sizes = Sizes { least: 8 << 10, most: 16 << 10 };
const NOW: Millis = Millis(1_790_000_000_000);

fn wrap() -> WrapKey {
    WrapKey::from_bytes([42; 32])
}

fn place(dir: &Path) -> Place {
    Place { dir: dir.to_owned(), site: SiteId(7), partition: 0 }
}

/// Opens and returns what the fold was shown.
fn open_with(
    disk: Arc<dyn Disk>,
    dir: &Path,
) -> Result<(Writer, Reader, Vec<Recorded>), LedgerError> {
    let mut seen = Vec::new();
    let (writer, reader) =
        open_on(disk, SIZES, &place(dir), &wrap(), NOW, &mut |it| seen.push(it.clone()))?;
    Ok((writer, reader, seen))
}

fn open_real(dir: &Path) -> Result<(Writer, Reader, Vec<Recorded>), LedgerError> {
    open_with(Arc::new(super::disk::RealDisk), dir)
}

fn decided(n: u64) -> Fact {
    let clear = UseDecided { policy: 1, purpose: 2, digest: n, ..UseDecided::default() };
    let personal = SituationMessage {
        purpose: 2,
        jurisdiction: format!("{CANARY}-{n}"),
        tags: vec![3; usize::try_from(n % 40).unwrap()],
        ..SituationMessage::default()
    };
    Fact::UseDecided(clear, Some(personal))
}

fn collected(n: u64) -> Fact {
    let clear = DataCollected { policy: 1, request: n, ..DataCollected::default() };
    Fact::DataCollected(clear, Some(DataPersonal { query: CANARY.into(), ..Default::default() }))
}

fn named(n: u64) -> Fact {
    Fact::NameDeclared(NameDeclared { name: format!("name-{n}"), ..NameDeclared::default() })
}

fn objected(n: u64) -> Fact {
    Fact::ObjectionMade(ObjectionMade { request: n, ..ObjectionMade::default() })
}

/// The `n`th event of every test, and whether it is about somebody.
fn fact(n: u64) -> (Fact, bool) {
    match n % 4 {
        0 => (named(n), false),
        1 => (decided(n), true),
        2 => (collected(n), true),
        _ => (objected(n), true),
    }
}

fn entry(fact: &Fact, slot: Option<Slot>) -> Entry<'_> {
    Entry { event: EventId(9), caller: Code(3), claimed_at: Some(Millis(5)), slot, fact }
}

/// Appends the next `count` events as one batch. People share eight keys.
fn append(writer: &mut Writer, count: u64) -> Result<Ticket, LedgerError> {
    let first = writer.next().0;
    while writer.next_slot < 8 {
        writer.new_slot()?;
    }
    let facts: Vec<(u64, (Fact, bool))> = (first..first + count).map(|n| (n, fact(n))).collect();
    let entries: Vec<Entry<'_>> = facts
        .iter()
        .map(|(n, (fact, about))| entry(fact, about.then_some(Slot(u32::try_from(n % 8).unwrap()))))
        .collect();
    writer.append(Millis(NOW.0 + i64::try_from(first).unwrap()), &entries)
}

/// Checks that these are the first events of every test, untouched.
#[track_caller]
fn check_events(seen: &[Recorded]) {
    for (n, recorded) in (0..).zip(seen) {
        let (fact, about) = fact(n);
        assert_eq!(recorded.position.0, n);
        assert_eq!(recorded.fact, fact, "position {n}");
        assert_eq!(recorded.slot.is_some(), about);
        assert_eq!((recorded.event, recorded.caller), (EventId(9), Code(3)));
    }
}
