//! One word for each idea, shared by every room (`docs/ARCHITECTURE.md` has the glossary).

mod answer;
mod dictionary;
mod flag;
mod id;
mod money;
mod name;
mod reason;
mod signal;
mod text;
mod time;
mod verdict;

pub use answer::{Answer, Standing};
pub use dictionary::{Dictionary, Family};
pub use flag::{Flag, Flags};
pub use id::{Code, EventId, IdError, PersonId, Position, SiteId, Slot, StatementId};
pub use money::{Currency, Money, MoneyError};
pub use name::{Name, NameError};
pub use reason::{Clause, ReasonCode};
pub use signal::{Signal, Signals};
pub use text::{base32, hex, unbase32, unhex};
pub use time::{Millis, Period, TimeError, Unit};
pub(crate) use verdict::words;
pub use verdict::{Act, Advice, Carried, Mode, Tally, Verdict};
