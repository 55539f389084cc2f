//! Delimited text, plain or gzip: a header line, then rows, each known by its line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

/// A whole file in memory.
#[derive(Debug)]
pub struct Table {
    /// Lower-case names of the columns.
    pub columns: Vec<String>,
    /// Line number, counted from 1, and cells.
    pub rows: Vec<(u64, Vec<String>)>,
    pub rejects: Vec<Reject>,
    /// SHA-256 of the file as it lies on disk.
    pub hash: [u8; 32],
}

/// A row that could not be taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    pub line: u64,
    pub said: String,
}

/// A file that is no table at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("could not read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("`{}` is empty; expected a header line naming its columns", .0.display())]
    Empty(PathBuf),
    #[error("`{}` has no column `{column}`; it has {}; expected one of {expected}", path.display(), has.join(", "))]
    NoColumn { path: PathBuf, column: &'static str, has: Vec<String>, expected: String },
}

const LINE_BYTES_MAX: usize = 64 * 1024;

/// Reads a tab- or comma-separated file; by its header line whichever of the two it has more of.
pub fn read_table(path: &Path) -> Result<Table, TableError> {
    let failed = |source| TableError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut it| it.read_to_end(&mut bytes)).map_err(failed)?;
    let hash = Sha256::digest(&bytes).into();
    let text: Box<dyn Read + '_> = match bytes.starts_with(&[0x1f, 0x8b]) {
        true => Box::new(MultiGzDecoder::new(bytes.as_slice())),
        false => Box::new(bytes.as_slice()),
    };
    let mut lines = BufReader::new(text).split(b'\n');
    let header = lines.next().transpose().map_err(failed)?;
    let header = header.ok_or_else(|| TableError::Empty(path.to_owned()))?;
    let header =
        String::from_utf8_lossy(&header).trim_start_matches('\u{feff}').trim_end().to_owned();
    let tabs = header.matches('\t').count();
    let separator = if header.matches(',').count() > tabs { ',' } else { '\t' };
    let columns: Vec<String> =
        cells(&header, separator).into_iter().map(|it| it.trim().to_lowercase()).collect();
    let mut table = Table { columns, rows: Vec::new(), rejects: Vec::new(), hash };
    for (line, bytes) in (2u64..).zip(lines) {
        let bytes = bytes.map_err(failed)?;
        table.take(line, &bytes, separator);
    }
    Ok(table)
}

impl Table {
    fn take(&mut self, line: u64, bytes: &[u8], separator: char) {
        let reject = |said: String| Reject { line, said };
        if LINE_BYTES_MAX < bytes.len() {
            let said = format!("the line has {} bytes, at most {LINE_BYTES_MAX}", bytes.len());
            return self.rejects.push(reject(said));
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.rejects.push(reject("the line is not UTF-8".to_owned()));
        };
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return;
        }
        let cells = cells(text, separator);
        let (has, wants) = (cells.len(), self.columns.len());
        if has != wants {
            return self.rejects.push(reject(format!("{has} columns, expected {wants}")));
        }
        self.rows.push((line, cells));
    }

    /// The place of a column that goes by any of these names.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|it| it == name))
    }

    /// The place of a column that must be there.
    pub fn need(&self, path: &Path, names: &[&'static str]) -> Result<usize, TableError> {
        self.column(names).ok_or_else(|| TableError::NoColumn {
            path: path.to_owned(),
            column: names.first().copied().unwrap_or_default(),
            has: self.columns.clone(),
            expected: names.join(", "),
        })
    }
}

/// Splits a line; a comma-separated cell may be quoted, with doubled quotes inside (RFC 4180).
fn cells(line: &str, separator: char) -> Vec<String> {
    if separator == '\t' || !line.contains('"') {
        return line.split(separator).map(str::to_owned).collect();
    }
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(it) = chars.next() {
        match it {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            it if it == separator && !quoted => cells.push(std::mem::take(&mut cell)),
            it => cell.push(it),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_hold_commas_and_quotes() {
        assert_eq!(cells("a,\"b, \"\"c\"\"\",", ','), ["a", "b, \"c\"", ""]);
        assert_eq!(cells("a\t\"b\tc", '\t'), ["a", "\"b", "c"]);
    }

    #[test]
    fn broken_rows_are_rejected_with_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.tsv");
        std::fs::write(&path, b"\xef\xbb\xbfA\tB\n1\t2\n\n3\n4\t\xff\n5\t6\r\n").unwrap();
        let table = read_table(&path).unwrap();
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.rows.iter().map(|it| it.0).collect::<Vec<_>>(), [2, 6]);
        assert_eq!(table.rows[1].1, ["5", "6"]);
        let said: Vec<_> = table.rejects.iter().map(|it| (it.line, it.said.as_str())).collect();
        assert_eq!(said, [(4, "1 columns, expected 2"), (5, "the line is not UTF-8")]);
    }
}
