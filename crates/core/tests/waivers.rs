//! A waiver softens a rule until it ends, to the millisecond, and changes nothing else.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use handshake_core::decision::{Situation, decide, waiver};
use handshake_core::event::{DatumMessage, SituationMessage};
use handshake_core::policy::{self, Compiled, Effect, Policy};
use handshake_core::vocabulary::{
    Act, Advice, Dictionary, Family, Millis, Mode, Signal, Signals, Standing, Verdict,
};

/// What stands in the place of `MODE`, `NEVER` and `SIGNAL`.
fn file(purpose: &str, never: &str, signal: &str) -> String {
    format!(
        "policy shop version=1 effective=\"2026-12-01T00:00:00Z\" {{\n\
         controller \"Shop\" contact=\"a@b.example\"\n applies-in EU\n languages en\n\
         currency EUR\n time-zone \"Europe/London\"\n anything-else not-allowed mode=enforce\n}}\n\
         data {{ seen; deal }}\ntags {{ child from=seen }}\nrecipients {{ us \"Us\" kind=ourselves }}\n\
         channels {{ web; ads }}\n\
         purpose suggest {{\n says en=\"Use what you have seen.\"\n basis permission\n uses seen\n\
         with us\n on web\n keep 30 days after collection\n stops-for gpc\n law \"GDPR 6\"\n\
         {purpose}\n}}\n\
         never \"Nothing for children\" {{ when tag=child; law \"UCPD\"; {never} }}\n\
         signals {{ gpc means=objection to=suggest law=\"CCPA\" {signal} }}\n"
    )
}

const UNTIL: &str = "2027-01-31T00:00:00Z";

fn read(source: &str) -> Policy {
    policy::read(source).unwrap_or_else(|it| panic!("{it:?}\n{source}"))
}

fn compiled(policy: &Policy) -> (Dictionary, Compiled) {
    let mut names = Dictionary::default();
    for (family, name) in policy::declared_names(policy) {
        names.declare(family.number(), name.as_str());
    }
    let compiled = Compiled::new(policy, &names, 1, policy::hash(policy));
    (names, compiled)
}

/// Advice, mode and waivers of a use at a time.
fn decided(
    source: &str,
    now: Millis,
    change: impl FnOnce(&Dictionary, &mut SituationMessage),
) -> (Advice, Mode, Vec<String>) {
    let (names, policy) = compiled(&read(source));
    let code = |family, name: &str| names.code(family, name).unwrap().0;
    let mut message = SituationMessage {
        act: Act::Use.number(),
        purpose: code(Family::Purpose, "suggest"),
        data: vec![DatumMessage { code: code(Family::Data, "seen"), ..DatumMessage::default() }],
        recipient: code(Family::Recipient, "us"),
        channel: code(Family::Channel, "web"),
        standing: Standing::NotAsked.number(),
        ..SituationMessage::default()
    };
    change(&names, &mut message);
    let situation = Situation::from_message(&message, now).unwrap();
    let decision = decide(&policy, &[], &situation);
    assert_ne!(decision.verdict, Verdict::Allowed, "a mode never changes the verdict");
    let waivers = decision.reasons.iter().filter_map(|it| waiver(it, &policy, &situation));
    let waivers = waivers.map(|it| format!("{} {}", it.waiver, it.rule)).collect();
    (decision.advice, decision.mode, waivers)
}

