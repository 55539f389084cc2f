//! `handshake keys`: who may knock.

use clap::{Subcommand, ValueEnum};
use handshake_core::vocabulary::Name;
use serde::Serialize;

use super::failure::Failure;
use super::open::{Opened, name, which_site};
use super::print::{Printer, table};
use crate::access::{Directory, KeyInfo, Scope};
use crate::clock;
use crate::config::Places;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make a key. It is shown once, as the last word
    Add {
        /// What it may do
        #[arg(value_enum)]
        scope: ScopeWord,
        /// Which site; not needed where there is only one
        #[arg(long, value_parser = name)]
        site: Option<Name>,
        /// Who will use it, as in `mailer.v3`; written beside every event it sends
        #[arg(long, value_parser = name)]
        caller: Option<Name>,
    },
    /// List the keys, revoked ones too
    List,
    /// Revoke a key, by its number or its text; a running server knows within a second
    Revoke { key: String },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ScopeWord {
    /// For pages, where anyone can read it; opens the browser doors only
    Publishable,
    /// For the shop's own servers
    Secret,
    /// For imports, which set the time of what they bring
    Import,
}

#[derive(Debug, Serialize)]
struct Shown {
    number: u32,
    scope: &'static str,
    site: String,
    caller: String,
    hint: String,
    created: String,
    revoked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

pub(super) fn keys(it: &Keys, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let opened = Opened::existing(places)?;
    match it {
        Keys::Add { scope, site, caller } => {
            let scope = scope.scope();
            let site = which_site(&opened.directory()?, site.as_ref())?;
            let caller = match caller {
                Some(caller) => caller.clone(),
                None => name(if scope == Scope::Publishable { "page" } else { "server" })
                    .map_err(Failure::Usage)?,
            };
            let store = opened.store()?;
            let (text, key) = store.add_key(&site, scope, &caller, clock::now())?;
            let mut shown = shown(&key, &store.directory()?);
            shown.key = Some(text.as_str().to_owned());
            printer.answer(&shown, || {
                format!(
                    "made a {} key for `{caller}` at `{site}`:\n{}",
                    scope.as_str(),
                    text.as_str()
                )
            });
        }
        Keys::List => {
            let directory = opened.directory()?;
            let keys: Vec<Shown> =
                directory.keys().iter().map(|it| shown(it, &directory)).collect();
            printer.answer(&keys, || listed(&keys));
        }
        Keys::Revoke { key } => {
            let store = opened.store()?;
            let key = store.revoke(key, clock::now())?;
            let shown = shown(&key, &store.directory()?);
            printer.answer(&shown, || format!("key {} ({}) is revoked", key.number, key.hint));
        }
    }
    Ok(())
}

fn listed(keys: &[Shown]) -> String {
    let row = |it: &Shown| {
        let state = it.revoked.as_ref().map_or(String::new(), |at| format!("revoked {at}"));
        let words = [it.scope, &it.site, &it.caller, &it.hint, &it.created].map(str::to_owned);
        let [scope, site, caller, hint, created] = words;
        [it.number.to_string(), scope, site, caller, hint, created, state]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    table(["no", "scope", "site", "caller", "key", "made", ""], &rows)
}

fn shown(key: &KeyInfo, directory: &Directory) -> Shown {
    Shown {
        number: key.number,
        scope: key.scope.as_str(),
        site: directory.site(key.site).map_or_else(String::new, |it| it.name.to_string()),
        caller: key.caller.to_string(),
        hint: key.hint.clone(),
        created: key.created.to_string(),
        revoked: key.revoked.map(|it| it.to_string()),
        key: None,
    }
}

impl ScopeWord {
    fn scope(self) -> Scope {
        match self {
            ScopeWord::Publishable => Scope::Publishable,
            ScopeWord::Secret => Scope::Secret,
            ScopeWord::Import => Scope::Import,
        }
    }
}
