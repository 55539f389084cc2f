//! `handshake policy import`: a policy made of what another program knows.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::failure::{Failure, chain};
use crate::cli::print::Printer;
use crate::formats::fideslang::{Given, Imported, Place, import};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ImportArgs {
    /// What the files are written in
    #[arg(long, value_name = "FORMAT", value_enum)]
    from: Language,
    /// The files; several are read as one
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Where to write the policy [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    known: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    /// Ethyca's fideslang, YAML: systems, organization, policy, dataset
    Fideslang,
}

/// What such files do not say, and the person at the terminal may.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What the files do not say")]
struct Known {
    /// Name of the policy [default: the organization's]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where it applies, as in `EU,UK,US-CA`
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    applies_in: Vec<String>,
    /// Languages of its words, as in `en,de`
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    languages: Vec<String>,
    /// Currency of its amounts, as in `EUR`
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Its time zone, as in `Europe/Berlin`
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// When it takes effect, as in `2030-01-01T00:00:00Z`
    #[arg(long, value_name = "TIME")]
    effective: Option<String>,
    /// How firmly it is held: `rehearse`, `observe` or `enforce`
    #[arg(long, value_name = "MODE")]
    mode: Option<String>,
    /// Where something shows, as in `web,email`
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    channels: Vec<String>,
}

/// No file that is read is larger.
const BYTES_MAX: u64 = 4 << 20;

pub(super) fn run(it: &ImportArgs, printer: &Printer) -> Result<(), Failure> {
    let files = it.files.iter().map(|it| load(it)).collect::<Result<Vec<_>, _>>()?;
    let known = &it.known;
    let given = Given {
        name: known.name.clone(),
        applies_in: known.applies_in.clone(),
        languages: known.languages.clone(),
        currency: known.currency.clone(),
        time_zone: known.time_zone.clone(),
        effective: known.effective.clone(),
        mode: known.mode.clone(),
        channels: known.channels.clone(),
    };
    let imported = match it.from {
        Language::Fideslang => import(&files, &given),
    };
    let imported = imported.map_err(|error| Failure::Refused(chain(&error)))?;
    match &it.out {
        Some(path) => std::fs::write(path, &imported.policy).map_err(|error| {
            Failure::io(format!("could not write `{}`", path.display()), &error)
        })?,
        None => printer.document(imported.policy.as_bytes()),
    }
    tell(&imported, printer);
    match imported.missing.len() + imported.left_out.len() {
        0 => Ok(()),
        _ => Err(Failure::Attention(summary(&imported))),
    }
}

fn load(path: &Path) -> Result<(String, String), Failure> {
    let failed =
        |error: &std::io::Error| Failure::io(format!("could not read `{}`", path.display()), error);
    let file = File::open(path).map_err(|it| failed(&it))?;
    let mut text = String::new();
    let read = file.take(BYTES_MAX + 1).read_to_string(&mut text).map_err(|it| failed(&it))?;
    if BYTES_MAX < u64::try_from(read).unwrap_or(u64::MAX) {
        let said = format!("`{}` has more than {BYTES_MAX} bytes", path.display());
        return Err(Failure::Refused(said));
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok((name, text))
}

fn tell(imported: &Imported, printer: &Printer) {
    let Imported { policy: _, purposes, missing, left_out, taken } = imported;
    let placed = |all: &[(Place, String)]| -> Value {
        let one = |(place, what): &(Place, String)| json!({ "file": place.file, "line": place.line, "what": what });
        all.iter().map(one).collect()
    };
    let to_write = missing.iter().map(|(line, what)| json!({ "line": line, "what": what }));
    let value = json!({
        "purposes": purposes,
        "to_write": to_write.collect::<Value>(),
        "left_out": placed(left_out),
        "concluded": placed(taken),
    });
    printer.summary(&value, || {
        let placed = |said: &str, all: &[(Place, String)]| {
            let one = |(place, what): &(Place, String)| {
                format!("{said}, {} line {}: {what}", place.file, place.line)
            };
            all.iter().map(one).collect::<Vec<String>>()
        };
        let mut lines: Vec<String> =
            missing.iter().map(|(line, what)| format!("to write, line {line}: {what}")).collect();
        lines.extend(placed("left out", left_out));
        lines.extend(placed("concluded", taken));
        lines.join("\n")
    });
}

fn summary(imported: &Imported) -> String {
    format!(
        "{} purposes were made; {} lines are to be written (look for `TO WRITE`), {} things in the \
         files were left out",
        imported.purposes,
        imported.missing.len(),
        imported.left_out.len()
    )
}
