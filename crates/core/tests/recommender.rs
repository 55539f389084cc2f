//! What people took back is gone from the recommender, exactly: as if it had never been there.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use handshake_core::decision::{Age, DatumWanted, Situation, Term, decide};
use handshake_core::event::{
    AnswerGiven, Considered, DataCollected, DataPersonal, Fact, IdentityLinked, IdentityPersonal,
    NameDeclared, ObjectionMade, PolicyPublished, Recorded, SignalPersonal, SignalReceived,
};
use handshake_core::personalise::{Recommender, Suggested, Wish, fold};
use handshake_core::policy::{self, CompiledPurpose, declared_names};
use handshake_core::projection::State;
use handshake_core::vocabulary::{
    Act, Answer, Code, EventId, Family, Millis, Name, Position, Signal, Signals, Slot, Verdict,
};
use proptest::prelude::*;

const POLICY: &str = r#"policy shop version=1 effective="2026-01-01T00:00:00Z" {
  controller "Shop Ltd" contact="privacy@shop.example"
  applies-in EU
  languages en
  currency EUR
  time-zone "Europe/London"
  minors below=16 need=guardian
  anything-else not-allowed mode=enforce
}
data {
  behaviour { viewed; carted }
  purchase { items; value }
  deal { answers }
}
recipients { us "Shop" kind=ourselves }
channels { web }
purpose take-orders {
  says en="Take your order: what you bought."
  basis contract
  uses purchase
  with us
  on web
  keep 7 years after order
}
purpose mine {
  says en="Use what you look at, put in your cart and buy to choose for you."
  basis permission
  uses behaviour purchase.items
  with us
  on web
  keep 3 months after last-visit
  ask-again after=6 months
  serves recommendations
  stops-for objection dnt
}
purpose ours {
  says en="Use what you look at and buy to choose for others."
  basis permission
  uses behaviour.viewed purchase.items
  with us
  on web
  keep 2 months after collection
  serves pooled-recommendations
  stops-for objection dnt gpc
}
signals {
  dnt means=objection to=mine,ours binds=device,person
  gpc means=objection to=ours binds=device,person
}
"#;

/// What a later policy says otherwise.
const CHANGES: [(&str, &str); 5] = [
    ("uses behaviour.viewed purchase.items", "uses purchase.items"),
    ("keep 2 months after collection", "keep 2 weeks after collection"),
    ("serves pooled-recommendations", "mode enforce"),
    ("stops-for objection dnt gpc", "stops-for objection"),
    ("keep 3 months after last-visit", "keep 3 days after last-visit"),
];
const START: &str = "2026-01-05T09:00:00Z";
const ITEMS: [&str; 6] = ["mug", "cup", "jug", "pot", "pan", "lid"];
const PURPOSES: [&str; 2] = ["mine", "ours"];
const DAY_MS: i64 = 24 * 3600 * 1000;

/// A site in memory, and every fact that made it.
#[derive(Default)]
struct Shop {
    facts: Vec<Recorded>,
    state: State,
    recommender: Recommender,
    at: Millis,
    versions: u32,
}

impl Shop {
    fn new() -> Shop {
        let mut shop = Shop { at: Millis::parse(START).unwrap(), ..Shop::default() };
        for what in ["view", "cart", "order"] {
            shop.declare(Family::Happening, what, Vec::new());
        }
        shop.publish(POLICY);
        shop
    }

    fn push(&mut self, slot: Option<u32>, fact: Fact) {
        let it = Recorded {
            position: Position(self.facts.len().try_into().unwrap()),
            at: self.at,
            event: EventId::NONE,
            caller: Code::NONE,
            slot: slot.map(Slot),
            fact,
        };
        fold(&mut self.state, &mut self.recommender, &it);
        self.facts.push(it);
    }

    fn declare(&mut self, family: Family, name: &str, document: Vec<u8>) -> Code {
        if let Some(code) = self.state.names.code(family, name) {
            return code;
        }
        let code = self.state.names.next();
        let (family, name) = (family.number(), name.to_owned());
        self.push(None, Fact::NameDeclared(NameDeclared { code: code.0, family, name, document }));
        code
    }

