//! The orders file: one line an item, lines of an order told by its number.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use handshake_core::vocabulary::Millis;

use super::items::shown;
use super::table::{Reject, TableError, read_table};

/// An order: everything one customer bought at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub number: String,
    pub customer: String,
    pub at: Millis,
    /// Items in the order of the file, once for each line.
    pub items: Vec<String>,
}

/// A file of orders, in order of time and then of first line.
#[derive(Debug)]
pub struct Orders {
    pub orders: Vec<Order>,
    /// Rows read, rejected ones included.
    pub rows: u64,
    pub rejects: Vec<Reject>,
    pub hash: [u8; 32],
}

/// Where the columns are.
struct Columns {
    order: usize,
    item: usize,
    time: usize,
    customer: usize,
}

/// Reads orders. A row is rejected that lacks a cell, tells no time, names an item that the
/// catalogue lacks, or contradicts an earlier line of its order.
pub fn read_orders(path: &Path, knows_item: impl Fn(&str) -> bool) -> Result<Orders, TableError> {
    let table = read_table(path)?;
    let columns = Columns {
        order: table.need(path, &["sessionid", "order", "orderid", "invoice", "invoiceno"])?,
        item: table.need(path, &["itemid", "item", "sku", "stockcode"])?,
        time: table.need(path, &["time", "date", "invoicedate", "timestamp"])?,
        customer: table.need(path, &["personid", "customer", "customerid"])?,
    };
    let rows = u64::try_from(table.rows.len() + table.rejects.len()).unwrap_or(u64::MAX);
    let mut rejects = table.rejects;
    let mut orders: Vec<Order> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (line, cells) in &table.rows {
        match row(cells, &columns, &knows_item) {
            Err(said) => rejects.push(Reject { line: *line, said }),
            Ok((number, customer, at, item)) => {
                let place = *places.entry(number.to_owned()).or_insert(orders.len());
                let Some(order) = orders.get_mut(place) else {
                    let (number, customer) = (number.to_owned(), customer.to_owned());
                    orders.push(Order { number, customer, at, items: vec![item.to_owned()] });
                    continue;
                };
                if order.customer != customer || order.at != at {
                    let said = format!(
                        "order `{}` has another customer or time in an earlier line",
                        shown(number)
                    );
                    rejects.push(Reject { line: *line, said });
                } else {
                    order.items.push(item.to_owned());
                }
            }
        }
    }
    orders.sort_by_key(|it| it.at);
    rejects.sort_by_key(|it| it.line);
    Ok(Orders { orders, rows, rejects, hash: table.hash })
}

type Row<'a> = (&'a str, &'a str, Millis, &'a str);

fn row<'a>(
    cells: &'a [String],
    columns: &Columns,
    knows_item: &impl Fn(&str) -> bool,
) -> Result<Row<'a>, String> {
    let cell = |at: usize, what: &str| {
        let it = cells.get(at).map_or("", |it| it.trim());
        if it.is_empty() { Err(format!("the {what} is empty")) } else { Ok(it) }
    };
    let number = cell(columns.order, "order")?;
    let item = cell(columns.item, "item")?;
    let customer = cell(columns.customer, "customer")?;
    let time = cell(columns.time, "time")?;
    let at = instant(time).ok_or_else(|| {
        format!("`{}` is no time; use seconds since 1970 or RFC 3339", shown(time))
    })?;
    if !knows_item(item) {
        return Err(format!("item `{}` is not in the catalogue", shown(item)));
    }
    Ok((number, customer, at, item))
}

fn instant(text: &str) -> Option<Millis> {
    match text.parse::<i64>() {
        Ok(seconds) if (0..=253_402_300_799).contains(&seconds) => Some(Millis(seconds * 1000)),
        Ok(_) => None,
        Err(_) => Millis::parse(text).ok(),
    }
}

impl Orders {
    /// How many orders each customer made.
    pub fn customers(&self) -> BTreeMap<&str, u64> {
        let mut customers = BTreeMap::new();
        for order in &self.orders {
            *customers.entry(order.customer.as_str()).or_default() += 1;
        }
        customers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_orders_and_broken_ones_say_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.tsv");
        let text = "SessionId\tItemId\tTime\tPersonId\n\
                    1\ta\t200\t7\n\
                    1\tb\t200\t7\n\
                    2\ta\t100\t8\n\
                    2\ta\tyesterday\t8\n\
                    2\tzz\t100\t8\n\
                    1\ta\t200\t9\n\
                    3\ta\t-5\t8\n\
                    \t\t\t\n\
                    4\ta\t1970-01-01T00:05:00Z\t8\n";
        std::fs::write(&path, text).unwrap();
        let it = read_orders(&path, |item| item != "zz").unwrap();
        assert_eq!(it.rows, 9);
        let orders: Vec<_> =
            it.orders.iter().map(|it| (it.number.as_str(), it.items.len())).collect();
        assert_eq!(orders, [("2", 1), ("1", 2), ("4", 1)]);
        let said: Vec<String> =
            it.rejects.iter().map(|it| format!("{}: {}", it.line, it.said)).collect();
        assert_eq!(
            said,
            [
                "5: `yesterday` is no time; use seconds since 1970 or RFC 3339",
                "6: item `zz` is not in the catalogue",
                "7: order `1` has another customer or time in an earlier line",
                "8: `-5` is no time; use seconds since 1970 or RFC 3339",
                "9: the order is empty",
            ]
        );
    }

    #[test]
    fn a_file_without_a_column_names_those_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.tsv");
        std::fs::write(&path, "A\tB\n1\t2\n").unwrap();
        let said = read_orders(&path, |_| true).unwrap_err().to_string();
        assert!(said.contains("has no column `sessionid`; it has a, b; expected one of"), "{said}");
    }
}
