//! The one way in: live traffic, imports and commands all pass through a [`Site`].
//!
//! A [`Turn`] holds the site's sequencer while one request is resolved, decided, folded and
//! handed to the ledger. Its [`Ticket`](crate::ledger::Ticket) is waited for before anything is
//! acknowledged. Nothing here knows HTTP.

mod affirmation;
mod answer;
mod ask;
mod collect;
mod decide;
mod decision_id;
mod duty;
mod identity;
pub mod import;
mod judging;
mod manage;
mod my_deal;
mod objection;
mod outcome;
mod public;
mod publish;
mod recommend;
mod refusal;
mod request;
mod site;
mod strings;
mod terms;
mod trial;
mod turn;
mod waiver;

pub use affirmation::{Affirmed, Affirming, Step};
pub use answer::{Answered, Answering, BY_FORM, PermissionView, Permissions, Question};
pub use ask::{AskWanted, Asked, AskedRef, Visitor};
pub use collect::{Behaviour, Collected, Line, Value, happening_leaves};
pub use decide::{Assignment, Decided, Device, ReasonReply, Wanted, WantedDatum};
pub use decision_id::DecisionId;
pub use duty::{DutyHeard, DutyNews, DutyTime, DutyTold};
pub use identity::{Identity, Link};
pub use manage::{CatalogueItem, Counted};
pub use my_deal::{Agreement, Broken, Deal, DealWanted, LateDuty, Other, Term};
pub use objection::{Objected, Objecting};
pub use outcome::{Outcome, Reported};
pub use public::{Edition, PublicPolicy, Standing, editions, public_policy};
pub use publish::{Publishing, Signed};
pub use recommend::{Basis, Because, Named, PEOPLE_MIN, Recommended, Shown, Wish};
pub use refusal::{Refusal, signing_page};
pub use request::{Caller, Request, Who};
pub use site::{Site, SiteSecret};
pub use terms::{Party, Terms, data_in_words};
pub use trial::{AgreedBox, PastAnswer, Trial};
pub use turn::Turn;
pub use waiver::Signing;
