//! Handshake's own answer: the situation in the bits of a compiled policy.

use handshake_core::decision::{self, DatumWanted, Decision, Recent, Situation, Term};
use handshake_core::permission::Grant;
use handshake_core::policy::{self, Compiled, Statement, StatementBox};
use handshake_core::vocabulary::{Code, Dictionary, Family, Signals, StatementId};

use crate::answer::Answer;
use crate::case::{Case, Granted};
use crate::world::{Agreement, World};

/// Statements are numbered from here, past every declared name.
const STATEMENTS: u32 = 1_000_000;

/// A compiled policy with the statements people agreed to.
#[derive(Debug)]
pub struct Ours {
    names: Dictionary,
    compiled: Compiled,
    boxes: Vec<StatementBox>,
}

impl Ours {
    /// `earlier` are names that older policies declared: they have numbers, and may mean nothing.
    pub fn new(world: &World, earlier: &[(Family, &str)]) -> Ours {
        let mut names = Dictionary::default();
        for (family, name) in earlier {
            names.declare(family.number(), name);
        }
        let older = world.before.iter().flat_map(|it| policy::declared_names(&it.policy));
        for (family, name) in older.chain(policy::declared_names(&world.policy)) {
            if names.code(family, name.as_str()).is_none() {
                names.declare(family.number(), name.as_str());
            }
        }
        let mut compiled = Compiled::new(&world.policy, &names, 2, [0; 32]);
        let before = world.before.as_ref();
        compiled.before = before.map(|it| Compiled::new(&it.policy, &names, 1, [0; 32]).into());
        let boxes = (STATEMENTS..).zip(&world.agreements).filter_map(|(code, agreed)| {
            let purpose = names.code(Family::Purpose, agreed.purpose.as_str())?;
            Some(compiled.statement_box((Code(code), purpose), &statement(agreed)))
        });
        let boxes = boxes.collect();
        Ours { names, compiled, boxes }
    }

    pub fn answer(&self, case: &Case) -> Answer {
        let decision = self.decision(&self.situation(case));
        let covered = decision.data.iter().map(|it| *it == decision::Datum::Covered).collect();
        Answer { verdict: decision.verdict, covered }
    }

    pub fn decision(&self, wanted: &Situation) -> Decision {
        decision::decide(&self.compiled, &self.boxes, wanted)
    }

    pub fn situation(&self, case: &Case) -> Situation {
        let term = |family, name: &str| match self.names.code(family, name) {
            Some(code) => Term::Declared(code),
            None => Term::Undeclared(name.to_owned()),
        };
        let grant = |it: &Granted| Grant {
            statement: Code(STATEMENTS + u32::try_from(it.agreement).unwrap()),
            granted_at: it.at,
        };
        let recent = |&(window_hours, count): &(u32, u32)| Recent {
            window_hours,
            count,
            frees_at: case.now,
        };
        Situation {
            now: case.now,
            act: case.act,
            purpose: term(Family::Purpose, &case.purpose),
            data: case
                .data
                .iter()
                .map(|it| DatumWanted {
                    name: term(Family::Data, &it.name),
                    collected_at: it.collected_at,
                })
                .collect(),
            recipient: term(Family::Recipient, &case.recipient),
            channel: term(Family::Channel, &case.channel),
            tags: case.tags.iter().map(|it| term(Family::Tag, it)).collect(),
            signals: Signals::of(&case.signals),
            heard: case.heard.clone(),
            other_device: case.other_device,
            affirmed_at: case.affirmed_at,
            known: case.known,
            age: case.age,
            standing: case.standing(),
            since: case.since(),
            objected: case.objected,
            grants: case.grants.iter().map(grant).collect(),
            recent: case.recent.iter().map(recent).collect(),
            last_visit: case.last_visit,
            last_order: case.last_order,
            jurisdiction: case.jurisdiction.clone(),
        }
    }
}

fn statement(agreed: &Agreement) -> Statement {
    let keep = agreed.keep.map(|(period, after)| policy::Keep {
        period,
        after,
        law: None,
        line: policy::Line::default(),
    });
    Statement {
        id: StatementId([0; 16]),
        purpose: agreed.purpose.clone(),
        language: "en".to_owned(),
        says: String::new(),
        interest: None,
        data: agreed.data.clone(),
        recipients: agreed.recipients.clone(),
        channels: agreed.channels.clone(),
        keep,
        ask_again: agreed.ask_again,
        in_return: None,
        in_return_says: None,
        explicit: true,
    }
}
