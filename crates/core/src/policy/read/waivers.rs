//! `mode observe waiver=w-7 until="…"`: a mode, and for how long a waiver lets it stand.

use kdl::KdlEntry;

use super::desk::{Desk, span_of};
use super::document::{instant, mode};
use super::words::Words;
use crate::policy::model::Line;
use crate::policy::waiver::Waiver;
use crate::vocabulary::Mode;

/// A line that is a mode.
pub(super) fn mode_line(
    desk: &mut Desk<'_>,
    words: &mut Words<'_>,
    line: Line,
) -> (Option<Mode>, Option<Waiver>) {
    let mode = words.need(desk, "a mode").and_then(|it| mode(desk, it));
    (mode, waiver(desk, words, line))
}

/// `mode=observe waiver=w-7 until="…"` among other properties.
pub(super) fn mode_property(
    desk: &mut Desk<'_>,
    words: &mut Words<'_>,
    line: Line,
) -> (Option<Mode>, Option<Waiver>) {
    let written = words.property("mode");
    let mode = written.and_then(|it| mode(desk, it));
    let waiver = waiver(desk, words, line);
    if let (Some(entry), None) = (words.property("waiver"), written) {
        lacks(desk, entry, "waiver=", "mode=observe");
    }
    (mode, waiver)
}

fn waiver(desk: &mut Desk<'_>, words: &mut Words<'_>, line: Line) -> Option<Waiver> {
    match (words.property("waiver"), words.property("until")) {
        (Some(name), Some(until)) => {
            let name = desk.name(name);
            let until = instant(desk, until);
            Some(Waiver { name: name?, until: until?, line })
        }
        (Some(name), None) => lacks(desk, name, "waiver=", "until=\"2027-01-31T00:00:00Z\""),
        (None, Some(until)) => lacks(desk, until, "until=", "waiver=NAME"),
        (None, None) => None,
    }
}

fn lacks(desk: &mut Desk<'_>, entry: &KdlEntry, what: &str, example: &str) -> Option<Waiver> {
    let key = example.split_once('=').map_or(example, |it| it.0);
    let said = format!("`{what}` lacks `{key}=`");
    desk.mistake(span_of(entry), "missing-property", said, format!("add it, as in `{example}`"));
    None
}
