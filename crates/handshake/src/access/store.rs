//! `access.redb`: where sites, keys and users are kept between runs.

use std::path::{Path, PathBuf};

use handshake_core::vocabulary::{Millis, Name, SiteId};
use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, ReadableTable,
    TableDefinition,
};

use super::directory::Directory;
use super::key::{KeyHash, KeyInfo, KeyText, Scope};
use super::origin::Origin;
use super::row;
use super::secret::{SecretError, SiteSecret};
use super::user::PasswordError;
use super::users::{USERS, all_users};

const SITES: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("sites");
const KEYS: TableDefinition<'_, [u8; 32], &[u8]> = TableDefinition::new("keys");

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteInfo {
    pub id: SiteId,
    pub name: Name,
    /// The pages its publishable keys may be used from.
    pub origins: Vec<Origin>,
    pub created: Millis,
    /// No such shop exists; every page says so.
    pub fictional: bool,
    /// A policy is proposed by one person and approved by another.
    pub two_person: bool,
    pub secret: SiteSecret,
}

/// The open file. It is held for the moment of one command only.
#[derive(Debug)]
pub struct AccessStore {
    pub(super) db: Database,
    wrap: [u8; 32],
}

/// Why sites and keys could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("`{}` is being written by another command; try again when it has ended", .0.display())]
    Held(PathBuf),
    #[error("could not open `{}`", path.display())]
    Open { path: PathBuf, source: Box<DatabaseError> },
    #[error("could not read or write sites and keys")]
    Store(#[source] Box<redb::Error>),
    #[error("a stored row is damaged; restore `access.redb` from a backup")]
    Row,
    #[error("sites and keys were written by a newer version of handshake; use that one")]
    Newer,
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("there is a site `{0}` already; choose another name")]
    SiteExists(Name),
    #[error("there is no site `{0}`; `handshake site list` shows those there are")]
    NoSite(Name),
    #[error("a publishable key needs a page to be used from; give site `{0}` an `--origin` first")]
    NoOrigin(Name),
    #[error("there is no key `{0}`; `handshake keys list` shows those there are")]
    NoKey(String),
    #[error("there is a user `{0}` already; choose another name")]
    UserExists(Name),
    #[error("there is no user `{0}`; `handshake users list` shows those there are")]
    NoUser(Name),
    #[error(transparent)]
    Password(#[from] PasswordError),
}

impl<E: Into<redb::Error>> From<E> for AccessError {
    fn from(error: E) -> AccessError {
        AccessError::Store(Box::new(error.into()))
    }
}

impl AccessStore {
    /// Opens the file for writing, or creates it.
    pub fn open(path: &Path, wrap: [u8; 32]) -> Result<AccessStore, AccessError> {
        let db = Database::create(path).map_err(|error| cannot_open(path, error))?;
        let writing = db.begin_write()?;
        writing.open_table(SITES)?;
        writing.open_table(KEYS)?;
        writing.open_table(USERS)?;
        writing.commit()?;
        Ok(AccessStore { db, wrap })
    }

    /// Reads everything and lets go of the file, so that commands can write while `serve` runs.
    pub fn read(path: &Path, wrap: &[u8; 32]) -> Result<Directory, AccessError> {
        let db = ReadOnlyDatabase::open(path).map_err(|error| cannot_open(path, error))?;
        directory(&db.begin_read()?, wrap)
    }

    pub fn directory(&self) -> Result<Directory, AccessError> {
        directory(&self.db.begin_read()?, &self.wrap)
    }

    pub fn add_site(
        &self,
        name: &Name,
        origins: Vec<Origin>,
        fictional: bool,
        now: Millis,
    ) -> Result<SiteInfo, AccessError> {
        let known = self.directory()?;
        if known.site_named(name.as_str()).is_some() {
            return Err(AccessError::SiteExists(name.clone()));
        }
        let last = known.sites().last().map_or(0, |it| it.id.0);
        let site = SiteInfo {
            id: SiteId(last.saturating_add(1)),
            name: name.clone(),
            origins,
            created: now,
            fictional,
            two_person: false,
            secret: SiteSecret::fresh()?,
        };
        self.put_site(&site)?;
        Ok(site)
    }

    /// Lets the site's publishable keys be used from one more page.
    pub fn add_origin(&self, name: &Name, origin: &Origin) -> Result<SiteInfo, AccessError> {
        let known = self.directory()?;
        let site = known.site_named(name.as_str());
        let mut site = SiteInfo::clone(site.ok_or_else(|| AccessError::NoSite(name.clone()))?);
        if !site.origins.contains(origin) {
            site.origins.push(origin.clone());
            self.put_site(&site)?;
        }
        Ok(site)
    }

    /// Has policies approved by a second person, or no longer.
    pub fn set_two_person(&self, name: &Name, two_person: bool) -> Result<SiteInfo, AccessError> {
        let known = self.directory()?;
        let site = known.site_named(name.as_str());
        let mut site = SiteInfo::clone(site.ok_or_else(|| AccessError::NoSite(name.clone()))?);
        site.two_person = two_person;
        self.put_site(&site)?;
        Ok(site)
    }

