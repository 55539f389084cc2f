//! The commands, one file each.
//!
//! Exit codes: 0 done; 1 refused, with the reason; 2 the command line makes no sense; 3 done, and the
//! outcome needs a look: a policy differs materially, an imported one is incomplete, not every use
//! of a list is allowed; 70 reading or writing failed.

mod check;
mod decide;
mod demo;
mod failure;
mod import;
mod keys;
mod open;
mod policy;
mod print;
mod report;
mod sdk;
mod serve;
mod site;
mod users;
mod verify;
mod waivers;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Places;

pub use failure::Failure;
pub use open::Opened;
pub use print::Printer;

/// Record permission as carefully as data: policy, decisions and the ledger of one merchant.
#[derive(Debug, Parser)]
#[command(
    name = "handshake",
    version,
    after_help = "Exit codes: 0 done, 1 refused, 2 wrong command line, 3 done but look (materially different, incomplete, not all allowed), 70 reading or writing failed."
)]
struct Cli {
    #[command(flatten)]
    places: Places,
    /// Answer in JSON, one value
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open an invented bike shop, with a year of simulated riders, and stay up
    Demo(demo::Demo),
    /// Answer at the doors until told to stop
    Serve(serve::Serve),
    /// Make a site, or list those there are
    #[command(subcommand)]
    Site(site::Site),
    /// Make a key, list them, or revoke one
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Let people look at the console, list them, or let them look no longer
    #[command(subcommand)]
    Users(users::Users),
    /// Check, compare, show or publish the policy
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Decide one use and record it, or try a policy file on situations
    ///
    /// Without `--policy`, one use is decided on a site and recorded like any other.
    ///
    /// With `--policy` and `--situations`, uses are decided by a policy file alone, without data
    /// directory, ledger or server, and nothing is recorded. A situation is a line of JSON: a use
    /// as `POST /v1/decide` takes it, with `now`, `permissions` and `history` for what a site
    /// would know. Each is answered by a line: the JSON that `/v1/decide` answers, without
    /// `decision`; or `error`, with line and field, where it makes no sense. The exit code is 1
    /// if any does. `docs/POLICY.md` describes every field.
    Decide(decide::Decide),
    /// Decide a use for everybody on a list, and write the list with the verdicts
    ///
    /// Every row is decided by a running server and recorded like any other use, or with `--policy`
    /// by a policy file alone. The rows come out as they went in, in the same order, with the columns
    /// verdict, advice, reason, why, cure, decision and error; in JSON Lines, as the field `handshake`.
    /// A row that cannot be decided stays in its place, with the line and the cause in `error`.
    Check(check::Check),
    /// Bring in a file of orders, through the same code as live traffic
    Import(import::Import),
    /// Say what became of every use, and what keeping the policy cost
    Report(report::Report),
    /// Print what a page needs to load the browser SDK, with its integrity
    Sdk,
    /// Check that nobody changed what is in the ledger
    Verify(verify::Verify),
    /// Sign that a rule with a law is only watched for a while, or list what was signed
    #[command(subcommand)]
    Waivers(waivers::Waivers),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    // Wrong usage ends here, with help and exit code 2.
    let cli = Cli::parse();
    let printer = Printer::new(cli.json);
    let done = match &cli.command {
        Command::Demo(it) => demo::run(it, &cli.places, &printer),
        Command::Serve(it) => serve::serve(it, &cli.places, &printer),
        Command::Site(it) => site::site(it, &cli.places, &printer),
        Command::Keys(it) => keys::keys(it, &cli.places, &printer),
        Command::Users(it) => users::users(it, &cli.places, &printer),
        Command::Policy(it) => policy::run(it, &cli.places, &printer),
        Command::Decide(it) => decide::run(it, &cli.places, &printer),
        Command::Check(it) => check::run(it, &printer),
        Command::Import(it) => import::run(it, &cli.places, &printer),
        Command::Report(it) => report::run(it, &cli.places, &printer),
        Command::Sdk => sdk::sdk(&printer),
        Command::Verify(it) => verify::run(it, &cli.places, &printer),
        Command::Waivers(it) => waivers::run(it, &cli.places, &printer),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            printer.failure(&failure);
            failure.exit_code()
        }
    }
}
