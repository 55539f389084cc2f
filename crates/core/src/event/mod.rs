//! Events: what happened, in the one form that is stored for ever.
//!
//! An [`Envelope`] says where, when and by whom; a [`Fact`] says what. A fact has *clear codes*
//! (numbers of declared, non-personal names) and a *personal* part that the ledger seals under
//! the person's key. Both are protobuf messages, so that a later version may add fields and an
//! older reader passes over them. The byte layout of the envelope is in `docs/LEDGER.md`.

mod envelope;
mod fact;
mod kind;
mod message;

pub use envelope::{Envelope, EnvelopeError, Hash, chain_hash, leaf_hash};
pub use fact::{Fact, FactError, Recorded};
pub use kind::Kind;
pub use message::{
    AccessChanged, AffirmationGiven, AnswerGiven, AnswerPersonal, AskShown, CarriedPersonal,
    CatalogueChanged, ConflictShown, Considered, DataCollected, DataPersonal, DatumMessage,
    DutyDone, FileImported, GrantMessage, HeardMessage, IdentityLinked, IdentityPersonal,
    ItemMessage, LimitMessage, NameDeclared, ObjectionMade, OutcomeObserved, OutcomePersonal,
    PolicyPublished, RequestMade, SignalPersonal, SignalReceived, SituationMessage, UseCarriedOut,
    UseCounted, UseDecided, VisitsCounted, WaiverSigned,
};
