//! Sites, keys and users: who may knock at which door.
//!
//! A *site* is one shop with its own policy, people and ledger; a *key* lets a program in; a *user* looks at the
//! console.
//! A policy that is being written is a *draft*: one a site, in `drafts.redb`, which `serve` holds.
//! All else lies in `access.redb`. Commands write it; `serve` reads it into a [`Directory`] and reads
//! it again whenever the file changes, so a revoked key stops working within a second.

mod directory;
mod drafts;
mod key;
mod key_file;
mod origin;
mod row;
mod secret;
mod store;
mod user;
mod users;

pub use directory::Directory;
pub use drafts::{Draft, DraftError, Drafts, Proposal, Saving, Signature};
pub use key::{KeyHash, KeyInfo, KeyText, Scope};
pub use key_file::{KeyFileError, create_key_file, read_key_file};
pub use origin::{Origin, OriginError};
pub use secret::{SecretError, SiteSecret, fresh};
pub use store::{AccessError, AccessStore, SiteInfo};
pub use user::{PasswordError, PasswordHash, Role, UserInfo};
