//! `handshake waivers`: sign that a rule with a law is only watched for a while.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use handshake_core::policy::{self, Waived};
use handshake_core::vocabulary::Name;
use serde_json::{Value, json};

use super::failure::Failure;
use super::open::{self, Opened, find_site, name, which_site};
use super::policy::read_policy_file;
use super::print::{Printer, table};
use crate::access::UserInfo;
use crate::clock;
use crate::config::Places;
use crate::ingest::{Caller, Request, Signing};

#[derive(Debug, Subcommand)]
pub(super) enum Waivers {
    /// Sign every rule of a policy file that is under a waiver, in the name of a console user
    ///
    /// Signing is a person's act: the user must have the role `privacy` or `admin`. A running
    /// server has the ledger to itself; sign in its console then, under Promises, Waivers.
    Sign {
        /// The policy file with `waiver=NAME until="…"`
        file: PathBuf,
        /// The waiver, as the file names it
        #[arg(long, value_parser = name)]
        waiver: Name,
        /// The console user who signs
        #[arg(long, value_name = "USER", value_parser = name)]
        by: Name,
        /// Why the law cannot be kept yet, and what will change that
        #[arg(long, value_name = "TEXT")]
        because: String,
        /// Site; may be left out where there is only one
        #[arg(long, value_name = "NAME", value_parser = name)]
        site: Option<Name>,
    },
    /// List what was signed
    List {
        /// Site; may be left out where there is only one
        #[arg(long, value_name = "NAME", value_parser = name)]
        site: Option<Name>,
    },
}

pub(super) fn run(it: &Waivers, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let opened = Opened::existing(places)?;
    match it {
        Waivers::Sign { file, waiver, by, because, site } => {
            sign(&opened, (file, waiver), (by, because), site.as_ref(), printer)
        }
        Waivers::List { site } => list(&opened, site.as_ref(), printer),
    }
}

fn sign(
    opened: &Opened,
    (file, waiver): (&Path, &Name),
    (by, because): (&Name, &str),
    site: Option<&Name>,
    printer: &Printer,
) -> Result<(), Failure> {
    let source = read_policy_file(file, printer)?;
    let read = policy::read(&source).map_err(|_| Failure::Refused("no policy".to_owned()))?;
    let wanted: Vec<Waived> = read.waived().into_iter().filter(|it| it.waiver == *waiver).collect();
    if wanted.is_empty() {
        let said = format!("`{}` names no waiver `{waiver}`", file.display());
        return Err(Failure::Refused(said));
    }
    let directory = opened.directory()?;
    let info = find_site(&directory, &which_site(&directory, site)?)?;
    let may_sign = |it: &&UserInfo| it.role.signs() && it.may_see(info.id);
    let user = directory.user(by.as_str()).map(AsRef::as_ref).filter(may_sign);
    let user = user.ok_or_else(|| {
        Failure::Refused(format!(
            "no user `{by}` may sign for `{}`; it takes the role `privacy` or `admin`: see \
             `handshake users list`",
            info.name
        ))
    })?;
    let site = open::open_site(opened, Some(&info.name))?;
    let request = Request::internal(None);
    let mut turn = site.turn(clock::now(), &request)?;
    for it in &wanted {
        let signing = Signing {
            waiver: it.waiver.as_str(),
            rule: &it.rule,
            law: &it.law,
            until: it.until,
            by: &user.name,
            because,
        };
        turn.sign_waiver(Caller { name: "cli", coins: true }, &request, &signing)?;
    }
    if let Some(ticket) = turn.commit()? {
        ticket.wait()?;
    }
    let value: Vec<Value> = wanted
        .iter()
        .map(|it| {
            json!({"waiver": it.waiver.as_str(), "rule": it.rule, "law": it.law,
                "until": it.until.to_string(), "by": by.as_str(), "because": because})
        })
        .collect();
    printer.answer(&value, || {
        let line = |it: &Waived| {
            let (mode, until) = (it.mode.as_str(), it.until);
            format!("{by} signed {waiver}: `{}` is in `{mode}` until {until} ({})", it.rule, it.law)
        };
        wanted.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

fn list(opened: &Opened, site: Option<&Name>, printer: &Printer) -> Result<(), Failure> {
    let site = open::open_site(opened, site)?;
    let now = clock::now();
    let rows = site.look(|state| {
        let row = |(name, rule, it): (&str, &str, &handshake_core::projection::Signed)| {
            let until = match now < it.until {
                true => it.until.to_string(),
                false => format!("{} (over)", it.until),
            };
            [name, rule, &it.law, &until, &it.by, &it.because].map(str::to_owned)
        };
        state.waivers.iter().map(row).collect::<Vec<_>>()
    });
    let rows = rows?.0;
    let value: Vec<Value> = rows
        .iter()
        .map(|[waiver, rule, law, until, by, because]| {
            json!({"waiver": waiver, "rule": rule, "law": law, "until": until, "by": by,
                "because": because})
        })
        .collect();
    printer.answer(&value, || match rows.is_empty() {
        true => "no waiver was signed".to_owned(),
        false => table(["waiver", "rule", "law", "until", "signed by", "because"], &rows),
    });
    Ok(())
}
