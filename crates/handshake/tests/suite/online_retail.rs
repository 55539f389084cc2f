//! The main job on a real shop's year: what is reported is what the file says.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read as _;

use flate2::read::GzDecoder;
use handshake_core::decision::{Situation, decide, digest};
use handshake_core::event::Fact;
use handshake_core::impact::{Evidence, Report, report};
use handshake_core::vocabulary::{Act, Position, Tally};
use rust_decimal::Decimal;

use crate::shop::{Files, NOW, Shop, root};

/// What the files say, read without any of the product's code.
struct Counted {
    lines: u64,
    orders: u64,
    customers: u64,
    value: Decimal,
    /// Customer and time of each order, in order of time.
    sequence: Vec<(String, i64)>,
}

fn count() -> Counted {
    let text = |name: &str| {
        let file = std::fs::File::open(root().join("data/online-retail").join(name)).unwrap();
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        text
    };
    let items = text("items.tsv.gz");
    let prices: HashMap<&str, Decimal> = items
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (cells[0], cells[2].parse().unwrap())
        })
        .collect();
    let orders = text("orders.tsv.gz");
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut it =
        Counted { lines: 0, orders: 0, customers: 0, value: Decimal::ZERO, sequence: Vec::new() };
    let mut customers = HashSet::new();
    for line in orders.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        it.lines += 1;
        it.value += prices[cells[1]];
        customers.insert(cells[3]);
        seen.entry(cells[0]).or_insert_with(|| {
            it.sequence.push((cells[3].to_owned(), cells[2].parse().unwrap()));
            it.sequence.len()
        });
    }
    it.sequence.sort_by_key(|(_, time)| *time);
    it.orders = u64::try_from(seen.len()).unwrap();
    it.customers = u64::try_from(customers.len()).unwrap();
    it
}

fn tallies(report: &Report, purpose: &str, tally: Tally) -> u64 {
    let at = Tally::ALL.iter().position(|it| *it == tally).unwrap();
    let rows = report.purposes.iter().filter(|it| it.purpose == purpose);
    rows.filter(|it| matches!(it.act, Act::Use | Act::Share)).map(|it| it.tallies[at]).sum()
}

const PRICED: [&str; 3] = ["advertise-elsewhere", "follow-up-email", "suggest-gifts"];

#[test]
fn without_answers_every_use_on_permission_is_forgone() {
    let (shop, counted) = (Shop::new(), count());
    let site = shop.open();
    let files = Files::read();
    files.import(&site, None);
    let (it, _) = site.look(|state| report(state, None, NOW)).unwrap();

    assert_eq!(it.books.orders, counted.orders);
    assert_eq!(it.books.lines, counted.lines);
    assert_eq!(it.people, counted.customers);
    assert_eq!(it.books.amounts.values().copied().collect::<Vec<_>>(), [counted.value]);
    assert_eq!(it.simulated_answers, 0);
    for purpose in PRICED {
        assert_eq!(tallies(&it, purpose, Tally::Forgone), counted.orders, "{purpose}");
        assert_eq!(tallies(&it, purpose, Tally::Kept), 0, "{purpose}");
    }
    assert_eq!(it.assumed_uses, 3 * counted.orders);
    let worths = [
        ("advertise-elsewhere", "0.0045"),
        ("follow-up-email", "0.09"),
        ("suggest-gifts", "0.012"),
    ];
    for (purpose, worth) in worths {
        let row = it.impact.iter().find(|row| row.purpose == purpose).unwrap();
        let forgone = row.forgone_worth.as_ref().unwrap();
        let worth: Decimal = worth.parse().unwrap();
        assert_eq!(forgone.amount, worth * Decimal::from(counted.orders), "{purpose}");
        assert!(matches!(forgone.evidence, Evidence::Guess { .. }), "{purpose}");
    }
}

/// The model of answers as `docs/SIMULATION.md` tells it, written a second time.
mod model {
    use sha2::{Digest, Sha256};

