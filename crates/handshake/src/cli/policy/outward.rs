//! `handshake policy register` and `handshake policy export`: a policy file in others' formats.

use std::fs;
use std::path::{Path, PathBuf};

use handshake_core::policy::{self, Policy};

use super::read_policy_file;
use crate::cli::failure::Failure;
use crate::cli::print::Printer;
use crate::formats::dpv::dpv;
use crate::formats::register::{self, Register};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RegisterArgs {
    /// The policy file
    file: PathBuf,
    /// How: a page to read and print, a table with a row a purpose, or JSON
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Html)]
    format: Format,
    #[command(flatten)]
    outward: Outward,
    /// Language of the purposes' words [default: the policy's first]
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Html,
    Csv,
    Json,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExportArgs {
    /// The policy file
    file: PathBuf,
    /// The vocabulary
    #[arg(long, value_name = "FORMAT", value_enum)]
    to: Vocabulary,
    #[command(flatten)]
    outward: Outward,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Vocabulary {
    /// The W3C's Data Privacy Vocabulary 2.1, as JSON-LD
    Dpv,
}

#[derive(Debug, clap::Args)]
struct Outward {
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn register(it: &RegisterArgs, printer: &Printer) -> Result<(), Failure> {
    let policy = load(&it.file, printer)?;
    let language = language(&policy, it.language.as_deref())?;
    let register = Register::of(&policy);
    let failed = |error: &dyn std::error::Error| Failure::io("could not write the register", error);
    let format = if printer.is_json() { Format::Json } else { it.format };
    let text = match format {
        Format::Html => register::html(&register, language).into_bytes(),
        Format::Csv => register::csv(&register, language).map_err(|it| failed(&it))?,
        Format::Json => register.json().map_err(|it| failed(&it))?.into_bytes(),
    };
    it.outward.write(&text, printer)
}

pub(super) fn export(it: &ExportArgs, printer: &Printer) -> Result<(), Failure> {
    let policy = load(&it.file, printer)?;
    let document = match it.to {
        Vocabulary::Dpv => dpv(&policy),
    };
    let text = serde_json::to_vec_pretty(&document)
        .map_err(|error| Failure::io("could not write the document", &error))?;
    it.outward.write(&text, printer)
}

impl Outward {
    fn write(&self, text: &[u8], printer: &Printer) -> Result<(), Failure> {
        match &self.out {
            Some(path) => fs::write(path, text).map_err(|error| {
                Failure::io(format!("could not write `{}`", path.display()), &error)
            }),
            None => {
                printer.document(text);
                Ok(())
            }
        }
    }
}

fn load(file: &Path, printer: &Printer) -> Result<Policy, Failure> {
    let source = read_policy_file(file, printer)?;
    policy::read(&source)
        .map_err(|_| Failure::Refused(format!("`{}` cannot be read as a policy", file.display())))
}

fn language<'a>(policy: &'a Policy, wanted: Option<&'a str>) -> Result<&'a str, Failure> {
    let first = policy.languages.first().map_or("en", String::as_str);
    match wanted {
        None => Ok(first),
        Some(wanted) if policy.languages.iter().any(|it| it == wanted) => Ok(wanted),
        Some(wanted) => Err(Failure::Usage(format!(
            "the policy says nothing in `{wanted}`; its languages are {}",
            policy.languages.join(", ")
        ))),
    }
}
