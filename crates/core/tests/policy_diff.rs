//! The comparison of policies, held against brute force: on random pairs of policies, every
//! widening that any sampled use shows is reported, and every reported one is shown by its witness.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::BTreeSet;

use handshake_core::decision::{
    Age, DatumWanted, ENGINE, Heard, Recent, Says, Situation, Term, decide,
};
use handshake_core::permission::Grant;
use handshake_core::policy::{
    self, Compiled, Diff, Difference, Effect, Policy, Statement, StatementBox, Witness,
};
use handshake_core::vocabulary::{
    Act, Advice, Code, Dictionary, Family, Millis, Name, Signal, Signals, Standing, StatementId,
    Verdict,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

const DATA: [&str; 4] = ["seen.viewed", "seen.searched", "bought.items", "made.match"];
const PLACES: [&str; 6] = ["", "EU", "US", "US-CA", "US-NY", "JP"];
const RECIPIENTS: [&str; 3] = ["us", "mailer", "network"];
const CHANNELS: [&str; 2] = ["web", "email"];
const TAGS: [&str; 2] = ["gift", "child"];
const PURPOSES: [&str; 3] = ["suggest", "write", "advertise"];
const NOW: Millis = Millis(1_800_000_000_000);

/// The lines of a purpose, each drawn from a few.
fn purpose() -> impl Strategy<Value = String> {
    let some = |of: &'static [&'static str]| {
        prop::sample::subsequence(of, 1..=of.len()).prop_map(|it| it.join(" "))
    };
    let basis = prop::sample::select(vec![
        "permission",
        "permission",
        "contract",
        "contract\n basis permission in=EU",
        "permission\n basis contract in=US",
        "permission\n basis contract in=US\n basis permission in=US-CA",
        "contract\n only-in US",
        "permission\n only-in EU,US-CA",
    ]);
    let keep = prop::sample::select(vec![
        "",
        "keep 30 days after collection",
        "keep 1 month after collection",
        "keep 13 months after last-visit",
        "keep 1 year after last-visit",
        "keep 2 months after last-order",
        "keep 6 years after last-decision",
    ]);
    let limits = prop::sample::subsequence(
        vec![
            "at-most 2 per=month",
            "at-most 1 per=week",
            "at-most 3 per=week",
            "at-most 1 per=day",
        ],
        0..=2,
    );
    let stops = prop::sample::subsequence(vec!["objection", "gpc", "dnt", "tcf"], 0..=4);
    let mode = prop::sample::select(vec!["enforce", "observe", "rehearse"]);
    (basis, some(&DATA), some(&RECIPIENTS), some(&CHANNELS), keep, limits, stops, mode).prop_map(
        |(basis, data, with, on, keep, limits, stops, mode)| {
            let stops = match stops.is_empty() {
                true => String::new(),
                false => format!("stops-for {}", stops.join(" ")),
            };
            format!(
                "says en=\"Use what you looked at and bought.\"\n basis {basis}\n uses {data}\n \
                 with {with}\n on {on}\n {keep}\n {}\n {stops}\n mode {mode}",
                limits.join("\n ")
            )
        },
    )
}

fn never() -> impl Strategy<Value = String> {
    let data = prop::sample::select(vec!["", "data seen; ", "data bought.items; "]);
    let reach = prop::sample::select(vec![
        "",
        "recipients network; ",
        "channels email; ",
        "recipients country=US; ",
        "in US; ",
        "recipients kind=processor country=NL,US; in EU; ",
    ]);
    let purposes =
        prop::sample::select(vec!["", "purposes write; ", "purposes any; except suggest; "]);
    let when = prop::sample::select(vec![
        "",
        "when signal=gpc; ",
        "when tag=gift; ",
        "when tag=child; ",
        "when signal=dnt tag=gift; ",
        "when signal=tcf; ",
    ]);
    let says = prop::sample::select(vec!["a", "b", "c"]);
    (says, data, reach, purposes, when).prop_map(|(says, data, reach, purposes, when)| {
        let all = format!("{data}{reach}{purposes}{when}");
        let all =
            if all.is_empty() { "recipients network; when signal=gpc; ".to_owned() } else { all };
        format!("never \"{says}\" {{ {all}mode enforce }}")
    })
}

