//! Users in `access.redb`: adding, removing, and changing a password.

use handshake_core::vocabulary::{Millis, Name, SiteId};
use redb::{ReadTransaction, ReadableTable, TableDefinition, TableError};

use super::row;
use super::store::{AccessError, AccessStore};
use super::user::{PasswordHash, Role, UserInfo};

pub(super) const USERS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("users");

impl AccessStore {
    pub fn add_user(
        &self,
        name: &Name,
        (role, site): (Role, Option<SiteId>),
        password: &str,
        now: Millis,
    ) -> Result<UserInfo, AccessError> {
        if self.directory()?.user(name.as_str()).is_some() {
            return Err(AccessError::UserExists(name.clone()));
        }
        let password = PasswordHash::of(password)?;
        let user = UserInfo { name: name.clone(), role, site, created: now, password };
        self.put_user(&user)?;
        Ok(user)
    }

    /// Gives a user another password. Whoever is signed in by the old one is signed out.
    pub fn change_password(&self, name: &Name, password: &str) -> Result<UserInfo, AccessError> {
        let mut user = self.user(name)?;
        user.password = PasswordHash::of(password)?;
        self.put_user(&user)?;
        Ok(user)
    }

    pub fn remove_user(&self, name: &Name) -> Result<UserInfo, AccessError> {
        let user = self.user(name)?;
        let writing = self.db.begin_write()?;
        writing.open_table(USERS)?.remove(name.as_str())?;
        writing.commit()?;
        Ok(user)
    }

    fn user(&self, name: &Name) -> Result<UserInfo, AccessError> {
        let directory = self.directory()?;
        let user = directory.user(name.as_str()).map(|it| UserInfo::clone(it));
        user.ok_or_else(|| AccessError::NoUser(name.clone()))
    }

    fn put_user(&self, user: &UserInfo) -> Result<(), AccessError> {
        let row = row::write_user(user)?;
        let writing = self.db.begin_write()?;
        writing.open_table(USERS)?.insert(user.name.as_str(), row.as_slice())?;
        writing.commit()?;
        Ok(())
    }
}

/// Everyone who may look. A file from before there were users has no table of them.
pub(super) fn all_users(reading: &ReadTransaction) -> Result<Vec<UserInfo>, AccessError> {
    let table = match reading.open_table(USERS) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut users = Vec::new();
    for entry in table.iter()? {
        let (name, row) = entry?;
        users.push(row::read_user(name.value(), row.value())?);
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_800_000_000_000);

    #[test]
    fn a_user_is_kept_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.redb");
        let store = AccessStore::open(&path, [9; 32]).unwrap();
        let name = Name::new("imke").unwrap();
        let of = (Role::Privacy, Some(SiteId(1)));
        let user = store.add_user(&name, of, "correct horse battery", NOW).unwrap();
        assert_eq!(**store.directory().unwrap().user("imke").unwrap(), user);
        let again = store.add_user(&name, of, "correct horse battery", NOW).unwrap_err();
        assert!(matches!(again, AccessError::UserExists(_)), "{again}");

        let changed = store.change_password(&name, "another horse battery").unwrap();
        let kept = UserInfo::clone(store.directory().unwrap().user("imke").unwrap());
        assert_eq!(kept, changed);
        assert!(kept.password.is("another horse battery"));
        assert!(!kept.password.is("correct horse battery"));

        store.remove_user(&name).unwrap();
        assert!(store.directory().unwrap().user("imke").is_none());
        assert!(matches!(store.remove_user(&name), Err(AccessError::NoUser(_))));
    }

    #[test]
    fn a_file_from_before_there_were_users_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.redb");
        let db = redb::Database::create(&path).unwrap();
        let writing = db.begin_write().unwrap();
        writing.open_table(TableDefinition::<u32, &[u8]>::new("sites")).unwrap();
        writing.open_table(TableDefinition::<[u8; 32], &[u8]>::new("keys")).unwrap();
        writing.commit().unwrap();
        drop(db);
        assert_eq!(AccessStore::read(&path, &[9; 32]).unwrap().users().len(), 0);
    }
}
