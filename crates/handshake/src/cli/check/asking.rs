//! What is wanted of each row's person, as a use told in JSON.

use csv::ByteRecord;
use handshake_core::vocabulary::PersonId;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Check;
use super::list::{Content, Fields, Row};
use crate::cli::failure::Failure;

/// Names under which a column with the person is looked for.
const PERSON_COLUMNS: [&str; 2] = ["customer", "person"];
/// Columns with a past, where a policy decides alone.
const PAST: [&str; 2] = ["permissions", "history"];

/// The use, but for the person.
#[derive(Debug)]
pub(super) struct Asking {
    wanted: Map<String, Value>,
    person: Column,
    jurisdiction: Option<Column>,
    past: Vec<Column>,
}

/// A column of the list: its name, and where it is if the list has columns.
#[derive(Debug)]
struct Column {
    name: String,
    place: Option<usize>,
}

impl Asking {
    pub(super) fn new(it: &Check, columns: Option<&ByteRecord>) -> Result<Asking, Failure> {
        let use_ = &it.wanted;
        let mut wanted = Map::new();
        wanted.insert("act".to_owned(), json!(use_.act.as_str()));
        wanted.insert("purpose".to_owned(), json!(use_.purpose));
        wanted.insert("data".to_owned(), json!(use_.data));
        for (field, value) in [
            ("recipient", &use_.recipient),
            ("channel", &use_.channel),
            ("jurisdiction", &use_.jurisdiction),
            ("campaign", &use_.campaign),
        ] {
            if let Some(value) = value {
                wanted.insert(field.to_owned(), json!(value));
            }
        }
        if !use_.tag.is_empty() {
            wanted.insert("tags".to_owned(), json!(use_.tag));
        }
        let person = match &it.person_column {
            Some(name) => Column::find(name, columns)?,
            None => Column::first(&PERSON_COLUMNS, columns)?,
        };
        let jurisdiction = use_.jurisdiction_column.as_ref();
        let jurisdiction = jurisdiction.map(|it| Column::find(it, columns)).transpose()?;
        let past = match it.policy {
            Some(_) => PAST.iter().filter_map(|it| Column::find(it, columns).ok()).collect(),
            None => Vec::new(),
        };
        Ok(Asking { wanted, person, jurisdiction, past })
    }

    /// What is the same for every row, and what of a row is looked at: two lists that differ in it
    /// are two.
    pub(super) fn template(&self) -> String {
        let column = |it: &Column| it.name.clone();
        let jurisdiction = self.jurisdiction.as_ref().map(column);
        json!([self.wanted, column(&self.person), jurisdiction]).to_string()
    }

    /// The use of one row, or what is wrong with the row.
    pub(super) fn wanted(&self, row: &Row, event: Option<&str>) -> Result<String, String> {
        if let Some(wrong) = &row.wrong {
            return Err(wrong.clone());
        }
        let mut wanted = self.wanted.clone();
        if let Some(event) = event {
            wanted.insert("event".to_owned(), json!(event));
        }
        let who = self.person.text(row)?.unwrap_or_default();
        if who.is_empty() {
            return Err(format!("`{}` is blank, so nobody is meant", self.person.name));
        }
        let person = match who.parse::<PersonId>() {
            Ok(_) => json!(who),
            Err(_) => json!({ "customer": who }),
        };
        wanted.insert("person".to_owned(), person);
        if let Some(column) = &self.jurisdiction
            && let Some(code) = column.text(row)?.filter(|it| !it.is_empty())
        {
            wanted.insert("jurisdiction".to_owned(), json!(code));
        }
        for column in &self.past {
            if let Some(value) = column.json(row)? {
                wanted.insert(column.name.clone(), value);
            }
        }
        serde_json::to_string(&wanted).map_err(|it| it.to_string())
    }
}

impl Column {
    fn find(name: &str, columns: Option<&ByteRecord>) -> Result<Column, Failure> {
        Column::first(&[name], columns)
    }

    /// The first of these that the list has; of rows with fields of their own, whichever it is.
    fn first(names: &[&str], columns: Option<&ByteRecord>) -> Result<Column, Failure> {
        let Some(columns) = columns else {
            let name = names.first().copied().unwrap_or_default().to_owned();
            return Ok(Column { name, place: None });
        };
        let place_of =
            |name: &str| columns.iter().position(|it| it.eq_ignore_ascii_case(name.as_bytes()));
        let found = names.iter().find_map(|name| Some((*name, place_of(name)?)));
        let (name, place) = found.ok_or_else(|| {
            let has: Vec<_> = columns.iter().map(String::from_utf8_lossy).collect();
            let wanted: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
            Failure::Usage(format!(
                "the list has no column {}; it has {}. Name the one with `--person-column` or \
                 `--jurisdiction-column`",
                wanted.join(" or "),
                has.join(", ")
            ))
        })?;
        Ok(Column { name: name.to_owned(), place: Some(place) })
    }

    /// The text of a cell, without white space around it.
    fn text(&self, row: &Row) -> Result<Option<String>, String> {
        match (&row.content, self.place) {
            (Content::Cells(cells), Some(place)) => {
                let bytes = cells.get(place).unwrap_or_default();
                let text = std::str::from_utf8(bytes);
                let text = text.map_err(|_| format!("`{}` is no UTF-8", self.name))?;
                Ok(Some(text.trim().to_owned()))
            }
            (Content::Fields(fields), _) => match field(fields, &self.name).map(|it| it.get()) {
                None | Some("null") => Ok(None),
                Some(raw) => match serde_json::from_str(raw) {
                    Ok(Value::String(text)) => Ok(Some(text.trim().to_owned())),
                    Ok(Value::Number(_)) => Ok(Some(raw.to_owned())),
                    _ => Err(format!("`{}` is neither text nor a number", self.name)),
                },
            },
            (Content::Cells(_), None) | (Content::Text(_), _) => Ok(None),
        }
    }

    /// A cell that holds JSON.
    fn json(&self, row: &Row) -> Result<Option<Value>, String> {
        let wrong = |error: serde_json::Error| format!("`{}` is no JSON: {error}", self.name);
        if let Content::Fields(fields) = &row.content {
            let raw = field(fields, &self.name).filter(|it| it.get() != "null");
            return raw.map(|it| serde_json::from_str(it.get()).map_err(wrong)).transpose();
        }
        let text = self.text(row)?.filter(|it| !it.is_empty());
        text.map(|it| serde_json::from_str(&it).map_err(wrong)).transpose()
    }
}

fn field<'a>(Fields(fields): &'a Fields, name: &str) -> Option<&'a RawValue> {
    fields.iter().find(|it| it.0 == name).map(|it| &*it.1)
}
