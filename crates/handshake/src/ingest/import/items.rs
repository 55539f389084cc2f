//! The catalogue file: item, name, and where given category and price.

use std::path::Path;

use handshake_core::vocabulary::Money;

use super::table::{Reject, TableError, read_table};

/// One thing the shop sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    pub item: String,
    pub name: String,
    pub category: String,
    /// As written; empty where there is none.
    pub price: String,
}

/// A file of items.
#[derive(Debug)]
pub struct Items {
    pub items: Vec<ItemRow>,
    pub rejects: Vec<Reject>,
    pub hash: [u8; 32],
}

/// Reads a catalogue; rows that make no sense are rejected with their line.
pub fn read_items(path: &Path) -> Result<Items, TableError> {
    let table = read_table(path)?;
    let item = table.need(path, &["item", "itemid", "id", "sku"])?;
    let name = table.need(path, &["name", "title", "description"])?;
    let category = table.column(&["category"]);
    let price = table.column(&["price", "unitprice"]);
    let mut items = Vec::with_capacity(table.rows.len());
    let mut rejects = table.rejects;
    for (line, cells) in &table.rows {
        let cell = |at: Option<usize>| at.and_then(|it| cells.get(it)).map_or("", |it| it.trim());
        let price = cell(price);
        let mut reject = |said: String| rejects.push(Reject { line: *line, said });
        if cell(Some(item)).is_empty() {
            reject("the item is empty".to_owned());
        } else if !price.is_empty() && Money::amount(price).is_err() {
            reject(format!("the price `{}` is no amount", shown(price)));
        } else {
            items.push(ItemRow {
                item: cell(Some(item)).to_owned(),
                name: cell(Some(name)).to_owned(),
                category: cell(category).to_owned(),
                price: price.to_owned(),
            });
        }
    }
    rejects.sort_by_key(|it| it.line);
    Ok(Items { items, rejects, hash: table.hash })
}

/// A cell as it may stand in a message.
pub(super) fn shown(cell: &str) -> String {
    cell.chars().take(40).flat_map(char::escape_debug).collect()
}
