//! The sticky policy: data stay under the promises they were collected under.
//!
//! A wider use of what was collected under an older version needs the person's own agreement
//! (FTC, *Gateway Learning* 2004 and *Facebook* 2011). So without permission, a datum may be used
//! only where the version it was collected under would have allowed the use too; and a promise of
//! that version that beats everything still does, unless the person agreed since.

use super::clauses::{self, Case, Finding, Reason, Scope};
use crate::policy::{Compiled, CompiledBox, Ground, LeafSet};
use crate::vocabulary::{Act, Clause, Mode, ReasonCode};

/// Says so where a datum was collected under a narrower deal.
pub(super) fn deal(
    case: &Case<'_>,
    the_box: &CompiledBox,
    (at, leaves): (u16, &LeafSet),
    out: &mut Vec<Reason>,
) {
    let Scope { policy, wanted, .. } = case.scope;
    let datum = wanted.data.get(usize::from(at));
    let Some(collected_at) = datum.and_then(|it| it.collected_at) else { return };
    if policy.from <= collected_at || wanted.act == Act::Collect {
        return;
    }
    let then = policy.ruling_at(collected_at);
    if then.number == policy.number || kept(case, the_box, then, (at, leaves)) {
        return;
    }
    out.push(Reason {
        clause: Clause::Age,
        code: ReasonCode::DealChanged,
        mode: case.mode(),
        line: case.purpose.line,
        datum: Some(at),
        finding: Finding::DealChanged { version: then.version },
    });
}

/// Whether the deal then allows this use of the datum, or the person agreed to it since.
fn kept(
    case: &Case<'_>,
    the_box: &CompiledBox,
    then: &Compiled,
    (at, leaves): (u16, &LeafSet),
) -> bool {
    let Scope { policy, wanted, signals, .. } = case.scope;
    let ruling = |at| policy.ruling_at(at).number;
    let agreed_since = || wanted.grants.iter().any(|it| then.number < ruling(it.granted_at));
    let on_permission = the_box.basis == Ground::Permission;
    if on_permission && agreed_since() {
        return true;
    }
    let datum = wanted.data.get(usize::from(at)).and_then(|it| then.data(it.name.code()));
    // Of what it did not know it promised nothing; what the person agreed to names it.
    let Some(leaves_then) = datum else { return on_permission };
    let purpose = then.purpose_of(wanted.purpose.code());
    // A promise about any purpose was about those that came later, too.
    let nevers = purpose.map_or(&then.nevers_of_all, |it| &it.nevers);
    let old = Scope::new(then, wanted, signals);
    if promised_not(&old, nevers, &leaves_then) {
        return false;
    }
    let Some(purpose) = purpose else { return on_permission };
    let boxes = || purpose.boxes.iter().filter(|it| it.places & old.places != 0);
    let allows = |it: &CompiledBox| {
        leaves_then.is_subset(&it.data)
            && it.recipients & old.recipient != 0
            && it.channels & old.channel != 0
            && clauses::too_old(&old, it, at).is_none()
            && (it.basis == Ground::Other
                || clauses::permission_gap(case, the_box, at, leaves).is_none())
    };
    on_permission || (old.places & !purpose.followed == 0 && boxes().all(allows))
}

/// Whether a promise made then bears on the use. What was only rehearsed was promised to nobody.
fn promised_not(then: &Scope<'_>, nevers: &[u16], leaves: &LeafSet) -> bool {
    let nevers = nevers.iter().filter_map(|it| then.policy.nevers.get(usize::from(*it)));
    let mut promised = nevers.filter(|it| it.mode.at(then.wanted.now) != Mode::Rehearse);
    promised.any(|it| clauses::never_bears(it, then, leaves).is_some())
}

#[cfg(test)]
mod tests {
    use crate::decision::{self, Age, DatumWanted, Situation, Term};
    use crate::permission::Grant;
    use crate::policy::{self, Compiled, declared_names};
    use crate::vocabulary::{
        Act, Code, Dictionary, Family, Millis, Name, ReasonCode, Signals, Standing,
    };

    const HEAD: &str = "controller Shop contact=\"a@b.example\"
        applies-in EU; languages en; currency EUR; time-zone UTC
        anything-else not-allowed mode=enforce
    }
    data { seen \"What you saw\" { viewed } }
    recipients { us \"Us\" kind=ourselves }
    channels { web }\n";
    const ADVISE: &str =
        "purpose advise { says en=\"Advise.\"; basis permission; uses seen; with us; on web }\n";
    /// The second version rules from here.
    const SECOND: Millis = Millis(1_798_761_600_000);

    /// The first version promises something and does not know the purpose, the second does.
    #[track_caller]
    fn check(promise: &str, agreed: Millis, expected: &[ReasonCode]) {
        let first = "policy shop version=1 effective=\"2020-01-01T00:00:00Z\" {\n";
        let second = "policy shop version=2 replaces=1 effective=\"2027-01-01T00:00:00Z\" {\n";
        let read = |text: &str| policy::read(text).unwrap();
        let first = read(&format!("{first}{HEAD}{promise}"));
        let second = read(&format!("{second}{HEAD}{ADVISE}"));
        let mut names = Dictionary::default();
        for (family, name) in declared_names(&second) {
            names.declare(family.number(), name.as_str());
        }
        let mut compiled = Compiled::new(&second, &names, 2, [0; 32]);
        compiled.before = Some(Compiled::new(&first, &names, 1, [0; 32]).into());
        let code = |family, name| names.code(family, name).unwrap();
        let purpose = code(Family::Purpose, "advise");
        let advise = Name::new("advise").unwrap();
        let statement = policy::statement(&second, &advise, "en", None).unwrap();
        let statements = [compiled.statement_box((Code(1_000), purpose), &statement)];
        let datum = DatumWanted {
            name: Term::Declared(code(Family::Data, "seen.viewed")),
            collected_at: Some(SECOND.plus_days(-1)),
        };
        let wanted = Situation {
            now: SECOND.plus_days(9),
            act: Act::Use,
            purpose: Term::Declared(purpose),
            data: vec![datum],
            recipient: Term::Declared(code(Family::Recipient, "us")),
            channel: Term::Declared(code(Family::Channel, "web")),
            tags: Vec::new(),
            signals: Signals::NONE,
            heard: Vec::new(),
            other_device: false,
            affirmed_at: None,
            known: true,
            age: Age::Adult,
            standing: Standing::Granted,
            since: agreed,
            objected: false,
            grants: vec![Grant { statement: Code(1_000), granted_at: agreed }],
            recent: Vec::new(),
            last_visit: None,
            last_order: None,
            jurisdiction: String::new(),
        };
        let decision = decision::decide(&compiled, &statements, &wanted);
        let codes: Vec<ReasonCode> = decision.reasons.iter().map(|it| it.code).collect();
        assert_eq!(codes, expected, "{promise}");
    }

    #[test]
    fn a_promise_about_any_purpose_bears_on_those_that_came_later() {
        let broken = [ReasonCode::DealChanged];
        let (before, since) = (SECOND.plus_days(-1), SECOND.plus_days(1));
        let never = "never \"Nothing\" { data seen }";
        check(never, before, &broken);
        check(never, since, &[]);
        check("never \"Nothing\" { data seen; mode rehearse }", before, &[]);
        check("", before, &[]);
    }
}
