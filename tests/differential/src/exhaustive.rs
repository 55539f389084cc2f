//! Every policy of at most two rules over a small vocabulary, and every situation: two data, two
//! recipients, two channels, two purposes, one signal, and what was agreed to. Then the same of rules for
//! some places, with one of those data, one channel and one purpose.

use handshake_core::decision::Age;
use handshake_core::policy::{Never, Policy, Purpose};
use handshake_core::vocabulary::{Act, Millis, Signal, Standing};

use crate::case::{Case, Datum, Granted};
use crate::world::{Agreement, World, name};

const HEAD: &str = "policy small version=1 effective=\"2020-01-01T00:00:00Z\" {
controller Shop contact=\"a@b.example\"
applies-in EU
languages en
currency EUR
time-zone UTC
anything-else not-allowed mode=enforce
}
data {
d \"What\" {
a
b
}
}
recipients {
us \"Us\" kind=ourselves
net \"Net\" kind=third-party country=US
}
channels {
web
email
}
";
/// Somebody in each of the places, in one within another, in one without, or nobody knows where.
const SAID: [&str; 6] = ["EU", "FR", "US", "US-NY", "US-CA", ""];
/// Which uses there are.
const ALL: Uses = Uses {
    data: &[&["d.a"], &["d.b"], &["d.a", "d.b"], &["d"]],
    channels: &["web", "email"],
    jurisdictions: &[""],
};
const IN_PLACES: Uses = Uses { data: &[&["d.a"]], channels: &["web"], jurisdictions: &SAID };
const P: &str = "p";
const Q: &str = "q";
const NOW: Millis = Millis(1_800_000_000_000);

/// The rules there are, each with its text.
#[derive(Debug)]
pub struct Exhaustive {
    source: String,
    head: Policy,
    uses: Uses,
    purposes: Vec<(String, Purpose)>,
    /// Promises that name no purpose, then those that name `p`.
    nevers: Vec<(String, Never)>,
    nameless: usize,
    policies: Vec<Rules>,
}

#[derive(Debug, Clone, Copy)]
struct Uses {
    data: &'static [&'static [&'static str]],
    channels: &'static [&'static str],
    jurisdictions: &'static [&'static str],
}

/// Numbers of at most two rules.
#[derive(Debug, Clone, Copy)]
enum Rules {
    None,
    P(usize),
    Never(usize),
    PandQ(usize, usize),
    PandNever(usize, usize),
    Nevers(usize, usize),
}

impl Default for Exhaustive {
    fn default() -> Self {
        Self::new()
    }
}

impl Exhaustive {
    pub fn new() -> Exhaustive {
        let mut all = Exhaustive::of(HEAD, (purpose_texts(), never_texts()), ALL);
        all.policies = all.combine();
        all
    }

    /// Rules for some places: a purpose with a promise or without, and two promises.
    pub fn of_places() -> Exhaustive {
        let head = HEAD.replace("applies-in EU", "applies-in EU US US-CA");
        let texts = (purposes_in_places(), nevers_in_places());
        let mut all = Exhaustive::of(&head, texts, IN_PLACES);
        all.policies = all.combine();
        all.policies.retain(|it| !matches!(it, Rules::PandQ(_, _)));
        all
    }

    fn of(source: &str, (purposes, nevers): (Vec<String>, Vec<String>), uses: Uses) -> Exhaustive {
        let head = read(source);
        let purposes: Vec<(String, Purpose)> = purposes
            .into_iter()
            .map(|text| {
                let mut policy = read(&format!("{source}purpose {P} {{\n{text}"));
                let purpose = policy.purposes.remove(&name(P)).unwrap();
                (text, purpose)
            })
            .collect();
        let some_p = format!("purpose {P} {{\n{}", purposes[0].0);
        let never = |text: String| {
            let policy = read(&format!("{source}{some_p}{text}")).nevers.remove(0);
            (text, policy)
        };
        let (named, nameless): (Vec<_>, Vec<_>) = nevers
            .into_iter()
            .map(never)
            .partition(|(_, it)| !it.purposes.is_empty() || !it.except.is_empty());
        Exhaustive {
            source: source.to_owned(),
            head,
            uses,
            purposes,
            nameless: nameless.len(),
            nevers: nameless.into_iter().chain(named).collect(),
            policies: Vec::new(),
        }
    }

    fn combine(&self) -> Vec<Rules> {
        let (purposes, nevers) = (0..self.purposes.len(), 0..self.nevers.len());
        let mut all = vec![Rules::None];
        for p in purposes.clone() {
            all.push(Rules::P(p));
            all.extend(purposes.clone().map(|q| Rules::PandQ(p, q)));
            all.extend(nevers.clone().map(|never| Rules::PandNever(p, never)));
        }
        for one in 0..self.nameless {
            all.push(Rules::Never(one));
            all.extend((one + 1..self.nameless).map(|other| Rules::Nevers(one, other)));
        }
        all
    }

    pub fn policies(&self) -> u64 {
        u64::try_from(self.policies.len()).unwrap()
    }

