//! Stored format is law: one sample of every kind of event, kept for ever.
//!
//! `golden/events/<kind>.v<version>.hex` has the stored body with nothing sealed, the personal
//! part before sealing, and what they mean, for the reader. Every sample there ever was must be
//! read as the fact below, and today's encoder must write the same bytes.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use handshake_core::event::{
    AccessChanged, AffirmationGiven, AnswerGiven, AnswerPersonal, AskShown, CarriedPersonal,
    CatalogueChanged, ConflictShown, Considered, DataCollected, DataPersonal, DatumMessage,
    DutyDone, Envelope, Fact, FileImported, GrantMessage, HeardMessage, IdentityLinked,
    IdentityPersonal, ItemMessage, Kind, LimitMessage, NameDeclared, ObjectionMade,
    OutcomeObserved, OutcomePersonal, PolicyPublished, RequestMade, SignalPersonal, SignalReceived,
    SituationMessage, UseCarriedOut, UseCounted, UseDecided, VisitsCounted, WaiverSigned,
};
use handshake_core::vocabulary::{Code, EventId, Millis, Position, SiteId, Slot, hex};

const AT: i64 = 1_790_000_000_000;
const REQUEST: u64 = 0x1122_3344_5566_7788;

#[test]
fn every_sample_is_read_and_written_as_ever() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/events");
    let first = samples().map(|it| (file_name(&it, ""), it));
    assert_eq!(first.len(), Kind::KNOWN.len());
    let grown = grown().map(|(what, it)| (file_name(&it, what), it));
    let samples: BTreeMap<String, Fact> = first.into_iter().chain(grown).collect();
    for kind in Kind::KNOWN {
        assert!(samples.values().any(|it| it.kind() == kind), "add a sample of `{kind}` here");
    }
    for (name, fact) in &samples {
        let path = dir.join(name);
        if !path.exists() && writing() {
            fs::create_dir_all(&dir).unwrap();
            fs::write(&path, text(fact)).unwrap();
        }
        assert!(path.exists(), "`{name}` is missing: run `cargo xtask golden` and commit it");
    }
    for path in fs::read_dir(&dir).unwrap().map(|it| it.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let fact = samples.get(&name);
        let fact =
            fact.unwrap_or_else(|| panic!("`{name}` has no fact here; a reader is for ever"));
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let (stored, personal) = (unhex(lines.next().unwrap()), unhex(lines.next().unwrap()));
        assert_eq!(read(&stored, &personal, fact), *fact, "`{name}` is read as another fact");
        assert_eq!(body(fact), (stored, personal), "`{name}` would be written in other bytes");
    }
}

#[expect(clippy::disallowed_methods, reason = "how `cargo xtask golden` asks for missing samples")]
fn writing() -> bool {
    std::env::var("HANDSHAKE_GOLDEN").is_ok_and(|it| it == "write")
}

/// `what` names the fields that were added after the first sample of the kind was written.
fn file_name(fact: &Fact, what: &str) -> String {
    format!("{}.v{}{what}.hex", fact.kind().as_str(), fact.version())
}

fn text(fact: &Fact) -> String {
    let (stored, personal) = body(fact);
    format!("{}\n{}\n\n{fact:#?}\n", hex(&stored), hex(&personal))
}

fn body(fact: &Fact) -> (Vec<u8>, Vec<u8>) {
    let (mut clear, mut personal, mut stored) = (vec![], vec![], vec![]);
    fact.write_clear(&mut clear);
    fact.write_personal(&mut personal);
    let envelope = Envelope {
        site: SiteId(7),
        partition: 1,
        position: Position(1234),
        event: EventId(0x019a_1b2c_3d4e_7f60_8123_4567_89ab_cdef),
        kind: fact.kind(),
        version: fact.version(),
        at: Millis(AT),
        claimed_at: Some(Millis(AT - 1500)),
        caller: Code(3),
        slot: (!personal.is_empty()).then_some(Slot(5)),
        clear: &clear,
        sealed: &[],
    };
    envelope.write(&mut stored);
    (stored, personal)
}

