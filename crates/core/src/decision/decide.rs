//! Verdict and advice: every clause checked for every datum, then counted together.

use super::clauses::{self, Case, Finding, Reason};
use super::situation::Situation;
use crate::permission::Grant;
use crate::policy::{Compiled, CompiledBox, CompiledPurpose, Line, StatementBox};
use crate::vocabulary::{Advice, Clause, Mode, ReasonCode, Verdict};

/// Number of this decision engine, stored with every decision. A change that alters any verdict
/// or reason gets a new number, and `tests/replay.rs` lists what changed.
pub const ENGINE: u32 = 1;

/// What a policy says of a use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    pub advice: Advice,
    /// Firmest mode among the failing clauses; the purpose's own where none fails.
    pub mode: Mode,
    /// Every failing clause; the one to print first comes first.
    pub reasons: Vec<Reason>,
    /// For each datum of the use, whether it alone would be allowed.
    pub data: Vec<Datum>,
    /// The grants the verdict rests on.
    pub permissions: Vec<Grant>,
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
    let recipient = policy.recipient(wanted.recipient.code()).unwrap_or(0);
    let channel = policy.channel(wanted.channel.code()).unwrap_or(0);
    let purpose = policy.purpose_of(wanted.purpose.code());
    let nevers = purpose.map_or(&policy.nevers_of_all, |it| &it.nevers);
    nevers_and_names(policy, wanted, (nevers, recipient, channel), &mut reasons);
    if let Some(purpose) = purpose {
        let case = Case { policy, purpose, wanted, statements, recipient, channel };
        clauses::whole_use(&case, &mut reasons);
        nearest_box(&case, &mut reasons);
    }
    reasons.sort_unstable();
    conclude(policy, purpose, wanted, reasons)
}

fn nevers_and_names(
    policy: &Compiled,
    wanted: &Situation,
    (nevers, recipient, channel): (&[u16], u64, u64),
    out: &mut Vec<Reason>,
) {
    for (at, datum) in (0u16..).zip(&wanted.data) {
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
            if clauses::never_bears(never, policy, wanted, (recipient, channel), &leaves) {
                out.push(Reason {
                    clause: Clause::Never,
                    code: ReasonCode::Never,
                    mode: never.mode.at(wanted.now),
                    line: never.line,
                    datum: Some(at),
                    finding: Finding::Never(number),
                });
            }
        }
    }
}

/// Checks the boxes of the purpose and keeps what fails in the nearest: the one with the fewest
/// failing clauses, the first of equals.
fn nearest_box(case: &Case<'_>, out: &mut Vec<Reason>) {
    let mut nearest: Option<Vec<Reason>> = None;
    for the_box in &case.purpose.boxes {
        let failing = failing(case, the_box);
        if nearest.as_ref().is_none_or(|it| failing.len() < it.len()) {
            nearest = Some(failing);
        }
    }
    out.extend(nearest.unwrap_or_default());
}

fn failing(case: &Case<'_>, the_box: &CompiledBox) -> Vec<Reason> {
    let mut failing = Vec::new();
    clauses::reach(case, the_box, &mut failing);
    for (at, datum) in (0u16..).zip(&case.wanted.data) {
        if let Some(leaves) = clauses::leaves(case.policy, &datum.name) {
            clauses::datum(case, the_box, (at, &leaves), &mut failing);
        }
    }
    failing
}

fn conclude(
    policy: &Compiled,
    purpose: Option<&CompiledPurpose>,
    wanted: &Situation,
    reasons: Vec<Reason>,
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
    let permissions = match rests_on_permission && data.contains(&Datum::Covered) {
        true => wanted.grants.clone(),
        false => Vec::new(),
    };
    Decision { verdict, advice, mode: firmest.unwrap_or(own), reasons, data, permissions }
}
