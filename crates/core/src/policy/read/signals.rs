//! `signals { … }`: what a browser's wishes mean to this merchant.

use std::collections::BTreeMap;

use kdl::{KdlEntry, KdlNode};

use super::desk::{Desk, Kind, shown, span_of};
use super::waivers::mode_property;
use super::words::Words;
use crate::policy::model::{SignalMeaning, SignalTerm};
use crate::vocabulary::Signal;

/// What a signal binds.
#[derive(Debug, Default)]
struct Binds {
    device: bool,
    person: bool,
}

pub(super) fn signals(desk: &mut Desk<'_>, node: &KdlNode) -> BTreeMap<Signal, SignalTerm> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeMap::new();
    let mut words = Words::of(node);
    for child in words.children() {
        match Signal::parse(child.name().value()) {
            Some(signal) if desk.once(&mut seen, child) => {
                found.extend(term(desk, child).map(|it| (signal, it)));
            }
            Some(_) => (),
            None => desk.unknown_node(child, "`signals`", &Signal::ALL.map(Signal::as_str)),
        }
    }
    words.end(desk);
    found
}

/// `gpc means=objection to=retarget binds=device,person mode=enforce law="…"`.
fn term(desk: &mut Desk<'_>, node: &KdlNode) -> Option<SignalTerm> {
    let mut words = Words::of(node);
    let parse = |text: &str| match text {
        "objection" => Some(SignalMeaning::Objection),
        "permission-or-refusal" => Some(SignalMeaning::PermissionOrRefusal),
        _ => None,
    };
    let known = ["objection", "permission-or-refusal"];
    let means = words.need_property(desk, "means", "objection");
    let means = means.and_then(|it| desk.one_of(it, "meaning", &known, parse));
    let to = words.need_property(desk, "to", "PURPOSE");
    let to = to.map(|it| desk.names(it, Kind::Purpose)).into_iter().flatten().collect();
    let binds = match words.property("binds") {
        None => Binds { device: true, person: false },
        Some(entry) => binds(desk, entry),
    };
    let places = words.property("in").map(|it| desk.places(it)).unwrap_or_default();
    let line = desk.line(node);
    let (mode, waiver) = mode_property(desk, &mut words, line);
    let law = words.property("law").and_then(|it| desk.text(it));
    words.end(desk);
    let (binds_device, binds_person) = (binds.device, binds.person);
    let means = means?;
    Some(SignalTerm { means, to, binds_device, binds_person, places, mode, waiver, law, line })
}

fn binds(desk: &mut Desk<'_>, entry: &KdlEntry) -> Binds {
    let mut binds = Binds::default();
    let text = desk.text(entry).unwrap_or_default();
    for part in text.split([',', ' ']).filter(|it| !it.is_empty()) {
        match part {
            "device" => binds.device = true,
            "person" => binds.person = true,
            _ => {
                let said = format!("a signal cannot bind `{}`", shown(part));
                let help = "use `device`, `person` or `device,person`";
                desk.mistake(span_of(entry), "unknown-binding", said, help);
            }
        }
    }
    binds
}
