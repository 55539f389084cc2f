//! `handshake check`: a list of people in, the same list with verdicts out.
//!
//! `list` reads rows (`parquet` too, where it was built in), `asking` makes a use of each, `served`
//! and `alone` decide a batch of uses, by a running server or by a policy file, `told` reads what was
//! answered, `sheet` writes the rows and `tally` the summary. Never more than a batch is in memory.

mod alone;
mod asking;
mod identity;
mod list;
#[cfg(feature = "parquet")]
mod parquet;
mod served;
mod sheet;
mod tally;
mod told;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use handshake_core::vocabulary::{Act, EventId};
use indicatif::{ProgressBar, ProgressStyle};

use self::asking::Asking;
use self::identity::Identity;
use self::list::{List, Row};
use self::sheet::Sheet;
use self::tally::Tally;
use self::told::Told;
use super::failure::Failure;
use super::print::Printer;
use crate::config::Reaching;

#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit codes: 0 every row is allowed, 3 some are not, 1 some rows could not be decided or nothing was
done, 2 wrong command line, 70 reading, writing or reaching the server failed.

A run that was cut off is repeated with `--run` and the name it printed: what had been decided is not
decided again, and the output is whole. Without `--run`, everything is decided anew, since people may
have changed their minds.")]
pub(super) struct Check {
    /// The list: CSV with a header line, JSON Lines (.jsonl, .ndjson), or Parquet (.parquet)
    file: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
    /// Column with the shop's own number of the customer, or our id (`p_…`) [default: `customer` or `person`]
    #[arg(long, value_name = "NAME")]
    person_column: Option<String>,
    /// Where to write the rows; complete or not there at all [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What to put before the names of added columns, if the list has such columns already
    #[arg(long, value_name = "TEXT", default_value = "")]
    prefix: String,
    /// Carry on a run that was cut off, within seven days
    #[arg(long, value_name = "ID", conflicts_with = "policy", value_parser = run_id)]
    run: Option<EventId>,
    /// Decide by this policy file alone: no server, nothing recorded
    ///
    /// Everybody stands where their row says: a column `permissions` and one `history` hold JSON as
    /// in `handshake decide --situations`. Without them nobody has been asked.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    reaching: Reaching,
    /// Stands in the way of the other commands' `--data`, which here means names of data.
    #[arg(id = "directory", long, hide = true)]
    directory: Option<PathBuf>,
}

/// The use that is wanted of everybody on the list.
#[derive(Debug, clap::Args)]
struct Wanted {
    /// What is done to the data: collect, use, share, infer or retain
    #[arg(long, value_name = "ACT", default_value = "use", value_parser = act)]
    act: Act,
    /// What for
    #[arg(long, value_name = "NAME")]
    purpose: String,
    /// Which data, by the policy's names, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    data: Vec<String>,
    /// Who gets it [default: the shop itself]
    #[arg(long, value_name = "NAME")]
    recipient: Option<String>,
    /// Where it shows [default: web]
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// A tag that holds for everybody; may be given more than once
    #[arg(long, value_name = "NAME")]
    tag: Vec<String>,
    /// Where everybody is, as in `EU` or `US-CA`
    #[arg(long, value_name = "CODE", conflicts_with = "jurisdiction_column")]
    jurisdiction: Option<String>,
    /// Column that says where each person is
    #[arg(long, value_name = "NAME")]
    jurisdiction_column: Option<String>,
    /// The campaign this list is for
    #[arg(long, value_name = "NAME")]
    campaign: Option<String>,
}

/// Whoever decides a batch of uses, told as lines of JSON.
trait Decider {
    /// What was decided, in the order of the uses, and as much of it as there are uses.
    fn decide(&mut self, uses: &[String]) -> Result<Vec<Told>, Failure>;
}

const BATCH_ROWS: usize = 500;
const BATCH_BYTES: usize = 512 << 10;

fn act(text: &str) -> Result<Act, String> {
    Act::parse(text).ok_or_else(|| format!("expected one of {}", Act::WORDS.join(", ")))
}

fn run_id(text: &str) -> Result<EventId, String> {
    text.parse().map_err(|_| "expected the id that the run printed at its start".to_owned())
}

pub(super) fn run(it: &Check, printer: &Printer) -> Result<(), Failure> {
    let mut list = List::open(&it.file)?;
    let asking = Asking::new(it, list.columns())?;
    let (mut decider, identity): (Box<dyn Decider>, _) = match &it.policy {
        Some(policy) => (Box::new(alone::Alone::new(policy, printer)?), None),
        None => {
            let served = served::Served::new(&it.reaching)?;
            let identity = Identity::new(it.run, &it.file, &asking)?;
            (Box::new(served), Some(identity))
        }
    };
    if let Some(identity) = &identity {
        printer.remark(&format!("run {}", identity.run()));
    }
    let mut sheet = Sheet::new(it.out.as_deref(), &it.prefix, &list)?;
    let mut tally = Tally::new(identity.as_ref().map(|it| it.run().to_string()));
    // Rows on the terminal show how far it is by themselves.
    let shows_rows = it.out.is_none() && std::io::stdout().is_terminal();
    let bar = if shows_rows { ProgressBar::hidden() } else { bar(&it.file) };
    let done = all(
        &mut list,
        (&asking, identity.as_ref()),
        decider.as_mut(),
        &mut |row, told| {
            tally.count(&told);
            sheet.write(row, &told)
        },
        &bar,
    );
    bar.finish_and_clear();
    done.map_err(|failure| resumable(failure, identity.as_ref()))?;
    sheet.finish()?;
    printer.summary(&tally, || tally.text());
    tally.outcome()
}

/// Decides every row, a batch at a time, in the order of the list.
fn all(
    list: &mut List,
    (asking, identity): (&Asking, Option<&Identity>),
    decider: &mut dyn Decider,
    take: &mut dyn FnMut(&Row, Told) -> Result<(), Failure>,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let mut rows: Vec<(Row, Option<String>)> = Vec::with_capacity(BATCH_ROWS);
    let mut ended = false;
    while !ended {
        let (mut uses, mut bytes) = (Vec::new(), 0);
        while rows.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(row) = list.next()? else {
                ended = true;
                break;
            };
            bytes += row.bytes();
            let event = identity.map(|it| it.event(row.number));
            let wrong = match asking.wanted(&row, event.as_deref()) {
                Ok(wanted) => {
                    bytes += wanted.len();
                    uses.push(wanted);
                    None
                }
                Err(wrong) => Some(wrong),
            };
            rows.push((row, wrong));
        }
        let mut decided = match uses.is_empty() {
            true => Vec::new(),
            false => decider.decide(&uses)?,
        }
        .into_iter();
        for (row, wrong) in rows.drain(..) {
            let told = match wrong {
                Some(wrong) => Told::wrong(&format!("line {}: {wrong}", row.line)),
                None => decided.next().unwrap_or_else(|| Told::wrong("no answer came")),
            };
            take(&row, told)?;
        }
        bar.set_position(list.read());
    }
    Ok(())
}

/// Says how to carry on, where something of the run may be recorded already.
fn resumable(failure: Failure, identity: Option<&Identity>) -> Failure {
    match (failure, identity) {
        (Failure::Io(said), Some(it)) => Failure::Io(format!(
            "{said}; to carry on, repeat the command with `--run {}`",
            it.run()
        )),
        (failure, _) => failure,
    }
}

fn bar(file: &Path) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "checking {bar:30} {bytes} of {total_bytes}, {elapsed}, {eta} to go",
    );
    let bar = ProgressBar::new(std::fs::metadata(file).map_or(0, |it| it.len()));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
