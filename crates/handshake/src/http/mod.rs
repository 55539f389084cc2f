//! The doors: HTTP in front of the ingest room.
//!
//! A request passes *server* (connections) → *router* (which door) → *body* and *knock* (how much
//! is read, and who is there) → a *door* (one file each) → *wire* (what goes over it). Whatever
//! goes wrong becomes a *problem*.
mod base64url;
mod body;
mod call;
mod changes;
mod cookie;
mod knock;
mod language;
mod layers;
mod lines;
mod metrics;
mod openapi;
mod pages;
mod problem;
mod refused;
mod server;
mod state;
mod token;

pub mod doors;
pub mod router;
pub mod wire;

pub use cookie::{AskCount, Cookies};
pub use metrics::Metrics;
pub use openapi::{ApiDoc, document};
pub use pages::{Compared, DIFF_STYLE, diff_body, diff_document, diff_headline};
pub use problem::{Mistake, Problem, Slug};
pub use server::{listen, serve};
pub use state::{App, Room};
pub use token::{AskToken, PersonToken, Signer, TokenError, VisitToken};
