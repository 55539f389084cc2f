//! The lines of purposes and promises: what each is to say, and where it belongs.

use std::collections::BTreeSet;

use super::line::{Owned, Row, Token, Value, retune, says};
use super::patch::Patch;
use super::tree::{Node, Tree};
use super::{NeverLine, PurposeLine};
use crate::policy::feature::Feature;
use crate::policy::model::{Basis, Cost, Duty, InReturn, Keep, Limit, RecipientKind};
use crate::vocabulary::{Mode, Name, Period, Signal};

/// Lines of a purpose in the order of `docs/POLICY.md`; a new one is put behind those before it.
pub(super) const PURPOSE: [&str; 17] = [
    "says",
    "basis",
    "uses",
    "with",
    "on",
    "keep",
    "at-most",
    "must",
    "ask-again",
    "in-return",
    "serves",
    "stops-for",
    "tcf-purposes",
    "holdout",
    "mode",
    "law",
    "unit-cost",
];
pub(super) const NEVER: [&str; 8] =
    ["data", "recipients", "purposes", "except", "channels", "when", "mode", "law"];

/// Lines that may stand several times, and are then set all together.
const REPEATED: [&str; 2] = ["at-most", "must"];
const KIND: Owned = Owned::These(&["kind"]);

/// All lines of one name: as many as there are rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) name: &'static str,
    pub(super) rows: Vec<Row>,
    /// What a line says that binds nothing in particular; such a line may be missing.
    pub(super) any: Option<Row>,
}

impl Lines {
    fn some(name: &'static str, row: Option<Row>) -> Lines {
        Lines { name, rows: row.into_iter().collect(), any: None }
    }
}

/// Has a node say these lines and no others of that name.
pub(super) fn set(
    tree: &Tree<'_>,
    patch: &mut Patch<'_>,
    parent: &Node,
    order: &[&str],
    lines: &Lines,
) {
    let there: Vec<&Node> = parent.children().iter().filter(|it| it.name == lines.name).collect();
    let rows = match (&lines.any, there.is_empty(), lines.rows.is_empty()) {
        (Some(any), false, true) => std::slice::from_ref(any),
        _ => lines.rows.as_slice(),
    };
    // Of another line that stands twice, as one for each jurisdiction may, only the first is meant.
    let alone = !REPEATED.contains(&lines.name) && rows.len() == 1;
    let there: Vec<&Node> = there.into_iter().take(if alone { 1 } else { usize::MAX }).collect();
    let Differing { there, rows, kept } = differing(tree, there, rows);
    let pairs = there.iter().zip(rows);
    pairs.for_each(|(node, row)| retune(tree, patch, node, row));
    for node in there.iter().skip(rows.len()) {
        patch.remove_node(tree, node);
    }
    let earlier: Vec<&str> = order.iter().copied().take_while(|it| *it != lines.name).collect();
    let stands = |it: &&Node| earlier.contains(&it.name.as_str());
    let anchor = there.last().copied().or(kept);
    let anchor = anchor.or_else(|| parent.children().iter().rfind(stands));
    for row in rows.iter().skip(there.len()) {
        patch.add_line(tree, parent, anchor, &row.written(lines.name));
    }
}

/// What is left of lines when those that stand as wanted are left out, first and last ones.
struct Differing<'a, 'n> {
    there: Vec<&'n Node>,
    rows: &'a [Row],
    /// The last of the first lines left out.
    kept: Option<&'n Node>,
}

fn differing<'a, 'n>(
    tree: &Tree<'_>,
    mut there: Vec<&'n Node>,
    mut rows: &'a [Row],
) -> Differing<'a, 'n> {
    let mut kept = None;
    while let (Some(node), Some((row, rest))) = (there.first().copied(), rows.split_first()) {
        if !says(tree, node, row) {
            break;
        }
        (kept, rows) = (Some(node), rest);
        there.remove(0);
    }
    while let (Some(node), Some((row, rest))) = (there.last().copied(), rows.split_last()) {
        if !says(tree, node, row) {
            break;
        }
        rows = rest;
        there.pop();
    }
    Differing { there, rows, kept }
}

pub(super) fn of_purpose(line: &PurposeLine) -> Lines {
    match line {
        PurposeLine::Says(texts) => {
            let said = |(language, text): (&String, &String)| {
                Token::property(language, Value::Text(text.clone()))
            };
            let row = Row::fixed(texts.iter().map(said).collect(), &[]);
            Lines::some("says", Some(Row { owned: Owned::All, ..row }))
        }
        PurposeLine::Basis(it) => Lines::some("basis", Some(basis(it))),
        PurposeLine::Uses(it) => names("uses", it),
        PurposeLine::With(it) => names("with", it),
        PurposeLine::On(it) => names("on", it),
        PurposeLine::Keep(it) => Lines::some("keep", it.as_ref().map(keep)),
        PurposeLine::AtMost(it) => {
            Lines { name: "at-most", rows: it.iter().map(at_most).collect(), any: None }
        }
        PurposeLine::Must(it) => {
            Lines { name: "must", rows: it.iter().map(must).collect(), any: None }
        }
        PurposeLine::AskAgain(it) => Lines::some("ask-again", it.map(ask_again)),
        PurposeLine::InReturn(it) => Lines::some("in-return", it.as_ref().map(in_return)),
        PurposeLine::Serves(it) => {
            let row = Row::set(it.iter().map(|it| Feature::as_str(*it)));
            Lines::some("serves", (!it.is_empty()).then_some(row))
        }
        PurposeLine::StopsFor { objection, signals } => {
            let objection = objection.then_some("objection").into_iter();
            let words: Vec<&str> = signals.iter().map(|it| it.as_str()).chain(objection).collect();
            Lines::some("stops-for", (!words.is_empty()).then(|| Row::set(words)))
        }
        PurposeLine::Mode(it) => mode(*it),
        PurposeLine::Law(it) => law(it.as_deref()),
        PurposeLine::UnitCost(it) => Lines::some("unit-cost", it.as_ref().map(unit_cost)),
    }
}

