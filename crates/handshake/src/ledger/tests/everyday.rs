//! Round trips, waiting, limits.

use handshake_core::vocabulary::Position;

use super::*;
use crate::ledger::{open, verify};

#[test]
fn what_is_appended_is_read_back_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let (mut written, mut head) = (0, [0; 32]);
    for round in 0..4 {
        let (mut writer, reader, seen) = open_real(dir.path()).unwrap();
        check_events(&seen);
        assert_eq!((seen.len() as u64, writer.next().0), (written, written));
        for n in 1..40 {
            let ticket = append(&mut writer, n % 6 + 1).unwrap();
            if n % 10 == 0 {
                let first = ticket.first();
                ticket.wait().unwrap();
                assert!(first < reader.durable());
            }
        }
        written = writer.next().0;
        drop(writer);
        assert_eq!(reader.durable().0, written);
        let verified = verify(dir.path()).unwrap();
        assert_eq!(verified.events, written, "round {round}");
        assert!(1 < verified.segments);
        assert_ne!(verified.head, head);
        head = verified.head;
    }
}

#[test]
fn every_position_can_be_read_and_every_tail_walked() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, reader, _) = open_real(dir.path()).unwrap();
    for n in 0..300 {
        append(&mut writer, n % 5 + 1).unwrap().wait().unwrap();
    }
    let end = writer.next().0;
    for n in 0..end {
        assert_eq!(reader.read(Position(n)).unwrap().unwrap().fact, fact(n).0);
    }
    assert_eq!(reader.read(Position(end)).unwrap(), None);
    for from in [0, 1, 255, 256, 257, 700, end - 1, end] {
        let mut seen = Vec::new();
        reader.read_all(Position(from), &mut |it| seen.push(it.position.0)).unwrap();
        assert_eq!(seen, (from..end).collect::<Vec<u64>>());
    }
    drop(writer);
    let (_writer, reader, _) = open_real(dir.path()).unwrap();
    assert_eq!(reader.read(Position(701)).unwrap().unwrap().fact, fact(701).0);
}

#[test]
fn tasks_and_threads_wait_for_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, reader, _) = open_real(dir.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let later =
        runtime.spawn(async move { reader.wait_for(Position(1)).await.map(|()| reader.durable()) });
    let first = append(&mut writer, 1).unwrap();
    let second = append(&mut writer, 2).unwrap();
    assert_eq!((first.first(), second.first(), second.count()), (Position(0), Position(1), 2));
    runtime.block_on(async {
        first.durable().await.unwrap();
        second.durable().await.unwrap();
        assert_eq!(later.await.unwrap().unwrap(), Position(3));
    });
    writer.append(NOW, &[]).unwrap().wait().unwrap();
    assert_eq!(writer.next(), Position(3));
}

#[test]
fn time_never_goes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, reader, _) = open_real(dir.path()).unwrap();
    let it = named(0);
    writer.append(Millis(100), &[entry(&it, None)]).unwrap().wait().unwrap();
    writer.append(Millis(40), &[entry(&it, None)]).unwrap().wait().unwrap();
    assert_eq!(reader.read(Position(1)).unwrap().unwrap().at, Millis(100));
    assert_eq!(writer.last_at(), Millis(100));
}

#[test]
fn a_site_is_open_once_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (writer, _, _) = open_real(dir.path()).unwrap();
    let said = open_real(dir.path()).unwrap_err().to_string();
    assert!(said.starts_with("another handshake process has this site open: `"), "{said}");
    drop(writer);
    open_real(dir.path()).unwrap();
}

#[test]
fn a_directory_belongs_to_one_site() {
    let dir = tempfile::tempdir().unwrap();
    drop(open_real(dir.path()).unwrap());
    let other = Place { site: SiteId(8), ..place(dir.path()) };
    let said = open(&other, &wrap(), NOW, &mut |_| ()).unwrap_err().to_string();
    assert!(said.contains("belongs to site 7, partition 0"), "{said}");
}

#[test]
fn what_cannot_be_stored_is_refused_and_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open_real(dir.path()).unwrap();
    append(&mut writer, 1).unwrap().wait().unwrap();
    let huge =
        Fact::NameDeclared(NameDeclared { document: vec![1; 4 << 20], ..Default::default() });
    let stranger = Fact::Unknown(handshake_core::event::Kind::Unknown(99), 1);
    let (good, personal) = (named(1), decided(1));
    let cases = [
        (entry(&huge, None), "is over the limit of 4194304 bytes"),
        (entry(&personal, None), "needs the person's key slot"),
        (entry(&personal, Some(Slot(4000))), "key slot 4000 is not in use"),
        (entry(&stranger, None), "does not know"),
    ];
    for (bad, expected) in cases {
        let said = writer.append(NOW, &[entry(&good, None), bad]).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
    append(&mut writer, 3).unwrap().wait().unwrap();
    drop(writer);
    let (_, _, seen) = open_real(dir.path()).unwrap();
    assert_eq!(seen.len(), 4);
    check_events(&seen);
}

#[test]
fn a_backlog_is_refused_and_a_large_batch_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, _, _) = open_real(dir.path()).unwrap();
    let large =
        Fact::NameDeclared(NameDeclared { document: vec![1; 3 << 20], ..Default::default() });
    let batch = [entry(&large, None); 10];
    let mut tickets = Vec::new();
    let refused = loop {
        match writer.append(NOW, &batch) {
            Ok(ticket) => tickets.push(ticket),
            Err(error) => break error,
        }
        assert!(tickets.len() < 1000, "the disk is too fast for this test");
    };
    assert!(matches!(refused, LedgerError::Busy), "{refused}");
    for ticket in tickets {
        ticket.wait().unwrap();
    }
    writer.append(NOW, &batch).unwrap().wait().unwrap();
    let refused = writer.append(NOW, &[entry(&large, None); 11]).unwrap_err();
    assert!(matches!(refused, LedgerError::BatchTooLarge(_)), "{refused}");
}