fn file() -> impl Strategy<Value = String> {
    let purposes = prop::collection::vec(purpose(), PURPOSES.len());
    let present = prop::collection::vec(any::<bool>(), PURPOSES.len());
    let nevers = prop::collection::vec(never(), 0..=2);
    let minors = prop::sample::select(vec!["", "minors below=16 need=guardian"]);
    let applies = prop::sample::select(vec!["EU US US-CA", "EU US US-CA", "EU US US-CA US-NY"]);
    let from = prop::sample::select(vec!["seen.viewed", "seen", "seen.viewed bought.items"]);
    let signals = prop::sample::select(vec![
        "",
        "signals { gpc means=objection to=suggest in=US-CA; tcf means=permission-or-refusal to=write,suggest }",
        "signals { gpc means=objection to=suggest,write; tcf means=permission-or-refusal to=suggest in=EU }",
        "signals { tcf means=objection to=suggest; dnt means=objection to=write in=US }",
    ]);
    let header = (minors, applies, from, signals);
    (purposes, present, nevers, header).prop_map(|(purposes, present, nevers, header)| {
        let (minors, applies, from, signals) = header;
        let mut text = format!(
            "policy shop version=1 effective=\"2020-01-01T00:00:00Z\" {{\n \
             controller \"Shop\" contact=\"a@b.example\"\n applies-in {applies}\n languages en\n \
             currency EUR\n time-zone \"Europe/London\"\n {minors}\n \
             anything-else not-allowed mode=enforce\n}}\n\
             data {{\n seen \"What you looked at\" {{ viewed; searched }}\n \
             bought \"What you bought\" {{ items }}\n \
             made \"What we work out\" {{ match from=\"{from}\" }}\n}}\n\
             tags {{ gift from=bought.items; child from=bought.items }}\n\
             recipients {{\n us \"Us\" kind=ourselves\n mailer \"Mailer\" kind=processor country=NL\n \
             network \"Network\" kind=third-party country=US sale=yes\n}}\n\
             channels {{ web; email }}\n{signals}\n"
        );
        let all = PURPOSES.iter().zip(purposes).zip(present);
        for (at, ((name, purpose), present)) in all.enumerate() {
            if present || at < 2 {
                text += &format!("purpose {name} {{\n {purpose}\n}}\n");
            }
        }
        text + &nevers.join("\n")
    })
}

/// Both policies, compiled with the same numbers, and a permission that covers everything.
struct Pair {
    names: Dictionary,
    old: (Compiled, Vec<StatementBox>),
    new: (Compiled, Vec<StatementBox>),
}

fn read(source: &str) -> Policy {
    policy::read(source).unwrap_or_else(|it| panic!("{it:?}\n{source}"))
}

impl Pair {
    fn new(old: &Policy, new: &Policy) -> Pair {
        let mut names = Dictionary::default();
        for (family, name) in
            policy::declared_names(old).into_iter().chain(policy::declared_names(new))
        {
            if names.code(family, name.as_str()).is_none() {
                names.declare(family.number(), name.as_str());
            }
        }
        let compiled = |it: &Policy, number| {
            let compiled = Compiled::new(it, &names, number, policy::hash(it));
            let boxes = PURPOSES.iter().zip(1000..).filter_map(|(purpose, code)| {
                let purpose_code = names.code(Family::Purpose, purpose)?;
                Some(compiled.statement_box((Code(code), purpose_code), &everything(purpose)))
            });
            // The same without some of what anything is worked out from.
            let less = PURPOSES.iter().zip(0..).flat_map(|(purpose, at)| {
                let purpose_code = names.code(Family::Purpose, purpose);
                let compiled = &compiled;
                purpose_code.into_iter().flat_map(move |purpose_code| {
                    (0..8).map(move |set: u32| {
                        let lacking = |it: &Name| {
                            let at = DATA.iter().position(|name| *name == it.as_str()).unwrap();
                            set >> at & 1 == 1
                        };
                        let mut statement = everything(purpose);
                        statement.data.retain(|it| !lacking(it));
                        let code = Code(2000 + 8 * at + set);
                        compiled.statement_box((code, purpose_code), &statement)
                    })
                })
            });
            let boxes = boxes.chain(less);
            let boxes = boxes.collect();
            (compiled, boxes)
        };
        Pair { old: compiled(old, 1), new: compiled(new, 2), names }
    }

    fn term(&self, family: Family, name: &str) -> Term {
        match self.names.code(family, name) {
            Some(code) => Term::Declared(code),
            None => Term::Undeclared(name.to_owned()),
        }
    }

    fn verdicts(&self, it: &Situation) -> [(Verdict, Advice); 2] {
        [&self.old, &self.new].map(|(compiled, boxes)| {
            let decision = decide(compiled, boxes, it);
            (decision.verdict, decision.advice)
        })
    }
}

