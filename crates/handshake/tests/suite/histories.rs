//! Random histories: whatever happened, the state rebuilt from the ledger is the live one byte for
//! byte (I4), every verdict is made again (I5), and no use on permission was ever allowed outside
//! what was agreed (I1).

use handshake::ingest::{
    Answering, AskWanted, Assignment, Behaviour, Caller, Counted, Device, DutyNews, DutyTold, Line,
    Link, Objecting, Outcome, Publishing, Question, Request, Signing, Site, Turn, Value, Visitor,
    Wanted, WantedDatum, Who, Wish,
};
use handshake_core::decision::{Age, Situation, decide, digest};
use handshake_core::event::Fact;
use handshake_core::vocabulary::{
    Act, Answer, Carried, Millis, Name, PersonId, Position, Signal, Signals, Verdict,
};
use proptest::prelude::*;

use crate::shop::{Shop, fresh, root};

/// Something a shop, a visitor or a manager does.
#[derive(Debug, Clone)]
enum Deed {
    Order(u8, u8),
    View(u8, u8),
    Recommend(Option<u8>, u8),
    Answer { customer: u8, purpose: u8, answer: u8 },
    Decide { customer: Option<u8>, purpose: u8, data: u8, recipient: u8, channel: u8, gpc: bool },
    Report { back: u8, done: bool },
    Object { customer: u8, purpose: u8, lifted: bool },
    Duty { customer: u8, duty: u8 },
    SignWaiver(u8),
    Count,
    Link(u8),
    Publish,
    Wait(u16),
}

const PURPOSES: [&str; 7] = [
    "show-recommendations",
    "help-others-choose",
    "follow-up-email",
    "retarget",
    "fit-advice",
    "take-orders",
    "nobody-declared-this",
];
const DATA: [&str; 7] = [
    "interest",
    "behaviour.viewed",
    "behaviour.carted",
    "contact.email",
    "device.ad-id",
    "body.height",
    "undeclared.thing",
];
const RECIPIENTS: [&str; 4] = ["us", "mailer", "velo-exchange", "stranger"];
const CHANNELS: [&str; 5] = ["web", "email", "ads", "app", "telegraph"];
const DUTIES: [&str; 8] = ["stop", "tell", "thank", "check", "sort", "note", "answer", ""];
/// One duty for each thing that may happen, with times short enough to be late in a history.
const TIMED: &str = "  must tell within=3 days of=objection\n  must thank within=1 hour of=grant\n  \
                     must check within=1 week of=order\n  must sort within=2 days of=use\n  must \
                     note within=1 month of=collection\n  must answer within=1 month of=request\n";
const CALLER: Caller<'static> = Caller { name: "history", coins: true };

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => (0..4u8, 1..4u8).prop_map(|(who, lines)| Deed::Order(who, lines)),
        4 => (0..4u8, 0..4u8).prop_map(|(who, item)| Deed::View(who, item)),
        2 => (prop::option::weighted(0.9, 0..4u8), 0..5u8)
            .prop_map(|(who, item)| Deed::Recommend(who, item)),
        6 => (0..4u8, 0..5u8, 0..4u8)
            .prop_map(|(customer, purpose, answer)| Deed::Answer { customer, purpose, answer }),
        8 => (
            prop::option::weighted(0.9, 0..4u8), 0..7u8, 0..7u8, 0..4u8, 0..5u8,
            prop::bool::weighted(0.05),
        )
            .prop_map(|(customer, purpose, data, recipient, channel, gpc)| {
                Deed::Decide { customer, purpose, data, recipient, channel, gpc }
            }),
        3 => (0..6u8, any::<bool>()).prop_map(|(back, done)| Deed::Report { back, done }),
        2 => (0..4u8, 0..5u8, any::<bool>())
            .prop_map(|(customer, purpose, lifted)| Deed::Object { customer, purpose, lifted }),
        3 => (0..4u8, 0..8u8).prop_map(|(customer, duty)| Deed::Duty { customer, duty }),
        1 => (0..3u8).prop_map(Deed::SignWaiver),
        1 => Just(Deed::Count),
        1 => (0..4u8).prop_map(Deed::Link),
        1 => Just(Deed::Publish),
        2 => (1..500u16).prop_map(Deed::Wait),
    ]
}

