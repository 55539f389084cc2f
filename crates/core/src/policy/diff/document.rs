//! What people read and what they get, compared line by line.

use std::collections::BTreeMap;

use super::{Class, Difference, Effect};
use crate::policy::model::{
    Basis, Duty, InReturn, Line, Policy, Purpose, Recipient, RecipientKind,
};
use crate::vocabulary::{Name, Period};

/// Differences outside the sets of allowed uses.
pub(super) fn differences(old: &Policy, new: &Policy) -> Vec<Difference> {
    let mut notes = Notes(Vec::new());
    notes.controller(old, new);
    for (name, after) in &new.recipients {
        if let Some(before) = old.recipients.get(name) {
            notes.recipient((name, before, after), new);
        }
    }
    for (name, after) in &new.data {
        if old.data.get(name).is_some_and(|it| it.sensitive) && !after.sensitive {
            let said = format!("`{name}` is no longer marked as sensitive");
            let lines = (old.data.get(name).map_or(nowhere(), |it| it.line), after.line);
            notes.add(Effect::Worse, Class::Sensitive, None, (said, lines));
        }
    }
    for (name, after) in &new.purposes {
        if let Some(before) = old.purposes.get(name) {
            notes.purpose(name, before, after);
        }
    }
    notes.0
}

struct Notes(Vec<Difference>);

impl Notes {
    fn add(
        &mut self,
        effect: Effect,
        class: Class,
        purpose: Option<&Name>,
        (said, (was, is)): (String, (Line, Line)),
    ) {
        let some = |it: Line| Some(it).filter(|it| it.0 != 0);
        let lines = (some(was), some(is));
        let purpose = purpose.cloned();
        self.0.push(Difference { effect, class, purpose, said, lines, witness: None });
    }

    fn controller(&mut self, old: &Policy, new: &Policy) {
        let lines = (old.controller.line, new.controller.line);
        if old.controller.name != new.controller.name {
            let (was, is) = (&old.controller.name, &new.controller.name);
            let said = format!("who answers for the data is {is}, not {was}");
            self.add(Effect::Worse, Class::Controller, None, (said, lines));
        }
        let budget = |it: &Policy| it.ask_budget.map(|it| (it.per_visit, it.per_quarter));
        let (was, is) = (budget(old), budget(new));
        let more = |was: Option<(u32, u32)>, is: Option<(u32, u32)>| match (was, is) {
            (Some(was), Some(is)) => was.0 < is.0 || was.1 < is.1,
            (Some(_), None) => true,
            (None, _) => false,
        };
        let written = |it: Option<(u32, u32)>| match it {
            Some((visit, quarter)) => format!("{visit} a visit and {quarter} a quarter"),
            None => "without limit".to_owned(),
        };
        let said = || format!("people may be asked {}, not {}", written(is), written(was));
        let line = |it: &Policy| it.ask_budget.map_or(nowhere(), |it| it.line);
        let lines = (line(old), line(new));
        if more(was, is) {
            self.add(Effect::Worse, Class::AskBudget, None, (said(), lines));
        } else if more(is, was) {
            self.add(Effect::Better, Class::AskBudget, None, (said(), lines));
        }
    }

    fn recipient(&mut self, (name, was, is): (&Name, &Recipient, &Recipient), new: &Policy) {
        let users: Vec<&Name> =
            new.purposes.iter().filter(|it| it.1.with.contains(name)).map(|it| it.0).collect();
        if users.is_empty() {
            return;
        }
        if was.country != is.country {
            let of = |it: &Recipient| it.country.clone().unwrap_or_else(|| "here".to_owned());
            let said = format!("{} is in {}, not in {}", is.label, of(is), of(was));
            self.add(Effect::Widened, Class::Country, None, (said, (was.line, is.line)));
        }
        if was.kind < is.kind {
            let said = format!("{} is now {}", is.label, kind(is.kind));
            self.add(Effect::Widened, Class::Recipient, None, (said, (was.line, is.line)));
        }
        if !was.sale && is.sale {
            let said = format!("what {} gets is now sold to it", is.label);
            self.add(Effect::Widened, Class::Recipient, None, (said, (was.line, is.line)));
        }
        if was.label != is.label {
            let said = format!("`{name}` is {}, not {}", is.label, was.label);
            self.add(Effect::Reworded, Class::Words, None, (said, (was.line, is.line)));
        }
    }

