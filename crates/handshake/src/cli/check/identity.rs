//! Event ids of rows, the same each time a run is repeated.
//!
//! An id is made of the run, the file, what is wanted and the number of the row. The run carries the
//! time, so that ids are good for seven days; and it is new unless somebody names one, so that a list
//! that is checked again is decided again.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use handshake_core::vocabulary::EventId;
use sha2::{Digest, Sha256};

use super::asking::Asking;
use crate::access::fresh;
use crate::cli::failure::Failure;
use crate::clock;

#[derive(Debug)]
pub(super) struct Identity {
    run: EventId,
    /// Of the file and of what is wanted.
    digest: [u8; 32],
}

impl Identity {
    pub(super) fn new(
        run: Option<EventId>,
        file: &Path,
        asking: &Asking,
    ) -> Result<Identity, Failure> {
        let run = match run {
            Some(run) => run,
            None => {
                let random: [u8; 16] =
                    fresh().map_err(|error| Failure::io("could not name the run", &error))?;
                uuid(clock::now().0, random)
            }
        };
        let mut hash = Sha256::new();
        hash.update(digest(file)?);
        hash.update(asking.template());
        Ok(Identity { run, digest: hash.finalize().into() })
    }

    pub(super) fn run(&self) -> EventId {
        self.run
    }

    /// The event id of a row.
    pub(super) fn event(&self, row: u64) -> String {
        let mut hash = Sha256::new();
        hash.update(self.run.0.to_be_bytes());
        hash.update(self.digest);
        hash.update(row.to_be_bytes());
        let mut random = [0; 16];
        random.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        uuid(self.run.millis().unwrap_or(0), random).to_string()
    }
}

/// A UUID of version 7 (RFC 9562).
fn uuid(millis: i64, random: [u8; 16]) -> EventId {
    let millis = u128::try_from(millis).unwrap_or(0) & ((1 << 48) - 1);
    let random = u128::from_be_bytes(random);
    let (high, low) = (random >> 64 & 0xfff, random & ((1 << 62) - 1));
    EventId(millis << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)
}

fn digest(file: &Path) -> Result<[u8; 32], Failure> {
    let failed =
        |error: &std::io::Error| Failure::io(format!("could not read `{}`", file.display()), error);
    let mut from = File::open(file).map_err(|it| failed(&it))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        let read = from.read(&mut buffer).map_err(|it| failed(&it))?;
        if read == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_good_ids_and_differ_by_run_list_and_row() {
        let of = |run: u8, list: u8, row| {
            let run = uuid(1_800_000_000_000, [run; 16]);
            Identity { run, digest: [list; 32] }.event(row)
        };
        let ids = [of(1, 1, 1), of(2, 1, 1), of(1, 2, 1), of(1, 1, 2)];
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(id.parse::<EventId>().unwrap().millis(), Some(1_800_000_000_000));
            assert!(!ids.iter().skip(n + 1).any(|other| other == id));
        }
        assert_eq!(of(1, 1, 1), ids[0]);
    }
}
