//! Just enough JSON: to write texts and lists of them, and to read what others publish.

mod read;

mod write;

pub use read::{JsonError, JsonText, JsonValue};

pub(crate) use write::{List, Text};
