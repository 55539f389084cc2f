//! Policies: every version ever published, compiled, with the statements people agreed to.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::event::{Hash, PolicyPublished};
use crate::policy::{self, Compiled, Policy, Statement, StatementBox};
use crate::vocabulary::{Code, Dictionary, Family, Millis, hex};

/// One published version.
#[derive(Debug, Clone)]
pub struct Published {
    pub policy: Arc<Policy>,
    pub compiled: Arc<Compiled>,
    /// The file, byte for byte.
    pub source: Arc<str>,
    pub published_at: Millis,
    /// The caller who published it.
    pub by: Code,
    /// Who proposed it and who approved it, where two people did.
    pub signed: Option<(Code, Code)>,
    /// Every statement people agreed to, in this policy's bits, sorted by code.
    pub statements: Vec<StatementBox>,
}

/// All versions in order of publishing, and all statements in order of code.
#[derive(Debug, Default)]
pub struct Policies {
    published: Vec<Published>,
    statements: Vec<(Code, Arc<Statement>)>,
}

impl Published {
    pub fn number(&self) -> u32 {
        self.compiled.number
    }

    pub fn hash(&self) -> Hash {
        self.compiled.hash
    }
}

impl Policies {
    /// The policy that rules at `now`: the newest published of those that have taken effect.
    pub fn in_force(&self, now: Millis) -> Option<&Published> {
        self.published.iter().rev().find(|it| it.policy.effective <= now)
    }

    /// The policy published as number 1, 2, 3, …
    pub fn number(&self, number: u32) -> Option<&Published> {
        self.published.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// The policy that says it is this version; the newest, if several say so.
    pub fn version(&self, version: u32) -> Option<&Published> {
        self.published.iter().rev().find(|it| it.policy.version == version)
    }

    pub fn newest(&self) -> Option<&Published> {
        self.published.last()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Published> {
        self.published.iter()
    }

    pub fn statement(&self, code: Code) -> Option<&Arc<Statement>> {
        let at = self.statements.binary_search_by_key(&code, |it| it.0).ok()?;
        self.statements.get(at).map(|it| &it.1)
    }

    /// A policy that is not published, as it would rule: compiled, with all statements in its
    /// bits. Names that no policy declared before get numbers of this look only.
    pub fn imagined(&self, policy: &Policy, names: &Dictionary) -> (Compiled, Vec<StatementBox>) {
        let mut names = names.clone();
        for (family, name) in policy::declared_names(policy) {
            if names.code(family, name.as_str()).is_none() {
                names.declare(family.number(), name.as_str());
            }
        }
        let compiled = Compiled::new(policy, &names, 0, policy::hash(policy));
        let boxes =
            self.statements.iter().filter_map(|(code, it)| agreed(&compiled, &names, *code, it));
        let boxes = boxes.collect();
        (compiled, boxes)
    }

    /// Enters a published policy. One that this Handshake cannot read never rules; the reader
    /// keeps every construct it ever accepted, and `tests/golden_events.rs` holds it to that.
    pub(super) fn publish(
        &mut self,
        it: &PolicyPublished,
        names: &Dictionary,
        (at, by): (Millis, Code),
    ) {
        let Ok(policy) = policy::read(&it.source) else { return };
        let hash = policy::hash(&policy);
        let mut compiled = Compiled::new(&policy, names, it.number, hash);
        compiled.before = self.published.last().map(|it| Arc::clone(&it.compiled));
        if compiled.before.is_some() {
            // The first rules imports from before it was published; no later one rules the past.
            compiled.from = compiled.from.max(at);
        }
        let boxes =
            self.statements.iter().filter_map(|(code, it)| agreed(&compiled, names, *code, it));
        self.published.push(Published {
            statements: boxes.collect(),
            compiled: Arc::new(compiled),
            policy: Arc::new(policy),
            source: Arc::from(it.source.as_str()),
            published_at: at,
            by,
            signed: (it.approved_by != 0).then_some((Code(it.proposed_by), Code(it.approved_by))),
        });
    }

    pub(super) fn state(&mut self, code: Code, document: &[u8], names: &Dictionary) {
        let Ok(statement) = Statement::from_document(document) else { return };
        for it in &mut self.published {
            it.statements.extend(agreed(&it.compiled, names, code, &statement));
        }
        self.statements.push((code, Arc::new(statement)));
    }

    pub(super) fn dump(&self, out: &mut String) {
        for it in &self.published {
            let (number, hash) = (it.number(), hex(&it.hash()));
            let at = it.published_at;
            let _infallible = writeln!(out, "policy {number} {hash} {at} {:?}", it.statements);
        }
        for (code, it) in &self.statements {
            let _infallible = writeln!(out, "statement {} {it:?}", code.0);
        }
    }
}

fn agreed(
    compiled: &Compiled,
    names: &Dictionary,
    code: Code,
    it: &Statement,
) -> Option<StatementBox> {
    let purpose = names.code(Family::Purpose, it.purpose.as_str())?;
    Some(compiled.statement_box((code, purpose), it))
}
