//! Simulated answers: what people might have said, drawn by a stated model.
//!
//! Orders tell nothing of answers. With a seed, each customer is asked about each purpose that
//! stands on permission after an order, until they answer yes or no, and may take a yes back
//! after a later one. The chances are fixed and depend on who gets the data; they are a model for
//! trying things out, measured nowhere. `docs/SIMULATION.md` says so at length, and every place
//! that shows such answers calls them simulated.

use sha2::{Digest, Sha256};

use handshake_core::policy::RecipientKind;
use handshake_core::vocabulary::Answer;

/// Draws answers by a seed.
#[derive(Debug, Clone, Copy)]
pub struct AnswerModel {
    pub seed: u64,
}

/// What a customer does when asked, or when asked again after putting it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    pub answer: Answer,
}

/// Chances in thousandths: (granted, refused); the rest puts it off.
fn chances(farthest: RecipientKind) -> (u64, u64) {
    match farthest {
        RecipientKind::Ourselves => (550, 300),
        RecipientKind::Processor => (350, 450),
        RecipientKind::ThirdParty => (120, 750),
    }
}

/// Chance in thousandths that a customer who granted takes it back after an order.
const WITHDRAWS: u64 = 15;

impl AnswerModel {
    /// The answer to the `nth` time a customer is asked about a purpose.
    pub fn answer(
        self,
        (customer, purpose): (&str, &str),
        nth: u64,
        farthest: RecipientKind,
    ) -> Drawn {
        let draw = self.draw("answer", (customer, purpose), nth);
        let (granted, refused) = chances(farthest);
        let answer = match draw {
            draw if draw < granted => Answer::Granted,
            draw if draw < granted + refused => Answer::Refused,
            _ => Answer::Deferred,
        };
        Drawn { answer }
    }

    /// Whether a customer who granted takes it back after their `nth` order since.
    pub fn withdraws(self, (customer, purpose): (&str, &str), nth: u64) -> bool {
        self.draw("withdraw", (customer, purpose), nth) < WITHDRAWS
    }

    /// A number from 0 to 999: the first eight bytes, big-endian, of SHA-256 over
    /// `seed 0x1f what 0x1f customer 0x1f purpose 0x1f nth`, modulo 1000.
    pub(crate) fn draw(self, what: &str, (customer, purpose): (&str, &str), nth: u64) -> u64 {
        let text =
            [&self.seed.to_string(), what, customer, purpose, &nth.to_string()].join("\u{1f}");
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default()) % 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_model() {
        let model = AnswerModel { seed: 7 };
        let people = 20_000u64;
        let granted = |kind| {
            let yes =
                |it: &u64| model.answer((&it.to_string(), "x"), 1, kind).answer == Answer::Granted;
            (0..people).filter(yes).count()
        };
        // Within four standard errors of 550, 350 and 120 in a thousand.
        for (kind, expected) in [
            (RecipientKind::Ourselves, 11_000usize),
            (RecipientKind::Processor, 7_000),
            (RecipientKind::ThirdParty, 2_400),
        ] {
            assert!(granted(kind).abs_diff(expected) < 300, "{kind:?}: {}", granted(kind));
        }
    }

    #[test]
    fn a_seed_draws_the_same_for_ever() {
        let draw = |seed| AnswerModel { seed }.draw("answer", ("17850", "suggest-gifts"), 1);
        assert_eq!([draw(7), draw(8)], [draw(7), draw(8)]);
        assert_ne!(draw(7), draw(8));
    }
}
