//! The policy: one file that a privacy manager reads and a machine evaluates.
//!
//! [`Policy`] is the document as a model; `read` makes it from KDL, `canonical` gives it its
//! identity, `check` finds what a careful reader would, `edit` changes one line of the text and
//! nothing else, `statement` freezes what people agree to,
//! and `compile` turns it into bitsets that a decision walks.

mod canonical;
mod check;
mod compile;
mod compiled;
mod declared;
mod diff;
mod duty;
mod edit;
mod feature;
mod leaf_set;
mod manual;
mod model;
mod place;
mod problem;
mod promised;
mod read;
mod statement;
mod statement_box;
mod waiver;

pub use canonical::{canonical, hash};
pub use check::{check, check_at};
pub use compiled::{
    Compiled, CompiledBox, CompiledLimit, CompiledNever, CompiledPurpose, CompiledRecipient,
    Ground, NAMES_MAX, SignalRule,
};
pub use declared::declared_names;
pub use diff::{Class, Diff, Difference, Effect, Witness, WitnessAge, diff};
pub use duty::{CompiledDuty, Moment};
pub use edit::{Edit, EditError, NeverLine, PurposeLine, edit, edit_all};
pub use feature::Feature;
pub use leaf_set::{LEAVES_MAX, LeafSet};
pub use manual::{explained, explained_slugs, near_explained};
pub use model::{
    Amount, Anchor, AskBudget, Basis, BasisIn, Category, Change, ChangeKind, Channel, Controller,
    Cost, Duty, Holdout, InReturn, Keep, LedgerCost, Limit, Line, Minors, Never, Policy, Purpose,
    Recipient, RecipientKind, SignalMeaning, SignalTerm, Tag, Texts, Window, Worth, WorthSource,
};
pub use problem::{Problem, Severity};
pub use promised::promised;
pub use read::read;
pub use statement::{Statement, StatementError, statement, statements};
pub use statement_box::StatementBox;
pub use waiver::{CompiledMode, WAIVER_DAYS_MAX, Waived, Waiver};
