//! A purpose as the fields of a form, and those fields as lines of the file.

use std::collections::BTreeSet;

use handshake_core::policy::{
    Amount, Anchor, Basis, Cost, Duty, Feature, InReturn, Keep, Limit, Line, Policy, Purpose,
    PurposeLine, Texts, Window,
};
use handshake_core::vocabulary::{Mode, Money, Name, Period, Signal, Unit};

use super::fields::Fields;

/// Lines of one kind that a form has room for beyond those there are.
const SPARE: usize = 1;
/// As many as a purpose may have.
const LINES_MAX: usize = 64;
const NO_LINE: Line = Line(0);

/// What the form of a purpose shows.
pub(super) fn fields_of(name: &str, it: &Purpose) -> Fields {
    let mut fields = Fields::default();
    fields.put("name", name);
    it.says.iter().for_each(|(language, text)| fields.put(&format!("says.{language}"), text));
    fields.put("basis", it.basis.as_str().replace(' ', "-"));
    match &it.basis {
        Basis::LegitimateInterest { assessment: Some(text) } => fields.put("assessment", text),
        Basis::LegalDuty { law: Some(text) } => fields.put("basis-law", text),
        Basis::Permission { .. }
        | Basis::Contract
        | Basis::LegitimateInterest { assessment: None }
        | Basis::LegalDuty { law: None } => (),
    }
    fields.put_all("uses", &it.uses);
    fields.put_all("with", &it.with);
    fields.put_all("on", &it.on);
    if let Some(keep) = &it.keep {
        put_period(&mut fields, "keep", keep.period);
        fields.put("keep-after", keep.after.as_str());
        fields.put_all("keep-law", &keep.law);
    }
    if let Some(period) = it.ask_again {
        put_period(&mut fields, "ask", period);
    }
    if let Some(given) = &it.in_return {
        fields.put("return-name", given.name.as_str());
        fields.put("return-label", &given.label);
    }
    fields.put_all("serves", it.serves.iter().map(|it| it.as_str()));
    fields.put_all("stops", it.stops_for_objection.then_some("objection"));
    fields.put_all("stops", it.stops_for.iter().map(|it| it.as_str()));
    for (at, limit) in it.limits.iter().enumerate() {
        fields.put(&format!("limit-count.{at}"), limit.count.to_string());
        fields.put(&format!("limit-per.{at}"), limit.per.as_str());
        fields.put_all(&format!("limit-mode.{at}"), limit.mode.map(Mode::as_str));
    }
    for (at, duty) in it.duties.iter().enumerate() {
        fields.put(&format!("duty-what.{at}"), duty.what.as_str());
        fields.put_all(&format!("duty-in.{at}"), &duty.when);
        if let Some(within) = duty.within {
            fields.put(&format!("duty-count.{at}"), within.count.to_string());
            fields.put(&format!("duty-unit.{at}"), within.unit.as_str());
        }
        fields.put_all(&format!("duty-of.{at}"), &duty.of);
    }
    if let Some(cost) = &it.unit_cost {
        fields.put("cost-amount", cost.amount.value.to_string());
        fields.put("cost-per", &cost.per);
    }
    fields.put_all("mode", it.mode.map(Mode::as_str));
    fields.put_all("law", &it.law);
    fields
}

fn put_period(fields: &mut Fields, name: &str, it: Period) {
    fields.put(&format!("{name}-count"), it.count.to_string());
    fields.put(&format!("{name}-unit"), it.unit.as_str());
}

/// How many lines of a kind the form shows: those filled in, and an empty one.
pub(super) fn rows(fields: &Fields, name: &str) -> usize {
    let filled = |at: &usize| !fields.get(&format!("{name}.{at}")).is_empty();
    (0..LINES_MAX).rfind(filled).map_or(0, |it| it + 1) + SPARE
}

