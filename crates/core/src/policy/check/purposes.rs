//! What a single purpose may not mix, and what it should not lack.

use super::Notes;
use super::asking::longer_than;
use super::naming::fold;
use crate::policy::duty::Moment;
use crate::policy::model::{Anchor, Basis, Line, Purpose, RecipientKind};
use crate::policy::problem::{listed, nearest};
use crate::vocabulary::Name;

/// Channels on which a merchant speaks to people who did not come by themselves.
const MARKETING: [&str; 6] = ["ads", "email", "phone", "post", "push", "sms"];

/// Beginnings of words that speak of orders, English and German, folded.
const ORDERS: [&str; 9] =
    ["purchas", "order", "buy", "bought", "invoice", "warrant", "kauf", "bestell", "gekauft"];
/// Data for marketing is kept for three years at most (CNIL, reference on commercial management).
const KEEP_MONTHS_MAX: u32 = 36;

pub(super) fn purpose(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    bundled(notes, name, it);
    objection(notes, name, it);
    for ground in it.grounds() {
        basis(notes, name, it, ground);
    }
    holdouts(notes, it);
    keep(notes, name, it);
    duties(notes, name, it);
    moments(notes, it);
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
    let may_object = it.bases().any(|it| match it {
        Basis::Permission { .. } | Basis::LegitimateInterest { .. } => true,
        Basis::Contract | Basis::LegalDuty { .. } => false,
    });
    let marketing = it.on.iter().find(|it| MARKETING.contains(&it.as_str()));
    if let (true, false, Some(channel)) = (may_object, it.stops_for_objection, marketing) {
        let said = format!("purpose `{name}` goes on by `{channel}` after an objection");
        notes.warning(it.line, "no-objection", said, "add `stops-for objection`");
    } else if let (true, false, Some(limit)) =
        (may_object, it.stops_for_objection, it.limits.first())
    {
        let said = format!("purpose `{name}` may come often, and no objection stops it");
        notes.warning(limit.line, "limit-no-objection", said, "add `stops-for objection`");
    }
}

fn basis(notes: &mut Notes<'_>, name: &Name, it: &Purpose, (basis, line): (&Basis, Line)) {
    match basis {
        Basis::Contract => {
            explicit(notes, name, it, line);
            let ads = it.on.iter().any(|it| it.as_str() == "ads");
            let letters = it.duties.iter().any(|it| it.what.as_str() == "offer-unsubscribe");
            if ads || letters {
                let said = format!("purpose `{name}` is marketing, which no contract needs");
                notes.warning(line, "contract-marketing", said, "use `basis permission`");
            }
        }
        Basis::Permission { explicit: false }
        | Basis::LegitimateInterest { assessment: Some(_) } => explicit(notes, name, it, line),
        Basis::LegitimateInterest { assessment: None } => {
            explicit(notes, name, it, line);
            let said = format!("purpose `{name}` weighs no interests");
            let help = "name the document that does, as in `assessment=\"docs/lia.md\"`";
            notes.mistake(line, "no-assessment", said, help);
        }
        Basis::LegalDuty { law: None } => {
            let said = format!("purpose `{name}` names no law that demands it");
            notes.warning(line, "no-law", said, "add `law=\"…\"` after `legal-duty`");
        }
        Basis::Permission { explicit: true } | Basis::LegalDuty { law: Some(_) } => (),
    }
}

/// Neither a contract nor an interest of the merchant's opens GDPR 9(2); only a law, or an explicit
/// permission.
fn explicit(notes: &mut Notes<'_>, name: &Name, it: &Purpose, line: Line) {
    let policy = notes.policy;
    let leaves = it.uses.iter().flat_map(|it| policy.leaves_of(it));
    let sensitive = leaves.filter(|it| policy.data.get(*it).is_some_and(|it| it.sensitive));
    if let Some(leaf) = sensitive.min() {
        let said = format!("purpose `{name}` uses `{leaf}`, which is sensitive");
        notes.mistake(line, "not-explicit", said, "use `basis permission explicit`");
    }
}

/// A period that counts from an order needs orders, and a long one a reason.
fn keep(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    let Some(keep) = &it.keep else { return };
    let after = keep.after.as_str();
    let from_orders = matches!(keep.after, Anchor::Order | Anchor::LastOrder);
    if from_orders && !it.uses.iter().any(|data| is_of_orders(notes, data)) {
        let said = format!("`{name}` counts from `{after}`, and uses nothing about orders");
        let help = "who never orders is counted from `collection`; say so, or use `last-visit`";
        notes.warning(keep.line, "keep-without-orders", said, help);
    }
    let by_law = keep.law.is_some()
        || it.law.is_some()
        || it.bases().all(|it| matches!(it, Basis::Contract | Basis::LegalDuty { .. }));
    if longer_than(keep.period, KEEP_MONTHS_MAX) && !by_law {
        let said = format!("`{name}` keeps data {} with no law behind it", keep.period);
        let help = "keep it for three years or less, or add `law=\"…\"` after the period";
        notes.warning(keep.line, "long-keep", said, help);
    }
}

/// Whether a category, what holds it, its label or what it comes from speaks of orders.
fn is_of_orders(notes: &Notes<'_>, data: &Name) -> bool {
    let policy = notes.policy;
    let speaks = |name: &str| {
        let label = policy.data.get(name).and_then(|it| it.label.as_deref()).unwrap_or_default();
        let words = format!("{} {label}", name.replace(['.', '-'], " "));
        fold(&words).split_whitespace().any(|it| ORDERS.iter().any(|order| it.starts_with(order)))
    };
    let above = data.as_str().split_once('.').map(|(above, _)| above);
    let from = policy.data.get(data).into_iter().flat_map(|it| &it.from);
    speaks(data.as_str())
        || above.is_some_and(speaks)
        || policy.leaves_of(data).any(|it| speaks(it.as_str()))
        || from.into_iter().any(|it| speaks(it.as_str()))
}

/// A duty needs an occasion or a term, and a term something it runs from.
fn duties(notes: &mut Notes<'_>, name: &Name, it: &Purpose) {
    for duty in &it.duties {
        let help = match (duty.within, &duty.of, &duty.when) {
            (None, None, None) => "add `in=every-message`, or `within=48 hours of=withdrawal`",
            (Some(_), None, _) => "say what the time runs from, as in `of=withdrawal`",
            (None, Some(_), _) => "say how soon, as in `within=48 hours`",
            (Some(_), Some(_), _) | (None, None, Some(_)) => continue,
        };
        let said = format!("nobody can tell whether `{name}` does its duty `{}`", duty.text());
        notes.warning(duty.line, "unmeasured-duty", said, help);
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
fn moments(notes: &mut Notes<'_>, it: &Purpose) {
    let known = Moment::ALL.map(Moment::as_str);
    for duty in &it.duties {
        let Some(of) = duty.of.as_deref().filter(|it| Moment::parse(it).is_none()) else {
            continue;
        };
        let said = format!("nothing is known to happen as `{of}`");
        let help = match nearest(of, known) {
            Some(word) => format!("did you mean `of={word}`?"),
            None => format!("use {}", listed(known)),
        };
        notes.mistake(duty.line, "unknown-moment", said, &help);
    }
}
