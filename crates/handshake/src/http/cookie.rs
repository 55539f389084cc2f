//! Cookies, all set by the server and none readable by scripts.
//!
//! - `hs_person`: the signed token of a person who agreed to something, ordered or signed in.
//! - `hs_no`: the purposes refused on this device and until when, without any id.
//! - `hs_asked`: how many asks were shown in this visit and quarter, without any id.
//! - `hs_said`: for a minute, what was just answered by a form, so that the page can thank for it.

use axum::http::{HeaderMap, HeaderValue, header};
use handshake_core::projection::Quarter;
use handshake_core::vocabulary::{Answer, Code, Millis, Name};

use super::token::{PersonToken, VisitToken};

/// How many asks this device saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskCount {
    pub quarter: Quarter,
    pub this_quarter: u32,
    pub this_visit: u32,
    /// When the last one was shown, to the minute, to tell a visit from the next.
    pub last: Millis,
}

impl AskCount {
    /// How many asks count against the budget now: in this visit, and in this quarter.
    pub fn now(this: Option<AskCount>, quarter: Quarter, now: Millis) -> (u32, u32) {
        let Some(it) = this.filter(|it| it.quarter == quarter) else { return (0, 0) };
        let same_visit = now.0 < it.last.0.saturating_add(VISIT_MS);
        (if same_visit { it.this_visit } else { 0 }, it.this_quarter)
    }

    /// One more was shown.
    pub fn one_more(this: Option<AskCount>, quarter: Quarter, now: Millis) -> AskCount {
        let (visit, in_quarter) = AskCount::now(this, quarter, now);
        let last = Millis(now.0 - now.0.rem_euclid(MINUTE_MS));
        AskCount {
            quarter,
            this_quarter: in_quarter.saturating_add(1),
            this_visit: visit.saturating_add(1),
            last,
        }
    }
}

