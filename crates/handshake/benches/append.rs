//! How near the ledger comes to what the disk allows.
//!
//! In one run, by turns: (a) the floor, which writes as many bytes an event to a file that is
//! already there in full, one write and one fdatasync for all that gathered, and does nothing
//! else; (b) the ledger, which also seals, hashes, chains and checks. In both, 64 tasks on two
//! threads each append one event and wait until it is durable. Prints medians and the ratio.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and may panic")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use handshake::ledger::{Entry, Place, Reader, WrapKey, Writer, open, verify};
use handshake_core::event::{
    DatumMessage, Fact, GrantMessage, LimitMessage, SituationMessage, UseDecided,
};
use handshake_core::vocabulary::{Code, EventId, Millis, SiteId, Slot};
use tokio::runtime::Runtime;

const WRITERS: usize = 64;
/// Many and short, so that what else the machine does falls on both alike.
const ROUNDS: usize = 41;
const ROUND: Duration = Duration::from_millis(400);
const FLOOR_LEN: usize = 128 << 20;

/// What one round came to, a second.
#[derive(Clone, Copy)]
struct Rate {
    events: f64,
    syncs: f64,
}

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let bytes = bytes_per_event(dir.path());
    println!("{WRITERS} writers, {bytes} bytes an event, {ROUNDS} rounds of {ROUND:?} each");
    let place = place(&dir.path().join("ledger"));
    let wrap = WrapKey::from_bytes([1; 32]);
    let (mut writer, reader) = open(&place, &wrap, Millis(0), &mut |_| ()).unwrap();
    let slots: Arc<[Slot]> = (0..1000).map(|_| writer.new_slot().unwrap()).collect();
    let writer = Arc::new(Mutex::new(writer));
    let file = Arc::new(File::create(dir.path().join("floor")).unwrap());
    file.write_all_at(&vec![0; FLOOR_LEN], 0).unwrap();
    file.sync_all().unwrap();
    let (mut floors, mut ours) = (Vec::new(), Vec::new());
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let floor = floor(&runtime, &file, bytes);
        let our = ledger(&runtime, &writer, &reader, &slots);
        println!(
            "round {round}: floor {:>7.0} events/s {:>6.0} syncs/s   ledger {:>7.0} events/s \
             {:>6.0} syncs/s   ratio {:.3}",
            floor.events,
            floor.syncs,
            our.events,
            our.syncs,
            our.events / floor.events
        );
        ratios.push(our.events / floor.events);
        floors.push(floor);
        ours.push(our);
    }
    let (floor, our) = (median(&floors, |it| it.events), median(&ours, |it| it.events));
    println!(
        "median: floor {floor:.0} events/s at {:.0} syncs/s, ledger {our:.0} events/s at {:.0} \
         syncs/s, ratio {:.3}; median of the ratios of rounds {:.3}",
        median(&floors, |it| it.syncs),
        median(&ours, |it| it.syncs),
        our / floor,
        middle(ratios)
    );
    drop(writer);
    println!("verified {} events", verify(&place.dir).unwrap().events);
}

fn median(rates: &[Rate], of: impl Fn(&Rate) -> f64) -> f64 {
    middle(rates.iter().map(of).collect())
}

fn middle(mut sorted: Vec<f64>) -> f64 {
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// A decision as shops make them: eight data, three permissions, two limits.
fn decided() -> Fact {
    let at = 1_790_000_000_000;
    let datum = |code| DatumMessage { code, undeclared: String::new(), collected_at: at };
    let grant = |statement| GrantMessage { statement, granted_at: at };
    let limit = |hours| LimitMessage { window_hours: hours, count: 2, frees_at: at };
    let clear = UseDecided {
        policy: 3,
        engine: 1,
        act: 2,
        purpose: 11,
        verdict: 1,
        advice: 1,
        reasons: vec![0x0102],
        recipient: 14,
        channel: 2,
        campaign: 400,
        digest: 0x1234_5678_9abc_def0,
        request: 0x0fed_cba9_8765_4321,
        ..UseDecided::default()
    };
    let situation = SituationMessage {
        act: 2,
        purpose: 11,
        data: (300..308).map(datum).collect(),
        recipient: 14,
        channel: 2,
        tags: vec![5, 9, 200],
        signals: 3,
        standing: 1,
        grants: (1..4).map(grant).collect(),
        recent: [24, 168].map(limit).to_vec(),
        last_visit: at,
        last_order: at,
        known: true,
        jurisdiction: "GB".to_owned(),
        since: at,
        ..SituationMessage::default()
    };
    Fact::UseDecided(clear, Some(situation))
}

fn entry(fact: &Fact, n: u64) -> Entry<'_> {
    let event = EventId(0x019a_1b2c_3d4e_7f60_8123_0000_0000_0000 | u128::from(n));
    Entry { event, caller: Code(3), claimed_at: None, slot: None, fact }
}

fn place(dir: &Path) -> Place {
    Place { dir: dir.to_owned(), site: SiteId(1), partition: 0 }
}

