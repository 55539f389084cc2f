//! Pages: what customers read from Handshake itself, as HTML that needs no script.
//!
//! Everything is escaped by `maud`; words of the merchant are marked with their language.

mod ask_card;
mod change_words;
mod deal_words;
mod diff_page;
mod kept_words;
mod mark;
mod my_deal;
mod policy_history;
mod policy_page;
mod policy_purpose;
mod policy_terms;
mod policy_words;
mod question;
mod said_card;
mod sheet;
mod words;

pub use diff_page::{Compared, DIFF_STYLE, diff_body, diff_document, headline as diff_headline};

pub(super) use ask_card::{Card, ask_card};
pub(super) use my_deal::{DealPage, deal_page};
pub(super) use policy_history::{HistoryPage, Version, history_page};
pub(super) use policy_page::{PolicyPage, policy_page};
pub(super) use question::question;
pub(super) use said_card::{Said, said_card};
pub(super) use words::{Words, speaks, words};
