//! The key slab: one random key a person, in fixed slots that can be overwritten in place.
//!
//! Keys are made in blocks ahead of need and synced before any is given out, so that a new
//! person costs no sync. Which slots are in use is not stored: the ledger says so. Each key is
//! wrapped (AES-256-GCM) under a key that is kept outside this directory.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use handshake_core::vocabulary::Slot;
use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce, Tag};
use ring::rand::{SecureRandom, SystemRandom};

use super::commit::{lock, read, write};
use super::disk::{Disk, DiskFile};
use super::error::LedgerError;
use super::seal::cipher;
use super::segment::{PAGE, array};

pub(super) type Key = [u8; 32];

/// Slots made at a time.
pub(super) const BLOCK: u32 = 4096;
const SLOT_LEN: usize = 64;
const MAGIC: [u8; 8] = *b"HSKEYSLB";
const VERSION: u32 = 1;
/// What is wrapped into the head page to recognise the wrapping key.
const CHECK: [u8; 32] = *b"this is the right wrapping key..";
/// The slot number that stands for the check in what is authenticated; no person gets it.
const CHECK_SLOT: u32 = u32::MAX;
const FILLED: u8 = 1;
const ERASED: u8 = 2;

/// The key that wraps all keys of a site. It comes from a file or a key service outside the data
/// directory: whoever copies the directory alone has ciphertext.
#[derive(Clone)]
pub struct WrapKey(Key);

impl WrapKey {
    pub fn from_bytes(bytes: [u8; 32]) -> WrapKey {
        WrapKey(bytes)
    }
}

impl fmt::Debug for WrapKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrapKey(…)")
    }
}

/// What a slot holds.
#[derive(Debug)]
pub(super) enum Held<'a> {
    Key(&'a Key),
    /// The person was forgotten.
    Erased,
    /// No key was ever made here, or it is unreadable.
    Nothing,
}

/// The keys, unwrapped: 33 bytes a slot.
#[derive(Default)]
pub(super) struct Keys {
    keys: Vec<Key>,
    states: Vec<u8>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.keys.len())
    }
}

impl Keys {
    pub(super) fn get(&self, slot: Slot) -> Held<'_> {
        let at = usize::try_from(slot.0).unwrap_or(usize::MAX);
        match (self.states.get(at), self.keys.get(at)) {
            (Some(&FILLED), Some(key)) => Held::Key(key),
            (Some(&ERASED), _) => Held::Erased,
            _ => Held::Nothing,
        }
    }
}

/// The file and what it holds.
#[derive(Debug)]
pub(super) struct Slab {
    file: Arc<dyn DiskFile>,
    path: PathBuf,
    wrap: Wrap,
    keys: RwLock<Keys>,
    /// Held while the slab grows: number of slots that are filled and synced.
    made: Mutex<u32>,
}

struct Wrap {
    key: LessSafeKey,
    owner: [u8; 6],
    random: SystemRandom,
}

impl fmt::Debug for Wrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrap(…)")
    }
}

impl Wrap {
    fn new(key: &WrapKey, (site, partition): (u32, u16)) -> Result<Wrap, LedgerError> {
        let mut owner = [0; 6];
        owner[..4].copy_from_slice(&site.to_le_bytes());
        owner[4..].copy_from_slice(&partition.to_le_bytes());
        Ok(Wrap { key: cipher(&key.0)?, owner, random: SystemRandom::new() })
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], LedgerError> {
        let mut bytes = [0; N];
        let failed = |_| LedgerError::Cipher("draw random numbers");
        self.random.fill(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    /// A wrapped key is bound to its slot, so that no two can be swapped.
    fn beside(&self, slot: u32) -> [u8; 10] {
        let mut beside = [0; 10];
        beside[..6].copy_from_slice(&self.owner);
        beside[6..].copy_from_slice(&slot.to_le_bytes());
        beside
    }

    fn wrap(&self, slot: u32, key: &Key) -> Result<[u8; SLOT_LEN], LedgerError> {
        let nonce: [u8; NONCE_LEN] = self.random()?;
        let mut wrapped = *key;
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.beside(slot)),
                &mut wrapped,
            )
            .map_err(|_| LedgerError::Cipher("wrap a key"))?;
        let mut bytes = [0; SLOT_LEN];
        bytes[0] = FILLED;
        bytes[4..16].copy_from_slice(&nonce);
        bytes[16..48].copy_from_slice(&wrapped);
        bytes[48..].copy_from_slice(tag.as_ref());
        Ok(bytes)
    }

