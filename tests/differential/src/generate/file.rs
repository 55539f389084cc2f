//! Random policy files, one thing a line, so that a line can be taken away.

use std::collections::BTreeSet;

use super::{ANCHORS, CHANNELS, DATA, DERIVED, PERIODS, PLACES, PURPOSES, RECIPIENTS, TAGS, ZONES};
use crate::draw::Draw;
use crate::places::around;

/// The names a file declares.
#[derive(Clone)]
struct Declared {
    /// Leaves and nodes.
    data: Vec<String>,
    recipients: Vec<&'static str>,
    channels: Vec<&'static str>,
    tags: Vec<&'static str>,
    purposes: Vec<&'static str>,
    /// Where rules may be for: all around the places that the policy applies in.
    regions: Vec<&'static str>,
}

/// A file in parts. The lines of each purpose and promise stand together.
struct Parts {
    names: Declared,
    head: Vec<String>,
    declared: Vec<String>,
    purposes: Vec<Vec<String>>,
    nevers: Vec<Vec<String>>,
    signals: Vec<String>,
}

/// A policy, and now and then the version before it.
pub(super) fn versions(draw: &mut Draw) -> (String, Option<String>) {
    let parts = parts(draw);
    if draw.often(6) {
        return (parts.text("version=1 effective=\"2020-01-01T00:00:00Z\""), None);
    }
    let older = if draw.often(3) { self::parts(draw) } else { parts.once(draw) };
    (
        parts.text("version=2 replaces=1 effective=\"2027-01-01T00:00:00Z\""),
        Some(older.text("version=1 effective=\"2020-01-01T00:00:00Z\"")),
    )
}

fn parts(draw: &mut Draw) -> Parts {
    let tree = tree(draw);
    let mut nodes: Vec<String> = tree.iter().flat_map(names_of).collect();
    let mut derived = Vec::new();
    for (node, below) in DERIVED {
        if draw.often(6) {
            continue;
        }
        let it = (node, draw.some(below));
        derived.extend(self::derived(&it, &nodes, draw));
        nodes.extend(names_of(&it));
    }
    let recipients = draw.some(&RECIPIENTS);
    let applies_in = if draw.often(4) { vec![draw.pick(&PLACES)] } else { draw.some(&PLACES) };
    let regions: BTreeSet<&str> = applies_in.iter().flat_map(|it| around(it)).collect();
    let names = Declared {
        data: nodes,
        recipients: recipients.iter().map(|it| it.0).collect(),
        channels: draw.some(&CHANNELS),
        tags: draw.any(&TAGS),
        purposes: draw.some(&PURPOSES),
        regions: regions.into_iter().collect(),
    };
    let mut declared = vec!["data {".to_owned()];
    for (node, below) in &tree {
        declared.push(format!("{node} \"What\" {{"));
        declared.extend(below.iter().map(|it| (*it).to_owned()));
        declared.push("}".to_owned());
    }
    declared.extend(derived);
    declared.extend(["}".to_owned(), "tags {".to_owned()]);
    declared.extend(names.tags.iter().map(|it| format!("{it} from={}", names.data[0])));
    declared.extend(["}".to_owned(), "recipients {".to_owned()]);
    declared.extend(recipients.iter().map(|(name, rest)| format!("{name} \"Who\" {rest}")));
    declared.extend(["}".to_owned(), "channels {".to_owned()]);
    declared.extend(names.channels.iter().map(|it| (*it).to_owned()));
    declared.push("}".to_owned());
    Parts {
        head: head(&applies_in, draw),
        declared,
        purposes: names.purposes.iter().map(|it| purpose(&names, it, draw)).collect(),
        nevers: (0..draw.below(4)).map(|at| never(&names, at, draw)).collect(),
        signals: signals(&names, draw),
        names,
    }
}

impl Parts {
    fn text(&self, version: &str) -> String {
        let lines = [format!("policy shop {version} {{")].into_iter();
        let lines = lines.chain(self.head.iter().chain(&self.declared).cloned());
        let rest = self.purposes.iter().chain(&self.nevers).flatten().chain(&self.signals);
        lines.chain(rest.cloned()).collect::<Vec<_>>().join("\n") + "\n"
    }

