//! Sets of ids: any set, written and read in every form, is the same set.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::RangeInclusive;

use handshake_signals::bits::{Bits, Coding, Padding, Reader, Writer};
use handshake_signals::gpp::tcf_ca::{CaString, Form};
use handshake_signals::tcf::{Restriction, RestrictionType, Restrictions};
use handshake_signals::{Datetime, EncodeError, IdSet, Reason};

fn written(write: impl FnOnce(&mut Writer<'_, String>) -> Result<(), EncodeError>) -> String {
    let mut text = String::new();
    let mut writer = Writer::new(&mut text);
    write(&mut writer).unwrap();
    writer.pad(Padding::Octet).unwrap();
    text
}

fn reader(text: &str) -> Reader<'_> {
    Bits::parse(text).unwrap().reader()
}

/// Always the same sets: few ranges or many, in order or not, near or far.
fn some_set(seed: &mut u32) -> Vec<RangeInclusive<u16>> {
    let mut chance = |end: u32| {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*seed >> 8) % end
    };
    let (count, reach) =
        (chance(12), [30, 900, 65_535].into_iter().cycle().nth(chance(3) as usize).unwrap());
    let mut ranges: Vec<_> = (0..count)
        .map(|_| {
            let first = 1 + chance(reach);
            let last = (first + chance(4) * chance(20)).min(65_535);
            u16::try_from(first).unwrap()..=u16::try_from(last).unwrap()
        })
        .collect();
    if chance(2) == 0 {
        ranges.sort_by_key(|it| *it.start());
    }
    ranges
}

#[test]
fn any_set_is_the_same_in_every_form() {
    let mut seed = 7;
    for _ in 0..2_000 {
        let ranges = some_set(&mut seed);
        let set = IdSet::of(&ranges);
        for coding in [Coding::Int, Coding::Fibonacci] {
            let text = written(|it| set.write_range(it, coding, ""));
            let range = IdSet::read_range(&mut reader(&text), coding, None, "").unwrap();
            assert_eq!(range, set, "{ranges:?}");
            assert_eq!(range.max_id(), set.max_id());
            let text = written(|it| set.write_optimized(it, coding, ""));
            let optimized = IdSet::read_optimized(&mut reader(&text), coding, "").unwrap();
            assert_eq!(optimized, set, "{ranges:?}");
            for id in ranges.iter().flat_map(|it| [it.start().saturating_sub(1), *it.end()]) {
                let there = ranges.iter().any(|it| it.contains(&id));
                assert_eq!((set.contains(id), optimized.contains(id)), (there, there), "{id}");
                assert_eq!(range.contains(id), there);
            }
        }
    }
}

/// A string does not say in which form it is; what it says must not depend on it.
#[test]
fn canadian_strings_are_read_in_either_form() {
    let mut seed = 11;
    for _ in 0..2_000 {
        let sets: [_; 4] = std::array::from_fn(|_| some_set(&mut seed));
        let [express, implied, restricted, disclosed] = sets.each_ref().map(|it| IdSet::of(it));
        let restriction = Restriction {
            purpose: 3,
            restriction_type: RestrictionType::NotAllowed,
            vendors: restricted,
        };
        let list = [restriction];
        let tc = CaString {
            vendor_express_consent: express,
            vendor_implied_consent: implied,
            pub_restrictions: if restricted.is_empty() {
                Restrictions::NONE
            } else {
                Restrictions::of(&list)
            },
            disclosed_vendors: Some(disclosed),
            ..CaString::new(Datetime::from_unix_ms(1_782_864_000_000))
        };
        for form in [Form::Fibonacci, Form::Fixed] {
            let mut text = String::new();
            tc.encode(&mut text, form, Padding::Octet).unwrap();
            assert_eq!(CaString::parse(&text), Ok(tc), "{form:?}: {text}");
        }
    }
}

