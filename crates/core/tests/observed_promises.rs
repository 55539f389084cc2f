//! Observed promises over a whole ledger: a promise goes on across versions as long as it says the
//! same, and counts only while it is observed.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use handshake_core::event::{
    Fact, NameDeclared, PolicyPublished, Recorded, UseCarriedOut, UseDecided,
};
use handshake_core::impact::{Promise, kept, observed};
use handshake_core::policy::{Policy, Window, declared_names, hash, read};
use handshake_core::projection::{Day, State};
use handshake_core::vocabulary::{
    Act, Advice, Carried, Code, EventId, Family, Millis, Mode, Name, Position, Signal, Slot,
    Verdict,
};

const MODEL: &str = include_str!("../../../examples/ridgeline-bikes/policy.kdl");
const NOW: Millis = Millis(1_795_000_000_000);
/// 18 November 2026.
const TODAY: Day = Day(20_775);

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn changed(from: &str, to: &str) -> String {
    assert!(MODEL.contains(from), "`{from}` is not in the model");
    MODEL.replacen(from, to, 1)
}

struct Shop {
    state: State,
    next: u64,
}

impl Shop {
    fn fold(&mut self, slot: Option<Slot>, fact: Fact) -> u64 {
        let position = self.next;
        self.next += 1;
        self.state.fold(&Recorded {
            position: Position(position),
            at: NOW,
            event: EventId::NONE,
            caller: Code(1),
            slot,
            fact,
        });
        position
    }

    fn publish(&mut self, source: &str) -> Policy {
        let policy = read(source).unwrap();
        for (family, name) in declared_names(&policy) {
            if self.state.names.code(family, name.as_str()).is_none() {
                let code = u32::try_from(self.state.names.iter().count()).unwrap() + 1;
                let fact = NameDeclared {
                    code,
                    family: family.number(),
                    name: name.to_string(),
                    document: Vec::new(),
                };
                self.fold(None, Fact::NameDeclared(fact));
            }
        }
        let number = u32::try_from(self.state.policies.iter().count()).unwrap() + 1;
        let fact = PolicyPublished {
            number,
            hash: hash(&policy).to_vec(),
            source: source.to_owned(),
            ..PolicyPublished::default()
        };
        self.fold(None, Fact::PolicyPublished(fact));
        policy
    }

    /// A use of the newest policy that was done, and the lines of observed rules that failed.
    fn used(&mut self, purpose: &str, lines: &[u32], told: bool) {
        let newest = self.state.policies.newest().unwrap().number();
        let code = self.state.names.code(Family::Purpose, purpose).unwrap();
        let failed = !lines.is_empty() || !told;
        let verdict = if failed { Verdict::NotAllowed } else { Verdict::Allowed };
        let decided = UseDecided {
            policy: newest,
            engine: 1,
            act: Act::Use.number(),
            purpose: code.0,
            verdict: verdict.number(),
            advice: Advice::Proceed.number(),
            mode: Mode::Observe.number(),
            observed: lines.to_vec(),
            ..UseDecided::default()
        };
        let decision = self.fold(Some(Slot(1)), Fact::UseDecided(decided, None));
        let carried = Carried::Done.number();
        let done = UseCarriedOut { decision, carried, ..UseCarriedOut::default() };
        self.fold(Some(Slot(1)), Fact::UseCarriedOut(done, None));
    }

    #[track_caller]
    fn check(&self, promise: &Promise, missed: u64, of: u64, at_most: bool) {
        let [now, before] = kept(&self.state, promise, TODAY);
        assert_eq!((now.missed, now.uses.done, now.at_most), (missed, of, at_most));
        assert_eq!((before.missed, before.uses.done), (0, 0), "nothing came in the last quarter");
        assert_eq!((now.until, before.until.to_string().as_str()), (TODAY, "2026-09-30"));
    }
}

fn line(source: &str, part: &str) -> u32 {
    u32::try_from(source.lines().position(|it| it.contains(part)).unwrap() + 1).unwrap()
}

#[test]
fn the_model_observes_three_promises() {
    let limit = Promise::Limit(name("follow-up-email"), 2, Window::Month);
    let never = Promise::Never("No ads to buyers of children's bikes".to_owned());
    assert_eq!(observed(&read(MODEL).unwrap()), [limit, never, Promise::Signal(Signal::Dnt)]);
    let whole =
        changed("anything-else not-allowed mode=enforce", "anything-else not-allowed mode=observe");
    let all = observed(&read(&whole).unwrap());
    assert!(all.contains(&Promise::AnythingElse), "{all:?}");
    assert!(all.contains(&Promise::Purpose(name("take-orders"))), "it names no mode of its own");
    assert!(!all.contains(&Promise::Purpose(name("retarget"))), "it does");
}

#[test]
fn a_promise_goes_on_while_it_says_the_same() {
    let mut shop = Shop { state: State::default(), next: 0 };
    let limit = Promise::Limit(name("follow-up-email"), 2, Window::Month);
    shop.publish(MODEL);
    let at = line(MODEL, "at-most 2 per=month");
    shop.used("follow-up-email", &[at], true);
    shop.used("follow-up-email", &[], true);
    shop.used("retarget", &[at], true);
    shop.check(&limit, 1, 2, false);

    // The same words on another line, and then enforced.
    let moved = format!("// A line more.\n{MODEL}");
    shop.publish(&moved);
    shop.used("follow-up-email", &[at + 1], true);
    shop.used("follow-up-email", &[at], true);
    shop.check(&limit, 2, 4, false);
    shop.publish(&changed("at-most 2 per=month mode=observe", "at-most 2 per=month mode=enforce"));
    shop.used("follow-up-email", &[], true);
    shop.check(&limit, 2, 4, false);
}

#[test]
fn what_was_recorded_without_lines_counts_at_most() {
    let mut shop = Shop { state: State::default(), next: 0 };
    let source =
        changed("purpose keep-the-shop-safe {", "purpose keep-the-shop-safe {\n  mode observe");
    shop.publish(&source);
    let limit = Promise::Limit(name("follow-up-email"), 2, Window::Month);
    let whole = Promise::Purpose(name("keep-the-shop-safe"));
    shop.used("follow-up-email", &[], false);
    shop.check(&limit, 1, 1, true);
    // Of a whole purpose it does not matter which of its rules it was.
    shop.used("keep-the-shop-safe", &[], false);
    shop.used("keep-the-shop-safe", &[7, 8], true);
    shop.check(&whole, 2, 2, false);
}