#[test]
fn each_kind_of_rule_enforces_again_when_its_waiver_ends() {
    let until = Millis::parse(UNTIL).unwrap();
    let before = Millis(until.0 - 1);
    let waiver = format!("waiver=w-7 until=\"{UNTIL}\"");
    let purpose = file(&format!("mode observe {waiver}"), "", "mode=enforce");
    let nothing = |_: &Dictionary, _: &mut SituationMessage| ();
    let waived = vec!["w-7 purpose suggest".to_owned()];
    assert_eq!(decided(&purpose, before, nothing), (Advice::Proceed, Mode::Observe, waived));
    let ended = (Advice::Withhold, Mode::Enforce, Vec::new());
    assert_eq!(decided(&purpose, until, nothing), ended);

    let never = file("mode rehearse", &format!("mode rehearse {waiver}"), "mode=rehearse");
    let child = |names: &Dictionary, it: &mut SituationMessage| {
        it.tags.push(names.code(Family::Tag, "child").unwrap().0);
    };
    let waived = vec!["w-7 never \"Nothing for children\"".to_owned()];
    assert_eq!(decided(&never, before, child), (Advice::Proceed, Mode::Rehearse, waived));
    assert_eq!(decided(&never, until, child), ended);

    let signal = file("mode rehearse", "", &format!("mode=observe {waiver}"));
    let gpc = |_: &Dictionary, it: &mut SituationMessage| {
        it.signals = Signals::of(&[Signal::Gpc]).bits();
    };
    let waived = vec!["w-7 signal gpc".to_owned()];
    assert_eq!(decided(&signal, before, gpc), (Advice::Proceed, Mode::Observe, waived));
    assert_eq!(decided(&signal, until, gpc), ended);
}

#[test]
fn what_is_signed_names_every_law_and_the_end() {
    let waiver = |name: &str| format!("waiver={name} until=\"{UNTIL}\"");
    let source = file(
        &format!("mode observe {}", waiver("w-1")),
        &format!("mode rehearse {}", waiver("w-2")),
        &format!("mode=observe {}", waiver("w-3")),
    );
    let source = source.replace("after collection", "after collection law=\"GDPR 5\"");
    let policy = read(&source);
    let all: Vec<String> = policy
        .waived()
        .into_iter()
        .map(|it| {
            format!("{} {} | {} | {} {}", it.waiver, it.rule, it.law, it.mode.as_str(), it.until)
        })
        .collect();
    assert_eq!(
        all,
        [
            "w-1 purpose suggest | GDPR 6; GDPR 5 | observe 2027-01-31T00:00:00.000Z",
            "w-2 never \"Nothing for children\" | UCPD | rehearse 2027-01-31T00:00:00.000Z",
            "w-3 signal gpc | CCPA | observe 2027-01-31T00:00:00.000Z",
        ]
    );
    let json = policy::canonical(&policy);
    for name in ["w-1", "w-2", "w-3"] {
        let written =
            format!("\"waiver\":{{\"name\":\"{name}\",\"until\":\"2027-01-31T00:00:00.000Z\"}}");
        assert!(json.contains(&written), "{json}");
    }
    let mistakes = policy::check(&policy, &source);
    let mistakes: Vec<_> =
        mistakes.iter().filter(|it| it.severity == policy::Severity::Mistake).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let over = policy::check_at(&policy, &source, Millis::parse(UNTIL).unwrap());
    assert_eq!(over.iter().filter(|it| it.slug == "waiver-ended").count(), 3);
}

#[test]
fn a_softer_mode_is_told_with_its_end() {
    let enforced = read(&file("", "", "mode=enforce"));
    let waived = |until: &str| {
        let waiver = format!("waiver=w-7 until=\"{until}\"");
        read(&file(
            &format!("mode observe {waiver}"),
            &format!("mode observe {waiver}"),
            "mode=enforce",
        ))
    };
    let (short, long) = (waived(UNTIL), waived("2027-02-28T00:00:00Z"));
    let said = |old: &Policy, new: &Policy| {
        let diff = policy::diff(old, new);
        diff.of(Effect::Worse).map(|it| it.said.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        said(&enforced, &short),
        [
            "“Nothing for children” is in observe until 2027-01-31T00:00:00.000Z, not enforce",
            "`suggest` is in observe until 2027-01-31T00:00:00.000Z, not enforce",
        ]
    );
    assert_eq!(said(&short, &long).len(), 2, "a later end is softer");
    assert_eq!(
        said(&short, &long)[1],
        "`suggest` is in observe until 2027-02-28T00:00:00.000Z, not observe until \
         2027-01-31T00:00:00.000Z"
    );
    assert_eq!(said(&long, &short), Vec::<String>::new());
    assert_eq!(said(&short, &enforced), Vec::<String>::new());
}
