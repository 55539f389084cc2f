//! The truth table: every combination of signals, state of permission and place, and what is
//! decided. `golden/truth-table.txt` is made from it, so that no change of meaning goes unseen.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use handshake_core::decision::{
    self, Age, DatumWanted, Decision, Heard, Says, Situation, Term, decide,
};
use handshake_core::permission::Grant;
use handshake_core::policy::{self, Compiled, Policy, Statement, StatementBox};
use handshake_core::vocabulary::{
    Act, Code, Dictionary, Family, Flag, Millis, Name, Signal, Signals, Standing, Verdict,
};

const OURS: &str = include_str!("truth_table.kdl");
const MODEL: &str = include_str!("../../../examples/ridgeline-bikes/policy.kdl");

const fn day(day: i64) -> Millis {
    Millis(1_800_000_000_000 + day * 86_400_000)
}
/// Signals are first heard, the conflict is affirmed, and all is decided.
const HEARD: Millis = day(20);
const AFFIRMED: Millis = day(40);
const NOW: Millis = day(50);

/// A policy to decide by, with a full statement of each purpose and one of less.
struct Table {
    names: Dictionary,
    compiled: Compiled,
    statements: Vec<StatementBox>,
}

const ALL: u32 = 1000;
const LESS: u32 = 2000;

impl Table {
    fn new(source: &str) -> Table {
        let policy: Policy = policy::read(source).unwrap();
        let mut names = Dictionary::default();
        for (family, name) in policy::declared_names(&policy) {
            names.declare(family.number(), name.as_str());
        }
        let compiled = Compiled::new(&policy, &names, 1, policy::hash(&policy));
        let stated = |first: u32, less: bool| {
            let purposes = policy.purposes.keys().zip(first..);
            purposes
                .filter_map(|(name, code)| {
                    let mut it: Statement = policy::statement(&policy, name, "en", None).ok()?;
                    it.data.retain(|_| !less);
                    let purpose = names.code(Family::Purpose, name.as_str())?;
                    Some(compiled.statement_box((Code(code), purpose), &it))
                })
                .collect::<Vec<_>>()
        };
        let mut statements = stated(ALL, false);
        statements.extend(stated(LESS, true));
        Table { names, compiled, statements }
    }

    fn term(&self, family: Family, name: &str) -> Term {
        Term::Declared(self.names.code(family, name).unwrap())
    }

    fn decide(&self, it: &Situation) -> Decision {
        decide(&self.compiled, &self.statements, it)
    }

    /// A use of one datum, by somebody known of whom nothing is known.
    fn blank(&self, [purpose, data, recipient, channel]: [&str; 4]) -> Situation {
        Situation {
            now: NOW,
            act: Act::Use,
            purpose: self.term(Family::Purpose, purpose),
            data: vec![DatumWanted { name: self.term(Family::Data, data), collected_at: None }],
            recipient: self.term(Family::Recipient, recipient),
            channel: self.term(Family::Channel, channel),
            tags: Vec::new(),
            signals: Signals::NONE,
            heard: Vec::new(),
            other_device: false,
            affirmed_at: None,
            known: true,
            age: Age::Adult,
            standing: Standing::NotAsked,
            since: Millis(0),
            objected: false,
            grants: Vec::new(),
            recent: Vec::new(),
            last_visit: None,
            last_order: None,
            jurisdiction: String::new(),
        }
    }

    /// Where the person stands on the purpose of a situation.
    fn stands(&self, it: &mut Situation, permission: Permission) {
        let code = it.purpose.code();
        let at = |first: u32| {
            let of = self.statements.iter().filter(|it| it.code.0 / 1000 == first / 1000);
            of.filter(|it| it.purpose == code).map(|it| it.code).next().unwrap()
        };
        let (standing, since, statement) = match permission {
            Permission::NotAsked => (Standing::NotAsked, Millis(0), None),
            Permission::Asked => (Standing::Asked, day(30), None),
            Permission::Deferred => (Standing::Deferred, day(30), None),
            Permission::GrantedBefore => (Standing::Granted, day(10), Some(ALL)),
            Permission::GrantedAfter => (Standing::Granted, day(30), Some(ALL)),
            Permission::Refused => (Standing::Refused, day(30), None),
            Permission::Withdrawn => (Standing::Withdrawn, day(30), None),
            Permission::Expired => (Standing::Granted, day(-400), Some(ALL)),
            Permission::Outgrown => (Standing::Granted, day(30), Some(LESS)),
        };
        (it.standing, it.since) = (standing, since);
        it.grants = statement
            .map(|first| Grant { statement: at(first), granted_at: since })
            .into_iter()
            .collect();
    }
}

