//! The rows of a list, one after the other, each with its line.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use csv::ByteRecord;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::cli::failure::Failure;

/// One row as it came.
#[derive(Debug)]
pub(super) struct Row {
    /// Of rows, counted from 1.
    pub(super) number: u64,
    /// Where it begins in the file, counted from 1; of Parquet, the number of the row.
    pub(super) line: u64,
    pub(super) content: Content,
    /// Why it cannot be taken, if it cannot.
    pub(super) wrong: Option<String>,
}

#[derive(Debug)]
pub(super) enum Content {
    /// As many as there are columns.
    Cells(ByteRecord),
    Fields(Fields),
    /// A line that is no row.
    Text(String),
}

/// The fields of a JSON object as they came.
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(String, Box<RawValue>)>);

/// How rows are written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Delimited(u8),
    JsonLines,
}

/// A list that is read as it is needed.
pub(super) struct List {
    rows: Box<dyn Rows>,
    columns: Option<ByteRecord>,
    form: Form,
}

/// Reads one kind of file.
pub(super) trait Rows {
    fn next(&mut self) -> Result<Option<Row>, Failure>;
    /// How many bytes of the file have been read.
    fn read(&self) -> u64;
}

/// No row is longer.
const ROW_BYTES_MAX: u64 = 1 << 20;
/// What a reader may hold beyond the row it is reading.
const AHEAD: u64 = 64 << 10;
/// Bytes that are done with are let go when there are more.
const COMPACT: usize = 256 << 10;
/// What the first line is looked for in.
const HEAD_BYTES: u64 = 64 << 10;

impl List {
    pub(super) fn open(path: &Path) -> Result<List, Failure> {
        let failed =
            |error: &io::Error| Failure::io(format!("could not read `{}`", path.display()), error);
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match extension.as_str() {
            "jsonl" | "ndjson" => {
                let file = File::open(path).map_err(|it| failed(&it))?;
                let rows = JsonLines { from: BufReader::new(file), line: 0, number: 0, read: 0 };
                Ok(List { rows: Box::new(rows), columns: None, form: Form::JsonLines })
            }
            "csv" | "tsv" | "txt" => delimited(path),
            "parquet" => parquet(path),
            _ => Err(Failure::Usage(format!(
                "`{}` is no list; its name should end in `.csv`, `.tsv`, `.jsonl` or `.parquet`",
                path.display()
            ))),
        }
    }

    #[cfg(feature = "parquet")]
    pub(super) fn tabular(rows: Box<dyn Rows>, columns: ByteRecord) -> List {
        List { rows, columns: Some(columns), form: Form::Delimited(b',') }
    }

    /// Names of the columns; none where every row has its own.
    pub(super) fn columns(&self) -> Option<&ByteRecord> {
        self.columns.as_ref()
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    pub(super) fn next(&mut self) -> Result<Option<Row>, Failure> {
        self.rows.next()
    }

    pub(super) fn read(&self) -> u64 {
        self.rows.read()
    }
}

#[cfg(feature = "parquet")]
fn parquet(path: &Path) -> Result<List, Failure> {
    super::parquet::open(path)
}

#[cfg(not(feature = "parquet"))]
fn parquet(path: &Path) -> Result<List, Failure> {
    Err(Failure::Refused(format!(
        "`{}` is Parquet, which this program was built without: build it with `cargo build \
         --release --features parquet`, or give the list as CSV",
        path.display()
    )))
}

fn delimited(path: &Path) -> Result<List, Failure> {
    let failed =
        |error: &io::Error| Failure::io(format!("could not read `{}`", path.display()), error);
    let mut head = Vec::new();
    let file = File::open(path).map_err(|it| failed(&it))?;
    file.take(HEAD_BYTES).read_to_end(&mut head).map_err(|it| failed(&it))?;
    let delimiter = delimiter(head.split(|&it| it == b'\n').next().unwrap_or_default());
    let file = File::open(path).map_err(|it| failed(&it))?;
    let window = Window { bytes: Vec::new(), done: 0, offset: 0, line: 1 };
    let window = RefCell::new(window);
    let progress = Rc::new(Progress { read: Cell::new(0), row: Cell::new(0), window });
    let bounded = Bounded { from: file, progress: Rc::clone(&progress) };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bounded);
    let name = path.display().to_string();
    let header = reader.byte_headers().map_err(|it| unreadable(&name, &it))?;
    let columns: ByteRecord = header
        .iter()
        .map(|it| it.strip_prefix(b"\xef\xbb\xbf").unwrap_or(it).trim_ascii().to_vec())
        .collect();
    if columns.iter().all(<[u8]>::is_empty) {
        return Err(Failure::Refused(format!(
            "`{name}` is empty; expected a header line naming its columns"
        )));
    }
    let width = columns.len();
    let rows = Delimited { reader, progress, width, number: 0, name };
    Ok(List { rows: Box::new(rows), columns: Some(columns), form: Form::Delimited(delimiter) })
}

/// Tab, comma or semicolon: whichever the first line has most of.
fn delimiter(line: &[u8]) -> u8 {
    let count = |wanted: u8| line.iter().filter(|&&it| it == wanted).count();
    let mut best = b',';
    for it in [b'\t', b';'] {
        if count(best) < count(it) {
            best = it;
        }
    }
    best
}

fn unreadable(name: &str, error: &csv::Error) -> Failure {
    Failure::io(format!("could not read `{name}`"), error)
}

/// How far a file has been read, and where the row being read begins.
#[derive(Debug)]
struct Progress {
    read: Cell<u64>,
    row: Cell<u64>,
    window: RefCell<Window>,
}

