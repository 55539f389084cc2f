//! `handshake verify`: has anybody changed what is in the ledger? Needs no key.

use handshake_core::vocabulary::{Name, hex};
use serde_json::json;

use super::failure::Failure;
use super::open::{self, Opened};
use super::print::Printer;
use crate::config::Places;
use crate::ledger;

#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    /// Site to verify; may be left out where there is only one
    #[arg(long, value_name = "NAME", value_parser = open::name)]
    site: Option<Name>,
}

pub(super) fn run(it: &Verify, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let opened = Opened::existing(places)?;
    let directory = opened.directory()?;
    let name = open::which_site(&directory, it.site.as_ref())?;
    let info = open::find_site(&directory, &name)?;
    let verified = ledger::verify(&opened.config.site_path(info.id))?;
    let value = json!({
        "site": name.as_str(), "events": verified.events, "segments": verified.segments,
        "head": hex(&verified.head), "last_at": verified.last_at.to_string(),
    });
    printer.answer(&value, || {
        format!(
            "{} events in {} segments: every checksum, hash and position is right.\nhead {}\nlast {}",
            verified.events,
            verified.segments,
            hex(&verified.head),
            verified.last_at,
        )
    });
    Ok(())
}
