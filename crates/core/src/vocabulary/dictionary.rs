//! The dictionary of a site: numbers for declared, non-personal names.
//!
//! Clear codes in events are these numbers. A number is declared once, by an event of its own,
//! and never given to another name.

use std::collections::HashMap;

use super::Code;

/// What kind of thing a name names. The numbers are law once written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Family {
    Purpose = 1,
    Data = 2,
    Recipient = 3,
    Channel = 4,
    Tag = 5,
    Caller = 6,
    Campaign = 7,
    Statement = 8,
    Program = 9,
    Wording = 10,
    Offer = 11,
    /// What an outcome or a count measures.
    Metric = 12,
    /// What happened in the shop: `view`, `order`…
    Happening = 13,
    /// A test of the merchant's, whose arm made a use what it is.
    Experiment = 14,
}

impl Family {
    const COUNT: usize = 15;

    const ALL: [Family; 14] = [
        Family::Purpose,
        Family::Data,
        Family::Recipient,
        Family::Channel,
        Family::Tag,
        Family::Caller,
        Family::Campaign,
        Family::Statement,
        Family::Program,
        Family::Wording,
        Family::Offer,
        Family::Metric,
        Family::Happening,
        Family::Experiment,
    ];

    pub fn number(self) -> u32 {
        u32::from(self as u8)
    }

    pub fn from_number(number: u32) -> Option<Family> {
        Family::ALL.into_iter().find(|it| it.number() == number)
    }
}

/// Names and their numbers.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// Entry of code 1 first; code 0 is "none".
    entries: Vec<(u32, String)>,
    codes: [HashMap<String, Code>; Family::COUNT],
}

impl Dictionary {
    /// The number of a name, if it has one.
    pub fn code(&self, family: Family, name: &str) -> Option<Code> {
        self.codes.get(family as usize)?.get(name).copied()
    }

    /// The number the next new name will get.
    pub fn next(&self) -> Code {
        Code(u32::try_from(self.entries.len()).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// Enters a name as its event declares it. Families of later versions keep their numbers.
    pub fn declare(&mut self, family: u32, name: &str) -> Code {
        let code = self.next();
        self.entries.push((family, name.to_owned()));
        let known = Family::from_number(family).and_then(|it| self.codes.get_mut(it as usize));
        if let Some(codes) = known {
            codes.insert(name.to_owned(), code);
        }
        code
    }

    /// The name of a number; empty for "none" and for numbers never declared.
    pub fn name(&self, code: Code) -> &str {
        let at = usize::try_from(code.0).ok().and_then(|it| it.checked_sub(1));
        at.and_then(|it| self.entries.get(it)).map_or("", |(_, name)| name)
    }

    /// All names in order of number: (number, family's number, name).
    pub fn iter(&self) -> impl Iterator<Item = (Code, u32, &str)> {
        (1u32..)
            .zip(&self.entries)
            .map(|(code, (family, name))| (Code(code), *family, name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_in_two_families_is_two_names() {
        let mut names = Dictionary::default();
        let purpose = names.declare(Family::Purpose.number(), "email");
        let channel = names.declare(Family::Channel.number(), "email");
        assert_ne!(purpose, channel);
        assert_eq!(names.code(Family::Channel, "email"), Some(channel));
        assert_eq!(names.name(purpose), "email");
        assert_eq!(names.name(Code::NONE), "");
        assert_eq!(names.code(Family::Tag, "email"), None);
    }

    #[test]
    fn a_family_of_tomorrow_keeps_its_number() {
        let mut names = Dictionary::default();
        names.declare(99, "x");
        assert_eq!(names.name(Code(1)), "x");
        assert_eq!(names.next(), Code(2));
    }
}
