//! Handshake, Cedar and Rego agree on the verdict, and on which data are covered. Each test can
//! fail: told something else than the policy, an engine is found out.
#![expect(clippy::print_stdout, reason = "a test says what it saw")]

use handshake_core::decision::Says;
use handshake_core::policy::{Basis, Never, Purpose, SignalMeaning};
use handshake_core::vocabulary::{Act, Mode, Standing};
use handshake_differential::{
    Agreement, Case, CaseChange, Change, EARLIER, Exhaustive, Outcome, Run, Told, World,
};

const SEED: u64 = 20_261_124;
const TRUTH: Told = Told { earlier: &EARLIER, ..Told::TRUTH };
const RUN: Run = Run { seed: SEED, policies: 1_500, cases: 80, told: TRUTH, stop_at_first: false };

#[track_caller]
fn agreed(what: &str, found: &Outcome) {
    let Outcome { policies, pairs, allowed, undeclared, partly, disagreements, shown: _ } = found;
    println!(
        "{what}: {pairs} pairs under {policies} policies, {allowed} allowed, {undeclared} undeclared, \
         {partly} covered in part, {disagreements} disagreements"
    );
    assert_eq!(*disagreements, 0, "seed {SEED}\n{}", found.text(&TRUTH));
}

#[test]
fn random_policies_are_read_alike() {
    let found = RUN.random(&|_| ());
    agreed("random", &found);
    assert!(100_000 <= found.pairs);
    // What is never allowed, or always, would prove little.
    let share = |of: u64| of * 100 / found.pairs;
    assert!(15 <= share(found.allowed), "{found:?}");
    assert!(5 <= share(found.undeclared) && share(found.undeclared) <= 30, "{found:?}");
    assert!(2 <= share(found.partly), "{found:?}");
}

#[test]
fn all_small_policies_are_read_alike() {
    let all = Exhaustive::new();
    let found = Run { told: Told::TRUTH, ..RUN }.exhaustive(&all, &|_| ());
    agreed("exhaustive", &found);
    assert!(30_000 <= found.policies && 1_500_000 <= found.pairs, "{found:?}");
    assert!(100_000 <= found.allowed, "{found:?}");
}

#[test]
fn all_small_policies_for_some_places_are_read_alike() {
    let all = Exhaustive::of_places();
    let found = Run { told: Told::TRUTH, ..RUN }.exhaustive(&all, &|_| ());
    agreed("exhaustive in places", &found);
    assert!(3_000 <= found.policies && 100_000 <= found.pairs, "{found:?}");
    assert!(10_000 <= found.allowed, "{found:?}");
}

/// One change for each thing a policy can say, and for each side of what people agree to.
const CHANGES: [(&str, Change); 36] = [
    ("minors", |it| it.policy.minors = None),
    ("never", |it| drop(it.policy.nevers.pop())),
    ("data of a never", |it| nevers(it, |it| it.data.clear())),
    ("purposes of a never", |it| nevers(it, |it| it.purposes.clear())),
    ("except", |it| nevers(it, |it| it.except.clear())),
    ("recipients of a never", |it| nevers(it, |it| it.recipients.clear())),
    ("kinds of a never", |it| nevers(it, |it| it.recipient_kinds.clear())),
    ("countries of a never", |it| nevers(it, |it| it.recipient_countries.clear())),
    ("places of a never", |it| nevers(it, |it| it.places.clear())),
    ("channels of a never", |it| nevers(it, |it| it.channels.clear())),
    ("when signal", |it| nevers(it, |it| it.when_signal = None)),
    ("when tag", |it| nevers(it, |it| it.when_tag = None)),
    ("basis", |it| purposes(it, |it| it.basis = Basis::Contract)),
    ("basis in places", |it| purposes(it, |it| it.bases_in.clear())),
    ("only-in", |it| purposes(it, |it| it.only_in.clear())),
    ("from", |it| it.policy.data.values_mut().for_each(|it| it.from.clear())),
    ("uses", |it| purposes(it, |it| drop(it.uses.pop_last()))),
    ("with", |it| purposes(it, |it| drop(it.with.pop_last()))),
    ("on", |it| purposes(it, |it| drop(it.on.pop_last()))),
    ("keep", |it| purposes(it, |it| it.keep = None)),
    ("objection", |it| purposes(it, |it| it.stops_for_objection = false)),
    ("stops-for", |it| purposes(it, |it| it.stops_for.clear())),
    ("at-most", |it| purposes(it, |it| it.limits.clear())),
    ("signals", |it| it.policy.signals.clear()),
    ("permission by signals", |it| {
        it.policy.signals.values_mut().for_each(|it| it.means = SignalMeaning::Objection);
    }),
    ("places of signals", |it| {
        it.policy.signals.values_mut().for_each(|it| it.places.clear());
    }),
    ("applies-in", |it| {
        if 1 < it.policy.applies_in.len() {
            it.policy.applies_in.pop_last();
        }
    }),
    ("the version before", |it| it.before = None),
    ("promises of before", |it| before(it, |it| it.policy.nevers.clear())),
    ("what was rehearsed", |it| {
        before(it, |it| nevers(it, |it| it.mode = Some(Mode::Observe)));
    }),
    ("basis of before", |it| before(it, |it| purposes(it, |it| it.basis = Basis::Contract))),
    ("keep of before", |it| before(it, |it| purposes(it, |it| it.keep = None))),
    ("agreed data", |it| agreements(it, |it| drop(it.data.pop_last()))),
    ("agreed recipients", |it| agreements(it, |it| drop(it.recipients.pop_last()))),
    ("agreed channels", |it| agreements(it, |it| drop(it.channels.pop_last()))),
    ("agreed keep", |it| agreements(it, |it| it.keep = None)),
];

