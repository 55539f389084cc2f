//! What one person answered, newest state of each purpose, packed.

use std::fmt;

use crate::vocabulary::{Answer, Code, Millis, Standing};

/// One purpose of one person: twelve bytes, since millions of people are held in memory.
///
/// Word 0: standing in the low 4 bits, purpose above. Words 1 and 2: milliseconds since 1970 in
/// 42 bits (until 2109), statement in the 22 above.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry([u32; 3]);

const TIME_BITS: u32 = 42;

impl Entry {
    /// Highest purpose and statement codes an entry can hold; the dictionary is kept below them.
    pub const PURPOSE_MAX: Code = Code((1 << 28) - 1);
    pub const STATEMENT_MAX: Code = Code((1 << 22) - 1);

    fn new(purpose: Code, standing: Standing, since: Millis, statement: Code) -> Entry {
        let time = u64::try_from(since.0).unwrap_or(0) & ((1 << TIME_BITS) - 1);
        let packed = time | u64::from(statement.0) << TIME_BITS;
        let low = u32::try_from(packed & u64::from(u32::MAX)).unwrap_or(0);
        let high = u32::try_from(packed >> 32).unwrap_or(0);
        Entry([purpose.0 << 4 | standing.number(), low, high])
    }

    pub fn purpose(self) -> Code {
        Code(self.0[0] >> 4)
    }

    /// The standing as answered; never `Expired` or `Outgrown`, which depend on when one looks.
    pub fn standing(self) -> Standing {
        Standing::from_number(self.0[0] & 15).unwrap_or(Standing::NotAsked)
    }

    pub fn since(self) -> Millis {
        let packed = u64::from(self.0[1]) | u64::from(self.0[2]) << 32;
        Millis(i64::try_from(packed & ((1 << TIME_BITS) - 1)).unwrap_or(0))
    }

    pub fn statement(self) -> Code {
        Code(self.0[2] >> (TIME_BITS - 32))
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (purpose, statement) = (self.purpose().0, self.statement().0);
        write!(f, "{purpose}: {} {statement} since {}", self.standing().as_str(), self.since())
    }
}

/// A statement a person granted, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    pub statement: Code,
    pub granted_at: Millis,
}

/// Where one person stands on everything they were asked. A purpose has an entry for each
/// granted statement, and at most one other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    entries: Box<[Entry]>,
}

impl Permissions {
    /// Records an answer to a statement. Refusing or putting off a second ask leaves what was
    /// granted before in force; withdrawing ends every statement of the purpose.
    pub fn record(&mut self, answer: Answer, purpose: Code, statement: Code, at: Millis) {
        let mut entries = std::mem::take(&mut self.entries).into_vec();
        let standing = match answer {
            Answer::Granted => Standing::Granted,
            Answer::Refused => Standing::Refused,
            Answer::Deferred => Standing::Deferred,
            Answer::Withdrawn => Standing::Withdrawn,
        };
        entries.retain(|it| {
            let granted = it.standing() == Standing::Granted;
            let ends = match answer {
                Answer::Granted => !granted || it.statement() == statement,
                Answer::Refused | Answer::Deferred => !granted,
                Answer::Withdrawn => true,
            };
            it.purpose() != purpose || !ends
        });
        let entry = Entry::new(purpose, standing, at, statement);
        let place = entries.partition_point(|it| *it < entry);
        entries.insert(place, entry);
        self.entries = entries.into_boxed_slice();
    }

    /// The answer that stands when nothing is granted, or the newest grant.
    pub fn answered(&self, purpose: Code) -> (Standing, Millis) {
        let of_purpose = || self.entries.iter().filter(move |it| it.purpose() == purpose);
        let granted = of_purpose().filter(|it| it.standing() == Standing::Granted);
        if let Some(newest) = granted.map(|it| it.since()).max() {
            return (Standing::Granted, newest);
        }
        let other = of_purpose().next();
        other.map_or((Standing::NotAsked, Millis(0)), |it| (it.standing(), it.since()))
    }

