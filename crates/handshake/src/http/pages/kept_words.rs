//! How a promise was kept, in words and figures: never a count without of how many.

use handshake_core::impact::Kept;
use handshake_core::projection::Day;

use super::words::Words;

impl Words {
    /// `8,113`, `8.113`.
    pub(super) fn number(&self, it: u64) -> String {
        let digits = it.to_string();
        let mut grouped = String::new();
        for (n, digit) in digits.chars().enumerate() {
            if n != 0 && (digits.len() - n).is_multiple_of(3) {
                grouped.push(if self.is_german() { '.' } else { ',' });
            }
            grouped.push(digit);
        }
        grouped
    }

    fn days(&self, from: Day, to: Day) -> String {
        let same = from.date().year() == to.date().year();
        let year = format!(" {}", from.date().year());
        let (mut from, to) = (self.day(from), self.day(to));
        if same && let Some(short) = from.strip_suffix(&year) {
            from = short.to_owned();
        }
        match self.is_german() {
            false => format!("{from} to {to}"),
            true => format!("{from} bis {to}"),
        }
    }

    /// How a promise was kept in this quarter and the last, one line each; one for both where
    /// nothing came.
    pub(super) fn kept(&self, [now, before]: &[Kept; 2]) -> Vec<String> {
        let came = |it: &Kept| it.uses.done != 0 || it.uses.open != 0;
        if came(now) || came(before) {
            return vec![self.kept_in(now), self.kept_in(before)];
        }
        let days = self.days(before.quarter.first_day(), now.until);
        vec![format!("{}, {days}.", self.policy.not_yet_used)]
    }

    /// How often a promise was missed, always with of how many.
    fn kept_in(&self, it: &Kept) -> String {
        let (done, open) = (it.uses.done, it.uses.open);
        let days = self.days(it.quarter.first_day(), it.until);
        let (missed, of) = (self.number(it.missed), self.number(done));
        let mut said = match (self.is_german(), done, it.missed) {
            (_, 0, _) if open == 0 => return format!("{}, {days}.", self.policy.not_yet_used),
            (false, 0, _) => format!("Nothing reported done yet, {days}."),
            (true, 0, _) => format!("Noch nichts als getan gemeldet, {days}."),
            (false, 1, 0) => format!("Kept the one time it mattered, {days}."),
            (true, 1, 0) => format!("Das eine Mal gehalten, {days}."),
            (false, _, 0) => format!("Kept all {of} times, {days}."),
            (true, _, 0) => format!("Alle {of} Male gehalten, {days}."),
            (false, _, _) => {
                let most = if it.at_most { "at most " } else { "" };
                format!("Missed {most}{missed} of {of} times, {days}.")
            }
            (true, _, _) => {
                let most = if it.at_most { "höchstens " } else { "" };
                format!("{most}{missed} von {of} Malen nicht gehalten, {days}.")
            }
        };
        let (open_said, assumed) = (self.number(open), self.number(it.uses.assumed));
        if open != 0 {
            said.push_str(&match self.is_german() {
                false => format!(" Of {open_said} more we have no report."),
                true => format!(" Über {open_said} weitere wissen wir noch nichts."),
            });
        }
        if it.uses.assumed != 0 {
            said.push_str(&match self.is_german() {
                false => {
                    format!(" For {assumed} of them nobody reported what was done; it was assumed.")
                }
                true => format!(
                    " Bei {assumed} davon hat niemand gemeldet, was getan wurde; es ist angenommen."
                ),
            });
        }
        said
    }
}
