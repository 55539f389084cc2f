//! A draft as the text of a policy, with a line to write wherever something is missing.

use super::draft::{Draft, Ground, Keep, Never, Purpose, US};
use super::source::Source;
use super::tree::{slug, word};
use super::{Given, Imported};

/// Begins a line that somebody must write.
const TO_WRITE: &str = "// TO WRITE: ";

struct Pen {
    text: String,
    line: usize,
    missing: Vec<(usize, String)>,
}

/// A text in quotes, as a policy file takes it: on one line, without what cannot be seen.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for it in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        match it {
            '"' | '\\' => out.extend(['\\', it]),
            it if is_seen(it) => out.push(it),
            _ => (),
        }
    }
    out.push('"');
    out
}

/// The same for a comment.
fn remark(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_line.chars().filter(|it| is_seen(*it)).collect()
}

fn is_seen(it: char) -> bool {
    let unseen = matches!(it, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(it, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !it.is_control() && !unseen
}

pub(super) fn write(draft: Draft, source: &Source, given: &Given) -> Imported {
    let mut pen = Pen { text: String::new(), line: 0, missing: Vec::new() };
    header(&mut pen, source, given);
    pen.line("");
    pen.line("data {");
    if draft.tree.is_empty() {
        pen.missing(1, "data categories", "the files name none");
    }
    draft.tree.lines().iter().for_each(|it| pen.line(it));
    pen.line("}");
    pen.line("");
    recipients(&mut pen, &draft, source);
    pen.line("");
    channels(&mut pen, &draft, given);
    let purposes = draft.purposes.len();
    for it in &draft.purposes {
        purpose(&mut pen, it, given);
    }
    for it in &draft.nevers {
        pen.line("");
        never(&mut pen, it);
    }
    let Pen { text, missing, line: _ } = pen;
    let Draft { left_out, taken, .. } = draft;
    Imported { policy: text, purposes, missing, left_out, taken }
}

impl Pen {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.line += 1;
    }

    /// A line for somebody to write: what belongs there, and what is known of it.
    fn missing(&mut self, depth: usize, what: &str, known: &str) {
        let known = remark(known);
        let known = if known.is_empty() { String::new() } else { format!(" ({known})") };
        self.line(&format!("{}{TO_WRITE}{what}{known}", "  ".repeat(depth)));
        self.missing.push((self.line, format!("{what}{known}")));
    }

    /// A line whose values somebody gave, or a line to write.
    fn given(&mut self, depth: usize, key: &str, values: &[String], example: &str) {
        match values {
            [] => self.missing(depth, &format!("{key} {example}"), ""),
            values => {
                let values: Vec<String> = values.iter().map(|it| plain(it)).collect();
                self.line(&format!("{}{key} {}", "  ".repeat(depth), values.join(" ")));
            }
        }
    }
}

/// A word as it stands, or in quotes if it needs them.
fn plain(text: &str) -> String {
    let bare = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '.'));
    match bare {
        true => text.to_owned(),
        false => quoted(text),
    }
}

fn header(pen: &mut Pen, source: &Source, given: &Given) {
    let organization = match source.organizations.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    let own = organization.and_then(|it| it.name.as_deref().or(Some(&it.key)));
    let name = given.name.clone().or_else(|| own.and_then(slug));
    pen.line("// Made from fideslang. Each line `TO WRITE` is for a person; then `handshake policy check`.");
    let effective = given
        .effective
        .as_deref()
        .map_or_else(String::new, |it| format!(" effective={}", quoted(it)));
    pen.line(&format!(
        "policy {} version=1{effective} {{",
        name.as_deref().map_or_else(|| "unnamed".to_owned(), word)
    ));
    if name.is_none() {
        let said = format!("{} organizations in the files", source.organizations.len());
        pen.missing(1, "the name of the policy, in the place of `unnamed`", &said);
    }
    if given.effective.is_none() {
        pen.missing(
            1,
            "effective=\"2030-01-01T00:00:00Z\" on the line of `policy`",
            "when it takes effect",
        );
    }
    let contact = organization.and_then(|it| it.contact.as_deref());
    match (own, contact) {
        (Some(name), Some(contact)) => {
            pen.line(&format!("  controller {} contact={}", quoted(name), quoted(contact)));
        }
        (Some(name), None) => {
            let what = format!("controller {} contact=\"…\"", quoted(name));
            pen.missing(1, &what, "the files name no contact");
        }
        (None, _) => {
            let said = format!("{} organizations in the files", source.organizations.len());
            pen.missing(1, "controller \"…\" contact=\"…\"", &said);
        }
    }
    pen.given(1, "applies-in", &given.applies_in, "EU UK US-CA …");
    pen.given(1, "languages", &given.languages, "en …");
    let one = |it: &Option<String>| it.iter().cloned().collect::<Vec<String>>();
    pen.given(1, "currency", &one(&given.currency), "EUR");
    pen.given(1, "time-zone", &one(&given.time_zone), "\"Europe/London\"");
    match &given.mode {
        Some(mode) => pen.line(&format!("  anything-else not-allowed mode={}", plain(mode))),
        None => pen.missing(
            1,
            "anything-else not-allowed mode=enforce",
            "or mode=observe: only to watch",
        ),
    }
    pen.line("}");
}

