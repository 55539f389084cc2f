//! Ridgeline Bikes: an invented bike shop, to show how a merchant works with Handshake.
//!
//! It is a small server-rendered shop that needs no scripts. Handshake stands behind it: the shop
//! passes on the browser doors under its own origin (`proxy`), and its server asks Handshake with
//! a secret key before each use of what it knows of a person (`handshake`). If Handshake does not
//! answer, the shop sells bikes without asking anything and without choosing for anybody.
//!
//! `catalogue` is what it sells, `art` draws it, `basket` is a cookie without an id, `visitor` is
//! what a browser sent, `pages` are the pages, `router` lists them.

pub mod art;
pub mod basket;
pub mod catalogue;
pub mod handshake;
pub mod pages;
pub mod proxy;
pub mod router;
pub mod visitor;

pub use catalogue::Catalogue;
pub use handshake::{Handshake, Settings};
pub use router::{Shop, router};

/// The privacy policy of the shop.
pub const POLICY: &str = include_str!("../policy.kdl");
/// What it sells: see `data/adventureworks/README.md`.
pub const ITEMS: &[u8] = include_bytes!("../../../data/adventureworks/items.tsv.gz");
/// What was ordered in thirteen months: see there.
pub const ORDERS: &[u8] = include_bytes!("../../../data/adventureworks/orders.tsv.gz");