    /// The granted statements of a purpose.
    pub fn grants(&self, purpose: Code) -> impl Iterator<Item = Grant> {
        let granted =
            move |it: &&Entry| it.purpose() == purpose && it.standing() == Standing::Granted;
        let grant = |it: &Entry| Grant { statement: it.statement(), granted_at: it.since() };
        self.entries.iter().filter(granted).map(grant)
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHOW: Code = Code(7);

    #[track_caller]
    fn check(answers: &[(Answer, u32)], standing: Standing, statements: &[u32]) {
        let mut it = Permissions::default();
        for (at, (answer, statement)) in (1i64..).zip(answers) {
            it.record(*answer, SHOW, Code(*statement), Millis(at));
        }
        assert_eq!(it.answered(SHOW).0, standing);
        let mut granted: Vec<u32> = it.grants(SHOW).map(|it| it.statement.0).collect();
        granted.sort_unstable();
        assert_eq!(granted, statements);
    }

    #[test]
    fn answers_leave_a_person_standing_somewhere() {
        use Answer::{Deferred, Granted, Refused, Withdrawn};
        check(&[], Standing::NotAsked, &[]);
        check(&[(Granted, 1)], Standing::Granted, &[1]);
        check(&[(Refused, 1)], Standing::Refused, &[]);
        check(&[(Deferred, 1), (Granted, 1)], Standing::Granted, &[1]);
        // A second statement widens; refusing one leaves the first in force.
        check(&[(Granted, 1), (Granted, 2)], Standing::Granted, &[1, 2]);
        check(&[(Granted, 1), (Refused, 2)], Standing::Granted, &[1]);
        check(&[(Granted, 1), (Granted, 1)], Standing::Granted, &[1]);
        check(&[(Granted, 1), (Granted, 2), (Withdrawn, 0)], Standing::Withdrawn, &[]);
        check(&[(Granted, 1), (Withdrawn, 0), (Granted, 2)], Standing::Granted, &[2]);
        check(&[(Granted, 1), (Withdrawn, 0), (Refused, 1)], Standing::Refused, &[]);
    }

    #[test]
    fn an_entry_is_twelve_bytes() {
        assert_eq!(size_of::<Entry>(), 12);
    }

    proptest! {
        #[test]
        fn packing_loses_nothing(
            purpose in 0..=Entry::PURPOSE_MAX.0, since in 0..1i64 << 42,
            statement in 0..=Entry::STATEMENT_MAX.0,
        ) {
            let it = Entry::new(Code(purpose), Standing::Refused, Millis(since), Code(statement));
            prop_assert_eq!(it.purpose(), Code(purpose));
            prop_assert_eq!(it.since(), Millis(since));
            prop_assert_eq!(it.statement(), Code(statement));
            prop_assert_eq!(it.standing(), Standing::Refused);
        }

        /// After a withdrawal nothing of the purpose is granted, and no other purpose changes.
        #[test]
        fn withdrawing_ends_the_purpose_and_no_other(
            answers in prop::collection::vec((0..4u32, 1..4u32, 1..5u32), 0..20)
        ) {
            let mut it = Permissions::default();
            for (at, (answer, purpose, statement)) in (1i64..).zip(answers) {
                let answer = Answer::from_number(answer + 1).unwrap();
                it.record(answer, Code(purpose), Code(statement), Millis(at));
            }
            let others: Vec<Entry> =
                it.entries().iter().copied().filter(|it| it.purpose() != Code(1)).collect();
            it.record(Answer::Withdrawn, Code(1), Code(0), Millis(99));
            prop_assert_eq!(it.grants(Code(1)).count(), 0);
            prop_assert_eq!(it.answered(Code(1)), (Standing::Withdrawn, Millis(99)));
            let still: Vec<Entry> =
                it.entries().iter().copied().filter(|it| it.purpose() != Code(1)).collect();
            prop_assert_eq!(still, others);
        }
    }
}