    fn publish(&mut self, source: &str) {
        self.versions += 1;
        let source = source.replace("version=1", &format!("version={}", self.versions));
        let read = policy::read(&source).unwrap();
        for (family, name) in declared_names(&read) {
            self.declare(family, name.as_str(), Vec::new());
        }
        let hash = policy::hash(&read).to_vec();
        let fact =
            PolicyPublished { number: self.versions, hash, source, ..PolicyPublished::default() };
        self.push(None, Fact::PolicyPublished(fact));
    }

    fn know(&mut self, slot: u32) {
        let personal = IdentityPersonal {
            person: vec![u8::try_from(slot % 255 + 1).unwrap(); 16],
            ..identity(0)
        };
        let mut personal = personal;
        personal.person[..4].copy_from_slice(&slot.to_be_bytes());
        self.push(Some(slot), Fact::IdentityLinked(IdentityLinked::default(), Some(personal)));
    }

    fn answer(&mut self, slot: u32, purpose: &str, answer: Answer) {
        let code = self.state.names.code(Family::Purpose, purpose).unwrap();
        let statement = match answer {
            Answer::Withdrawn => Code::NONE,
            Answer::Granted | Answer::Refused | Answer::Deferred => {
                let name = Name::new(purpose).unwrap();
                let policy = self.state.policies.in_force(self.at).unwrap().policy.clone();
                let it = policy::statement(&policy, &name, "en", None).unwrap();
                self.declare(Family::Statement, &it.id.to_string(), it.document())
            }
        };
        let given = AnswerGiven {
            purpose: code.0,
            statement: statement.0,
            answer: answer.number(),
            ..AnswerGiven::default()
        };
        self.push(Some(slot), Fact::AnswerGiven(given, None));
    }

    fn object(&mut self, slot: u32, purpose: &str, lifted: bool) {
        let purpose = self.state.names.code(Family::Purpose, purpose).unwrap().0;
        self.push(Some(slot), Fact::ObjectionMade(ObjectionMade { purpose, lifted, request: 0 }));
    }

    fn signal(&mut self, slot: u32, signals: &[Signal]) {
        let personal = SignalPersonal { signals: Signals::of(signals).bits(), heard: 0 };
        self.push(Some(slot), Fact::SignalReceived(SignalReceived {}, Some(personal)));
    }

    fn age(&mut self, slot: u32, age: Age) {
        self.push(
            Some(slot),
            Fact::IdentityLinked(IdentityLinked::default(), Some(identity(age.number()))),
        );
    }

    /// Somebody does something; each purpose is asked whether it may have it, as at the doors.
    fn happens(&mut self, slot: u32, what: &str, items: &[&str]) {
        let leaves: &[&str] = match what {
            "view" => &["behaviour.viewed"],
            "cart" => &["behaviour.carted"],
            _ => &["purchase.items", "purchase.value"],
        };
        let published = self.state.policies.in_force(self.at).unwrap();
        let mut considered = Vec::new();
        for purpose in &published.compiled.purposes {
            let uses = |it: &&&str| {
                let code = self.state.names.code(Family::Data, it).unwrap();
                published.compiled.data(code).unwrap().is_subset(&purpose.boxes[0].data)
            };
            let used: Vec<&str> = leaves.iter().filter(uses).copied().collect();
            if used.is_empty() {
                continue;
            }
            let decision = self.judge(slot, purpose, Act::Collect, &used, None);
            considered.push(Considered {
                purpose: purpose.code.0,
                verdict: decision.verdict.number(),
                advice: decision.advice.number(),
                ..Considered::default()
            });
        }
        let clear = DataCollected {
            policy: published.number(),
            what: self.state.names.code(Family::Happening, what).unwrap().0,
            considered,
            ..DataCollected::default()
        };
        let items = items.iter().map(|&it| it.to_owned()).collect();
        let personal = DataPersonal { items, ..DataPersonal::default() };
        self.push(Some(slot), Fact::DataCollected(clear, Some(personal)));
    }

