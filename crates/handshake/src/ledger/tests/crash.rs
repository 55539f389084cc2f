//! Whatever fails and whenever: what was acknowledged is there, and a batch is there in whole or
//! not at all.

use std::path::Path;
use std::sync::Arc;

use super::disk::{Coins, Fault, SimDisk};
use super::*;

/// What a run appended and what it was told was safe.
#[derive(Debug, Default)]
struct Ran {
    /// Where every batch ended, complete or not.
    ends: Vec<u64>,
    acknowledged: u64,
}

/// Appends batches of odd sizes, waiting for some of them, until something fails.
fn run(disk: &Arc<SimDisk>, dir: &Path, coins: &mut Coins, batches: u64, mut ran: Ran) -> Ran {
    let disk = Arc::clone(disk) as Arc<dyn Disk>;
    let Ok((mut writer, reader, seen)) = open_with(disk, dir) else { return ran };
    check_events(&seen);
    let have = seen.len() as u64;
    assert!(ran.acknowledged <= have, "{} lost of {}", ran.acknowledged - have, ran.acknowledged);
    assert!(have == 0 || ran.ends.contains(&have), "{have} is within a batch of {:?}", ran.ends);
    ran.ends.retain(|it| *it <= have);
    // What was read back may have been shown to somebody.
    ran.acknowledged = have;
    let mut failed = false;
    for _ in 0..batches {
        let Ok(ticket) = append(&mut writer, 1 + coins.next() % 5) else { break };
        assert!(!failed, "an append was taken after a failure");
        let end = ticket.first().0 + ticket.count();
        ran.ends.push(end);
        if coins.next().is_multiple_of(3) {
            match ticket.wait() {
                Ok(()) => ran.acknowledged = end,
                Err(error) => {
                    assert!(error.to_string().contains("injected"), "{error}");
                    assert!(reader.stopped().is_some());
                    failed = true;
                }
            }
        }
    }
    assert!(reader.durable().0 <= writer.next().0);
    ran.acknowledged = ran.acknowledged.max(reader.durable().0);
    if let Some(last) = ran.acknowledged.checked_sub(1) {
        let read = reader.read(handshake_core::vocabulary::Position(last)).unwrap().unwrap();
        assert_eq!(read.fact, fact(last).0);
    }
    ran
}

#[test]
fn power_may_go_at_any_call() {
    let dir = tempfile::tempdir().unwrap();
    let whole = SimDisk::new(Fault::Never);
    run(&whole, dir.path(), &mut Coins(1), 60, Ran::default());
    // How appends group into commits differs from run to run, so a few more than in that one.
    for call in 0..whole.calls() + 20 {
        let mut coins = Coins(call);
        let disk = SimDisk::new(Fault::PowerCut(call));
        let ran = run(&disk, dir.path(), &mut coins, 60, Ran::default());
        // And again during recovery, and after.
        let again = disk.after_power_cut(&mut coins, Fault::PowerCut(coins_call(call)));
        let ran = run(&again, dir.path(), &mut coins, 20, ran);
        let last = again.after_power_cut(&mut coins, Fault::Never);
        let (_, _, seen) = open_with(last, dir.path()).unwrap();
        check_events(&seen);
        assert!(ran.acknowledged <= seen.len() as u64, "call {call}");
    }
}

fn coins_call(call: u64) -> u64 {
    call % 23
}

#[test]
fn one_call_may_fail_and_nothing_is_taken_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let whole = SimDisk::new(Fault::Never);
    run(&whole, dir.path(), &mut Coins(1), 60, Ran::default());
    for call in 0..whole.calls() {
        let mut coins = Coins(call);
        let disk = SimDisk::new(Fault::Once(call));
        let ran = run(&disk, dir.path(), &mut coins, 60, Ran::default());
        // The process is started again on the same kernel, whose cache may show what is not on
        // disk. What the second process saw must survive the power cut.
        let again = disk.restarted(Fault::Never);
        let ran = run(&again, dir.path(), &mut coins, 3, ran);
        let last = again.after_power_cut(&mut coins, Fault::Never);
        let (_, _, seen) = open_with(last, dir.path()).unwrap();
        check_events(&seen);
        assert!(ran.acknowledged <= seen.len() as u64, "call {call}");
    }
}

#[test]
fn after_an_error_waiters_and_appends_are_told_and_reading_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let disk = SimDisk::new(Fault::Never);
    let (mut writer, _, _) = open_with(Arc::clone(&disk) as Arc<dyn Disk>, dir.path()).unwrap();
    append(&mut writer, 3).unwrap().wait().unwrap();
    drop(writer);
    // Opening makes four calls before the first commit: two syncs of the slab, one of the names
    // of segments, and the last commit again with its sync.
    let disk = disk.restarted(Fault::Once(6));
    let (mut writer, reader, _) = open_with(disk, dir.path()).unwrap();
    let error = append(&mut writer, 2).unwrap().wait().unwrap_err();
    assert!(matches!(error, LedgerError::Stopped { .. }), "{error}");
    let said = append(&mut writer, 1).unwrap_err().to_string();
    assert!(said.starts_with("the ledger stopped: cannot sync `"), "{said}");
    assert!(said.ends_with("nothing is accepted until handshake is restarted"), "{said}");
    assert!(writer.erase_key(Slot(1)).is_err());
    let mut seen = Vec::new();
    reader
        .read_all(handshake_core::vocabulary::Position(0), &mut |it| seen.push(it.clone()))
        .unwrap();
    assert_eq!(seen.len(), 3);
    check_events(&seen);
}
