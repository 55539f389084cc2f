//! The policy: one file that a privacy manager reads and a machine evaluates.
//!
//! [`Policy`] is the document as a model; `read` makes it from KDL, `canonical` gives it its
//! identity, `check` finds what a careful reader would, `edit` changes one line of the text and
//! nothing else, `statement` freezes what people agree to,
//! and `compile` turns it into bitsets that a decision walks.

mod canonical;
mod check;
mod compile;
mod declared;
mod diff;
mod edit;
mod feature;
mod leaf_set;
mod model;
mod problem;
mod read;
mod statement;
mod statement_box;

pub use canonical::{canonical, hash};
pub use check::check;
pub use compile::{
    Compiled, CompiledBox, CompiledLimit, CompiledNever, CompiledPurpose, CompiledRecipient,
    Ground, NAMES_MAX, SignalRule,
};
pub use declared::declared_names;
pub use diff::{Class, Diff, Difference, Effect, Witness, WitnessAge, diff};
pub use edit::{Edit, EditError, NeverLine, PurposeLine, edit, edit_all};
pub use feature::Feature;
pub use leaf_set::{LEAVES_MAX, LeafSet};
pub use model::{
    Amount, Anchor, AskBudget, Basis, Category, Change, ChangeKind, Channel, Controller, Cost,
    Duty, Holdout, InReturn, Keep, LedgerCost, Limit, Line, Minors, Never, Policy, Purpose,
    Recipient, RecipientKind, SignalMeaning, SignalTerm, Tag, Texts, Window, Worth, WorthSource,
};
pub use problem::{Problem, Severity};
pub use read::read;
pub use statement::{Statement, StatementError, statement, statements};
pub use statement_box::StatementBox;
