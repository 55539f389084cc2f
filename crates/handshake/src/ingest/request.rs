//! What every request carries: who sends it, about whom, and under which id.

use handshake_core::vocabulary::{EventId, Millis, PersonId};

/// The key holder that sends a request.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The name the key was made for, as `mailer.v3`.
    pub name: &'a str,
    /// Whether it may bring names that the site has not used yet. Pages may not: anybody can
    /// write what a page sends, and names are kept for ever and in clear.
    pub coins: bool,
}

/// The id and the body of a write, so that its repeat is stored once (I2).
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// [`EventId::NONE`] where the sender named none.
    pub event: EventId,
    /// What was sent, to tell a repeat from another body under the same id.
    pub body: &'a [u8],
    /// What the sender says the time was.
    pub claimed_at: Option<Millis>,
    /// Set by the import scope only; everybody else gets the server's time.
    pub at: Option<Millis>,
}

/// Whom a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'a> {
    /// Nobody known: a visit without permission, order or sign-in.
    Nobody,
    Person(PersonId),
    /// The merchant's own number of a customer.
    Customer(&'a str),
}

impl Request<'_> {
    /// A request that nobody can repeat: a command, or a step of an import.
    pub fn internal(at: Option<Millis>) -> Request<'static> {
        Request { event: EventId::NONE, body: &[], claimed_at: None, at }
    }
}
