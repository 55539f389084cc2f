//! `handshake policy`: check, compare, show and publish the policy file.

mod diff;

use std::fs;
use std::path::{Path, PathBuf};

use handshake_core::policy::{Problem, Severity, canonical, check, hash, read, statements};
use handshake_core::vocabulary::{Name, hex, unhex};
use miette::{GraphicalReportHandler, GraphicalTheme, NamedSource};
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
    Check {
        /// The policy file
        file: PathBuf,
    },
    /// Say what a new version allows that the old did not, and who must be asked again
    ///
    /// Exit code 3 tells that the change is material, so that it can stop a merge.
    Diff(diff::DiffArgs),
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
        Policy::Check { file } => check_file(file, printer),
        Policy::Diff(it) => diff::run(it, places, printer),
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
    let problems = problems(&source);
    let mistakes = problems.iter().filter(|it| it.severity == Severity::Mistake);
    let count = mistakes.clone().count();
    if count == 0 {
        return Ok(source);
    }
    mistakes.for_each(|it| printer.remark(&drawn(it, file, &source)));
    Err(Failure::Refused(format!("`{}` has {}", file.display(), counted(count, "mistake"))))
}

/// `1 mistake`, `2 mistakes`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn problems(source: &str) -> Vec<Problem> {
    match read(source) {
        Ok(policy) => check(&policy, source),
        Err(problems) => problems,
    }
}

fn check_file(file: &Path, printer: &Printer) -> Result<(), Failure> {
    let source = load(file)?;
    let problems = problems(&source);
    let mistakes = problems.iter().filter(|it| it.severity == Severity::Mistake).count();
    let known = read(&source).ok();
    let value = json!({
        "file": file.display().to_string(),
        "hash": known.as_ref().map(|it| hex(&hash(it))),
        "version": known.as_ref().map(|it| it.version),
        "problems": problems.iter().map(problem_value).collect::<Vec<_>>(),
    });
    printer.answer(&value, || {
        let drawn = problems.iter().map(|it| drawn(it, file, &source));
        let mut said: Vec<String> = drawn.collect();
        said.push(match (&known, mistakes, problems.len()) {
            (Some(it), 0, warnings) => format!(
                "`{}` version {} is sound: {}, {}, hash {}",
                it.name,
                it.version,
                counted(it.purposes.len(), "purpose"),
                counted(warnings, "warning"),
                hex(&hash(it)),
            ),
            (_, mistakes, all) => {
                let warnings = counted(all - mistakes, "warning");
                format!("{}, {warnings}", counted(mistakes, "mistake"))
            }
        });
        said.join("\n")
    });
    match mistakes {
        0 => Ok(()),
        _ => Err(Failure::Refused(format!("`{}` cannot be published", file.display()))),
    }
}

fn problem_value(it: &Problem) -> Value {
    json!({
        "slug": it.slug, "line": it.line, "column": it.column, "said": it.said, "help": it.help,
        "severity": match it.severity { Severity::Mistake => "mistake", Severity::Warning => "warning" },
    })
}

/// A problem with its line of the file and a caret under it.
fn drawn(it: &Problem, file: &Path, source: &str) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    let named = NamedSource::new(file.display().to_string(), source.to_owned());
    let report = miette::Report::new(it.clone()).with_source_code(named);
    let mut out = String::new();
    match handler.render_report(&mut out, report.as_ref()) {
        Ok(()) => out,
        Err(_) => it.to_string(),
    }
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