    fn judge(
        &self,
        slot: u32,
        purpose: &CompiledPurpose,
        act: Act,
        data: &[&str],
        collected_at: Option<Millis>,
    ) -> handshake_core::decision::Decision {
        let published = self.state.policies.in_force(self.at).unwrap();
        let names = &self.state.names;
        let person = self.state.people.person(Slot(slot)).unwrap();
        let (standing, since) = person.permissions.answered(purpose.code);
        let declared = |family, name: &str| Term::Declared(names.code(family, name).unwrap());
        let datum = |it: &&str| DatumWanted { name: declared(Family::Data, it), collected_at };
        let situation = Situation {
            now: self.at,
            act,
            purpose: Term::Declared(purpose.code),
            data: data.iter().map(datum).collect(),
            recipient: declared(Family::Recipient, "us"),
            channel: declared(Family::Channel, "web"),
            tags: Vec::new(),
            signals: person.signals(),
            heard: Vec::new(),
            other_device: false,
            affirmed_at: None,
            known: true,
            age: person.age(),
            standing,
            since,
            objected: person.objected(purpose.code),
            grants: person.permissions.grants(purpose.code).collect(),
            recent: Vec::new(),
            last_visit: person.last_visit(),
            last_order: person.last_order(),
            jurisdiction: String::new(),
        };
        decide(&published.compiled, &published.statements, &situation)
    }

    fn wait(&mut self, ms: i64) {
        self.at = Millis(self.at.0 + ms);
    }

    /// Lets time pass as the next request would.
    fn pass(&mut self) {
        self.recommender.pass(&self.state, self.at);
    }

    /// The same facts folded anew, but for those left out.
    fn rebuilt(&self, keeps: impl Fn(&Recorded) -> bool) -> Shop {
        let mut shop = Shop { at: self.at, ..Shop::default() };
        for it in self.facts.iter().filter(|it| keeps(it)) {
            fold(&mut shop.state, &mut shop.recommender, it);
        }
        shop.pass();
        shop
    }

    /// Everything anybody could be recommended.
    fn answers(&mut self, people: u32) -> Vec<Vec<Suggested>> {
        let mut all = Vec::new();
        for person in (0..people).map(|it| Some(Slot(it))).chain([None]) {
            for item in ITEMS.iter().copied().map(Some).chain([None]) {
                all.push(self.recommender.suggest(&Wish { person, item, limit: 4 }, |_| true));
            }
        }
        all
    }

    /// Whatever is held of anybody, by the lines of the dump: (is it their own, slot, began, kinds).
    fn held(&self) -> Vec<(bool, u32, Millis, u8)> {
        let dump = self.recommender.dump();
        let held = dump.lines().filter_map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let (own, at) = match words[0] {
                "pooled" => (false, 2),
                "own" => (true, 1),
                _ => return None,
            };
            let started = Millis::parse(words[at + 1]).unwrap();
            Some((own, words[at].parse().unwrap(), started, words[at + 3].parse().unwrap()))
        });
        held.collect()
    }
}

fn identity(age: u32) -> IdentityPersonal {
    IdentityPersonal { person: Vec::new(), alias: Vec::new(), age }
}

fn is_data_of(it: &Recorded, slot: u32) -> bool {
    it.slot == Some(Slot(slot)) && matches!(it.fact, Fact::DataCollected(..))
}

#[derive(Debug, Clone)]
enum Deed {
    Happens(u32, u8, Vec<u8>),
    Answer(u32, u8, u32),
    Object(u32, u8, bool),
    Signal(u32, u8),
    Age(u32, u32),
    Publish(u8, u8),
    Wait(i64),
}

const PEOPLE: u32 = 4;

