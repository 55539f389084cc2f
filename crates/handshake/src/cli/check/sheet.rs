//! The rows as they came, each with what was decided.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use serde_json::{Map, Value, json};

use super::list::{Content, Fields, Form, List, Row};
use super::told::{ADDED, Told};
use crate::cli::failure::Failure;

/// The field of a JSON row that holds what was decided.
const FIELD: &str = "handshake";

pub(super) struct Sheet {
    form: Form,
    field: String,
    out: Out,
    /// Where a file that is being written lies, and where it belongs.
    moves: Option<(PathBuf, PathBuf)>,
}

enum Out {
    Table(Box<csv::Writer<Box<dyn Write>>>),
    Lines(Box<dyn Write>),
}

impl Sheet {
    pub(super) fn new(path: Option<&Path>, prefix: &str, list: &List) -> Result<Sheet, Failure> {
        let added = ADDED.map(|it| format!("{prefix}{it}"));
        let taken = |name: &&String| {
            list.columns().is_some_and(|it| it.iter().any(|it| it == name.as_bytes()))
        };
        if let Some(taken) = added.iter().find(taken) {
            return Err(Failure::Usage(format!(
                "the list has a column `{taken}` already; put something before the names of those \
                 that are added, as in `--prefix handshake-`"
            )));
        }
        let moves = path.map(|path| {
            let mut part = path.as_os_str().to_owned();
            part.push(".part");
            (PathBuf::from(part), path.to_owned())
        });
        let to: Box<dyn Write> = match &moves {
            Some((part, _)) => {
                Box::new(BufWriter::new(File::create(part).map_err(|it| failed(&it))?))
            }
            None => Box::new(BufWriter::new(io::stdout())),
        };
        let form = list.form();
        let out = match form {
            Form::Delimited(delimiter) => {
                let mut table = csv::WriterBuilder::new().delimiter(delimiter).from_writer(to);
                let columns = list.columns().into_iter().flat_map(ByteRecord::iter);
                let header: ByteRecord =
                    columns.chain(added.iter().map(String::as_bytes)).collect();
                table.write_byte_record(&header).map_err(|it| failed(&it))?;
                Out::Table(Box::new(table))
            }
            Form::JsonLines => Out::Lines(to),
        };
        Ok(Sheet { form, field: format!("{prefix}{FIELD}"), out, moves })
    }

    pub(super) fn write(&mut self, row: &Row, told: &Told) -> Result<(), Failure> {
        match (&mut self.out, &row.content) {
            (Out::Table(table), Content::Cells(cells)) => {
                let added = told.cells();
                let record: ByteRecord =
                    cells.iter().chain(added.iter().map(|it| it.as_bytes())).collect();
                table.write_byte_record(&record).map_err(|it| failed(&it))
            }
            (Out::Lines(to), Content::Fields(Fields(fields))) => {
                let own = fields.iter().filter(|it| it.0 != self.field);
                let own = own.map(|(key, value)| format!("{}:{},", json!(key), value.get()));
                let own: String = own.collect();
                let line = format!("{{{own}{}:{}}}", json!(self.field), object(told));
                writeln!(to, "{line}").map_err(|it| failed(&it))
            }
            (Out::Lines(to), Content::Text(text)) => {
                let line =
                    format!("{{\"text\":{},{}:{}}}", json!(text), json!(self.field), object(told));
                writeln!(to, "{line}").map_err(|it| failed(&it))
            }
            (Out::Table(_), Content::Fields(_) | Content::Text(_))
            | (Out::Lines(_), Content::Cells(_)) => {
                Err(Failure::Io(format!("a row of another form than {:?}", self.form)))
            }
        }
    }

    /// Everything is written; a file comes to where it belongs.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        match &mut self.out {
            Out::Table(table) => table.flush().map_err(|it| failed(&it))?,
            Out::Lines(to) => to.flush().map_err(|it| failed(&it))?,
        }
        match &self.moves {
            Some((part, whole)) => std::fs::rename(part, whole).map_err(|it| failed(&it)),
            None => Ok(()),
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::io("could not write the list", error)
}

/// What was decided, without what there is not.
fn object(told: &Told) -> Value {
    let said = ADDED.iter().zip(told.cells()).filter(|it| !it.1.is_empty());
    let fields: Map<String, Value> =
        said.map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    Value::Object(fields)
}