fn pick<'a>(from: &[&'a str], at: u8) -> &'a str {
    from[usize::from(at) % from.len()]
}

/// Plays deeds on a site, remembering the decisions made.
struct Player {
    now: Millis,
    version: u32,
    decisions: Vec<Position>,
    allowed_outside: Vec<String>,
}

impl Player {
    fn play(&mut self, site: &Site, deed: &Deed) {
        let request = Request::internal(None);
        let mut turn = site.turn(self.now, &request).unwrap();
        self.now = Millis(self.now.0 + 1000);
        let customers = ["0", "1", "2", "3"];
        match deed {
            Deed::Wait(hours) => self.now = self.now.plus_hours(i64::from(*hours)),
            Deed::Order(who, lines) => {
                let lines = vec![Line { item: "1" }; usize::from(*lines)];
                let value = Some(Value { amount: "12.50", currency: "EUR" });
                behave(&mut turn, pick(&customers, *who), ("order", &lines, value));
            }
            Deed::View(who, item) => {
                let lines = [Line { item: pick(&customers, *item) }];
                behave(&mut turn, pick(&customers, *who), ("view", &lines, None));
            }
            Deed::Recommend(who, item) => {
                let who = who.map_or(Who::Nobody, |it| Who::Customer(pick(&customers, it)));
                let item = customers.get(usize::from(*item)).copied();
                let wish = Wish { who, item, limit: 5, signals: Signals::NONE };
                let recommended = turn.recommend(CALLER, &wish).unwrap();
                self.decisions.push(recommended.decided.position);
            }
            Deed::Answer { customer, purpose, answer } => {
                let (who, purpose) = (pick(&customers, *customer), pick(&PURPOSES[..5], *purpose));
                answer_it(&mut turn, who, purpose, *answer);
            }
            Deed::Decide { customer, purpose, data, recipient, channel, gpc } => {
                let who = customer.map_or(Who::Nobody, |it| Who::Customer(pick(&customers, it)));
                let names = [(&PURPOSES[..], *purpose), (&DATA, *data), (&RECIPIENTS, *recipient)];
                self.decide(&mut turn, who, names.map(|(of, at)| pick(of, at)), (*channel, *gpc));
            }
            Deed::Report { back, done } => {
                self.report(&mut turn, usize::from(*back), *done);
            }
            Deed::Object { .. } | Deed::Duty { .. } | Deed::SignWaiver(_) => {
                promised(&mut turn, deed, self.now);
            }
            Deed::Count => {
                let counted = Counted { metric: "visits", count: 3, imported: false };
                turn.count(CALLER, &request, &counted).unwrap();
            }
            Deed::Link(who) => {
                let customer = pick(&customers, *who);
                let new_person = PersonId(fresh().unwrap());
                let link = Link { person: None, customer, age: Age::Adult, new_person };
                turn.link(CALLER, &request, &link).unwrap();
            }
            Deed::Publish => {
                self.version += 1;
                publish(&mut turn, self.version);
                // What was announced a day ahead now rules.
                self.now = self.now.plus_hours(25);
            }
        }
        if let Some(ticket) = turn.commit().unwrap() {
            ticket.wait().unwrap();
        }
    }