    pub(super) fn draw(seed: u64, what: &str, customer: &str, purpose: &str, nth: u64) -> u64 {
        let text = format!("{seed}\x1f{what}\x1f{customer}\x1f{purpose}\x1f{nth}");
        let hash = Sha256::digest(text.as_bytes());
        let first: [u8; 8] = hash[..8].try_into().unwrap();
        u64::from_be_bytes(first) % 1000
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Stands {
    NotAsked,
    /// Put off until then.
    Deferred(i64),
    Granted,
    /// Refused, or taken back: not asked again within the year's file.
    No,
}

/// Seven days later by the clocks of London.
fn a_week_later(time: i64) -> i64 {
    let zone = jiff::tz::TimeZone::get("Europe/London").unwrap();
    let then = jiff::Timestamp::from_second(time).unwrap().to_zoned_datetime(zone);
    then.checked_add(jiff::Span::new().weeks(1)).unwrap().timestamp().as_second()
}

/// What the model makes of the year.
#[derive(Default)]
struct Played {
    /// Uses allowed, by purpose.
    granted: BTreeMap<&'static str, u64>,
    /// E-mails after two others within 30 days, and after another within 7.
    monthly: u64,
    either: u64,
    answers: u64,
}

/// Plays the year, knowing nothing but the file and the model. `shift` moves the clock as the
/// import does.
fn play(counted: &Counted, seed: u64, shift: i64) -> Played {
    let chances = [
        ("advertise-elsewhere", 120, 750),
        ("follow-up-email", 350, 450),
        ("help-others-choose", 550, 300),
        ("suggest-gifts", 550, 300),
    ];
    let mut it = Played::default();
    let mut nth: HashMap<&str, u64> = HashMap::new();
    let mut stands: HashMap<(&str, &str), Stands> = HashMap::new();
    let mut mails: HashMap<&str, Vec<i64>> = HashMap::new();
    for (customer, time) in &counted.sequence {
        let time = time + shift;
        let nth = nth.entry(customer).or_default();
        *nth += 1;
        for (purpose, grants, refuses) in chances {
            let stand = stands.entry((customer, purpose)).or_insert(Stands::NotAsked);
            let draw = |what| model::draw(seed, what, customer, purpose, *nth);
            match *stand {
                Stands::Granted if draw("withdraw") < 15 => {
                    it.answers += 1;
                    *stand = Stands::No;
                }
                Stands::Deferred(until) if time < until => (),
                Stands::NotAsked | Stands::Deferred(_) => {
                    it.answers += 1;
                    let draw = draw("answer");
                    *stand = match draw {
                        draw if draw < grants => Stands::Granted,
                        draw if draw < grants + refuses => Stands::No,
                        _ => Stands::Deferred(a_week_later(time)),
                    };
                }
                Stands::Granted | Stands::No => (),
            }
            if *stand != Stands::Granted {
                continue;
            }
            *it.granted.entry(purpose).or_default() += 1;
            if purpose == "follow-up-email" {
                let sent = mails.entry(customer).or_default();
                let within =
                    |days: i64| sent.iter().filter(|at| time - **at < days * 86_400).count();
                let (monthly, weekly) = (2 <= within(30), 1 <= within(7));
                it.monthly += u64::from(monthly);
                it.either += u64::from(monthly || weekly);
                sent.push(time);
            }
        }
    }
    it
}

#[test]
fn with_simulated_answers_the_report_is_what_the_model_says() {
    let (shop, counted) = (Shop::new(), count());
    let site = shop.open();
    let files = Files::read();
    files.import(&site, Some(7));
    let (it, _) = site.look(|state| report(state, None, NOW)).unwrap();
    let weeks = it.imports[0].shift_weeks;
    let played = play(&counted, 7, weeks * 7 * 86_400);
    for purpose in ["advertise-elsewhere", "suggest-gifts"] {
        let granted = played.granted[purpose];
        assert_eq!(tallies(&it, purpose, Tally::Kept), granted, "{purpose}");
        assert_eq!(tallies(&it, purpose, Tally::Forgone), counted.orders - granted, "{purpose}");
    }
    // E-mail is let through against the two watched limits, and each such letter is a lapse.
    let mailed = played.granted["follow-up-email"];
    assert_eq!(tallies(&it, "follow-up-email", Tally::Lapse), played.either);
    assert_eq!(tallies(&it, "follow-up-email", Tally::Kept), mailed - played.either);
    assert_eq!(tallies(&it, "follow-up-email", Tally::Forgone), counted.orders - mailed);
    assert!(0 < played.monthly && played.monthly < played.either);
    assert_eq!(it.simulated_answers, played.answers);

    let row = it.impact.iter().find(|row| row.purpose == "follow-up-email").unwrap();
    let worth: Decimal = "0.09".parse().unwrap();
    let cost: Decimal = "0.0008".parse().unwrap();
    let weekly_only = played.either - played.monthly;
    assert_eq!((row.lapses, row.rehearsed), (played.monthly, weekly_only));
    assert_eq!(it.rehearsed, weekly_only);
    let earned = row.lapses_earned.as_ref().unwrap().amount;
    assert_eq!(earned, worth * Decimal::from(played.monthly));
    let rehearsed = row.rehearsed_worth.as_ref().unwrap().amount;
    assert_eq!(rehearsed, worth * Decimal::from(weekly_only));
    assert_eq!(row.cost.as_ref().unwrap().amount, cost * Decimal::from(mailed));
}

#[test]
fn a_rebuilt_state_is_the_live_one_and_every_verdict_is_made_again() {
    let shop = Shop::new();
    let site = shop.open();
    let files = Files::read();
    files.import(&site, Some(3));
    let (live, (_, events)) = (site.dump().unwrap(), site.look(|_| ()).unwrap());
    drop(site);
    let site = shop.open();
    let rebuilt = site.dump().unwrap();
    assert!(
        live.contains("\npooled 100 ") && live.contains("\nown "),
        "nobody let anything be used"
    );
    assert_eq!(live.len(), rebuilt.len());
    assert!(live == rebuilt, "the rebuilt state differs from the live one");

    // I5: each stored situation, decided again under its policy, gives the stored digest.
    let mut replayed = 0u64;
    let mut differing = Vec::new();
    let (policies, _) =
        site.look(|state| state.policies.iter().cloned().collect::<Vec<_>>()).unwrap();
    site.reader()
        .read_all(Position(0), &mut |it| {
            let Fact::UseDecided(decided, Some(situation)) = &it.fact else { return };
            let situation = Situation::from_message(situation, it.at).unwrap();
            let policy = &policies[usize::try_from(decided.policy).unwrap() - 1];
            let again = decide(&policy.compiled, &policy.statements, &situation);
            replayed += 1;
            if digest(&again) != decided.digest || again.verdict.number() != decided.verdict {
                differing.push(it.position);
            }
        })
        .unwrap();
    assert_eq!(differing, []);
    assert_eq!(replayed, 3 * count().orders);
    assert!(replayed < events);
}
