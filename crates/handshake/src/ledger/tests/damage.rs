//! Torn ends are cleared, damage is named. The two must not be confused.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::ledger::frame::Frame;
use crate::ledger::segment::PAGE;
use crate::ledger::verify;

fn segments(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("segments")).unwrap().map(|it| it.unwrap().path());
    let mut paths: Vec<_> = entries.filter(|it| it.extension().is_some()).collect();
    paths.sort();
    paths
}

/// Where the last frame of a segment ends.
fn used(bytes: &[u8]) -> usize {
    let mut end = PAGE;
    while let Ok(frame) = Frame::read(&bytes[end..]) {
        end += frame.len();
    }
    end
}

fn small_ledger(batches: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open_real(dir.path()).unwrap();
    for n in 0..batches {
        append(&mut writer, n % 3 + 1).unwrap().wait().unwrap();
    }
    dir
}

/// Neither opening nor verifying may accept the ledger; both name the file.
#[track_caller]
fn check_named(dir: &Path, file: &Path, what: &str) {
    let verified = verify(dir).expect_err(what);
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(verified.to_string().contains(name), "{what}: {verified}");
    assert!(matches!(verified, LedgerError::Damaged { .. } | LedgerError::Newer { .. }), "{what}");
    let before = fs::read(file).unwrap();
    assert!(open_real(dir).is_err(), "{what}");
    assert_eq!(fs::read(file).unwrap(), before, "{what}: something was changed");
}

#[test]
fn every_flipped_bit_is_found_and_named() {
    let dir = small_ledger(16);
    let paths = segments(dir.path());
    assert!(1 < paths.len());
    for path in &paths {
        let good = fs::read(path).unwrap();
        let end = used(&good);
        for at in 0..end {
            // All of the head page's fields and of the frames; one bit in eight of each.
            let bit = 1 << (at * 5 % 8);
            let mut bad = good.clone();
            bad[at] ^= bit;
            fs::write(path, &bad).unwrap();
            let error = verify(dir.path()).expect_err("a flipped bit");
            let said = error.to_string();
            assert!(said.contains(path.file_name().unwrap().to_str().unwrap()), "{at}: {said}");
            assert!(said.contains("is damaged at byte"), "{at}: {said}");
            if at % 97 == 0 {
                check_named(dir.path(), path, &format!("byte {at}"));
            }
        }
        fs::write(path, &good).unwrap();
    }
    verify(dir.path()).unwrap();
}

#[test]
fn every_bit_of_the_last_event_counts() {
    let dir = small_ledger(5);
    let path = segments(dir.path()).pop().unwrap();
    let good = fs::read(&path).unwrap();
    let end = used(&good);
    for bit in (end - 150) * 8..end * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bad).unwrap();
        assert!(verify(dir.path()).is_err(), "bit {bit}");
    }
}

#[test]
fn damage_far_from_the_end_is_named_without_a_checkpoint() {
    // As after a crash: no checkpoint was written. Commits were synced one by one.
    let dir = small_ledger(24);
    fs::remove_file(dir.path().join("head")).unwrap();
    for path in segments(dir.path()) {
        let good = fs::read(&path).unwrap();
        for at in (PAGE..used(&good) - 1200).step_by(31) {
            let mut bad = good.clone();
            bad[at] ^= 4;
            fs::write(&path, &bad).unwrap();
            check_named(dir.path(), &path, &format!("byte {at}"));
        }
        fs::write(&path, &good).unwrap();
    }
}