    /// What it may have been: some rules as they are, others as they no longer are.
    fn once(&self, draw: &mut Draw) -> Parts {
        let names = Declared {
            purposes: match draw.often(8) {
                true => self.names.purposes.clone(),
                false => draw.some(&self.names.purposes),
            },
            ..self.names.clone()
        };
        let of = |name: &str| {
            let line = format!("purpose {name} {{");
            self.purposes.iter().find(|it| it[0] == line).cloned()
        };
        let own = |it: &&str, draw: &mut Draw| match of(it).filter(|_| draw.often(6)) {
            Some(lines) => lines,
            None => purpose(&names, it, draw),
        };
        Parts {
            head: self.head.clone(),
            declared: self.declared.clone(),
            purposes: names.purposes.iter().map(|it| own(it, draw)).collect(),
            nevers: (0..draw.below(3)).map(|at| never(&names, at, draw)).collect(),
            signals: signals(&names, draw),
            names,
        }
    }
}

/// Nodes with some of their children.
fn tree(draw: &mut Draw) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut nodes = draw.some(&DATA);
    if draw.often(5) {
        nodes = DATA.to_vec();
    }
    nodes.into_iter().map(|(node, below)| (node, draw.some(below))).collect()
}

/// The names of a node and its leaves.
fn names_of((node, below): &(&'static str, Vec<&'static str>)) -> Vec<String> {
    let leaves = below.iter().map(|it| format!("{node}.{it}"));
    std::iter::once((*node).to_owned()).chain(leaves).collect()
}

/// A node that is worked out from others, or whose leaves are.
fn derived(
    (node, below): &(&'static str, Vec<&'static str>),
    from: &[String],
    draw: &mut Draw,
) -> Vec<String> {
    let few = |draw: &mut Draw| {
        let from: Vec<String> = (0..=draw.below(2)).map(|_| draw.pick(from)).collect();
        let from: BTreeSet<String> = from.into_iter().collect();
        format!("from=\"{}\"", from.into_iter().collect::<Vec<_>>().join(" "))
    };
    let of_node = draw.often(5);
    let said = if of_node { format!(" {}", few(draw)) } else { String::new() };
    let mut lines = vec![format!("{node} \"What\"{said} {{")];
    for leaf in below {
        let own = !of_node || draw.often(2);
        lines.push(if own { format!("{leaf} {}", few(draw)) } else { (*leaf).to_owned() });
    }
    lines.push("}".to_owned());
    lines
}

fn head(applies_in: &[&str], draw: &mut Draw) -> Vec<String> {
    let mut lines = vec![
        "controller Shop contact=\"a@b.example\"".to_owned(),
        format!("applies-in {}", applies_in.join(" ")),
        "languages en".to_owned(),
        "currency EUR".to_owned(),
        format!("time-zone \"{}\"", draw.pick(&ZONES)),
        format!("anything-else not-allowed mode={}", mode(draw)),
    ];
    if draw.often(5) {
        lines.push("minors below=16 need=guardian".to_owned());
    }
    lines.push("}".to_owned());
    lines
}

fn mode(draw: &mut Draw) -> &'static str {
    draw.pick(&["enforce", "observe", "rehearse"])
}

fn basis(draw: &mut Draw) -> &'static str {
    draw.pick(&[
        "permission",
        "permission",
        "permission explicit",
        "contract",
        "legitimate-interest assessment=\"x\"",
        "legal-duty law=\"x\"",
    ])
}

/// The general basis, and others in some places.
fn bases(names: &Declared, draw: &mut Draw) -> Vec<String> {
    let mut lines = vec![format!("basis {}", basis(draw))];
    if draw.often(6) {
        return lines;
    }
    let mut left = draw.some(&names.regions);
    while !left.is_empty() {
        let more = left.split_off(1 + draw.below(left.len()));
        lines.push(format!("basis {} in={}", basis(draw), left.join(",")));
        left = more;
    }
    lines
}