/// One change for each fact that the weighing of signals, places and what is done look at.
const CASE_CHANGES: [(&str, CaseChange); 12] = [
    ("jurisdiction", |it| it.jurisdiction.clear()),
    ("the device's signals", |it| it.signals.clear()),
    ("signals heard", |it| it.heard.clear()),
    ("since when", |it| it.heard.iter_mut().for_each(|it| it.at = None)),
    ("what is unreadable", |it| says(it, Says::Unreadable, Says::Grants)),
    ("what grants", |it| says(it, Says::Grants, Says::Unreadable)),
    ("affirmed", |it| it.affirmed_at = None),
    ("the person's device", |it| it.other_device = false),
    ("known", |it| it.known = true),
    ("refused", |it| it.answer = Standing::NotAsked),
    ("infer", |it| {
        if it.act == Act::Infer {
            it.act = Act::Retain;
        }
    }),
    ("collected", |it| it.data.iter_mut().for_each(|it| it.collected_at = None)),
];

fn says(case: &mut Case, from: Says, to: Says) {
    case.heard.iter_mut().filter(|it| it.says == from).for_each(|it| it.says = to);
}

fn nevers(world: &mut World, change: fn(&mut Never)) {
    world.policy.nevers.iter_mut().for_each(change);
}

fn before(world: &mut World, change: fn(&mut World)) {
    world.before.iter_mut().for_each(|it| change(it));
}

fn purposes(world: &mut World, change: fn(&mut Purpose)) {
    world.policy.purposes.values_mut().for_each(change);
}

fn agreements(world: &mut World, change: fn(&mut Agreement)) {
    world.agreements.iter_mut().for_each(change);
}

#[test]
fn an_engine_that_is_told_something_else_is_found_out() {
    for (what, change) in CHANGES {
        for told in [Told { cedar: change, ..TRUTH }, Told { rego: change, ..TRUTH }] {
            found_out(what, told);
        }
    }
    for (what, change) in CASE_CHANGES {
        for told in
            [Told { cedar_case: Some(change), ..TRUTH }, Told { rego_case: Some(change), ..TRUTH }]
        {
            found_out(what, told);
        }
    }
}

#[track_caller]
fn found_out(what: &str, told: Told) {
    let found = Run { told, stop_at_first: true, ..RUN }.random(&|_| ());
    assert_ne!(found.disagreements, 0, "nobody missed `{what}` in {} pairs", found.pairs);
    println!("`{what}` was missed after {} pairs", found.pairs);
}

/// One promise forgotten by Cedar is shown as a small policy and a situation.
#[test]
fn a_disagreement_is_shown_small() {
    let told = Told { cedar: |it| drop(it.policy.nevers.pop()), ..TRUTH };
    let found = Run { told, stop_at_first: true, ..RUN }.random(&|_| ());
    let shown = found.shown.into_iter().next().unwrap().shrunk(&told);
    let text = shown.text();
    println!("{text}");
    assert_eq!(
        (shown.world.policy.purposes.len(), shown.world.policy.nevers.len()),
        (1, 1),
        "{text}"
    );
    assert!(shown.world.source.lines().count() < 40, "{text}");
    assert_eq!(shown.case.data.len(), 1, "{text}");
    assert_eq!(shown.answers.ours, shown.answers.rego, "{text}");
}
