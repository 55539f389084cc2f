//! Opening the data directory: its wrapping key, and its sites and keys.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;

use handshake_core::vocabulary::Name;

use super::failure::Failure;
use crate::access::{
    AccessError, AccessStore, Directory, Drafts, SiteInfo, create_key_file, read_key_file,
};
use crate::clock;
use crate::config::{Config, Listening, Places};
use crate::http::Room;
use crate::ingest::Site;

/// A data directory and the key it is written under.
#[derive(Debug)]
pub struct Opened {
    pub config: Config,
    pub wrap: [u8; 32],
}

const NOTHING_SAID: Listening =
    Listening { listen: None, public_origin: None, log: None, connections: None };

impl Opened {
    /// Opens what exists, or says how to begin.
    pub fn existing(places: &Places) -> Result<Opened, Failure> {
        Opened::at(Config::new(places, &NOTHING_SAID)?)
    }

    pub(super) fn at(config: Config) -> Result<Opened, Failure> {
        if !config.access_path().exists() {
            return Err(Failure::Refused(format!(
                "there is nothing in `{}` yet. To begin:\n  handshake site add NAME --origin https://…\n  \
                 handshake policy publish FILE\n  handshake keys add secret\n  handshake serve",
                config.data.display()
            )));
        }
        let wrap = read_key_file(&config.key_file, &config.data)?;
        Ok(Opened { config, wrap })
    }

    /// The same, beginning where there is nothing yet. Returns whether it was begun now.
    pub fn existing_or_new(places: &Places) -> Result<(Opened, bool), Failure> {
        let config = Config::new(places, &NOTHING_SAID)?;
        if config.access_path().exists() {
            return Ok((Opened::at(config)?, false));
        }
        let wrap = match config.key_file.exists() {
            true => read_key_file(&config.key_file, &config.data)?,
            false => create_key_file(&config.key_file, &config.data)?,
        };
        DirBuilder::new().recursive(true).mode(0o700).create(&config.data).map_err(|error| {
            Failure::io(format!("could not make `{}`", config.data.display()), &error)
        })?;
        Ok((Opened { config, wrap }, true))
    }

    /// Opens sites and keys for writing, for the length of one command.
    pub fn store(&self) -> Result<AccessStore, Failure> {
        Ok(AccessStore::open(&self.config.access_path(), self.wrap)?)
    }

    /// Opens the policies being written, which a server holds while it runs.
    pub(super) fn drafts(&self) -> Result<Drafts, Failure> {
        let path = self.config.drafts_path();
        Drafts::open(&path)
            .map_err(|error| Failure::io(format!("could not open `{}`", path.display()), &error))
    }

    /// Opens a site behind the doors.
    pub(super) fn room(&self, info: &Arc<SiteInfo>) -> Result<Room, Failure> {
        Ok(Room::new(Arc::clone(info), open_ledger(self, info)?))
    }

    /// Reads sites and keys.
    pub fn directory(&self) -> Result<Directory, Failure> {
        Ok(AccessStore::read(&self.config.access_path(), &self.wrap)?)
    }
}

/// The site named, or the only one.
pub(super) fn which_site(directory: &Directory, named: Option<&Name>) -> Result<Name, Failure> {
    if let Some(name) = named {
        return Ok(name.clone());
    }
    directory.only_site().map(|it| it.name.clone()).ok_or_else(|| {
        let names: Vec<_> = directory.sites().map(|it| format!("`{}`", it.name)).collect();
        Failure::Usage(match names.is_empty() {
            true => "there is no site yet; begin with `handshake site add NAME`".to_owned(),
            false => format!("say which site with `--site`: {}", names.join(", ")),
        })
    })
}

/// For clap: a name, or the reason why it is none.
pub(super) fn name(text: &str) -> Result<Name, String> {
    Name::new(text).map_err(|it| it.to_string())
}

/// Opens the ledger of the site named, or of the only one.
pub(super) fn open_site(opened: &Opened, named: Option<&Name>) -> Result<Site, Failure> {
    let directory = opened.directory()?;
    let name = which_site(&directory, named)?;
    open_ledger(opened, &*find_site(&directory, &name)?)
}

/// Opens the ledger of a site, making the site first if there is none of this name.
pub(super) fn open_or_make_site(opened: &Opened, name: &Name) -> Result<Site, Failure> {
    let store = opened.store()?;
    let info = match store.directory()?.site_named(name.as_str()) {
        Some(info) => SiteInfo::clone(info),
        None => store.add_site(name, Vec::new(), false, clock::now())?,
    };
    drop(store);
    open_ledger(opened, &info)
}

/// What is known of a site.
pub(super) fn find_site(directory: &Directory, name: &Name) -> Result<Arc<SiteInfo>, Failure> {
    let site = directory.site_named(name.as_str()).cloned();
    site.ok_or_else(|| AccessError::NoSite(name.clone()).into())
}

fn open_ledger(opened: &Opened, info: &SiteInfo) -> Result<Site, Failure> {
    let dir = opened.config.site_path(info.id);
    Ok(Site::of(info, dir, opened.wrap, clock::now())?)
}
