//! Versions that say what they replace and what is new, and guesses that have grown old.

use jiff::civil::Date;

use super::Notes;
use crate::policy::model::WorthSource;

pub(super) fn versions(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let line = notes.line_of("policy");
    let version = policy.version;
    match policy.replaces {
        None if 1 < version => {
            let said = format!("version {version} does not say which version it replaces");
            let help = format!("add `replaces={}`", version - 1);
            notes.warning(line, "no-replaces", said, &help);
        }
        Some(old) if policy.change.is_none() => {
            let said = format!("version {version} does not say what is new since version {old}");
            notes.warning(line, "no-change", said, "add `change \"…\" kind=meaning`");
        }
        Some(_) | None => (),
    }
}

/// A guess that nobody has looked at for a year is no estimate any more.
pub(super) fn guesses(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let effective = policy.effective.to_string();
    let Some(effective) = effective.get(..10).and_then(|it| it.parse::<Date>().ok()) else {
        return;
    };
    for (name, it) in &policy.worth {
        let WorthSource::Guess { by, on } = &it.source else { continue };
        let old = on.parse::<Date>().is_ok_and(|on| {
            let birthday = (on.year() + 1, on.month(), on.day());
            birthday < (effective.year(), effective.month(), effective.day())
        });
        if old {
            let said = format!("the worth of `{name}` was guessed on {on}, over a year before");
            let help = format!("ask {by} again, or measure it with a `holdout`");
            notes.warning_of((it.line, name.as_str()), "old-guess", said, &help);
        }
    }
}
