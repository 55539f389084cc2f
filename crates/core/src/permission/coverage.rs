//! Coverage: does what a person agreed to cover what we are about to do? (I1)

use jiff::tz::TimeZone;

use super::answers::Grant;
use crate::policy::{Anchor, LeafSet, StatementBox};
use crate::vocabulary::{Code, Millis};

/// What permission says of a datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Every leaf lies in a live statement.
    Covered,
    /// Live statements leave something out: the deal was for less.
    Outgrown,
    /// Every statement is so old that the policy says to ask again.
    Expired,
    /// Nothing of the purpose is granted.
    Nothing,
}

/// What is wanted of one datum, in the policy's bits.
#[derive(Debug, Clone, Copy)]
pub struct WantedDatum {
    pub leaves: LeafSet,
    /// Bits a statement must have; 0 where the policy itself names no such recipient or channel,
    /// so that one fault is told once.
    pub recipient: u64,
    pub channel: u64,
    /// Nothing where age is no question: it is collected now, or nobody knows when it was.
    pub collected_at: Option<Millis>,
    pub last_visit: Option<Millis>,
    pub last_order: Option<Millis>,
}

impl WantedDatum {
    /// When keeping it began, if that ever ends. A decision renews what is kept since the last.
    fn kept_since(&self, anchor: Anchor) -> Option<Millis> {
        let collected_at = self.collected_at?;
        let later = |it: Option<Millis>| it.unwrap_or(collected_at).max(collected_at);
        match anchor {
            Anchor::Collection | Anchor::Order => Some(collected_at),
            Anchor::LastVisit => Some(later(self.last_visit)),
            Anchor::LastOrder => Some(later(self.last_order)),
            Anchor::LastDecision => None,
        }
    }
}

/// What somebody granted for a purpose, looked up once for all data of a use.
#[derive(Debug, Clone, Copy)]
pub struct Granted<'a> {
    grants: &'a [Grant],
    statements: &'a [StatementBox],
    /// The statements of the first few grants that are live.
    few: [Option<&'a StatementBox>; FEW],
    now: Millis,
    zone: &'a TimeZone,
}

/// Hardly anybody grants one purpose more often than this before the first grant has run out.
const FEW: usize = 2;

impl<'a> Granted<'a> {
    pub fn new(
        grants: &'a [Grant],
        statements: &'a [StatementBox],
        (now, zone): (Millis, &'a TimeZone),
    ) -> Granted<'a> {
        let mut it = Granted { grants, statements, few: [None; FEW], now, zone };
        for (place, grant) in it.few.iter_mut().zip(grants) {
            let found = find(statements, grant.statement);
            *place = found.filter(|statement| is_live(grant, statement, now, zone));
        }
        it
    }

    fn live(&self) -> impl Iterator<Item = &'a StatementBox> {
        let more = self.grants.get(FEW..).unwrap_or_default().iter().filter_map(|grant| {
            let found = find(self.statements, grant.statement)?;
            is_live(grant, found, self.now, self.zone).then_some(found)
        });
        self.few.into_iter().flatten().chain(more)
    }

    /// Whether the union of the live granted statements covers one datum.
    pub fn covers(&self, wanted: &WantedDatum) -> Coverage {
        let mut left = wanted.leaves;
        let mut any_live = false;
        for statement in self.live() {
            any_live = true;
            let reaches = statement.recipients & wanted.recipient == wanted.recipient
                && statement.channels & wanted.channel == wanted.channel;
            let kept = statement.keep.is_none_or(|(period, anchor)| {
                let since = wanted.kept_since(anchor);
                since.is_none_or(|since| !period.has_passed(since, self.now, self.zone))
            });
            if reaches && kept {
                left = left.minus(&statement.data);
            }
        }
        match (self.grants.is_empty(), any_live, left.is_empty()) {
            (true, _, _) => Coverage::Nothing,
            (false, false, _) => Coverage::Expired,
            (false, true, true) => Coverage::Covered,
            (false, true, false) => Coverage::Outgrown,
        }
    }
}

/// Statements are sorted by code.
pub(crate) fn find(statements: &[StatementBox], code: Code) -> Option<&StatementBox> {
    let at = statements.binary_search_by_key(&code, |it| it.code).ok()?;
    statements.get(at)
}