/// Measured, not computed: what the files of a hundred events hold.
fn bytes_per_event(dir: &Path) -> usize {
    let dir = dir.join("measure");
    let wrap = WrapKey::from_bytes([1; 32]);
    let (mut writer, _) = open(&place(&dir), &wrap, Millis(0), &mut |_| ()).unwrap();
    let slot = Some(writer.new_slot().unwrap());
    let fact = decided();
    for n in 0..100 {
        writer.append(Millis(0), &[Entry { slot, ..entry(&fact, n) }]).unwrap().wait().unwrap();
    }
    drop(writer);
    let bytes = std::fs::read(dir.join("segments/00000000000000000000.seg")).unwrap();
    let end = bytes.iter().rposition(|it| *it != 0).unwrap() + 1;
    (end - 4096).div_ceil(100)
}

/// Runs `step` over and over in every task for one round, and counts.
fn round<F, W>(runtime: &Runtime, step: F) -> f64
where
    F: Fn(usize) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = ()> + Send,
{
    let over = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..WRITERS)
        .map(|task| {
            let (over, count, step) = (Arc::clone(&over), Arc::clone(&count), step.clone());
            runtime.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    step(task).await;
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    thread::sleep(ROUND);
    over.store(true, Ordering::Relaxed);
    runtime.block_on(async {
        for task in tasks {
            task.await.unwrap();
        }
    });
    count.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

fn ledger(
    runtime: &Runtime,
    writer: &Arc<Mutex<Writer>>,
    reader: &Reader,
    slots: &Arc<[Slot]>,
) -> Rate {
    let n = Arc::new(AtomicU64::new(0));
    let fact = Arc::new(decided());
    let (shared, slots) = (Arc::clone(writer), Arc::clone(slots));
    let (before, start) = (reader.commits(), Instant::now());
    let events = round(runtime, move |_| {
        let n = n.fetch_add(1, Ordering::Relaxed);
        let slot = slots.get(usize::try_from(n).unwrap() % slots.len()).copied();
        let ticket = {
            let mut writer = shared.lock().unwrap();
            let entry = Entry { slot, ..entry(&fact, n) };
            writer.append(Millis(i64::try_from(n).unwrap()), &[entry]).unwrap()
        };
        async move { ticket.durable().await.unwrap() }
    });
    let syncs = (reader.commits() - before) as f64 / start.elapsed().as_secs_f64();
    Rate { events, syncs }
}

/// The same waking as the ledger's, and nothing else of it.
#[derive(Default)]
struct Commit {
    state: Mutex<(bool, Vec<Waker>)>,
}

struct Done(Arc<Commit>);

impl Future for Done {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.state.lock().unwrap();
        if state.0 {
            return Poll::Ready(());
        }
        state.1.push(context.waker().clone());
        Poll::Pending
    }
}

#[derive(Default)]
struct Queue {
    bytes: Vec<u8>,
    commit: Arc<Commit>,
    closing: bool,
}

fn floor(runtime: &Runtime, file: &Arc<File>, bytes: usize) -> Rate {
    let file = Arc::clone(file);
    let queue = Arc::new((Mutex::new(Queue::default()), Condvar::new()));
    let shared = Arc::clone(&queue);
    let committer = thread::spawn(move || {
        let (mut taken, mut at, mut syncs) = (Vec::new(), 0, 0_u64);
        loop {
            // As the ledger's committer does: let those just woken join.
            for _ in 0..32 {
                let queue = shared.0.lock().unwrap();
                if taken.len() <= queue.bytes.len() + bytes || queue.closing {
                    break;
                }
                drop(queue);
                thread::yield_now();
            }
            let mut queue = shared.0.lock().unwrap();
            while queue.bytes.is_empty() && !queue.closing {
                queue = shared.1.wait(queue).unwrap();
            }
            if queue.bytes.is_empty() {
                return syncs;
            }
            taken.clear();
            std::mem::swap(&mut taken, &mut queue.bytes);
            let commit = std::mem::take(&mut queue.commit);
            drop(queue);
            if FLOOR_LEN as u64 - (1 << 20) < at {
                at = 0;
            }
            file.write_all_at(&taken, at).unwrap();
            file.sync_data().unwrap();
            at += taken.len() as u64;
            syncs += 1;
            let mut state = commit.state.lock().unwrap();
            state.0 = true;
            let wakers = std::mem::take(&mut state.1);
            drop(state);
            wakers.into_iter().for_each(Waker::wake);
        }
    });
    let event: Arc<[u8]> = vec![7; bytes].into();
    let (shared, start) = (Arc::clone(&queue), Instant::now());
    let events = round(runtime, move |_| {
        let mut queue = shared.0.lock().unwrap();
        queue.bytes.extend_from_slice(&event);
        let commit = Arc::clone(&queue.commit);
        drop(queue);
        shared.1.notify_one();
        Done(commit)
    });
    queue.0.lock().unwrap().closing = true;
    queue.1.notify_all();
    let syncs = committer.join().unwrap() as f64 / start.elapsed().as_secs_f64();
    Rate { events, syncs }
}
