//! What one policy allows that another does not, decided over every use there can be.
//!
//! A purpose is a box: data × recipients × channels, with bars on it. Each cell of the new box is
//! looked up in the old one. Outside the old box, the cell itself is new. Inside, a bar of the old
//! cell that no bar of the new one covers is a difference, and violating that bar alone is a use
//! which shows it. Nothing else can differ, so an empty answer is a proof.

use std::collections::{BTreeMap, BTreeSet};

use super::bars::{self, Bar, When};
use super::places::Place;
use super::witness::{granted_by, witness};
use super::words;
use super::{Class, Difference, Effect, Witness};
use crate::policy::compiled::{Compiled, CompiledBox, CompiledNever, CompiledPurpose, Ground};
use crate::policy::model::Line;
use crate::policy::waiver::CompiledMode;
use crate::vocabulary::{Code, Name, Signals};

/// One purpose of one policy, ready to be looked up cell by cell.
pub(super) struct Side<'a> {
    pub(super) policy: &'a Compiled,
    pub(super) purpose: &'a CompiledPurpose,
    /// The first of its boxes in the places; all have the same cells.
    pub(super) the_box: &'a CompiledBox,
    /// Bars that hold in every cell.
    pub(super) bars: Vec<Bar>,
    /// Promises that may bear on this purpose.
    pub(super) nevers: Vec<(&'a CompiledNever, Bar)>,
    /// What it takes to work each leaf out.
    pub(super) inferring: Vec<Option<Bar>>,
    pub(super) place: &'a Place,
}

/// A cell by the numbers both policies share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) leaf: Code,
    pub(super) recipient: Code,
    pub(super) channel: Code,
}

/// The same cell as bits of one policy.
#[derive(Debug, Clone, Copy)]
struct Spot {
    leaf: usize,
    recipient: u64,
    channel: u64,
}

/// Where one kind of difference was found: in which cells, and by which bar.
struct Found {
    first: Cell,
    cells: words::Cells,
    bar: Option<Bar>,
}

/// What tells one difference of a purpose from another.
type Key = (Class, Line, u32);

/// Uses that `new` allows and `old` does not. With the policies changed over, and `effect`
/// narrowed, uses that are no longer allowed.
pub(super) fn differences(
    (old, new): (&Compiled, &Compiled),
    place: &Place,
    effect: Effect,
) -> Vec<Difference> {
    let mut all = Vec::new();
    for purpose in &new.purposes {
        let Some(after) = Side::new(new, purpose, place) else { continue };
        let before = old.purpose_of(purpose.code).and_then(|it| Side::new(old, it, place));
        let found = compare(before.as_ref(), &after);
        all.extend(
            found
                .into_iter()
                .map(|(key, it)| difference(before.as_ref(), &after, (key.0, &it), effect)),
        );
    }
    all
}

impl<'a> Side<'a> {
    /// Nothing where the purpose is not followed in every place that the person may be in.
    fn new(
        policy: &'a Compiled,
        purpose: &'a CompiledPurpose,
        place: &'a Place,
    ) -> Option<Side<'a>> {
        let places = policy.places(&place.jurisdiction);
        let boxes = || purpose.boxes.iter().filter(|it| it.places & places != 0);
        let the_box = boxes().next()?;
        if places & !boxes().fold(0, |all, it| all | it.places) != 0 {
            return None;
        }
        let mut bars: Vec<Bar> = Vec::new();
        for it in boxes().flat_map(|it| bars::of_box(policy, purpose, (it, places))) {
            if !bars.contains(&it) {
                bars.push(it);
            }
        }
        let asking = boxes().find(|it| it.basis == Ground::Permission).unwrap_or(the_box);
        let leaves = 0..policy.leaves.len();
        let never = |at: &u16| policy.nevers.get(usize::from(*at));
        let nevers = purpose.nevers.iter().filter_map(never).filter(|it| it.places & places != 0);
        Some(Side {
            policy,
            purpose,
            the_box,
            bars,
            nevers: nevers.map(|it| (it, bars::of_never(policy, purpose, it))).collect(),
            inferring: leaves
                .map(|leaf| bars::of_inferring(policy, purpose, (asking, leaf)))
                .collect(),
            place,
        })
    }

    fn cells(&self) -> impl Iterator<Item = (Cell, Spot)> + '_ {
        let recipients = || bits(self.the_box.recipients);
        let channels = || bits(self.the_box.channels);
        self.the_box.data.iter().flat_map(move |leaf| {
            recipients().flat_map(move |recipient| {
                channels().filter_map(move |channel| {
                    let cell = Cell {
                        leaf: self.policy.leaves.get(leaf)?.0,
                        recipient: self.policy.recipients.get(recipient)?.code,
                        channel: self.policy.channels.get(channel)?.0,
                    };
                    let spot = Spot { leaf, recipient: 1 << recipient, channel: 1 << channel };
                    Some((cell, spot))
                })
            })
        })
    }

    /// Bars that hold in one cell: of promises, and of what it takes to work the datum out.
    fn own_bars(&self, spot: Spot) -> impl Iterator<Item = &Bar> {
        let bears = move |it: &CompiledNever| {
            it.data.is_none_or(|data| data.has(spot.leaf) || it.inherited.has(spot.leaf))
                && it.recipients.is_none_or(|it| it & spot.recipient != 0)
                && it.channels.is_none_or(|it| it & spot.channel != 0)
        };
        let promises = self.nevers.iter().filter(move |it| bears(it.0)).map(|it| &it.1);
        promises.chain(self.inferring.get(spot.leaf).into_iter().flatten())
    }

    /// The cell in this policy's bits, where it declares all three names.
    fn spot(&self, cell: Cell) -> Option<Spot> {
        Some(Spot {
            leaf: self.policy.leaves.iter().position(|it| it.0 == cell.leaf)?,
            recipient: self.policy.recipient(cell.recipient)?,
            channel: self.policy.channel(cell.channel)?,
        })
    }

    fn uses(&self, leaf: Code) -> bool {
        let at = self.policy.leaves.iter().position(|it| it.0 == leaf);
        at.is_some_and(|it| self.the_box.data.has(it))
    }

    fn is_with(&self, recipient: Code) -> bool {
        self.policy.recipient(recipient).is_some_and(|it| self.the_box.recipients & it != 0)
    }

    fn is_on(&self, channel: Code) -> bool {
        self.policy.channel(channel).is_some_and(|it| self.the_box.channels & it != 0)
    }
}

fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = usize::try_from(mask.trailing_zeros()).ok().filter(|_| mask != 0)?;
        mask &= mask - 1;
        Some(bit)
    })
}

fn compare(before: Option<&Side<'_>>, after: &Side<'_>) -> BTreeMap<Key, Found> {
    let mut found = BTreeMap::new();
    let zone = &after.policy.zone;
    let covered = |it: &&Bar, by: &Bar| by.when.covers(&it.when, zone);
    let held = |it: &&Bar| after.bars.iter().any(|bar| covered(it, bar));
    let bars = before.into_iter().flat_map(|it| &it.bars);
    // In most policies that is none, so that only promises are looked at cell by cell.
    let missing: Vec<&Bar> = bars.filter(|it| !held(it)).collect();
    for (cell, spot) in after.cells() {
        let promises: Vec<&Bar> = after.own_bars(spot).collect();
        if promises.iter().any(|it| it.when.always()) {
            continue;
        }
        let Some(before) = before else {
            note(&mut found, after, cell, (Class::Purpose, None));
            continue;
        };
        let outside = outside(before, cell);
        if !outside.is_empty() {
            outside.into_iter().for_each(|it| note(&mut found, after, cell, (it, None)));
            continue;
        }
        let promised = before.spot(cell).into_iter().flat_map(|it| before.own_bars(it));
        let bars = missing.iter().copied().chain(promised.filter(|it| !held(it)));
        for bar in bars.filter(|it| !promises.iter().any(|bar| covered(it, bar))) {
            note(&mut found, after, cell, (class_of(&bar.when), Some(bar)));
        }
    }
    found
}

/// On which sides a cell lies outside the old box. A cell that is new on one side only says best
/// what changed, so others are told only where there is no such cell.
fn outside(before: &Side<'_>, cell: Cell) -> Vec<Class> {
    let sides = [
        (before.uses(cell.leaf), Class::Data),
        (before.is_with(cell.recipient), Class::Recipient),
        (before.is_on(cell.channel), Class::Channel),
    ];
    sides.into_iter().filter(|(inside, _)| !inside).map(|(_, class)| class).collect()
}

fn note(
    found: &mut BTreeMap<Key, Found>,
    side: &Side<'_>,
    cell: Cell,
    (class, bar): (Class, Option<&Bar>),
) {
    let detail = match bar.map(|it| &it.when) {
        Some(When::Signal { signal, .. }) => 1 + *signal as u32,
        Some(_) | None => 0,
    };
    let key = (class, bar.map_or(Line(0), |it| it.line), detail);
    let entry = found.entry(key).or_insert_with(|| Found {
        first: cell,
        cells: words::Cells::default(),
        bar: bar.cloned(),
    });
    entry.cells.add(side.policy, (cell.leaf, cell.recipient, cell.channel));
}

fn class_of(when: &When) -> Class {
    match when {
        When::NoPermission { .. } => Class::Basis,
        When::Inferring { .. } => Class::Inferred,
        When::Minor => Class::Minors,
        When::Objected => Class::Objection,
        When::Never { .. } => Class::Promise,
        When::Signal { .. } => Class::Signals,
        When::Old { .. } => Class::Keep,
        When::Often { .. } => Class::Frequency,
    }
}