    fn decide(
        &mut self,
        turn: &mut Turn<'_>,
        who: Who<'_>,
        [purpose, name, recipient]: [&str; 3],
        (channel, gpc): (u8, bool),
    ) {
        let wanted = Wanted {
            who,
            act: Act::Use,
            purpose,
            data: &[WantedDatum { name, collected_at: None }],
            recipient,
            channel: pick(&CHANNELS, channel),
            tags: &[],
            device: Device::of(if gpc { Signals::of(&[Signal::Gpc]) } else { Signals::NONE }),
            jurisdiction: "EU",
            campaign: Some("spring"),
            assignment: Some(Assignment {
                experiment: "colour",
                arm: 1,
                allocation: &[400_000, 600_000],
            }),
        };
        let decided = turn.decide(CALLER, &Request::internal(None), &wanted).unwrap();
        self.decisions.push(decided.position);
        if decided.verdict == Verdict::Allowed && !agreed(turn, &wanted) {
            self.allowed_outside.push(format!("{wanted:?}"));
        }
    }

    fn report(&self, turn: &mut Turn<'_>, back: usize, done: bool) {
        let nth = self.decisions.len().checked_sub(1 + back);
        let Some(&decision) = nth.and_then(|at| self.decisions.get(at)) else { return };
        let outcome = Outcome {
            decision,
            carried: Some(if done { Carried::Done } else { Carried::Withheld }),
            because: "deadline",
            metric: Some("click"),
            value: Some(Value { amount: "0.10", currency: "EUR" }),
            assumed: false,
            only_of: None,
        };
        // A decision older than 35 days can no longer be reported on.
        let _late = turn.report(CALLER, &Request::internal(None), &outcome);
    }
}

/// Deeds about duties and waivers.
fn promised(turn: &mut Turn<'_>, deed: &Deed, now: Millis) {
    let customers = ["0", "1", "2", "3"];
    let request = Request::internal(None);
    match deed {
        Deed::Object { customer, purpose, lifted } => {
            let who = Who::Customer(pick(&customers, *customer));
            let purpose = pick(&PURPOSES[..5], *purpose);
            let objecting = Objecting { who, purpose, lifted: *lifted };
            // Nobody may be known by this number yet.
            let _unknown = turn.object(CALLER, &request, &objecting);
        }
        Deed::Duty { customer, duty } => {
            let who = Who::Customer(pick(&customers, *customer));
            let what = match pick(&DUTIES, *duty) {
                "" => DutyNews::Requested,
                duty => DutyNews::Done(duty),
            };
            let told = DutyTold { who, purpose: "follow-up-email", what };
            // Nothing of the kind may be open.
            let _none = turn.duty(CALLER, &request, &told);
        }
        Deed::SignWaiver(number) => {
            let signing = Signing {
                waiver: pick(&["w-1", "w-2"], *number),
                rule: "signal gpc",
                law: "11 CCR 7025",
                until: now.plus_days(20),
                by: &Name::new("ana").unwrap(),
                because: "the exchange does not read it yet",
            };
            turn.sign_waiver(CALLER, &request, &signing).unwrap();
        }
        Deed::Order(..)
        | Deed::View(..)
        | Deed::Recommend(..)
        | Deed::Answer { .. }
        | Deed::Decide { .. }
        | Deed::Report { .. }
        | Deed::Count
        | Deed::Link(_)
        | Deed::Publish
        | Deed::Wait(_) => (),
    }
}

