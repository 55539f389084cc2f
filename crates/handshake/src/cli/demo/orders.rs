//! The orders of the data set, by day.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use handshake_shop::Catalogue;

/// What one customer ordered at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub number: String,
    pub customer: String,
    pub items: Vec<String>,
    /// What it was worth, in hundredths.
    pub cents: u64,
    /// The shelf its first bike stands on, else its first thing.
    pub interest: &'static str,
}

/// All of them, in order of time.
#[derive(Debug)]
pub(super) struct Orders {
    /// Days since 1970, each with its orders.
    pub days: Vec<(i64, Vec<Order>)>,
}

/// The embedded data cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum OrdersError {
    #[error("could not unpack the orders")]
    Read(#[from] io::Error),
    #[error(transparent)]
    Catalogue(#[from] handshake_shop::catalogue::CatalogueError),
    #[error("line {0} of the orders has not four columns, or names no item of the catalogue")]
    Line(usize),
}

const DAY_SECONDS: i64 = 86_400;

/// Reads the packed table; of its rows the first so many, as far as they are whole orders.
pub(super) fn read(packed: &[u8], rows: Option<u64>) -> Result<Orders, OrdersError> {
    let catalogue = Catalogue::read(handshake_shop::ITEMS)?;
    let mut text = String::new();
    MultiGzDecoder::new(packed).read_to_string(&mut text)?;
    let mut days: BTreeMap<i64, Vec<Order>> = BTreeMap::new();
    let mut current = "";
    for (n, line) in text.lines().enumerate().skip(1) {
        let wrong = || OrdersError::Line(n + 1);
        let mut cells = line.split('\t');
        let mut cell = || cells.next().ok_or_else(wrong);
        let (number, item, time, customer) = (cell()?, cell()?, cell()?, cell()?);
        let read = u64::try_from(n - 1).unwrap_or(u64::MAX);
        if number != current && rows.is_some_and(|it| it <= read) {
            break;
        }
        current = number;
        let day = time.parse::<i64>().map_err(|_| wrong())?.div_euclid(DAY_SECONDS);
        let (model, variant) = catalogue.item(item).ok_or_else(wrong)?;
        let cents = (variant.price * rust_decimal::Decimal::ONE_HUNDRED).round();
        let cents = u64::try_from(cents).map_err(|_| wrong())?;
        let orders = days.entry(day).or_default();
        match orders.last_mut().filter(|it| it.number == number) {
            Some(order) => {
                order.items.push(item.to_owned());
                order.cents += cents;
                let bike = |it: &str| it.ends_with("-bikes");
                if bike(model.category.interest()) && !bike(order.interest) {
                    order.interest = model.category.interest();
                }
            }
            None => orders.push(Order {
                number: number.to_owned(),
                customer: customer.to_owned(),
                items: vec![item.to_owned()],
                cents,
                interest: model.category.interest(),
            }),
        }
    }
    Ok(Orders { days: days.into_iter().collect() })
}

impl Orders {
    pub(super) fn count(&self) -> u64 {
        let count: usize = self.days.iter().map(|it| it.1.len()).sum();
        u64::try_from(count).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_part_of_an_order() {
        let all = read(handshake_shop::ORDERS, None).unwrap();
        let lines: usize = all.days.iter().flat_map(|it| &it.1).map(|it| it.items.len()).sum();
        assert_eq!((lines, all.count()), (50_730, 17_991));
        assert!(all.days.is_sorted_by_key(|it| it.0));
    }

    #[test]
    fn a_slice_ends_with_a_whole_order() {
        let all = read(handshake_shop::ORDERS, None).unwrap();
        let some = read(handshake_shop::ORDERS, Some(1000)).unwrap();
        let lines: usize = some.days.iter().flat_map(|it| &it.1).map(|it| it.items.len()).sum();
        assert!((1000..1010).contains(&lines));
        let first = some.days.iter().flat_map(|it| &it.1).last();
        assert!(all.days.iter().flat_map(|it| &it.1).any(|it| Some(it) == first));
    }
}
