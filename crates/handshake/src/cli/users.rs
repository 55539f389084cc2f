//! `handshake users`: who may look at the console.

use std::io;

use clap::{Subcommand, ValueEnum};
use handshake_core::vocabulary::{Name, base32};
use serde::Serialize;

use super::failure::Failure;
use super::open::{Opened, find_site, name};
use super::print::{Printer, table};
use crate::access::{AccessError, Directory, Role, UserInfo, fresh};
use crate::clock;
use crate::config::Places;

#[derive(Debug, Subcommand)]
pub(super) enum Users {
    /// Let somebody look at the console. The password is shown once, as the last word
    Add {
        /// The name to sign in by: `a-z`, `0-9`, `.` and `-`
        #[arg(value_parser = name)]
        name: Name,
        /// What they may see
        #[arg(long, value_enum)]
        role: RoleWord,
        /// The only site they may look at; every site, if left out
        #[arg(long, value_parser = name)]
        site: Option<Name>,
        /// Read the password from standard input, one line, instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the users
    List,
    /// Give somebody another password; it signs them out
    Password {
        #[arg(value_parser = name)]
        name: Name,
        /// Read the password from standard input, one line, instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let somebody look no longer; a running server knows within a second
    Remove {
        #[arg(value_parser = name)]
        name: Name,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RoleWord {
    /// Figures
    Viewer,
    /// Figures, and what was asked
    Marketer,
    /// Single people as well
    Privacy,
    /// Everything
    Admin,
}

#[derive(Debug, Serialize)]
struct Shown {
    user: String,
    role: &'static str,
    site: Option<String>,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

pub(super) fn users(it: &Users, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let opened = Opened::existing(places)?;
    match it {
        Users::Add { name, role, site, password_stdin } => {
            let directory = opened.directory()?;
            let site = site.as_ref().map(|it| find_site(&directory, it)).transpose()?;
            let password = Password::get(*password_stdin)?;
            let store = opened.store()?;
            let of = (role.role(), site.map(|it| it.id));
            let user = store.add_user(name, of, &password.text, clock::now())?;
            let shown = shown(&user, &directory, password.made);
            printer.answer(&shown, || {
                said(&format!("`{name}` may look at the console as {}", shown.role), &shown)
            });
        }
        Users::List => {
            let directory = opened.directory()?;
            let users: Vec<Shown> =
                directory.users().map(|it| shown(it, &directory, None)).collect();
            printer.answer(&users, || listed(&users));
        }
        Users::Password { name, password_stdin } => {
            let password = Password::get(*password_stdin)?;
            let user = opened.store()?.change_password(name, &password.text)?;
            let shown = shown(&user, &opened.directory()?, password.made);
            printer.answer(&shown, || said(&format!("`{name}` has another password"), &shown));
        }
        Users::Remove { name } => {
            let user = opened.store()?.remove_user(name)?;
            let shown = shown(&user, &opened.directory()?, None);
            printer.answer(&shown, || format!("`{name}` may look at the console no longer"));
        }
    }
    Ok(())
}

/// A password as given or made.
struct Password {
    text: String,
    /// The same again where it was made here, to be shown once.
    made: Option<String>,
}

impl Password {
    fn get(from_stdin: bool) -> Result<Password, Failure> {
        if from_stdin {
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line);
            read.map_err(|error| Failure::io("could not read the password", &error))?;
            let text = line.trim_end_matches(['\r', '\n']).to_owned();
            return Ok(Password { text, made: None });
        }
        let random: [u8; 16] = fresh().map_err(AccessError::from)?;
        let text = base32(&random);
        Ok(Password { made: Some(text.clone()), text })
    }
}

fn said(what: &str, shown: &Shown) -> String {
    match &shown.password {
        Some(password) => format!("{what}; the password:\n{password}"),
        None => what.to_owned(),
    }
}

fn listed(users: &[Shown]) -> String {
    let row = |it: &Shown| {
        let site = it.site.as_deref().unwrap_or("every site");
        [it.user.as_str(), it.role, site, &it.created].map(str::to_owned)
    };
    let rows: Vec<_> = users.iter().map(row).collect();
    table(["user", "role", "site", "made"], &rows)
}

fn shown(user: &UserInfo, directory: &Directory, password: Option<String>) -> Shown {
    let site = user.site.and_then(|it| directory.site(it));
    Shown {
        user: user.name.to_string(),
        role: user.role.as_str(),
        site: site.map(|it| it.name.to_string()),
        created: user.created.to_string(),
        password,
    }
}

impl RoleWord {
    fn role(self) -> Role {
        match self {
            RoleWord::Viewer => Role::Viewer,
            RoleWord::Marketer => Role::Marketer,
            RoleWord::Privacy => Role::Privacy,
            RoleWord::Admin => Role::Admin,
        }
    }
}
