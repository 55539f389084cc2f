//! People: who is known, and where each stands.
//!
//! Held in memory for every person, so columns are packed: at eight purposes a person's
//! permissions take at most 160 bytes, id and index included (`tests/memory.rs` measures it).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher};

use hashbrown::HashTable;

use super::agreed::{self, Agreed};
use super::calendar::Day;
use super::said::SaidOfSignals;
use super::seconds::Seconds;
use super::tallies::OpenUse;
use super::uses::{PurposeUses, Uses};
use crate::decision::{Age, Heard, Recent};
use crate::permission::Permissions;
use crate::vocabulary::{Answer, Carried, Code, Millis, PersonId, Position, Signals, Slot};

/// Everyone a site knows, by key slot.
#[derive(Debug, Default)]
pub struct People {
    ids: Vec<PersonId>,
    permissions: Vec<Permissions>,
    traits: Vec<Traits>,
    by_id: HashTable<u32>,
    by_alias: HashMap<[u8; 16], Slot>,
    /// How many people hold which statements.
    pub agreed: Agreed,
}

/// What is known of one person beside permissions.
#[derive(Debug, Clone, Default)]
struct Traits {
    signals: Signals,
    age: Age,
    last_visit: Seconds,
    last_order: Seconds,
    /// Behind a pointer, since many people never have any of it.
    more: Option<Box<More>>,
}

#[derive(Debug, Clone, Default)]
struct More {
    objections: Box<[Code]>,
    said: SaidOfSignals,
    /// Oldest time each leaf was collected, sorted by leaf.
    leaves: Box<[(Code, Seconds)]>,
    /// Uses that count against frequency limits, oldest first.
    uses: Box<[UseMark]>,
    /// What the person is told of all uses.
    told: Uses,
}

/// A use that was let through and counts, unless it is reported withheld or a day passes without
/// a word.
#[derive(Debug, Clone, Copy)]
struct UseMark {
    purpose: Code,
    at: Seconds,
    decision: Position,
    confirmed: bool,
}

/// A borrowed view of one person.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    pub slot: Slot,
    pub id: PersonId,
    pub permissions: &'a Permissions,
    traits: &'a Traits,
}

const USES_MAX: usize = 64;
const LONGEST_WINDOW_S: u32 = 30 * 24 * 3600;
const RESERVED_S: u32 = 24 * 3600;
/// The id of a slot nobody stands on: not yet used, or erased.
const NOBODY: PersonId = PersonId([0; 16]);

fn index(slot: Slot) -> usize {
    usize::try_from(slot.0).unwrap_or(usize::MAX)
}

fn hash_id(id: &PersonId) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(&id.0);
    hasher.finish()
}

/// Grows by an eighth, not by half: memory a person counts.
fn grow<T: Default + Clone>(column: &mut Vec<T>, len: usize, empty: &T) {
    if column.capacity() < len {
        column.reserve_exact((len - column.len()).max(column.len() / 8).max(64));
    }
    column.resize(len.max(column.len()), empty.clone());
}

impl Default for PersonId {
    fn default() -> PersonId {
        NOBODY
    }
}

impl People {
    /// How many people are known.
    pub fn count(&self) -> usize {
        self.by_id.len()
    }

    /// One past the highest slot anybody ever stood on.
    pub fn slots(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    pub fn by_id(&self, id: PersonId) -> Option<Slot> {
        let same = |slot: &u32| self.ids.get(index(Slot(*slot))) == Some(&id);
        self.by_id.find(hash_id(&id), same).map(|&slot| Slot(slot))
    }

    /// Finds a person by the keyed hash of the merchant's own number.
    pub fn by_alias(&self, alias: &[u8; 16]) -> Option<Slot> {
        self.by_alias.get(alias).copied()
    }

    pub fn person(&self, slot: Slot) -> Option<Person<'_>> {
        let at = index(slot);
        let id = *self.ids.get(at).filter(|id| **id != NOBODY)?;
        Some(Person {
            slot,
            id,
            permissions: self.permissions.get(at)?,
            traits: self.traits.get(at)?,
        })
    }

