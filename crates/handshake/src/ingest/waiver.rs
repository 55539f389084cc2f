//! Signing a waiver: one of the merchant's own people lets a rule with a law be watched only.

use handshake_core::event::{Fact, WaiverSigned};
use handshake_core::policy::Policy;
use handshake_core::vocabulary::{Millis, Name};

use super::refusal::Refusal;
use super::request::{Caller, Request};
use super::turn::Turn;

/// What is signed, by whom and why.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    pub waiver: &'a str,
    pub rule: &'a str,
    pub law: &'a str,
    pub until: Millis,
    pub by: &'a Name,
    pub because: &'a str,
}

const TEXT_CHARS_MAX: usize = 1000;

impl Turn<'_> {
    /// Records a signature. The same again is one; another end or law is another signature, and
    /// replaces the one before.
    pub fn sign_waiver(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &Signing<'_>,
    ) -> Result<(), Refusal> {
        self.check_signing(it)?;
        let same = self.state().waivers.iter().any(|(name, rule, signed)| {
            (name, rule, signed.law.as_str(), signed.until)
                == (it.waiver, it.rule, it.law, it.until)
        });
        if same {
            return Ok(());
        }
        let stamp = self.stamp(caller, request);
        let fact = WaiverSigned {
            name: it.waiver.to_owned(),
            rule: it.rule.to_owned(),
            law: it.law.to_owned(),
            until: it.until.0,
            by: it.by.to_string(),
            because: it.because.trim().to_owned(),
        };
        self.push(&stamp, None, Fact::WaiverSigned(fact));
        Ok(())
    }

    fn check_signing(&self, it: &Signing<'_>) -> Result<(), Refusal> {
        Name::new(it.waiver).map_err(|error| Refusal::invalid("waiver", error.to_string()))?;
        let kinds = ["purpose ", "never \"", "signal "];
        if !kinds.iter().any(|kind| it.rule.starts_with(kind)) {
            let said = "is no rule; write it as `purpose NAME`, `never \"…\"` or `signal NAME`";
            return Err(Refusal::invalid("rule", said));
        }
        for (field, text) in [("rule", it.rule), ("law", it.law), ("because", it.because)] {
            if text.trim().is_empty() {
                return Err(Refusal::invalid(field, "is empty; a signature says what and why"));
            }
            if TEXT_CHARS_MAX < text.chars().count() {
                let said = format!("has more than {TEXT_CHARS_MAX} characters");
                return Err(Refusal::invalid(field, said));
            }
        }
        if it.until <= self.at {
            return Err(Refusal::invalid("until", "is over already; a waiver ends later than now"));
        }
        Ok(())
    }

    /// Whether every waiver of a policy that is not over is signed, word for word.
    pub(super) fn check_waivers(&self, policy: &Policy) -> Result<(), Refusal> {
        let waived = policy.waived();
        let open = waived.into_iter().filter(|it| self.at < it.until);
        match open.into_iter().find(|it| !self.state().waivers.is_signed(it)) {
            None => Ok(()),
            Some(it) => Err(Refusal::WaiverUnsigned(Box::new(it), self.site.name.clone())),
        }
    }
}