/// What a person agreed to who agreed to everything.
fn everything(purpose: &str) -> Statement {
    let set =
        |names: &[&str]| names.iter().map(|it| Name::new(it).unwrap()).collect::<BTreeSet<_>>();
    Statement {
        id: StatementId([0; 16]),
        purpose: Name::new(purpose).unwrap(),
        language: "en".to_owned(),
        says: String::new(),
        interest: None,
        data: set(&DATA),
        recipients: set(&RECIPIENTS),
        channels: set(&CHANNELS),
        keep: None,
        ask_again: None,
        in_return: None,
        in_return_says: None,
        explicit: true,
    }
}

/// The statement of a purpose about everything but some of the first three data.
fn without(purpose: &str, lacking: &BTreeSet<Name>) -> Code {
    let at = |of: &[&str], it: &str| u32::try_from(of.iter().position(|all| *all == it).unwrap());
    let set = lacking.iter().fold(0, |set, it| set | 1 << at(&DATA, it.as_str()).unwrap());
    Code(2000 + 8 * at(&PURPOSES, purpose).unwrap() + set)
}

fn harmless(pair: &Pair, [purpose, data, recipient, channel]: [&str; 4]) -> Situation {
    let at = PURPOSES.iter().position(|it| *it == purpose).unwrap();
    let grant = Grant { statement: Code(1000 + u32::try_from(at).unwrap()), granted_at: Millis(1) };
    Situation {
        now: NOW,
        act: Act::Use,
        purpose: pair.term(Family::Purpose, purpose),
        data: vec![DatumWanted { name: pair.term(Family::Data, data), collected_at: Some(NOW) }],
        recipient: pair.term(Family::Recipient, recipient),
        channel: pair.term(Family::Channel, channel),
        tags: Vec::new(),
        signals: Signals::NONE,
        heard: Vec::new(),
        other_device: false,
        affirmed_at: None,
        known: true,
        age: Age::Adult,
        standing: Standing::Granted,
        since: Millis(1),
        objected: false,
        grants: vec![grant],
        recent: Vec::new(),
        last_visit: Some(NOW),
        last_order: Some(NOW),
        jurisdiction: String::new(),
    }
}

fn shown(pair: &Pair, it: &Witness) -> Situation {
    let names = [&it.purpose, &it.data, &it.recipient, &it.channel].map(Name::as_str);
    let mut situation = harmless(pair, names);
    situation.signals = it.signal.map_or(Signals::NONE, |it| Signals::of(&[it]));
    situation.act = it.act;
    situation.jurisdiction.clone_from(&it.jurisdiction);
    if !it.not_agreed.is_empty() {
        situation.grants[0].statement = without(it.purpose.as_str(), &it.not_agreed);
    }
    if let Some(signal) = it.granted_by {
        situation.heard = vec![Heard { signal, says: Says::Grants, at: None }];
    }
    situation.tags = it.tag.iter().map(|it| pair.term(Family::Tag, it.as_str())).collect();
    situation.objected = it.objected;
    situation.age = if it.minor { Age::Minor } else { Age::Adult };
    if !it.permission {
        situation.grants.clear();
        situation.standing = Standing::NotAsked;
    }
    if let Some(age) = it.age {
        situation.now = age.now;
        situation.data[0].collected_at = Some(age.collected_at);
        situation.last_visit = Some(age.last_visit);
        situation.last_order = Some(age.last_order);
    }
    if let Some((count, hours)) = it.often {
        let windows = [24, 168, 720].into_iter().filter(|it| hours <= *it);
        situation.recent =
            windows.map(|window_hours| Recent { window_hours, count, frees_at: NOW }).collect();
    }
    situation
}

