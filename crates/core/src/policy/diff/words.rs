//! Differences in words, for people who will not read sets.

use std::collections::BTreeSet;
use std::fmt;

use super::bars::{Bar, When};
use super::{Class, Effect, Witness};
use crate::policy::compiled::Compiled;
use crate::policy::model::Anchor;
use crate::policy::waiver::CompiledMode;
use crate::vocabulary::{Code, Name, Period, Signal};

/// Which data, recipients and channels a difference concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cells {
    data: BTreeSet<Name>,
    recipients: BTreeSet<Name>,
    channels: BTreeSet<Name>,
}

impl Cells {
    pub(super) fn add(
        &mut self,
        policy: &Compiled,
        (leaf, recipient, channel): (Code, Code, Code),
    ) {
        let name = |names: &[(Code, Name)], code| {
            names.iter().find(|it| it.0 == code).map(|it| it.1.clone())
        };
        self.data.extend(name(&policy.leaves, leaf));
        self.channels.extend(name(&policy.channels, channel));
        let found = policy.recipients.iter().find(|it| it.code == recipient);
        self.recipients.extend(found.map(|it| it.name.clone()));
    }
}

/// `a`, `b` and `c`.
fn list(names: &BTreeSet<Name>) -> String {
    let mut names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    match (names.pop(), names.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} and {last}", names.join(", ")),
    }
}

/// What is allowed that was not, or no longer.
pub(super) fn widened(
    class: Class,
    effect: Effect,
    cells: &Cells,
    (bar, keep): (Option<&Bar>, Option<(Period, Anchor)>),
) -> String {
    let gone = effect == Effect::Narrowed;
    match bar.map(|it| &it.when) {
        Some(When::NoPermission { .. }) if gone => "now asks for permission".to_owned(),
        Some(When::NoPermission { .. }) => "no longer asks for permission".to_owned(),
        Some(When::Old { .. }) => kept(bar, keep, gone),
        Some(
            when @ (When::Minor
            | When::Objected
            | When::Never { .. }
            | When::Inferring { .. }
            | When::Signal { .. }
            | When::Often { .. }),
        ) => {
            let now = if gone { "now forbidden" } else { "no longer forbidden" };
            format!("{now}: {}", self::bar(when))
        }
        None => outside(class, gone, cells),
    }
}

/// A signal that grants where the person had to.
pub(super) fn granted_by(signal: Signal) -> String {
    format!("a {} string now stands for permission", signal.as_str().to_uppercase())
}

/// What lies on one side of the old policy's box.
fn outside(class: Class, gone: bool, cells: &Cells) -> String {
    let more = if gone { "no longer" } else { "now" };
    let data = list(&cells.data);
    let (recipients, channels) = (list(&cells.recipients), list(&cells.channels));
    match (class == Class::Data, class == Class::Recipient, class == Class::Channel) {
        (true, _, _) => format!("{more} uses {data}"),
        (_, true, _) => format!("{more} shares with {recipients}"),
        (_, _, true) => format!("{more} on {channels}"),
        _ if gone => "the purpose is gone".to_owned(),
        _ => format!("a new purpose, with {data} for {recipients} on {channels}"),
    }
}

fn kept(bar: Option<&Bar>, keep: Option<(Period, Anchor)>, gone: bool) -> String {
    let written = |it: Option<(Period, Anchor)>| match it {
        Some((period, after)) => format!("{period} after {}", after.as_str()),
        None => "for ever".to_owned(),
    };
    let was = match bar.map(|it| &it.when) {
        Some(When::Old { keep, after }) => Some((*keep, *after)),
        Some(_) | None => None,
    };
    match gone {
        true => format!("kept {}, not {}", written(was), written(keep)),
        false => format!("kept {}, not {}", written(keep), written(was)),
    }
}

/// What a bar stops.
pub(super) fn bar(when: &When) -> String {
    match when {
        When::NoPermission { .. } => "use without permission".to_owned(),
        When::Inferring { .. } => "working data out from more than may be used".to_owned(),
        When::Minor => "use of a minor's permission".to_owned(),
        When::Objected => "use after an objection".to_owned(),
        When::Never { says, .. } => format!("“{says}”"),
        When::Signal { signal, .. } => {
            format!("use under a {} signal", signal.as_str().to_uppercase())
        }
        When::Old { keep, after } => format!("use later than {keep} after {}", after.as_str()),
        When::Often { count, window_hours } => {
            format!("more than {count} uses in {window_hours} hours")
        }
    }
}

/// A mode that a waiver bounds says until when.
pub(super) fn softer(what: &str, was: CompiledMode, is: CompiledMode) -> String {
    format!("{what} is in {is}, not {was}")
}

impl fmt::Display for Witness {
    /// The use, and what makes it one that only one of the policies allows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Witness { purpose, data, recipient, channel, .. } = self;
        write!(f, "`{data}` for `{purpose}`, by `{recipient}` on `{channel}`")?;
        if let Some(signal) = self.signal {
            write!(f, ", under a {} signal", signal.as_str().to_uppercase())?;
        }
        if let Some(tag) = &self.tag {
            write!(f, ", of somebody tagged `{tag}`")?;
        }
        if self.objected {
            f.write_str(", after an objection")?;
        }
        if self.minor {
            f.write_str(", of a minor")?;
        }
        match self.granted_by {
            Some(signal) => {
                write!(f, ", which only a {} string grants", signal.as_str().to_uppercase())?;
            }
            None if !self.permission => f.write_str(", without permission")?,
            None if !self.not_agreed.is_empty() => {
                write!(f, ", worked out without permission for {}", list(&self.not_agreed))?;
            }
            None => (),
        }
        if !self.jurisdiction.is_empty() {
            write!(f, ", in {}", self.jurisdiction)?;
        }
        if let Some(age) = self.age {
            write!(f, ", collected {} and used {}", age.collected_at, age.now)?;
        }
        if let Some((count, hours)) = self.often {
            write!(f, ", after {count} uses in {hours} hours")?;
        }
        Ok(())
    }
}
