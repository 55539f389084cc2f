//! `handshake site`: the shops of this server.

use clap::Subcommand;
use handshake_core::vocabulary::Name;
use serde::Serialize;

use super::failure::Failure;
use super::open::{Opened, name};
use super::print::{Printer, table};
use crate::access::{Origin, SiteInfo};
use crate::clock;
use crate::config::Places;

#[derive(Debug, Subcommand)]
pub(super) enum Site {
    /// Make a site; a running server opens it at its next start
    Add {
        /// Its name: `a-z`, `0-9`, `.` and `-`
        #[arg(value_parser = name)]
        name: Name,
        /// A page its publishable keys may be used from; may be given several times
        #[arg(long, value_name = "URL")]
        origin: Vec<Origin>,
        /// No such shop exists: every page says so
        #[arg(long)]
        fictional: bool,
    },
    /// Let publishable keys be used from one more page
    Origin {
        #[arg(value_parser = name)]
        name: Name,
        #[arg(value_name = "URL")]
        origin: Origin,
    },
    /// Say whether a policy needs a second person's approval before it is published
    Approval {
        #[arg(value_parser = name)]
        name: Name,
        /// `two`: one person proposes in the console, another approves; `one`: who writes it
        /// publishes it
        people: People,
    },
    /// List the sites
    List,
}

/// How many people it takes to publish a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum People {
    One,
    Two,
}

#[derive(Debug, Serialize)]
struct Shown {
    site: u32,
    name: String,
    origins: Vec<String>,
    created: String,
    fictional: bool,
    two_person: bool,
}

pub(super) fn site(it: &Site, places: &Places, printer: &Printer) -> Result<(), Failure> {
    match it {
        Site::Add { name, origin, fictional } => {
            let (opened, begun) = Opened::existing_or_new(places)?;
            if begun {
                printer.remark(&format!(
                    "made `{}`, and its key `{}`: keep a copy of the key elsewhere, since without \
                     it the data cannot be read",
                    opened.config.data.display(),
                    opened.config.key_file.display()
                ));
            }
            let store = opened.store()?;
            let site = store.add_site(name, origin.clone(), *fictional, clock::now())?;
            let kind = if *fictional { "fictional site" } else { "site" };
            printer.answer(&shown(&site), || format!("made {kind} `{name}`"));
        }
        Site::Origin { name, origin } => {
            let site = Opened::existing(places)?.store()?.add_origin(name, origin)?;
            printer.answer(&shown(&site), || format!("`{origin}` is now a page of `{name}`"));
        }
        Site::Approval { name, people } => {
            let two = *people == People::Two;
            let site = Opened::existing(places)?.store()?.set_two_person(name, two)?;
            printer.answer(&shown(&site), || match two {
                true => format!("policies of `{name}` are now approved by a second person"),
                false => format!("policies of `{name}` are now published by one person"),
            });
        }
        Site::List => {
            let directory = Opened::existing(places)?.directory()?;
            let sites: Vec<Shown> = directory.sites().map(|it| shown(it)).collect();
            printer.answer(&sites, || {
                let row = |it: &Shown| {
                    let kind = match (it.fictional, it.two_person) {
                        (true, true) => "fictional, two-person",
                        (true, false) => "fictional",
                        (false, true) => "two-person",
                        (false, false) => "",
                    };
                    let [name, created, kind] =
                        [it.name.as_str(), it.created.as_str(), kind].map(str::to_owned);
                    [it.site.to_string(), name, created, kind, it.origins.join(" ")]
                };
                let rows: Vec<_> = sites.iter().map(row).collect();
                table(["no", "site", "made", "", "origins"], &rows)
            });
        }
    }
    Ok(())
}

fn shown(site: &SiteInfo) -> Shown {
    Shown {
        site: site.id.0,
        name: site.name.to_string(),
        origins: site.origins.iter().map(Origin::to_string).collect(),
        created: site.created.to_string(),
        fictional: site.fictional,
        two_person: site.two_person,
    }
}
