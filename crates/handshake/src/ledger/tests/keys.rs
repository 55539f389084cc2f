//! Personal parts: sealed, openable, forgettable.

use std::fs;
use std::path::PathBuf;

use handshake_core::vocabulary::Position;

use super::*;
use crate::ledger::open;
use crate::ledger::slab::BLOCK;

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}

fn personal(recorded: &Recorded) -> bool {
    matches!(recorded.fact, Fact::UseDecided(_, Some(_)))
}

#[test]
fn nothing_personal_is_on_disk_in_the_clear() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open_real(dir.path()).unwrap();
    for _ in 0..50 {
        append(&mut writer, 3).unwrap().wait().unwrap();
    }
    drop(writer);
    for path in files(dir.path()) {
        let bytes = fs::read(&path).unwrap();
        let found = bytes.windows(CANARY.len()).any(|it| it == CANARY.as_bytes());
        assert!(!found, "{}", path.display());
    }
}

#[test]
fn an_erased_person_is_forgotten_and_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, reader, _) = open_real(dir.path()).unwrap();
    let (ana, ben) = (writer.new_slot().unwrap(), writer.new_slot().unwrap());
    assert_eq!((ana, ben), (Slot(0), Slot(1)));
    let it = decided(1);
    for slot in [ana, ben] {
        writer.append(NOW, &[entry(&it, Some(slot))]).unwrap().wait().unwrap();
    }
    writer.erase_key(ana).unwrap();
    let check = |reader: &Reader| {
        let read = |n| reader.read(Position(n)).unwrap().unwrap();
        assert_eq!(
            read(0).fact,
            Fact::UseDecided(
                UseDecided { policy: 1, purpose: 2, digest: 1, ..UseDecided::default() },
                None
            )
        );
        assert_eq!(read(1).fact, it);
    };
    check(&reader);
    assert!(matches!(
        writer.append(NOW, &[entry(&it, Some(ana))]),
        Err(LedgerError::NoSuchSlot(_))
    ));
    // A tombstone names the slot and has nothing personal.
    let tombstone = objected(1);
    writer.append(NOW, &[entry(&tombstone, Some(ana))]).unwrap().wait().unwrap();
    drop(writer);
    let slab = fs::read(dir.path().join("keys.slab")).unwrap();
    assert_eq!(slab[4096], 2);
    assert!(slab[4097..4096 + 64].iter().all(|it| *it == 0));
    let (mut writer, reader, seen) = open_real(dir.path()).unwrap();
    check(&reader);
    assert!(!personal(&seen[0]) && personal(&seen[1]));
    assert_eq!(writer.new_slot().unwrap(), Slot(2));
    assert!(writer.erase_key(Slot(3)).is_err());
}

#[test]
fn keys_are_made_ahead_and_never_handed_out_twice() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, reader, _) = open_real(dir.path()).unwrap();
    let people = BLOCK * 2 + 10;
    for n in 0..people {
        assert_eq!(writer.new_slot().unwrap(), Slot(n));
    }
    let it = decided(1);
    writer.append(NOW, &[entry(&it, Some(Slot(people - 1)))]).unwrap().wait().unwrap();
    assert_eq!(reader.read(Position(0)).unwrap().unwrap().fact, it);
    drop(writer);
    let (mut writer, _, seen) = open_real(dir.path()).unwrap();
    assert!(personal(&seen[0]));
    assert_eq!(writer.new_slot().unwrap(), Slot(people));
}

#[test]
fn a_block_of_keys_torn_by_a_crash_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open_real(dir.path()).unwrap();
    append(&mut writer, 8).unwrap().wait().unwrap();
    drop(writer);
    let path = dir.path().join("keys.slab");
    let mut slab = fs::read(&path).unwrap();
    slab.truncate(4096 + 64 * 20 + 7);
    slab[4096 + 64 * 15..4096 + 64 * 16].fill(0);
    fs::write(&path, slab).unwrap();
    let (mut writer, reader, seen) = open_real(dir.path()).unwrap();
    check_events(&seen);
    let it = decided(1);
    for _ in 8..30 {
        let slot = writer.new_slot().unwrap();
        writer.append(NOW, &[entry(&it, Some(slot))]).unwrap().wait().unwrap();
    }
    drop(writer);
    let (_, again, seen) = open_real(dir.path()).unwrap();
    assert!(seen.iter().skip(8).all(personal));
    assert_eq!(reader.durable(), again.durable());
}

#[test]
fn the_wrong_wrapping_key_is_said_at_once() {
    let dir = tempfile::tempdir().unwrap();
    drop(open_real(dir.path()).unwrap());
    let other = WrapKey::from_bytes([43; 32]);
    let said = open(&place(dir.path()), &other, NOW, &mut |_| ()).unwrap_err().to_string();
    assert!(said.contains("is locked with another wrapping key"), "{said}");
    assert_eq!(format!("{other:?}"), "WrapKey(…)");
}

#[test]
fn a_lost_or_older_slab_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open_real(dir.path()).unwrap();
    append(&mut writer, 8).unwrap().wait().unwrap();
    drop(writer);
    let path = dir.path().join("keys.slab");
    let slab = fs::read(&path).unwrap();
    fs::write(&path, &slab[..4096 + 64 * 4]).unwrap();
    let said = open_real(dir.path()).unwrap_err().to_string();
    assert!(said.contains("has no key in slot"), "{said}");
    let mut other_person = slab;
    other_person.copy_within(4096 + 64..4096 + 128, 4096 + 128);
    fs::write(&path, other_person).unwrap();
    assert!(open_real(dir.path()).is_err(), "a key was moved to another slot");
    fs::remove_file(&path).unwrap();
    let said = open_real(dir.path()).unwrap_err().to_string();
    assert!(said.contains("is missing but the ledger has events"), "{said}");
}

/// The first bytes of what is sealed, at a position, straight from the segment.
fn sealed_start(dir: &Path) -> Vec<u8> {
    let path = dir.join("segments/00000000000000000000.seg");
    let bytes = fs::read(path).unwrap();
    let frame = crate::ledger::frame::Frame::read(&bytes[4096..]).unwrap();
    handshake_core::event::Envelope::read(frame.body).unwrap().sealed.to_vec()
}

#[test]
fn a_position_given_out_twice_has_another_nonce() {
    let dir = tempfile::tempdir().unwrap();
    let it = decided(1);
    let mut sealed = Vec::new();
    for _ in 0..2 {
        let (mut writer, _, seen) = open_real(dir.path()).unwrap();
        assert!(seen.is_empty());
        let slot = writer.new_slot().unwrap();
        writer.append(NOW, &[entry(&it, Some(slot))]).unwrap().wait().unwrap();
        drop(writer);
        sealed.push(sealed_start(dir.path()));
        // A crash before the sync: the event is gone, its slot and position are free again.
        let path = dir.path().join("segments/00000000000000000000.seg");
        let mut bytes = fs::read(&path).unwrap();
        bytes[4100] ^= 1;
        fs::write(&path, bytes).unwrap();
        fs::remove_file(dir.path().join("head")).unwrap();
    }
    assert_ne!(sealed[0][..4], sealed[1][..4], "the salt");
    assert_ne!(sealed[0][4..], sealed[1][4..], "the ciphertext");
}