/// Cuts the last batch at every byte, as a crash would, with zeros or noise after the cut.
#[test]
fn a_last_batch_torn_anywhere_is_cleared() {
    let dir = small_ledger(6);
    fs::remove_file(dir.path().join("head")).unwrap();
    let path = segments(dir.path()).pop().unwrap();
    let before = verify(dir.path()).unwrap();
    let start = used(&fs::read(&path).unwrap());
    let (mut writer, _, _) = open_real(dir.path()).unwrap();
    append(&mut writer, 3).unwrap().wait().unwrap();
    drop(writer);
    fs::remove_file(dir.path().join("head")).unwrap();
    let good = fs::read(&path).unwrap();
    for cut in start..used(&good) {
        for noise in [0, 0xa5] {
            let mut torn = good.clone();
            torn[cut..cut + 900].fill(0);
            if cut + 1 < used(&good) {
                torn[cut + 1..used(&good)].fill(noise);
            }
            fs::write(&path, &torn).unwrap();
            assert_eq!(verify(dir.path()).unwrap(), before, "cut at {cut}");
        }
    }
    // A hole at the front with whole events after it, and opening clears them.
    let mut torn = good;
    torn[start..start + 8].fill(0);
    fs::write(&path, &torn).unwrap();
    let (mut writer, _, seen) = open_real(dir.path()).unwrap();
    assert_eq!(seen.len() as u64, before.events);
    check_events(&seen);
    let cleared = fs::read(&path).unwrap();
    assert!(cleared[start..].iter().all(|it| *it == 0), "the torn end was left");
    append(&mut writer, 1).unwrap().wait().unwrap();
    drop(writer);
    assert_eq!(verify(dir.path()).unwrap().events, before.events + 1);
}

#[test]
fn a_lost_end_is_noticed() {
    let dir = small_ledger(30);
    let paths = segments(dir.path());
    let (first, last) = (&paths[0], &paths[paths.len() - 1]);
    let good = fs::read(last).unwrap();
    let mut cut = good.clone();
    cut.truncate(used(&good) - 20);
    fs::write(last, &cut).unwrap();
    check_named(dir.path(), last, "truncated");
    fs::remove_file(last).unwrap();
    check_named(dir.path(), &paths[paths.len() - 2], "last segment gone");
    fs::write(last, &good).unwrap();
    let moved = fs::read(&paths[1]).unwrap();
    fs::remove_file(&paths[1]).unwrap();
    check_named(dir.path(), first, "middle segment gone");
    fs::write(&paths[1], &moved).unwrap();
    let gone = fs::read(first).unwrap();
    fs::remove_file(first).unwrap();
    assert!(verify(dir.path()).unwrap_err().to_string().contains("this segment is missing"));
    fs::write(first, gone).unwrap();
    verify(dir.path()).unwrap();
    for path in paths {
        fs::remove_file(path).unwrap();
    }
    let said = open_real(dir.path()).unwrap_err().to_string();
    assert!(said.contains("all segments are missing"), "{said}");
}

#[test]
fn a_rewritten_history_is_noticed() {
    let dir = small_ledger(3);
    let other = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open_real(other.path()).unwrap();
    let it = named(77);
    for _ in 0..9 {
        writer.append(NOW, &[entry(&it, None)]).unwrap().wait().unwrap();
    }
    drop(writer);
    let path = segments(dir.path()).pop().unwrap();
    fs::copy(segments(other.path()).pop().unwrap(), &path).unwrap();
    let said = verify(dir.path()).unwrap_err().to_string();
    assert!(said.contains("history was rewritten"), "{said}");
}

#[test]
fn a_damaged_checkpoint_is_named() {
    let dir = small_ledger(1);
    let path = dir.path().join("head");
    let good = fs::read(&path).unwrap();
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, bad).unwrap();
        assert!(verify(dir.path()).is_err(), "bit {bit}");
    }
}

#[test]
fn damage_found_while_reading_is_named_and_never_served() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, reader, _) = open_real(dir.path()).unwrap();
    append(&mut writer, 4).unwrap().wait().unwrap();
    let path = segments(dir.path()).pop().unwrap();
    let good = fs::read(&path).unwrap();
    for at in PAGE..used(&good) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, bad).unwrap();
        let mut seen = Vec::new();
        for n in 0..4 {
            match reader.read(handshake_core::vocabulary::Position(n)) {
                Ok(read) => seen.extend(read),
                Err(error) => {
                    assert!(error.to_string().contains("is damaged at byte"), "{error}");
                    break;
                }
            }
        }
        assert!(seen.len() < 4, "byte {at}");
        check_events(&seen);
    }
}
