//! Sites, keys and users as stored: JSON rows that carry their version.

use handshake_core::vocabulary::{Millis, Name, SiteId, hex};
use serde::{Deserialize, Serialize};

use super::key::{KeyInfo, Scope};
use super::origin::Origin;
use super::secret::SiteSecret;
use super::store::{AccessError, SiteInfo};
use super::user::{PasswordHash, Role, UserInfo};

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteRow {
    v: u32,
    name: String,
    origins: Vec<String>,
    created: i64,
    /// Absent from rows written before shops could be fictional.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fictional: bool,
    /// Absent from rows of shops whose policies one person publishes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    two_person: bool,
    /// The secret wrapped under the wrapping key, in hexadecimal.
    secret: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRow {
    v: u32,
    number: u32,
    scope: String,
    caller: String,
    site: u32,
    hint: String,
    created: i64,
    revoked: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserRow {
    v: u32,
    role: String,
    site: Option<u32>,
    created: i64,
    /// Parameters of argon2id: memory in KiB, passes, lanes.
    argon2id: [u32; 3],
    /// Both in hexadecimal.
    salt: String,
    hash: String,
}

pub(super) fn write_site(site: &SiteInfo, wrap: &[u8; 32]) -> Result<Vec<u8>, AccessError> {
    let row = SiteRow {
        v: VERSION,
        name: site.name.to_string(),
        origins: site.origins.iter().map(Origin::to_string).collect(),
        created: site.created.0,
        fictional: site.fictional,
        two_person: site.two_person,
        secret: hex(&site.secret.wrap(wrap, site.id)?),
    };
    serde_json::to_vec(&row).map_err(|_| AccessError::Row)
}

pub(super) fn read_site(id: SiteId, row: &[u8], wrap: &[u8; 32]) -> Result<SiteInfo, AccessError> {
    let row: SiteRow = serde_json::from_slice(row).map_err(|_| AccessError::Row)?;
    known(row.v)?;
    let wrapped = bytes(&row.secret).ok_or(AccessError::Row)?;
    let origins: Result<_, _> = row.origins.iter().map(|it| it.parse()).collect();
    Ok(SiteInfo {
        id,
        name: Name::new(&row.name).map_err(|_| AccessError::Row)?,
        origins: origins.map_err(|_| AccessError::Row)?,
        created: Millis(row.created),
        fictional: row.fictional,
        two_person: row.two_person,
        secret: SiteSecret::unwrap(wrap, id, &wrapped)?,
    })
}

pub(super) fn write_key(key: &KeyInfo) -> Result<Vec<u8>, AccessError> {
    let row = KeyRow {
        v: VERSION,
        number: key.number,
        scope: key.scope.as_str().to_owned(),
        caller: key.caller.to_string(),
        site: key.site.0,
        hint: key.hint.clone(),
        created: key.created.0,
        revoked: key.revoked.map(|it| it.0),
    };
    serde_json::to_vec(&row).map_err(|_| AccessError::Row)
}

pub(super) fn read_key(row: &[u8]) -> Result<KeyInfo, AccessError> {
    let row: KeyRow = serde_json::from_slice(row).map_err(|_| AccessError::Row)?;
    known(row.v)?;
    Ok(KeyInfo {
        number: row.number,
        scope: Scope::parse(&row.scope).ok_or(AccessError::Row)?,
        caller: Name::new(&row.caller).map_err(|_| AccessError::Row)?,
        site: SiteId(row.site),
        hint: row.hint,
        created: Millis(row.created),
        revoked: row.revoked.map(Millis),
    })
}

pub(super) fn write_user(user: &UserInfo) -> Result<Vec<u8>, AccessError> {
    let password = &user.password;
    let row = UserRow {
        v: VERSION,
        role: user.role.as_str().to_owned(),
        site: user.site.map(|it| it.0),
        created: user.created.0,
        argon2id: [password.memory_kib, password.passes, password.lanes],
        salt: hex(&password.salt),
        hash: hex(&password.hash),
    };
    serde_json::to_vec(&row).map_err(|_| AccessError::Row)
}

pub(super) fn read_user(name: &str, row: &[u8]) -> Result<UserInfo, AccessError> {
    let row: UserRow = serde_json::from_slice(row).map_err(|_| AccessError::Row)?;
    known(row.v)?;
    let [memory_kib, passes, lanes] = row.argon2id;
    let (salt, hash) = (array(&row.salt)?, array(&row.hash)?);
    Ok(UserInfo {
        name: Name::new(name).map_err(|_| AccessError::Row)?,
        role: Role::parse(&row.role).ok_or(AccessError::Row)?,
        site: row.site.map(SiteId),
        created: Millis(row.created),
        password: PasswordHash { memory_kib, passes, lanes, salt, hash },
    })
}

fn array<const N: usize>(text: &str) -> Result<[u8; N], AccessError> {
    bytes(text).and_then(|it| it.try_into().ok()).ok_or(AccessError::Row)
}

fn known(version: u32) -> Result<(), AccessError> {
    if version == VERSION { Ok(()) } else { Err(AccessError::Newer) }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let pair = |it: &[u8]| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_real_unless_its_row_says_otherwise() {
        let site = SiteInfo {
            id: SiteId(1),
            name: Name::new("shop").unwrap(),
            origins: Vec::new(),
            created: Millis(7),
            fictional: false,
            two_person: false,
            secret: SiteSecret::from_bytes([1; 32]),
        };
        let old = String::from_utf8(write_site(&site, &[2; 32]).unwrap()).unwrap();
        assert!(
            !old.contains("fictional") && !old.contains("two_person"),
            "rows of real shops stay as they were: {old}"
        );
        assert_eq!(read_site(site.id, old.as_bytes(), &[2; 32]).unwrap(), site);

        let fictional = SiteInfo { fictional: true, two_person: true, ..site };
        let row = write_site(&fictional, &[2; 32]).unwrap();
        assert_eq!(read_site(fictional.id, &row, &[2; 32]).unwrap(), fictional);
    }
}