/// The lines that the fields mean, or everything that is wrong with them.
pub(super) fn lines_of(fields: &Fields, policy: &Policy) -> Result<Vec<PurposeLine>, Vec<String>> {
    let mut said = Vec::new();
    let mut note = |it: String| said.push(it);
    let texts: Texts = policy
        .languages
        .iter()
        .filter_map(|it| Some((it.clone(), fields.text(&format!("says.{it}"))?)))
        .collect();
    if texts.is_empty() {
        note("Write the sentence that customers read.".to_owned());
    }
    let sets = [("uses", "data"), ("with", "recipients"), ("on", "channels")];
    for (name, what) in sets.iter().filter(|it| fields.names(it.0).is_empty()) {
        note(format!("Tick at least one of the {what} (`{name}`)."));
    }
    let stops: Vec<&str> = fields.all("stops").collect();
    let signals: BTreeSet<Signal> = stops.iter().filter_map(|it| Signal::parse(it)).collect();
    let lines = vec![
        PurposeLine::Says(texts),
        PurposeLine::Basis(basis(fields)),
        PurposeLine::Uses(fields.names("uses")),
        PurposeLine::With(fields.names("with")),
        PurposeLine::On(fields.names("on")),
        PurposeLine::Keep(keep(fields, &mut note)),
        PurposeLine::AtMost(limits(fields, &mut note)),
        PurposeLine::Must(duties(fields, &mut note)),
        PurposeLine::AskAgain(period(fields, "ask", "Asking again", &mut note)),
        PurposeLine::InReturn(in_return(fields, &mut note)),
        PurposeLine::Serves(fields.all("serves").filter_map(Feature::parse).collect()),
        PurposeLine::StopsFor { objection: stops.contains(&"objection"), signals },
        PurposeLine::Mode(Mode::parse(fields.get("mode"))),
        PurposeLine::Law(fields.text("law")),
        PurposeLine::UnitCost(cost(fields, policy, &mut note)),
    ];
    if said.is_empty() { Ok(lines) } else { Err(said) }
}

fn basis(fields: &Fields) -> Basis {
    match fields.get("basis") {
        "contract" => Basis::Contract,
        "legitimate-interest" => {
            Basis::LegitimateInterest { assessment: fields.text("assessment") }
        }
        "legal-duty" => Basis::LegalDuty { law: fields.text("basis-law") },
        other => Basis::Permission { explicit: other == "permission-explicit" },
    }
}

/// Nothing where no number is given; what is given must be a length of time.
fn period(
    fields: &Fields,
    name: &str,
    what: &str,
    note: &mut impl FnMut(String),
) -> Option<Period> {
    let count = fields.text(&format!("{name}-count"))?;
    let unit = Unit::parse(fields.get(&format!("{name}-unit")));
    let found = count.parse().ok().filter(|it| (1..=10_000).contains(it)).zip(unit);
    if found.is_none() {
        note(format!("{what}: `{count}` is no number from 1 to 10000."));
    }
    found.map(|(count, unit)| Period { count, unit })
}

fn keep(fields: &Fields, note: &mut impl FnMut(String)) -> Option<Keep> {
    let period = period(fields, "keep", "How long it is kept", note)?;
    let after = Anchor::parse(fields.get("keep-after")).unwrap_or(Anchor::Collection);
    Some(Keep { period, after, law: fields.text("keep-law"), line: NO_LINE })
}

fn limits(fields: &Fields, note: &mut impl FnMut(String)) -> Vec<Limit> {
    let mut all = Vec::new();
    for at in 0..rows(fields, "limit-count") {
        let Some(count) = fields.text(&format!("limit-count.{at}")) else { continue };
        let per = Window::parse(fields.get(&format!("limit-per.{at}")));
        let mode = Mode::parse(fields.get(&format!("limit-mode.{at}")));
        match count.parse().ok().filter(|it| *it != 0).zip(per) {
            Some((count, per)) => all.push(Limit { count, per, mode, line: NO_LINE }),
            None => note(format!("At most: `{count}` is no number of times.")),
        }
    }
    all
}