fn difference(
    before: Option<&Side<'_>>,
    after: &Side<'_>,
    (class, found): (Class, &Found),
    effect: Effect,
) -> Difference {
    let new_line = line_of(after, class, found.bar.as_ref());
    let old_line = found.bar.as_ref().map(|it| it.line);
    let old_line = old_line.or_else(|| Some(line_of(before?, class, None)));
    let lines = match effect {
        Effect::Narrowed => (Some(new_line), old_line),
        Effect::Widened | Effect::Worse | Effect::Reworded | Effect::Better => {
            (old_line, Some(new_line))
        }
    };
    let keep = after.the_box.keep;
    Difference {
        effect,
        class,
        purpose: Some(after.purpose.name.clone()),
        said: match found.bar.as_ref().and_then(|it| granted_by(after, &it.when)) {
            Some(signal) if effect == Effect::Widened => words::granted_by(signal),
            Some(_) | None => {
                words::widened(class, effect, &found.cells, (found.bar.as_ref(), keep))
            }
        },
        lines,
        witness: witness(after, found.first, found.bar.as_ref().map(|it| &it.when)),
    }
}

/// The line of the new policy that makes the difference.
fn line_of(side: &Side<'_>, class: Class, bar: Option<&Bar>) -> Line {
    match bar.map(|it| &it.when) {
        Some(When::NoPermission { .. } | When::Minor) => side.the_box.basis_line,
        Some(When::Inferring { .. }) => side.the_box.data_line,
        Some(When::Old { .. }) => side.the_box.keep_line,
        Some(When::Objected | When::Never { .. } | When::Signal { .. } | When::Often { .. }) => {
            side.purpose.line
        }
        None if class == Class::Data => side.the_box.data_line,
        None if class == Class::Recipient => side.the_box.recipients_line,
        None if class == Class::Channel => side.the_box.channels_line,
        None => side.purpose.line,
    }
}

/// Rules that both policies have and the new one holds less firmly. The verdict stays, the advice
/// does not. `rest` are the lines on what no line allows.
pub(super) fn modes(
    (old, new): (&Compiled, &Compiled),
    rest: (Line, Line),
    place: &Place,
) -> Vec<Difference> {
    let mut all = Vec::new();
    let (was, is) = (CompiledMode::always(old.mode), CompiledMode::always(new.mode));
    if is.is_softer_than(was) {
        let said = words::softer("what no line allows", was, is);
        all.push(softened(None, said, rest, None));
    }
    for after in new.purposes.iter().filter_map(|it| Side::new(new, it, place)) {
        let before = old.purpose_of(after.purpose.code).and_then(|it| Side::new(old, it, place));
        let Some(before) = before else { continue };
        let name = &after.purpose.name;
        let mut told: BTreeSet<(CompiledMode, CompiledMode)> = BTreeSet::new();
        let (was, is) = (before.purpose.mode, after.purpose.mode);
        let cell = after.cells().next().map(|it| it.0);
        if is.is_softer_than(was) {
            told.insert((was, is));
            let said = words::softer(&format!("`{name}`"), was, is);
            let nothing = When::NoPermission { granting: Signals::NONE, needs: 0 };
            let witness = cell.and_then(|it| witness(&after, it, Some(&nothing)));
            let witness = witness.filter(|_| after.purpose.needs_permission());
            let lines = (before.purpose.line, after.purpose.line);
            all.push(softened(Some(name), said, lines, witness));
        }
        for bar in &after.bars {
            let same = before.bars.iter().find(|it| it.when == bar.when);
            let Some(same) = same.filter(|it| bar.mode.is_softer_than(it.mode)) else { continue };
            if told.insert((same.mode, bar.mode)) {
                let said = words::softer(&words::bar(&bar.when), same.mode, bar.mode);
                let witness = cell.and_then(|it| witness(&after, it, Some(&bar.when)));
                all.push(softened(Some(name), said, (same.line, bar.line), witness));
            }
        }
    }
    all.extend(promises_softer(old, new));
    all
}

/// Promises are known by their words.
fn promises_softer(old: &Compiled, new: &Compiled) -> Vec<Difference> {
    let softer_of = |it: &CompiledNever| {
        let same = old.nevers.iter().find(|before| before.says == it.says)?;
        it.mode.is_softer_than(same.mode).then(|| {
            let said = words::softer(&format!("“{}”", it.says), same.mode, it.mode);
            softened(None, said, (same.line, it.line), None)
        })
    };
    new.nevers.iter().filter_map(softer_of).collect()
}

fn softened(
    purpose: Option<&Name>,
    said: String,
    (old, new): (Line, Line),
    witness: Option<Witness>,
) -> Difference {
    let lines = (Some(old).filter(|it| it.0 != 0), Some(new).filter(|it| it.0 != 0));
    let purpose = purpose.cloned();
    Difference { effect: Effect::Worse, class: Class::Mode, purpose, said, lines, witness }
}
