//! Sealing: the personal part of an event, under the key of the person.
//!
//! AES-256-GCM. What is authenticated beside it is the whole envelope before it (site, partition,
//! position, person's slot, clear codes), so a ciphertext cannot be moved anywhere else. The
//! nonce is the position and four random bytes drawn at each open of the ledger: a position that
//! a crash took back is given out again, with the same key perhaps, but never the same nonce.
//! The four bytes are stored first: `salt ‖ ciphertext ‖ tag`.

use handshake_core::event::{Envelope, Fact, Recorded};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::error::LedgerError;
use super::slab::{Key, Keys};

/// The random part of the nonces of one open.
pub(super) type Salt = [u8; 4];

pub(super) fn cipher(key: &Key) -> Result<LessSafeKey, LedgerError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| LedgerError::Cipher("take a key"))?;
    Ok(LessSafeKey::new(key))
}

fn nonce(position: u64, salt: Salt) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[..8].copy_from_slice(&position.to_le_bytes());
    bytes[8..].copy_from_slice(&salt);
    Nonce::assume_unique_for_key(bytes)
}

/// Whether a fact has something to seal. An erased or absent personal part has not, an empty one
/// has: it was said, and said nothing.
pub(super) fn has_personal(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::AnswerGiven(_, Some(_))
            | Fact::SignalReceived(_, Some(_))
            | Fact::DataCollected(_, Some(_))
            | Fact::UseDecided(_, Some(_))
            | Fact::UseCarriedOut(_, Some(_))
            | Fact::OutcomeObserved(_, Some(_))
            | Fact::IdentityLinked(_, Some(_))
    )
}

/// Appends the sealed part of the event whose envelope is in `out` from `body` on.
pub(super) fn seal(
    key: &Key,
    position: u64,
    salt: Salt,
    fact: &Fact,
    (out, body): (&mut Vec<u8>, usize),
) -> Result<(), LedgerError> {
    let open_end = out.len();
    out.extend(salt);
    fact.write_personal(out);
    let (open, sealed) = out.split_at_mut(open_end);
    let beside = Aad::from(open.get(body..).unwrap_or_default());
    let plain = sealed.get_mut(salt.len()..).unwrap_or_default();
    let tag = cipher(key)?
        .seal_in_place_separate_tag(nonce(position, salt), beside, plain)
        .map_err(|_| LedgerError::Cipher("seal"))?;
    out.extend(tag.as_ref());
    Ok(())
}

/// Turns a stored event into what projections fold. `scratch` is reused from event to event.
pub(super) fn unseal(
    envelope: &Envelope<'_>,
    body: &[u8],
    keys: &Keys,
    scratch: &mut Vec<u8>,
) -> Result<Recorded, String> {
    let personal = open_sealed(envelope, body, keys, scratch)?;
    let head = (envelope.kind, envelope.version, envelope.position);
    let fact = Fact::read(head, envelope.clear, personal).map_err(|it| it.to_string())?;
    Ok(Recorded {
        position: envelope.position,
        at: envelope.at,
        event: envelope.event,
        caller: envelope.caller,
        slot: envelope.slot,
        fact,
    })
}

fn open_sealed<'s>(
    envelope: &Envelope<'_>,
    body: &[u8],
    keys: &Keys,
    scratch: &'s mut Vec<u8>,
) -> Result<Option<&'s [u8]>, String> {
    let Some(slot) = envelope.slot else { return Ok(None) };
    let Some((salt, sealed)) = envelope.sealed.split_first_chunk::<4>() else { return Ok(None) };
    let key = match keys.get(slot) {
        super::slab::Held::Key(key) => key,
        super::slab::Held::Erased => return Ok(None),
        super::slab::Held::Nothing => {
            return Err(format!(
                "`keys.slab` has no key in slot {}; it is older than this",
                slot.0
            ));
        }
    };
    let open_len = body.len().saturating_sub(envelope.sealed.len());
    let beside = Aad::from(body.get(..open_len).unwrap_or_default());
    scratch.clear();
    scratch.extend(sealed);
    let failed = || format!("the key in slot {} of `keys.slab` does not open it", slot.0);
    let cipher = cipher(key).map_err(|it| it.to_string())?;
    let plain = cipher
        .open_in_place(nonce(envelope.position.0, *salt), beside, scratch)
        .map_err(|_| failed())?;
    Ok(Some(plain))
}
