//! Edits of policy files: what is meant changes as asked, and of the text nothing else does.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::BTreeSet;

use handshake_core::policy::{
    self, Anchor, Basis, Category, Change, ChangeKind, Channel, Duty, Edit, EditError, Feature,
    InReturn, Keep, Limit, Line, Never, NeverLine, Policy, Purpose, PurposeLine, Recipient,
    RecipientKind, SignalTerm, Texts, Window,
};
use handshake_core::vocabulary::{Millis, Mode, Name, Period, Signal, Unit};
use proptest::prelude::*;

const MODEL: &str = include_str!("../../../examples/ridgeline-bikes/policy.kdl");
const GIFTS: &str = include_str!("../../../examples/gift-shop/policy.kdl");
const NO_LINE: Line = Line(0);

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn names(text: &str) -> BTreeSet<Name> {
    text.split_whitespace().map(name).collect()
}

fn purpose(of: &str, line: PurposeLine) -> Edit {
    Edit::Purpose(name(of), line)
}

#[track_caller]
fn read(source: &str) -> Policy {
    policy::read(source).unwrap_or_else(|said| {
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        panic!("{}\n{source}", said.join("\n"))
    })
}

/// The lines that an edit takes away and puts in.
#[track_caller]
fn changed(source: &str, edit: &Edit) -> String {
    let text = policy::edit(source, edit).unwrap();
    let (old, new): (Vec<&str>, Vec<&str>) = (source.lines().collect(), text.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let first = old.iter().zip(&new).take_while(same).count();
    let (old, new) = (&old[first..], &new[first..]);
    let last = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let minus = old[..old.len() - last].iter().map(|it| format!("-{it}\n"));
    let plus = new[..new.len() - last].iter().map(|it| format!("+{it}\n"));
    minus.chain(plus).collect()
}

fn keep(count: u32, unit: Unit, after: Anchor) -> Keep {
    Keep { period: Period { count, unit }, after, law: None, line: NO_LINE }
}

fn limit(count: u32, per: Window, mode: Option<Mode>) -> Limit {
    Limit { count, per, mode, line: NO_LINE }
}

#[test]
fn a_line_changes_and_its_comment_stays() {
    let limits = vec![limit(3, Window::Month, Some(Mode::Observe))];
    let edits = [
        purpose(
            "take-orders",
            PurposeLine::Keep(Some(Keep {
                law: Some("tax".to_owned()),
                ..keep(7, Unit::Years, Anchor::Order)
            })),
        ),
        purpose("follow-up-email", PurposeLine::AtMost(limits)),
        purpose("show-recommendations", PurposeLine::Uses(names("interest purchase.items"))),
        purpose("retarget", PurposeLine::Mode(None)),
        purpose("fit-advice", PurposeLine::Basis(Basis::Contract)),
        purpose(
            "keep-the-shop-safe",
            PurposeLine::AskAgain(Some(Period { count: 1, unit: Unit::Years })),
        ),
        Edit::Version(8),
        Edit::Replaces(None),
        Edit::Effective(Millis::parse("2027-01-01T00:00:00Z").unwrap()),
        Edit::Change(Some(Change { text: "Say \"hello\".".to_owned(), kind: ChangeKind::Wording })),
        Edit::Never(0, NeverLine::Mode(Some(Mode::Observe))),
        Edit::Never(1, NeverLine::Law(None)),
        Edit::Never(1, NeverLine::Recipients(names("velo-exchange"), BTreeSet::new())),
        Edit::Never(2, NeverLine::Says("No ads to parents".to_owned())),
        Edit::AddChannel(name("phone")),
        Edit::AddData(name("behaviour.returned"), leaf()),
    ];
    let said: Vec<String> = edits.iter().map(|it| changed(MODEL, it)).collect();
    insta::assert_snapshot!(said.join("\n"));
}

fn leaf() -> Category {
    Category { label: None, sensitive: false, from: BTreeSet::new(), line: NO_LINE }
}

#[test]
fn a_purpose_is_renamed_and_removed_wherever_it_is_named() {
    let rename = Edit::RenamePurpose { from: name("retarget"), to: name("remind") };
    let back = Edit::RenamePurpose { from: name("remind"), to: name("retarget") };
    let renamed = policy::edit(MODEL, &rename).unwrap();
    assert!(!renamed.contains("retarget"), "{renamed}");
    assert_eq!(policy::edit(&renamed, &back).unwrap(), MODEL);
    read(&renamed);

    for gone in read(MODEL).purposes.keys() {
        let text = policy::edit(MODEL, &Edit::RemovePurpose(gone.clone())).unwrap();
        let policy = read(&text);
        assert!(!policy.purposes.contains_key(gone));
        let old = read(MODEL);
        let others = |it: &Policy| -> Vec<(Name, Purpose)> {
            let strip = |(name, it): (&Name, &Purpose)| (name.clone(), without_lines(it.clone()));
            let mut all: Vec<_> = it.purposes.iter().map(strip).collect();
            all.retain(|it| it.0 != *gone);
            all.iter_mut().for_each(|it| it.1.holdouts.retain(|it| it.of != *gone));
            all
        };
        assert_eq!(others(&policy), others(&old), "{gone}");
    }
    insta::assert_snapshot!(changed(MODEL, &Edit::RemovePurpose(name("fit-advice"))));
}

#[test]
fn what_is_added_and_removed_again_leaves_no_trace() {
    let lines = vec![
        PurposeLine::On(names("email")),
        PurposeLine::Says([("en".to_owned(), "Write to you.".to_owned())].into()),
        PurposeLine::Basis(Basis::Permission { explicit: false }),
        PurposeLine::Uses(names("contact.email")),
        PurposeLine::With(names("us mailer")),
    ];
    for source in [MODEL.to_owned(), GIFTS.to_owned(), GIFTS.replace('\n', "\r\n")] {
        let added = policy::edit(&source, &Edit::AddPurpose(name("write"), lines.clone())).unwrap();
        assert!(added.contains("purpose write {"));
        let removed = policy::edit(&added, &Edit::RemovePurpose(name("write"))).unwrap();
        assert_eq!(removed, source);
        let count = read(&source).nevers.len();
        let promise = vec![NeverLine::Channels(names("ads")), NeverLine::Mode(Some(Mode::Observe))];
        let never = Edit::AddNever("No ads".to_owned(), promise);
        let added = policy::edit(&source, &never).unwrap();
        assert_eq!(read(&added).nevers[count].says, "No ads");
        assert_eq!(policy::edit(&added, &Edit::RemoveNever(count)).unwrap(), source);
    }
}

#[test]
fn mistakes_say_what_is_missing() {
    let told = |source: &str, edit: &Edit| policy::edit(source, edit).unwrap_err().to_string();
    let edits = [
        purpose("nothing", PurposeLine::Mode(None)),
        Edit::RemoveNever(7),
        Edit::AddPurpose(name("retarget"), Vec::new()),
        Edit::AddChannel(name("web")),
        Edit::AddData(name("behaviour.viewed"), leaf()),
        Edit::AddData(name("mood.today"), leaf()),
        Edit::RenamePurpose { from: name("retarget"), to: name("fit-advice") },
    ];
    let said: Vec<String> = edits.iter().map(|it| told(MODEL, it)).collect();
    insta::assert_snapshot!(said.join("\n"));
    let unreadable = policy::edit("a {", &edits[0]).unwrap_err();
    assert!(matches!(unreadable, EditError::Unreadable(_)), "{unreadable}");
    assert_eq!(told("a", &Edit::Version(2)), "there is no `policy` in the file");
}

#[test]
fn what_no_edit_knows_stays() {
    let known = "basis permission\n";
    let more = "basis permission in=EU,UK // asked\n  basis legitimate-interest in=US\n";
    let source = MODEL.replacen(known, more, 1);
    let basis = purpose("show-recommendations", PurposeLine::Basis(Basis::Contract));
    let said = "-  basis permission in=EU,UK // asked\n+  basis contract in=EU,UK // asked\n";
    assert_eq!(changed(&source, &basis), said);
    let source = MODEL.replacen("mode enforce\n", "mode observe waiver=w-7\n", 1);
    let mode = purpose("show-recommendations", PurposeLine::Mode(Some(Mode::Rehearse)));
    let said = "-  mode observe waiver=w-7\n+  mode rehearse waiver=w-7\n";
    assert_eq!(changed(&source, &mode), said);
}

/// One of several lines, with white space in it and a comment behind it.
fn line(all: Vec<&'static str>) -> impl Strategy<Value = (String, &'static str)> {
    let gap = prop::sample::select(vec![" ", "  ", "      ", "\t"]);
    let comment = prop::sample::select(vec!["", "", "  // why", " // { not; a \"block\" }"]);
    let words = prop::sample::select(all);
    (words, gap, comment).prop_map(|(words, gap, comment)| (words.replacen(' ', gap, 1), comment))
}

/// Lines in braces, on one line or on many.
fn block(lines: Vec<(String, &'static str)>, flat: bool) -> String {
    if flat {
        let words: Vec<String> = lines.into_iter().map(|it| it.0).collect();
        return format!("{{ {} }}", words.join("; "));
    }
    let lines: String =
        lines.iter().map(|(words, comment)| format!("    {words}{comment}\n")).collect();
    format!("{{ // begins\n{lines}  // ends\n}}")
}

fn purposes() -> impl Strategy<Value = String> {
    let purpose = (
        line(vec![
            "says en=\"It is {interest} \\\"so\\\".\" de=\"Sie; {interest}\"",
            "says de=\"b\" en=\"a\"",
        ]),
        line(vec![
            "basis permission",
            "basis contract",
            "basis legal-duty law=\"x; y\"",
            "basis \"permission\" explicit",
        ]),
        line(vec![
            "uses seen.viewed bought",
            "uses \"seen.viewed\"",
            "uses interest bought.items seen",
        ]),
        line(vec!["with us", "with us mailer", "with \"mailer\" us"]),
        line(vec!["on web", "on web email"]),
        prop::option::of(line(vec![
            "keep 1 month after collection",
            "keep 13 months after last-visit law=tax",
        ])),
        prop::option::of(line(vec!["at-most 2 per=month", "at-most 1 per=\"week\" mode=observe"])),
        prop::option::of(line(vec!["stops-for objection gpc", "stops-for dnt objection"])),
        prop::option::of(line(vec![
            "unit-cost 0.0010 EUR per message",
            "mode observe",
            "in-return gift \"A gift\"",
        ])),
        any::<bool>(),
    );
    purpose.prop_map(|(says, basis, uses, with, on, a, b, c, d, flat)| {
        let lines = [Some(says), Some(basis), Some(uses), Some(with), Some(on), a, b, c, d];
        block(lines.into_iter().flatten().collect(), flat)
    })
}

fn promises() -> impl Strategy<Value = String> {
    let never = (
        prop::option::of(line(vec!["data seen", "data any", "data seen.viewed bought"])),
        line(vec![
            "purposes p0",
            "purposes any",
            "purposes p0 \"p1\"",
            "recipients kind=third-party",
            "channels web",
        ]),
        prop::option::of(line(vec!["when signal=gpc", "when tag=\"gift\"", "mode observe"])),
        any::<bool>(),
    );
    never.prop_map(|(data, what, when, flat)| {
        let lines = [data, Some(what), when];
        format!("never \"It; is {{so}}\" {}", block(lines.into_iter().flatten().collect(), flat))
    })
}

/// A file whose author had habits: white space, comments, lines of several things.
fn files() -> impl Strategy<Value = String> {
    let all = (prop::collection::vec(purposes(), 2..4), prop::collection::vec(promises(), 0..3));
    (all, any::<bool>(), any::<bool>()).prop_map(|((purposes, nevers), crlf, early)| {
        let purposes = purposes.iter().enumerate();
        let purposes: Vec<String> =
            purposes.map(|(at, it)| format!("purpose p{at}  {it} // p{at}\n")).collect();
        let nevers = nevers.join("\n");
        let (first, second) = match early {
            true => (nevers, purposes.join("\n")),
            false => (purposes.join(""), nevers),
        };
        let text = format!("{HEAD}{first}\n// between\n{second}\n{TAIL}");
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

const HEAD: &str = r#"// A shop.
policy shop   version=3 replaces=2   effective="2026-01-01T00:00:00Z" {
  controller "Shop" contact="a@b.example"
  applies-in EU UK;  languages en de
  currency EUR;  time-zone "Europe/London"
  anything-else not-allowed mode=enforce // else
}
data { seen "What; you {do}" { viewed; searched }; bought { items
  value }
  interest }
tags { gift from=bought.items }
recipients {
  us "Us" kind=ourselves; mailer  "Mail" kind=processor
}
channels { web; email }

"#;
const TAIL: &str = r#"signals { gpc means=objection to=p0,p1; dnt means=objection to="p1" mode=observe }
worth {
  p0 0.10 EUR per=order source="books" // booked
}"#;

fn subset(of: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<Name>> {
    prop::sample::subsequence(of, 1..=of.len()).prop_map(|it| it.into_iter().map(name).collect())
}

fn modes() -> impl Strategy<Value = Option<Mode>> {
    prop::sample::select(vec![None, Some(Mode::Enforce), Some(Mode::Observe)])
}

fn purpose_lines() -> impl Strategy<Value = PurposeLine> {
    let text = || prop::sample::select(vec!["plain", "with \"quotes\" \\ and {interest}", "; }"]);
    let data = &["seen", "bought", "seen.viewed", "bought.items", "interest"];
    let limits = prop::sample::subsequence(
        vec![
            limit(2, Window::Month, None),
            limit(1, Window::Week, Some(Mode::Observe)),
            limit(9, Window::Day, Some(Mode::Rehearse)),
        ],
        0..=3,
    );
    let signals = prop::sample::subsequence(vec![Signal::Gpc, Signal::Dnt], 0..=2);
    let keeps = vec![
        None,
        Some(keep(1, Unit::Months, Anchor::Collection)),
        Some(Keep { law: Some("tax".to_owned()), ..keep(2, Unit::Years, Anchor::Order) }),
    ];
    let bases = vec![
        Basis::Permission { explicit: true },
        Basis::Permission { explicit: false },
        Basis::Contract,
        Basis::LegitimateInterest { assessment: Some("a.md".to_owned()) },
        Basis::LegalDuty { law: None },
    ];
    let within = Some(Period { count: 48, unit: Unit::Hours });
    let duty = |what: &str, within, of: Option<&str>| Duty {
        what: name(what),
        when: None,
        within,
        of: of.map(str::to_owned),
        line: NO_LINE,
    };
    let duties = prop::sample::subsequence(
        vec![duty("stop", within, Some("withdrawal")), duty("tell", None, None)],
        0..=2,
    );
    let gift = InReturn { name: name("gift"), label: "Another \"gift\"".into(), line: NO_LINE };
    let texts = |(en, de): (&str, &str)| -> Texts {
        [("en".to_owned(), en.to_owned()), ("de".to_owned(), de.to_owned())].into()
    };
    prop_oneof![
        (text(), text()).prop_map(move |it| PurposeLine::Says(texts(it))),
        prop::sample::select(bases).prop_map(PurposeLine::Basis),
        subset(data).prop_map(PurposeLine::Uses),
        subset(&["us", "mailer"]).prop_map(PurposeLine::With),
        subset(&["web", "email"]).prop_map(PurposeLine::On),
        prop::sample::select(keeps).prop_map(PurposeLine::Keep),
        limits.prop_map(PurposeLine::AtMost),
        duties.prop_map(PurposeLine::Must),
        prop::option::of(Just(Period { count: 2, unit: Unit::Years }))
            .prop_map(PurposeLine::AskAgain),
        prop::option::of(Just(gift)).prop_map(PurposeLine::InReturn),
        prop::sample::subsequence(Feature::ALL.to_vec(), 0..=2)
            .prop_map(|it| PurposeLine::Serves(it.into_iter().collect())),
        (any::<bool>(), signals).prop_map(|(objection, signals)| PurposeLine::StopsFor {
            objection,
            signals: signals.into_iter().collect(),
        }),
        modes().prop_map(PurposeLine::Mode),
        prop::option::of(text()).prop_map(|it| PurposeLine::Law(it.map(str::to_owned))),
        Just(PurposeLine::UnitCost(None)),
    ]
}

fn never_lines() -> impl Strategy<Value = NeverLine> {
    let some = |of| prop_oneof![Just(BTreeSet::new()), subset(of)];
    let kinds = prop::sample::subsequence(vec![RecipientKind::Processor], 0..=1);
    prop_oneof![
        Just(NeverLine::Says("Another \"promise\"".to_owned())),
        some(&["seen", "bought.items"]).prop_map(NeverLine::Data),
        some(&["p0", "p1"]).prop_map(NeverLine::Purposes),
        kinds.prop_map(|it| {
            let named = if it.is_empty() { names("mailer") } else { BTreeSet::new() };
            NeverLine::Recipients(named, it.into_iter().collect())
        }),
        some(&["web"]).prop_map(NeverLine::Channels),
        prop::option::of(Just(name("gift"))).prop_map(|tag| NeverLine::When { signal: None, tag }),
        modes().prop_map(NeverLine::Mode),
        prop::option::of(Just("the \"law\"".to_owned())).prop_map(NeverLine::Law),
    ]
}

fn edits() -> impl Strategy<Value = Edit> {
    let change = Change { text: "Now \"more\".".to_owned(), kind: ChangeKind::Meaning };
    let recipient = Recipient {
        label: "Net; Ltd".to_owned(),
        kind: RecipientKind::ThirdParty,
        country: Some("US".to_owned()),
        sale: true,
        tcf_vendor: Some(7),
        line: NO_LINE,
    };
    let derived = Category { from: names("interest bought.items"), ..leaf() };
    let labelled = Category { label: Some("New {}".to_owned()), sensitive: true, ..leaf() };
    prop_oneof![
        10 => (0..2, purpose_lines()).prop_map(|(at, it)| purpose(&format!("p{at}"), it)),
        4 => (0..2usize, never_lines()).prop_map(|(at, it)| Edit::Never(at, it)),
        1 => (4..9u32).prop_map(Edit::Version),
        1 => prop::option::of(0..3u32).prop_map(|it| Edit::Replaces(it.filter(|it| *it != 0))),
        1 => Just(Edit::Effective(Millis(1_800_000_000_000))),
        1 => prop::option::of(Just(change)).prop_map(Edit::Change),
        1 => Just(Edit::AddData(name("seen.fresh"), derived)),
        1 => Just(Edit::AddData(name("interest.more"), leaf())),
        1 => Just(Edit::AddData(name("fresh"), labelled)),
        1 => Just(Edit::AddRecipient(name("net"), recipient)),
        1 => Just(Edit::AddChannel(name("4you"))),
        1 => Just(Edit::RenamePurpose { from: name("p0"), to: name("other") }),
    ]
}

/// The same change to the model.
fn meant(policy: &mut Policy, edit: &Edit) {
    let edit = edit.clone();
    match edit {
        Edit::Version(it) => policy.version = it,
        Edit::Replaces(it) => policy.replaces = it,
        Edit::Effective(it) => policy.effective = it,
        Edit::Change(it) => policy.change = it,
        Edit::Purpose(name, line) => purpose_says(policy.purposes.get_mut(&name).unwrap(), line),
        Edit::Never(at, line) => never_says(&mut policy.nevers[at], line),
        Edit::AddData(name, it) => drop(policy.data.insert(name, it)),
        Edit::AddRecipient(name, it) => drop(policy.recipients.insert(name, it)),
        Edit::AddChannel(name) => drop(policy.channels.insert(name, Channel { line: NO_LINE })),
        Edit::RenamePurpose { from, to } => {
            let one = |it: Name| if it == from { to.clone() } else { it };
            let set =
                |it: &mut BTreeSet<Name>| *it = std::mem::take(it).into_iter().map(one).collect();
            let it = policy.purposes.remove(&from).unwrap();
            policy.purposes.insert(to.clone(), it);
            policy.nevers.iter_mut().for_each(|it| {
                set(&mut it.purposes);
                set(&mut it.except);
            });
            policy.signals.values_mut().for_each(|it: &mut SignalTerm| set(&mut it.to));
            if let Some(it) = policy.worth.remove(&from) {
                policy.worth.insert(to.clone(), it);
            }
        }
        Edit::AddPurpose(..)
        | Edit::RemovePurpose(_)
        | Edit::AddNever(..)
        | Edit::RemoveNever(_) => {
            panic!("these have tests of their own")
        }
    }
}

fn purpose_says(it: &mut Purpose, line: PurposeLine) {
    match line {
        PurposeLine::Says(is) => it.says = is,
        PurposeLine::Basis(is) => it.basis = is,
        PurposeLine::Uses(is) => it.uses = is,
        PurposeLine::With(is) => it.with = is,
        PurposeLine::On(is) => it.on = is,
        PurposeLine::Keep(is) => it.keep = is,
        PurposeLine::AtMost(is) => it.limits = is,
        PurposeLine::Must(is) => it.duties = is,
        PurposeLine::AskAgain(is) => it.ask_again = is,
        PurposeLine::InReturn(is) => it.in_return = is,
        PurposeLine::Serves(is) => it.serves = is,
        PurposeLine::StopsFor { objection, signals } => {
            (it.stops_for_objection, it.stops_for) = (objection, signals);
        }
        PurposeLine::Mode(is) => it.mode = is,
        PurposeLine::Law(is) => it.law = is,
        PurposeLine::UnitCost(is) => it.unit_cost = is,
    }
}

fn never_says(it: &mut Never, line: NeverLine) {
    match line {
        NeverLine::Says(is) => it.says = is,
        NeverLine::Data(is) => it.data = is,
        NeverLine::Purposes(is) => it.purposes = is,
        NeverLine::Except(is) => it.except = is,
        NeverLine::Recipients(named, kinds) => {
            (it.recipients, it.recipient_kinds) = (named, kinds);
        }
        NeverLine::Channels(is) => it.channels = is,
        NeverLine::When { signal, tag } => (it.when_signal, it.when_tag) = (signal, tag),
        NeverLine::Mode(is) => it.mode = is,
        NeverLine::Law(is) => it.law = is,
    }
}

fn without_lines(it: Purpose) -> Purpose {
    let line = |it: Keep| Keep { line: NO_LINE, ..it };
    Purpose {
        keep: it.keep.map(line),
        limits: it.limits.into_iter().map(|it| Limit { line: NO_LINE, ..it }).collect(),
        duties: it.duties.into_iter().map(|it| Duty { line: NO_LINE, ..it }).collect(),
        holdouts: it
            .holdouts
            .into_iter()
            .map(|it| policy::Holdout { line: NO_LINE, ..it })
            .collect(),
        in_return: it.in_return.map(|it| InReturn { line: NO_LINE, ..it }),
        unit_cost: it.unit_cost.map(|it| policy::Cost { line: NO_LINE, ..it }),
        line: NO_LINE,
        basis_line: NO_LINE,
        uses_line: NO_LINE,
        with_line: NO_LINE,
        on_line: NO_LINE,
        stops_for_line: NO_LINE,
        ..it
    }
}

/// Which node of the file an edit is about, as its first words.
fn about(edit: &Edit) -> Option<String> {
    if let Edit::Purpose(name, _) = edit { Some(format!("purpose {name}")) } else { None }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// What is read after an edit is what was meant, the comments are all there, and the same
    /// edit again finds nothing to change.
    #[test]
    fn edits_say_what_was_meant_and_nothing_else(source in files(), edit in edits()) {
        let mut wanted = read(&source);
        if let Edit::Never(at, _) = &edit {
            prop_assume!(*at < wanted.nevers.len());
        }
        meant(&mut wanted, &edit);
        let text = policy::edit(&source, &edit).unwrap();
        let got = match policy::read(&text) {
            Ok(got) => got,
            // Some changes make a policy that cannot be read, whoever makes them.
            Err(said) => {
                let known = ["missing-node", "bad-number", "duplicate"];
                prop_assert!(said.iter().all(|it| known.contains(&it.slug)), "{said:?}\n{text}");
                return Ok(());
            }
        };
        prop_assert_eq!(policy::canonical(&got), policy::canonical(&wanted), "{}\n{}", source, text);
        let comments = |it: &str| it.matches("//").count();
        let taken = comments(&source) - comments(&text);
        // Where a line is taken away, what was said beside it goes with it.
        prop_assert!(taken <= 1, "{source}\n{text}");
        if !matches!(edit, Edit::AddData(..) | Edit::AddRecipient(..) | Edit::AddChannel(_) | Edit::RenamePurpose { .. }) {
            prop_assert_eq!(&policy::edit(&text, &edit).unwrap(), &text);
        }
        prop_assert_eq!(source.contains("\r\n"), text.contains("\r\n"));
        prop_assert!(!source.contains("\r\n") || text.matches('\n').count() == text.matches("\r\n").count());
    }

    /// Only lines of the purpose change, and of these only such as speak of what was changed.
    #[test]
    fn other_lines_stay_byte_for_byte(source in files(), at in 0..2, line in purpose_lines()) {
        let edit = purpose(&format!("p{at}"), line);
        let text = policy::edit(&source, &edit).unwrap();
        let before: Vec<&str> = source.split('\n').collect();
        let after: Vec<&str> = text.split('\n').collect();
        let first = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let last = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
        if before != after {
            let last = last.min(before.len() - first);
            let start = before.iter().position(|it| it.starts_with(&format!("{}  ", about(&edit).unwrap()))).unwrap();
            let end = start + before[start..].iter().position(|it| it.contains(&format!("}} // p{at}"))).unwrap();
            prop_assert!(start <= first, "{source}\n{text}");
            prop_assert!(before.len() - last <= end + 1, "{source}\n{text}");
            let touched = before.len() - last - first;
            let many = matches!(&edit, Edit::Purpose(_, PurposeLine::AtMost(_) | PurposeLine::Must(_)));
            prop_assert!(touched <= 1 || many, "{touched} lines\n{source}\n{text}");
        }
    }

    /// Saying something else and then again what was said before leaves the same bytes.
    #[test]
    fn taken_back_is_as_before(source in files(), at in 0..2, other in 0..4) {
        let of = format!("p{at}");
        let old = read(&source).purposes[&name(&of)].clone();
        let says = |it: &str| -> Texts { old.says.keys().map(|key| (key.clone(), it.to_owned())).collect() };
        let (there, back) = match other {
            0 => (PurposeLine::Says(says("else")), PurposeLine::Says(old.says.clone())),
            1 if old.keep.is_some() => {
                let law = old.keep.as_ref().unwrap().law.clone();
                let other = Keep { law, ..keep(5, Unit::Weeks, Anchor::Order) };
                (PurposeLine::Keep(Some(other)), PurposeLine::Keep(old.keep.clone()))
            }
            2 if old.keep.is_none() => {
                let other = keep(5, Unit::Weeks, Anchor::Order);
                (PurposeLine::Keep(Some(other)), PurposeLine::Keep(None))
            }
            _ => {
                let law = Some("new".to_owned());
                (PurposeLine::Law(law), PurposeLine::Law(old.law.clone()))
            }
        };
        let text = policy::edit(&source, &purpose(&of, there)).unwrap();
        prop_assert_ne!(&text, &source);
        prop_assert_eq!(policy::edit(&text, &purpose(&of, back)).unwrap(), source);
    }

    /// Whatever the text and the edit, there is an answer, and it has the form of a policy.
    #[test]
    fn no_text_breaks_an_edit(source in "[a-z {};\"=/\\n\\\\]{0,60}", edit in edits()) {
        if let Ok(text) = policy::edit(&source, &edit) {
            prop_assert!(!matches!(policy::edit(&text, &Edit::Version(1)), Err(EditError::Unreadable(_))));
        }
    }
}