fn deed() -> impl Strategy<Value = Deed> {
    let item = || 0..6u8;
    prop_oneof![
        10 => (0..PEOPLE, 0..4u8, prop::collection::vec(item(), 1..4))
            .prop_map(|(who, what, items)| Deed::Happens(who, what, items)),
        5 => (0..PEOPLE, 0..2u8, prop::sample::select(vec![1, 1, 1, 2, 3, 4u32]))
            .prop_map(|(who, purpose, answer)| Deed::Answer(who, purpose, answer)),
        1 => (0..PEOPLE, 0..2u8, any::<bool>())
            .prop_map(|(who, purpose, lifted)| Deed::Object(who, purpose, lifted)),
        1 => (0..PEOPLE, 0..4u8).prop_map(|(who, signals)| Deed::Signal(who, signals)),
        1 => (0..PEOPLE, 1..4u32).prop_map(|(who, age)| Deed::Age(who, age)),
        1 => (0..6u8, 0..40u8).prop_map(|(change, days)| Deed::Publish(change, days)),
        4 => prop_oneof![
            1000 * 60 * 60..1000 * 60 * 60 * 3i64,
            1000..1000 * 60 * 40i64,
            DAY_MS..DAY_MS * 40,
        ].prop_map(Deed::Wait),
    ]
}

fn play(shop: &mut Shop, deed: &Deed) {
    shop.wait(1000);
    match deed {
        Deed::Happens(who, what, items) => {
            let items: Vec<&str> = items.iter().map(|it| ITEMS[usize::from(*it)]).collect();
            let what = ["view", "view", "cart", "order"][usize::from(*what)];
            shop.happens(*who, what, &items);
        }
        Deed::Answer(who, purpose, answer) => {
            let answer = Answer::from_number(*answer).unwrap();
            shop.answer(*who, PURPOSES[usize::from(*purpose)], answer);
        }
        Deed::Object(who, purpose, lifted) => {
            shop.object(*who, PURPOSES[usize::from(*purpose)], *lifted);
        }
        Deed::Signal(who, bits) => {
            let signals = [Signal::Gpc, Signal::Dnt];
            let set = signals.into_iter().filter(|it| bits >> (*it as u8) & 1 != 0);
            shop.signal(*who, &set.collect::<Vec<_>>());
        }
        Deed::Age(who, age) => shop.age(*who, Age::from_number(*age)),
        Deed::Publish(change, days) => {
            let effective = shop.at.plus_days(i64::from(*days)).to_string();
            let source = POLICY.replace("2026-01-01T00:00:00Z", &effective);
            let change = CHANGES.get(usize::from(*change));
            shop.publish(&change.map_or(source.clone(), |(was, is)| source.replace(was, is)));
        }
        Deed::Wait(ms) => shop.wait(*ms),
    }
}

fn played(deeds: &[Deed]) -> Shop {
    let mut shop = Shop::new();
    (0..PEOPLE).for_each(|it| shop.know(it));
    // Most histories begin with a yes, so that there is something to forget.
    for (who, purpose) in [(0, 0), (0, 1), (1, 1), (2, 1), (2, 0)] {
        shop.answer(who, PURPOSES[purpose], Answer::Granted);
    }
    deeds.iter().for_each(|it| play(&mut shop, it));
    shop
}

