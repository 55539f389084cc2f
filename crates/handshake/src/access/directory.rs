//! All sites, keys and users in memory, for one look-up per request.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use handshake_core::vocabulary::{Name, SiteId};

use super::key::{KeyHash, KeyInfo};
use super::origin::Origin;
use super::store::SiteInfo;
use super::user::UserInfo;

/// What `access.redb` held when it was last read.
#[derive(Debug, Default)]
pub struct Directory {
    sites: BTreeMap<SiteId, Arc<SiteInfo>>,
    keys: HashMap<KeyHash, Arc<KeyInfo>>,
    users: BTreeMap<Name, Arc<UserInfo>>,
}

impl Directory {
    pub fn new(
        sites: impl IntoIterator<Item = SiteInfo>,
        keys: impl IntoIterator<Item = (KeyHash, KeyInfo)>,
        users: impl IntoIterator<Item = UserInfo>,
    ) -> Directory {
        Directory {
            sites: sites.into_iter().map(|it| (it.id, Arc::new(it))).collect(),
            keys: keys.into_iter().map(|(hash, it)| (hash, Arc::new(it))).collect(),
            users: users.into_iter().map(|it| (it.name.clone(), Arc::new(it))).collect(),
        }
    }

    /// The key with this text, unless it was revoked.
    pub fn key(&self, text: &str) -> Option<&Arc<KeyInfo>> {
        self.keys.get(&KeyHash::of(text)).filter(|it| it.revoked.is_none())
    }

    pub fn site(&self, id: SiteId) -> Option<&Arc<SiteInfo>> {
        self.sites.get(&id)
    }

    pub fn site_named(&self, name: &str) -> Option<&Arc<SiteInfo>> {
        self.sites.values().find(|it| it.name.as_str() == name)
    }

    /// The site of a door without a key, where there is no choice.
    pub fn only_site(&self) -> Option<&Arc<SiteInfo>> {
        self.sites.values().next().filter(|_| self.sites.len() == 1)
    }

    pub fn sites(&self) -> impl Iterator<Item = &Arc<SiteInfo>> {
        self.sites.values()
    }

    /// Keys in the order they were made, revoked ones too.
    pub fn keys(&self) -> Vec<&Arc<KeyInfo>> {
        let mut keys: Vec<_> = self.keys.values().collect();
        keys.sort_by_key(|it| it.number);
        keys
    }

    /// The user who signs in by this name.
    pub fn user(&self, name: &str) -> Option<&Arc<UserInfo>> {
        self.users.values().find(|it| it.name.as_str() == name)
    }

    /// Users in order of name.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &Arc<UserInfo>> {
        self.users.values()
    }

    /// Whether any site lists the origin. A preflight carries no key to tell which.
    pub fn knows_origin(&self, origin: &str) -> bool {
        self.sites.values().flat_map(|it| &it.origins).map(Origin::as_str).any(|it| it == origin)
    }
}