    /// The policy at a place.
    pub fn world(&self, place: u64) -> World {
        let (purposes, nevers): (Vec<(&str, usize)>, Vec<usize>) =
            match self.policies[usize::try_from(place).unwrap()] {
                Rules::None => (Vec::new(), Vec::new()),
                Rules::P(p) => (vec![(P, p)], Vec::new()),
                Rules::Never(never) => (Vec::new(), vec![never]),
                Rules::PandQ(p, q) => (vec![(P, p), (Q, q)], Vec::new()),
                Rules::PandNever(p, never) => (vec![(P, p)], vec![never]),
                Rules::Nevers(one, other) => (Vec::new(), vec![one, other]),
            };
        let mut policy = self.head.clone();
        let (mut source, mut agreements) = (self.source.clone(), Vec::new());
        for (named, at) in purposes {
            let (text, purpose) = &self.purposes[at];
            source += &format!("purpose {named} {{\n{text}");
            policy.purposes.insert(name(named), purpose.clone());
            if purpose.asks() {
                agreements.push(Agreement::whole(&policy, &name(named)));
            }
        }
        for at in nevers {
            let (text, never) = &self.nevers[at];
            source += text;
            policy.nevers.push(never.clone());
        }
        World { source, policy, before: None, agreements }
    }

    /// Every situation: some of these are about a purpose that the policy does not declare.
    pub fn cases(&self, world: &World) -> Vec<Case> {
        let mut all = Vec::new();
        for purpose in [P, Q] {
            let of_purpose = world.agreements.iter().position(|it| it.purpose.as_str() == purpose);
            let grant = of_purpose.map(|agreement| Granted { agreement, at: NOW.plus_days(-1) });
            let granted = grant.map_or(vec![vec![]], |it| vec![vec![], vec![it]]);
            let Uses { data, channels, jurisdictions } = self.uses;
            let reach = ["us", "net"].iter().flat_map(|it| channels.iter().map(move |on| (it, on)));
            for (recipient, channel) in reach {
                for data in data {
                    for jurisdiction in jurisdictions {
                        for signals in [vec![], vec![Signal::Gpc]] {
                            for grants in &granted {
                                let (signals, grants) = (signals.clone(), grants.clone());
                                let reach = [purpose, recipient, channel, jurisdiction];
                                all.push(case(reach, data, signals, grants));
                            }
                        }
                    }
                }
            }
        }
        all
    }
}

fn case(
    [purpose, recipient, channel, jurisdiction]: [&str; 4],
    data: &[&str],
    signals: Vec<Signal>,
    grants: Vec<Granted>,
) -> Case {
    let datum = |it: &&str| Datum { name: (*it).to_owned(), collected_at: Some(NOW) };
    Case {
        now: NOW,
        act: Act::Use,
        purpose: purpose.to_owned(),
        data: data.iter().map(datum).collect(),
        recipient: recipient.to_owned(),
        channel: channel.to_owned(),
        jurisdiction: jurisdiction.to_owned(),
        tags: Vec::new(),
        signals,
        heard: Vec::new(),
        other_device: false,
        known: true,
        affirmed_at: None,
        age: Age::Adult,
        objected: false,
        answer: Standing::NotAsked,
        grants,
        recent: Vec::new(),
        last_visit: Some(NOW),
        last_order: Some(NOW),
    }
}

fn read(source: &str) -> Policy {
    let read = World::read(source.to_owned(), Vec::new());
    read.unwrap_or_else(|| panic!("this is no policy:\n{source}")).policy
}

/// What follows `purpose NAME {`.
fn purpose_texts() -> Vec<String> {
    let mut all = Vec::new();
    for uses in ["d.a", "d.b", "d"] {
        for with in ["us", "net", "us net"] {
            for on in ["web", "email", "web email"] {
                for basis in ["permission", "contract"] {
                    for stops in ["", "stops-for gpc\n"] {
                        all.push(format!(
                            "says en=\"Use it.\"\nbasis {basis}\nuses {uses}\nwith {with}\non {on}\n{stops}}}\n"
                        ));
                    }
                }
            }
        }
    }
    all
}

/// Promises of every form that says anything.
fn never_texts() -> Vec<String> {
    let mut all = Vec::new();
    for data in ["", "data d.a\n", "data d.b\n"] {
        for recipients in ["", "recipients us\n", "recipients kind=third-party\n"] {
            for channels in ["", "channels web\n", "channels email\n"] {
                for purposes in ["", "purposes p\n", "purposes any\nexcept p\n"] {
                    for when in ["", "when signal=gpc\n"] {
                        let lines = [data, recipients, channels, purposes, when].concat();
                        let says_something = [data, recipients, channels, when].concat();
                        if !says_something.is_empty() || purposes == "purposes p\n" {
                            all.push(format!("never \"x\" {{\n{lines}}}\n"));
                        }
                    }
                }
            }
        }
    }
    all
}

/// Grounds in places, and purposes that are followed in some only.
fn purposes_in_places() -> Vec<String> {
    let grounds = [
        "",
        "basis contract in=US\n",
        "basis permission in=US-CA\n",
        "basis contract in=US\nbasis permission in=US-CA\n",
        "basis permission in=US,EU\nbasis contract in=US-CA\n",
    ];
    let mut all = Vec::new();
    for basis in ["permission", "contract"] {
        for ground in grounds {
            for only in ["", "only-in EU\n", "only-in US\n", "only-in US-CA EU\n"] {
                for stops in ["", "stops-for gpc\n"] {
                    all.push(format!(
                        "says en=\"Use it.\"\nbasis {basis}\n{ground}{only}uses d.a\nwith us net\non web\n{stops}}}\n"
                    ));
                }
            }
        }
    }
    all
}

fn nevers_in_places() -> Vec<String> {
    let mut all = Vec::new();
    for place in ["in EU\n", "in US\n", "in US-CA\n", "in US-CA EU\n"] {
        for recipients in ["", "recipients country=US\n", "recipients country=DE\n"] {
            for purposes in ["", "purposes p\n"] {
                for when in ["", "when signal=gpc\n"] {
                    all.push(format!("never \"x\" {{\n{place}{recipients}{purposes}{when}}}\n"));
                }
            }
        }
    }
    all
}