    /// Everyone, in order of slot.
    pub fn iter(&self) -> impl Iterator<Item = Person<'_>> {
        (0u32..).zip(&self.ids).filter_map(|(slot, _)| self.person(Slot(slot)))
    }

    pub(super) fn know(&mut self, slot: Slot, id: PersonId) {
        let len = index(slot).saturating_add(1);
        grow(&mut self.ids, len, &NOBODY);
        grow(&mut self.permissions, len, &Permissions::default());
        grow(&mut self.traits, len, &Traits::default());
        if let Some(place) = self.ids.get_mut(index(slot)) {
            *place = id;
        }
        let ids = &self.ids;
        let rehash = |slot: &u32| ids.get(index(Slot(*slot))).map_or(0, hash_id);
        self.by_id.insert_unique(hash_id(&id), slot.0, rehash);
    }

    pub(super) fn alias(&mut self, slot: Slot, alias: [u8; 16]) {
        self.by_alias.insert(alias, slot);
    }

    pub(super) fn answer(
        &mut self,
        slot: Slot,
        (answer, purpose, statement): (Answer, Code, Code),
        at: Millis,
    ) {
        if let Some(it) = self.permissions.get_mut(index(slot)) {
            let before = agreed::statements(it, purpose);
            it.record(answer, purpose, statement, at);
            self.agreed.moved(purpose, before, it);
        }
    }

    pub(super) fn object(&mut self, slot: Slot, purpose: Code, lifted: bool) {
        let Some(it) = self.more(slot) else { return };
        let mut objections = std::mem::take(&mut it.objections).into_vec();
        objections.retain(|it| *it != purpose);
        if !lifted {
            objections.push(purpose);
            objections.sort_unstable();
        }
        it.objections = objections.into_boxed_slice();
    }

    /// Signals that bind the person, and all that were ever heard from their devices.
    pub(super) fn signal(&mut self, slot: Slot, [binding, heard]: [Signals; 2], at: Millis) {
        if let Some(it) = self.traits.get_mut(index(slot)) {
            it.signals = binding;
        }
        if let Some(it) = self.more(slot).filter(|_| !heard.union(binding).is_empty()) {
            it.said.heard(heard.union(binding), at);
        }
    }

    pub(super) fn conflict_shown(&mut self, slot: Slot, purpose: Code, at: Millis) {
        if let Some(it) = self.more(slot) {
            it.said.conflict_shown(purpose, at);
        }
    }

    pub(super) fn affirmed(&mut self, slot: Slot, purpose: Code, at: Millis) {
        if let Some(it) = self.more(slot) {
            it.said.affirmed(purpose, at);
        }
    }

    pub(super) fn age(&mut self, slot: Slot, age: Age) {
        if let Some(it) = self.traits.get_mut(index(slot)) {
            it.age = age;
        }
    }

    pub(super) fn collected(&mut self, slot: Slot, leaves: &[u32], at: Millis, is_order: bool) {
        let Some(it) = self.traits.get_mut(index(slot)) else { return };
        it.last_visit = it.last_visit.max(Seconds::of(at));
        if is_order {
            it.last_order = it.last_order.max(Seconds::of(at));
        }
        if leaves.is_empty() {
            return;
        }
        let it = it.more.get_or_insert_default();
        let new = |leaf: &&u32| it.leaves.binary_search_by_key(&Code(**leaf), |it| it.0).is_err();
        if leaves.iter().any(|leaf| new(&leaf)) {
            let mut all = it.leaves.to_vec();
            all.extend(leaves.iter().filter(new).map(|&leaf| (Code(leaf), Seconds::of(at))));
            all.sort_unstable();
            all.dedup_by_key(|it| it.0);
            it.leaves = all.into_boxed_slice();
        }
    }

    pub(super) fn used(&mut self, slot: Slot, purpose: Code, decision: Position, at: Millis) {
        let Some(it) = self.more(slot) else { return };
        let now = Seconds::of(at);
        let mut uses = std::mem::take(&mut it.uses).into_vec();
        uses.retain(|it| now.0.saturating_sub(it.at.0) < LONGEST_WINDOW_S);
        if USES_MAX <= uses.len() {
            uses.remove(0);
        }
        uses.push(UseMark { purpose, at: now, decision, confirmed: false });
        it.uses = uses.into_boxed_slice();
    }

    pub(super) fn carried(&mut self, slot: Slot, decision: Position, carried: Carried) {
        let Some(it) = self.more(slot) else { return };
        match carried {
            Carried::Done => it
                .uses
                .iter_mut()
                .filter(|it| it.decision == decision)
                .for_each(|it| it.confirmed = true),
            Carried::Withheld => {
                let mut uses = std::mem::take(&mut it.uses).into_vec();
                uses.retain(|it| it.decision != decision);
                it.uses = uses.into_boxed_slice();
            }
        }
    }

    /// A use of the person's data was let through.
    pub(super) fn let_through(&mut self, slot: Slot, purpose: Code, at: (Millis, Day)) {
        if let Some(it) = self.more(slot) {
            it.told.decided(purpose, at);
        }
    }

    /// What became of it was reported.
    pub(super) fn came_of(&mut self, slot: Slot, at: Millis, (before, now): (&OpenUse, &OpenUse)) {
        if let Some(it) = self.more(slot) {
            it.told.carried_out(at, before, now);
        }
    }

    fn more(&mut self, slot: Slot) -> Option<&mut More> {
        let it = self.traits.get_mut(index(slot))?;
        Some(it.more.get_or_insert_default())
    }

    /// Bytes held for ids, index and permissions: what a person costs before anything else.
    pub fn permission_bytes(&self) -> usize {
        let entries = self.permissions.iter().map(|it| size_of_val(it.entries())).sum::<usize>();
        self.ids.capacity() * size_of::<PersonId>()
            + self.permissions.capacity() * size_of::<Permissions>()
            + self.by_id.allocation_size()
            + entries
    }

    pub(super) fn dump(&self, out: &mut String) {
        for it in self.iter() {
            let Traits { signals, age, last_visit, last_order, more } = it.traits;
            let signals = signals.bits();
            let age = age.number();
            let _infallible = writeln!(
                out,
                "person {} {} {:?} signals {signals} age {age} visit {last_visit:?} \
                 order {last_order:?} more {more:?}",
                it.slot.0,
                it.id,
                it.permissions.entries(),
            );
        }
        self.agreed.dump(out);
        let mut aliases: Vec<_> = self.by_alias.iter().collect();
        aliases.sort_unstable();
        for (alias, slot) in aliases {
            let _infallible = writeln!(out, "alias {alias:?} {}", slot.0);
        }
    }
}

