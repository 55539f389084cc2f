//! How many strings a second of one processor reads: `cargo bench -p handshake-signals`.
//!
//! TC strings are those of real sites in `vectors/`, each read whole and asked about vendor 755 and
//! purposes 1, 3 and 4. GPP strings are those of the suites, with every section read. Processor time
//! is what the kernel counts for this thread, where it says so; otherwise it is the clock's.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and may panic"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use handshake_signals::gpp::GppString;
use handshake_signals::tcf::{TcString, VendorFacts};

const ROUND: Duration = Duration::from_secs(1);
const ROUNDS: usize = 5;

fn main() {
    let strings = |file: &str, name: &str| -> Vec<String> {
        let lines = file.lines().map(|it| serde_json::from_str::<serde_json::Value>(it).unwrap());
        lines.filter_map(|it| Some(it["input"][name].as_str()?.to_owned())).collect()
    };
    let tcs = strings(include_str!("../vectors/tcf-realworld.jsonl"), "tc");
    let mut gpps = strings(include_str!("../vectors/gpp.jsonl"), "gpp");
    gpps.retain(|it| GppString::parse(it).is_ok_and(|it| it.sections().all(|(_, it)| it.is_ok())));
    // The two long ones are cases of hostility, not of use.
    gpps.retain(|it| it.len() < 400);

    let facts = VendorFacts::new([1, 3, 4], [], []);
    measure("TC string: read, 3 legal bases of one vendor", &tcs, |it| {
        let tc = TcString::parse(it).unwrap();
        [1, 3, 4].map(|purpose| tc.legal_basis(755, purpose, &facts).is_yes())
    });
    measure("TC string: read", &tcs, |it| TcString::parse(it).is_ok());
    measure("GPP string: all sections read", &gpps, |it| {
        GppString::parse(it).unwrap().sections().filter(|(_, it)| it.is_ok()).count()
    });
    measure("GPP string: header only", &gpps, |it| GppString::parse(it).is_ok());
}

/// The best of some rounds, for others use the machine too.
fn measure<T>(name: &str, strings: &[String], read: impl Fn(&str) -> T) {
    let length = strings.iter().map(String::len).sum::<usize>() / strings.len().max(1);
    let mut best = 0.0_f64;
    for _ in 0..ROUNDS {
        let (began, began_clock) = (processor_time(), Instant::now());
        let mut reads = 0_u32;
        while began_clock.elapsed() < ROUND {
            for it in strings {
                black_box(read(black_box(it)));
                reads += 1;
            }
        }
        let took = match (began, processor_time()) {
            (Some(began), Some(ended)) => ended.saturating_sub(began),
            _ => began_clock.elapsed(),
        };
        best = best.max(f64::from(reads) / took.as_secs_f64());
    }
    let count = strings.len();
    println!("{name:46} {best:>12.0} /s   ({count} strings, {length} characters on average)");
}

/// What the kernel has counted for this thread.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
