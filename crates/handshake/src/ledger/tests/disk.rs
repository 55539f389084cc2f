//! A disk in memory that fails at a chosen call, and forgets what was not synced when the power
//! goes. It forgets by sector: any part of what was written since the last sync may survive.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::ledger::disk::{Disk, DiskFile};

const SECTOR: usize = 512;

/// What happens at a chosen call that changes something, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Never,
    /// This call fails; later ones succeed. A failed sync loses what it should have written, as
    /// the kernel does.
    Once(u64),
    /// The power goes during this call: it may be done in part, and nothing works afterwards.
    PowerCut(u64),
}

#[derive(Debug)]
pub(super) struct SimDisk {
    names: Mutex<Names>,
    calls: Arc<Calls>,
}

#[derive(Debug, Default, Clone)]
struct Names {
    live: BTreeMap<PathBuf, Arc<SimFile>>,
    kept: BTreeMap<PathBuf, Arc<SimFile>>,
}

#[derive(Debug)]
struct Calls {
    fault: Fault,
    made: AtomicU64,
}

#[derive(Debug)]
struct SimFile {
    bytes: Mutex<Bytes>,
    calls: Arc<Calls>,
}

#[derive(Debug, Default, Clone)]
struct Bytes {
    live: Vec<u8>,
    kept: Vec<u8>,
    dirty: BTreeSet<usize>,
}

/// A small generator of coin flips.
pub(super) struct Coins(pub(super) u64);

impl Coins {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn flip(&mut self) -> bool {
        self.next() & 1 == 0
    }
}

impl Calls {
    /// Counts a call. `Err` says that it fails, with the number to draw a partial effect from.
    fn count(&self) -> Result<(), u64> {
        let call = self.made.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Fault::Once(at) if call == at => Err(0),
            Fault::PowerCut(at) if call == at => Err(call),
            Fault::PowerCut(at) if at < call => Err(0),
            Fault::Never | Fault::Once(_) | Fault::PowerCut(_) => Ok(()),
        }
    }
}

fn injected() -> io::Error {
    io::Error::other("injected")
}

impl Bytes {
    fn write(&mut self, bytes: &[u8], at: usize) {
        if bytes.is_empty() {
            return;
        }
        let end = at + bytes.len();
        if self.live.len() < end {
            self.live.resize(end, 0);
        }
        self.live[at..end].copy_from_slice(bytes);
        self.dirty.extend(at / SECTOR..=(end - 1) / SECTOR);
    }

    fn keep(&mut self, sector: usize) {
        let from = sector * SECTOR;
        let to = self.live.len().min(from + SECTOR);
        if self.kept.len() < to {
            self.kept.resize(to, 0);
        }
        self.kept[from..to].copy_from_slice(&self.live[from..to]);
    }
}

impl SimDisk {
    pub(super) fn new(fault: Fault) -> Arc<SimDisk> {
        let calls = Arc::new(Calls { fault, made: AtomicU64::new(0) });
        Arc::new(SimDisk { names: Mutex::default(), calls })
    }

    /// Calls so far.
    pub(super) fn calls(&self) -> u64 {
        self.calls.made.load(Ordering::SeqCst)
    }

    /// The same disk after the process ended, all that it wrote still in the kernel's cache.
    pub(super) fn restarted(&self, fault: Fault) -> Arc<SimDisk> {
        self.copy(fault, |bytes| bytes.clone(), |names| names.live.clone())
    }

    /// The disk after the power went: of what was not synced, `coins` decide.
    pub(super) fn after_power_cut(&self, coins: &mut Coins, fault: Fault) -> Arc<SimDisk> {
        let keep_names = coins.flip();
        let bytes = |bytes: &Bytes| {
            let mut bytes = bytes.clone();
            for sector in std::mem::take(&mut bytes.dirty) {
                if coins.flip() {
                    bytes.keep(sector);
                }
            }
            Bytes { live: bytes.kept.clone(), ..bytes }
        };
        self.copy(fault, bytes, |it| if keep_names { it.live.clone() } else { it.kept.clone() })
    }

    fn copy(
        &self,
        fault: Fault,
        mut bytes: impl FnMut(&Bytes) -> Bytes,
        names: impl Fn(&Names) -> BTreeMap<PathBuf, Arc<SimFile>>,
    ) -> Arc<SimDisk> {
        let calls = Arc::new(Calls { fault, made: AtomicU64::new(0) });
        let old = names(&self.names.lock().unwrap());
        let live: BTreeMap<_, _> = old
            .into_iter()
            .map(|(path, file)| {
                let bytes = Mutex::new(bytes(&file.bytes.lock().unwrap()));
                (path, Arc::new(SimFile { bytes, calls: Arc::clone(&calls) }))
            })
            .collect();
        let names = Mutex::new(Names { kept: live.clone(), live });
        Arc::new(SimDisk { names, calls })
    }

    fn file(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let names = self.names.lock().unwrap();
        let file = names.live.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::clone(file) as Arc<dyn DiskFile>)
    }
}

impl Disk for SimDisk {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.calls.count().map_err(|_| injected())?;
        let calls = Arc::clone(&self.calls);
        let file = Arc::new(SimFile { bytes: Mutex::default(), calls });
        self.names.lock().unwrap().live.insert(path.to_owned(), Arc::clone(&file));
        Ok(file)
    }

    fn open_write(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.file(path)
    }

    fn open_read(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.file(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.calls.count().map_err(|_| injected())?;
        let mut names = self.names.lock().unwrap();
        let file = names.live.remove(from).ok_or(io::ErrorKind::NotFound)?;
        names.live.insert(to.to_owned(), file);
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.calls.count().map_err(|_| injected())?;
        let mut names = self.names.lock().unwrap();
        let in_dir = |path: &Path| path.parent() == Some(dir);
        let live = names.live.clone();
        names.kept.retain(|path, _| !in_dir(path));
        names.kept.extend(live.into_iter().filter(|(path, _)| in_dir(path)));
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let names = self.names.lock().unwrap();
        let here = names.live.keys().filter(|it| it.parent() == Some(dir));
        Ok(here.map(|it| it.file_name().unwrap().to_str().unwrap().to_owned()).collect())
    }
}

impl DiskFile for SimFile {
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let bytes = self.bytes.lock().unwrap();
        let from = bytes.live.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        let count = from.len().min(into.len());
        into[..count].copy_from_slice(&from[..count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let at = usize::try_from(offset).unwrap();
        let done = match self.calls.count() {
            Ok(()) => bytes.len(),
            Err(draw) => {
                let part = Coins(draw).next() % (bytes.len() as u64 + 1);
                if draw == 0 { 0 } else { usize::try_from(part).unwrap() }
            }
        };
        self.bytes.lock().unwrap().write(&bytes[..done], at);
        if done < bytes.len() { Err(injected()) } else { Ok(()) }
    }

    fn sync_data(&self) -> io::Result<()> {
        let failed = self.calls.count().err();
        let mut bytes = self.bytes.lock().unwrap();
        if failed.is_some() {
            if matches!(self.calls.fault, Fault::Once(_)) {
                bytes.dirty.clear();
            }
            return Err(injected());
        }
        for sector in std::mem::take(&mut bytes.dirty) {
            bytes.keep(sector);
        }
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.lock().unwrap().live.len() as u64)
    }
}