/// What was read and is not yet known to belong to a row; the parser counts lines otherwise than
/// people do where they end with two characters or are blank.
#[derive(Debug)]
struct Window {
    bytes: Vec<u8>,
    /// How many of them are done with.
    done: usize,
    /// Where the rest begins in the file, and in which line.
    offset: u64,
    line: u64,
}

impl Window {
    fn add(&mut self, bytes: &[u8]) {
        if COMPACT < self.done {
            self.bytes.drain(..self.done);
            self.done = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The line in which a row begins that the parser says to begin at this byte.
    fn line_of(&mut self, byte: u64) -> u64 {
        let ends = |it: u8| it == b'\n' || it == b'\r';
        while let Some(&it) = self.bytes.get(self.done) {
            if byte <= self.offset && !ends(it) {
                break;
            }
            self.line += u64::from(it == b'\n');
            self.done += 1;
            self.offset += 1;
        }
        self.line
    }
}

/// A file that gives up when a row has no end: a quote that is never closed would else bring the
/// whole file into memory.
struct Bounded {
    from: File,
    progress: Rc<Progress>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let so_far = self.progress.read.get();
        if ROW_BYTES_MAX + AHEAD < so_far.saturating_sub(self.progress.row.get()) {
            let said = format!("a row has more than {ROW_BYTES_MAX} bytes; is a quote not closed?");
            return Err(io::Error::new(io::ErrorKind::InvalidData, said));
        }
        let read = self.from.read(buffer)?;
        self.progress.window.borrow_mut().add(buffer.get(..read).unwrap_or_default());
        self.progress.read.set(so_far.saturating_add(u64::try_from(read).unwrap_or(u64::MAX)));
        Ok(read)
    }
}

struct Delimited {
    reader: csv::Reader<Bounded>,
    progress: Rc<Progress>,
    width: usize,
    number: u64,
    name: String,
}

impl Rows for Delimited {
    fn next(&mut self) -> Result<Option<Row>, Failure> {
        let mut record = ByteRecord::new();
        let more = self.reader.read_byte_record(&mut record);
        if !more.map_err(|it| unreadable(&self.name, &it))? {
            return Ok(None);
        }
        self.progress.row.set(self.reader.position().byte());
        self.number += 1;
        let begins = record.position().map_or(0, csv::Position::byte);
        let line = self.progress.window.borrow_mut().line_of(begins);
        let (content, wrong) = fitted(record, self.width);
        Ok(Some(Row { number: self.number, line, content: Content::Cells(content), wrong }))
    }

    fn read(&self) -> u64 {
        self.progress.row.get()
    }
}

/// A row of as many cells as there are columns. Nothing of it is lost: cells too many are told in
/// what is wrong with it.
fn fitted(record: ByteRecord, width: usize) -> (ByteRecord, Option<String>) {
    let has = record.len();
    if has == width {
        return (record, None);
    }
    let mut wrong = format!("{has} columns, expected {width}");
    if width < has {
        let more = record.iter().skip(width).map(|it| String::from_utf8_lossy(it).into_owned());
        wrong = format!("{wrong}; too many: {}", more.collect::<Vec<_>>().join(" | "));
    }
    let blank: &[u8] = b"";
    let cells = record.iter().chain(std::iter::repeat(blank)).take(width);
    (cells.collect(), Some(wrong))
}

struct JsonLines {
    from: BufReader<File>,
    line: u64,
    number: u64,
    read: u64,
}

impl Rows for JsonLines {
    fn next(&mut self) -> Result<Option<Row>, Failure> {
        loop {
            let mut bytes = Vec::new();
            let read = (&mut self.from)
                .take(ROW_BYTES_MAX + 1)
                .read_until(b'\n', &mut bytes)
                .map_err(|error| Failure::io("could not read the list", &error))?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.read += u64::try_from(read).unwrap_or(u64::MAX);
            if ROW_BYTES_MAX < u64::try_from(bytes.len()).unwrap_or(u64::MAX) {
                let said = format!("line {} has more than {ROW_BYTES_MAX} bytes", self.line);
                return Err(Failure::Refused(said));
            }
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii();
            if text.is_empty() {
                continue;
            }
            self.number += 1;
            let (content, wrong) = match serde_json::from_slice::<Fields>(text) {
                Ok(fields) => (Content::Fields(fields), None),
                Err(error) => {
                    let text = String::from_utf8_lossy(text).into_owned();
                    (Content::Text(text), Some(format!("is no JSON object: {error}")))
                }
            };
            return Ok(Some(Row { number: self.number, line: self.line, content, wrong }));
        }
    }

    fn read(&self) -> u64 {
        self.read
    }
}

impl Row {
    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        match &self.content {
            Content::Cells(cells) => cells.as_slice().len(),
            Content::Fields(Fields(fields)) => {
                fields.iter().map(|(key, value)| key.len() + value.get().len()).sum()
            }
            Content::Text(text) => text.len(),
        }
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Fields, D::Error> {
        from.deserialize_map(FieldsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_commonest() {
        assert_eq!(delimiter(b"a,b;c,d"), b',');
        assert_eq!(delimiter(b"a;b;c,d"), b';');
        assert_eq!(delimiter(b"a\tb"), b'\t');
        assert_eq!(delimiter(b"a"), b',');
    }

    #[test]
    fn a_row_of_another_width_is_fitted_and_told() {
        let row = |cells: &[&str]| fitted(ByteRecord::from(cells.to_vec()), 2);
        assert_eq!(row(&["a", "b"]).1, None);
        let (cells, wrong) = row(&["a"]);
        assert_eq!(
            (cells, wrong.as_deref()),
            (ByteRecord::from(vec!["a", ""]), Some("1 columns, expected 2"))
        );
        let (_, wrong) = row(&["a", "b", "c", "d"]);
        assert_eq!(wrong.as_deref(), Some("4 columns, expected 2; too many: c | d"));
    }
}
