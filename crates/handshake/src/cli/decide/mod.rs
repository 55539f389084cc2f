//! `handshake decide`: one use on a site, or a file of situations without one.

mod offline;
mod recorded;

use std::path::PathBuf;

use handshake_core::vocabulary::{Act, Name};

use super::failure::Failure;
use super::open;
use super::print::Printer;
use crate::config::Places;

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "handshake decide [OPTIONS] --purpose <NAME> --data <NAMES> --recipient <NAME> --channel <NAME>
       handshake decide --policy <FILE> --situations <FILE>",
    after_long_help = "A situation:
  {\"act\":\"use\",\"purpose\":\"show-recommendations\",\"data\":[\"behaviour.viewed\"],
   \"permissions\":[{\"purpose\":\"show-recommendations\",\"answer\":\"granted\",\"at\":\"2026-11-01T10:00:00Z\"}],
   \"history\":{\"last_visit\":\"2026-11-20T09:00:00Z\",\"signals\":[\"dnt\"],\"age\":\"adult\"}}
(all on one line)"
)]
pub(super) struct Decide {
    /// Try this policy file, and record nothing; give versions it replaced before it, oldest first
    #[arg(long, value_name = "FILE", help_heading = "Without a site", requires = "situations",
        conflicts_with_all = ["site", "person", "customer", "act", "purpose", "data", "recipient",
            "channel", "tag", "gpc", "dnt"])]
    policy: Vec<PathBuf>,
    /// Situations to try, a line of JSON each; `-` reads standard input
    #[arg(long, value_name = "FILE", help_heading = "Without a site", requires = "policy")]
    situations: Option<PathBuf>,
    /// Directory of the ledger, which other commands call `--data`
    #[arg(id = "directory", long, value_name = "DIR", conflicts_with = "policy")]
    directory: Option<PathBuf>,
    /// Site; may be left out where there is only one
    #[arg(long, value_name = "NAME", value_parser = open::name)]
    site: Option<Name>,
    /// Whose data, by our id; nobody known, if neither this nor `--customer` is given
    #[arg(long, value_name = "ID", conflicts_with = "customer")]
    person: Option<String>,
    /// Whose data, by the shop's own number
    #[arg(long, value_name = "NUMBER")]
    customer: Option<String>,
    /// What is done to the data: collect, use, share, infer or retain
    #[arg(long, value_name = "ACT", default_value = "use", value_parser = act)]
    act: Act,
    /// What for
    #[arg(long, value_name = "NAME", required_unless_present = "policy")]
    purpose: Option<String>,
    /// Which data, by the policy's names, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required_unless_present = "policy")]
    data: Vec<String>,
    /// Who gets it
    #[arg(long, value_name = "NAME", required_unless_present = "policy")]
    recipient: Option<String>,
    /// Where it shows
    #[arg(long, value_name = "NAME", required_unless_present = "policy")]
    channel: Option<String>,
    /// A tag that holds; may be given more than once
    #[arg(long, value_name = "NAME")]
    tag: Vec<String>,
    /// The device says Global Privacy Control
    #[arg(long)]
    gpc: bool,
    /// The device says Do Not Track
    #[arg(long)]
    dnt: bool,
}

fn act(text: &str) -> Result<Act, String> {
    Act::parse(text).ok_or_else(|| format!("expected one of {}", Act::WORDS.join(", ")))
}

pub(super) fn run(it: &Decide, places: &Places, printer: &Printer) -> Result<(), Failure> {
    match &it.situations {
        Some(situations) => offline::run(&it.policy, situations, printer),
        None => recorded::run(it, places, printer),
    }
}
