//! Ids of decisions: a position, and a tag that only this site can make.
//!
//! The tag keeps an id of one site, or a guessed one, from naming a decision of another.

use std::fmt;

use handshake_core::vocabulary::{Position, base32, unbase32};
use ring::hmac;

use super::site::Site;

/// `d_` and 26 letters: eight bytes of position, eight of tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionId([u8; 16]);

impl Site {
    pub fn decision_id(&self, position: Position) -> DecisionId {
        let mut bytes = [0; 16];
        let tag = hmac::sign(&self.secret.decisions, &position.0.to_be_bytes());
        let parts = position.0.to_be_bytes().into_iter().chain(tag.as_ref().iter().copied());
        bytes.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        DecisionId(bytes)
    }

    /// The position of one of this site's decisions, or nothing for any other text.
    pub fn read_decision_id(&self, text: &str) -> Option<Position> {
        let bytes: [u8; 16] = text.strip_prefix("d_").and_then(unbase32)?;
        let position = Position(u64::from_be_bytes(*bytes.first_chunk()?));
        (self.decision_id(position).0 == bytes).then_some(position)
    }
}

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d_{}", base32(&self.0))
    }
}
