//! Verdict and advice: every clause checked for every datum, then counted together.

use super::clauses::{self, Case, Finding, Reason, Scope};
use super::situation::Situation;
use super::weigh;
use crate::permission::Granted;
use crate::policy::{Compiled, CompiledBox, CompiledPurpose, Line, StatementBox};
use crate::vocabulary::{Advice, Clause, Flags, Mode, ReasonCode, Verdict};

/// Number of this decision engine, stored with every decision. A change that alters any verdict
/// or reason gets a new number, and `tests/replay.rs` lists what changed.
pub const ENGINE: u32 = 2;

/// What a policy says of a use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    pub advice: Advice,
    /// Firmest mode among the failing clauses; the purpose's own where none fails.
    pub mode: Mode,
    /// Every failing clause; the one to print first comes first. What is only rehearsed, and so
    /// promised to nobody, comes last.
    pub reasons: Vec<Reason>,
    /// For each datum of the use, whether it alone would be allowed.
    pub data: Vec<Datum>,
    /// Whether the verdict rests on the grants of the situation.
    pub on_permission: bool,
    /// What the caller should know of the signals beside the verdict.
    pub flags: Flags,
}

/// Whether one datum of a use would be allowed by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datum {
    Covered,
    Uncovered,
}

/// Decides a use. `statements` are those of the purpose's people, sorted by code, in the bits of
/// this policy. Allowed iff no clause fails; withheld iff a failing clause is enforced.
pub fn decide(policy: &Compiled, statements: &[StatementBox], wanted: &Situation) -> Decision {
    let mut reasons = Vec::new();
    clauses::undeclared_names(policy, wanted, &mut reasons);
    let scope = Scope::new(policy, wanted, weigh::weigh(wanted));
    let purpose = policy.purpose_of(wanted.purpose.code());
    let nevers = purpose.map_or(&policy.nevers_of_all, |it| &it.nevers);
    nevers_and_names(&scope, nevers, &mut reasons);
    let mut flags = Flags::NONE;
    if let Some(purpose) = purpose {
        let granted = Granted::new(&wanted.grants, statements, (wanted.now, &policy.zone));
        let case = Case { scope, purpose, granted };
        clauses::whole_use(&case, &mut reasons);
        clauses::place(&case, &mut reasons);
        for the_box in purpose.boxes.iter().filter(|it| it.places & scope.places != 0) {
            failing(&case, the_box, &mut reasons);
        }
        flags = weigh::flags(&case);
    }
    if 1 < reasons.len() {
        reasons.sort_unstable_by_key(|it| (it.mode == Mode::Rehearse, it.clause.rank(), *it));
        reasons.dedup();
    }
    conclude((policy, purpose), wanted, reasons, flags)
}

fn nevers_and_names(scope: &Scope<'_>, nevers: &[u16], out: &mut Vec<Reason>) {
    let policy = scope.policy;
    for (at, datum) in (0u16..).zip(&scope.wanted.data) {
        let Some(leaves) = clauses::leaves(policy, &datum.name) else {
            out.push(Reason {
                clause: Clause::Name,
                code: ReasonCode::Undeclared,
                mode: policy.mode,
                line: Line(0),
                datum: Some(at),
                finding: Finding::UndeclaredDatum,
            });
            continue;
        };
        for &number in nevers {
            let Some(never) = policy.nevers.get(usize::from(number)) else { continue };
            let Some(code) = clauses::never_bears(never, scope, &leaves) else { continue };
            out.push(Reason {
                clause: Clause::Never,
                code,
                mode: never.mode.at(scope.wanted.now),
                line: never.line,
                datum: Some(at),
                finding: Finding::Never(number),
            });
        }
    }
}

/// What fails in one box. Somebody who may be in several places must be allowed in each.
fn failing(case: &Case<'_>, the_box: &CompiledBox, out: &mut Vec<Reason>) {
    clauses::reach(case, the_box, out);
    for (at, datum) in (0u16..).zip(&case.scope.wanted.data) {
        if let Some(leaves) = clauses::leaves(case.scope.policy, &datum.name) {
            clauses::basis(case, the_box, (at, &leaves), out);
            clauses::age(case, the_box, (at, &leaves), out);
        }
    }
}

fn conclude(
    (policy, purpose): (&Compiled, Option<&CompiledPurpose>),
    wanted: &Situation,
    reasons: Vec<Reason>,
    flags: Flags,
) -> Decision {
    let whole_fails = reasons.iter().any(|it| it.datum.is_none());
    let fails = |at: u16| whole_fails || reasons.iter().any(|it| it.datum == Some(at));
    let datum = |at| if fails(at) { Datum::Uncovered } else { Datum::Covered };
    let data: Vec<Datum> = (0u16..).zip(&wanted.data).map(|(at, _)| datum(at)).collect();
    let undeclared = reasons.iter().any(|it| it.clause == Clause::Name);
    let verdict = match (reasons.is_empty(), undeclared) {
        (true, _) => Verdict::Allowed,
        (false, true) => Verdict::Undeclared,
        (false, false) => Verdict::NotAllowed,
    };
    let firmest = reasons.iter().map(|it| it.mode).max();
    let advice = match firmest {
        Some(Mode::Enforce) => Advice::Withhold,
        Some(Mode::Observe | Mode::Rehearse) | None => Advice::Proceed,
    };
    let own = purpose.map_or(policy.mode, |it| it.mode.at(wanted.now));
    let rests_on_permission = purpose.is_some_and(CompiledPurpose::needs_permission);
    let on_permission = rests_on_permission && data.contains(&Datum::Covered);
    Decision { verdict, advice, mode: firmest.unwrap_or(own), reasons, data, on_permission, flags }
}
