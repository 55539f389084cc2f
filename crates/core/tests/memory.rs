//! What a person costs in memory, measured on a hundred thousand of them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use handshake_core::event::{AnswerGiven, Fact, IdentityLinked, IdentityPersonal, Recorded};
use handshake_core::projection::State;
use handshake_core::vocabulary::{Answer, Code, EventId, Millis, Position, Slot};

const PEOPLE: u32 = 100_000;
const PURPOSES: u32 = 8;

fn fold(state: &mut State, slot: u32, fact: Fact) {
    let (position, at) = (Position(state.events), Millis(1_800_000_000_000));
    let (event, caller) = (EventId::NONE, Code(1));
    state.fold(&Recorded { position, at, event, caller, slot: Some(Slot(slot)), fact });
}

fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[test]
fn a_person_at_eight_purposes_takes_at_most_160_bytes() {
    let mut state = State::default();
    let before = resident_bytes();
    for slot in 0..PEOPLE {
        let mut person = [0u8; 16];
        person[..4].copy_from_slice(&slot.wrapping_mul(2_654_435_761).to_be_bytes());
        person[12..].copy_from_slice(&(slot + 1).to_be_bytes());
        let identity = IdentityPersonal { person: person.to_vec(), ..IdentityPersonal::default() };
        fold(&mut state, slot, Fact::IdentityLinked(IdentityLinked::default(), Some(identity)));
        for purpose in 1..=PURPOSES {
            let answer = AnswerGiven {
                purpose,
                statement: 100 + purpose,
                answer: Answer::Granted.number(),
                ..AnswerGiven::default()
            };
            fold(&mut state, slot, Fact::AnswerGiven(answer, None));
        }
    }
    let people = usize::try_from(PEOPLE).unwrap();
    let held = state.people.permission_bytes() / people;
    let resident = (resident_bytes() - before) / people;
    assert_eq!(state.people.count(), people);
    assert!(held <= 160, "{held} bytes a person for id, index and permissions");
    // The process as the system sees it: the same, other traits, and the allocator's own share.
    assert!(resident <= 260, "{resident} bytes a person resident");
}