/// A grant lives until its own statement says to ask again.
pub(crate) fn is_live(
    grant: &Grant,
    statement: &StatementBox,
    now: Millis,
    zone: &TimeZone,
) -> bool {
    let expired =
        |period: crate::vocabulary::Period| period.has_passed(grant.granted_at, now, zone);
    !statement.ask_again.is_some_and(expired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Period, Unit};
    use proptest::prelude::*;

    fn leaves(bits: &[usize]) -> LeafSet {
        let mut set = LeafSet::EMPTY;
        bits.iter().for_each(|&it| set.insert(it));
        set
    }

    fn statement(code: u32, data: LeafSet, recipients: u64, channels: u64) -> StatementBox {
        StatementBox {
            code: Code(code),
            purpose: Code(1),
            data,
            recipients,
            channels,
            keep: None,
            ask_again: Some(Period { count: 10, unit: Unit::Days }),
            narrowed: LeafSet::EMPTY,
        }
    }

    /// Wanted by recipient 0 on channel 0, and never collected.
    fn datum(leaves: LeafSet) -> WantedDatum {
        WantedDatum {
            leaves,
            recipient: 0b1,
            channel: 0b1,
            collected_at: None,
            last_visit: None,
            last_order: None,
        }
    }

    /// Ana agreed on day 1 to leaf 0 for recipient 1 on channel 1, and on day 5 to leaf 1.
    #[track_caller]
    fn check(wanted: &[usize], recipient: u64, day: i64, expected: Coverage) {
        let statements =
            [statement(1, leaves(&[0]), 0b1, 0b1), statement(2, leaves(&[1]), 0b11, 0b1)];
        let grants = [
            Grant { statement: Code(1), granted_at: Millis(0).plus_days(1) },
            Grant { statement: Code(2), granted_at: Millis(0).plus_days(5) },
        ];
        let wanted = WantedDatum { recipient, ..datum(leaves(wanted)) };
        let now = Millis(0).plus_days(day);
        assert_eq!(
            Granted::new(&grants, &statements, (now, &TimeZone::UTC)).covers(&wanted),
            expected
        );
    }

    #[test]
    fn what_was_agreed_is_covered_and_nothing_else() {
        check(&[0], 0b1, 6, Coverage::Covered);
        check(&[0, 1], 0b1, 6, Coverage::Covered);
        check(&[2], 0b1, 6, Coverage::Outgrown);
        check(&[0], 0b10, 6, Coverage::Outgrown);
        check(&[1], 0b10, 6, Coverage::Covered);
        check(&[0], 0b1, 12, Coverage::Outgrown);
        check(&[1], 0b1, 12, Coverage::Covered);
        check(&[1], 0b1, 15, Coverage::Expired);
    }

    /// Agreed to be kept two days after `anchor`; collected on day 3, visited on day 6.
    #[track_caller]
    fn kept(anchor: Anchor, day: i64, expected: Coverage) {
        let mut it = statement(1, leaves(&[0]), 1, 1);
        it.keep = Some((Period { count: 2, unit: Unit::Days }, anchor));
        let grants = [Grant { statement: Code(1), granted_at: Millis(0) }];
        let at = |day| Some(Millis(0).plus_days(day));
        let wanted = WantedDatum { collected_at: at(3), last_visit: at(6), ..datum(leaves(&[0])) };
        let now = Millis(0).plus_days(day);
        assert_eq!(Granted::new(&grants, &[it], (now, &TimeZone::UTC)).covers(&wanted), expected);
    }

    #[test]
    fn what_was_agreed_to_be_kept_for_less_is_not_covered_when_older() {
        kept(Anchor::Collection, 4, Coverage::Covered);
        kept(Anchor::Collection, 5, Coverage::Outgrown);
        kept(Anchor::LastVisit, 7, Coverage::Covered);
        kept(Anchor::LastVisit, 8, Coverage::Outgrown);
        kept(Anchor::LastOrder, 5, Coverage::Outgrown);
        kept(Anchor::LastDecision, 9, Coverage::Covered);
    }

    proptest! {
        /// One more grant never covers less, and wanting more is never covered better (I1).
        #[test]
        fn granting_more_never_covers_less(
            sets in prop::collection::vec((0..16u64, 0..4u64, 0..4u64), 1..5),
            granted in prop::collection::vec(0..5u32, 0..4),
            more in 0..5u32,
            want in prop::collection::vec(0..4usize, 1..4),
            (recipient, channel) in (0..4u64, 0..4u64),
        ) {
            let statements: Vec<StatementBox> = (0u32..).zip(&sets).map(|(code, (data, r, c))| {
                let bits: Vec<usize> = (0..4).filter(|bit| data & 1 << bit != 0).collect();
                statement(code, leaves(&bits), *r, *c)
            }).collect();
            let grant = |code: &u32| Grant { statement: Code(*code), granted_at: Millis(0) };
            let mut grants: Vec<Grant> = granted.iter().map(grant).collect();
            let wanted = WantedDatum { recipient, channel, ..datum(leaves(&want)) };
            let ask = |grants: &[Grant], wanted: &WantedDatum| {
                Granted::new(grants, &statements, (Millis(1), &TimeZone::UTC)).covers(wanted) == Coverage::Covered
            };
            let before = ask(&grants, &wanted);
            // Brute force: every leaf lies in some granted statement that reaches far enough.
            let expected = !grants.is_empty() && want.iter().all(|leaf| grants.iter().any(|grant| {
                find(&statements, grant.statement).is_some_and(|it| {
                    it.data.has(*leaf)
                        && it.recipients & recipient == recipient
                        && it.channels & channel == channel
                })
            }));
            prop_assert_eq!(before, expected);
            grants.push(grant(&more));
            prop_assert!(!before || ask(&grants, &wanted));
        }
    }
}
