//! A decision without a server: a situation in, what `POST /v1/decide` would answer out.

use handshake_core::decision::Age;
use handshake_core::vocabulary::{Answer, Millis, Signal, Signals, Slot};

use super::decide::{Asked, own_name, reply};
use super::identities::read_age;
use crate::http::body;
use crate::http::call::time;
use crate::http::problem::{Problem, Slug};
use crate::http::wire::{
    BadLine, DecideRequest, Past, PastBox, PastPermission, PastSignal, Situation, words,
};
use crate::ingest::{AgreedBox, PastAnswer, Trial};

const CALLER: &str = "cli";
/// Signals a device can have given.
const SIGNALS: &[&str] = &["gpc", "dnt"];
/// Times are kept as seconds in 32 bits.
const FIRST: Millis = Millis(1_000);
const LAST: Millis = Millis(4_102_444_800_000);

/// Something that happened, and which field tells it.
struct Moment<'a> {
    at: Millis,
    field: String,
    deed: Deed<'a>,
}

enum Deed<'a> {
    Answered(&'a PastPermission),
    Collected(&'a str),
    Visited,
    Ordered,
    Used(&'a str),
    Signalled(Signals),
    Affirmed(&'a str),
}

/// Decides one situation, as a line of JSON. `clock` is its time if it says none.
pub fn answer(trial: &mut Trial, line: &[u8], clock: Millis) -> Result<String, Problem> {
    let situation: Situation<'_> = body::json(line)?;
    let (asked, past) = situation.split();
    let it: DecideRequest<'_> = body::json(asked.as_bytes()).map_err(of_part)?;
    let past: Past = body::json(past.as_bytes()).map_err(of_part)?;
    let asked = Asked::read_as(CALLER, &it)?;
    let now = now(&past, asked.at(), clock)?;
    let known = it.person.is_some() || !past.permissions.is_empty() || !past.history.is_empty();
    let slot = match known {
        true => Some(lived(trial, &past, now)?),
        false => None,
    };
    let own = own_name(&trial.policy()?.compiled);
    let decided = trial.decide((slot, now), &asked.wanted(own.as_ref()))?;
    serde_json::to_string(&reply(None, &decided)).map_err(Problem::internal)
}

/// What is said of a line that is no situation.
pub fn bad_line(line: u64, problem: &Problem) -> BadLine {
    BadLine {
        line,
        column: problem.column,
        field: problem.field.clone(),
        error: problem.detail.to_string(),
    }
}

/// A mistake in one part of a line: its place is that in the part, and says nothing.
fn of_part(mut problem: Problem) -> Problem {
    (problem.line, problem.column) = (None, None);
    let top = problem.field.as_ref().is_some_and(|it| !it.contains(['.', '[']));
    if problem.slug == Slug::UnknownField && top {
        let more = Situation::PAST.map(|it| format!(", `{it}`")).concat();
        problem.detail = format!("{}{more}", problem.detail).into();
    }
    problem
}

fn now(past: &Past, at: Option<Millis>, clock: Millis) -> Result<Millis, Problem> {
    let now = time("now", past.now.as_deref())?;
    if now.is_some() && at.is_some() {
        return Err(Problem::invalid("at", "say `now` or `at`, not both"));
    }
    let now = now.or(at).unwrap_or(clock);
    match (FIRST..LAST).contains(&now) {
        true => Ok(now),
        false => Err(Problem::invalid("now", format!("{now} is not between 1970 and 2100"))),
    }
}

/// A time before now.
fn before(field: &str, text: &str, now: Millis) -> Result<Millis, Problem> {
    let at = Millis::parse(text).map_err(|error| Problem::invalid(field, error))?;
    match (FIRST..=now).contains(&at) {
        true => Ok(at),
        false => {
            let said = format!("{at} is not between 1970 and now, which is {now}");
            Err(Problem::invalid(field, said))
        }
    }
}

/// Makes somebody with this past. What happened is told in order of time; of the same time, in
/// the order given.
fn lived(trial: &mut Trial, past: &Past, now: Millis) -> Result<Slot, Problem> {
    let history = &past.history;
    let age = match &history.age {
        Some(age) => words::read("history.age", age, read_age, words::AGES)?,
        None => Age::Unknown,
    };
    let moments = moments(past, now)?;
    let slot = trial.somebody(age)?;
    for it in &moments {
        let when = (slot, it.at);
        let told = match it.deed {
            Deed::Answered(answer) => answered(trial, when, answer),
            Deed::Collected(data) => trial.collected(when, data).map_err(Problem::from),
            Deed::Signalled(signals) => trial.signalled(when, signals).map_err(Problem::from),
            Deed::Affirmed(purpose) => trial.affirmed(when, purpose).map_err(Problem::from),
            Deed::Used(purpose) => trial.used(when, purpose).map_err(Problem::from),
            Deed::Visited => {
                trial.visited(slot, it.at);
                Ok(())
            }
            Deed::Ordered => {
                trial.ordered(slot, it.at);
                Ok(())
            }
        };
        told.map_err(|problem| problem.within(&it.field))?;
    }
    for (n, purpose) in history.objections.iter().enumerate() {
        let at = || format!("history.objections[{n}]");
        trial.objected(slot, purpose).map_err(|it| Problem::from(it).at(at()))?;
    }
    Ok(slot)
}

fn moments(past: &Past, now: Millis) -> Result<Vec<Moment<'_>>, Problem> {
    let history = &past.history;
    let (mut all, mut all_signals) = (Vec::new(), Vec::new());
    let mut add = |field: String, time: &str, deed| {
        let own = if matches!(deed, Deed::Visited | Deed::Ordered) { "" } else { ".at" };
        let at = before(&format!("{field}{own}"), time, now)?;
        all.push(Moment { at, field, deed });
        Ok::<(), Problem>(())
    };
    for (n, it) in past.permissions.iter().enumerate() {
        add(format!("permissions[{n}]"), &it.at, Deed::Answered(it))?;
    }
    for (n, it) in history.collected.iter().enumerate() {
        add(format!("history.collected[{n}]"), &it.at, Deed::Collected(&it.data))?;
    }
    if let Some(at) = &history.last_visit {
        add("history.last_visit".to_owned(), at, Deed::Visited)?;
    }
    if let Some(at) = &history.last_order {
        add("history.last_order".to_owned(), at, Deed::Ordered)?;
    }
    for (n, it) in history.uses.iter().enumerate() {
        add(format!("history.uses[{n}]"), &it.at, Deed::Used(&it.purpose))?;
    }
    for (n, it) in history.signals.iter().enumerate() {
        let field = format!("history.signals[{n}]");
        let (signal, at) = match it {
            PastSignal::Always(signal) => (signal, None),
            PastSignal::Since(it) => (&it.signal, Some(it.at.as_str())),
        };
        let field_of_signal = if at.is_some() { format!("{field}.signal") } else { field.clone() };
        let parse = |text: &str| SIGNALS.contains(&text).then(|| Signal::parse(text)).flatten();
        let signal = words::read(&field_of_signal, signal, parse, SIGNALS)?;
        let deed = Deed::Signalled(Signals::of(&[signal]));
        match at {
            Some(at) => add(field, at, deed)?,
            // Nobody knows when it began, so no answer is later.
            None => all_signals.push(Moment { at: Millis(0), field, deed }),
        }
    }
    for (n, it) in history.affirmed.iter().enumerate() {
        add(format!("history.affirmed[{n}]"), &it.at, Deed::Affirmed(&it.purpose))?;
    }
    all.extend(all_signals);
    all.sort_by_key(|it| it.at);
    Ok(all)
}

fn answered(trial: &mut Trial, when: (Slot, Millis), it: &PastPermission) -> Result<(), Problem> {
    let statement = it.statement.as_deref().map(str::parse).transpose();
    let answer = PastAnswer {
        purpose: &it.purpose,
        answer: words::read("answer", &it.answer, Answer::parse, Answer::WORDS)?,
        statement: statement.map_err(|error| Problem::invalid("statement", error))?,
        language: it.language.as_deref(),
        interest: it.interest.as_deref(),
        agreed: it.agreed.as_ref().map(agreed),
    };
    Ok(trial.answered(when, &answer)?)
}

fn agreed(it: &PastBox) -> AgreedBox<'_> {
    AgreedBox {
        data: it.data.as_deref(),
        recipients: it.recipients.as_deref(),
        channels: it.channels.as_deref(),
    }
}