#[test]
fn the_shorter_form_is_written() {
    let is_range = |ranges: &[RangeInclusive<u16>]| {
        let text = written(|it| IdSet::of(ranges).write_optimized(it, Coding::Int, ""));
        Bits::parse(&text).unwrap().bit(16)
    };
    // One entry takes 12 + 17 bits: as many as a bit field up to 29.
    assert_eq!((is_range(&[28..=28]), is_range(&[29..=29])), (false, true));
    assert_eq!((is_range(&[1..=44]), is_range(&[1..=45])), (false, true));
}

#[test]
fn a_bit_field_ends_at_its_maximum() {
    // Up to id 3, and then bits of something else.
    let text = written(|it| {
        it.int(3_u16, 16, "")?;
        it.flag(false)?;
        it.int(0b010_1111_u8, 7, "")
    });
    let set = IdSet::read_optimized(&mut reader(&text), Coding::Int, "").unwrap();
    assert_eq!(set.ids().collect::<Vec<_>>(), [2]);
    assert!([0, 1, 3, 4, 5, u16::MAX].into_iter().all(|it| !set.contains(it)));
}

#[test]
fn ranges_that_cannot_be_are_refused() {
    let check = |max: Option<u16>, entries: &[(u16, u16)], expected: Option<Reason>| {
        let text = written(|it| {
            it.int(u16::try_from(entries.len()).unwrap(), 12, "")?;
            entries.iter().try_for_each(|(first, last)| {
                it.flag(true)?;
                it.int(*first, 16, "")?;
                it.int(*last, 16, "")
            })
        });
        let read = IdSet::read_range(&mut reader(&text), Coding::Int, max, "");
        assert_eq!(read.map(|_| ()).err().map(|it| it.reason), expected, "{entries:?}");
    };
    check(None, &[(1, 1), (9, u16::MAX)], None);
    check(Some(9), &[(5, 9), (1, 3), (2, 2)], None);
    check(Some(9), &[(5, 10)], Some(Reason::AboveMax { last: 10, max: 9 }));
    check(None, &[(0, 3)], Some(Reason::IdZero));
    check(None, &[(3, 2)], Some(Reason::Reversed { first: 3, last: 2 }));
    // Where there is no maximum, the highest id is one, wherever it stands.
    let text = written(|it| {
        it.int(2_u8, 12, "")?;
        it.int(9_u32, 17, "")?;
        it.int(3_u32, 17, "")
    });
    let set = IdSet::read_range(&mut reader(&text), Coding::Int, None, "").unwrap();
    assert_eq!((set.max_id(), set.ids().collect::<Vec<_>>()), (9, vec![9, 3]));
    // Fibonacci: 46,368 and 46,368 more.
    let text = written(|it| {
        it.int(2_u8, 12, "")?;
        it.flag(false)?;
        it.fibonacci(46_368, "")?;
        it.flag(false)?;
        it.fibonacci(46_368, "")
    });
    let error = IdSet::read_range(&mut reader(&text), Coding::Fibonacci, None, "").unwrap_err();
    assert_eq!(error.reason, Reason::IdTooLarge);
    let error = reader("AAAAAAAA").fibonacci("").unwrap_err();
    assert_eq!(error.reason, Reason::NotFibonacci);
}

#[test]
fn sets_of_yours_need_not_be_tidy() {
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is tried")]
    let ranges = [9..=8, 0..=2, 5..=6, 6..=7, 3..=3, 65_535..=65_535];
    let set = IdSet::of(&ranges);
    assert_eq!(set, IdSet::of(&[1..=3, 5..=7, 65_535..=65_535]));
    assert!(!set.contains(0) && !set.contains(9) && set.contains(65_535));
    assert!(IdSet::EMPTY.is_empty() && IdSet::of(&[]).is_empty() && !set.is_empty());
    // More entries than the count of a range can say.
    let many: Vec<_> = (1..=5_000_u16).map(|it| it * 2..=it * 2).collect();
    let mut text = String::new();
    let mut writer = Writer::new(&mut text);
    let written = IdSet::of(&many).write_range(&mut writer, Coding::Int, "Ids");
    assert_eq!(written, Err(EncodeError::TooMany("Ids")));
    assert!(IdSet::of(&many).write_optimized(&mut writer, Coding::Int, "Ids").is_ok());
}