/// A random use; what is rare in life is not rare here.
fn situations(pair: &Pair, runner: &mut TestRunner, count: usize) -> Vec<Situation> {
    let pick = |of: &'static [&'static str]| prop::sample::select(of.to_vec());
    let age =
        prop::sample::select(vec![0i64, 20, 29, 30, 31, 45, 61, 364, 365, 366, 395, 396, 397, 800]);
    let strategy = (
        (pick(&PURPOSES), pick(&DATA), pick(&RECIPIENTS), pick(&CHANNELS)),
        (0u8..8, prop::sample::subsequence(TAGS.to_vec(), 0..=2), 0u8..4, 0u8..6),
        (age.clone(), age.clone(), age, 0u32..4, 0u32..3, 0u32..3),
        (pick(&PLACES), 0u8..6, 0u8..4),
    );
    (0..count)
        .map(|_| {
            let (names, person, ages, more) = strategy.new_tree(runner).unwrap().current();
            let (purpose, data, recipient, channel) = names;
            let (signals, tags, objected, person) = person;
            let (place, tcf, act) = more;
            let (collected, visit, order, day, week, month) = ages;
            let mut it = harmless(pair, [purpose, data, recipient, channel]);
            for (bit, signal) in [(1, Signal::Gpc), (2, Signal::Dnt)] {
                if signals & bit != 0 && signals < 5 {
                    it.signals = it.signals.with(signal);
                }
            }
            it.tags = tags.iter().map(|it| pair.term(Family::Tag, it)).collect();
            it.objected = objected == 0;
            it.age = if person == 1 { Age::Minor } else { Age::Adult };
            if person == 0 {
                it.grants.clear();
                it.standing = if tcf < 3 { Standing::NotAsked } else { Standing::Refused };
            }
            if act == 0 {
                it.act = Act::Infer;
                if person == 2 {
                    let lacking = DATA.iter().take(3).zip(0..).filter(|(_, at)| day >> at & 1 == 1);
                    let lacking = lacking.map(|(it, _)| Name::new(it).unwrap()).collect();
                    it.grants[0].statement = without(purpose, &lacking);
                }
            }
            it.jurisdiction = place.to_owned();
            let says = [Says::Refuses, Says::Grants, Says::Grants, Says::Unreadable];
            let says = says.get(usize::from(tcf));
            it.heard.extend(says.map(|&says| Heard { signal: Signal::Tcf, says, at: None }));
            it.data[0].collected_at = Some(NOW.plus_days(-collected));
            it.last_visit = Some(NOW.plus_days(-visit));
            it.last_order = Some(NOW.plus_days(-order));
            let counts = [(24, day / 2), (168, day / 2 + week), (720, day / 2 + week + month)];
            it.recent = counts
                .map(|(window_hours, count)| Recent { window_hours, count, frees_at: NOW })
                .into();
            it
        })
        .collect()
}

fn reports(diff: &Diff, pair: &Pair, it: &Situation, effect: Effect) -> bool {
    let purpose = |of: &Difference| {
        let code = of.purpose.as_ref().and_then(|it| pair.names.code(Family::Purpose, it.as_str()));
        code == Some(it.purpose.code())
    };
    diff.of(effect).any(purpose)
}

#[test]
fn the_comparison_is_exact() {
    assert_eq!(ENGINE, 2, "a new engine needs this test read again");
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let (mut sampled, mut widened, mut silent, mut witnesses) = (0, 0, 0, 0);
    for _ in 0..2_500 {
        let [old_source, new_source] =
            [0, 1].map(|_| file().new_tree(&mut runner).unwrap().current());
        let (old, new) = (read(&old_source), read(&new_source));
        let pair = Pair::new(&old, &new);
        let diff = policy::diff(&old, &new);
        let said = || format!("{old_source}\n----\n{new_source}\n----\n{diff:#?}");
        for it in situations(&pair, &mut runner, 100) {
            sampled += 1;
            let [(before, _), (after, _)] = pair.verdicts(&it);
            let effect = match (before == Verdict::Allowed, after == Verdict::Allowed) {
                (false, true) => Effect::Widened,
                (true, false) => Effect::Narrowed,
                (true, true) | (false, false) => continue,
            };
            widened += 1;
            assert!(reports(&diff, &pair, &it, effect), "{effect:?} unseen: {it:#?}\n{}", said());
        }
        let none = diff.of(Effect::Widened).next().is_none();
        silent += usize::from(none);
        for it in diff.differences.iter() {
            let Some(witness) = &it.witness else { continue };
            witnesses += 1;
            let [before, after] = pair.verdicts(&shown(&pair, witness));
            let allowed = [before.0, after.0].map(|it| it == Verdict::Allowed);
            match it.effect {
                Effect::Widened => assert_eq!(allowed, [false, true], "{it:#?}\n{}", said()),
                Effect::Narrowed => assert_eq!(allowed, [true, false], "{it:#?}\n{}", said()),
                Effect::Worse | Effect::Better | Effect::Reworded => (),
            }
        }
        assert_eq!(policy::diff(&old, &old).differences, [], "{old_source}");
    }
    assert!(
        200_000 <= sampled && 10_000 <= widened && 5_000 <= witnesses,
        "{sampled} {widened} {silent} {witnesses}"
    );
}