fn purpose(names: &Declared, name: &str, draw: &mut Draw) -> Vec<String> {
    let bases = bases(names, draw);
    let asks = bases.iter().any(|it| it.starts_with("basis permission"));
    let mut lines = vec![format!("purpose {name} {{"), "says en=\"Use what we know.\"".to_owned()];
    lines.extend(bases);
    lines.extend([
        format!("uses {}", draw.some(&names.data).join(" ")),
        format!("with {}", draw.some(&names.recipients).join(" ")),
        format!("on {}", draw.some(&names.channels).join(" ")),
    ]);
    if draw.often(1) {
        lines.push(format!("only-in {}", draw.some(&names.regions).join(" ")));
    }
    if draw.often(6) {
        lines.push(format!("keep {} after {}", draw.pick(&PERIODS), draw.pick(&ANCHORS).as_str()));
    }
    if asks && draw.often(4) {
        lines.push(format!("ask-again after={}", draw.pick(&PERIODS)));
    }
    let stops = draw.any(&["objection", "gpc", "dnt", "tcf", "gpp"]);
    if !stops.is_empty() && draw.often(6) {
        lines.push(format!("stops-for {}", stops.join(" ")));
    }
    for window in draw.any(&["day", "week", "month"]) {
        if draw.often(4) {
            lines.push(format!("at-most {} per={window}", 1 + draw.below(3)));
        }
    }
    lines.extend([format!("mode {}", mode(draw)), "}".to_owned()]);
    lines
}

fn never(names: &Declared, at: usize, draw: &mut Draw) -> Vec<String> {
    let mut lines = Vec::new();
    if draw.often(6) {
        lines.push(format!("data {}", draw.some(&names.data).join(" ")));
    }
    if draw.often(4) {
        lines.push(format!("purposes {}", draw.some(&names.purposes).join(" ")));
    } else if draw.often(3) {
        lines.push("purposes any".to_owned());
        lines.push(format!("except {}", draw.some(&names.purposes).join(" ")));
    }
    if draw.often(3) {
        let kind = draw.pick(&["ourselves", "processor", "third-party"]);
        lines.push(match draw.below(10) {
            0..=2 => format!("recipients kind={kind}"),
            3 => format!("recipients kind={kind} country={}", draw.pick(&["US", "NL,US"])),
            4..=5 => format!("recipients country={}", draw.pick(&["US", "DE", "NL,US"])),
            _ => format!("recipients {}", draw.some(&names.recipients).join(" ")),
        });
    }
    if draw.often(3) {
        lines.push(format!("channels {}", draw.some(&names.channels).join(" ")));
    }
    if draw.often(3) || lines.is_empty() {
        lines.push(format!("when signal={}", draw.pick(&["gpc", "dnt", "tcf", "gpp"])));
    } else if !names.tags.is_empty() && draw.often(4) {
        lines.push(format!("when tag={}", draw.pick(&names.tags)));
    } else if !names.tags.is_empty() && draw.often(2) {
        lines.push(format!("when signal=gpc tag={}", draw.pick(&names.tags)));
    }
    if draw.often(3) {
        lines.push(format!("in {}", draw.some(&names.regions).join(" ")));
    }
    lines.push(format!("mode {}", mode(draw)));
    lines.insert(0, format!("never \"promise {at}\" {{"));
    lines.push("}".to_owned());
    lines
}

fn signals(names: &Declared, draw: &mut Draw) -> Vec<String> {
    let mut lines = vec!["signals {".to_owned()];
    for (signal, often) in [("gpc", 4), ("dnt", 3), ("tcf", 5), ("gpp", 2)] {
        if draw.often(often) {
            let means = match draw.often(if signal == "tcf" { 7 } else { 2 }) {
                true => "permission-or-refusal",
                false => "objection",
            };
            let to = draw.some(&names.purposes).join(",");
            let place = match draw.often(4) {
                true => format!(" in={}", draw.some(&names.regions).join(",")),
                false => String::new(),
            };
            lines.push(format!("{signal} means={means} to={to}{place}"));
        }
    }
    lines.push("}".to_owned());
    if lines.len() == 2 { Vec::new() } else { lines }
}
