//! Neighbours: the newest sessions that share something with what is looked at, best first, and
//! how much each speaks for each of its items.
//!
//! Everything is counted in whole numbers, so that no order of summing and no machine changes a
//! result: without that, forgetting could not be exact.

use super::items::{Items, place};
use super::pool::Pool;
use crate::vocabulary::Slot;

/// How many items of a history are asked about.
pub(super) const ASKED: usize = 4;
/// How many sessions are looked at, from the newest on, and how many of them count.
const SEEN: usize = 500;
const COUNTED: usize = 100;
// A person's bit among those of the sessions counted.
const _: () = assert!(COUNTED <= 128, "a set of people has 128 bits");
/// What an item asked about weighs, the newest first: 0.6 to the power of its age, in 65,536ths.
const AGE: [u64; ASKED] = [65_536, 39_322, 23_593, 14_156];
/// What an item of a session weighs, by its distance from the one shared: exp(−distance / 2), in
/// 65,536ths. What is farther away weighs nothing.
const DISTANCE: [u64; 16] = [
    65_536, 39_750, 24_109, 14_623, 8_869, 5_380, 3_263, 1_979, 1_200, 728, 442, 268, 162, 99, 60,
    36,
];

/// A session that shares something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    weight: u64,
    number: u32,
    /// Which of the items asked about it holds.
    shares: u8,
    /// Where it is kept, whose it is, and where in it the newest item shared stands.
    at_place: u32,
    slot: Slot,
    anchor: usize,
}

impl Near {
    fn of(number: u32) -> Near {
        Near { weight: 0, number, shares: 0, at_place: 0, slot: Slot(0), anchor: 0 }
    }
}

/// Lists that are used again from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    near: Vec<Near>,
    own: Vec<u32>,
    /// By item; all zero between questions.
    scores: Vec<u64>,
    touched: Vec<u32>,
    best: Vec<(u64, u32)>,
    people: Vec<Slot>,
}

/// An item, what speaks for it most of what was asked about, and how many people's sessions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) item: u32,
    pub(super) because: usize,
    pub(super) people: u32,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// Newest first; at most [`ASKED`] count.
    pub(super) items: &'a [u32],
    /// Whose own sessions do not count.
    pub(super) but: Option<Slot>,
    pub(super) limit: usize,
}

/// The items that neighbours speak for, best first; of equals, the first by name.
pub(super) fn find(
    (pool, items): (&Pool, &Items),
    scratch: &mut Scratch,
    asked: &Question<'_>,
    may: &mut dyn FnMut(u32) -> bool,
) -> Vec<Found> {
    meet(pool, scratch, asked);
    for near in &scratch.near {
        spread(pool, near, |item, weight| {
            if scratch.scores.len() <= place(item) {
                scratch.scores.resize(place(item) + 1, 0);
            }
            if let Some(score) = scratch.scores.get_mut(place(item)) {
                if *score == 0 {
                    scratch.touched.push(item);
                }
                *score += near.weight * weight;
            }
        });
    }
    favour_the_rare(pool, scratch);
    choose(items, scratch, asked.limit, may);
    explain(pool, scratch)
}

/// Merges the lists of the items asked about from their ends.
fn meet(pool: &Pool, scratch: &mut Scratch, asked: &Question<'_>) {
    let mut lists: [&[u32]; ASKED] = [&[]; ASKED];
    lists.iter_mut().zip(asked.items).for_each(|(list, item)| *list = pool.posting(*item));
    scratch.near.clear();
    scratch.own.clear();
    if let Some(slot) = asked.but {
        pool.numbers_of(slot, &mut scratch.own);
    }
    while scratch.near.len() < SEEN {
        let Some(&number) = lists.iter().filter_map(|it| it.last()).max() else { break };
        let mut near = Near::of(number);
        for (bit, (list, weight)) in lists.iter_mut().zip(AGE).enumerate() {
            if let Some((last, rest)) = list.split_last()
                && *last == number
            {
                *list = rest;
                near.weight += weight;
                near.shares |= 1 << bit;
            }
        }
        while scratch.own.last().is_some_and(|it| number < *it) {
            scratch.own.pop();
        }
        if scratch.own.last() != Some(&number) {
            scratch.near.push(near);
        }
    }
    let better = |a: &Near, b: &Near| (b.weight, b.number).cmp(&(a.weight, a.number));
    if COUNTED < scratch.near.len() {
        scratch.near.select_nth_unstable_by(COUNTED - 1, better);
        scratch.near.truncate(COUNTED);
    }
    scratch.near.retain_mut(|near| look_up(pool, asked, near).is_some());
}

