//! Editing: one change to the text of a policy, with every other byte left as it was.
//!
//! People write comments, align columns and put things in an order that means something to them.
//! So an edit never writes the file anew: it finds the words that must change ([`tree`]), says
//! what they should be ([`lines`]) and cuts and pastes just these ([`patch`]). What a line says
//! already is left alone, and a line of the language that no edit knows is never touched.

mod declared;
mod header;
mod line;
mod lines;
mod names;
mod patch;
mod tree;

use std::collections::BTreeSet;

use self::patch::Patch;
use self::tree::Tree;
use super::feature::Feature;
use super::model::{Basis, Change, Cost, Duty, InReturn, Keep, Limit, Recipient, RecipientKind};
use super::model::{Category, Texts};
use super::problem::{Problem, Sheet};
use super::read::layout;
use crate::vocabulary::{Millis, Mode, Name, Period, Signal};

/// One change to a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    Version(u32),
    Replaces(Option<u32>),
    Effective(Millis),
    Change(Option<Change>),
    /// Says something else on one line of a purpose.
    Purpose(Name, PurposeLine),
    AddPurpose(Name, Vec<PurposeLine>),
    /// Renames it wherever the file speaks of it.
    RenamePurpose {
        from: Name,
        to: Name,
    },
    /// Takes it away, and its name from every line that lists it. A line that speaks of nothing
    /// else goes with it.
    RemovePurpose(Name),
    /// Says something else on one line of a promise; promises are counted from 0.
    Never(usize, NeverLine),
    AddNever(String, Vec<NeverLine>),
    RemoveNever(usize),
    /// A node of the data tree, by its whole name; what is above it must be there.
    AddData(Name, Category),
    AddRecipient(Name, Recipient),
    AddChannel(Name),
}

/// One line of a purpose, and what it is to say. Nothing means that there is no such line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurposeLine {
    Says(Texts),
    Basis(Basis),
    Uses(BTreeSet<Name>),
    With(BTreeSet<Name>),
    On(BTreeSet<Name>),
    Keep(Option<Keep>),
    AtMost(Vec<Limit>),
    Must(Vec<Duty>),
    AskAgain(Option<Period>),
    InReturn(Option<InReturn>),
    Serves(BTreeSet<Feature>),
    StopsFor { objection: bool, signals: BTreeSet<Signal> },
    Mode(Option<Mode>),
    Law(Option<String>),
    UnitCost(Option<Cost>),
}

/// One line of a promise. An empty set is "any".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeverLine {
    Says(String),
    Data(BTreeSet<Name>),
    Purposes(BTreeSet<Name>),
    Except(BTreeSet<Name>),
    Recipients(BTreeSet<Name>, BTreeSet<RecipientKind>),
    Channels(BTreeSet<Name>),
    When { signal: Option<Signal>, tag: Option<Name> },
    Mode(Option<Mode>),
    Law(Option<String>),
}

/// Why a text was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("the file has {} mistakes in its form; mend them first", .0.len())]
    Unreadable(Vec<Problem>),
    #[error("there is no {0} in the file")]
    Missing(String),
    #[error("there is {0} in the file already")]
    Exists(String),
    #[error("the change would break the form of the file; make it by hand")]
    Broken,
}

/// The text after one change.
pub fn edit(source: &str, change: &Edit) -> Result<String, EditError> {
    let tree = Tree::of(source).map_err(EditError::Unreadable)?;
    let mut patch = Patch::new(source);
    match change {
        Edit::Version(it) => header::number(&tree, &mut patch, "version", Some(*it))?,
        Edit::Replaces(it) => header::number(&tree, &mut patch, "replaces", *it)?,
        Edit::Effective(it) => header::effective(&tree, &mut patch, *it)?,
        Edit::Change(it) => header::change(&tree, &mut patch, it.as_ref())?,
        Edit::Purpose(name, it) => {
            let purpose = tree.purpose(name).ok_or_else(|| missing("purpose", name))?;
            lines::set(&tree, &mut patch, purpose, &lines::PURPOSE, &lines::of_purpose(it));
        }
        Edit::AddPurpose(name, lines) => declared::add_purpose(&tree, &mut patch, name, lines)?,
        Edit::RenamePurpose { from, to } => names::rename(&tree, &mut patch, from, to)?,
        Edit::RemovePurpose(name) => names::remove(&tree, &mut patch, name)?,
        Edit::Never(at, it) => {
            let never = tree.never(*at).ok_or_else(|| no_never(*at))?;
            declared::set_never(&tree, &mut patch, never, it);
        }
        Edit::AddNever(says, lines) => declared::add_never(&tree, &mut patch, says, lines),
        Edit::RemoveNever(at) => {
            patch.remove_node(&tree, tree.never(*at).ok_or_else(|| no_never(*at))?);
        }
        Edit::AddData(name, it) => declared::add_data(&tree, &mut patch, name, it)?,
        Edit::AddRecipient(name, it) => declared::add_recipient(&tree, &mut patch, name, it)?,
        Edit::AddChannel(name) => declared::add_channel(&tree, &mut patch, name)?,
    }
    let text = patch.applied();
    // Whatever was spliced, what comes out has the form of a policy file.
    match layout::parse(&Sheet::new(&text), &text) {
        Ok(_) => Ok(text),
        Err(_) => Err(EditError::Broken),
    }
}

/// The text after several changes, one after the other.
pub fn edit_all<'a>(
    source: &str,
    changes: impl IntoIterator<Item = &'a Edit>,
) -> Result<String, EditError> {
    changes.into_iter().try_fold(source.to_owned(), |text, change| edit(&text, change))
}

fn missing(what: &str, name: &Name) -> EditError {
    EditError::Missing(format!("{what} `{name}`"))
}

fn no_never(at: usize) -> EditError {
    EditError::Missing(format!("promise number {}", at.saturating_add(1)))
}