/// Whatever ends both purposes for somebody.
fn depart(shop: &mut Shop, who: u32, how: u8) {
    match how {
        0 => PURPOSES.iter().for_each(|it| shop.answer(who, it, Answer::Withdrawn)),
        1 => PURPOSES.iter().for_each(|it| shop.object(who, it, false)),
        2 => shop.age(who, Age::Minor),
        _ => {
            // A change of policy may say that no signal stops it any more.
            shop.signal(who, &[Signal::Dnt, Signal::Gpc]);
            PURPOSES.iter().for_each(|it| shop.answer(who, it, Answer::Withdrawn));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// What somebody took back is as if it had never been; a new yes brings nothing back; and
    /// folding everything again gives the same.
    #[test]
    fn what_is_taken_back_leaves_nothing(
        before in prop::collection::vec(deed(), 0..60),
        how in 0..4u8,
        after in prop::collection::vec(deed(), 0..20),
    ) {
        let mut shop = played(&before);
        depart(&mut shop, 0, how);
        let gone = shop.facts.len();
        let mut without = shop.rebuilt(|it| !is_data_of(it, 0));
        prop_assert_eq!(shop.recommender.dump(), without.recommender.dump());
        prop_assert!(!shop.held().iter().any(|it| it.1 == 0));
        prop_assert_eq!(shop.answers(PEOPLE), without.answers(PEOPLE));

        PURPOSES.iter().for_each(|it| shop.answer(0, it, Answer::Granted));
        after.iter().for_each(|it| play(&mut shop, it));
        shop.pass();
        let mut again = shop.rebuilt(|_| true);
        prop_assert_eq!(shop.recommender.dump(), again.recommender.dump());
        prop_assert_eq!(shop.answers(PEOPLE), again.answers(PEOPLE));
        let gone = Position(gone.try_into().unwrap());
        let mut without = shop.rebuilt(|it| !is_data_of(it, 0) || gone <= it.position);
        prop_assert_eq!(shop.recommender.dump(), without.recommender.dump());
        prop_assert_eq!(shop.answers(PEOPLE), without.answers(PEOPLE));
    }

    /// Whatever is held may be held now, asked of the decision itself.
    #[test]
    fn nothing_outlives_its_permission(deeds in prop::collection::vec(deed(), 0..80)) {
        let mut shop = played(&[]);
        for deed in deeds {
            play(&mut shop, &deed);
            shop.pass();
            for (own, slot, started, kinds) in shop.held() {
                let purpose = if own { "mine" } else { "ours" };
                let code = shop.state.names.code(Family::Purpose, purpose).unwrap();
                let published = shop.state.policies.in_force(shop.at).unwrap();
                let purpose = published.compiled.purpose_of(code).unwrap();
                let leaves = ["behaviour.viewed", "behaviour.carted", "purchase.items"];
                for leaf in (0..).zip(leaves).filter(|it| kinds >> it.0 & 1 != 0).map(|it| it.1) {
                    let said = shop.judge(slot, purpose, Act::Use, &[leaf], Some(started));
                    prop_assert_eq!(said.verdict, Verdict::Allowed, "{:?}", said.reasons);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A thousand people who allow nothing change nothing for anybody.
    #[test]
    fn who_allows_nothing_changes_nothing(
        deeds in prop::collection::vec(deed(), 20..60),
        strangers in prop::collection::vec((0..60usize, 0..4u8, 0..6u8), 1000),
    ) {
        let mut with = played(&[]);
        (0..1000).for_each(|it| with.know(PEOPLE + it));
        for (at, deed) in deeds.iter().enumerate() {
            play(&mut with, deed);
            for (stranger, it) in (PEOPLE..).zip(&strangers).filter(|it| it.1.0 == at) {
                let what = ["view", "cart", "order", "order"][usize::from(it.1)];
                with.happens(stranger, what, &[ITEMS[usize::from(it.2)], "only-theirs"]);
                if it.1 == 3 {
                    with.answer(stranger, PURPOSES[usize::from(it.2 % 2)], Answer::Refused);
                }
            }
        }
        with.pass();
        let mut without = with.rebuilt(|it| it.slot.is_none_or(|it| it.0 < PEOPLE));
        prop_assert_eq!(with.recommender.dump(), without.recommender.dump());
        prop_assert_eq!(with.answers(PEOPLE), without.answers(PEOPLE));
        prop_assert!(!with.recommender.dump().contains("only-theirs"));
    }
}

fn items(found: &[Suggested]) -> Vec<&str> {
    found.iter().map(|it| it.item.as_str()).collect()
}

/// A shop where somebody helps others by what they looked at.
fn helped() -> Shop {
    let mut shop = Shop::new();
    shop.know(0);
    shop.know(1);
    shop.answer(0, "ours", Answer::Granted);
    shop.answer(1, "mine", Answer::Granted);
    shop.happens(0, "view", &["mug"]);
    shop.happens(0, "view", &["cup"]);
    shop.happens(1, "view", &["mug"]);
    shop
}

#[track_caller]
fn check_helped(shop: &mut Shop, expected: &[&str]) {
    shop.pass();
    let wish = Wish { person: Some(Slot(1)), item: None, limit: 3 };
    let found = shop.recommender.suggest(&wish, |_| true);
    assert_eq!(items(&found), expected);
}

#[test]
fn data_goes_at_the_moment_its_time_is_up() {
    let mut shop = helped();
    check_helped(&mut shop, &["cup"]);
    // Two calendar months after 5 January.
    shop.at = Millis(Millis::parse("2026-03-05T09:00:00Z").unwrap().0 - 1);
    shop.pass();
    assert_eq!(shop.held().len(), 2);
    shop.wait(1);
    check_helped(&mut shop, &[]);
    assert_eq!(shop.held().len(), 1, "their own is kept for three months");
    shop.at = Millis::parse("2026-04-05T09:00:00Z").unwrap();
    shop.pass();
    assert_eq!(shop.held(), []);
    assert!(!shop.recommender.dump().contains("ends"), "{}", shop.recommender.dump());
}

#[test]
fn what_is_popular_is_so_lately() {
    let mut shop = helped();
    let popular = |shop: &mut Shop| {
        shop.pass();
        let wish = Wish { person: None, item: None, limit: 9 };
        let found = shop.recommender.suggest(&wish, |_| true);
        found.into_iter().map(|it| (it.item, it.people)).collect::<Vec<_>>()
    };
    let counted = |list: &[(&str, u32)]| -> Vec<(String, u32)> {
        list.iter().map(|it| (it.0.to_owned(), it.1)).collect()
    };
    shop.know(2);
    shop.answer(2, "ours", Answer::Granted);
    shop.happens(2, "view", &["mug"]);
    shop.wait(DAY_MS);
    shop.happens(2, "view", &["mug", "pot"]);
    assert_eq!(popular(&mut shop), counted(&[("mug", 2), ("cup", 1), ("pot", 1)]));
    shop.wait(29 * DAY_MS);
    assert_eq!(popular(&mut shop), counted(&[("mug", 1), ("pot", 1)]));
    shop.answer(2, "ours", Answer::Withdrawn);
    assert_eq!(popular(&mut shop), []);
}

#[test]
fn a_narrower_policy_lets_go_of_what_it_no_longer_covers() {
    for (at, (was, is)) in CHANGES.iter().enumerate() {
        let mut shop = helped();
        shop.wait(4 * DAY_MS);
        let effective = shop.at.plus_days(20).to_string();
        let source = POLICY.replace("2026-01-01T00:00:00Z", &effective).replace(was, is);
        shop.publish(&source);
        shop.wait(20 * DAY_MS - 1);
        check_helped(&mut shop, &["cup"]);
        shop.wait(1);
        shop.pass();
        let held: Vec<bool> = shop.held().iter().map(|it| it.0).collect();
        let expected: &[bool] = match at {
            0..=2 => &[true],
            3 => &[false, true],
            _ => &[false],
        };
        assert_eq!(held, expected, "{is}");
    }
}

#[test]
fn only_items_a_purpose_may_have_come_in() {
    let mut shop = helped();
    // `ours` may have what was viewed and bought, and nothing of a cart.
    shop.happens(0, "cart", &["pan"]);
    shop.happens(0, "order", &["pot"]);
    let dump = shop.recommender.dump();
    assert!(dump.contains(r#"["mug", "cup", "pot"]"#), "{dump}");
    assert!(!dump.contains("pan"), "{dump}");
    let bought = POLICY.replace("uses behaviour.viewed purchase.items", "uses purchase.value");
    shop.publish(&bought.replace("what you look at and buy", "the value of what you buy"));
    shop.answer(0, "ours", Answer::Granted);
    shop.happens(0, "order", &["lid"]);
    assert!(!shop.recommender.dump().contains("lid"), "its value may be used, not what it was");
}
