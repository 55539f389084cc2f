//! The words of a purpose, with nothing left to fill in.

use handshake_core::policy::{Policy, Purpose, Texts, statement};
use handshake_core::vocabulary::Name;

/// What a purpose says in each language: of one that people agree to, the words they agree to when
/// no interest is shown.
pub(super) fn said(policy: &Policy, name: &Name, purpose: &Purpose) -> Texts {
    let words = |(language, says): (&String, &String)| {
        let whole = statement(policy, name, language, None).map(|it| it.says);
        (language.clone(), whole.unwrap_or_else(|_| says.clone()))
    };
    purpose.says.iter().map(words).collect()
}
