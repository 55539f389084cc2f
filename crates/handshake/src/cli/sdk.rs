//! `handshake sdk`: what a page needs to load the browser SDK of this very binary.

use serde::Serialize;

use super::failure::Failure;
use super::print::Printer;
use crate::http::doors::assets::{SCRIPT, STYLE};

#[derive(Debug, Serialize)]
struct Shown<'a> {
    script: File<'a>,
    style: File<'a>,
}

#[derive(Debug, Serialize)]
struct File<'a> {
    /// The newest version, whichever that is.
    path: &'a str,
    /// This version, for ever.
    versioned: &'a str,
    integrity: &'a str,
}

pub(super) fn sdk(printer: &Printer) -> Result<(), Failure> {
    let [script, style] = [&*SCRIPT, &*STYLE].map(|it| File {
        path: it.path,
        versioned: &it.versioned,
        integrity: &it.integrity,
    });
    let shown = Shown { script, style };
    printer.answer(&shown, || text(&shown));
    Ok(())
}

fn text(it: &Shown<'_>) -> String {
    format!(
        "<link rel=\"stylesheet\" href=\"{}\"\n  integrity=\"{}\" crossorigin>\n\
         <script type=\"module\" src=\"{}\"\n  integrity=\"{}\" crossorigin></script>",
        it.style.versioned, it.style.integrity, it.script.versioned, it.script.integrity
    )
}
