//! `handshake report`: what became of every use, and what keeping the policy cost and earned.

mod json;
mod text;

use handshake_core::impact::report;
use handshake_core::projection::Quarter;
use handshake_core::vocabulary::Name;

use super::failure::Failure;
use super::open::{self, Opened};
use super::print::Printer;
use crate::clock;
use crate::config::Places;
use crate::ingest::Site;

#[derive(Debug, clap::Args)]
pub(super) struct Report {
    /// Site to report on; may be left out where there is only one
    #[arg(long, value_name = "NAME", value_parser = open::name)]
    site: Option<Name>,
    /// Quarter to report on, as `2026Q4`; everything, if left out
    #[arg(long, value_name = "QUARTER")]
    quarter: Option<Quarter>,
}

pub(super) fn run(it: &Report, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let opened = Opened::existing(places)?;
    let site = open::open_site(&opened, it.site.as_ref())?;
    print(&site, it.quarter, printer)
}

/// Prints the report of an open site.
pub(super) fn print(
    site: &Site,
    quarter: Option<Quarter>,
    printer: &Printer,
) -> Result<(), Failure> {
    let (it, _) = site.look(|state| report(state, quarter, clock::now()))?;
    printer.answer(&json::json(&site.name, &it), || text::text(&site.name, &it));
    Ok(())
}
