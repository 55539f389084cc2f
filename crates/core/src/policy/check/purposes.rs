//! What a single purpose may not mix, and what it should not lack.

use super::Notes;
use crate::policy::duty::Moment;
use crate::policy::model::{Basis, Purpose, RecipientKind};
use crate::policy::problem::{listed, nearest};
use crate::vocabulary::Name;

/// Channels on which a merchant speaks to people who did not come by themselves.
const MARKETING: [&str; 6] = ["ads", "email", "phone", "post", "push", "sms"];

pub(super) fn purpose(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    bundled(notes, name, it);
    objection(notes, name, it);
    basis(notes, name, it);
    holdouts(notes, it);
    duties(notes, it);
    if it.keep.is_none() {
        let said = format!("purpose `{name}` does not say how long data is kept");
        notes.warning(it.line, "no-keep", said, "add `keep 13 months after last-visit`");
    }
}

/// One question, one thing: own use and a third party's are two (EDPB 05/2020, Example 7).
fn bundled(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let recipients = &notes.policy.recipients;
    let third =
        |it: &&Name| recipients.get(*it).is_some_and(|it| it.kind == RecipientKind::ThirdParty);
    let thirds = it.with.iter().filter(third).count();
    if 0 < thirds && thirds < it.with.len() {
        let said = format!("purpose `{name}` bundles a third party with your own use");
        let help = "make two purposes, each with its own `says`";
        notes.mistake(it.with_line, "bundled", said, help);
    }
}

fn objection(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let may_object = match it.basis {
        Basis::Permission { .. } | Basis::LegitimateInterest { .. } => true,
        Basis::Contract | Basis::LegalDuty { .. } => false,
    };
    let marketing = it.on.iter().find(|it| MARKETING.contains(&it.as_str()));
    if let (true, false, Some(channel)) = (may_object, it.stops_for_objection, marketing) {
        let said = format!("purpose `{name}` goes on by `{channel}` after an objection");
        notes.warning(it.line, "no-objection", said, "add `stops-for objection`");
    }
}

fn basis(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let policy = notes.policy;
    let line = it.basis_line;
    match &it.basis {
        Basis::Contract => {
            let ads = it.on.iter().any(|it| it.as_str() == "ads");
            let letters = it.duties.iter().any(|it| it.what.as_str() == "offer-unsubscribe");
            if ads || letters {
                let said = format!("purpose `{name}` is marketing, which no contract needs");
                notes.warning(line, "contract-marketing", said, "use `basis permission`");
            }
        }
        Basis::Permission { explicit: false } => {
            let leaves = it.uses.iter().flat_map(|it| policy.leaves_of(it));
            let sensitive = leaves.filter(|it| policy.data.get(*it).is_some_and(|it| it.sensitive));
            if let Some(leaf) = sensitive.min() {
                let said = format!("purpose `{name}` uses `{leaf}`, which is sensitive");
                let help = "use `basis permission explicit`";
                notes.mistake(line, "not-explicit", said, help);
            }
        }
        Basis::LegitimateInterest { assessment: None } => {
            let said = format!("purpose `{name}` weighs no interests");
            let help = "name the document that does, as in `assessment=\"docs/lia.md\"`";
            notes.mistake(line, "no-assessment", said, help);
        }
        Basis::LegalDuty { law: None } => {
            let said = format!("purpose `{name}` names no law that demands it");
            notes.warning(line, "no-law", said, "add `law=\"…\"` after `legal-duty`");
        }
        Basis::Permission { explicit: true }
        | Basis::LegitimateInterest { assessment: Some(_) }
        | Basis::LegalDuty { law: Some(_) } => (),
    }
}

/// What was promised in return for data may not be held back at random.
fn holdouts(notes: &mut Notes<'_>, it: &Purpose) {
    let policy = notes.policy;
    for holdout in &it.holdouts {
        let of = policy.purposes.get(&holdout.of);
        if let Some(given) = of.and_then(|it| it.in_return.as_ref()) {
            let said = format!("`{}` gives `{}` in return", holdout.of, given.name);
            let help = "see that those held out still get it";
            notes.warning(holdout.line, "holdout-in-return", said, help);
        }
    }
}

/// A duty becomes late only if its time limit counts from something that can happen.
fn duties(notes: &mut Notes<'_>, it: &Purpose) {
    let known = Moment::ALL.map(Moment::as_str);
    for duty in &it.duties {
        match &duty.of {
            Some(of) if Moment::parse(of).is_none() => {
                let said = format!("nothing is known to happen as `{of}`");
                let help = match nearest(of, known) {
                    Some(word) => format!("did you mean `of={word}`?"),
                    None => format!("use {}", listed(known)),
                };
                notes.mistake(duty.line, "unknown-moment", said, &help);
            }
            None if duty.within.is_some() => {
                let said = format!("`must {}` counts from nothing, so it is never late", duty.what);
                notes.warning(
                    duty.line,
                    "no-moment",
                    said,
                    "add `of=withdrawal` or what it counts from",
                );
            }
            Some(_) | None => (),
        }
    }
}