    fn unwrap(&self, slot: u32, bytes: &[u8]) -> Option<Key> {
        let bytes: &[u8; SLOT_LEN] = bytes.first_chunk()?;
        let mut key: Key = array(bytes, 16);
        let tag: Tag = array::<16>(bytes, 48).into();
        let nonce = Nonce::assume_unique_for_key(array(bytes, 4));
        let beside = Aad::from(self.beside(slot));
        self.key.open_in_place_separate_tag(nonce, beside, tag, &mut key, 0..).ok()?;
        (bytes[..4] == [FILLED, 0, 0, 0]).then_some(key)
    }
}

impl Slab {
    pub(super) fn path(dir: &Path) -> PathBuf {
        dir.join("keys.slab")
    }

    /// Makes a slab with its first block. It appears under its name only when it is whole.
    pub(super) fn create(
        disk: &dyn Disk,
        dir: &Path,
        key: &WrapKey,
        owner: (u32, u16),
    ) -> Result<Slab, LedgerError> {
        let (new, path) = (dir.join("keys.slab.new"), Slab::path(dir));
        let wrap = Wrap::new(key, owner)?;
        let file = disk.create(&new).map_err(LedgerError::io("create", &new))?;
        let mut page = [0; PAGE];
        page[..8].copy_from_slice(&MAGIC);
        page[8..12].copy_from_slice(&VERSION.to_le_bytes());
        page[12..16].copy_from_slice(&owner.0.to_le_bytes());
        page[16..18].copy_from_slice(&owner.1.to_le_bytes());
        page[64..128].copy_from_slice(&wrap.wrap(CHECK_SLOT, &CHECK)?);
        file.write_at(&page, 0).map_err(LedgerError::io("write", &new))?;
        let slab = Slab { file, path: new, wrap, keys: RwLock::default(), made: Mutex::new(0) };
        slab.grow()?;
        disk.rename(&slab.path, &path).map_err(LedgerError::io("rename", &slab.path))?;
        disk.sync_dir(dir).map_err(LedgerError::io("sync", dir))?;
        Ok(Slab { path, ..slab })
    }

    pub(super) fn open(
        disk: &dyn Disk,
        dir: &Path,
        key: &WrapKey,
        owner: (u32, u16),
    ) -> Result<Slab, LedgerError> {
        let path = Slab::path(dir);
        let file = disk.open_write(&path).map_err(LedgerError::io("open", &path))?;
        let mut page = [0; PAGE];
        let got = file.read_at(&mut page, 0).map_err(LedgerError::io("read", &path))?;
        if got < PAGE || page[..8] != MAGIC {
            let what = "this is no key slab".to_owned();
            return Err(LedgerError::Damaged { file: path, offset: 0, position: 0, what });
        }
        let version = u32::from_le_bytes(array(&page, 8));
        if version != VERSION {
            return Err(LedgerError::Newer { file: path, version });
        }
        let (site, partition) =
            (u32::from_le_bytes(array(&page, 12)), u16::from_le_bytes(array(&page, 16)));
        if (site, partition) != owner {
            return Err(LedgerError::Elsewhere { file: path, site, partition });
        }
        let wrap = Wrap::new(key, owner)?;
        if wrap.unwrap(CHECK_SLOT, &page[64..128]) != Some(CHECK) {
            return Err(LedgerError::WrongKey(path));
        }
        // Keys that a killed process made may not have reached the disk, and events will use them.
        disk.sync_dir(dir).map_err(LedgerError::io("sync", dir))?;
        file.sync_data().map_err(LedgerError::io("sync", &path))?;
        let keys = RwLock::new(read_keys(file.as_ref(), &path, &wrap)?);
        Ok(Slab { file, path, wrap, keys, made: Mutex::new(0) })
    }