fn behave(
    turn: &mut Turn<'_>,
    customer: &str,
    (what, lines, value): (&str, &[Line<'_>], Option<Value<'_>>),
) {
    let it = Behaviour {
        who: Who::Customer(customer),
        what,
        lines,
        query: "",
        order: "17",
        value,
        channel: Some("web"),
        signals: Signals::NONE,
        imported: false,
        new_person: PersonId(fresh().unwrap()),
    };
    turn.collect(CALLER, &Request::internal(None), &it).unwrap();
}

fn answer_it(turn: &mut Turn<'_>, customer: &str, purpose: &str, answer: u8) {
    let answer = [Answer::Granted, Answer::Refused, Answer::Deferred, Answer::Withdrawn]
        [usize::from(answer)];
    let visitor =
        Visitor { person: None, refused: &[], asked_this_visit: 0, asked_this_quarter: 0 };
    let interest = (purpose == "show-recommendations").then_some("interest.mountain");
    let wanted = AskWanted {
        visitor,
        purpose: Some(purpose),
        interest,
        language: Some("en"),
        signals: Signals::NONE,
    };
    let request = Request::internal(None);
    let asked = turn.next_ask(fresh().unwrap(), &wanted).unwrap();
    let person = turn.permissions(Who::Customer(customer)).ok().map(|it| it.person);
    let question = match (&asked, person, answer) {
        (Some(asked), Some(person), Answer::Granted | Answer::Refused | Answer::Deferred) => {
            turn.shown(CALLER, &request, &asked.shown).unwrap();
            Question::Shown(&asked.shown, Some(person))
        }
        _ => Question::Stated {
            who: Who::Customer(customer),
            purpose,
            statement: None,
            language: None,
        },
    };
    let new_person = PersonId(fresh().unwrap());
    let gesture = "click";
    turn.answer(
        CALLER,
        &request,
        &Answering { question, answer, gesture, simulated: false, new_person },
    )
    .unwrap();
}

/// I1 by brute force, from the words people agreed to and nothing compiled: the datum, recipient
/// and channel of an allowed use on permission lie in some statement that was granted.
fn agreed(turn: &Turn<'_>, wanted: &Wanted<'_>) -> bool {
    let policy = turn.state().policies.in_force(turn.at).unwrap();
    let purpose = policy.policy.purposes.iter().find(|(name, _)| name.as_str() == wanted.purpose);
    let Some((_, purpose)) = purpose else { return false };
    if !purpose.basis.is_permission() {
        return true;
    }
    let Ok(stands) = turn.permissions(wanted.who) else { return false };
    let stands = stands.permissions.iter().find(|it| it.purpose == wanted.purpose).unwrap();
    let name = wanted.data[0].name;
    let leaves = policy
        .policy
        .leaves()
        .filter(|leaf| leaf.as_str() == name || leaf.as_str().starts_with(&format!("{name}.")));
    let statements: Vec<_> = stands
        .agreed
        .iter()
        .map(|(id, _, _)| {
            let code = turn
                .state()
                .names
                .code(handshake_core::vocabulary::Family::Statement, &id.to_string())
                .unwrap();
            turn.state().policies.statement(code).unwrap().clone()
        })
        .collect();
    leaves.into_iter().all(|leaf| {
        statements.iter().any(|it| {
            it.data.contains(leaf)
                && it.recipients.iter().any(|it| it.as_str() == wanted.recipient)
                && it.channels.iter().any(|it| it.as_str() == wanted.channel)
        })
    })
}

/// Each version wants more than the last: another channel, then other data.
fn publish(turn: &mut Turn<'_>, version: u32) {
    let first = turn.state().policies.newest().is_none();
    let effective = if first { turn.at } else { turn.at.plus_days(1) };
    let source =
        std::fs::read_to_string(root().join("examples/ridgeline-bikes/policy.kdl")).unwrap();
    let source = source
        .replace("version=7 replaces=6", &format!("version={version}"))
        .replace("2026-12-01T00:00:00Z", &effective.to_string());
    let source = source.replace(
        "  must stop within=48 hours of=withdrawal\n",
        &format!("  must stop within=48 hours of=withdrawal\n{TIMED}"),
    );
    let wider = source.replacen(
        "  with us\n  on web app\n",
        "  with us mailer\n  on web app email\n",
        usize::from(version.is_multiple_of(2)),
    );
    let replaces = turn.state().policies.newest().map(|it| it.hash());
    let publishing = Publishing { source: &wider, replaces };
    turn.publish(CALLER, &Request::internal(None), &publishing).unwrap();
}

#[expect(clippy::wildcard_enum_match_arm, reason = "decisions only, of all kinds there may be")]
fn policies_and_replay(site: &Site) -> (u64, Vec<Position>) {
    let (policies, _) =
        site.look(|state| state.policies.iter().cloned().collect::<Vec<_>>()).unwrap();
    let (mut replayed, mut differing) = (0, Vec::new());
    site.reader()
        .read_all(Position(0), &mut |it| {
            let (decided, situation) = match &it.fact {
                Fact::UseDecided(decided, Some(situation)) => (decided, situation),
                Fact::UseCounted(counted) => {
                    (counted.decided.as_ref().unwrap(), counted.situation.as_ref().unwrap())
                }
                _ => return,
            };
            let situation = Situation::from_message(situation, it.at).unwrap();
            let policy = &policies[usize::try_from(decided.policy).unwrap() - 1];
            let again = decide(&policy.compiled, &policy.statements, &situation);
            replayed += 1;
            if digest(&again) != decided.digest {
                differing.push(it.position);
            }
        })
        .unwrap();
    (replayed, differing)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_history_folds_to_the_same_state_and_the_same_verdicts(
        deeds in prop::collection::vec(deed(), 1..120)
    ) {
        let shop = Shop::new();
        let site = shop.open();
        let mut player = Player {
            now: Millis(1_800_000_000_000),
            version: 7,
            decisions: Vec::new(),
            allowed_outside: Vec::new(),
        };
        player.play(&site, &Deed::Publish);
        deeds.iter().for_each(|it| player.play(&site, it));
        prop_assert_eq!(&player.allowed_outside, &Vec::<String>::new());
        let live = site.dump().unwrap();
        drop(site);
        let site = shop.open();
        let rebuilt = site.dump().unwrap();
        prop_assert_eq!(live, rebuilt);
        let (replayed, differing) = policies_and_replay(&site);
        prop_assert_eq!(differing, Vec::<Position>::new());
        prop_assert_eq!(replayed, u64::try_from(player.decisions.len()).unwrap());
    }
}

/// The random histories reach every moment a duty may count from; this one does for certain.
#[test]
fn whatever_a_duty_counts_from_opens_it() {
    let shop = Shop::new();
    let site = shop.open();
    let mut player = Player {
        now: Millis(1_800_000_000_000),
        version: 7,
        decisions: Vec::new(),
        allowed_outside: Vec::new(),
    };
    let email = 2;
    let granted = Deed::Answer { customer: 1, purpose: email, answer: 0 };
    let of = |(opened, deed): (&'static str, Deed)| {
        player.play(&site, &deed);
        let (open, _) = site
            .look(|state| {
                state.duties.kinds().map(|(_, it)| it.of.as_str()).collect::<Vec<_>>().join(" ")
            })
            .unwrap();
        assert_eq!(open, opened, "{deed:?}");
    };
    let wanted = Deed::Decide {
        customer: Some(1),
        purpose: email,
        data: 1,
        recipient: 1,
        channel: 1,
        gpc: false,
    };
    [
        ("", Deed::Publish),
        ("", Deed::Link(1)),
        ("grant", granted),
        ("grant collection", Deed::View(1, 1)),
        ("grant collection order", Deed::Order(1, 1)),
        ("grant collection order", wanted),
        ("grant collection order", Deed::Report { back: 0, done: false }),
        ("grant collection order use", Deed::Report { back: 0, done: true }),
        (
            "grant collection order use objection",
            Deed::Object { customer: 1, purpose: email, lifted: false },
        ),
        (
            "grant collection order use objection withdrawal",
            Deed::Answer { customer: 1, purpose: email, answer: 3 },
        ),
        (
            "grant collection order use objection withdrawal request",
            Deed::Duty { customer: 1, duty: 7 },
        ),
    ]
    .into_iter()
    .for_each(of);
    let (open, _) = site.look(|state| state.duties.counts(Millis(0)).0).unwrap();
    assert_eq!(open, 7);
    for duty in 0..7 {
        player.play(&site, &Deed::Duty { customer: 1, duty });
    }
    let (open, _) = site.look(|state| state.duties.counts(Millis(0)).0).unwrap();
    assert_eq!(open, 0);
}
