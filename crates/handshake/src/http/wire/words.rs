//! Closed lists of words, as schemas and as fields.

use handshake_core::vocabulary::{
    Act, Advice, Answer, Carried, Clause, Mode, ReasonCode, Standing, Tally, Verdict,
};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use crate::http::problem::Problem;
use crate::ingest::{Basis, Because};

/// How an answer was given. A grant from a page needs a real gesture; Esc is never a yes.
pub(in crate::http) const GESTURES: &[&str] =
    &["click", "key", "form", "email", "phone", "paper", "counter"];

pub(in crate::http) const AGES: &[&str] = &["adult", "minor", "minor-with-guardian"];

/// Reads a word of a closed list, or says which there are.
pub(in crate::http) fn read<T>(
    field: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
    words: &[&str],
) -> Result<T, Problem> {
    parse(text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        let words: Vec<_> = words.iter().map(|it| format!("`{it}`")).collect();
        Problem::invalid(field, format!("`{shown}` is unknown; use one of {}", words.join(", ")))
    })
}

fn schema(words: &[&str]) -> Schema {
    let object = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    object.enum_values(Some(words.iter().copied())).build().into()
}

pub(super) fn act() -> Schema {
    schema(Act::WORDS)
}

pub(super) fn basis() -> Schema {
    schema(Basis::WORDS)
}

pub(super) fn because() -> Schema {
    schema(Because::WORDS)
}

pub(super) fn verdict() -> Schema {
    schema(Verdict::WORDS)
}

pub(super) fn advice() -> Schema {
    schema(Advice::WORDS)
}

pub(super) fn mode() -> Schema {
    schema(Mode::WORDS)
}

pub(super) fn carried() -> Schema {
    schema(Carried::WORDS)
}

pub(super) fn tally() -> Schema {
    schema(Tally::WORDS)
}

pub(super) fn answer() -> Schema {
    schema(Answer::WORDS)
}

pub(super) fn standing() -> Schema {
    schema(Standing::WORDS)
}

pub(super) fn clause() -> Schema {
    schema(Clause::WORDS)
}

pub(super) fn reason() -> Schema {
    schema(ReasonCode::WORDS)
}

pub(super) fn gesture() -> Schema {
    schema(GESTURES)
}

pub(super) fn age() -> Schema {
    schema(AGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_told_the_known_ones() {
        let problem = read("answer", "maybe", Answer::parse, Answer::WORDS).unwrap_err();
        assert_eq!(
            problem.detail,
            "`maybe` is unknown; use one of `granted`, `refused`, `deferred`, `withdrawn`"
        );
        assert_eq!(problem.field.as_deref(), Some("answer"));
    }
}
