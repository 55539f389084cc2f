//! What commands say: text for people, or JSON for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::failure::Failure;

/// Writes answers to the terminal.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    json: bool,
}

impl Printer {
    pub fn new(json: bool) -> Printer {
        Printer { json }
    }

    /// Whether JSON is asked for.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Says the same in the way asked for.
    pub fn answer<T: Serialize>(&self, value: &T, text: impl FnOnce() -> String) {
        let said = match self.json {
            true => serde_json::to_string_pretty(value).unwrap_or_default(),
            false => text(),
        };
        // Nobody may be left to read it, as after `| head`. That is no failure.
        let _ = writeln!(io::stdout().lock(), "{}", said.trim_end());
    }

    /// A page, for browsers.
    pub(super) fn page(&self, html: &str) {
        let _ = writeln!(io::stdout().lock(), "{html}");
    }

    /// One line of many, for programs. Returns whether anybody is left to read more.
    pub(super) fn line(&self, text: &str) -> bool {
        writeln!(io::stdout().lock(), "{text}").is_ok()
    }

    /// A whole document, for a file or another program.
    pub(super) fn document(&self, text: &[u8]) {
        let mut out = io::stdout().lock();
        // As above: that nobody reads on is no failure.
        let _ = out
            .write_all(text)
            .and_then(|()| out.write_all(if text.ends_with(b"\n") { b"" } else { b"\n" }));
    }

    /// How it came out, where the answer itself is a stream: goes to the error stream.
    pub(super) fn summary<T: Serialize>(&self, value: &T, text: impl FnOnce() -> String) {
        let said = match self.json {
            true => serde_json::to_string(value).unwrap_or_default(),
            false => text(),
        };
        self.remark(&said);
    }

    /// A remark for people while a command works; goes to the error stream.
    pub fn remark(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
    }

    pub(super) fn failure(&self, failure: &Failure) {
        let said = match self.json {
            true => serde_json::json!({ "error": failure.to_string() }).to_string(),
            false => format!("handshake: {failure}"),
        };
        let _ = writeln!(io::stderr().lock(), "{said}");
    }
}

/// Rows under headings, in columns as wide as they need to be.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let headings = headings.map(str::to_owned);
    let mut widths = [0; N];
    for row in rows.iter().chain([&headings]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned()
    };
    [&headings].into_iter().chain(rows).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_need_to_be() {
        let rows = [["1".to_owned(), "shop".to_owned()], ["12".to_owned(), "ü".to_owned()]];
        insta::assert_snapshot!(table(["no", "site"], &rows), @r"
        no  site
        1   shop
        12  ü
        ");
    }
}