/// What the browser sent back. What cannot be read counts as not sent: it was changed by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cookies<'a> {
    /// The person token, not yet checked.
    pub person: Option<&'a str>,
    /// Purposes refused, and until when not to ask again.
    pub refused: Vec<(&'a str, Millis)>,
    pub asked: Option<AskCount>,
    /// What was just answered by a form: the answer, and the statement it was about.
    pub said: Option<(Answer, &'a str, Code)>,
}

const PERSON: &str = "hs_person";
const NO: &str = "hs_no";
const ASKED: &str = "hs_asked";
const SAID: &str = "hs_said";
const SAID_SECONDS: i64 = 60;
const DAY_SECONDS: i64 = 86_400;
const MINUTE_MS: i64 = 60_000;
const VISIT_MS: i64 = VisitToken::MINUTES * MINUTE_MS;
const REFUSED_MAX: usize = 32;

impl<'a> Cookies<'a> {
    pub fn read(headers: &'a HeaderMap) -> Cookies<'a> {
        let mut cookies = Cookies::default();
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
        for (name, value) in lines.flat_map(|it| it.split(';')).filter_map(|it| it.split_once('='))
        {
            match name.trim() {
                PERSON => cookies.person = Some(value.trim()),
                NO => cookies.refused = read_refused(value.trim()),
                ASKED => cookies.asked = read_asked(value.trim()),
                SAID => cookies.said = read_said(value.trim()),
                _ => (),
            }
        }
        cookies
    }
}

fn read_refused(value: &str) -> Vec<(&str, Millis)> {
    let one = |it: &'_ str| {
        let (purpose, until) = it.split_once(':')?;
        let until: i64 = until.parse().ok()?;
        Some((purpose.len(), Millis(until.checked_mul(1000)?)))
    };
    let parts = value.split('~').take(REFUSED_MAX);
    parts
        .filter_map(|it| one(it).and_then(|(end, until)| Some((it.get(..end)?, until))))
        .filter(|(purpose, _)| Name::is_name(purpose))
        .collect()
}

fn read_asked(value: &str) -> Option<AskCount> {
    let mut parts = value.split(':');
    let quarter = parts.next()?.parse().ok()?;
    let this_quarter = parts.next()?.parse().ok()?;
    let this_visit = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let last = Millis(minute.checked_mul(MINUTE_MS)?);
    parts.next().is_none().then_some(AskCount { quarter, this_quarter, this_visit, last })
}

fn read_said(value: &str) -> Option<(Answer, &str, Code)> {
    let (answer, rest) = value.split_once(':')?;
    let (purpose, statement) = rest.split_once(':')?;
    let statement = Code(statement.parse().ok()?);
    Name::is_name(purpose).then_some((Answer::parse(answer)?, purpose, statement))
}

/// Carries an answer to the page a form is sent back to. It says nothing that names anybody.
pub(super) fn set_said(
    (answer, purpose, statement): (Answer, &str, Code),
    secure: bool,
) -> Option<HeaderValue> {
    let value = format!("{}:{purpose}:{}", answer.as_str(), statement.0);
    cookie(SAID, &value, SAID_SECONDS, secure)
}

pub(super) fn clear_said(secure: bool) -> Option<HeaderValue> {
    cookie(SAID, "", 0, secure)
}

/// Remembers the person in this browser.
pub(super) fn set_person(token: &str, secure: bool) -> Option<HeaderValue> {
    cookie(PERSON, token, PersonToken::DAYS * DAY_SECONDS, secure)
}

/// Forgets the person in this browser.
pub(super) fn clear_person(secure: bool) -> Option<HeaderValue> {
    cookie(PERSON, "", 0, secure)
}

/// Remembers refusals on this device, for as long as the longest of them.
pub(super) fn set_refused(
    refused: &[(&str, Millis)],
    now: Millis,
    secure: bool,
) -> Option<HeaderValue> {
    let live = refused.iter().filter(|it| now < it.1).take(REFUSED_MAX);
    let parts: Vec<_> =
        live.clone().map(|(purpose, until)| format!("{purpose}:{}", until.0 / 1000)).collect();
    let last = live.map(|it| it.1.0).max().unwrap_or(now.0);
    cookie(NO, &parts.join("~"), (last - now.0) / 1000, secure)
}

/// Remembers on this device how many asks it saw; a quarter is at most 92 days.
pub(super) fn set_asked(asked: AskCount, secure: bool) -> Option<HeaderValue> {
    let AskCount { quarter, this_quarter, this_visit, last } = asked;
    let value = format!("{quarter}:{this_quarter}:{this_visit}:{}", last.0 / MINUTE_MS);
    cookie(ASKED, &value, 92 * DAY_SECONDS, secure)
}

fn cookie(name: &str, value: &str, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn headers(cookie: &str) -> HeaderMap {
        [(header::COOKIE, HeaderValue::from_str(cookie).unwrap())].into_iter().collect()
    }

    #[test]
    fn what_is_set_is_read() {
        let refused = [("personalise", NOW.plus_days(180)), ("email-offers", NOW.plus_days(1))];
        let quarter = "2026Q4".parse().unwrap();
        let asked = AskCount::one_more(None, quarter, NOW);
        assert_eq!(AskCount::now(Some(asked), quarter, NOW.plus_hours(1)), (0, 1));
        assert_eq!(AskCount::now(Some(asked), "2027Q1".parse().unwrap(), NOW), (0, 0));
        let said = (Answer::Granted, "personalise", Code(7));
        let set = [
            set_person("abc.def", true),
            set_refused(&refused, NOW, true),
            set_asked(asked, true),
            set_said(said, true),
        ];
        let sent: Vec<String> = set
            .iter()
            .map(|it| it.as_ref().unwrap().to_str().unwrap().split(';').next().unwrap().to_owned())
            .collect();
        let headers = headers(&sent.join("; "));
        let cookies = Cookies::read(&headers);
        assert_eq!(cookies.person, Some("abc.def"));
        assert_eq!(cookies.refused, refused);
        assert_eq!(cookies.asked, Some(asked));
        assert_eq!(cookies.said, Some(said));
    }

    #[test]
    fn what_was_tampered_with_counts_as_not_sent() {
        let headers =
            headers("hs_no=A:1~x~ok:9~b:99999999999999999999; hs_asked=2026Q5:1:1:1; other=1; bad");
        let cookies = Cookies::read(&headers);
        assert_eq!(cookies.refused, [("ok", Millis(9000))]);
        assert_eq!(cookies.asked, None);
    }

    #[test]
    fn cookies_are_hidden_from_scripts_and_other_sites() {
        let line = set_person("t", true).unwrap();
        assert_eq!(line, "hs_person=t; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure");
        assert!(!clear_person(false).unwrap().to_str().unwrap().contains("Secure"));
        assert_eq!(set_person("a\r\nSet-Cookie: x=1", true), None);
    }
}
