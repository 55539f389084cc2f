//! The rows of a Parquet file, every value as text.

use std::fs::File;
use std::path::Path;

use csv::ByteRecord;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;

use super::list::{Content, List, Row, Rows};
use crate::cli::failure::Failure;

struct Table {
    rows: RowIter<'static>,
    number: u64,
    of: u64,
    bytes: u64,
    name: String,
}

pub(super) fn open(path: &Path) -> Result<List, Failure> {
    let name = path.display().to_string();
    let file = File::open(path)
        .map_err(|error| Failure::io(format!("could not read `{name}`"), &error))?;
    let bytes = file.metadata().map_or(0, |it| it.len());
    let reader = SerializedFileReader::new(file).map_err(|error| unreadable(&name, &error))?;
    let metadata = reader.metadata().file_metadata();
    let of = u64::try_from(metadata.num_rows()).unwrap_or(0);
    let fields = metadata.schema_descr().root_schema().get_fields();
    let columns: ByteRecord = fields.iter().map(|it| it.name().as_bytes().to_vec()).collect();
    let rows = RowIter::from_file_into(Box::new(reader));
    Ok(List::tabular(Box::new(Table { rows, number: 0, of, bytes, name }), columns))
}

fn unreadable(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::io(format!("could not read `{name}` as Parquet"), error)
}

impl Rows for Table {
    fn next(&mut self) -> Result<Option<Row>, Failure> {
        let Some(row) = self.rows.next() else { return Ok(None) };
        let row = row.map_err(|error| unreadable(&self.name, &error))?;
        self.number += 1;
        let cells: ByteRecord = row.get_column_iter().map(|it| text(it.1).into_bytes()).collect();
        let (number, content) = (self.number, Content::Cells(cells));
        Ok(Some(Row { number, line: number, content, wrong: None }))
    }

    /// As far as rows tell: a file is read by row groups.
    fn read(&self) -> u64 {
        let share = u128::from(self.bytes) * u128::from(self.number);
        u64::try_from(share / u128::from(self.of.max(1))).unwrap_or(self.bytes)
    }
}

/// A value as a cell: nothing is blank, text has no quotes around it.
fn text(field: &Field) -> String {
    if let Field::Str(text) = field {
        return text.clone();
    }
    if matches!(field, Field::Null) { String::new() } else { field.to_string() }
}
