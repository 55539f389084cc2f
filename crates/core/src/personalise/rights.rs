//! Rights: whether what somebody once allowed may still be held, asked of the same decision that
//! stands at every door.

use super::kind::Kind;
use crate::decision::{DatumWanted, Situation, Term, decide};
use crate::policy::{Anchor, Compiled, CompiledBox, CompiledPurpose, RecipientKind};
use crate::projection::{Person, Published, State};
use crate::vocabulary::{Act, Code, Family, Millis, Period, Slot, Verdict};

/// Where what is recommended shows.
const CHANNEL: &str = "web";

/// What one person allows for one purpose now.
#[derive(Debug)]
pub(super) struct Rights<'a> {
    state: &'a State,
    policy: &'a Published,
    purpose: &'a CompiledPurpose,
    person: Person<'a>,
    situation: Situation,
}

impl<'a> Rights<'a> {
    /// Nothing where nobody is known, or where the policy has no such purpose.
    pub(super) fn of(
        state: &'a State,
        slot: Slot,
        purpose: Code,
        now: Millis,
    ) -> Option<Rights<'a>> {
        let policy = state.policies.in_force(now)?;
        let purpose = policy.compiled.purpose_of(purpose)?;
        let person = state.people.person(slot)?;
        let the_box = purpose.boxes.first()?;
        let (recipient, channel) = reach(&policy.compiled, the_box)?;
        let (standing, since) = person.permissions.answered(purpose.code);
        let situation = Situation {
            now,
            act: Act::Retain,
            purpose: Term::Declared(purpose.code),
            data: Vec::new(),
            recipient: Term::Declared(recipient),
            channel: Term::Declared(channel),
            tags: Vec::new(),
            signals: person.signals(),
            heard: person.heard(person.signals()),
            other_device: false,
            affirmed_at: person.affirmed_at(purpose.code),
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
        Some(Rights { state, policy, purpose, person, situation })
    }

    /// Whether these kinds of data, collected then, may be held.
    pub(super) fn cover(&mut self, kinds: u8, collected_at: Millis) -> bool {
        let held = Kind::ALL.into_iter().filter(|it| kinds & it.bit() != 0);
        let datum = |kind: Kind| {
            let code = self.state.names.code(Family::Data, kind.leaf());
            let undeclared = || Term::Undeclared(kind.leaf().to_owned());
            let name = code.map_or_else(undeclared, Term::Declared);
            DatumWanted { name, collected_at: Some(collected_at) }
        };
        self.situation.data = held.map(datum).collect();
        let decision = decide(&self.policy.compiled, &self.policy.statements, &self.situation);
        decision.verdict == Verdict::Allowed
    }

    /// The next moment at which time alone may end it for data collected then.
    pub(super) fn next_end(&self, collected_at: Millis) -> Option<Millis> {
        let zone = &self.policy.compiled.zone;
        let later = |it: Option<Millis>| it.unwrap_or(collected_at).max(collected_at);
        let kept = |(period, anchor): (Period, Anchor)| {
            let starts = match anchor {
                Anchor::Collection | Anchor::Order => collected_at,
                Anchor::LastVisit => later(self.person.last_visit()),
                Anchor::LastOrder => later(self.person.last_order()),
                Anchor::LastDecision => return None,
            };
            Some(period.after(starts, zone))
        };
        let by_policy = self.purpose.boxes.iter().filter_map(|it| kept(it.keep?));
        let by_grants = self.situation.grants.iter().flat_map(|grant| {
            let found = self.policy.statements.iter().find(|it| it.code == grant.statement);
            let keep = found.and_then(|it| kept(it.keep?));
            let again = found.and_then(|it| it.ask_again);
            keep.into_iter().chain(again.map(|it| it.after(grant.granted_at, zone)))
        });
        by_policy.chain(by_grants).filter(|it| self.situation.now < *it).min()
    }
}

/// Whom and where it is held for: the shop itself, on its pages, as far as the purpose is there.
fn reach(policy: &Compiled, the_box: &CompiledBox) -> Option<(Code, Code)> {
    let has = |mask: u64| move |bit: &usize| mask >> bit & 1 != 0;
    let recipients = policy.recipients.iter().enumerate();
    let named = recipients.filter(|it| has(the_box.recipients)(&it.0)).map(|it| it.1);
    let ours = named.clone().find(|it| it.kind == RecipientKind::Ourselves);
    let recipient = ours.or_else(|| named.clone().next())?.code;
    let channels = policy.channels.iter().enumerate();
    let mut on = channels.filter(|it| has(the_box.channels)(&it.0)).map(|it| it.1);
    let web = on.clone().find(|it| it.1.as_str() == CHANNEL);
    Some((recipient, web.or_else(|| on.next())?.0))
}