impl Person<'_> {
    fn more(&self) -> Option<&More> {
        self.traits.more.as_deref()
    }

    /// Signals that bind the person whatever the device.
    pub fn signals(&self) -> Signals {
        self.traits.signals
    }

    /// When the person last affirmed a purpose against a signal.
    pub fn affirmed_at(&self, purpose: Code) -> Option<Millis> {
        self.more()?.said.affirmed_at(purpose)
    }

    /// Whether the person was shown that a signal speaks against the purpose.
    pub fn saw_conflict(&self, purpose: Code) -> bool {
        self.more().is_some_and(|it| it.said.saw_conflict(purpose))
    }

    /// Signals ever heard from the person's devices.
    pub fn heard_of(&self) -> Signals {
        self.more().map_or(Signals::NONE, |it| it.said.all())
    }

    /// Which of these signals were heard from the person's devices, and since when.
    pub fn heard(&self, signals: Signals) -> Vec<Heard> {
        self.more().map_or(Vec::new(), |it| it.said.since(signals))
    }

    pub fn age(&self) -> Age {
        self.traits.age
    }

    pub fn objected(&self, purpose: Code) -> bool {
        self.more().is_some_and(|it| it.objections.binary_search(&purpose).is_ok())
    }

    /// What was done with the person's data, by purpose.
    pub fn uses(&self) -> &[PurposeUses] {
        self.traits.more.as_deref().map_or(&[], |it| it.told.all())
    }

    pub fn last_visit(&self) -> Option<Millis> {
        self.traits.last_visit.millis()
    }

    pub fn last_order(&self) -> Option<Millis> {
        self.traits.last_order.millis()
    }

    /// When the leaf was first collected, if it is held.
    pub fn oldest(&self, leaf: Code) -> Option<Millis> {
        let leaves = &self.more()?.leaves;
        let at = leaves.binary_search_by_key(&leaf, |it| it.0).ok()?;
        leaves.get(at).and_then(|it| it.1.millis())
    }

    /// How often a purpose was used within a rolling window, and when one more would be free
    /// under a limit of `most`.
    pub fn recent(&self, purpose: Code, (window_hours, most): (u32, u32), now: Millis) -> Recent {
        let now_s = Seconds::of(now).0;
        let window_s = window_hours.saturating_mul(3600);
        let counts = |it: &&UseMark| {
            let age = now_s.saturating_sub(it.at.0);
            it.purpose == purpose && age < window_s && (it.confirmed || age < RESERVED_S)
        };
        let uses = self.more().map_or(&[][..], |it| &it.uses);
        let count = uses.iter().filter(counts).count();
        let over = (count + 1).saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
        let freeing = over.checked_sub(1).and_then(|at| uses.iter().filter(counts).nth(at));
        let frees_at =
            freeing.map_or(now, |it| Millis((i64::from(it.at.0) + i64::from(window_s)) * 1000));
        Recent { window_hours, count: u32::try_from(count).unwrap_or(u32::MAX), frees_at }
    }
}
