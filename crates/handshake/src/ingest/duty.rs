//! Duties told done, and requests that people made: what ends and begins a time to do something.

use handshake_core::event::{DutyDone, Fact, RequestMade};
use handshake_core::policy::Moment;
use handshake_core::projection::OpenDuty;
use handshake_core::vocabulary::{Code, Family, Millis, PersonId, Slot};

use super::refusal::Refusal;
use super::request::{Caller, Request, Who};
use super::turn::Turn;

/// What somebody tells of a person's duties.
#[derive(Debug, Clone, Copy)]
pub struct DutyTold<'a> {
    pub who: Who<'a>,
    pub purpose: &'a str,
    pub what: DutyNews<'a>,
}

#[derive(Debug, Clone, Copy)]
pub enum DutyNews<'a> {
    /// The duty of this name was done.
    Done(&'a str),
    /// The person asked for something, by whatever way.
    Requested,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct DutyHeard {
    pub person: PersonId,
    /// The duties that ended, or, for a request, those that are open because of it.
    pub duties: Vec<DutyTime>,
    pub duplicate: bool,
}

/// The time of one duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyTime {
    pub what: String,
    pub of: Moment,
    pub since: Millis,
    pub due: Millis,
    /// By how much it was late when it ended.
    pub late_ms: Option<i64>,
}

impl Turn<'_> {
    /// Records that a duty was done, or that a person asked for something. What is not open cannot
    /// be done, and a request that no duty answers to would be a promise nobody keeps: both are
    /// refused.
    pub fn duty(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        it: &DutyTold<'_>,
    ) -> Result<DutyHeard, Refusal> {
        let field = if matches!(it.who, Who::Customer(_)) { "customer" } else { "person" };
        let unknown = || Refusal::UnknownPerson { field };
        let slot = self.find(it.who)?.ok_or_else(unknown)?;
        let person = self.state().people.person(slot).map(|it| it.id).ok_or_else(unknown)?;
        if self.seen(caller, request)?.is_some() {
            return Ok(DutyHeard { person, duties: Vec::new(), duplicate: true });
        }
        let duties = match it.what {
            DutyNews::Done(duty) => self.duty_done(caller, request, (slot, it.purpose, duty))?,
            DutyNews::Requested => self.requested(caller, request, (slot, it.purpose))?,
        };
        Ok(DutyHeard { person, duties, duplicate: false })
    }

    fn duty_done(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        (slot, purpose, duty): (Slot, &str, &str),
    ) -> Result<Vec<DutyTime>, Refusal> {
        let code = self.state().names.code(Family::Purpose, purpose);
        let ended = code.map_or(Vec::new(), |code| {
            let open = self.state().duties.of(slot);
            let same = |it: &OpenDuty<'_>| it.kind.purpose == code && it.kind.what.as_str() == duty;
            open.filter(same).map(|it| DutyTime::of(&it, self.at)).collect()
        });
        let Some(code) = code.filter(|_| !ended.is_empty()) else {
            self.known_duty(purpose, |it| it.0 == duty, ("duty", duty))?;
            return Err(Refusal::NoDuty);
        };
        let stamp = self.stamp(caller, request);
        let fact = DutyDone { purpose: code.0, duty: duty.to_owned(), request: stamp.digest };
        self.push(&stamp, Some(slot), Fact::DutyDone(fact));
        Ok(ended)
    }

    fn requested(
        &mut self,
        caller: Caller<'_>,
        request: &Request<'_>,
        (slot, purpose): (Slot, &str),
    ) -> Result<Vec<DutyTime>, Refusal> {
        let code = self.known_duty(purpose, |it| it.1 == Moment::Request, ("purpose", purpose))?;
        let stamp = self.stamp(caller, request);
        let fact = RequestMade { purpose: code.0, request: stamp.digest };
        self.push(&stamp, Some(slot), Fact::RequestMade(fact));
        let open = self.state().duties.of(slot);
        let same = |it: &OpenDuty<'_>| it.kind.purpose == code && it.kind.of == Moment::Request;
        Ok(open.filter(same).map(|it| DutyTime::of(&it, it.due)).collect())
    }

    /// The purpose, if the policy in force gives it a duty with a time limit that is `wanted`.
    fn known_duty(
        &self,
        purpose: &str,
        wanted: impl Fn((&str, Moment)) -> bool,
        (field, name): (&'static str, &str),
    ) -> Result<Code, Refusal> {
        let purposes = &self.policy()?.compiled.purposes;
        let mut declared: Vec<String> = Vec::new();
        for it in purposes {
            for duty in &it.timed_duties {
                if it.name.as_str() == purpose && wanted((duty.what.as_str(), duty.of)) {
                    return Ok(it.code);
                }
                let (name, what, of) = (&it.name, &duty.what, duty.of.as_str());
                declared.push(format!("{what} of {name} (of={of})"));
            }
        }
        let family = "duty with a time limit for this, such as";
        let declared = if declared.is_empty() { "none".to_owned() } else { declared.join(", ") };
        let name = name.chars().take(64).collect();
        Err(Refusal::UnknownName { field, family, name, declared })
    }
}

impl DutyTime {
    fn of(it: &OpenDuty<'_>, at: Millis) -> DutyTime {
        DutyTime {
            what: it.kind.what.to_string(),
            of: it.kind.of,
            since: it.since,
            due: it.due,
            late_ms: (it.due < at).then_some(at.0.saturating_sub(it.due.0)),
        }
    }
}