fn read(stored: &[u8], personal: &[u8], expected: &Fact) -> Fact {
    let envelope = Envelope::read(stored).unwrap();
    assert_eq!((envelope.kind, envelope.version), (expected.kind(), expected.version()));
    assert_eq!((envelope.site, envelope.position), (SiteId(7), Position(1234)));
    assert_eq!((envelope.at, envelope.claimed_at), (Millis(AT), Some(Millis(AT - 1500))));
    let personal = envelope.slot.map(|_| personal);
    Fact::read((envelope.kind, envelope.version, envelope.position), envelope.clear, personal)
        .unwrap()
}

fn unhex(line: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        line.chars().map(|it| u8::try_from(it.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks_exact(2).map(|it| it.iter().fold(0, |sum, digit| sum << 4 | digit)).collect()
}

fn decided() -> UseDecided {
    UseDecided {
        policy: 3,
        engine: 1,
        act: 2,
        purpose: 11,
        verdict: 2,
        advice: 1,
        mode: 2,
        reasons: vec![0x0102, 0x0304],
        recipient: 14,
        channel: 2,
        campaign: 400,
        digest: 0xdead_beef,
        imported: true,
        request: REQUEST,
        ..UseDecided::default()
    }
}

/// Samples of kinds that have grown: the first samples stay as they were written.
fn grown() -> [(&'static str, Fact); 6] {
    let heard = vec![HeardMessage { signal: 2, says: 1, at: AT - 3 }];
    let heard = SituationMessage { heard, other_device: true, affirmed_at: AT - 4, ..situation() };
    let flagged = UseDecided { flags: 5, ..decided() };
    let signals = SignalPersonal { signals: 1, heard: 3 };
    let assigned =
        UseDecided { experiment: 500, arm: 1, allocation: vec![900_000, 100_000], ..decided() };
    let observed = UseDecided { verdict: 2, mode: 2, observed: vec![92, 0], ..decided() };
    let key = AccessChanged { caller: 3, revoked: false, scope: "import".into(), key: 7 };
    let signed = PolicyPublished {
        number: 4,
        hash: vec![9; 32],
        source: "shop \"Ridgeline\"\n".into(),
        proposed_by: 3,
        approved_by: 4,
    };
    [
        (".signed", Fact::PolicyPublished(signed)),
        (".assignment", Fact::UseDecided(assigned, Some(situation()))),
        (".observed", Fact::UseDecided(observed, Some(situation()))),
        (".key", Fact::AccessChanged(key)),
        (".heard", Fact::UseDecided(flagged, Some(heard))),
        (".heard", Fact::SignalReceived(SignalReceived {}, Some(signals))),
    ]
}

fn situation() -> SituationMessage {
    SituationMessage {
        act: 2,
        purpose: 11,
        purpose_undeclared: "sell".into(),
        data: vec![
            DatumMessage { code: 300, undeclared: String::new(), collected_at: AT },
            DatumMessage { code: 0, undeclared: "mood".into(), collected_at: 0 },
        ],
        recipient: 14,
        recipient_undeclared: "stranger".into(),
        channel: 2,
        channel_undeclared: "pigeon".into(),
        tags: vec![5, 200],
        tags_undeclared: vec!["odd".into()],
        signals: 3,
        standing: 1,
        objected: true,
        grants: vec![GrantMessage { statement: 21, granted_at: AT }],
        recent: vec![LimitMessage { window_hours: 24, count: 2, frees_at: AT }],
        last_visit: AT,
        last_order: AT - 1,
        known: true,
        jurisdiction: "GB".into(),
        since: AT - 2,
        now: AT,
        minor: 1,
        ..SituationMessage::default()
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one row a kind")]
fn samples() -> [Fact; 21] {
    let ask = vec![1; 16];
    let considered = Considered { purpose: 11, verdict: 1, advice: 1, reason: 4, mode: 2 };
    let item = ItemMessage {
        id: "4711".into(),
        name: "Gravel bike".into(),
        category: "bikes".into(),
        amount: "1299.00".into(),
        currency: "GBP".into(),
        withdrawn: true,
    };
    [
        Fact::NameDeclared(NameDeclared {
            code: 11,
            family: 2,
            name: "recommend".into(),
            document: b"{}".to_vec(),
        }),
        Fact::PolicyPublished(PolicyPublished {
            number: 3,
            hash: vec![9; 32],
            source: "shop \"Ridgeline\"\n".into(),
            ..PolicyPublished::default()
        }),
        Fact::AskShown(AskShown {
            ask: ask.clone(),
            purpose: 11,
            statement: 21,
            program: 31,
            wording: 41,
            offer: 51,
            arm: 1,
            allocation: vec![500_000, 500_000],
            simulated: true,
            // The sample was written before this field was.
            request: 0,
        }),
        Fact::AnswerGiven(
            AnswerGiven {
                ask,
                purpose: 11,
                statement: 21,
                answer: 1,
                program: 31,
                wording: 41,
                offer: 51,
                arm: 1,
                simulated: true,
                request: REQUEST,
            },
            Some(AnswerPersonal { gesture: "click".into() }),
        ),
        Fact::ObjectionMade(ObjectionMade { purpose: 11, lifted: true, request: REQUEST }),
        Fact::SignalReceived(SignalReceived {}, Some(SignalPersonal { signals: 5, heard: 0 })),
        Fact::DataCollected(
            DataCollected {
                policy: 3,
                what: 61,
                considered: vec![considered],
                channel: 2,
                imported: true,
                request: REQUEST,
            },
            Some(DataPersonal {
                leaves: vec![300, 301],
                items: vec!["4711".into()],
                amount: "1299.00".into(),
                currency: "GBP".into(),
                order: "R-100".into(),
                query: "gravel".into(),
            }),
        ),
        Fact::UseDecided(decided(), Some(situation())),
        Fact::UseCounted(UseCounted {
            decided: Some(decided()),
            situation: Some(situation()),
            count: 12,
        }),
        Fact::UseCarriedOut(
            UseCarriedOut {
                decision: 1200,
                carried: 1,
                assumed: true,
                request: REQUEST,
                because: "sale".into(),
            },
            Some(CarriedPersonal { because: "asked by phone".into() }),
        ),
        Fact::OutcomeObserved(
            OutcomeObserved {
                decision: 1200,
                metric: 71,
                request: REQUEST,
                amount: "5.00".into(),
                currency: "GBP".into(),
            },
            Some(OutcomePersonal { amount: "7.50".into(), currency: "EUR".into() }),
        ),
        Fact::IdentityLinked(
            IdentityLinked { request: REQUEST },
            Some(IdentityPersonal { person: vec![2; 16], alias: vec![3; 32], age: 1 }),
        ),
        Fact::CatalogueChanged(CatalogueChanged { items: vec![item], request: REQUEST }),
        Fact::VisitsCounted(VisitsCounted {
            metric: 71,
            count: 90,
            hour: AT,
            imported: true,
            request: REQUEST,
        }),
        Fact::AccessChanged(AccessChanged {
            caller: 3,
            revoked: true,
            scope: "secret".into(),
            ..AccessChanged::default()
        }),
        Fact::ConflictShown(ConflictShown { purpose: 11, request: REQUEST }),
        Fact::AffirmationGiven(AffirmationGiven { purpose: 11, request: REQUEST }),
        Fact::FileImported(FileImported {
            file: vec![4; 32],
            rows: 1000,
            rejected: 3,
            shift_weeks: -2,
            finished: true,
            answers_seed: 77,
            orders: 640,
        }),
        Fact::DutyDone(DutyDone { purpose: 11, duty: "stop".into(), request: REQUEST }),
        Fact::WaiverSigned(WaiverSigned {
            name: "w-7".into(),
            rule: "purpose retarget".into(),
            law: "CCPA §1798.135".into(),
            until: AT,
            by: "ana".into(),
            because: "the old mailer cannot read GPC before its update".into(),
        }),
        Fact::RequestMade(RequestMade { purpose: 11, request: REQUEST }),
    ]
}