/// The line of a promise; its sentence is not a line but its first word.
pub(super) fn of_never(line: &NeverLine) -> Option<Lines> {
    let any =
        |name, set: &BTreeSet<Name>| Lines { any: Some(Row::set(["any"])), ..names(name, set) };
    Some(match line {
        NeverLine::Says(_) => return None,
        NeverLine::Data(it) => any("data", it),
        NeverLine::Purposes(it) => any("purposes", it),
        NeverLine::Except(it) => names("except", it),
        NeverLine::Recipients(named, kinds) => {
            let kind = kinds.first().copied().map(RecipientKind::as_str);
            let row = match kind {
                Some(kind) => {
                    let kind = Token::property("kind", Value::Word(kind.to_owned()));
                    Some(Row::fixed(vec![kind], &["kind"]))
                }
                None if named.is_empty() => None,
                None => {
                    let row = Row::set(named.iter().map(Name::as_str));
                    Some(Row { owned: KIND, ..row })
                }
            };
            let any = Row { owned: KIND, ..Row::set(["any"]) };
            Lines { any: Some(any), ..Lines::some("recipients", row) }
        }
        NeverLine::Channels(it) => any("channels", it),
        NeverLine::When { signal, tag } => {
            let signal = signal.map(Signal::as_str).map(|it| ("signal", it));
            let tag = tag.as_ref().map(|it| ("tag", it.as_str()));
            let word = |(key, it): (&str, &str)| Token::property(key, Value::Word(it.to_owned()));
            let tokens: Vec<Token> = signal.into_iter().chain(tag).map(word).collect();
            let row = Row::fixed(tokens, &["signal", "tag"]);
            Lines::some("when", (!row.tokens.is_empty()).then_some(row))
        }
        NeverLine::Mode(it) => mode(*it),
        NeverLine::Law(it) => law(it.as_deref()),
    })
}

fn names(name: &'static str, set: &BTreeSet<Name>) -> Lines {
    let row = Row::set(set.iter().map(Name::as_str));
    Lines::some(name, (!set.is_empty()).then_some(row))
}

fn mode(it: Option<Mode>) -> Lines {
    let row = it.map(|it| Row::fixed(vec![Token::word(it.as_str())], &[]));
    Lines::some("mode", row)
}

fn law(it: Option<&str>) -> Lines {
    Lines::some("law", it.map(|it| Row::fixed(vec![Token::text(it)], &[])))
}

fn basis(it: &Basis) -> Row {
    let mut tokens: Vec<Token> = it.as_str().split(' ').map(Token::word).collect();
    let more = match it {
        Basis::LegitimateInterest { assessment } => {
            assessment.as_ref().map(|it| ("assessment", it))
        }
        Basis::LegalDuty { law } => law.as_ref().map(|it| ("law", it)),
        Basis::Permission { .. } | Basis::Contract => None,
    };
    tokens.extend(more.map(|(key, it)| Token::property(key, Value::Text(it.clone()))));
    Row::fixed(tokens, &["assessment", "law"])
}

fn period(it: Period) -> [Token; 2] {
    [Token::number(it.count), Token::Value(Value::Unit(it))]
}

fn keep(it: &Keep) -> Row {
    let after = [Token::word("after"), Token::word(it.after.as_str())];
    let mut tokens: Vec<Token> = period(it.period).into_iter().chain(after).collect();
    let law = it.law.as_ref().map(|it| Token::property("law", Value::Text(it.clone())));
    tokens.extend(law);
    Row::fixed(tokens, &["law"])
}

fn ask_again(it: Period) -> Row {
    let after = Token::property("after", Value::Number(it.count.into()));
    Row::fixed(vec![after, Token::Value(Value::Unit(it))], &[])
}

fn in_return(it: &InReturn) -> Row {
    Row::fixed(vec![Token::word(it.name.as_str()), Token::text(&it.label)], &[])
}

fn at_most(it: &Limit) -> Row {
    let per = Token::property("per", Value::Word(it.per.as_str().to_owned()));
    let mode = it.mode.map(|it| Token::property("mode", Value::Word(it.as_str().to_owned())));
    let tokens = [Token::number(it.count), per].into_iter().chain(mode).collect();
    Row::fixed(tokens, &["mode"])
}

fn must(it: &Duty) -> Row {
    let word = |key: &str, it: &String| Token::property(key, Value::Word(it.clone()));
    let mut tokens = vec![Token::word(it.what.as_str())];
    tokens.extend(it.when.as_ref().map(|it| word("in", it)));
    if let Some(within) = it.within {
        tokens.push(Token::property("within", Value::Number(within.count.into())));
        tokens.push(Token::Value(Value::Unit(within)));
    }
    tokens.extend(it.of.as_ref().map(|it| word("of", it)));
    Row::fixed(tokens, &["in", "within", "of"])
}

fn unit_cost(it: &Cost) -> Row {
    let currency = it.amount.currency.to_string();
    let tokens = vec![
        Token::number(it.amount.value),
        Token::word(&currency),
        Token::word("per"),
        Token::word(&it.per),
    ];
    Row::fixed(tokens, &[])
}