#[derive(Debug, Clone, Copy)]
enum Permission {
    NotAsked,
    Asked,
    Deferred,
    /// Before any signal was heard.
    GrantedBefore,
    GrantedAfter,
    Refused,
    Withdrawn,
    Expired,
    Outgrown,
}

impl Permission {
    const EACH: [(Permission, &'static str); 9] = [
        (Permission::NotAsked, "not_asked"),
        (Permission::Asked, "asked"),
        (Permission::Deferred, "deferred"),
        (Permission::GrantedBefore, "granted before"),
        (Permission::GrantedAfter, "granted after"),
        (Permission::Refused, "refused"),
        (Permission::Withdrawn, "withdrawn"),
        (Permission::Expired, "expired"),
        (Permission::Outgrown, "outgrown"),
    ];
}

fn gpc(it: &mut Situation, how: &str) {
    if how == "-" {
        return;
    }
    it.signals = it.signals.with(Signal::Gpc);
    it.heard.push(Heard { signal: Signal::Gpc, says: Says::Refuses, at: Some(HEARD) });
    it.affirmed_at = (how != "1").then_some(AFFIRMED);
    it.other_device = how == "affirmed, other device";
}

fn tcf(it: &mut Situation, how: &str) {
    let says = match how {
        "0" => Says::Refuses,
        "1" => Says::Grants,
        "?" => Says::Unreadable,
        _ => return,
    };
    it.heard.push(Heard { signal: Signal::Tcf, says, at: Some(HEARD) });
}

fn dnt(it: &mut Situation, how: &str) {
    if how == "1" {
        it.signals = it.signals.with(Signal::Dnt);
        it.heard.push(Heard { signal: Signal::Dnt, says: Says::Refuses, at: Some(HEARD) });
    }
}

/// One row as the golden file has it.
fn row(table: &Table, it: &Situation, facts: &[&str]) -> String {
    let decision = table.decide(it);
    let reasons: Vec<String> = decision
        .reasons
        .iter()
        .map(|it| format!("{}:{} ({})", it.clause.as_str(), it.code.as_str(), it.mode.as_str()))
        .collect();
    let flags: Vec<&str> = decision.flags.iter().map(Flag::as_str).collect();
    let cures = decision::cures(&decision, &table.compiled, &table.names, it);
    format!(
        "{} | {} | {} | {} | {} | {}",
        facts.join(" | "),
        decision.verdict.as_str(),
        decision.advice.as_str(),
        reasons.join(", "),
        flags.join(", "),
        cures.join(", "),
    )
}

fn table() -> String {
    let table = Table::new(OURS);
    let mut text = "purpose | place | gpc | tcf | dnt | permission | verdict | advice | reasons | \
                    flags | cures\n"
        .to_owned();
    let uses =
        [["retarget", "seen.viewed", "exchange", "ads"], ["suggest", "seen.viewed", "us", "web"]];
    for of in uses {
        let [tcfs, dnts] = match of {
            ["retarget", ..] => [&["-", "0", "1", "?"][..], &["-"][..]],
            _ => [&["-"][..], &["-", "1"][..]],
        };
        for place in ["", "EU", "US", "US-CA"] {
            for how_gpc in ["-", "1", "affirmed", "affirmed, other device"] {
                for (how_tcf, how_dnt) in
                    tcfs.iter().flat_map(|tcf| dnts.iter().map(move |dnt| (*tcf, *dnt)))
                {
                    for (permission, stands) in Permission::EACH {
                        let mut it = table.blank(of);
                        place.clone_into(&mut it.jurisdiction);
                        table.stands(&mut it, permission);
                        gpc(&mut it, how_gpc);
                        tcf(&mut it, how_tcf);
                        dnt(&mut it, how_dnt);
                        let place = if place.is_empty() { "unknown" } else { place };
                        let facts = [of[0], place, how_gpc, how_tcf, how_dnt, stands];
                        writeln!(text, "{}", row(&table, &it, &facts).trim_end()).unwrap();
                    }
                }
            }
        }
    }
    text
}

#[test]
fn the_table_is_as_it_was() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/truth-table.txt");
    let text = table();
    if writing() {
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<String> = text
        .lines()
        .zip(golden.lines().chain(std::iter::repeat("(nothing)")))
        .filter(|(is, was)| is != was)
        .take(5)
        .map(|(is, was)| format!("is  {is}\nwas {was}"))
        .collect();
    assert_eq!(changed, [""; 0], "meaning has changed: if that is right, `cargo xtask golden`");
    assert_eq!(text.lines().count(), golden.lines().count());
}

#[expect(clippy::disallowed_methods, reason = "how `cargo xtask golden` asks for new tables")]
fn writing() -> bool {
    std::env::var("HANDSHAKE_GOLDEN").is_ok_and(|it| it == "write")
}

/// What the order of combination must come to for retargeting in the model, row by row.
#[test]
fn the_model_combines_as_written() {
    use Permission::*;
    let table = Table::new(MODEL);
    let check = |said: (&str, &str), permission, place: &str, expected: (bool, &str, &str)| {
        let mut it = table.blank(["retarget", "behaviour.viewed", "velo-exchange", "ads"]);
        place.clone_into(&mut it.jurisdiction);
        table.stands(&mut it, permission);
        gpc(&mut it, said.0);
        tcf(&mut it, said.1);
        let decision = table.decide(&it);
        // A promise about the same signal says the same once more.
        let first = decision.reasons.iter().find(|it| it.clause.as_str() != "never");
        let reason = first.map_or("", |it| match it.clause.as_str() {
            "basis" => it.code.as_str(),
            clause => clause,
        });
        let flags: Vec<&str> = decision.flags.iter().map(Flag::as_str).collect();
        let is = (decision.verdict == Verdict::Allowed, reason, flags.join(" "));
        let expected = (expected.0, expected.1, expected.2.to_owned());
        assert_eq!(is, expected, "{said:?} {permission:?} {place}: {decision:#?}");
    };
    check(("1", "-"), NotAsked, "US-CA", (false, "gpc", ""));
    check(("1", "-"), GrantedBefore, "US-CA", (false, "gpc", ""));
    check(("affirmed", "-"), GrantedBefore, "US-CA", (true, "", "affirmed"));
    check(("affirmed, other device", "-"), GrantedBefore, "US-CA", (false, "gpc", ""));
    check(("1", "1"), NotAsked, "EU", (false, "gpc", ""));
    check(("-", "0"), GrantedAfter, "EU", (true, "", "signal_conflict"));
    check(("-", "0"), GrantedBefore, "EU", (false, "tcf", ""));
    check(("-", "1"), Withdrawn, "EU", (false, "withdrawn", ""));
    check(("-", "-"), NotAsked, "EU", (false, "no_permission", ""));
    check(("-", "?"), GrantedAfter, "EU", (true, "", "signal_unreadable"));
    check(("-", "?"), NotAsked, "EU", (false, "no_permission", "signal_unreadable"));
    check(("-", "1"), NotAsked, "EU", (true, "", ""));
}

/// A name that the tests above take for granted.
#[test]
fn the_model_is_the_one_meant() {
    let policy = policy::read(MODEL).unwrap();
    let retarget = policy.purposes.get(&Name::new("retarget").unwrap()).unwrap();
    assert_eq!(retarget.stops_for, [Signal::Gpc, Signal::Dnt].into());
}
