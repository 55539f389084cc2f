//! `handshake policy`: check, compare, show and publish the policy file, and read and write it in
//! other people's formats.

mod check;
mod diff;
mod inward;
mod outward;

use std::fs;
use std::path::{Path, PathBuf};

use handshake_core::policy::{Severity, canonical, statements};
use handshake_core::vocabulary::{Name, hex, unhex};
use serde_json::{Value, json};

use super::failure::Failure;
use super::open::{self, Opened};
use super::print::Printer;
use crate::clock;
use crate::config::Places;
use crate::ingest::{Caller, Publishing, Request};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Policy {
    /// Say what is wrong with a policy file, and what would be right
    ///
    /// Exit code 0: it can be published, perhaps with warnings. 1: it has mistakes. 2: the command line
    /// makes no sense. 70: the file could not be read.
    Check(check::CheckArgs),
    /// Say what a new version allows that the old did not, and who must be asked again
    ///
    /// Exit code 3 tells that the change is material, so that it can stop a merge.
    Diff(diff::DiffArgs),
    /// Write the register of processing that Art. 30(1) GDPR asks for
    ///
    /// What the policy does not state (representative, safeguards of transfers, security measures)
    /// is said to be missing, for a person to add.
    Register(outward::RegisterArgs),
    /// Write the policy in another vocabulary
    Export(outward::ExportArgs),
    /// Make a policy of what another program knows
    ///
    /// Nothing is made up: what the source does not say is a line `// TO WRITE: …` in the policy
    /// and a line on the error stream. Exit code 3 tells that there are such lines.
    Import(inward::ImportArgs),
    /// Show a published policy: the file itself, or its canonical JSON with `--json`
    Show {
        /// Site; may be left out where there is only one
        #[arg(long, value_name = "NAME", value_parser = open::name)]
        site: Option<Name>,
        /// Version to show [default: the newest]
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
        /// List the statements people are asked to agree to, instead
        #[arg(long)]
        statements: bool,
    },
    /// Make a policy file the deal
    Publish {
        /// The policy file
        file: PathBuf,
        /// Site; may be left out where there is only one
        #[arg(long, value_name = "NAME", value_parser = open::name)]
        site: Option<Name>,
        /// Hash of the policy this one was made from [default: the newest]
        #[arg(long, value_name = "HASH")]
        replaces: Option<String>,
    },
}

pub(super) fn run(it: &Policy, places: &Places, printer: &Printer) -> Result<(), Failure> {
    match it {
        Policy::Check(it) => check::run(it, printer),
        Policy::Diff(it) => diff::run(it, places, printer),
        Policy::Register(it) => outward::register(it, printer),
        Policy::Export(it) => outward::export(it, printer),
        Policy::Import(it) => inward::run(it, printer),
        Policy::Show { site, version, statements } => {
            let opened = Opened::existing(places)?;
            show(&opened, site.as_ref(), (*version, *statements), printer)
        }
        Policy::Publish { file, site, replaces } => {
            let opened = Opened::existing(places)?;
            publish(&opened, (file, site.as_ref(), replaces.as_deref()), printer)
        }
    }
}

fn load(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|error| Failure::io(format!("could not read `{}`", file.display()), &error))
}

/// Reads a policy file that has no mistakes; says them if it has.
pub(super) fn read_policy_file(file: &Path, printer: &Printer) -> Result<String, Failure> {
    let source = load(file)?;
    let problems = check::problems(&source);
    let mistakes = problems.iter().filter(|it| it.severity == Severity::Mistake);
    let count = mistakes.clone().count();
    if count == 0 {
        return Ok(source);
    }
    mistakes.for_each(|it| printer.remark(&check::drawn(it, file, &source)));
    Err(Failure::Refused(format!("`{}` has {}", file.display(), check::counted(count, "mistake"))))
}

fn show(
    opened: &Opened,
    site: Option<&Name>,
    (version, list): (Option<u32>, bool),
    printer: &Printer,
) -> Result<(), Failure> {
    let site = open::open_site(opened, site)?;
    let found = site.look(|state| match version {
        Some(version) => state.policies.version(version).cloned(),
        None => state.policies.newest().cloned(),
    });
    let published = found?.0.ok_or_else(|| {
        Failure::Refused(
            "no such policy is published; begin with `handshake policy publish FILE`".to_owned(),
        )
    })?;
    if list {
        let all = statements(&published.policy);
        let value: Vec<Value> = all
            .iter()
            .map(|it| json!({"id": it.id.to_string(), "purpose": it.purpose.as_str(), "language": it.language, "says": it.says}))
            .collect();
        printer.answer(&value, || {
            let line = |it: &handshake_core::policy::Statement| {
                format!("{}  {} ({})\n  {}", it.id, it.purpose, it.language, it.says)
            };
            all.iter().map(line).collect::<Vec<_>>().join("\n")
        });
        return Ok(());
    }
    let value: Value = serde_json::from_str(&canonical(&published.policy)).unwrap_or_default();
    printer.answer(&value, || published.source.to_string());
    Ok(())
}

fn publish(
    opened: &Opened,
    (file, site, replaces): (&Path, Option<&Name>, Option<&str>),
    printer: &Printer,
) -> Result<(), Failure> {
    let source = read_policy_file(file, printer)?;
    let site = open::open_site(opened, site)?;
    if opened.directory()?.site(site.id).is_some_and(|it| it.two_person) {
        return Err(Failure::Refused(format!(
            "policies of `{0}` are approved by a second person: propose this one in the console, \
             or say `handshake site approval {0} one`",
            site.name
        )));
    }
    let (newest, _) = site.look(|state| state.policies.newest().map(|it| it.hash()))?;
    let replaces = match replaces {
        Some(text) => Some(unhex(text).ok_or_else(|| {
            Failure::Usage(format!("`{text}` is no hash; expected 64 hexadecimal digits"))
        })?),
        None => newest,
    };
    let now = clock::now();
    let request = Request::internal(None);
    let mut turn = site.turn(now, &request)?;
    let publishing = Publishing { source: &source, replaces };
    let published = turn.publish(Caller { name: "cli", coins: true }, &request, &publishing)?;
    if let Some(ticket) = turn.commit()? {
        ticket.wait()?;
    }
    let hash = hex(&published.hash());
    let (version, effective) = (published.policy.version, published.policy.effective);
    let value = json!({
        "site": site.name, "version": version, "number": published.number(), "hash": hash,
        "effective": effective.to_string(),
    });
    printer.answer(&value, || {
        format!("version {version} is the deal of `{}` from {effective}\nhash {hash}", site.name)
    });
    Ok(())
}
