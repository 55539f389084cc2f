//! Random policies and situations. What is rare in life is not rare here.
//!
//! A dimension of the language is one line of `file`; a fact of a situation one field of `case`.

mod agreements;
mod case;
mod file;

use handshake_core::policy::Anchor;
use handshake_core::vocabulary::{Family, Period, Unit};

use crate::draw::Draw;
use crate::world::World;

pub(crate) use case::case;

/// Nodes of the data tree with their children.
const DATA: [(&str, &[&str]); 3] = [
    ("seen", &["viewed", "searched", "carted"]),
    ("bought", &["items", "value"]),
    ("body", &["height"]),
];
/// Nodes that are worked out from others, each from what comes before it.
const DERIVED: [(&str, &[&str]); 2] = [("taste", &["likes", "size"]), ("guess", &["next"])];
const RECIPIENTS: [(&str, &str); 4] = [
    ("us", "kind=ourselves"),
    ("mailer", "kind=processor country=NL"),
    ("network", "kind=third-party country=US sale=yes"),
    ("courier", "kind=third-party country=DE"),
];
const CHANNELS: [&str; 3] = ["web", "email", "ads"];
const TAGS: [&str; 3] = ["gift", "child", "repeat"];
const PURPOSES: [&str; 4] = ["suggest", "write", "advertise", "deliver"];
const ZONES: [&str; 3] = ["Europe/London", "America/New_York", "Pacific/Auckland"];
const ANCHORS: [Anchor; 5] = Anchor::ALL;
const PERIODS: [Period; 7] = [
    Period { count: 36, unit: Unit::Hours },
    Period { count: 1, unit: Unit::Days },
    Period { count: 30, unit: Unit::Days },
    Period { count: 2, unit: Unit::Weeks },
    Period { count: 1, unit: Unit::Months },
    Period { count: 13, unit: Unit::Months },
    Period { count: 2, unit: Unit::Years },
];

/// Places that policies apply in, and where people are said to be.
const PLACES: [&str; 7] = ["EU", "EEA", "UK", "US", "US-CA", "DE", "NO"];
const JURISDICTIONS: [&str; 14] = [
    "DE", "DE-BY", "FR", "NO", "EU", "EEA", "UK", "GB", "GB-SCT", "US", "US-CA", "US-NY", "JP", "",
];

/// Names that earlier policies declared: they have numbers, and may mean nothing any more.
pub const EARLIER: [(Family, &str); 8] = [
    (Family::Purpose, "advertise"),
    (Family::Purpose, "deliver"),
    (Family::Data, "body.height"),
    (Family::Data, "body"),
    (Family::Recipient, "courier"),
    (Family::Channel, "ads"),
    (Family::Tag, "repeat"),
    (Family::Tag, "child"),
];

/// A name that nobody ever declared, in any family.
const NOBODY: &str = "nobody";

/// A policy, and what people may have agreed to.
pub(crate) fn world(draw: &mut Draw) -> World {
    let read = |source: String| {
        World::read(source.clone(), Vec::new())
            .unwrap_or_else(|| panic!("the generator wrote what is no policy:\n{source}"))
    };
    let (source, before) = file::versions(draw);
    let mut world = read(source).after(before.map(|it| read(it).into()));
    world.agreements = agreements::agreements(&world, draw);
    world
}
