//! `handshake import`: a merchant's file of orders, through the same turns as live traffic.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use handshake_core::policy;
use handshake_core::vocabulary::Name;
use indicatif::{ProgressBar, ProgressStyle};

use super::failure::Failure;
use super::open::{self, Opened};
use super::policy::read_policy_file;
use super::print::Printer;
use super::report;
use crate::access::fresh;
use crate::clock;
use crate::config::Places;
use crate::ingest::import::{
    AnswerModel, ImportPlan, Imported, Orders, Reject, import, read_items, read_orders,
    weeks_to_shift,
};

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// Orders, one line an item: order, item, time, customer; TSV or CSV, may be gzip
    #[arg(long, value_name = "FILE")]
    orders: PathBuf,
    /// Catalogue: item, name, and where given category and price
    #[arg(long, value_name = "FILE")]
    catalog: PathBuf,
    /// Policy that ruled; must have taken effect before the oldest order
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Site to import into; made if it is not there [default: the policy's name]
    #[arg(long, value_name = "NAME", value_parser = open::name)]
    site: Option<Name>,
    /// Draw people's answers by the model of docs/SIMULATION.md; shown as simulated everywhere
    #[arg(long, value_name = "SEED", value_parser = clap::value_parser!(u64).range(1..))]
    simulate_answers: Option<u64>,
    /// Keep the dates of the file, instead of moving them by whole weeks up to now
    #[arg(long)]
    no_shift: bool,
    /// Where to write rejected rows [default: <orders>.rejects.tsv in the data directory]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

pub(super) fn run(it: &Import, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let source = read_policy_file(&it.policy, printer)?;
    let items = read_items(&it.catalog).map_err(|error| Failure::io("catalogue", &error))?;
    let known: HashSet<&str> = items.items.iter().map(|it| it.item.as_str()).collect();
    let orders = read_orders(&it.orders, |item| known.contains(item))
        .map_err(|error| Failure::io("orders", &error))?;
    let (opened, _) = Opened::existing_or_new(places)?;
    let rejects = it.rejects.clone().unwrap_or_else(|| rejects_path(&it.orders, &opened));
    write_rejects(&rejects, &items.rejects, &orders.rejects)?;
    let site = it.site.clone().map_or_else(|| policy_name(&source), Ok)?;
    let site = open::open_or_make_site(&opened, &site)?;
    let plan = ImportPlan {
        policy: &source,
        items: &items.items,
        orders: &orders,
        answers: it.simulate_answers.map(|seed| AnswerModel { seed }),
        shift_weeks: if it.no_shift { 0 } else { weeks_to_shift(&orders, clock::now()) },
        items_hash: items.hash,
    };
    let bar = bar(&orders);
    let done = import(&site, &plan, &mut || fresh().ok(), &mut |progress| {
        bar.set_position(progress.orders)
    });
    bar.finish_and_clear();
    let done = done.map_err(|error| Failure::Refused(super::failure::chain(&error)))?;
    printer.remark(&summary(&done, &orders, &rejects, items.rejects.len()));
    report::print(&site, None, printer)
}

fn summary(done: &Imported, orders: &Orders, rejects: &Path, items_rejected: usize) -> String {
    let resumed = match done.resumed_at {
        0 => String::new(),
        before if before == done.orders => " All of it had been imported before.".to_owned(),
        before => format!(" Carried on after the {before} orders that were imported before."),
    };
    let rejected = match done.rejected + u64::try_from(items_rejected).unwrap_or(0) {
        0 => "No row was rejected.".to_owned(),
        count => format!("{count} rows were rejected; they are in `{}`.", rejects.display()),
    };
    format!("{} orders from {} rows.{resumed} {rejected}\n", done.orders, orders.rows)
}

fn policy_name(source: &str) -> Result<Name, Failure> {
    let policy = policy::read(source);
    policy.map(|it| it.name).map_err(|_| Failure::Refused("the policy has mistakes".to_owned()))
}

/// A file named for the orders, and kept with the data.
fn rejects_path(orders: &Path, opened: &Opened) -> PathBuf {
    let name = orders.file_name().unwrap_or_default().to_string_lossy();
    opened.config.data.join(format!("{name}.rejects.tsv"))
}

/// Writes rejected rows anew: the same files always reject the same rows.
fn write_rejects(path: &Path, items: &[Reject], orders: &[Reject]) -> Result<(), Failure> {
    if items.is_empty() && orders.is_empty() {
        return Ok(());
    }
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(path)?;
        writeln!(file, "file\tline\twhy")?;
        for (name, rejects) in [("catalog", items), ("orders", orders)] {
            for it in rejects {
                writeln!(file, "{name}\t{}\t{}", it.line, it.said)?;
            }
        }
        file.sync_all()
    };
    write().map_err(|error| Failure::io(format!("could not write `{}`", path.display()), &error))
}

fn bar(orders: &Orders) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "importing {bar:30} {human_pos} of {human_len} orders, {elapsed}, {eta} to go",
    );
    let bar = ProgressBar::new(u64::try_from(orders.orders.len()).unwrap_or(u64::MAX));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