    pub(super) fn keys(&self) -> std::sync::RwLockReadGuard<'_, Keys> {
        read(&self.keys)
    }

    /// Four random bytes for the nonces of this open.
    pub(super) fn draw_salt(&self) -> Result<super::seal::Salt, LedgerError> {
        self.wrap.random()
    }

    /// Says which slots the ledger uses: those below `used`. Above them, an unreadable slot is the
    /// torn end of a block that was never given out, and is made anew.
    pub(super) fn set_used(&self, used: u32) -> Result<(), LedgerError> {
        let keys = self.keys();
        if keys.keys.len() < usize::try_from(used).unwrap_or(usize::MAX) {
            let what = format!("the ledger uses {used} slots and this has {}", keys.keys.len());
            let (file, offset) = (self.path.clone(), offset(used));
            return Err(LedgerError::Damaged { file, offset, position: 0, what });
        }
        let mut made = used;
        while matches!(keys.get(Slot(made)), Held::Key(_)) {
            made += 1;
        }
        *lock(&self.made) = made;
        Ok(())
    }

    /// Number of slots that may be given out.
    pub(super) fn made(&self) -> u32 {
        *lock(&self.made)
    }

    /// Makes the rest of a block of keys and syncs it.
    pub(super) fn grow(&self) -> Result<u32, LedgerError> {
        let mut made = lock(&self.made);
        let from = *made;
        let to = (from / BLOCK).checked_add(1).and_then(|it| it.checked_mul(BLOCK));
        let to = to.ok_or(LedgerError::NoMoreSlots)?;
        let mut fresh = Vec::with_capacity(usize::try_from(to - from).unwrap_or_default());
        let mut bytes = Vec::with_capacity(fresh.capacity() * SLOT_LEN);
        for slot in from..to {
            let key: Key = self.wrap.random()?;
            bytes.extend(self.wrap.wrap(slot, &key)?);
            fresh.push(key);
        }
        let write_error = LedgerError::io("write", &self.path);
        self.file.write_at(&bytes, offset(from)).map_err(write_error)?;
        self.file.sync_data().map_err(LedgerError::io("sync", &self.path))?;
        let mut keys = write(&self.keys);
        let at = usize::try_from(from).unwrap_or(usize::MAX);
        keys.keys.truncate(at);
        keys.states.truncate(at);
        keys.states.resize(at + fresh.len(), FILLED);
        keys.keys.append(&mut fresh);
        *made = to;
        Ok(to)
    }

    /// Overwrites a key, in memory and, synced, in the file.
    pub(super) fn erase(&self, slot: Slot) -> Result<(), LedgerError> {
        let at = usize::try_from(slot.0).unwrap_or(usize::MAX);
        // Held until the overwrite is synced, so that it cannot cross with the making of keys.
        let made = lock(&self.made);
        let mut keys = write(&self.keys);
        let (Some(key), true) = (keys.keys.get_mut(at), slot.0 < *made) else {
            return Err(LedgerError::NoSuchSlot(slot));
        };
        *key = [0; 32];
        if let Some(state) = keys.states.get_mut(at) {
            *state = ERASED;
        }
        drop(keys);
        let mut bytes = [0; SLOT_LEN];
        bytes[0] = ERASED;
        let write_error = LedgerError::io("write", &self.path);
        self.file.write_at(&bytes, offset(slot.0)).map_err(write_error)?;
        self.file.sync_data().map_err(LedgerError::io("sync", &self.path))
    }
}

fn offset(slot: u32) -> u64 {
    PAGE as u64 + u64::from(slot) * SLOT_LEN as u64
}

/// Reads every slot. One that is unreadable holds nothing; that is an error only if an event
/// names it.
fn read_keys(file: &dyn DiskFile, path: &Path, wrap: &Wrap) -> Result<Keys, LedgerError> {
    let mut keys = Keys::default();
    let mut bytes = vec![0; 4096 * SLOT_LEN];
    let mut slot = 0;
    loop {
        let got = file.read_at(&mut bytes, offset(slot)).map_err(LedgerError::io("read", path))?;
        for one in bytes.get(..got).unwrap_or_default().chunks_exact(SLOT_LEN) {
            let key = wrap.unwrap(slot, one);
            let state = if key.is_some() { FILLED } else { one.first().copied().unwrap_or(0) };
            let erased = state == ERASED && one.iter().skip(1).all(|it| *it == 0);
            keys.states.push(if key.is_some() { FILLED } else { ERASED * u8::from(erased) });
            keys.keys.push(key.unwrap_or_default());
            slot += 1;
        }
        if got < bytes.len() {
            return Ok(keys);
        }
    }
}
