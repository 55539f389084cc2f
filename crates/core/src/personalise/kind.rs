//! Kinds of history: what a happening in the shop tells, and which datum of the policy that is.

/// What a person did with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Viewed,
    Carted,
    Bought,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Viewed, Kind::Carted, Kind::Bought];

    /// What a happening tells, if it tells of items at all.
    pub fn of(happening: &str) -> Option<Kind> {
        match happening {
            "view" => Some(Kind::Viewed),
            "cart" => Some(Kind::Carted),
            "order" => Some(Kind::Bought),
            _ => None,
        }
    }

    /// The leaf of the policy's data tree that it is.
    pub fn leaf(self) -> &'static str {
        match self {
            Kind::Viewed => "behaviour.viewed",
            Kind::Carted => "behaviour.carted",
            Kind::Bought => "purchase.items",
        }
    }

    pub(super) fn bit(self) -> u8 {
        1 << self as u8
    }
}