    /// Makes a key. Its text is in the answer and nowhere else.
    pub fn add_key(
        &self,
        site: &Name,
        scope: Scope,
        caller: &Name,
        now: Millis,
    ) -> Result<(KeyText, KeyInfo), AccessError> {
        let known = self.directory()?;
        let home =
            known.site_named(site.as_str()).ok_or_else(|| AccessError::NoSite(site.clone()))?;
        if scope == Scope::Publishable && home.origins.is_empty() {
            return Err(AccessError::NoOrigin(site.clone()));
        }
        let text = KeyText::fresh(scope, site)?;
        let last = known.keys().last().map_or(0, |it| it.number);
        let key = KeyInfo {
            number: last.saturating_add(1),
            scope,
            caller: caller.clone(),
            site: home.id,
            hint: text.hint(),
            created: now,
            revoked: None,
        };
        self.put_key(KeyHash::of(text.as_str()), &key)?;
        Ok((text, key))
    }

    /// Revokes the key with this number or text. Revoking twice changes nothing.
    pub fn revoke(&self, which: &str, now: Millis) -> Result<KeyInfo, AccessError> {
        let number: Option<u32> = which.parse().ok();
        let hash = KeyHash::of(which);
        let found = all_keys(&self.db.begin_read()?)?
            .into_iter()
            .find(|(it, key)| *it == hash || Some(key.number) == number);
        // The text of a key is never repeated, not even in a message about it.
        let shown = number.map_or_else(|| "(text)".to_owned(), |it| it.to_string());
        let (hash, mut key) = found.ok_or(AccessError::NoKey(shown))?;
        key.revoked.get_or_insert(now);
        self.put_key(hash, &key)?;
        Ok(key)
    }

    fn put_site(&self, site: &SiteInfo) -> Result<(), AccessError> {
        let row = row::write_site(site, &self.wrap)?;
        let writing = self.db.begin_write()?;
        writing.open_table(SITES)?.insert(site.id.0, row.as_slice())?;
        writing.commit()?;
        Ok(())
    }

    fn put_key(&self, hash: KeyHash, key: &KeyInfo) -> Result<(), AccessError> {
        let row = row::write_key(key)?;
        let writing = self.db.begin_write()?;
        writing.open_table(KEYS)?.insert(hash.0, row.as_slice())?;
        writing.commit()?;
        Ok(())
    }
}

fn directory(reading: &ReadTransaction, wrap: &[u8; 32]) -> Result<Directory, AccessError> {
    let mut sites = Vec::new();
    for entry in reading.open_table(SITES)?.iter()? {
        let (id, row) = entry?;
        sites.push(row::read_site(SiteId(id.value()), row.value(), wrap)?);
    }
    Ok(Directory::new(sites, all_keys(reading)?, all_users(reading)?))
}

fn all_keys(reading: &ReadTransaction) -> Result<Vec<(KeyHash, KeyInfo)>, AccessError> {
    let mut keys = Vec::new();
    for entry in reading.open_table(KEYS)?.iter()? {
        let (hash, row) = entry?;
        keys.push((KeyHash(hash.value()), row::read_key(row.value())?));
    }
    Ok(keys)
}

fn cannot_open(path: &Path, error: DatabaseError) -> AccessError {
    if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
        return AccessError::Held(path.to_owned());
    }
    AccessError::Open { path: path.to_owned(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn store(folder: &tempfile::TempDir) -> AccessStore {
        AccessStore::open(&folder.path().join("access.redb"), [9; 32]).unwrap()
    }

    #[test]
    fn a_key_opens_its_site_until_it_is_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let origins = vec!["https://shop.example".parse().unwrap()];
        let site = store.add_site(&name("shop"), origins, false, NOW).unwrap();
        let (text, key) =
            store.add_key(&name("shop"), Scope::Secret, &name("mailer"), NOW).unwrap();
        let directory = store.directory().unwrap();
        assert_eq!(**directory.key(text.as_str()).unwrap(), key);
        assert_eq!(**directory.site(key.site).unwrap(), site);
        assert!(directory.key("sk_shop_00000000000000000000000000").is_none());

        let revoked = store.revoke(text.as_str(), NOW).unwrap();
        assert_eq!(revoked.number, 1);
        assert!(store.directory().unwrap().key(text.as_str()).is_none());
        assert_eq!(store.directory().unwrap().keys().len(), 1, "a revoked key stays listed");
    }

    #[test]
    fn what_was_written_is_read_while_nobody_holds_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.redb");
        let open = store(&folder);
        let site = open.add_site(&name("shop"), Vec::new(), false, NOW).unwrap();
        let held = AccessStore::open(&path, [9; 32]).unwrap_err();
        assert!(matches!(held, AccessError::Held(_)), "{held}");
        drop(open);
        let directory = AccessStore::read(&path, &[9; 32]).unwrap();
        assert_eq!(**directory.only_site().unwrap(), site);
        let other = AccessStore::read(&path, &[8; 32]).unwrap_err().to_string();
        assert_eq!(
            other,
            "the secret does not open: the key file is not the one it was written with"
        );
    }

    #[test]
    fn mistakes_say_what_would_be_right() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        store.add_site(&name("shop"), Vec::new(), false, NOW).unwrap();
        let said = [
            store.add_site(&name("shop"), Vec::new(), false, NOW).unwrap_err(),
            store.add_key(&name("shoe"), Scope::Secret, &name("a"), NOW).unwrap_err(),
            store.add_key(&name("shop"), Scope::Publishable, &name("a"), NOW).unwrap_err(),
            store.revoke("7", NOW).unwrap_err(),
        ]
        .map(|it| it.to_string());
        insta::assert_snapshot!(said.join("\n"), @r"
        there is a site `shop` already; choose another name
        there is no site `shoe`; `handshake site list` shows those there are
        a publishable key needs a page to be used from; give site `shop` an `--origin` first
        there is no key `7`; `handshake keys list` shows those there are
        ");
    }
}