/// Finds where a neighbour is kept, once.
fn look_up(pool: &Pool, asked: &Question<'_>, near: &mut Near) -> Option<()> {
    near.at_place = pool.place_of(near.number)?;
    let session = pool.session(near.at_place)?;
    near.slot = session.slot;
    let bit = usize::try_from(near.shares.trailing_zeros()).ok()?;
    let shared = asked.items.get(bit)?;
    near.anchor = session.items.iter().position(|it| it == shared)?;
    Some(())
}

/// Says for each item near the newest one shared how much it weighs.
fn spread(pool: &Pool, near: &Near, mut say: impl FnMut(u32, u64)) {
    let Some(session) = pool.session(near.at_place) else { return };
    let (before, after) = session.items.split_at_checked(near.anchor).unwrap_or_default();
    for (&item, weight) in after.iter().zip(DISTANCE) {
        say(item, weight);
    }
    for (&item, &weight) in before.iter().rev().zip(DISTANCE.iter().skip(1)) {
        say(item, weight);
    }
}

/// Weighs each item by how rare it is: the logarithm of 1 and all sessions over those that hold it.
fn favour_the_rare(pool: &Pool, scratch: &mut Scratch) {
    for &item in &scratch.touched {
        if let Some(score) = scratch.scores.get_mut(place(item)) {
            let holding = pool.posting(item).len();
            *score *= logarithm(pool.count() + holding) - logarithm(holding);
        }
    }
}

/// The logarithm to base 2 in 256ths, between powers of 2 on a straight line: good to 0.09, and
/// the same on every machine.
fn logarithm(of: usize) -> u64 {
    let of = u64::try_from(of).unwrap_or(u64::MAX).max(1);
    let whole = of.ilog2();
    let rest = of - (1 << whole);
    let part = if whole < 8 { rest << (8 - whole) } else { rest >> (whole - 8) };
    (u64::from(whole) << 8) + part
}

/// Keeps the best in order, and leaves the scores at zero.
fn choose(items: &Items, scratch: &mut Scratch, limit: usize, may: &mut dyn FnMut(u32) -> bool) {
    scratch.best.clear();
    for &item in &scratch.touched {
        let Some(score) = scratch.scores.get_mut(place(item)).map(std::mem::take) else { continue };
        let before =
            |it: &(u64, u32)| score < it.0 || score == it.0 && items.name(it.1) < items.name(item);
        let at = scratch.best.partition_point(before);
        if at < limit && may(item) {
            scratch.best.truncate(limit - 1);
            scratch.best.insert(at, (score, item));
        }
    }
    scratch.touched.clear();
}

/// Finds for each item chosen what speaks for it most, and for how many people.
fn explain(pool: &Pool, scratch: &mut Scratch) -> Vec<Found> {
    // The scores lend their places: the rank of an item chosen, from 1 on.
    for (rank, (_, item)) in (1u64..).zip(&scratch.best) {
        if let Some(score) = scratch.scores.get_mut(place(*item)) {
            *score = rank;
        }
    }
    // For each: whose sessions hold it, one bit a person, and what each item asked about adds.
    let mut shares = vec![(0u128, [0u64; ASKED]); scratch.best.len()];
    scratch.people.clear();
    scratch.people.extend(scratch.near.iter().map(|it| it.slot));
    scratch.people.sort_unstable();
    scratch.people.dedup();
    for near in &scratch.near {
        let person = scratch.people.binary_search(&near.slot).ok();
        let person = person.map_or(0, |it| 1u128 << it);
        spread(pool, near, |item, weight| {
            let rank = scratch.scores.get(place(item)).copied().unwrap_or(0);
            let rank = rank.checked_sub(1).and_then(|it| usize::try_from(it).ok());
            let Some((people, share)) = rank.and_then(|it| shares.get_mut(it)) else { return };
            *people |= person;
            for (bit, (share, age)) in share.iter_mut().zip(AGE).enumerate() {
                *share += if near.shares & 1 << bit == 0 { 0 } else { age * weight };
            }
        });
    }
    let mut found = Vec::with_capacity(scratch.best.len());
    for ((_, item), (people, share)) in scratch.best.iter().zip(&shares) {
        if let Some(score) = scratch.scores.get_mut(place(*item)) {
            *score = 0;
        }
        let mut because = 0;
        for (bit, weight) in share.iter().enumerate() {
            if share.get(because).is_none_or(|most| most < weight) {
                because = bit;
            }
        }
        found.push(Found { item: *item, because, people: people.count_ones() });
    }
    found
}