fn recipients(pen: &mut Pen, draft: &Draft, source: &Source) {
    pen.line("recipients {");
    let own = match source.organizations.as_slice() {
        [one] => one.name.as_deref(),
        _ => None,
    };
    match own {
        Some(name) => pen.line(&format!("  {US} {} kind=ourselves", quoted(name))),
        None => pen.missing(1, &format!("{US} \"…\" kind=ourselves"), "how customers call you"),
    }
    for (id, it) in &draft.recipients {
        let (id, label) = (word(id), quoted(&it.label));
        match it.kind {
            Some(kind) => pen.line(&format!("  {id} {label} kind={kind}")),
            None => {
                let what = format!("{id} {label} kind=… country=…");
                pen.missing(1, &what, "processor or third-party: the files do not say");
            }
        }
    }
    pen.line("}");
}

fn channels(pen: &mut Pen, draft: &Draft, given: &Given) {
    pen.line("channels {");
    let mut all: Vec<String> = given.channels.clone();
    all.extend(draft.channels.iter().map(|it| (*it).to_owned()));
    all.sort();
    all.dedup();
    for it in &all {
        pen.line(&format!("  {}", plain(it)));
    }
    if given.channels.is_empty() {
        pen.missing(1, "web; email; …", "where something shows; the files do not say");
    }
    pen.line("}");
}

fn purpose(pen: &mut Pen, it: &Purpose, given: &Given) {
    pen.line("");
    pen.line(&format!(
        "// {}, {} line {}",
        remark(&it.called),
        remark(&it.place.file),
        it.place.line
    ));
    pen.line(&format!("purpose {} {{", word(&it.name)));
    let languages = match given.languages.as_slice() {
        [] => "en=\"…\"".to_owned(),
        some => some.iter().map(|it| format!("{it}=\"…\"")).collect::<Vec<_>>().join(" "),
    };
    pen.missing(
        1,
        &format!("says {languages}"),
        "the sentence customers read; it names the data used",
    );
    match &it.basis {
        Ground::Known(line) => pen.line(&format!("  {line}")),
        Ground::Partly(line, what) => {
            pen.line(&format!("  {line}"));
            pen.missing(1, what, "");
        }
        Ground::Unknown(why) => pen.missing(1, "basis …", why),
    }
    let joined = |names: &std::collections::BTreeSet<String>| {
        names.iter().map(|it| word(it)).collect::<Vec<_>>().join(" ")
    };
    match it.uses.is_empty() {
        true => pen.missing(1, "uses …", "the files name no data for it"),
        false => pen.line(&format!("  uses {}", joined(&it.uses))),
    }
    if it.special_unknown {
        let what = "sensitive=yes on the special ones of its data, in `data`";
        pen.missing(1, what, "the files say there are some, not which");
    }
    pen.line(&format!("  with {}", joined(&it.with)));
    match it.on {
        Some(channel) => pen.line(&format!("  on {channel}")),
        None => pen.missing(1, "on …", "where it shows"),
    }
    match &it.keep {
        Keep::Unsaid => pen.missing(1, "keep … after …", "the files do not say how long"),
        Keep::Period(period) => {
            let what = format!("keep {period} after …");
            pen.missing(
                1,
                &what,
                "collection, order, last-visit or last-order: the files do not say",
            );
        }
        Keep::Words(words) => pen.missing(1, "keep … after …", &format!("the files say “{words}”")),
    }
    pen.line("}");
}

fn never(pen: &mut Pen, it: &Never) {
    pen.line(&format!("never {} {{", quoted(&it.says)));
    for (key, names) in [("data", &it.data), ("purposes", &it.purposes)] {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|it| word(it)).collect();
            pen.line(&format!("  {key} {}", names.join(" ")));
        }
    }
    pen.line("}");
}