fn duties(fields: &Fields, note: &mut impl FnMut(String)) -> Vec<Duty> {
    let mut all = Vec::new();
    for at in 0..rows(fields, "duty-what") {
        let get = |name: &str| fields.text(&format!("duty-{name}.{at}"));
        let Some(what) = get("what") else { continue };
        let unit = Unit::parse(fields.get(&format!("duty-unit.{at}"))).unwrap_or(Unit::Hours);
        let within = get("count").map(|it| (it.parse().ok().filter(|it| *it != 0), it));
        match (Name::new(&what), within) {
            (Err(error), _) => note(format!("A duty: {error}.")),
            (_, Some((None, count))) => note(format!("A duty: `{count}` is no number.")),
            (Ok(what), within) => {
                let within = within.and_then(|it| it.0).map(|count| Period { count, unit });
                all.push(Duty { what, when: get("in"), within, of: get("of"), line: NO_LINE });
            }
        }
    }
    all
}

fn in_return(fields: &Fields, note: &mut impl FnMut(String)) -> Option<InReturn> {
    match (fields.text("return-name"), fields.text("return-label")) {
        (None, None) => None,
        (Some(name), Some(label)) => match Name::new(&name) {
            Ok(name) => Some(InReturn { name, label, line: NO_LINE }),
            Err(error) => {
                note(format!("What people get in return: {error}."));
                None
            }
        },
        (_, _) => {
            note("What people get in return needs both a short name and its words.".to_owned());
            None
        }
    }
}

fn cost(fields: &Fields, policy: &Policy, note: &mut impl FnMut(String)) -> Option<Cost> {
    let written = fields.text("cost-amount")?;
    let per = fields.text("cost-per").filter(|it| Name::is_name(it));
    match (Money::amount(&written), per) {
        (Ok(value), Some(per)) => {
            Some(Cost { amount: Amount { value, currency: policy.currency }, per, line: NO_LINE })
        }
        (Err(_), _) => {
            note(format!("What one use costs: `{written}` is no amount such as `0.0009`."));
            None
        }
        (Ok(_), None) => {
            note("What one use costs: say per what, as in `message`.".to_owned());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::{Edit, edit_all, read};

    const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

    #[test]
    fn a_form_sent_as_it_was_shown_changes_no_byte() {
        let policy = read(MODEL).unwrap();
        for (name, purpose) in &policy.purposes {
            let lines = lines_of(&fields_of(name.as_str(), purpose), &policy).unwrap();
            let edits: Vec<Edit> =
                lines.into_iter().map(|it| Edit::Purpose(name.clone(), it)).collect();
            assert_eq!(edit_all(MODEL, &edits).unwrap(), MODEL, "{name}");
        }
    }

    #[test]
    fn what_makes_no_line_is_said() {
        let policy = read(MODEL).unwrap();
        let mut fields = Fields::default();
        for (name, value) in [
            ("keep-count", "many"),
            ("limit-count.0", "0"),
            ("duty-what.0", "Stop now"),
            ("return-name", "voucher"),
            ("cost-amount", "cheap"),
        ] {
            fields.put(name, value);
        }
        let said = lines_of(&fields, &policy).unwrap_err();
        insta::assert_snapshot!(said.join("\n"), @r"
        Write the sentence that customers read.
        Tick at least one of the data (`uses`).
        Tick at least one of the recipients (`with`).
        Tick at least one of the channels (`on`).
        How long it is kept: `many` is no number from 1 to 10000.
        At most: `0` is no number of times.
        A duty: `Stop now` is no name; use 1 to 64 of `a-z`, `0-9`, `.` and `-`, beginning with a letter or digit.
        What people get in return needs both a short name and its words.
        What one use costs: `cheap` is no amount such as `0.0009`.
        ");
    }
}