    fn purpose(&mut self, name: &Name, was: &Purpose, is: &Purpose) {
        let whole = (was.line, is.line);
        let mut say = |effect, class, said: String, lines| {
            self.add(effect, class, Some(name), (said, lines));
        };
        for (language, words) in &is.says {
            match was.says.get(language) {
                Some(before) if before != words => {
                    let said = format!("in {language} it says “{words}”, not “{before}”");
                    say(Effect::Reworded, Class::Words, said, whole);
                }
                Some(_) | None => (),
            }
        }
        for language in was.says.keys().filter(|it| !is.says.contains_key(*it)) {
            let said = format!("it is no longer said in {language}");
            say(Effect::Worse, Class::Words, said, whole);
        }
        if let (Basis::Permission { explicit: true }, Basis::Permission { explicit: false }) =
            (&was.basis, &is.basis)
        {
            let said = "permission need no longer be explicit".to_owned();
            say(Effect::Worse, Class::Basis, said, (was.basis_line, is.basis_line));
        }
        if let Some((effect, said)) = benefit(was.in_return.as_ref(), is.in_return.as_ref()) {
            let line = |it: &Purpose| it.in_return.as_ref().map_or(it.line, |it| it.line);
            say(effect, Class::Benefit, said, (line(was), line(is)));
        }
        if let Some((effect, said)) = asked_again(was.ask_again, is.ask_again) {
            say(effect, Class::AskAgain, said, whole);
        }
        for (effect, said, lines) in duties(was, is) {
            say(effect, Class::Duty, said, lines);
        }
    }
}

/// No line speaks.
fn nowhere() -> Line {
    Line(0)
}

fn kind(it: RecipientKind) -> &'static str {
    match it {
        RecipientKind::Ourselves => "ourselves",
        RecipientKind::Processor => "a processor",
        RecipientKind::ThirdParty => "a third party",
    }
}

fn benefit(was: Option<&InReturn>, is: Option<&InReturn>) -> Option<(Effect, String)> {
    match (was, is) {
        (Some(was), None) => Some((Effect::Worse, format!("“{}” is no longer given", was.label))),
        (None, Some(is)) => Some((Effect::Better, format!("“{}” is given in return", is.label))),
        // Whether another offer is worth less only people can say; until they do, it is.
        (Some(was), Some(is)) if was.name != is.name || was.label != is.label => {
            let said = format!("“{}” is given in return, not “{}”", is.label, was.label);
            Some((Effect::Worse, said))
        }
        (Some(_), Some(_)) | (None, None) => None,
    }
}

fn asked_again(was: Option<Period>, is: Option<Period>) -> Option<(Effect, String)> {
    let written = |it: Option<Period>| it.map_or("never".to_owned(), |it| format!("after {it}"));
    let said = || format!("permission is asked for again {}, not {}", written(is), written(was));
    let days = |it: Period| it.after(crate::vocabulary::Millis(0), &jiff::tz::TimeZone::UTC);
    match (was.map(days), is.map(days)) {
        (Some(_), None) => Some((Effect::Worse, said())),
        (None, Some(_)) => Some((Effect::Better, said())),
        (Some(was), Some(is)) if was < is => Some((Effect::Worse, said())),
        (Some(was), Some(is)) if is < was => Some((Effect::Better, said())),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// Duties by what must be done; a longer or missing time limit is a weaker duty.
fn duties(was: &Purpose, is: &Purpose) -> Vec<(Effect, String, (Line, Line))> {
    let by_what = |it: &'_ Purpose| -> BTreeMap<(Name, Option<String>, Option<String>), Duty> {
        let key = |it: &Duty| (it.what.clone(), it.when.clone(), it.of.clone());
        it.duties.iter().map(|it| (key(it), it.clone())).collect()
    };
    let (before, after) = (by_what(was), by_what(is));
    let mut all = Vec::new();
    for (key, duty) in &before {
        let Some(now) = after.get(key) else {
            all.push((
                Effect::Worse,
                format!("no longer must: {}", duty.text()),
                (duty.line, is.line),
            ));
            continue;
        };
        let end = |it: &Duty| {
            let zone = jiff::tz::TimeZone::UTC;
            it.within.map_or(i64::MAX, |it| it.after(crate::vocabulary::Millis(0), &zone).0)
        };
        let said = || format!("must {}, not {}", now.text(), duty.text());
        if end(duty) < end(now) {
            all.push((Effect::Worse, said(), (duty.line, now.line)));
        } else if end(now) < end(duty) {
            all.push((Effect::Better, said(), (duty.line, now.line)));
        }
    }
    for (_, duty) in after.iter().filter(|(key, _)| !before.contains_key(key)) {
        all.push((Effect::Better, format!("must now: {}", duty.text()), (was.line, duty.line)));
    }
    all
}
