//! The order of sessions by their last activity: a number for each, and where it is kept.
//!
//! A session that goes on gets a new number at the end; its old one stands for nothing. Numbers
//! are kept in blocks, and a block of which nothing is left is given back.

use super::items::place;

const BLOCK: usize = 4096;
const NOTHING: u32 = u32::MAX;

// INVARIANT: every block but the last has `BLOCK` numbers, or is empty because none of them stands
// for anything any more.
#[derive(Debug, Default)]
pub(super) struct Order {
    blocks: Vec<Block>,
    next: u32,
}

#[derive(Debug, Default)]
struct Block {
    places: Vec<u32>,
    live: usize,
}

impl Order {
    #[cfg(test)]
    pub(super) fn starting_at(next: u32) -> Order {
        let whole = place(next) / BLOCK;
        let mut blocks: Vec<Block> = Vec::new();
        blocks.resize_with(whole, Block::default);
        Order { blocks, next: next - next % 4096 }
    }

    /// Whether one more number can be given.
    pub(super) fn has_room(&self) -> bool {
        self.next < NOTHING
    }

    /// Gives the next number to what is kept at a place.
    pub(super) fn push(&mut self, at: u32) -> u32 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        if place(number).is_multiple_of(BLOCK) {
            self.blocks.push(Block { places: Vec::with_capacity(BLOCK), live: 0 });
        }
        if let Some(block) = self.blocks.last_mut() {
            block.places.push(at);
            block.live += 1;
        }
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<u32> {
        let block = self.blocks.get(place(number) / BLOCK)?;
        block.places.get(place(number) % BLOCK).copied().filter(|it| *it != NOTHING)
    }

    /// Takes a number out of the order.
    pub(super) fn clear(&mut self, number: u32) {
        let Some(block) = self.blocks.get_mut(place(number) / BLOCK) else { return };
        let Some(entry) = block.places.get_mut(place(number) % BLOCK) else { return };
        if *entry != NOTHING {
            *entry = NOTHING;
            block.live -= 1;
        }
        if block.live == 0 && block.places.len() == BLOCK {
            block.places = Vec::new();
        }
    }

    /// The first number from `from` on that stands for something.
    pub(super) fn first_from(&self, from: u32) -> Option<u32> {
        let mut number = from;
        while number < self.next {
            let block = self.blocks.get(place(number) / BLOCK)?;
            if block.places.is_empty() {
                number = number - number % 4096 + 4096;
                continue;
            }
            if self.get(number).is_some() {
                return Some(number);
            }
            number += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_and_what_is_cleared_is_skipped() {
        let mut order = Order::default();
        let numbers: Vec<u32> = (0..10_000).map(|at| order.push(at)).collect();
        assert_eq!(numbers.last(), Some(&9_999));
        numbers.iter().take(9_000).for_each(|it| order.clear(*it));
        assert_eq!((order.first_from(0), order.get(8_999)), (Some(9_000), None));
        assert_eq!(order.get(9_500), Some(9_500));
        assert!(order.blocks[0].places.is_empty() && order.blocks[1].places.is_empty());
        order.clear(8_999);
        assert_eq!(order.push(7), 10_000);
        (9_000..=10_000).for_each(|it| order.clear(it));
        assert_eq!(order.first_from(0), None);
    }
}
