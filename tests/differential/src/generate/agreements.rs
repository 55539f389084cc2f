//! What people may have agreed to: the policy's own statement, less, or what an earlier policy
//! asked for.

use handshake_core::vocabulary::Name;

use super::{ANCHORS, CHANNELS, DATA, DERIVED, PERIODS, RECIPIENTS};
use crate::draw::Draw;
use crate::world::{Agreement, World, name};

pub(super) fn agreements(world: &World, draw: &mut Draw) -> Vec<Agreement> {
    let mut all = Vec::new();
    for purpose in world.policy.purposes.keys() {
        if world.asks(purpose) {
            let whole = Agreement::whole(&world.policy, purpose);
            all.extend((0..draw.below(3)).map(|_| earlier(&whole, draw)));
            all.push(whole);
        }
    }
    all
}

/// Each side as it is now or as it once was.
fn earlier(whole: &Agreement, draw: &mut Draw) -> Agreement {
    let mut it = whole.clone();
    let leaves: Vec<Name> = DATA
        .iter()
        .chain(&DERIVED)
        .flat_map(|(node, below)| below.iter().map(move |leaf| name(&format!("{node}.{leaf}"))))
        .collect();
    if draw.often(6) {
        it.data = draw.some(&leaves).into_iter().collect();
    }
    if draw.often(4) {
        it.recipients = draw.some(&RECIPIENTS).iter().map(|it| name(it.0)).collect();
    }
    if draw.often(4) {
        it.channels = draw.some(&CHANNELS).iter().map(|it| name(it)).collect();
    }
    if draw.often(4) {
        it.keep = draw.often(7).then(|| (draw.pick(&PERIODS), draw.pick(&ANCHORS)));
    }
    if draw.often(4) {
        it.ask_again = draw.often(7).then(|| draw.pick(&PERIODS));
    }
    it
}
