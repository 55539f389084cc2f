//! Publishing: a policy becomes the deal.

use handshake_core::event::{Fact, Hash, PolicyPublished};
use handshake_core::policy::{self, Effect, Policy, Problem, Severity, declared_names};
use handshake_core::projection::Published;
use handshake_core::vocabulary::{Family, Millis};

use super::refusal::Refusal;
use super::request::{Caller, Request};
use super::turn::Turn;

/// A policy file to publish.
#[derive(Debug, Clone, Copy)]
pub struct Publishing<'a> {
    pub source: &'a str,
    /// Hash of the policy this one was made from; needed as soon as one is published.
    pub replaces: Option<Hash>,
}

/// Two people behind a policy: who proposed exactly this file, and who approved it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub proposed_by: &'a str,
    pub approved_by: &'a str,
}

impl Turn<'_> {
    /// Publishes a policy that nobody had to approve.
    pub fn publish(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Publishing<'_>,
    ) -> Result<Published, Refusal> {
        self.publish_signed(caller, request, it, None)
    }

    /// Publishes a policy that has no mistakes. The first names nothing it replaces; each later
    /// one names the newest, so that of two who race one is told. The same file again is a
    /// repeat, not a version.
    pub fn publish_signed(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Publishing<'_>,
        signed: Option<Signed<'_>>,
    ) -> Result<Published, Refusal> {
        let read = policy::read(it.source).map_err(Refusal::PolicyMistakes)?;
        let mistakes: Vec<Problem> = policy::check(&read, it.source)
            .into_iter()
            .filter(|it| it.severity == Severity::Mistake)
            .collect();
        if !mistakes.is_empty() {
            return Err(Refusal::PolicyMistakes(mistakes));
        }
        let hash = policy::hash(&read);
        if let Some(newest) = self.state().policies.newest() {
            if newest.hash() == hash {
                return Ok(newest.clone());
            }
            match it.replaces {
                None => return Err(Refusal::PolicyUnnamed(newest.hash())),
                Some(replaces) if replaces != newest.hash() => {
                    return Err(Refusal::PolicyMoved(newest.hash()));
                }
                Some(_) => (),
            }
            if read.version <= newest.policy.version {
                let said = format!("must be more than {}, the newest", newest.policy.version);
                return Err(Refusal::invalid("version", said));
            }
            announced(&newest.policy, &read, self.at)?;
        }
        self.check_waivers(&read)?;
        for (family, name) in declared_names(&read) {
            self.code(family, name.as_str());
        }
        let number = u32::try_from(self.state().policies.iter().count()).unwrap_or(u32::MAX);
        let mut name = |it: Option<&str>| it.map_or(0, |it| self.code(Family::Caller, it).0);
        let fact = PolicyPublished {
            number: number.saturating_add(1),
            hash: hash.to_vec(),
            source: it.source.to_owned(),
            proposed_by: name(signed.map(|it| it.proposed_by)),
            approved_by: name(signed.map(|it| it.approved_by)),
        };
        let stamp = self.stamp(caller, request);
        self.push(&stamp, None, Fact::PolicyPublished(fact));
        self.state().policies.newest().cloned().ok_or(Refusal::Broken)
    }
}

/// A wider deal is published a day before it rules, so that whoever reads tracking status or the
/// policy page can know it beforehand (W3C Tracking Preference Expression, 6.4.4); and words that
/// change alone are explained by their author.
fn announced(old: &Policy, new: &Policy, now: Millis) -> Result<(), Refusal> {
    let diff = policy::diff(old, new);
    if diff.words_alone() && new.change.is_none() {
        let said = "is missing: words changed where nothing else did, so say whether they mean \
                    the same, as in `change \"…\" kind=wording` or `kind=meaning`";
        return Err(Refusal::invalid("change", said));
    }
    let earliest = now.plus_days(1);
    let mut widened = diff.of(Effect::Widened);
    match widened.next() {
        Some(first) if new.effective < earliest => {
            let purpose = first.purpose.as_ref().map_or(String::new(), |it| format!("`{it}` "));
            let said = format!(
                "must be {earliest} or later, a day after publishing, because this version widens \
                 the deal: {purpose}{}",
                first.said
            );
            Err(Refusal::invalid("effective", said))
        }
        Some(_) | None => Ok(()),
    }
}
