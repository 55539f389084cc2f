//! Importing a merchant's file of orders: the same turns as live traffic, at the times it tells.
//!
//! `table` reads delimited text; `orders` and `items` make orders and a catalogue of it, and
//! reject what they cannot; `answers` draws simulated answers; `run` feeds it all to a site.

mod answers;
mod items;
mod orders;
mod run;
mod table;
mod wanted;

pub use answers::{AnswerModel, Drawn};
pub use items::{ItemRow, Items, read_items};
pub use orders::{Order, Orders, read_orders};
pub use run::{ImportError, ImportPlan, Imported, Progress, import, weeks_to_shift};
pub use table::{Reject, Table, TableError, read_table};
